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
    int (*open)(const char *chip, const struct gpio_request *request, struct gpio **out,
                char why[DEVICE_WHY_LEN]);
    int (*set)(struct gpio *gpio, size_t output, bool active);
    int (*get)(struct gpio *gpio, size_t input);
    int (*read_event)(struct gpio *gpio, struct gpio_event *event);
    void (*close)(struct gpio *gpio);
};

/* Which numbers a request's lines have on a chip. */
struct gpio_lines {
    unsigned outputs[GPIO_PINS_MAX];
    unsigned inputs[GPIO_PINS_MAX];
};

/* Fills it; find(chip, name) gives the number of the line of that name, negative when there is
 * none. `path` is for `why`. Returns 0 or -EINVAL. */
int gpio_find_lines(const char *path, const struct gpio_request *request,
                    int (*find)(void *chip, const char *name), void *chip, struct gpio_lines *out,
                    char why[DEVICE_WHY_LEN]);

/* Whether a chip is asked for by its label. */
bool gpio_is_label(const char *chip);

#define GPIO_CHIPS "/dev/gpiochip*"

/* Opens the one of the chips at `paths` (a pattern of glob(7)) that has a label. `open_labelled`
 * opens the chip at a path if it has that label; else it returns NULL with errno: ENOENT if it has
 * another. Returns NULL with errno when there is none: ENOENT, or if one could not be asked, which
 * may be the one, why. */
void *gpio_find_chip(const char *paths, const char *label,
                     void *(*open_labelled)(const char *path, const char *label));

/* Explains why the chip at `path` did not open with `error`. libgpiod's versions use several errnos
 * for "exists, but is no gpiochip", and need sysfs to tell. Returns the negative errno of
 * gpio_open(). */
int gpio_why_chip(const char *path, int error, char why[DEVICE_WHY_LEN]);

#endif
