/* The GPIO port: checks the caller, hands on to the back end, leaves everything dark. */
#include "gpio_backend.h"

#include <assert.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int gpio_open(const struct gpio_backend *backend, const char *chip,
              const struct gpio_request *request, struct gpio **out, char why[DEVICE_WHY_LEN])
{
    assert(backend && chip && out && why);
    assert(request->n_outputs <= GPIO_PINS_MAX && request->n_inputs <= GPIO_PINS_MAX);
    return backend->open(chip, request, out, why);
}

int gpio_set(struct gpio *gpio, size_t output, bool active)
{
    assert(output < gpio->n_outputs);
    return gpio->backend->set(gpio, output, active);
}

int gpio_get(struct gpio *gpio, size_t input)
{
    assert(input < gpio->n_inputs);
    return gpio->backend->get(gpio, input);
}

int gpio_read_event(struct gpio *gpio, struct gpio_event *event)
{
    return gpio->backend->read_event(gpio, event);
}

int gpio_fd(const struct gpio *gpio)
{
    return gpio->fd;
}

void gpio_close(struct gpio *gpio)
{
    if (!gpio)
        return;
    for (size_t i = 0; i < gpio->n_outputs; i++)
        (void)gpio->backend->set(gpio, i, false); /* gone already: nothing left to darken */
    gpio->backend->close(gpio);
}

bool gpio_is_label(const char *chip)
{
    return !strchr(chip, '/');
}

#define LINES_OF_A_CHIP 100000 /* more than any chip has */

/* The number of a pin's line, or -1. */
static long line_of(const char *line, int (*find)(void *chip, const char *name), void *chip)
{
    char *end;
    const long number = strtol(line, &end, 10);
    if (line[0] < '0' || line[0] > '9' || *end)
        return find(chip, line);
    return number < LINES_OF_A_CHIP ? number : -1;
}

int gpio_find_lines(const char *path, const struct gpio_request *request,
                    int (*find)(void *chip, const char *name), void *chip, struct gpio_lines *out,
                    char why[DEVICE_WHY_LEN])
{
    const size_t n = request->n_outputs + request->n_inputs;
    const struct gpio_pin *pins[2 * GPIO_PINS_MAX];
    unsigned lines[2 * GPIO_PINS_MAX];
    for (size_t i = 0; i < n; i++) {
        const bool is_output = i < request->n_outputs;
        const size_t at = is_output ? i : i - request->n_outputs;
        pins[i] = is_output ? &request->outputs[at] : &request->inputs[at];
        const long line = line_of(pins[i]->line, find, chip);
        if (line < 0)
            return device_why(why, EINVAL, "%s: line %s (%s) does not exist", path, pins[i]->line,
                              pins[i]->name);
        lines[i] = (unsigned)line;
        for (size_t k = 0; k < i; k++)
            if (lines[k] == lines[i])
                return device_why(why, EINVAL, "%s: line %s (%s) is that of %s too", path,
                                  pins[i]->line, pins[i]->name, pins[k]->name);
        *(is_output ? &out->outputs[at] : &out->inputs[at]) = lines[i];
    }
    return 0;
}

void *gpio_find_chip(const char *paths, const char *label,
                     void *(*open_labelled)(const char *path, const char *label))
{
    void *found = NULL;
    int error = ENOENT;
    glob_t chips;
    if (glob(paths, 0, NULL, &chips) == 0) {
        for (size_t i = 0; i < chips.gl_pathc && !found; i++) {
            found = open_labelled(chips.gl_pathv[i], label);
            if (!found && error == ENOENT)
                error = errno;
        }
        globfree(&chips);
    }
    errno = error;
    return found;
}

int gpio_why_chip(const char *path, int error, char why[DEVICE_WHY_LEN])
{
    if (gpio_is_label(path) && error == ENOENT)
        return device_why(why, error, "%s: no gpiochip with this label", path);
    if (gpio_is_label(path))
        return device_why(why, error, "%s: a gpiochip can't be asked for its label (%s)", path,
                          strerror(error));
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (exists && (error == ENOTTY || error == ENODEV || error == ENOENT))
        return device_why(why, ENOTTY, "%s: not a gpiochip", path);
    return device_why(why, error, "%s: %s", path, strerror(error));
}
