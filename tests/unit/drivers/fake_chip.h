/* A gpiochip in memory: lines that keep their level when they are let go, as a Raspberry Pi's do,
 * that other programs may hold, and that may lose an edge. There is one. */
#ifndef PAMIT_FAKE_CHIP_H
#define PAMIT_FAKE_CHIP_H

#include "gpio_backend.h"

#define FAKE_CHIP_LINES 32

struct fake_chip {
    bool high[FAKE_CHIP_LINES];          /* as the wire has it, whatever is active */
    const char *holder[FAKE_CHIP_LINES]; /* another program, NULL: nobody */
    int set_error;                       /* of gpio_set(), an errno; 0: it works */
    int read_error;                      /* of gpio_read_event() */
    unsigned opened;                     /* requests that were granted */
    struct gpio_event edges[8];          /* to be told of, the oldest first */
    size_t n_edges;
};

extern struct fake_chip fake_chip;
extern const struct gpio_backend fake_chip_backend;

/* An input's wire changes; an edge that is lost is not told of. */
void fake_chip_pull(unsigned line, bool high);
void fake_chip_edge(size_t input, bool active);

#endif
