/* Drivers have no clock and no loop of their own: they give deadlines and take the time. Here each
 * gets one time source and one I/O source. An fd may be closed by the driver while it handles an
 * event (the scanner's at GONE), so its source is dropped as soon as the driver's fd differs.
 */
#include "counter.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"

#define SCAN_EVENTS_MAX 16

/* As the scanner's. */
#define PANEL_RETRY_MIN_MS SCANNER_RETRY_MIN_MS
#define PANEL_RETRY_MAX_MS SCANNER_RETRY_MAX_MS

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

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Points a watch at the driver's current fd and deadline. */
static void watch_set(struct counter *counter, struct watch *watch, int fd, int64_t deadline_ms,
                      sd_event_io_handler_t on_io)
{
    if (fd != watch->fd) {
        watch->io = sd_event_source_disable_unref(watch->io);
        watch->fd = -1;
        if (fd >= 0 && sd_event_add_io(counter->loop, &watch->io, fd, EPOLLIN, on_io, counter) >= 0)
            watch->fd = fd;
    }
    if (deadline_ms == INT64_MAX) {
        sd_event_source_set_enabled(watch->timer, SD_EVENT_OFF);
        return;
    }
    uint64_t due_us = deadline_ms > 0 ? (uint64_t)deadline_ms * 1000 : 0;
    sd_event_source_set_time(watch->timer, due_us);
    sd_event_source_set_enabled(watch->timer, SD_EVENT_ONESHOT);
}

static void watch_drop(struct watch *watch)
{
    watch->io = sd_event_source_disable_unref(watch->io);
    watch->timer = sd_event_source_disable_unref(watch->timer);
}

/* ---- scanner ------------------------------------------------------------------------------- */

static int on_scanner_io(sd_event_source *source, int fd, uint32_t events, void *user);

/* A reader that babbles gets its turn like lamps, buttons and page: SCAN_EVENTS_MAX, then theirs.
 */
static void run_scanner(struct counter *counter)
{
    struct scan_event event;
    int left = SCAN_EVENTS_MAX;
    while (left-- > 0 && scanner_next(counter->scanner, now_ms(), &event)) {
        if (event.kind == SCAN_EVENT_GONE) {
            counter->scanner_watch.io = sd_event_source_disable_unref(counter->scanner_watch.io);
            counter->scanner_watch.fd = -1;
            log_event(LOG_SCANNER_GONE, "why=\"%s\"", scanner_why(counter->scanner));
        } else if (event.kind == SCAN_EVENT_OPENED) {
            log_event(LOG_SCANNER_OPEN, "");
        } else if (event.kind == SCAN_EVENT_QUIET) {
            log_event(LOG_SCANNER_QUIET, "why=\"%s\"", scanner_why(counter->scanner));
        } else if (event.kind == SCAN_EVENT_HEARD) {
            log_event(LOG_SCANNER_HEARD, "");
        }
        counter->handlers->scan(&event, counter->user);
    }
    int64_t deadline_ms = left < 0 ? now_ms() : scanner_deadline_ms(counter->scanner);
    watch_set(counter, &counter->scanner_watch, scanner_fd(counter->scanner), deadline_ms,
              on_scanner_io);
}

static int on_scanner_io(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)fd;
    (void)events;
    run_scanner(user);
    return 0;
}

static int on_scanner_time(sd_event_source *source, uint64_t time_us, void *user)
{
    (void)source;
    (void)time_us;
    run_scanner(user);
    return 0;
}

/* ---- panel --------------------------------------------------------------------------------- */

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
    const int64_t now = now_ms();
    if (counter->panel && now - counter->panel_found_ms >= SCANNER_LIVED_MS)
        counter->panel_retry_ms = PANEL_RETRY_MIN_MS;
    watch_set(counter, &counter->panel_watch, -1, now + counter->panel_retry_ms, on_panel_io);
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
    counter->panel_found_ms = now_ms();
    log_event(LOG_PANEL_READY, "");
    counter->handlers->panel_changed(counter->user);
}

static void tick_panel(struct counter *counter)
{
    int64_t deadline_ms;
    if (!counter->panel)
        return;
    if (panel_tick(counter->panel, now_ms(), &deadline_ms) < 0) {
        lose_panel(counter, "a line can't be set");
        counter->handlers->panel_changed(counter->user);
        return;
    }
    watch_set(counter, &counter->panel_watch, panel_fd(counter->panel), deadline_ms, on_panel_io);
}

