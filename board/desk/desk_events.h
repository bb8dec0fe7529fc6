/* The desk's state as Server-Sent Events: desk_status() to every open page whenever it changed. */
#ifndef PAMIT_DESK_EVENTS_H
#define PAMIT_DESK_EVENTS_H

#include <microhttpd.h>

#include "desk.h"

#define DESK_EVENTS_PAGES 16

struct desk_events;

/* NULL when out of memory. */
struct desk_events *desk_events_new(struct desk *desk);

/* Answers a request with a stream that does not end. */
enum MHD_Result desk_events_serve(struct desk_events *events, struct MHD_Connection *connection);

/* There is something new; streams hear of it at the next desk_events_resume(). */
void desk_events_changed(struct desk_events *events);

/* Wakes the streams; the server must run afterwards. Not from within a request. */
void desk_events_resume(struct desk_events *events);

/* Ends all streams; the server must run afterwards. */
void desk_events_end(struct desk_events *events);

/* After the server is closed. NULL is fine. */
void desk_events_free(struct desk_events *events);

#endif
