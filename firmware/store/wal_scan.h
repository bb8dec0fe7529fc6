/* What a WAL holds beyond what SQLite takes from it. Internal to store. */
#ifndef PAMIT_WAL_SCAN_H
#define PAMIT_WAL_SCAN_H

#include <sqlite3.h>

/* How many frames of this round there are after the last commit that checks. Reads the whole WAL; a
 * result of SQLite. */
int wal_scan(sqlite3_file *wal, unsigned *left);

#endif
