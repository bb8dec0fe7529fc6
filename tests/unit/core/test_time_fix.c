/* time_fix: within the bound it gives, and never backwards, whatever crystal, lines and gaps a boot
 * has. The boot is simulated with its true time beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "test_random.h"
#include "time_fix.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define DAY_MS       INT64_C(86400000)
#define THEN_MS      INT64_C(1795246628000)

static void test_one_fix_and_two(void **state)
{
    (void)state;
    static const struct time_fix a = {1000, 1400, THEN_MS},
                                 b = {2001000, 2001000, THEN_MS + 1999800};
    static const struct time_fix upside_down = {2, 1, 0}, far = {0, 0, INT64_MAX};
    static const struct {
        const char *says;
        const struct time_fix *before, *after;
        int64_t boottime_ms;
        bool known;
        int64_t wall_ms, uncertainty_ms;
    } rows[] = {
        {"at its moment a fix is half its round trip good", &a, NULL, 1200, true, THEN_MS, 202},
        {"a day later the crystal is in it", &a, NULL, 1200 + DAY_MS, true, THEN_MS + DAY_MS,
         200 + 3456 + 2},
        {"and a day before the first", NULL, &a, 1200 - DAY_MS, true, THEN_MS - DAY_MS,
         200 + 3456 + 2},
        {"between two it runs from one to the other", &a, &b, 1001100, true, THEN_MS + 999900,
         (200 + 39 + 2 + 39 + 2) / 2 + 2},
        {"without a fix nothing is known", NULL, NULL, 0, false, 0, 0},
        {"an answer before the question", &upside_down, NULL, 0, false, 0, 0},
        {"no time", NULL, &far, 0, false, 0, 0},
        {"no boot is that old", &a, NULL, INT64_MAX, false, 0, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct time_correction out = {0};
        if (time_fix_correct(rows[i].before, rows[i].after, rows[i].boottime_ms, &out) !=
                rows[i].known ||
            out.wall_ms != rows[i].wall_ms || out.uncertainty_ms != rows[i].uncertainty_ms)
            fail_msg("%s: %lld +- %lld", rows[i].says, (long long)out.wall_ms,
                     (long long)out.uncertainty_ms);
    }
}

/* ---- a simulated boot ------------------------------------------------------------------------ */

#define FIXES_MAX 40
#define STEPS     400

struct boot {
    struct time_fix fix[FIXES_MAX];
    size_t n_fixes;
    struct {
        int64_t boottime_ms;
        double true_ms;
    } seen[STEPS];
};

static struct test_random chance;

static double uniform(double low, double high)
{
    return low + (high - low) * test_random_below(&chance, 1000001) / 1000000;
}

/* Walks on through a crystal that wanders within `ppm`; true time is what the registry has. */
static void boot_run(struct boot *boot, double ppm)
{
    double now = THEN_MS, local = uniform(0, 1e6), drift = uniform(-ppm, ppm);
    memset(boot, 0, sizeof *boot);
    for (size_t i = 0; i < STEPS; i++) {
        const double step = test_random_one_in(&chance, 4) ? uniform(1, 2e7) : uniform(1, 5000);
        if (test_random_one_in(&chance, 10))
            drift = uniform(-ppm, ppm);
        now += step;
        local += step * (1 + drift / 1e6);
        boot->seen[i].boottime_ms = (int64_t)local;
        boot->seen[i].true_ms = now;
        if (boot->n_fixes == FIXES_MAX || !test_random_one_in(&chance, 10))
            continue;
        struct time_fix *fix = &boot->fix[boot->n_fixes++];
        const double trip = uniform(0, 20000), said = uniform(0, trip);
        fix->asked_ms = (int64_t)local;
        fix->registry_ms = (int64_t)(now + said);
        now += trip;
        local += trip * (1 + drift / 1e6);
        fix->answered_ms = (int64_t)local;
    }
}

static bool correct(const struct boot *boot, int64_t boottime_ms, struct time_correction *out)
{
    const struct time_fix *before = NULL, *after = NULL;
    for (size_t i = 0; i < boot->n_fixes && !after; i++) {
        if (time_fix_moment(&boot->fix[i]) <= boottime_ms)
            before = &boot->fix[i];
        else
            after = &boot->fix[i];
    }
    return time_fix_correct(before, after, boottime_ms, out);
}

/* Returns how many corrections are outside of their bound. */
static size_t boot_check(const struct boot *boot)
{
    size_t outside = 0;
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < STEPS; i++) {
        struct time_correction out;
        assert_true(correct(boot, boot->seen[i].boottime_ms, &out));
        assert_true(out.wall_ms >= last);
        last = out.wall_ms;
        const double error = (double)out.wall_ms - boot->seen[i].true_ms;
        outside += error > (double)out.uncertainty_ms || -error > (double)out.uncertainty_ms;
    }
    return outside;
}

static void test_within_the_bound_and_never_backwards(void **state)
{
    (void)state;
    static struct boot boot;
    chance = test_random_begin();
    size_t checked = 0;
    for (int round = 0; round < 500; round++) {
        boot_run(&boot, TIME_FIX_DRIFT_PPM - 0.1);
        if (boot.n_fixes == 0)
            continue;
        checked++;
        if (boot_check(&boot))
            fail_msg("round %d: outside of the bound", round);
    }
    assert_true(checked > 450);
}

/* The bound is tight enough to be left by a crystal that is five times as bad. */
static void test_a_worse_crystal_leaves_the_bound(void **state)
{
    (void)state;
    static struct boot boot;
    chance = test_random_begin();
    size_t outside = 0;
    for (int round = 0; round < 100; round++) {
        boot_run(&boot, 5 * TIME_FIX_DRIFT_PPM);
        outside += boot.n_fixes ? boot_check(&boot) : 0;
    }
    assert_true(outside > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_fix_and_two),
        cmocka_unit_test(test_within_the_bound_and_never_backwards),
        cmocka_unit_test(test_a_worse_crystal_leaves_the_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
