/* Panel: lamps, buzzer and buttons of a counter as one thing.
 *
 * Lamp rhythms and sounds are data (panel_pattern.c; source: the screen design guide, "Verdict
 * encoding" and "Sounds", after IEC 60601-1-8's idea). All dark and silent when opened and when
 * closed. No clock and no sleeping inside: time is an argument (any monotone ms), deadlines are
 * data. The owner's loop:
 *
 *   when panel_fd() is readable, or the deadline has come:
 *       while (panel_read_button(p, now_ms, &button) == 1)
 *           handle(button);
 *       panel_tick(p, now_ms, &deadline_ms);
 *   after every panel_show() and panel_chirp(): panel_tick() too.
 *
 * Used by pamit-lane only.
 */
#ifndef PAMIT_PANEL_H
#define PAMIT_PANEL_H

#include <stdbool.h>
#include <stdint.h>

#include "gpio.h"

#define PANEL_OUTPUTS         5 /* four lamps and the buzzer */
#define PANEL_BUTTONS         4
#define PANEL_NO_DEADLINE     INT64_MAX
#define PANEL_CLEAR_LIT_MS    60000 /* green never stays lit longer than this */
#define PANEL_RECORDED_LIT_MS 1500
#define PANEL_STUCK_MS        15000 /* nobody presses a button for so long */

/* What the panel says. Zero, the safe one, is dark. */
enum panel_pattern {
    PANEL_DARK = 0,
    PANEL_READING,           /* dark and silent: the screen speaks */
    PANEL_CLEAR,             /* SESUAI: green steady, one tick; dark after PANEL_CLEAR_LIT_MS */
    PANEL_REFER,             /* RUJUK: amber slowly, three pulses, once more after 10 s */
    PANEL_STOP,              /* TUNDA: red fast, 3+2 pulses every 5 s, after 30 s every 15 s */
    PANEL_STOP_ACKNOWLEDGED, /* red steady, silent */
    PANEL_UNREADABLE,        /* white blinks, two short pulses */
    PANEL_RECORDED,          /* green for a moment, one tick; then dark */
    PANEL_FAULT,             /* white slowly, one long pulse every 20 s */
    PANEL_NO_READER,         /* white for a moment every 3 s, silent: ready, but for the reader */
    PANEL_PATTERNS
};

/* Lines of the chip, each by number or name as in struct gpio_pin. */
struct panel_pins {
    const char *green, *amber, *red, *white, *buzzer;
    const char *button[PANEL_BUTTONS];
    bool lamps_active_low; /* and the buzzer */
    bool buttons_active_low;
};

struct panel_button {
    unsigned number; /* 1..PANEL_BUTTONS, left to right */
    bool pressed;    /* false: let go */
};

struct panel;

/* Takes all lines of a chip (path or label); dark. `chip` and the names in `pins` are borrowed
 * until close. Errors and `why` as gpio_open. */
int panel_open(const struct gpio_backend *backend, const char *chip, const struct panel_pins *pins,
               struct panel **out, char why[DEVICE_WHY_LEN]);

/* As panel_open, on the far end of a simulated panel's socket, which it then owns; for tests. */
int panel_open_fd(int fd, const struct panel_pins *pins, struct panel **out);

/* Shows `pattern`, which began at `began_ms` (not later than now): what of it is over by now is not
 * shown, however late the panel came. Takes effect at the next panel_tick(). */
void panel_show(struct panel *panel, enum panel_pattern pattern, int64_t began_ms);

/* One 25 ms tick (scan or key accepted), lamps unchanged; nothing while a pattern sounds. */
void panel_chirp(struct panel *panel, int64_t now_ms);

/* Sets lamps and buzzer to what they should be at `now_ms` and *deadline_ms to when to call again
 * (PANEL_NO_DEADLINE for never). Returns 0, or a negative errno when a line can't be set: the panel
 * may then show something wrong and should be closed and opened again; panel_why() names it. */
int panel_tick(struct panel *panel, int64_t now_ms, int64_t *deadline_ms);

/* The next button change, debounced: a press counts at once; 20 ms later the line itself is asked
 * what it settled on, since an edge within the bounce may be lost. Returns 1 with *button, 0 when
 * there is none now, -ENODEV when the panel went away, or another negative errno. */
int panel_read_button(struct panel *panel, int64_t now_ms, struct panel_button *button);

/* The buttons that have been down for PANEL_STUCK_MS, also ones that were when the panel was
 * opened, of which no press is told: bit n - 1 for button n. A deadline tells when to ask. */
uint32_t panel_stuck(const struct panel *panel, int64_t now_ms);

/* Why panel_tick() or panel_read_button() failed, for the log. Empty before. Borrowed until close.
 */
const char *panel_why(const struct panel *panel);

/* To poll for buttons; good until close. */
int panel_fd(const struct panel *panel);

/* "CLEAR", ...; never NULL. */
const char *panel_pattern_name(enum panel_pattern pattern);

/* All dark and silent, lines released. NULL is fine. */
void panel_close(struct panel *panel);

/* Puts out lamps and buzzer that may be driven though nobody holds their lines any more: takes
 * them, inactive, and lets them go; buttons are left alone. A line that can't be had leaves the
 * others no less dark. Returns how many can't be, each named in `why` with its reason. */
unsigned panel_darken(const struct gpio_backend *backend, const char *chip,
                      const struct panel_pins *pins, char why[PANEL_OUTPUTS][DEVICE_WHY_LEN]);

#endif
