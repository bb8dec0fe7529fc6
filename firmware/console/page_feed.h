/* What the page knows, kept for whoever asks: the last view, heartbeat and refusal, and whether
 * there is a lane; pushed to event streams (Server-Sent Events), read whole by GET /state.
 *
 * A stream is sent the newest of each kind, never a backlog: the view is whole, so one that was
 * skipped does not matter. Only the counter's keys are kept one by one, since a key that went down
 * and up again was pressed. A stream with nothing to send is suspended and costs nothing.
 * pamit-console, in its loop.
 */
#ifndef PAMIT_PAGE_FEED_H
#define PAMIT_PAGE_FEED_H

#include <jansson.h>
#include <microhttpd.h>

#include "err.h"

#define PAGE_FEED_STREAMS_MAX 8

struct page_feed;

/* `unwatched` is called when the last stream has ended: nobody looks any more. */
MUST_CHECK enum err page_feed_open(void (*unwatched)(void *user), void *user,
                                   struct page_feed **out);
/* All streams must be gone: after MHD_stop_daemon. */
void page_feed_close(struct page_feed *feed);
/* Wakes all streams for the last time, so that their connections can be closed. */
void page_feed_end(struct page_feed *feed);

/* Each takes over the reference; NULL (out of memory) is ignored. */
void page_feed_set_view(struct page_feed *feed, json_t *view);
void page_feed_set_refused(struct page_feed *feed, json_t *refused);
void page_feed_set_heartbeat(struct page_feed *feed, json_t *heartbeat);
void page_feed_add_button(struct page_feed *feed, json_t *button);
/* The lane is gone: what was shown is not true any more. */
void page_feed_lane_gone(struct page_feed *feed);

/* {"lane": true, "view": {...}, "refused": {"seq", "why", "count"}}, nulls where unknown. */
json_t *page_feed_state(const struct page_feed *feed);

/* A response that streams events to this connection; NULL: too many, or out of memory. */
struct MHD_Response *page_feed_stream(struct page_feed *feed, struct MHD_Connection *connection);

#endif
