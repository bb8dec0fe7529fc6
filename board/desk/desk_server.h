/* An HTTP server on 127.0.0.1 and ::1, driven by our own loop (libmicrohttpd without threads). */
#ifndef PAMIT_DESK_SERVER_H
#define PAMIT_DESK_SERVER_H

#include <microhttpd.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#define DESK_SERVER_CONNECTIONS 64
#define DESK_SERVER_IDLE_S      30

struct desk_server;

/* Negative errno: -EADDRINUSE. IPv6 is left out where there is none. `serve` and `done` as
 * libmicrohttpd calls them, with `user`; they may be called until desk_server_close() has returned.
 */
int desk_server_open(sd_event *loop, uint16_t port, MHD_AccessHandlerCallback serve,
                     MHD_RequestCompletedCallback done, void *user, struct desk_server **out);

/* Lets connections work that were resumed. Not from within `serve`. */
void desk_server_run(struct desk_server *server);

/* No connection may be suspended. NULL is fine. */
void desk_server_close(struct desk_server *server);

#endif
