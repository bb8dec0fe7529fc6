/* Between panel*.c: the outputs, what each pattern is, and what it is at a moment. */
#ifndef PAMIT_PANEL_PART_H
#define PAMIT_PANEL_PART_H

#include "panel.h"

#define SOUND_STEPS_MAX 10

/* Indices of a panel's outputs. */
enum lamp {
    LAMP_GREEN,
    LAMP_AMBER,
    LAMP_RED,
    LAMP_WHITE,
    BUZZER,
    OUTPUTS,
    LAMP_NONE = OUTPUTS,
};

/* on_ms, off_ms, on_ms, ... ends with 0. */
struct sound {
    uint16_t steps_ms[SOUND_STEPS_MAX];
    uint32_t every_ms; /* the burst begins again after so long; 0 never */
    uint32_t first_ms; /* ... during so long from the start */
    uint32_t later_ms; /* from then on, after so long; 0 never */
};

struct pattern {
    const char *name;
    enum lamp lamp;
    uint16_t on_ms, off_ms; /* off_ms 0: steady */
    uint32_t lit_ms;        /* dark after so long; 0: no limit */
    struct sound sound;
};

_Static_assert(OUTPUTS == PANEL_OUTPUTS, "why[] of panel_darken() has room for each");

/* Who we are to other programs that ask for our lines. */
#define PANEL_CONSUMER "pamit-lane"

/* Lamps and buzzer as pins, in the order of enum lamp. */
void panel_output_pins(const struct panel_pins *pins, struct gpio_pin outputs[OUTPUTS]);

extern const struct pattern panel_patterns[PANEL_PATTERNS];

/* One output at a moment: on or off, and when that changes next. */
struct moment {
    bool on;
    int64_t until_ms; /* since the pattern began; PANEL_NO_DEADLINE for never */
};

struct moment panel_lamp_at(const struct pattern *pattern, int64_t t_ms);
struct moment panel_sound_at(const struct sound *sound, int64_t t_ms);

#endif
