/* The simulated scanner: a pty whose slave is linked at DIR/scanner while it is plugged in. */
#ifndef PAMIT_DESK_PTY_H
#define PAMIT_DESK_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "desk.h"

#define DESK_PTY_QUEUE_MAX (16u << 20)

/* Plugged in. Negative errno on failure. */
int desk_pty_open(struct desk *desk, struct desk_pty **out);

/* Pulls or plugs; 0 also when it is so already. */
int desk_pty_plug(struct desk_pty *pty, bool plugged);
bool desk_pty_plugged(const struct desk_pty *pty);

/* Sends bytes as the reader would. What the lane has not read yet waits. -ENODEV: unplugged;
 * -ENOBUFS: more than DESK_PTY_QUEUE_MAX wait. */
int desk_pty_send(struct desk_pty *pty, const uint8_t *p, size_t len);

void desk_pty_close(struct desk_pty *pty);

#endif
