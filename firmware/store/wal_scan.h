/* What a WAL holds beyond what SQLite takes from it. Internal to store. */
#ifndef PAMIT_WAL_SCAN_H
#define PAMIT_WAL_SCAN_H

#include <sqlite3.h>
#include <stdbool.h>

#include "wal_format.h"

struct wal_scan {
    sqlite3_int64 end; /* of the last commit that checks: SQLite goes on from there */
    unsigned left;     /* frames of this round behind it */
    bool lost;         /* some of them were acknowledged: it was altered or is damaged */
    /* Where `lost`: the end of the last commit that checks, and what its frames are like. */
    sqlite3_int64 lost_end;
    size_t page_len;
    uint8_t salts[WAL_SALT_LEN];
};

/* Reads the whole WAL of the database `file`; a result of SQLite. The transaction that a live
 * writer is at may be `left`, and is never `lost`. */
int wal_scan(sqlite3_file *wal, sqlite3_file *file, struct wal_scan *out);

#endif
