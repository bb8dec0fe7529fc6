/* Between counter.c and counter_panel.c: the counter's devices, and their place in the loop. */
#ifndef PAMIT_COUNTER_PART_H
#define PAMIT_COUNTER_PART_H

#include "counter.h"

struct watch {
    sd_event_source *io;
    sd_event_source *timer;
    int fd; /* of io; -1: none */
};

struct counter {
    sd_event *loop;
    const struct kiosk_config *config;
    const struct counter_handlers *handlers;
    void *user;
    struct scanner *scanner;
    struct watch scanner_watch;
    struct panel *panel; /* NULL while missing */
    struct watch panel_watch;
    bool panel_missing_logged;
    uint32_t stuck; /* buttons */
    int64_t panel_found_ms, panel_retry_ms;
};

int64_t counter_now_ms(void);

/* Points a watch at the driver's current fd and deadline. */
void counter_watch(struct counter *counter, struct watch *watch, int fd, int64_t deadline_ms,
                   sd_event_io_handler_t on_io);

/* The panel's time has come: it is looked for, or shown on. */
int counter_on_panel_time(sd_event_source *source, uint64_t time_us, void *user);

#endif
