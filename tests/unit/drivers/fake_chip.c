/* See fake_chip.h. Active-low is undone here, as real back ends have the kernel do it. */
#include "fake_chip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fake_chip fake_chip;

struct fake {
    struct gpio base;
    struct gpio_lines at;
    bool outputs_low[GPIO_PINS_MAX], inputs_low[GPIO_PINS_MAX];
};

static int fake_find(void *chip, const char *name)
{
    (void)chip;
    return strncmp(name, "GPIO", 4) == 0 ? atoi(name + 4) : -1;
}

static int fake_why_held(const char *path, const struct gpio_pin *pins, const unsigned *lines,
                         size_t n, char why[DEVICE_WHY_LEN])
{
    for (size_t i = 0; i < n; i++)
        if (fake_chip.holder[lines[i]])
            return device_why(why, EBUSY, "%s: line %s (%s) is in use by %s", path, pins[i].line,
                              pins[i].name, fake_chip.holder[lines[i]]);
    return 0;
}

static int fake_set(struct gpio *gpio, size_t output, bool active)
{
    const struct fake *fake = (struct fake *)gpio;
    if (fake_chip.set_error)
        return -fake_chip.set_error;
    fake_chip.high[fake->at.outputs[output]] = active != fake->outputs_low[output];
    return 0;
}

static int fake_open(const char *path, const struct gpio_request *request, struct gpio **out,
                     char why[DEVICE_WHY_LEN])
{
    struct fake *fake = calloc(1, sizeof *fake);
    int r = gpio_find_lines(path, request, fake_find, NULL, &fake->at, why);
    if (r == 0)
        r = fake_why_held(path, request->outputs, fake->at.outputs, request->n_outputs, why);
    if (r == 0)
        r = fake_why_held(path, request->inputs, fake->at.inputs, request->n_inputs, why);
    if (r < 0) {
        free(fake);
        return r;
    }
    fake->base = (struct gpio){.backend = &fake_chip_backend,
                               .n_outputs = request->n_outputs,
                               .n_inputs = request->n_inputs,
                               .fd = -1};
    for (size_t i = 0; i < request->n_inputs; i++)
        fake->inputs_low[i] = request->inputs[i].active_low;
    for (size_t i = 0; i < request->n_outputs; i++) {
        fake->outputs_low[i] = request->outputs[i].active_low;
        fake_set(&fake->base, i, false);
    }
    fake_chip.opened++;
    *out = &fake->base;
    return 0;
}

static int fake_get(struct gpio *gpio, size_t input)
{
    const struct fake *fake = (struct fake *)gpio;
    return fake_chip.high[fake->at.inputs[input]] != fake->inputs_low[input];
}

static int fake_read_event(struct gpio *gpio, struct gpio_event *event)
{
    (void)gpio;
    if (fake_chip.read_error)
        return -fake_chip.read_error;
    if (fake_chip.n_edges == 0)
        return 0;
    *event = fake_chip.edges[0];
    fake_chip.n_edges--;
    memmove(fake_chip.edges, fake_chip.edges + 1, fake_chip.n_edges * sizeof fake_chip.edges[0]);
    return 1;
}

static void fake_close(struct gpio *gpio)
{
    free(gpio);
}

const struct gpio_backend fake_chip_backend = {
    .open = fake_open,
    .set = fake_set,
    .get = fake_get,
    .read_event = fake_read_event,
    .close = fake_close,
};

void fake_chip_pull(unsigned line, bool high)
{
    fake_chip.high[line] = high;
}

void fake_chip_edge(size_t input, bool active)
{
    fake_chip.edges[fake_chip.n_edges++] = (struct gpio_event){.input = input, .active = active};
}
