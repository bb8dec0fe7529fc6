/* GPIO through libgpiod 2 (Debian 13): one request for all lines, debounced by the kernel.
 *
 * A request that fails does not say which line was refused; chip2_why_refused() looks for the first
 * one that does not exist or is in use, so that the technician reads a line number.
 */
#include "gpio_backend.h"

#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>

struct chip2 {
    struct gpio base;
    struct gpiod_line_request *lines;
    struct gpiod_edge_event_buffer *events; /* room for one */
    struct gpio_lines at;
};

/* Adds one pin to the request's configuration. Returns 0 or -1 with errno. */
static int config_add(struct gpiod_line_config *config, const struct gpio_pin *pin, unsigned line,
                      bool output)
{
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    if (!settings)
        return -1;
    gpiod_line_settings_set_active_low(settings, pin->active_low);
    int r;
    if (output) {
        r = gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
        gpiod_line_settings_set_output_value(settings, GPIOD_LINE_VALUE_INACTIVE);
    } else {
        r = gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
        gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
        gpiod_line_settings_set_bias(settings, pin->active_low ? GPIOD_LINE_BIAS_PULL_UP
                                                               : GPIOD_LINE_BIAS_PULL_DOWN);
        gpiod_line_settings_set_debounce_period_us(settings, GPIO_DEBOUNCE_MS * 1000);
    }
    if (r == 0)
        r = gpiod_line_config_add_line_settings(config, &line, 1, settings);
    gpiod_line_settings_free(settings);
    return r;
}

static struct gpiod_line_request *chip2_request(struct gpiod_chip *chip,
                                                const struct gpio_request *request,
                                                const struct gpio_lines *at)
{
    struct gpiod_request_config *who = gpiod_request_config_new();
    struct gpiod_line_config *config = gpiod_line_config_new();
    struct gpiod_line_request *lines = NULL;
    int r = who && config ? 0 : -1;
    for (size_t i = 0; r == 0 && i < request->n_outputs; i++)
        r = config_add(config, &request->outputs[i], at->outputs[i], true);
    for (size_t i = 0; r == 0 && i < request->n_inputs; i++)
        r = config_add(config, &request->inputs[i], at->inputs[i], false);
    if (r == 0) {
        gpiod_request_config_set_consumer(who, request->consumer);
        lines = gpiod_chip_request_lines(chip, who, config);
    }
    int error = errno;
    gpiod_line_config_free(config);
    gpiod_request_config_free(who);
    errno = error;
    return lines;
}

/* Explains a refusal by the first of `pins` that can't be had. Returns 0 when all look free. */
static int chip2_why_pins(struct gpiod_chip *chip, const char *path, const struct gpio_pin *pins,
                          const unsigned *lines, size_t n_pins, char why[DEVICE_WHY_LEN])
{
    for (size_t i = 0; i < n_pins; i++) {
        struct gpiod_line_info *info = gpiod_chip_get_line_info(chip, lines[i]);
        if (!info)
            return device_why(why, EINVAL, "%s: line %s (%s) does not exist", path, pins[i].line,
                              pins[i].name);
        int r = 0;
        if (gpiod_line_info_is_used(info)) {
            const char *user = gpiod_line_info_get_consumer(info);
            r = device_why(why, EBUSY, "%s: line %s (%s) is in use by %s", path, pins[i].line,
                           pins[i].name, user ? user : "another program");
        }
        gpiod_line_info_free(info);
        if (r < 0)
            return r;
    }
    return 0;
}

static int chip2_why_refused(struct gpiod_chip *chip, const char *path,
                             const struct gpio_request *request, const struct gpio_lines *at,
                             char why[DEVICE_WHY_LEN])
{
    int error = errno > 0 ? errno : EIO;
    int r = chip2_why_pins(chip, path, request->outputs, at->outputs, request->n_outputs, why);
    if (r == 0)
        r = chip2_why_pins(chip, path, request->inputs, at->inputs, request->n_inputs, why);
    if (r == 0)
        r = device_why(why, error, "%s: lines refused (%s)", path, strerror(error));
    return r;
}

