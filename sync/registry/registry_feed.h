/* A step of a feed, made of what the store holds: what a kiosk at a version lacks. Used by
 * registry_service.c.
 */
#ifndef PAMIT_REGISTRY_FEED_H
#define PAMIT_REGISTRY_FEED_H

#include "registry_store.h"
#include "wire.h"

/* Working memory for one step at a time. */
struct feed_room {
    struct placement placements[WIRE_FEED_ROWS];
    struct listing listings[WIRE_FEED_ROWS];
    uint8_t bytes[WIRE_FEED_MAX];
};

struct feed_asked {
    enum registry_feed feed;
    uint64_t from;  /* the kiosk's version */
    int64_t now_ms; /* wall time */
};

/* The payload (wire.h) of the step that was asked for, in `room`. ERR_OLD: `from` is ahead of the
 * store; else the store's failures, or ERR_CORRUPT: what it holds is no record. */
MUST_CHECK enum err registry_feed_make(struct registry_store *store, const struct feed_asked *asked,
                                       struct feed_room *room, struct span *out);

#endif
