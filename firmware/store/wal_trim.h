/* A WAL as its writer finds it. Internal to store. */
#ifndef PAMIT_WAL_TRIM_H
#define PAMIT_WAL_TRIM_H

#include "database.h"

/* For database_open, of the one writer, before SQLite reads anything: what SQLite will not read is
 * gone for good, and `cut` of the database says how much it was. ERR_CORRUPT: acknowledged
 * transactions are among it; nothing was changed. */
MUST_CHECK enum err wal_trim(struct database *database);

/* Makes SQLite read on over a hole of the WAL, of a database that was set aside and that nobody
 * has open. Nothing happens where there is none. */
MUST_CHECK enum err wal_bridge(const char *path);

#endif
