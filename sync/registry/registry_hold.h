/* Requests that wait for news: held without a thread or an answer until there is some, or their
 * time is up. Used by registry_requests.c; released from any thread.
 */
#ifndef PAMIT_REGISTRY_HOLD_H
#define PAMIT_REGISTRY_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define REGISTRY_HOLD_MAX_S 60 /* what a client may ask for; proxies on the way give up later */

struct MHD_Connection;
struct registry_hold;

MUST_CHECK enum err registry_hold_open(struct registry_hold **out);
/* Nothing is held any more: registry_hold_release(.., true) was the last. */
void registry_hold_close(struct registry_hold *hold);

/* How often all were released. Taken before it is found that there is no news. */
uint64_t registry_hold_turn(struct registry_hold *hold);
/* Holds the request of a connection, from within its handler, which is called again when it is
 * released. False: it is to be answered now (there is news since `turn`, no memory, or the server
 * is ending). */
bool registry_hold_put(struct registry_hold *hold, uint64_t turn, struct MHD_Connection *connection,
                       int64_t until_ms);
/* Releases those whose time is up; with `all`, each. */
void registry_hold_release(struct registry_hold *hold, int64_t now_ms, bool all);
/* Releases this one, if it is held. */
void registry_hold_drop(struct registry_hold *hold, const struct MHD_Connection *connection);
/* From now on nothing is held. */
void registry_hold_end(struct registry_hold *hold);
bool registry_hold_is_empty(struct registry_hold *hold);

#endif
