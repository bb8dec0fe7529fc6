/* The counter's panel in the loop: looked for until it is there, ticked by its deadlines, and its
 * buttons handed on.
 *
 * What it shows outlives it: pattern and since when are kept here. So a panel that comes back shows
 * what is left of a verdict's light, never a new minute of it.
 *
 * That it is missing is logged at once, and again when the cause is another or it was back in
 * between. While it keeps coming and going that is told ever more rarely: each time at first, after
 * a dozen within minutes some six times an hour.
 */
#include "counter_part.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "log.h"

/* As the scanner's. */
#define PANEL_RETRY_MIN_MS SCANNER_RETRY_MIN_MS
#define PANEL_RETRY_MAX_MS SCANNER_RETRY_MAX_MS

#define PANEL_LOG_MIN_MS 10
#define PANEL_LOG_MAX_MS 600000
#define PANEL_CALM_MS    60000 /* one that was there for so long does not flap */

static int on_panel_io(sd_event_source *source, int fd, uint32_t events, void *user);

static struct panel_pins pins_of(const struct kiosk_config *config)
{
    return (struct panel_pins){
        .green = config->lamp_green,
        .amber = config->lamp_amber,
        .red = config->lamp_red,
        .white = config->lamp_white,
        .buzzer = config->buzzer,
        .button = {config->button_1, config->button_2, config->button_3, config->button_4},
        .lamps_active_low = config->lamps_active_low,
        .buttons_active_low = config->buttons_active_low,
    };
}

static const char *chip_of(const struct kiosk_config *config)
{
    return config->gpio_label[0] ? config->gpio_label : config->gpio_chip;
}

static void log_ready(struct counter *counter)
{
    if (counter->panel_log.ready)
        return; /* that it was missing is not logged either */
    counter->panel_log.ready = true;
    counter->panel_log.why[0] = '\0';
    log_event(LOG_PANEL_READY, "");
}

static void log_missing(struct counter *counter, const char *why)
{
    const int64_t now = counter_now_ms();
    if (now < counter->panel_log.from_ms || strcmp(why, counter->panel_log.why) == 0)
        return;
    counter->panel_log.ready = false;
    snprintf(counter->panel_log.why, sizeof counter->panel_log.why, "%s", why);
    log_event(LOG_PANEL_FAILED, "why=\"%s\"", why);
    int64_t gap_ms = counter->panel_log.gap_ms ? counter->panel_log.gap_ms * 2 : PANEL_LOG_MIN_MS;
    if (gap_ms > PANEL_LOG_MAX_MS)
        gap_ms = PANEL_LOG_MAX_MS;
    counter->panel_log.gap_ms = gap_ms;
    counter->panel_log.from_ms = now + gap_ms;
}

/* A panel that dies at once is looked for ever more rarely. */
static void look_for_panel_later(struct counter *counter)
{
    const int64_t now = counter_now_ms();
    const int64_t lived_ms = counter->panel ? now - counter->panel_found_ms : 0;
    if (lived_ms >= SCANNER_LIVED_MS)
        counter->panel_retry_ms = PANEL_RETRY_MIN_MS;
    if (lived_ms >= PANEL_CALM_MS) {
        counter->panel_log.gap_ms = 0;
        counter->panel_log.from_ms = now;
    }
    counter_watch(counter, &counter->panel_watch, -1, now + counter->panel_retry_ms, on_panel_io);
    const int64_t longer_ms = counter->panel_retry_ms * 2;
    counter->panel_retry_ms = longer_ms < PANEL_RETRY_MAX_MS ? longer_ms : PANEL_RETRY_MAX_MS;
}

static void lose_panel(struct counter *counter, const char *why)
{
    look_for_panel_later(counter); /* before its fd is closed */
    log_missing(counter, why);
    panel_close(counter->panel);
    counter->panel = NULL;
}

