/* Lamps and buzzer put out by whoever comes after a dead lane.
 *
 * Some kernels keep a line as it was driven when its owner dies. Taking it as an inactive output
 * and letting it go is what puts it out. All at once, as a panel takes them; but one line that
 * somebody else holds, or that is not there, refuses that for all, and then each is taken by
 * itself.
 */
#include "panel_part.h"

static int put_out(const struct gpio_backend *backend, const char *chip,
                   const struct gpio_pin *outputs, size_t n_outputs, char why[DEVICE_WHY_LEN])
{
    const struct gpio_request request = {
        .consumer = PANEL_CONSUMER, .outputs = outputs, .n_outputs = n_outputs};
    struct gpio *gpio;
    const int r = gpio_open(backend, chip, &request, &gpio, why);
    if (r == 0)
        gpio_close(gpio);
    return r;
}

unsigned panel_darken(const struct gpio_backend *backend, const char *chip,
                      const struct panel_pins *pins, char why[PANEL_OUTPUTS][DEVICE_WHY_LEN])
{
    struct gpio_pin outputs[OUTPUTS];
    unsigned n = 0;
    panel_output_pins(pins, outputs);
    if (put_out(backend, chip, outputs, OUTPUTS, why[0]) == 0)
        return 0;
    for (size_t i = 0; i < OUTPUTS; i++)
        if (put_out(backend, chip, &outputs[i], 1, why[n]) < 0)
            n++;
    return n;
}
