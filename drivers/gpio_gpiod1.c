/* GPIO through libgpiod 1.6 (Debian 12).
 *
 * The old kernel interface behind it: an input with edges can't share a request with outputs, and
 * each has its own fd, so every line is requested by itself and the inputs' fds are gathered in one
 * epoll fd. It can't debounce; panel.c does. Lines are released by gpiod_chip_close().
 */
#include "gpio_backend.h"

#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct chip1 {
    struct gpio base;
    struct gpiod_chip *chip;
    struct gpio_lines at;
    struct gpiod_line *outputs[GPIO_PINS_MAX];
    struct gpiod_line *inputs[GPIO_PINS_MAX];
};

static int chip1_why_line(const char *path, const struct gpio_pin *pin, struct gpiod_line *line,
                          int error, char why[DEVICE_WHY_LEN])
{
    if (!line)
        return device_why(why, EINVAL, "%s: line %s (%s) does not exist", path, pin->line,
                          pin->name);
    const char *user = gpiod_line_update(line) == 0 ? gpiod_line_consumer(line) : NULL;
    if (error == EBUSY)
        return device_why(why, EBUSY, "%s: line %s (%s) is in use by %s", path, pin->line,
                          pin->name, user ? user : "another program");
    return device_why(why, error, "%s: line %s (%s): %s", path, pin->line, pin->name,
                      strerror(error));
}

static int flags_of(const struct gpio_pin *pin)
{
    return pin->active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
}

static int chip1_take_output(struct chip1 *c, size_t i, const char *path,
                             const struct gpio_request *request, char why[DEVICE_WHY_LEN])
{
    const struct gpio_pin *pin = &request->outputs[i];
    struct gpiod_line *line = gpiod_chip_get_line(c->chip, c->at.outputs[i]);
    if (!line || gpiod_line_request_output_flags(line, request->consumer, flags_of(pin), 0) < 0)
        return chip1_why_line(path, pin, line, errno, why);
    c->outputs[i] = line;
    return 0;
}

static int chip1_take_input(struct chip1 *c, size_t i, const char *path,
                            const struct gpio_request *request, char why[DEVICE_WHY_LEN])
{
    const struct gpio_pin *pin = &request->inputs[i];
    int bias = pin->active_low ? GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP
                               : GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    struct gpiod_line *line = gpiod_chip_get_line(c->chip, c->at.inputs[i]);
    if (!line || gpiod_line_request_both_edges_events_flags(line, request->consumer,
                                                            flags_of(pin) | bias) < 0)
        return chip1_why_line(path, pin, line, errno, why);
    c->inputs[i] = line;
    struct epoll_event poll = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
    if (epoll_ctl(c->base.fd, EPOLL_CTL_ADD, gpiod_line_event_get_fd(line), &poll) < 0)
        return device_why(why, errno, "%s: %s", path, strerror(errno));
    return 0;
}

static void chip1_close(struct gpio *gpio)
{
    struct chip1 *c = (struct chip1 *)gpio;
    if (c->chip)
        gpiod_chip_close(c->chip);
    if (gpio->fd >= 0)
        close(gpio->fd);
    free(c);
}

static int chip1_find(void *chip, const char *name)
{
    struct gpiod_line *line = gpiod_chip_find_line(chip, name);
    return line ? (int)gpiod_line_offset(line) : -1;
}

/* Not gpiod_chip_open_by_label(): one chip of others that may not be opened would hide ours. */
static void *chip1_open_labelled(const char *path, const char *label)
{
    struct gpiod_chip *chip = gpiod_chip_open(path);
    if (!chip || strcmp(gpiod_chip_label(chip), label) == 0)
        return chip;
    gpiod_chip_close(chip);
    errno = ENOENT;
    return NULL;
}

static int chip1_open(const char *path, const struct gpio_request *request, struct gpio **out,
                      char why[DEVICE_WHY_LEN])
{
    struct chip1 *c = calloc(1, sizeof *c);
    if (!c)
        return device_why(why, ENOMEM, "%s: out of memory", path);
    c->base = (struct gpio){.backend = &gpio_gpiod,
                            .n_outputs = request->n_outputs,
                            .n_inputs = request->n_inputs,
                            .fd = epoll_create1(EPOLL_CLOEXEC)};
    int r = 0;
    if (c->base.fd < 0) {
        r = device_why(why, errno, "%s: no epoll (%s)", path, strerror(errno));
    } else {
        c->chip = gpio_is_label(path) ? gpio_find_chip(GPIO_CHIPS, path, chip1_open_labelled)
                                      : gpiod_chip_open(path);
        r = c->chip ? gpio_find_lines(path, request, chip1_find, c->chip, &c->at, why)
                    : gpio_why_chip(path, errno, why);
    }
    for (size_t i = 0; r == 0 && i < request->n_outputs; i++)
        r = chip1_take_output(c, i, path, request, why);
    for (size_t i = 0; r == 0 && i < request->n_inputs; i++)
        r = chip1_take_input(c, i, path, request, why);
    if (r < 0)
        chip1_close(&c->base);
    else
        *out = &c->base;
    return r;
}

static int chip1_set(struct gpio *gpio, size_t output, bool active)
{
    struct chip1 *c = (struct chip1 *)gpio;
    return gpiod_line_set_value(c->outputs[output], active) == 0 ? 0 : -errno;
}

static int chip1_get(struct gpio *gpio, size_t input)
{
    struct chip1 *c = (struct chip1 *)gpio;
    const int value = gpiod_line_get_value(c->inputs[input]);
    return value < 0 ? -errno : value;
}

static int chip1_read_event(struct gpio *gpio, struct gpio_event *event)
{
    struct chip1 *c = (struct chip1 *)gpio;
    struct epoll_event ready;
    int n = epoll_wait(gpio->fd, &ready, 1, 0);
    if (n <= 0)
        return n == 0 || errno == EINTR ? 0 : -errno;
    if (ready.events & (EPOLLHUP | EPOLLERR))
        return -ENODEV;
    struct gpiod_line_event edge;
    if (gpiod_line_event_read(c->inputs[ready.data.u32], &edge) < 0)
        return -errno;
    *event = (struct gpio_event){.input = ready.data.u32,
                                 .active = edge.event_type == GPIOD_LINE_EVENT_RISING_EDGE};
    return 1;
}

const struct gpio_backend gpio_gpiod = {
    .open = chip1_open,
    .set = chip1_set,
    .get = chip1_get,
    .read_event = chip1_read_event,
    .close = chip1_close,
};
