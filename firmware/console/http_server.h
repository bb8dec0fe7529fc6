/* libmicrohttpd on 127.0.0.1 and ::1, run by the process's own loop: no threads.
 *
 * pamit-console only. A machine without IPv6 is served on 127.0.0.1 alone.
 */
#ifndef PAMIT_HTTP_SERVER_H
#define PAMIT_HTTP_SERVER_H

#include <microhttpd.h>
#include <systemd/sd-event.h>

#include "err.h"

struct http_server;

struct http_handler {
    MHD_AccessHandlerCallback request;
    MHD_RequestCompletedCallback completed;
    void *user;
};

/* Listens. ERR_BUSY: the port is taken. ERR_DENIED, ERR_IO, ERR_MEMORY. */
MUST_CHECK enum err http_server_open(sd_event *loop, uint16_t port,
                                     const struct http_handler *handler, struct http_server **out);
/* Lets resumed connections go on, from the loop's next turn. Call it after MHD_resume_connection.
 */
void http_server_wake(struct http_server *server);
/* Closes all connections; none may be suspended (page_feed_end). NULL is fine. */
void http_server_close(struct http_server *server);

#endif