static void find_panel(struct counter *counter)
{
    const struct kiosk_config *config = counter->config;
    const struct gpio_backend *backend = config->mode == KIOSK_DESK ? &gpio_mem : &gpio_gpiod;
    const struct panel_pins pins = pins_of(config);
    char why[DEVICE_WHY_LEN];
    if (panel_open(backend, chip_of(config), &pins, &counter->panel, why) < 0) {
        lose_panel(counter, why);
        return;
    }
    counter->panel_found_ms = counter_now_ms();
    panel_show(counter->panel, counter->shown, counter->shown_began_ms);
    log_ready(counter);
    counter->handlers->panel_changed(counter->user);
}

static void tick_panel(struct counter *counter)
{
    int64_t deadline_ms;
    if (!counter->panel)
        return;
    if (panel_tick(counter->panel, counter_now_ms(), &deadline_ms) < 0) {
        lose_panel(counter, panel_why(counter->panel));
        counter->handlers->panel_changed(counter->user);
        return;
    }
    counter_watch(counter, &counter->panel_watch, panel_fd(counter->panel), deadline_ms,
                  on_panel_io);
}

static void look_for_stuck(struct counter *counter)
{
    const uint32_t stuck = counter->panel ? panel_stuck(counter->panel, counter_now_ms()) : 0;
    if (stuck == counter->stuck)
        return;
    for (unsigned i = 0; i < PANEL_BUTTONS; i++)
        if (stuck & ~counter->stuck & 1u << i)
            log_event(LOG_BUTTON_STUCK, "button=%u", i + 1);
    counter->stuck = stuck;
    counter->handlers->panel_changed(counter->user);
}

static int on_panel_io(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)fd;
    (void)events;
    struct counter *counter = user;
    struct panel_button button;
    int got = 0;
    while (counter->panel &&
           (got = panel_read_button(counter->panel, counter_now_ms(), &button)) == 1)
        counter->handlers->button(button.number, button.pressed, counter->user);
    if (counter->panel && got < 0) {
        lose_panel(counter, panel_why(counter->panel));
        counter->handlers->panel_changed(counter->user);
    }
    tick_panel(counter);
    look_for_stuck(counter);
    return 0;
}

int counter_on_panel_time(sd_event_source *source, uint64_t time_us, void *user)
{
    (void)time_us;
    struct counter *counter = user;
    if (!counter->panel)
        find_panel(counter);
    return on_panel_io(source, -1, 0, user);
}

/* The mode is not asked for, which may be what is wrong with the configuration: a desk's chip is a
 * socket. */
bool counter_darken(const struct kiosk_config *config)
{
    struct stat st;
    const bool is_desk = stat(config->gpio_chip, &st) == 0 && S_ISSOCK(st.st_mode);
    const struct panel_pins pins = pins_of(config);
    char why[PANEL_OUTPUTS][DEVICE_WHY_LEN];
    const unsigned n = panel_darken(is_desk ? &gpio_mem : &gpio_gpiod, chip_of(config), &pins, why);
    for (unsigned i = 0; i < n; i++)
        if (i == 0 || strcmp(why[i], why[i - 1]) != 0) /* the chip's own reason is said once */
            log_event(LOG_PANEL_FAILED, "why=\"%s\"", why[i]);
    return n == 0;
}

void counter_show(struct counter *counter, enum panel_pattern pattern, int64_t began_ms)
{
    counter->shown = pattern;
    counter->shown_began_ms = began_ms;
    if (counter->panel)
        panel_show(counter->panel, pattern, began_ms);
    tick_panel(counter);
}

void counter_chirp(struct counter *counter)
{
    if (counter->panel)
        panel_chirp(counter->panel, counter_now_ms());
    tick_panel(counter);
}

uint32_t counter_stuck(const struct counter *counter)
{
    return counter->stuck;
}

bool counter_panel_ok(const struct counter *counter)
{
    return counter->panel != NULL;
}
