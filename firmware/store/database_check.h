/* Is a database file whole? What its rows can't say of themselves: that there were more of them.
 *
 * A count of cells that fell by one, a page of the WAL that no longer checks: SQLite reads what is
 * left, and says nothing. Internal to store.
 */
#ifndef PAMIT_DATABASE_CHECK_H
#define PAMIT_DATABASE_CHECK_H

#include "database.h"

enum database_damage {
    DATABASE_WHOLE = 0,
    DATABASE_PAGES_BAD, /* they don't fit together */
    DATABASE_WAL_BAD,   /* transactions in it that were acknowledged can't be read any more */
    DATABASE_WAL_TORN,  /* what was written to it last is not a whole transaction: the power failed
                         * before it was acknowledged, or it was altered */
};

/* Of a reader that has read something. Reads every page. Beside a live writer the WAL is not
 * judged: what is not whole is being written. `why` says what SQLite found. */
MUST_CHECK enum err database_check(struct database *database, enum database_damage *out,
                                   char why[DATABASE_WHY_LEN]);

#endif
