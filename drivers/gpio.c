/* The GPIO port: checks the caller, hands on to the back end, leaves everything dark. */
#include "gpio_backend.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

int gpio_open(const struct gpio_backend *backend, const char *path,
              const struct gpio_request *request, struct gpio **out, char why[DEVICE_WHY_LEN])
{
    assert(backend && path && out && why);
    assert(request->n_outputs <= GPIO_PINS_MAX && request->n_inputs <= GPIO_PINS_MAX);
    return backend->open(path, request, out, why);
}

int gpio_set(struct gpio *gpio, size_t output, bool active)
{
    assert(output < gpio->n_outputs);
    return gpio->backend->set(gpio, output, active);
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

int gpio_why_chip(const char *path, int error, char why[DEVICE_WHY_LEN])
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (exists && (error == ENOTTY || error == ENODEV || error == ENOENT))
        return device_why(why, ENOTTY, "%s: not a gpiochip", path);
    return device_why(why, error, "%s: %s", path, strerror(error));
}
