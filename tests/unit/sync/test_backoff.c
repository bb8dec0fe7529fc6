/* Back-off: within its bounds for ever, spread, quick after a success, polite to Retry-After. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "backoff.h"
#include "http.h"

#define BASE_MS 1000u
#define CAP_MS  900000u

static uint64_t seed;

/* SplitMix64 (S. Vigna) */
static uint32_t draw(void)
{
    seed += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

static void each_wait_lies_between_base_and_three_times_the_last(void **state)
{
    (void)state;
    struct backoff backoff;
    backoff_init(&backoff, BASE_MS, CAP_MS);
    uint32_t previous_ms = BASE_MS;
    for (int i = 0; i < 100000; i++) {
        const uint32_t wait_ms = backoff_next_ms(&backoff, draw(), 0);
        assert_true(wait_ms >= BASE_MS && wait_ms <= CAP_MS);
        assert_true(wait_ms <= 3 * (uint64_t)previous_ms);
        previous_ms = wait_ms;
    }
}

static const struct {
    const char *proves;
    uint32_t base_ms, cap_ms, random;
    uint32_t first_ms;
} edges[] = {
    {"the lowest draw gives the base", 1000, 900000, 0, 1000},
    {"the highest draw gives three times the base", 1000, 900000, UINT32_MAX, 3000},
    {"the middle draw gives the middle", 1000, 900000, UINT32_MAX / 2 + 1, 2000},
    {"the cap holds from the first wait on", 1000, 1500, UINT32_MAX, 1500},
    {"a cap below the base is the base", 1000, 1, UINT32_MAX, 1000},
    {"no cap is above a quarter of an hour", BACKOFF_CAP_MS, UINT32_MAX, UINT32_MAX,
     BACKOFF_CAP_MS},
    {"one millisecond works", 1, 1, UINT32_MAX, 1},
};

static void edges_of_the_first_wait(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        struct backoff backoff;
        backoff_init(&backoff, edges[i].base_ms, edges[i].cap_ms);
        if (backoff_next_ms(&backoff, edges[i].random, 0) != edges[i].first_ms)
            fail_msg("%s", edges[i].proves);
    }
}

static void it_grows_to_the_cap_and_a_success_makes_it_short_again(void **state)
{
    (void)state;
    struct backoff backoff;
    backoff_init(&backoff, BASE_MS, CAP_MS);
    for (int i = 0; i < 20; i++)
        backoff_next_ms(&backoff, UINT32_MAX, 0);
    assert_int_equal(backoff_next_ms(&backoff, UINT32_MAX, 0), CAP_MS);
    backoff_reset(&backoff);
    assert_int_equal(backoff_next_ms(&backoff, UINT32_MAX, 0), 3 * BASE_MS);
}

static void retry_after_is_waited_out_and_spread(void **state)
{
    (void)state;
    struct backoff backoff;
    for (int i = 0; i < 1000; i++) {
        backoff_init(&backoff, BASE_MS, CAP_MS);
        const uint32_t wait_ms = backoff_next_ms(&backoff, draw(), 60);
        assert_true(wait_ms >= 61000 && wait_ms <= 123000);
    }
    backoff_init(&backoff, BASE_MS, CAP_MS);
    assert_int_equal(backoff_next_ms(&backoff, 0, UINT32_MAX),
                     HTTP_RETRY_AFTER_MAX_S * 1000 + BASE_MS);
    backoff_init(&backoff, BASE_MS, CAP_MS);
    assert_in_range(backoff_next_ms(&backoff, UINT32_MAX, UINT32_MAX),
                    2 * HTTP_RETRY_AFTER_MAX_S * 1000,
                    2 * HTTP_RETRY_AFTER_MAX_S * 1000 + 3 * BASE_MS);
}

/* A thousand kiosks are told in the same second to come again in a minute: of none of the sixty
 * seconds that follow may more than three times its share be left. */
static void a_fleet_that_is_sent_away_comes_back_spread(void **state)
{
    (void)state;
    enum { KIOSKS = 1000, SECONDS = 60 };
    unsigned arrivals[SECONDS + 4] = {0};
    for (int kiosk = 0; kiosk < KIOSKS; kiosk++) {
        struct backoff backoff;
        backoff_init(&backoff, BASE_MS, CAP_MS);
        arrivals[(backoff_next_ms(&backoff, draw(), SECONDS) - SECONDS * 1000) / 1000]++;
    }
    for (size_t i = 0; i < sizeof arrivals / sizeof arrivals[0]; i++)
        assert_true(arrivals[i] < 3 * KIOSKS / SECONDS);
}

/* 1,000 kiosks lose the registry at the same moment, each tries until minute 30; the registry is
 * back then: their returns must not come in one heap. */
static void a_fleet_comes_back_spread(void **state)
{
    (void)state;
    enum { KIOSKS = 1000, BUCKETS = 30, BUCKET_MS = 30000 };
    const uint64_t back_ms = 30 * 60 * 1000;
    unsigned buckets[BUCKETS] = {0};
    for (int kiosk = 0; kiosk < KIOSKS; kiosk++) {
        struct backoff backoff;
        uint64_t now_ms = 0;
        backoff_init(&backoff, BASE_MS, CAP_MS);
        while (now_ms < back_ms)
            now_ms += backoff_next_ms(&backoff, draw(), 0);
        const uint64_t bucket = (now_ms - back_ms) / BUCKET_MS;
        assert_true(bucket < BUCKETS); /* the cap is 15 minutes */
        buckets[bucket]++;
    }
    for (size_t i = 0; i < BUCKETS; i++)
        assert_true(buckets[i] < KIOSKS / 5);
}

int main(void)
{
    const char *given = getenv("PAMIT_SEED");
    seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
    print_message("PAMIT_SEED=%llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wait_lies_between_base_and_three_times_the_last),
        cmocka_unit_test(edges_of_the_first_wait),
        cmocka_unit_test(it_grows_to_the_cap_and_a_success_makes_it_short_again),
        cmocka_unit_test(retry_after_is_waited_out_and_spread),
        cmocka_unit_test(a_fleet_that_is_sent_away_comes_back_spread),
        cmocka_unit_test(a_fleet_comes_back_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