static void chip2_close(struct gpio *gpio)
{
    struct chip2 *c = (struct chip2 *)gpio;
    if (c->lines)
        gpiod_line_request_release(c->lines);
    gpiod_edge_event_buffer_free(c->events);
    free(c);
}

static void *chip2_open_labelled(const char *path, const char *label)
{
    struct gpiod_chip *chip = gpiod_chip_open(path);
    struct gpiod_chip_info *info = chip ? gpiod_chip_get_info(chip) : NULL;
    const bool is_it = info && strcmp(gpiod_chip_info_get_label(info), label) == 0;
    const int error = info ? ENOENT : errno;
    gpiod_chip_info_free(info);
    if (is_it)
        return chip;
    if (chip)
        gpiod_chip_close(chip);
    errno = error;
    return NULL;
}

static int chip2_find(void *chip, const char *name)
{
    return gpiod_chip_get_line_offset_from_name(chip, name);
}

static int chip2_open(const char *path, const struct gpio_request *request, struct gpio **out,
                      char why[DEVICE_WHY_LEN])
{
    struct chip2 *c = calloc(1, sizeof *c);
    if (c)
        c->events = gpiod_edge_event_buffer_new(1);
    if (!c || !c->events) {
        free(c);
        return device_why(why, ENOMEM, "%s: out of memory", path);
    }
    int r = 0;
    struct gpiod_chip *chip = gpio_is_label(path)
                                  ? gpio_find_chip(GPIO_CHIPS, path, chip2_open_labelled)
                                  : gpiod_chip_open(path);
    if (!chip) {
        r = gpio_why_chip(path, errno, why);
    } else {
        r = gpio_find_lines(path, request, chip2_find, chip, &c->at, why);
        if (r == 0)
            c->lines = chip2_request(chip, request, &c->at);
        if (r == 0 && !c->lines)
            r = chip2_why_refused(chip, path, request, &c->at, why);
        gpiod_chip_close(chip);
    }
    if (r < 0) {
        chip2_close(&c->base);
        return r;
    }
    c->base = (struct gpio){.backend = &gpio_gpiod,
                            .n_outputs = request->n_outputs,
                            .n_inputs = request->n_inputs,
                            .fd = gpiod_line_request_get_fd(c->lines)};
    *out = &c->base;
    return 0;
}

static int chip2_set(struct gpio *gpio, size_t output, bool active)
{
    struct chip2 *c = (struct chip2 *)gpio;
    enum gpiod_line_value value = active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    return gpiod_line_request_set_value(c->lines, c->at.outputs[output], value) == 0 ? 0 : -errno;
}

static int chip2_get(struct gpio *gpio, size_t input)
{
    struct chip2 *c = (struct chip2 *)gpio;
    const enum gpiod_line_value value = gpiod_line_request_get_value(c->lines, c->at.inputs[input]);
    return value == GPIOD_LINE_VALUE_ERROR ? -errno : value == GPIOD_LINE_VALUE_ACTIVE;
}

static int chip2_read_event(struct gpio *gpio, struct gpio_event *event)
{
    struct chip2 *c = (struct chip2 *)gpio;
    int n = gpiod_line_request_wait_edge_events(c->lines, 0);
    if (n <= 0)
        return n == 0 || errno == EINTR ? 0 : -errno;
    if (gpiod_line_request_read_edge_events(c->lines, c->events, 1) < 1)
        return -errno;
    struct gpiod_edge_event *edge = gpiod_edge_event_buffer_get_event(c->events, 0);
    unsigned offset = gpiod_edge_event_get_line_offset(edge);
    size_t i = 0;
    while (i < gpio->n_inputs && c->at.inputs[i] != offset)
        i++;
    if (i == gpio->n_inputs)
        return 0;
    *event = (struct gpio_event){.input = i,
                                 .active = gpiod_edge_event_get_event_type(edge) ==
                                           GPIOD_EDGE_EVENT_RISING_EDGE};
    return 1;
}

const struct gpio_backend gpio_gpiod = {
    .open = chip2_open,
    .set = chip2_set,
    .get = chip2_get,
    .read_event = chip2_read_event,
    .close = chip2_close,
};
