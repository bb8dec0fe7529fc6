/* The counter's devices in the loop, and its scanner; counter_panel.c has the panel.
 *
 * Drivers have no clock and no loop of their own: they give deadlines and take the time. Here each
 * gets one time source and one I/O source. An fd may be closed by the driver while it handles an
 * event (the scanner's at GONE), so its source is dropped as soon as the driver's fd differs.
 */
#include "counter_part.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "log.h"

#define SCAN_EVENTS_MAX 16

int64_t counter_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void counter_watch(struct counter *counter, struct watch *watch, int fd, int64_t deadline_ms,
                   sd_event_io_handler_t on_io)
{
    if (fd != watch->fd) {
        watch->io = sd_event_source_disable_unref(watch->io);
        watch->fd = -1;
        if (fd >= 0 && sd_event_add_io(counter->loop, &watch->io, fd, EPOLLIN, on_io, counter) >= 0)
            watch->fd = fd;
    }
    if (watch->fd != fd && counter_now_ms() + WATCH_RETRY_MS < deadline_ms)
        deadline_ms = counter_now_ms() + WATCH_RETRY_MS;
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

static int on_scanner_io(sd_event_source *source, int fd, uint32_t events, void *user);

/* A reader that babbles gets its turn like lamps, buttons and page: SCAN_EVENTS_MAX, then theirs.
 */
static void run_scanner(struct counter *counter)
{
    struct scan_event event;
    int left = SCAN_EVENTS_MAX;
    while (left-- > 0 && scanner_next(counter->scanner, counter_now_ms(), &event)) {
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
    int64_t deadline_ms = left < 0 ? counter_now_ms() : scanner_deadline_ms(counter->scanner);
    counter_watch(counter, &counter->scanner_watch, scanner_fd(counter->scanner), deadline_ms,
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
    if (config->scanner_dtr != KIOSK_MODEM_LINE_PROFILE)
        settings.dtr_off = config->scanner_dtr == KIOSK_MODEM_LINE_OFF;
    if (config->scanner_rts != KIOSK_MODEM_LINE_PROFILE)
        settings.rts_off = config->scanner_rts == KIOSK_MODEM_LINE_OFF;
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
                          counter_on_panel_time, counter) < 0)
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
    counter->panel_retry_ms = SCANNER_RETRY_MIN_MS;
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

enum scanner_state counter_scanner(const struct counter *counter)
{
    return counter->scanner ? scanner_state(counter->scanner) : SCANNER_GONE;
}
