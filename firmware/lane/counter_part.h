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
    enum panel_pattern shown; /* what the panel is to show, also while it is missing */
    int64_t shown_began_ms;
    uint32_t stuck; /* buttons */
    int64_t panel_found_ms, panel_retry_ms;
    struct {
        bool ready;               /* logged last: that it is there, */
        char why[DEVICE_WHY_LEN]; /* or why it is not; at first, neither */
        int64_t from_ms, gap_ms;  /* what changes is logged from then on, then after so long */
    } panel_log;
};

/* Points a watch at the driver's current fd and deadline. An fd that the loop does not take is
 * looked at every WATCH_RETRY_MS instead. */
#define WATCH_RETRY_MS 1000
void counter_watch(struct counter *counter, struct watch *watch, int fd, int64_t deadline_ms,
                   sd_event_io_handler_t on_io);

/* The panel's time has come: it is looked for, or shown on. */
int counter_on_panel_time(sd_event_source *source, uint64_t time_us, void *user);

#endif
