/* The console's end of the lane's socket: connects, says HELLO, and does so again for ever.
 *
 * pamit-console, in its loop. Nothing blocks.
 */
#ifndef PAMIT_LANE_LINK_H
#define PAMIT_LANE_LINK_H

#include <systemd/sd-event.h>

#include "view.h"

#define LANE_LINK_RETRY_MIN_MS 50   /* first try after it was lost; doubles */
#define LANE_LINK_RETRY_MAX_MS 1000 /* an officer waits no longer for a lane that is there */

struct lane_link;

/* Called in the loop; the message is borrowed for the call and of a type the lane may send. */
typedef void (*lane_message_fn)(const struct view_message *message, void *user);
/* Called when the link is lost; not for attempts that never got through. */
typedef void (*lane_gone_fn)(void *user);

struct lane_link_events {
    lane_message_fn message;
    lane_gone_fn gone;
    void *user;
};

/* `path` is copied. The first attempt is made from the loop. ERR_MEMORY, ERR_SIZE (path), ERR_IO.
 */
MUST_CHECK enum err lane_link_open(sd_event *loop, const char *path,
                                   const struct lane_link_events *events, struct lane_link **out);
void lane_link_close(struct lane_link *link);

/* Hands one message to the lane. ERR_CLOSED: there is no lane; ERR_BUSY: it does not read. */
MUST_CHECK enum err lane_link_send(struct lane_link *link, const struct view_message *message);

#endif
