/* The frame of a cache's file, for those that write one: its making, and the state of its feeds.
 * Internal to store. */
#ifndef PAMIT_CACHE_FILE_H
#define PAMIT_CACHE_FILE_H

#include "cache_format.h"

/* Schema, and whose storage key it is, in a fresh file. In a transaction of its own. */
MUST_CHECK enum err cache_file_create(struct database *database, const struct cache_keys *keys);

struct cache_feed {
    const char *read, *write;
};

extern const struct cache_feed cache_placement_feed, cache_list_feed;

/* Two numbers of a one-row table; both 0 if it has none yet. */
MUST_CHECK enum err cache_pair_read(struct database *database, const char *sql, int64_t *first,
                                    int64_t *second);
MUST_CHECK enum err cache_feed_write(struct database *database, const struct cache_feed *feed,
                                     uint64_t version, int64_t as_of);

#endif
