/* What a GPIO back end provides. For gpio*.c only.
 *
 * A back end's own struct begins with a struct gpio.
 */
#ifndef PAMIT_GPIO_BACKEND_H
#define PAMIT_GPIO_BACKEND_H

#include "gpio.h"

struct gpio {
    const struct gpio_backend *backend;
    size_t n_outputs;
    size_t n_inputs;
    int fd; /* to poll; closed by the back end */
};

/* Each function keeps the contract of its namesake in gpio.h. `close` finds all outputs inactive.
 */
struct gpio_backend {
    int (*open)(const char *path, const struct gpio_request *request, struct gpio **out,
                char why[DEVICE_WHY_LEN]);
    int (*set)(struct gpio *gpio, size_t output, bool active);
    int (*read_event)(struct gpio *gpio, struct gpio_event *event);
    void (*close)(struct gpio *gpio);
};

/* Explains why the chip at `path` did not open with `error`. libgpiod's versions use several errnos
 * for "exists, but is no gpiochip", and need sysfs to tell. Returns the negative errno of
 * gpio_open(). */
int gpio_why_chip(const char *path, int error, char why[DEVICE_WHY_LEN]);

#endif
