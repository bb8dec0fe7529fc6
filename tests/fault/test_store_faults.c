/* The disk fails at every call in turn: never acknowledged and lost, always named, and over when
 * the fault is over.
 *
 * A counter opens its stores and works, by the same luck each time, while the n-th call of a kind
 * fails, and perhaps some after it; n rises until there are no more calls. Every failure on the way
 * must be ERR_FULL or ERR_IO as the disk's was, the counter goes on trying, and once the fault has
 * passed it works again, in the same process, or in the next one where it dies first. Then the
 * power is cut, since what a failed sync left in the kernel's memory looks stored to everybody, and
 * all that was promised must be there. PAMIT_SEED takes another luck.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "power_cut_counter.h"

#define WORK 12
#define TRIES_MAX                                                                                  \
    60 /* a fault of FAULT_LONG calls is over by then: each try makes one at least                 \
        */
#define FAULT_LONG 30

/* What becomes of the process that met the fault. */
enum after {
    LIVES,
    DIES_WORKING, /* at its first failure: by kill -9, the kernel goes on */
    DIES_LATER,   /* after its work is done in spite of it */
};

struct fault {
    const char *proves;
    unsigned calls;
    enum disk_outcome outcome;
    uint64_t lasts;
    enum after after;
};

static bool named(const struct fault *fault, enum err err)
{
    return err == ERR_IO || (err == ERR_FULL && fault->outcome == DISK_FULL);
}

/* Opens and works through the fault. The first failure if the process dies of it. */
static enum err live(struct counter *counter, const struct fault *fault)
{
    char why[COUNTER_WHY_LEN] = "";
    unsigned tries = 0;

    for (unsigned done = 0; done < WORK;) {
        enum err err = counter_open(counter, why);
        if (!err)
            err = counter_work(counter);
        if (!err) {
            done++;
            continue;
        }
        if (!named(fault, err))
            fail_msg("%s: not told as what it is: %s (%s)", fault->proves, err_text(err), why);
        if (fault->after == DIES_WORKING)
            return err;
        if (tries++ > TRIES_MAX)
            fail_msg("%s: still failing when the fault is over: %s", fault->proves, err_text(err));
    }
    return ERR_OK;
}

static void expect_whole(struct counter *counter, const struct fault *fault, uint64_t n)
{
    char why[COUNTER_WHY_LEN] = "";

    if (counter_check(counter, why))
        fail_msg("%s, call %" PRIu64 ": %s", fault->proves, n, why);
}

static void die(struct counter *counter, void (*back)(struct disk *disk))
{
    disk_turn_off(counter->disk);
    counter_close(counter);
    back(counter->disk);
}

/* Was there an n-th call? */
static bool fault_run(const struct store_fixture *fixture, const struct fault *fault, uint64_t seed,
                      uint64_t n)
{
    const struct disk_plan plan = {
        .calls = fault->calls, .at = n, .lasts = fault->lasts, .outcome = fault->outcome};
    struct counter counter;

    counter_make(&counter, fixture, seed);
    disk_set_plan(counter.disk, &plan);
    (void)!live(&counter, fault);
    const bool met = disk_plan_met(counter.disk);
    disk_set_plan(counter.disk, &(struct disk_plan){0});
    if (fault->after != LIVES) {
        die(&counter, disk_restart);
        expect_whole(&counter, fault, n);
    }
    die(&counter, disk_power_on);
    expect_whole(&counter, fault, n);
    counter_free(&counter);
    return met;
}

static void every_call_fails_in_turn(void **state)
{
    static const struct fault rows[] = {
        {"a write finds no space", DISK_WRITE, DISK_FULL, 1, LIVES},
        {"no space for long, for anything", DISK_CHANGES, DISK_FULL, FAULT_LONG, LIVES},
        {"no space, and the process dies", DISK_CHANGES, DISK_FULL, 3, DIES_WORKING},
        {"a write fails halfway", DISK_WRITE, DISK_BROKEN, 1, LIVES},
        {"a read fails", DISK_READ, DISK_BROKEN, 1, LIVES},
        {"a sync fails", DISK_SYNC, DISK_BROKEN, 1, LIVES},
        {"a sync fails, and the process dies of it", DISK_SYNC, DISK_BROKEN, 1, DIES_WORKING},
        {"a sync fails, and the process dies later", DISK_SYNC, DISK_BROKEN, 1, DIES_LATER},
        {"a name or a size can't be changed", DISK_NAME | DISK_SIZE, DISK_BROKEN, 1, LIVES},
        {"any call fails, and some after it", DISK_CALLS, DISK_BROKEN, 3, LIVES},
        {"the disk fails for long", DISK_CALLS, DISK_BROKEN, FAULT_LONG, LIVES},
        {"the disk fails, and the process dies", DISK_CALLS, DISK_BROKEN, 5, DIES_WORKING},
    };
    const char *given = getenv("PAMIT_SEED");
    const uint64_t seed = given ? strtoull(given, NULL, 10) : 1;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t n = 1;
        while (fault_run(*state, &rows[i], seed, n))
            n++;
        print_message("%s: each of %" PRIu64 " calls\n", rows[i].proves, n - 1);
        assert_true(n > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_call_fails_in_turn, store_fixture_make,
                                        store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
