/* Correcting times by fixes.
 *
 * Problem: entries of a kiosk whose clock was wrong, or unknown, must still be put in their place
 * in time, months before and after the next contact. Method: one fix says what it was at its moment
 * within half of its round trip, since nobody knows when in between the registry spoke; away from
 * it the crystal's drift is added. Between two fixes the estimate is the line through their
 * moments: a mean of what each of them says alone, weighted by nearness, and so wrong at most by
 * the same mean of both bounds. It is continuous and rises where the fixes rise, which the nearest
 * fix alone would not be: halfway it would jump by what the crystal lost in between.
 *
 * Limits: the bound is of the registry's clock, not of the true time. A daemon that slews the
 * kernel's clock slews CLOCK_BOOTTIME with it, by as much as it corrects; a clock that is off by
 * more than a little is stepped instead, which moves no CLOCK_BOOTTIME.
 */
#include "time_fix.h"

#include <assert.h>

#define PPM      1000000
#define ROUND_MS 1                  /* the registry's time and ours are whole milliseconds */
#define TIME_MAX (INT64_C(1) << 52) /* 140,000 years: differences and doubles are exact */

static bool is_time(int64_t ms)
{
    return ms > -TIME_MAX && ms < TIME_MAX;
}

static bool is_sound(const struct time_fix *fix)
{
    return is_time(fix->asked_ms) && is_time(fix->answered_ms) && is_time(fix->registry_ms) &&
           fix->asked_ms <= fix->answered_ms;
}

int64_t time_fix_moment(const struct time_fix *fix)
{
    return fix->asked_ms + (fix->answered_ms - fix->asked_ms) / 2;
}

/* What one fix says alone. */
static struct time_correction by_one(const struct time_fix *fix, int64_t boottime_ms)
{
    const int64_t away = boottime_ms - time_fix_moment(fix);
    const int64_t distance = away < 0 ? -away : away;
    return (struct time_correction){.wall_ms = fix->registry_ms + away,
                                    .uncertainty_ms = (fix->answered_ms - fix->asked_ms + 1) / 2 +
                                                      distance / PPM * TIME_FIX_DRIFT_PPM +
                                                      distance % PPM * TIME_FIX_DRIFT_PPM / PPM +
                                                      1 + ROUND_MS};
}

bool time_fix_correct(const struct time_fix *before, const struct time_fix *after,
                      int64_t boottime_ms, struct time_correction *out)
{
    if ((!before && !after) || !is_time(boottime_ms) || (before && !is_sound(before)) ||
        (after && !is_sound(after)))
        return false;
    if (!before || !after) {
        *out = by_one(before ? before : after, boottime_ms);
        return true;
    }
    const int64_t from = time_fix_moment(before), to = time_fix_moment(after);
    assert(from <= boottime_ms && boottime_ms < to);
    const struct time_correction a = by_one(before, boottime_ms), b = by_one(after, boottime_ms);
    const double share = (double)(boottime_ms - from) / (double)(to - from);
    const double run = (double)(after->registry_ms - before->registry_ms);
    out->wall_ms = before->registry_ms + (int64_t)(share * run);
    out->uncertainty_ms =
        (int64_t)((double)a.uncertainty_ms * (1 - share) + (double)b.uncertainty_ms * share) + 1 +
        ROUND_MS;
    return true;
}
