/* Lamps, buzzer and buttons of a counter.
 *
 * What a panel shows is a pure function of the time since its pattern began (panel_pattern.c), so a
 * late or missed tick never shifts a rhythm, and the next change is computed, not counted.
 *
 * Debouncing: contacts bounce for some ms after each change. A change counts at once, so a press
 * feels immediate, and the button is then deaf for 20 ms. Then the line is read: the kernel keeps a
 * few edges only, and where it does not debounce itself (libgpiod 1) a long bounce loses the last
 * of them, which would leave a button down for ever, or a press untold.
 */
#include "panel_part.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHIRP_MS        25
#define EVENTS_PER_CALL 64 /* then the owner's loop gets its turn */

struct button {
    bool raw;           /* as last told */
    bool stable;        /* as last given out */
    bool settling;      /* its line is read at deaf_to_ms */
    int64_t deaf_to_ms; /* changes before this are bouncing */
    int64_t down_ms;    /* while `stable`: since when; NOT_YET: since before the first tick */
};

#define NOT_YET INT64_MIN

struct panel {
    struct gpio *gpio;
    const char *chip;
    struct gpio_pin outputs[OUTPUTS];
    enum panel_pattern pattern;
    int64_t start_ms;
    int64_t chirp_end_ms;
    bool lit[OUTPUTS]; /* what the lines are set to */
    struct button buttons[PANEL_BUTTONS];
    char why[DEVICE_WHY_LEN];
};

void panel_output_pins(const struct panel_pins *pins, struct gpio_pin outputs[OUTPUTS])
{
    bool low = pins->lamps_active_low;
    outputs[LAMP_GREEN] = (struct gpio_pin){pins->green, low, "lamp green"};
    outputs[LAMP_AMBER] = (struct gpio_pin){pins->amber, low, "lamp amber"};
    outputs[LAMP_RED] = (struct gpio_pin){pins->red, low, "lamp red"};
    outputs[LAMP_WHITE] = (struct gpio_pin){pins->white, low, "lamp white"};
    outputs[BUZZER] = (struct gpio_pin){pins->buzzer, low, "buzzer"};
}

static struct gpio_request request_of(const struct panel_pins *pins,
                                      struct gpio_pin outputs[OUTPUTS],
                                      struct gpio_pin inputs[PANEL_BUTTONS])
{
    static const char *const button_names[PANEL_BUTTONS] = {"button 1", "button 2", "button 3",
                                                            "button 4"};
    panel_output_pins(pins, outputs);
    for (unsigned i = 0; i < PANEL_BUTTONS; i++)
        inputs[i] = (struct gpio_pin){pins->button[i], pins->buttons_active_low, button_names[i]};
    return (struct gpio_request){.consumer = PANEL_CONSUMER,
                                 .outputs = outputs,
                                 .n_outputs = OUTPUTS,
                                 .inputs = inputs,
                                 .n_inputs = PANEL_BUTTONS};
}

/* What is down already is no press, but may be stuck. */
static void look_at_buttons(struct panel *panel)
{
    for (size_t i = 0; i < PANEL_BUTTONS; i++) {
        const bool down = gpio_get(panel->gpio, i) == 1;
        panel->buttons[i] = (struct button){.raw = down, .stable = down, .down_ms = NOT_YET};
    }
}

int panel_open(const struct gpio_backend *backend, const char *chip, const struct panel_pins *pins,
               struct panel **out, char why[DEVICE_WHY_LEN])
{
    struct gpio_pin inputs[PANEL_BUTTONS];
    struct panel *panel = calloc(1, sizeof *panel);
    if (!panel)
        return device_why(why, ENOMEM, "%s: out of memory", chip);
    panel->chip = chip;
    const struct gpio_request request = request_of(pins, panel->outputs, inputs);
    int r = gpio_open(backend, chip, &request, &panel->gpio, why);
    if (r == 0)
        look_at_buttons(panel);
    if (r < 0)
        free(panel);
    else
        *out = panel;
    return r;
}

int panel_open_fd(int fd, const struct panel_pins *pins, struct panel **out)
{
    struct gpio_pin inputs[PANEL_BUTTONS];
    struct panel *panel = calloc(1, sizeof *panel);
    if (!panel)
        return -ENOMEM;
    panel->chip = "socket";
    const struct gpio_request request = request_of(pins, panel->outputs, inputs);
    int r = gpio_mem_open_fd(fd, &request, &panel->gpio);
    if (r < 0)
        free(panel);
    else
        *out = panel;
    return r;
}

void panel_show(struct panel *panel, enum panel_pattern pattern, int64_t began_ms)
{
    assert((unsigned)pattern < PANEL_PATTERNS);
    panel->pattern = pattern;
    panel->start_ms = began_ms;
    panel->chirp_end_ms = began_ms;
}

void panel_chirp(struct panel *panel, int64_t now_ms)
{
    if (!panel_sound_at(&panel_patterns[panel->pattern].sound, now_ms - panel->start_ms).on)
        panel->chirp_end_ms = now_ms + CHIRP_MS;
}

