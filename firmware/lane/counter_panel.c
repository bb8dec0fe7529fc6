/* The counter's panel in the loop: looked for until it is there, ticked by its deadlines, and its
 * buttons handed on.
 */
#include "counter_part.h"
#include "log.h"

/* As the scanner's. */
#define PANEL_RETRY_MIN_MS SCANNER_RETRY_MIN_MS
#define PANEL_RETRY_MAX_MS SCANNER_RETRY_MAX_MS

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

/* A panel that dies at once is looked for ever more rarely. */
static void look_for_panel_later(struct counter *counter)
{
    const int64_t now = counter_now_ms();
    if (counter->panel && now - counter->panel_found_ms >= SCANNER_LIVED_MS)
        counter->panel_retry_ms = PANEL_RETRY_MIN_MS;
    counter_watch(counter, &counter->panel_watch, -1, now + counter->panel_retry_ms, on_panel_io);
    const int64_t longer_ms = counter->panel_retry_ms * 2;
    counter->panel_retry_ms = longer_ms < PANEL_RETRY_MAX_MS ? longer_ms : PANEL_RETRY_MAX_MS;
}

static void lose_panel(struct counter *counter, const char *why)
{
    look_for_panel_later(counter); /* before its fd is closed */
    panel_close(counter->panel);
    counter->panel = NULL;
    if (!counter->panel_missing_logged)
        log_event(LOG_PANEL_FAILED, "why=\"%s\"", why);
    counter->panel_missing_logged = true;
}

static int take_panel(const struct kiosk_config *config, struct panel **out,
                      char why[DEVICE_WHY_LEN])
{
    const struct gpio_backend *backend = config->mode == KIOSK_DESK ? &gpio_mem : &gpio_gpiod;
    const struct panel_pins pins = pins_of(config);
    return panel_open(backend, config->gpio_label[0] ? config->gpio_label : config->gpio_chip,
                      &pins, out, why);
}

static void find_panel(struct counter *counter)
{
    char why[DEVICE_WHY_LEN];
    if (take_panel(counter->config, &counter->panel, why) < 0) {
        lose_panel(counter, why);
        return;
    }
    counter->panel_missing_logged = false;
    counter->panel_found_ms = counter_now_ms();
    log_event(LOG_PANEL_READY, "");
    counter->handlers->panel_changed(counter->user);
}

static void tick_panel(struct counter *counter)
{
    int64_t deadline_ms;
    if (!counter->panel)
        return;
    if (panel_tick(counter->panel, counter_now_ms(), &deadline_ms) < 0) {
        lose_panel(counter, "a line can't be set");
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
    counter->handlers->stuck_changed(counter->user);
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
        lose_panel(counter, "the chip went away");
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

bool counter_darken(const struct kiosk_config *config)
{
    struct panel *panel = NULL;
    char why[DEVICE_WHY_LEN];
    if (take_panel(config, &panel, why) < 0)
        log_event(LOG_PANEL_FAILED, "why=\"%s\"", why);
    panel_close(panel);
    return panel != NULL;
}

void counter_show(struct counter *counter, enum panel_pattern pattern)
{
    if (counter->panel)
        panel_show(counter->panel, pattern, counter_now_ms());
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
