/* The lane's end of the socket to pamit-console: one peer, its uid checked, whole messages.
 *
 * A console that dies or misbehaves costs the lane nothing: its socket is closed and the next one
 * may connect. pamit-lane only.
 */
#ifndef PAMIT_CONSOLE_PORT_H
#define PAMIT_CONSOLE_PORT_H

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "view.h"

#define CONSOLE_PORT_WHY_LEN 256

struct console_port;

/* Called in the loop for each message of the console, HELLO included. Borrowed for the call. */
typedef void (*console_message_fn)(const struct view_message *message, void *user);

/* Listens at `path` (0660), replacing a dead socket there; the console runs as `console_uid`.
 * ERR_BUSY: another lane listens. */
MUST_CHECK enum err console_port_open(sd_event *loop, const char *path, uid_t console_uid,
                                      console_message_fn message, void *user,
                                      struct console_port **out, char why[CONSOLE_PORT_WHY_LEN]);
void console_port_close(struct console_port *port);

bool console_port_connected(const struct console_port *port);

/* Sends if a console is there. One that does not read for a whole socket buffer is dropped. */
void console_port_send(struct console_port *port, const struct view_message *message);

#endif
