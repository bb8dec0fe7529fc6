/* Reads the cache through, a little at a time, so that damage is met by its writer, who can set the
 * file aside, and not only by a traveller. pamit-sync. Internal to store: cache_writer_patrol. */
#ifndef PAMIT_CACHE_PATROL_H
#define PAMIT_CACHE_PATROL_H

#include "database.h"

/* Where it is: a table, and the key of the row read last. */
struct cache_patrol {
    unsigned table;
    bool begun;
    int64_t key[3];
};

/* The next `rows` rows at most; begins anew at the end. ERR_CORRUPT: a page is damaged. */
MUST_CHECK enum err cache_patrol_step(struct cache_patrol *patrol, struct database *database,
                                      unsigned rows);

#endif
