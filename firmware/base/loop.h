/* The event loop of a process: sd-event, ending on SIGTERM and SIGINT, petting systemd's watchdog.
 *
 * sd-event is used directly everywhere; this only makes the loop the same in every main.
 */
#ifndef PAMIT_LOOP_H
#define PAMIT_LOOP_H

#include <systemd/sd-event.h>

#include "err.h"

/* A loop that ends with code 0 on SIGTERM or SIGINT (which it blocks for the whole process: call it
 * before starting a thread) and ignores SIGPIPE. */
MUST_CHECK enum err loop_open(sd_event **out);

/* Tells systemd, if it is there, that the process is ready, and runs until the loop ends. That it
 * stops is told only if it was asked to: systemd takes no READY after that, and kills. Returns the
 * process's exit code. The caller then drops its sources and the loop itself
 * (sd_event_unref). */
int loop_run(sd_event *loop);

#endif
