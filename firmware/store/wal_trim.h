/* A WAL as its writer finds it. Internal to store. */
#ifndef PAMIT_WAL_TRIM_H
#define PAMIT_WAL_TRIM_H

#include "database.h"
#include "wal_format.h"

/* For database_open, of the one writer, before SQLite reads anything: what SQLite will not read is
 * gone for good, and `cut` of the database says how much it was. ERR_CORRUPT: acknowledged
 * transactions are among it; nothing was changed. */
MUST_CHECK enum err wal_trim(struct database *database);

/* What makes SQLite read on or not: bytes of the WAL at `at`. */
struct wal_hole {
    sqlite3_int64 at;
    int len; /* 0: there is no hole */
    uint8_t found[WAL_HEADER_LEN], sealed[WAL_HEADER_LEN];
};

/* Makes SQLite read on over a hole of the WAL, of a database that was set aside. Nobody who goes on
 * with it has it open; whoever opened it before and still has it sees what it saw. */
MUST_CHECK enum err wal_bridge(const char *path, struct wal_hole *out);
/* SQLite ends before the hole again, or (`sealed`) reads on again. */
MUST_CHECK enum err wal_hole_put(const char *path, const struct wal_hole *hole, bool sealed);

#endif
