/* Lamps, buzzer and buttons of a counter.
 *
 * A pattern is a row of data: which lamp, its rhythm, one burst of sound and when the burst comes
 * again. What a panel shows is a pure function of the time since its pattern began, so a late or
 * missed tick never shifts a rhythm, and the next change is computed, not counted.
 *
 * The durations come from the screen design guide ("Verdict encoding", "Sounds"). Lamp rates lie in
 * IEC 60601-1-8's ranges: high priority 1.4-2.8 Hz, medium 0.4-0.8 Hz. Pitch is the buzzer's own.
 *
 * Debouncing: contacts bounce for some ms after each change. A change counts at once, so a press
 * feels immediate, and the button is then deaf for 20 ms; what it settled on is looked at
 * afterwards. libgpiod 2 lets the kernel debounce too, which does no harm.
 */
#include "panel.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#define CHIRP_MS        25
#define SOUND_STEPS_MAX 10
#define EVENTS_PER_CALL 64 /* then the owner's loop gets its turn */

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

static const struct pattern patterns[PANEL_PATTERNS] = {
    [PANEL_DARK] = {"DARK", LAMP_NONE, 0, 0, 0, {{0}, 0, 0, 0}},
    [PANEL_READING] = {"READING", LAMP_NONE, 0, 0, 0, {{0}, 0, 0, 0}},
    [PANEL_CLEAR] = {"CLEAR", LAMP_GREEN, 1, 0, PANEL_CLEAR_LIT_MS, {{60}, 0, 0, 0}},
    [PANEL_REFER] =
        {"REFER", LAMP_AMBER, 833, 833, 0, {{180, 120, 180, 120, 180}, 10000, 20000, 0}},
    [PANEL_STOP] = {"STOP",
                    LAMP_RED,
                    250,
                    250,
                    0,
                    {{150, 100, 150, 100, 150, 250, 150, 100, 150}, 5000, 30000, 15000}},
    [PANEL_STOP_ACKNOWLEDGED] = {"STOP_ACKNOWLEDGED", LAMP_RED, 1, 0, 0, {{0}, 0, 0, 0}},
    [PANEL_UNREADABLE] = {"UNREADABLE", LAMP_WHITE, 500, 500, 0, {{80, 80, 80}, 0, 0, 0}},
    [PANEL_RECORDED] = {"RECORDED", LAMP_GREEN, 1, 0, PANEL_RECORDED_LIT_MS, {{60}, 0, 0, 0}},
    [PANEL_FAULT] = {"FAULT", LAMP_WHITE, 1000, 1000, 0, {{600}, 0, 0, 20000}},
};

struct button {
    bool raw;           /* as last told */
    bool stable;        /* as last given out */
    int64_t deaf_to_ms; /* changes before this are bouncing */
};

struct panel {
    struct gpio *gpio;
    enum panel_pattern pattern;
    int64_t start_ms;
    int64_t chirp_end_ms;
    bool lit[OUTPUTS]; /* what the lines are set to */
    struct button buttons[PANEL_BUTTONS];
};

/* One output at a moment: on or off, and when that changes next. */
struct moment {
    bool on;
    int64_t until_ms; /* since the pattern began; PANEL_NO_DEADLINE for never */
};

static struct moment lamp_at(const struct pattern *pattern, int64_t t_ms)
{
    if (pattern->lamp == LAMP_NONE || (pattern->lit_ms > 0 && t_ms >= pattern->lit_ms))
        return (struct moment){.on = false, .until_ms = PANEL_NO_DEADLINE};
    struct moment now = {.on = true,
                         .until_ms = pattern->lit_ms > 0 ? pattern->lit_ms : PANEL_NO_DEADLINE};
    if (pattern->off_ms > 0) {
        int64_t period_ms = pattern->on_ms + pattern->off_ms;
        int64_t phase_ms = t_ms % period_ms;
        now.on = phase_ms < pattern->on_ms;
        int64_t change_ms = t_ms - phase_ms + (now.on ? pattern->on_ms : period_ms);
        now.until_ms = change_ms < now.until_ms ? change_ms : now.until_ms;
    }
    return now;
}