static void look_for_stuck(struct counter *counter)
{
    const uint32_t stuck = counter->panel ? panel_stuck(counter->panel, now_ms()) : 0;
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
    while (counter->panel && (got = panel_read_button(counter->panel, now_ms(), &button)) == 1)
        counter->handlers->button(button.number, button.pressed, counter->user);
    if (counter->panel && got < 0) {
        lose_panel(counter, "the chip went away");
        counter->handlers->panel_changed(counter->user);
    }
    tick_panel(counter);
    look_for_stuck(counter);
    return 0;
}

static int on_panel_time(sd_event_source *source, uint64_t time_us, void *user)
{
    (void)time_us;
    struct counter *counter = user;
    if (!counter->panel)
        find_panel(counter);
    return on_panel_io(source, -1, 0, user);
}

/* ---- both ---------------------------------------------------------------------------------- */

/* The profile's line, with what the configuration says instead. */
static struct serial_settings line_settings(const struct kiosk_config *config,
                                            const struct scan_profile *profile)
{
    static const enum serial_parity parities[] = {[KIOSK_PARITY_NONE] = SERIAL_PARITY_NONE,
                                                  [KIOSK_PARITY_EVEN] = SERIAL_PARITY_EVEN,
                                                  [KIOSK_PARITY_ODD] = SERIAL_PARITY_ODD};
    struct serial_settings settings = profile->settings;
    if (config->scanner_baud > 0)
        settings.baud = config->scanner_baud;
    if (config->scanner_data_bits != KIOSK_DATA_BITS_PROFILE)
        settings.data_bits = (uint8_t)config->scanner_data_bits;
    if (config->scanner_parity != KIOSK_PARITY_PROFILE)
        settings.parity = parities[config->scanner_parity];
    return settings;
}

static enum err open_devices(struct counter *counter)
{
    const struct kiosk_config *config = counter->config;
    const struct serial_line_backend *line =
        config->mode == KIOSK_DESK ? &serial_line_fd : &serial_line_sp;
    const struct scan_profile *profile = scan_profile_find(config->scanner_profile);
    assert(profile); /* the configuration knows all names */
    const struct serial_settings settings = line_settings(config, profile);
    if (scanner_open(line, config->scanner_device, profile, &settings, &counter->scanner) < 0)
        return ERR_MEMORY;
    if (sd_event_add_time(counter->loop, &counter->scanner_watch.timer, CLOCK_MONOTONIC, 0, 1000,
                          on_scanner_time, counter) < 0 ||
        sd_event_add_time(counter->loop, &counter->panel_watch.timer, CLOCK_MONOTONIC, 0, 1000,
                          on_panel_time, counter) < 0)
        return ERR_MEMORY;
    return ERR_OK;
}

enum err counter_open(sd_event *loop, const struct kiosk_config *config,
                      const struct counter_handlers *handlers, void *user, struct counter **out)
{
    struct counter *counter = calloc(1, sizeof *counter);
    if (!counter)
        return ERR_MEMORY;
    counter->loop = loop;
    counter->config = config;
    counter->handlers = handlers;
    counter->user = user;
    counter->scanner_watch.fd = -1;
    counter->panel_watch.fd = -1;
    counter->panel_retry_ms = PANEL_RETRY_MIN_MS;
    enum err err = open_devices(counter);
    if (err) {
        counter_close(counter);
        return err;
    }
    *out = counter;
    return ERR_OK;
}

void counter_close(struct counter *counter)
{
    if (!counter)
        return;
    watch_drop(&counter->scanner_watch);
    watch_drop(&counter->panel_watch);
    scanner_close(counter->scanner);
    panel_close(counter->panel);
    free(counter);
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
        panel_show(counter->panel, pattern, now_ms());
    tick_panel(counter);
}

void counter_chirp(struct counter *counter)
{
    if (counter->panel)
        panel_chirp(counter->panel, now_ms());
    tick_panel(counter);
}

enum scanner_state counter_scanner(const struct counter *counter)
{
    return counter->scanner ? scanner_state(counter->scanner) : SCANNER_GONE;
}

uint32_t counter_stuck(const struct counter *counter)
{
    return counter->stuck;
}

bool counter_panel_ok(const struct counter *counter)
{
    return counter->panel != NULL;
}
