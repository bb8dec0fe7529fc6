/* Waits at the registry for news: a request that it answers when there is something newer than what
 * the cache has (long-poll), on a connection of its own, so that neither a backlog on its way up
 * nor a long download stands before it. pamit-sync.
 */
#ifndef PAMIT_SYNC_WATCH_H
#define PAMIT_SYNC_WATCH_H

#include "cache.h"
#include "sync_contact.h"

struct sync_watch;

enum sync_watch_end {
    SYNC_WATCH_LOST = 0, /* the connection, or the registry refused: a contact will tell */
    SYNC_WATCH_NEWS,
    SYNC_WATCH_UNHEARD, /* it answers at once, as one does that knows no waiting */
};

struct sync_watch_result {
    enum sync_watch_end end;
    bool waited;            /* since it began one wait was whole, or there was news */
    uint32_t retry_after_s; /* LOST: what the registry, or what is before it, asked for; else 0 */
};

/* Of any feed? */
bool sync_watch_is_newer(const struct cache_versions *versions, const struct cache_versions *held);

/* Called once for each sync_watch_begin, from the loop. */
typedef void (*sync_watch_ended)(const struct sync_watch_result *result, void *user);

/* `parts` and what it points to are borrowed until sync_watch_close. */
MUST_CHECK enum err sync_watch_open(sd_event *loop, const struct sync_parts *parts,
                                    sync_watch_ended ended, void *user, struct sync_watch **out);
void sync_watch_close(struct sync_watch *watch);

/* Waits for what is newer than `held`. One that waits already goes on, for what is newer than that.
 */
void sync_watch_begin(struct sync_watch *watch, const struct cache_versions *held);

#endif
