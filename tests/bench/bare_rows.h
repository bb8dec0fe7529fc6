/* The entries that a registry has taken in, inserted bare into such a table: what is left of its
 * work when nothing is checked. */
#ifndef PAMIT_BENCH_BARE_ROWS_H
#define PAMIT_BENCH_BARE_ROWS_H

#include <sqlite3.h>

#include "centre.h"

#define BARE_ROWS_BATCH 100 /* in a transaction */

struct took {
    double wall_s, cpu_s;
};

struct bare_rows {
    sqlite3 *from, *to;
    sqlite3_stmt *read, *insert;
};

void bare_rows_open(struct bare_rows *rows, const struct centre *centre);
void bare_rows_close(struct bare_rows *rows);
/* The entries first..last of all kiosks, as they came; reading them is not counted. */
void bare_rows_insert(struct bare_rows *rows, uint64_t first, uint64_t last, struct took *took);

#endif