/* When the burst that belongs to `t_ms` began, and when the next one begins. */
static int64_t burst_start(const struct sound *sound, int64_t t_ms, int64_t *next_ms)
{
    int64_t start_ms = 0;
    *next_ms = PANEL_NO_DEADLINE;
    if (t_ms < sound->first_ms) {
        start_ms = t_ms - t_ms % sound->every_ms;
        *next_ms = start_ms + sound->every_ms;
        if (*next_ms >= sound->first_ms)
            *next_ms = sound->later_ms > 0 ? (int64_t)sound->first_ms : PANEL_NO_DEADLINE;
    } else if (sound->later_ms > 0) {
        start_ms = t_ms - (t_ms - sound->first_ms) % sound->later_ms;
        *next_ms = start_ms + sound->later_ms;
    } else if (sound->first_ms > 0) {
        start_ms = sound->first_ms - sound->every_ms;
    }
    return start_ms;
}

static struct moment sound_at(const struct sound *sound, int64_t t_ms)
{
    int64_t next_ms;
    int64_t edge_ms = burst_start(sound, t_ms, &next_ms);
    for (unsigned i = 0; i < SOUND_STEPS_MAX && sound->steps_ms[i] > 0; i++) {
        edge_ms += sound->steps_ms[i];
        if (t_ms < edge_ms)
            return (struct moment){.on = i % 2 == 0, .until_ms = edge_ms};
    }
    if (sound->steps_ms[0] == 0)
        next_ms = PANEL_NO_DEADLINE;
    return (struct moment){.on = false, .until_ms = next_ms};
}

static struct gpio_request request_of(const struct panel_pins *pins,
                                      struct gpio_pin outputs[OUTPUTS],
                                      struct gpio_pin inputs[PANEL_BUTTONS])
{
    static const char *const button_names[PANEL_BUTTONS] = {"button 1", "button 2", "button 3",
                                                            "button 4"};
    bool low = pins->lamps_active_low;
    outputs[LAMP_GREEN] = (struct gpio_pin){pins->green, low, "lamp green"};
    outputs[LAMP_AMBER] = (struct gpio_pin){pins->amber, low, "lamp amber"};
    outputs[LAMP_RED] = (struct gpio_pin){pins->red, low, "lamp red"};
    outputs[LAMP_WHITE] = (struct gpio_pin){pins->white, low, "lamp white"};
    outputs[BUZZER] = (struct gpio_pin){pins->buzzer, low, "buzzer"};
    for (unsigned i = 0; i < PANEL_BUTTONS; i++)
        inputs[i] = (struct gpio_pin){pins->button[i], pins->buttons_active_low, button_names[i]};
    return (struct gpio_request){.consumer = "pamit-lane",
                                 .outputs = outputs,
                                 .n_outputs = OUTPUTS,
                                 .inputs = inputs,
                                 .n_inputs = PANEL_BUTTONS};
}

int panel_open(const struct gpio_backend *backend, const char *chip_path,
               const struct panel_pins *pins, struct panel **out, char why[DEVICE_WHY_LEN])
{
    struct gpio_pin outputs[OUTPUTS], inputs[PANEL_BUTTONS];
    struct gpio_request request = request_of(pins, outputs, inputs);
    struct panel *panel = calloc(1, sizeof *panel);
    if (!panel)
        return device_why(why, ENOMEM, "%s: out of memory", chip_path);
    int r = gpio_open(backend, chip_path, &request, &panel->gpio, why);
    if (r < 0)
        free(panel);
    else
        *out = panel;
    return r;
}

int panel_open_fd(int fd, const struct panel_pins *pins, struct panel **out)
{
    struct gpio_pin outputs[OUTPUTS], inputs[PANEL_BUTTONS];
    struct gpio_request request = request_of(pins, outputs, inputs);
    struct panel *panel = calloc(1, sizeof *panel);
    int r = panel ? gpio_mem_open_fd(fd, &request, &panel->gpio) : -ENOMEM;
    if (r < 0)
        free(panel);
    else
        *out = panel;
    return r;
}

