/* The lists' table as the cache's writers see it: rows put, dropped, and swept when they are past.
 *
 * Within a transaction of the caller's. A row is stored under each of its texts with one id of what
 * makes it that row, so that a later record of it replaces it without a search. Internal to store.
 */
#ifndef PAMIT_CACHE_LISTINGS_H
#define PAMIT_CACHE_LISTINGS_H

#include "cache_format.h"

struct cache_listings {
    struct database *database; /* borrowed, as are the keys */
    const struct cache_keys *keys;
    sqlite3_stmt *put, *drop, *next;
    int64_t swept_text, swept_id; /* the row that was last looked at */
};

/* `cache_listings_done` also after a failure. */
MUST_CHECK enum err cache_listings_init(struct cache_listings *listings, struct database *database,
                                        const struct cache_keys *keys);
void cache_listings_done(struct cache_listings *listings);

/* Stores a row, in place of what is stored of it. ERR_INVALID: it is not complete. */
MUST_CHECK enum err cache_listings_put(struct cache_listings *listings,
                                       const struct listing *listing);
/* ERR_OK also when it is not stored. */
MUST_CHECK enum err cache_listings_drop(struct cache_listings *listings,
                                        const struct listing *listing);
/* Looks at the next CACHE_SWEEP_ROWS rows, round and round, and drops what expires before `day`
 * (days since 1970-01-01). */
MUST_CHECK enum err cache_listings_sweep(struct cache_listings *listings, int64_t day);

#endif
