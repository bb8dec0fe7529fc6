/* The simulated lamps, buzzer and buttons: the far end of drivers/gpio_mem.c. */
#ifndef PAMIT_DESK_PANEL_H
#define PAMIT_DESK_PANEL_H

#include <jansson.h>
#include <stdbool.h>

#include "desk.h"

/* The lines, as on a Raspberry Pi; board/panels/desk.conf says the same. */
enum desk_line {
    DESK_LINE_BUTTON_1 = 5,
    DESK_LINE_BUTTON_2 = 6,
    DESK_LINE_BUTTON_3 = 13,
    DESK_LINE_BUTTON_4 = 19,
    DESK_LINE_GREEN = 17,
    DESK_LINE_AMBER = 27,
    DESK_LINE_RED = 22,
    DESK_LINE_WHITE = 23,
    DESK_LINE_BUZZER = 24,
};

#define DESK_BUTTONS  4
#define DESK_PRESS_MS 60  /* a quick finger */
#define DESK_CHANGES  512 /* remembered */

/* Listens on DIR/gpio.sock; one lane at a time, a new one replaces the old. Negative errno. */
int desk_panel_open(struct desk *desk, struct desk_panel **out);

/* Presses or lets go button 1..DESK_BUTTONS. -EINVAL: no such button; -ENOTCONN: no lane is wired.
 */
int desk_panel_press(struct desk_panel *panel, unsigned button, bool pressed);

/* Presses and, DESK_PRESS_MS later, lets go. */
int desk_panel_tap(struct desk_panel *panel, unsigned button);

/* Whether a lane is wired to the panel. */
bool desk_panel_wired(const struct desk_panel *panel);

/* {"green": false, ..., "buzzer": false}: a new reference, NULL when out of memory. */
json_t *desk_panel_levels(const struct desk_panel *panel);

/* [{"n": 7, "at_ms": 123, "line": "red", "on": true}, ...] from number `since` on, oldest first.
 * `at_ms` is CLOCK_MONOTONIC. */
json_t *desk_panel_changes(const struct desk_panel *panel, uint64_t since);

/* The number the next change will have. */
uint64_t desk_panel_next(const struct desk_panel *panel);

void desk_panel_close(struct desk_panel *panel);

#endif
