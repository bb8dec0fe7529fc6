/* What a WAL holds beyond what SQLite takes from it. Internal to store. */
#ifndef PAMIT_WAL_SCAN_H
#define PAMIT_WAL_SCAN_H

#include <sqlite3.h>
#include <stdbool.h>

struct wal_scan {
    unsigned left; /* frames of this round after the last commit that checks */
    bool lost;     /* acknowledged transactions are among them: it was altered or damaged */
};

/* Reads the whole WAL; a result of SQLite. In-flight transactions of a live writer are `left`, and
 * never `lost`. */
int wal_scan(sqlite3_file *wal, struct wal_scan *out);

#endif
