/* Who is wrong too often waits; who is not, never does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "registry_rate.h"

#define NOW_MS    INT64_C(1000000)
#define BURST     10
#define REFILL_MS INT64_C(30000)

static const struct rate fresh = {.burst = BURST, .refill_us = REFILL_MS * 1000};

static struct rate_peer peer_make(unsigned number)
{
    return (struct rate_peer){.bytes = {[8] = (uint8_t)(number >> 8), [9] = (uint8_t)number}};
}

static void wrong_times(struct rate *rate, unsigned peer, unsigned times, int64_t now_ms)
{
    const struct rate_peer at = peer_make(peer);
    for (unsigned i = 0; i < times; i++)
        rate_count(rate, &at, now_ms);
}

static const struct {
    const char *proves;
    unsigned wrong;
    int64_t later_ms;
    int64_t wait_ms;
} rows[] = {
    {"nobody waits at first", 0, 0, 0},
    {"nor after nine wrong attempts", 9, 0, 0},
    {"after ten, for half a minute", 10, 0, 30000},
    {"that is over when it is over", 10, 30000, 0},
    {"and not before", 10, 29999, 1},
    {"each one more is half a minute more", 12, 0, 90000},
    {"five minutes make it all good", 10, 300000, 0},
};

static void how_long_who_was_wrong_waits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rate rate = fresh;
        const struct rate_peer peer = peer_make(1);
        wrong_times(&rate, 1, rows[i].wrong, NOW_MS);
        if (rate_wait_ms(&rate, &peer, NOW_MS + rows[i].later_ms) != rows[i].wait_ms)
            fail_msg("%s", rows[i].proves);
    }
}

static void one_is_not_anothers_fault(void **state)
{
    (void)state;
    struct rate rate = fresh;
    const struct rate_peer other = peer_make(2);
    wrong_times(&rate, 1, 100, NOW_MS);
    assert_int_equal(rate_wait_ms(&rate, &other, NOW_MS), 0);
}

static void a_full_table_forgets_who_lacks_least(void **state)
{
    (void)state;
    struct rate rate = fresh;
    const struct rate_peer worst = peer_make(0), last = peer_make(RATE_PEERS);
    wrong_times(&rate, 0, 20, NOW_MS);
    for (unsigned i = 1; i <= RATE_PEERS; i++)
        wrong_times(&rate, i, i == RATE_PEERS ? 10 : 1, NOW_MS);
    assert_int_not_equal(rate_wait_ms(&rate, &worst, NOW_MS), 0);
    assert_int_not_equal(rate_wait_ms(&rate, &last, NOW_MS), 0);
}

static void a_bucket_never_holds_more_than_it_can(void **state)
{
    (void)state;
    struct rate rate = fresh;
    const struct rate_peer peer = peer_make(1);
    wrong_times(&rate, 1, 1, NOW_MS);
    const int64_t later_ms = NOW_MS + INT64_C(1000) * REFILL_MS;
    wrong_times(&rate, 1, BURST, later_ms);
    assert_int_equal(rate_wait_ms(&rate, &peer, later_ms), 30000);
}

/* What a second lets through is what was asked for, also where it is no whole number of
 * milliseconds each. */
static void so_many_in_a_second(void **state)
{
    (void)state;
    for (int64_t each_s = 1; each_s <= 1000; each_s++) {
        struct rate rate = {.burst = each_s, .refill_us = 1000000 / each_s};
        const struct rate_peer peer = peer_make(1);
        int64_t now_ms = NOW_MS, times = 0;
        for (; now_ms < NOW_MS + 10000; now_ms++) {
            while (rate_wait_ms(&rate, &peer, now_ms) == 0) {
                rate_count(&rate, &peer, now_ms);
                times++;
            }
        }
        if (times < each_s * 11 - 1 || times > each_s * 11 + 1 + each_s / 100)
            fail_msg("%d a second: %d in ten", (int)each_s, (int)(times - each_s));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_long_who_was_wrong_waits),
        cmocka_unit_test(one_is_not_anothers_fault),
        cmocka_unit_test(a_full_table_forgets_who_lacks_least),
        cmocka_unit_test(a_bucket_never_holds_more_than_it_can),
        cmocka_unit_test(so_many_in_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
