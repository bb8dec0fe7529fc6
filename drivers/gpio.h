/* GPIO: outputs that are set, inputs that tell of changes.
 *
 * The port that panel.h stands on. Back ends: gpio_gpiod (the kernel's gpiochips through libgpiod;
 * gpio_gpiod1.c or gpio_gpiod2.c, chosen by CMake) and gpio_mem (the simulated counter). All lines
 * of a board are taken by one call and belong to this process until close: libgpiod 2 asks the
 * kernel for them at once, libgpiod 1 for one after the other. Outputs begin and end inactive.
 * Values are logical: `active` is what the lamp does, active-low wiring is undone below. Nothing
 * blocks. Not thread safe.
 */
#ifndef PAMIT_GPIO_H
#define PAMIT_GPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device_why.h"

#define GPIO_PINS_MAX    16
#define GPIO_DEBOUNCE_MS 20 /* in the kernel where libgpiod 2 can ask for it */

struct gpio_pin {
    const char *line; /* of the chip: its number, or its name as the kernel has it, "GPIO17" */
    bool active_low;  /* inputs get the matching pull-up, or pull-down */
    const char *name; /* for errors: "lamp green"; static */
};

struct gpio_request {
    const char *consumer; /* who we are, shown by gpioinfo */
    const struct gpio_pin *outputs;
    size_t n_outputs; /* at most GPIO_PINS_MAX */
    const struct gpio_pin *inputs;
    size_t n_inputs; /* at most GPIO_PINS_MAX */
};

struct gpio_event {
    size_t input; /* index into the request's inputs */
    bool active;
};

struct gpio;
struct gpio_backend;

extern const struct gpio_backend gpio_gpiod; /* real chips */
extern const struct gpio_backend gpio_mem;   /* the desk: path of its SOCK_SEQPACKET socket */

/* Opens the chip and takes all lines, outputs inactive. Keeps no line if any is refused; with
 * libgpiod 1 those before it have been set inactive by then, and are let go. `chip` is
 * its path, or without any '/' its label, as "pinctrl-rp1": which number a chip has is up to the
 * kernel. On success *out is the caller's; the request is not kept. On failure explains in `why`,
 * naming chip and line. -ENOENT, -ENODEV: no such chip; -ENOTTY: not a gpiochip; -EINVAL: no such
 * line, or one that two pins are on; -EBUSY: a line is in use; -EACCES: permission. */
int gpio_open(const struct gpio_backend *backend, const char *chip,
              const struct gpio_request *request, struct gpio **out, char why[DEVICE_WHY_LEN]);

/* The simulated back end on a connected SOCK_SEQPACKET socket, which it then owns; for tests. */
int gpio_mem_open_fd(int fd, const struct gpio_request *request, struct gpio **out);

/* Sets output `output` (index into the request's outputs). Returns 0 or a negative errno; -ENODEV:
 * the chip went away. */
int gpio_set(struct gpio *gpio, size_t output, bool active);

/* Whether an input is active now: 1 or 0, or a negative errno. The simulated one knows what it told
 * last, and 0 before. */
int gpio_get(struct gpio *gpio, size_t input);

/* Takes one change of an input. Returns 1 with *event, 0 when there is none now, -ENODEV when the
 * chip went away, another negative errno when reading fails. Not debounced on every back end. */
int gpio_read_event(struct gpio *gpio, struct gpio_event *event);

/* To poll for input; good until close. */
int gpio_fd(const struct gpio *gpio);

/* Outputs inactive, lines released. NULL is fine. */
void gpio_close(struct gpio *gpio);

#endif
