/* Travellers who pass a counter, as entries of its journal: what a test of many entries is about.
 *
 * Each is presented and decided, one in DEFERRED_ONE_IN is deferred; some four minutes pass between
 * two entries, so that a thousand are three days. All are fictional.
 */
#ifndef PAMIT_CROWD_H
#define PAMIT_CROWD_H

#include "journal.h"

#define CROWD_KIOSK           "CGK-03-0412"
#define CROWD_DEFERRED_ONE_IN 40

struct crowd {
    struct journal *journal;
    struct clock_reading now;
    uint64_t people;
};

/* Appends until the journal has `entries`. */
MUST_CHECK enum err crowd_fill(struct crowd *crowd, uint64_t entries);

#endif
