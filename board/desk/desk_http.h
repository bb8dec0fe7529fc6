/* The desk's page: files, one API, one event stream; on 127.0.0.1 and ::1 only.
 *
 *   GET  /, /desk.css, /desk.js
 *   GET  /events   Server-Sent Events: desk_status() whenever it changed
 *   POST /api      {"command": "scan", "argument": "siti"}: desk_command()
 *
 * Loopback is not a trust boundary: any page in the same browser can send requests here. So every
 * request needs an exact Host (no DNS rebinding); /api and /events need the cookie of this start,
 * which is SameSite=Strict and given only with the page; /api needs our own Origin and a JSON body.
 * Other users of this machine are not kept out: it is a simulation, without secrets.
 */
#ifndef PAMIT_DESK_HTTP_H
#define PAMIT_DESK_HTTP_H

#include <stdint.h>

#include "desk.h"

#define DESK_HTTP_BODY_MAX DESK_COMMAND_LEN

/* Negative errno: -EADDRINUSE. IPv6 is left out where there is none. */
int desk_http_open(struct desk *desk, uint16_t port, struct desk_http **out);

/* Tells every open page, from the loop. */
void desk_http_changed(struct desk_http *http);

void desk_http_close(struct desk_http *http);

#endif
