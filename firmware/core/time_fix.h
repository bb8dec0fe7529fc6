/* What the time was at a moment of a boot, from when the registry said it during that boot.
 *
 * The registry signs its time with the nonce of a request, so it was said after the request was
 * made and before the answer had come. CLOCK_BOOTTIME, which nobody can set, carries it to every
 * other moment of the boot, before and after. Pure.
 */
#ifndef PAMIT_TIME_FIX_H
#define PAMIT_TIME_FIX_H

#include <stdbool.h>
#include <stdint.h>

/* An uncompensated watch crystal over temperature, as in clock.c. */
#define TIME_FIX_DRIFT_PPM 40

struct time_fix {
    int64_t asked_ms, answered_ms; /* CLOCK_BOOTTIME before the request and after the answer */
    int64_t registry_ms;           /* said in between; since 1970-01-01T00:00:00Z */
};

struct time_correction {
    int64_t wall_ms;
    int64_t uncertainty_ms; /* the registry's clock was there within this, above and below */
};

/* The moment that a fix is taken for: the middle of its round trip. */
int64_t time_fix_moment(const struct time_fix *fix);

/* The time at `boottime_ms` of the fixes' boot. `before` is the last fix whose moment is not later,
 * `after` the first whose moment is; either may be NULL. Between two the time is interpolated, so
 * that corrected times never run backwards within a boot whose fixes rise. False: there is none,
 * or the numbers are no times. */
bool time_fix_correct(const struct time_fix *before, const struct time_fix *after,
                      int64_t boottime_ms, struct time_correction *out);

#endif