static void deadline_by(int64_t *deadline_ms, int64_t at_ms)
{
    if (at_ms < *deadline_ms)
        *deadline_ms = at_ms;
}

static void button_deadline(struct button *button, int64_t now_ms, int64_t *deadline_ms)
{
    if (button->settling)
        deadline_by(deadline_ms, button->deaf_to_ms);
    if (!button->stable)
        return;
    if (button->down_ms == NOT_YET)
        button->down_ms = now_ms;
    if (now_ms < button->down_ms + PANEL_STUCK_MS)
        deadline_by(deadline_ms, button->down_ms + PANEL_STUCK_MS);
}

int panel_tick(struct panel *panel, int64_t now_ms, int64_t *deadline_ms)
{
    const struct pattern *pattern = &panel_patterns[panel->pattern];
    int64_t t_ms = now_ms - panel->start_ms;
    assert(t_ms >= 0);
    struct moment lamp = panel_lamp_at(pattern, t_ms);
    struct moment sound = panel_sound_at(&pattern->sound, t_ms);
    bool chirp = now_ms < panel->chirp_end_ms;

    *deadline_ms = PANEL_NO_DEADLINE;
    if (lamp.until_ms != PANEL_NO_DEADLINE)
        deadline_by(deadline_ms, panel->start_ms + lamp.until_ms);
    if (sound.until_ms != PANEL_NO_DEADLINE)
        deadline_by(deadline_ms, panel->start_ms + sound.until_ms);
    if (chirp)
        deadline_by(deadline_ms, panel->chirp_end_ms);
    for (unsigned i = 0; i < PANEL_BUTTONS; i++)
        button_deadline(&panel->buttons[i], now_ms, deadline_ms);

    for (unsigned i = 0; i < OUTPUTS; i++) {
        bool on = i == BUZZER ? sound.on || chirp : i == pattern->lamp && lamp.on;
        if (on == panel->lit[i])
            continue;
        int r = gpio_set(panel->gpio, i, on);
        if (r < 0)
            return device_why(panel->why, -r, "%s: line %s (%s) can't be set (%s)", panel->chip,
                              panel->outputs[i].line, panel->outputs[i].name, strerror(-r));
        panel->lit[i] = on;
    }
    return 0;
}

/* Whether a button's change counts now; then it is given out. */
static bool button_changed(struct panel *panel, size_t i, int64_t now_ms, struct panel_button *out)
{
    struct button *button = &panel->buttons[i];
    if (button->settling || button->raw == button->stable)
        return false;
    button->stable = button->raw;
    button->down_ms = now_ms;
    button->deaf_to_ms = now_ms + GPIO_DEBOUNCE_MS;
    button->settling = true;
    *out = (struct panel_button){.number = (unsigned)i + 1, .pressed = button->stable};
    return true;
}

/* A bounce that is over ends as its line is now. */
static void button_settle(struct panel *panel, size_t i, int64_t now_ms)
{
    struct button *button = &panel->buttons[i];
    if (!button->settling || now_ms < button->deaf_to_ms)
        return;
    const int level = gpio_get(panel->gpio, i);
    if (level >= 0) /* a line that can't be read tells of itself by its edges, or by HUP */
        button->raw = level == 1;
    button->settling = false;
}

int panel_read_button(struct panel *panel, int64_t now_ms, struct panel_button *button)
{
    for (int n = 0; n < EVENTS_PER_CALL; n++) {
        struct gpio_event event;
        int r = gpio_read_event(panel->gpio, &event);
        if (r == -ENODEV)
            return device_why(panel->why, ENODEV, "%s: the chip went away", panel->chip);
        if (r < 0)
            return device_why(panel->why, -r, "%s: buttons can't be read (%s)", panel->chip,
                              strerror(-r));
        if (r > 0) {
            panel->buttons[event.input].raw = event.active;
            if (button_changed(panel, event.input, now_ms, button))
                return 1;
            continue;
        }
        /* All edges are read: those of a bounce are no presses, however late we look. */
        for (size_t i = 0; i < PANEL_BUTTONS; i++) {
            button_settle(panel, i, now_ms);
            if (button_changed(panel, i, now_ms, button))
                return 1;
        }
        return 0;
    }
    return 0;
}

uint32_t panel_stuck(const struct panel *panel, int64_t now_ms)
{
    uint32_t stuck = 0;
    for (unsigned i = 0; i < PANEL_BUTTONS; i++) {
        const struct button *button = &panel->buttons[i];
        if (button->stable && button->down_ms != NOT_YET &&
            now_ms - button->down_ms >= PANEL_STUCK_MS)
            stuck |= 1u << i;
    }
    return stuck;
}

const char *panel_why(const struct panel *panel)
{
    return panel->why;
}

int panel_fd(const struct panel *panel)
{
    return gpio_fd(panel->gpio);
}

const char *panel_pattern_name(enum panel_pattern pattern)
{
    assert((unsigned)pattern < PANEL_PATTERNS);
    return panel_patterns[pattern].name;
}

void panel_close(struct panel *panel)
{
    if (!panel)
        return;
    gpio_close(panel->gpio);
    free(panel);
}
