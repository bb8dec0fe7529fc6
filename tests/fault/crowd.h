/* Travellers who pass a counter, as entries of its journal: what a test of many entries is about.
 *
 * Each is presented and decided, one in CROWD_DEFERRED_ONE_IN is deferred. At CROWD_STEP_MS a
 * thousand entries are three days. All are fictional.
 */
#ifndef PAMIT_CROWD_H
#define PAMIT_CROWD_H

#include "journal.h"

#define CROWD_KIOSK           "CGK-03-0412"
#define CROWD_DEFERRED_ONE_IN 40
#define CROWD_STEP_MS         260000

struct crowd {
    struct journal *journal;
    struct clock_reading now;
    int64_t step_ms; /* between two entries */
    uint64_t people;
};

/* Appends until the journal has `entries`. */
MUST_CHECK enum err crowd_fill(struct crowd *crowd, uint64_t entries);

#endif
