/* The placements' tables as the cache's writers see them. Within a transaction of the caller's.
 * Internal to store. */
#ifndef PAMIT_CACHE_PLACEMENTS_H
#define PAMIT_CACHE_PLACEMENTS_H

#include "cache_format.h"

struct cache_placements {
    const struct cache_keys *keys; /* borrowed */
    sqlite3_stmt *get, *insert, *update, *put_text, *drop_text;
    sqlite3 *handle;
};

/* `cache_placements_done` also after a failure. */
MUST_CHECK enum err cache_placements_init(struct cache_placements *placements,
                                          struct database *database, const struct cache_keys *keys);
void cache_placements_done(struct cache_placements *placements);

/* Stores a record, in place of what is stored of it. ERR_INVALID: it is not complete. */
MUST_CHECK enum err cache_placements_put(struct cache_placements *placements,
                                         const struct placement *placement);
/* The same of one that is not stored, without looking. */
MUST_CHECK enum err cache_placements_add(struct cache_placements *placements,
                                         const struct placement *placement);

#endif