void panel_show(struct panel *panel, enum panel_pattern pattern, int64_t now_ms)
{
    assert((unsigned)pattern < PANEL_PATTERNS);
    panel->pattern = pattern;
    panel->start_ms = now_ms;
    panel->chirp_end_ms = now_ms;
}

void panel_chirp(struct panel *panel, int64_t now_ms)
{
    if (!sound_at(&patterns[panel->pattern].sound, now_ms - panel->start_ms).on)
        panel->chirp_end_ms = now_ms + CHIRP_MS;
}

static void deadline_by(int64_t *deadline_ms, int64_t at_ms)
{
    if (at_ms < *deadline_ms)
        *deadline_ms = at_ms;
}

int panel_tick(struct panel *panel, int64_t now_ms, int64_t *deadline_ms)
{
    const struct pattern *pattern = &patterns[panel->pattern];
    int64_t t_ms = now_ms - panel->start_ms;
    assert(t_ms >= 0);
    struct moment lamp = lamp_at(pattern, t_ms);
    struct moment sound = sound_at(&pattern->sound, t_ms);
    bool chirp = now_ms < panel->chirp_end_ms;

    *deadline_ms = PANEL_NO_DEADLINE;
    if (lamp.until_ms != PANEL_NO_DEADLINE)
        deadline_by(deadline_ms, panel->start_ms + lamp.until_ms);
    if (sound.until_ms != PANEL_NO_DEADLINE)
        deadline_by(deadline_ms, panel->start_ms + sound.until_ms);
    if (chirp)
        deadline_by(deadline_ms, panel->chirp_end_ms);
    for (unsigned i = 0; i < PANEL_BUTTONS; i++)
        if (panel->buttons[i].raw != panel->buttons[i].stable)
            deadline_by(deadline_ms, panel->buttons[i].deaf_to_ms);

    for (unsigned i = 0; i < OUTPUTS; i++) {
        bool on = i == BUZZER ? sound.on || chirp : i == pattern->lamp && lamp.on;
        if (on == panel->lit[i])
            continue;
        int r = gpio_set(panel->gpio, i, on);
        if (r < 0)
            return r;
        panel->lit[i] = on;
    }
    return 0;
}

/* Whether a button's change counts now; then it is given out. */
static bool button_settled(struct panel *panel, size_t i, int64_t now_ms, struct panel_button *out)
{
    struct button *button = &panel->buttons[i];
    if (button->raw == button->stable || now_ms < button->deaf_to_ms)
        return false;
    button->stable = button->raw;
    button->deaf_to_ms = now_ms + GPIO_DEBOUNCE_MS;
    *out = (struct panel_button){.number = (unsigned)i + 1, .pressed = button->stable};
    return true;
}

int panel_read_button(struct panel *panel, int64_t now_ms, struct panel_button *button)
{
    /* What settled comes first: it is older than what the lines tell now. */
    for (size_t i = 0; i < PANEL_BUTTONS; i++)
        if (button_settled(panel, i, now_ms, button))
            return 1;
    for (int n = 0; n < EVENTS_PER_CALL; n++) {
        struct gpio_event event;
        int r = gpio_read_event(panel->gpio, &event);
        if (r <= 0)
            return r;
        panel->buttons[event.input].raw = event.active;
        if (button_settled(panel, event.input, now_ms, button))
            return 1;
    }
    return 0;
}

int panel_fd(const struct panel *panel)
{
    return gpio_fd(panel->gpio);
}

const char *panel_pattern_name(enum panel_pattern pattern)
{
    assert((unsigned)pattern < PANEL_PATTERNS);
    return patterns[pattern].name;
}

void panel_close(struct panel *panel)
{
    if (!panel)
        return;
    gpio_close(panel->gpio);
    free(panel);
}
