/* The counter's devices in the loop: the scanner, and the panel of lamps, buzzer and buttons.
 *
 * Real ones (libserialport, libgpiod) unless the configuration's mode is desk. A device that is
 * missing or goes away is tried again for ever; what is missing is logged with its reason and can
 * be asked. pamit-lane only.
 */
#ifndef PAMIT_COUNTER_H
#define PAMIT_COUNTER_H

#include <systemd/sd-event.h>

#include "err.h"
#include "kiosk_config.h"
#include "panel.h"
#include "scanner.h"

struct counter;

struct counter_handlers {
    void (*scan)(const struct scan_event *event, void *user);  /* also OPENED, GONE, QUIET, HEARD */
    void (*button)(unsigned number, bool pressed, void *user); /* 1..PANEL_BUTTONS */
    void (*panel_changed)(void *user); /* came or went, or what counter_stuck() says */
};

/* `config` and `handlers` are borrowed until counter_close. Devices are opened in the loop. */
MUST_CHECK enum err counter_open(sd_event *loop, const struct kiosk_config *config,
                                 const struct counter_handlers *handlers, void *user,
                                 struct counter **out);
/* All dark and silent. NULL is fine. */
void counter_close(struct counter *counter);

/* Puts out lamps and buzzer for when a lane died, since a kernel may keep a line driven that nobody
 * holds any more. `config` as kiosk_config_load_panel() fills it. False: some can't be, each logged
 * with the reason; the others are dark. */
MUST_CHECK bool counter_darken(const struct kiosk_config *config);

/* The time that the counter's lights go by: monotone. */
int64_t counter_now_ms(void);

/* What the panel shows from now on, and since when: also a panel that comes later, or comes back,
 * shows only what is left of it. */
void counter_show(struct counter *counter, enum panel_pattern pattern, int64_t began_ms);
/* One tick, of a panel that is there. */
void counter_chirp(struct counter *counter);
enum scanner_state counter_scanner(const struct counter *counter);
/* The buttons that are stuck: bit n - 1 for button n. */
uint32_t counter_stuck(const struct counter *counter);
bool counter_panel_ok(const struct counter *counter);

#endif
