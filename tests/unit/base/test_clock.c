/* clock: what may be believed. Includes the module, so that its judgement can be fed facts which no
 * test machine can be brought to have. */
#include "fixture.h"

#define PAMIT_BUILD_DAY 20454 /* 2026-01-01; the build gives the real one */
#include "clock.c"

#define FLOOR_MS INT64_C(1790000000000)
#define YEAR_MS  (INT64_C(366) * 86400 * 1000)

static void quality_follows_the_facts(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        int64_t wall_ms;
        bool assume_synced;
        struct facts facts;
        enum clock_quality quality;
        uint32_t uncertainty_s;
    } rows[] = {
        {"the kernel's clock is disciplined", FLOOR_MS, false, {true, 2, false}, CLOCK_SYNCED, 2},
        {"with a clock chip it is no better", FLOOR_MS, false, {true, 2, true}, CLOCK_SYNCED, 2},
        {"a clock chip runs on", FLOOR_MS, false, {false, 0, true}, CLOCK_HOLDOVER, 311},
        {"neither: unknown", FLOOR_MS, false, {false, 0, false}, CLOCK_UNKNOWN, UINT32_MAX},
        {"the desk takes the host's", FLOOR_MS, true, {false, 0, false}, CLOCK_SYNCED, 1},
        {"five years beyond the floor it may be",
         FLOOR_MS + 5 * YEAR_MS,
         false,
         {true, 2, false},
         CLOCK_SYNCED,
         2},
        {"beyond them disciplined means nothing",
         FLOOR_MS + 5 * YEAR_MS + 1,
         false,
         {true, 2, true},
         CLOCK_UNKNOWN,
         UINT32_MAX},
        {"a chip that makes up 2099",
         INT64_C(4070908800000),
         false,
         {false, 0, true},
         CLOCK_UNKNOWN,
         UINT32_MAX},
        {"before the floor disciplined means nothing",
         FLOOR_MS - 1,
         false,
         {true, 2, true},
         CLOCK_UNKNOWN,
         UINT32_MAX},
        {"before the floor a chip means nothing",
         0,
         false,
         {false, 0, true},
         CLOCK_UNKNOWN,
         UINT32_MAX},
        {"nor does the desk", FLOOR_MS - 1, true, {false, 0, false}, CLOCK_UNKNOWN, UINT32_MAX},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct clock clock = {.assume_synced = rows[i].assume_synced, .floor_ms = FLOOR_MS};
        struct clock_reading reading = {.wall_ms = rows[i].wall_ms};
        reading_judge(&clock, &rows[i].facts, &reading);
        if (reading.quality != rows[i].quality || reading.uncertainty_s != rows[i].uncertainty_s)
            fail_msg("%s", rows[i].says);
    }
}

static void floor_starts_at_the_build_and_only_rises(void **state)
{
    (void)state;
    struct clock clock;
    clock_init(&clock, CLOCK_WIB, false);
    const int64_t build_ms = clock.floor_ms;
    assert_true(build_ms == INT64_C(1767225600000));
    clock_raise_floor(&clock, build_ms - 1);
    assert_true(clock.floor_ms == build_ms);
    clock_raise_floor(&clock, build_ms + 1);
    assert_true(clock.floor_ms == build_ms + 1);
}

/* An hour is a matter of opinion, a day is not. */
static void a_clock_that_jumped_away_from_a_fix_is_unknown(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        int64_t wall_s; /* since the fix */
        enum clock_quality quality;
    } rows[] = {
        {"it ran on", 0, CLOCK_SYNCED},
        {"an hour ahead", 3600, CLOCK_SYNCED},
        {"and a second", 3601, CLOCK_UNKNOWN},
        {"an hour back", -3600, CLOCK_SYNCED},
        {"and a second", -3601, CLOCK_UNKNOWN},
        {"30 days ahead", 30 * 86400, CLOCK_UNKNOWN},
        {"30 days back", -30 * 86400, CLOCK_UNKNOWN},
        {"1970", -FLOOR_MS / 1000, CLOCK_UNKNOWN},
        {"2099", INT64_C(4086950400) - FLOOR_MS / 1000, CLOCK_UNKNOWN},
        {"as far as a clock goes", (INT64_MAX - FLOOR_MS) / 1000 - 1000, CLOCK_UNKNOWN},
    };
    const struct facts facts = {true, 2, true};
    struct clock clock = {.floor_ms = 0};
    clock_take_fix(&clock, FLOOR_MS, 5000);
    assert_true(clock.floor_ms == FLOOR_MS - 3600 * 1000);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct clock_reading reading = {.wall_ms = FLOOR_MS + (1000 + rows[i].wall_s) * 1000,
                                        .boottime_ms = 5000 + 1000 * 1000};
        reading_judge(&clock, &facts, &reading);
        if (reading.quality != rows[i].quality)
            fail_msg("%s", rows[i].says);
    }
    clock_take_fix(&clock, FLOOR_MS + 30 * INT64_C(86400000), 5000); /* the newest counts */
    struct clock_reading reading = {.wall_ms = FLOOR_MS + 30 * INT64_C(86400000),
                                    .boottime_ms = 5000};
    reading_judge(&clock, &facts, &reading);
    assert_int_equal(reading.quality, CLOCK_SYNCED);
    clock_take_fix(&clock, -1, 5000);
    assert_true(clock.fix_wall_ms == FLOOR_MS + 30 * INT64_C(86400000));
}

/* The registry signs its time; the moment beside it is pamit-sync's word, and may be a lie. */
static void whatever_moment_a_fix_is_paired_with_it_only_takes_trust_away(void **state)
{
    (void)state;
    static const int64_t moments_ms[] = {0, 5000, 86400000, 86400000 * INT64_C(365), INT64_MAX};
    static const int64_t apart_s[] = {-30 * 86400, -3601, 0, 3600, 86400, 4 * 365 * 86400};
    static const struct facts facts[] = {{true, 2, false}, {false, 0, true}, {false, 0, false}};
    unsigned kept = 0, taken = 0;
    for (size_t i = 0; i < LENGTH(moments_ms) * LENGTH(apart_s) * LENGTH(facts); i++) {
        const struct facts *system = &facts[i % LENGTH(facts)];
        struct clock clock = {.floor_ms = FLOOR_MS};
        struct clock_reading without = {.wall_ms = FLOOR_MS + YEAR_MS / 2 +
                                                   apart_s[i / LENGTH(facts) % LENGTH(apart_s)] *
                                                       INT64_C(1000),
                                        .boottime_ms = 86400000};
        struct clock_reading with = without;
        reading_judge(&clock, system, &without);
        clock_take_fix(&clock, FLOOR_MS + YEAR_MS / 2,
                       moments_ms[i / LENGTH(facts) / LENGTH(apart_s)]);
        reading_judge(&clock, system, &with);
        assert_true(with.wall_ms == without.wall_ms);
        if (with.quality == without.quality)
            kept++;
        else if (with.quality == CLOCK_UNKNOWN)
            taken++;
        else
            fail_msg("%zu: %d became %d", i, without.quality, with.quality);
    }
    assert_true(kept > 0 && taken > 0);
}

#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)
#define BOOT_MS  INT64_C(5000) /* when the supervisor set the clock */
#define LATER_MS (BOOT_MS + 100 * DAY_MS)

static void a_supervisors_word_counts_where_nothing_better_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        int64_t set_ms, wall_ms; /* at BOOT_MS, at LATER_MS */
        int64_t fix_ms;          /* at BOOT_MS; 0: none */
        struct facts facts;
        int64_t reads_ms; /* at LATER_MS */
        enum clock_quality quality;
        uint32_t uncertainty_s;
    } rows[] = {
        {"without a battery",
         FLOOR_MS,
         7,
         0,
         {0},
         FLOOR_MS + 100 * DAY_MS,
         CLOCK_OPERATOR_SET,
         60 + 864},
        {"a battery's clock is what was found wrong",
         FLOOR_MS,
         FLOOR_MS,
         0,
         {.has_rtc = true},
         FLOOR_MS + 100 * DAY_MS,
         CLOCK_OPERATOR_SET,
         60 + 864},
        {"a clock that is SYNCED goes before it",
         FLOOR_MS,
         FLOOR_MS + 1,
         0,
         {.disciplined = true},
         FLOOR_MS + 1,
         CLOCK_SYNCED,
         0},
        {"but not one that contradicts the registry",
         FLOOR_MS,
         FLOOR_MS,
         FLOOR_MS,
         {.disciplined = true},
         FLOOR_MS + 100 * DAY_MS,
         CLOCK_OPERATOR_SET,
         60 + 864},
        {"nor the other way round",
         FLOOR_MS + 2 * HOUR_MS,
         7,
         FLOOR_MS,
         {0},
         7,
         CLOCK_UNKNOWN,
         UINT32_MAX},
        {"within the registry's tolerance",
         FLOOR_MS + HOUR_MS,
         7,
         FLOOR_MS,
         {0},
         FLOOR_MS + HOUR_MS + 100 * DAY_MS,
         CLOCK_OPERATOR_SET,
         60 + 864},
        {"before a floor that has risen since",
         FLOOR_MS - 100 * DAY_MS - 1,
         7,
         0,
         {0},
         7,
         CLOCK_UNKNOWN,
         UINT32_MAX},
        {"and then the battery's counts again",
         FLOOR_MS - 100 * DAY_MS - 1,
         FLOOR_MS,
         0,
         {.has_rtc = true},
         FLOOR_MS,
         CLOCK_HOLDOVER,
         311},
        {"at the end of time", INT64_MAX, 7, 0, {0}, INT64_MAX, CLOCK_OPERATOR_SET, 60 + 864},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct clock clock = {0};
        if (rows[i].fix_ms)
            clock_take_fix(&clock, rows[i].fix_ms, BOOT_MS);
        clock.floor_ms = FLOOR_MS;
        clock_set(&clock, rows[i].set_ms, BOOT_MS, CLOCK_WORD_UNCERTAINTY_S);
        struct clock_reading reading = {.wall_ms = rows[i].wall_ms, .boottime_ms = LATER_MS};
        reading_judge(&clock, &rows[i].facts, &reading);
        reading_take_set(&clock, &reading);
        if (reading.wall_ms != rows[i].reads_ms || reading.quality != rows[i].quality ||
            reading.uncertainty_s != rows[i].uncertainty_s)
            fail_msg("%s", rows[i].says);
    }
}

static void the_word_before_is_forgotten_and_nonsense_is_not_taken(void **state)
{
    (void)state;
    struct clock clock = {0};
    clock_set(&clock, -1, 0, CLOCK_WORD_UNCERTAINTY_S);
    clock_set(&clock, 0, -1, CLOCK_WORD_UNCERTAINTY_S);
    assert_false(clock.set);
    clock_set(&clock, FLOOR_MS, BOOT_MS, CLOCK_WORD_UNCERTAINTY_S);
    clock_set(&clock, FLOOR_MS - DAY_MS, LATER_MS, 77);
    struct clock_reading reading = {.boottime_ms = LATER_MS};
    reading_take_set(&clock, &reading);
    assert_true(reading.wall_ms == FLOOR_MS - DAY_MS && reading.uncertainty_s == 77);
}

static void what_may_be_set_is_not_impossible(void **state)
{
    (void)state;
    struct clock clock = {.floor_ms = FLOOR_MS};
    struct clock_span span = clock_settable(&clock, LATER_MS);
    assert_true(span.earliest_ms == FLOOR_MS && span.latest_ms == FLOOR_MS + 5 * 366 * DAY_MS);
    clock_take_fix(&clock, FLOOR_MS, BOOT_MS);
    span = clock_settable(&clock, LATER_MS);
    assert_true(span.earliest_ms == FLOOR_MS + 100 * DAY_MS - HOUR_MS);
    assert_true(span.latest_ms == FLOOR_MS + 100 * DAY_MS + HOUR_MS);
    clock_set(&clock, span.latest_ms, LATER_MS,
              CLOCK_WORD_UNCERTAINTY_S); /* whatever may be set is then gone by */
    struct clock_reading reading = {.boottime_ms = LATER_MS};
    reading_take_set(&clock, &reading);
    assert_int_equal(reading.quality, CLOCK_OPERATOR_SET);
    clock_raise_floor(&clock, INT64_MAX);
    span = clock_settable(&clock, LATER_MS);
    assert_true(span.earliest_ms == INT64_MAX);
}

static void the_likely_time_is_the_best_that_is_known(void **state)
{
    (void)state;
    struct clock clock = {.floor_ms = FLOOR_MS};
    struct clock_reading now = {.wall_ms = 7, .boottime_ms = LATER_MS};
    assert_true(clock_likely_ms(&clock, &now) == FLOOR_MS);
    now.wall_ms = FLOOR_MS + 1;
    assert_true(clock_likely_ms(&clock, &now) == FLOOR_MS + 1);
    clock_take_fix(&clock, FLOOR_MS, BOOT_MS);
    assert_true(clock_likely_ms(&clock, &now) == FLOOR_MS + 100 * DAY_MS);
}

static void a_reading_holds_all_there_is(void **state)
{
    (void)state;
    static const uint8_t none[CLOCK_BOOT_ID_LEN];
    struct clock clock;
    struct clock_reading a, b;
    clock_init(&clock, CLOCK_WIT, true);
    clock_read(&clock, &a);
    clock_read(&clock, &b);
    assert_int_equal(a.zone, CLOCK_WIT);
    assert_int_equal(a.quality, CLOCK_SYNCED);
    assert_true(a.wall_ms > clock.floor_ms);
    assert_true(a.boottime_ms > 0 && b.boottime_ms >= a.boottime_ms);
    assert_memory_not_equal(a.boot_id, none, sizeof none);
    assert_memory_equal(a.boot_id, b.boot_id, sizeof a.boot_id);
    clock_raise_floor(&clock, INT64_MAX);
    clock_read(&clock, &a);
    assert_int_equal(a.quality, CLOCK_UNKNOWN);
}

static void boot_ids_are_uuids_or_none(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        const char *text;
        bool want;
    } rows[] = {
        {"as the kernel writes it", "a1b2c3d4-0000-4000-8000-0123456789ab\n", true},
        {"a digit short", "a1b2c3d4-0000-4000-8000-0123456789a\n", false},
        {"a digit long", "a1b2c3d4-0000-4000-8000-0123456789abc\n", false},
        {"no hex", "g1b2c3d4-0000-4000-8000-0123456789ab\n", false},
        {"nothing", "", false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t id[CLOCK_BOOT_ID_LEN] = {0};
        if (uuid_parse(span_of_text(rows[i].text), id) != rows[i].want)
            fail_msg("%s", rows[i].says);
        fixture_assert_bytes(rows[i].says, span_of(id, sizeof id),
                             rows[i].want ? "a1b2c3d4000040008000 0123456789ab"
                                          : "00000000000000000000 000000000000");
    }
}

static void times_are_written_in_utc(void **state)
{
    (void)state;
    static const struct {
        int64_t wall_ms;
        const char *want;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {INT64_C(1795246628000), "2026-11-21T07:37:08Z"},
        {INT64_C(1795246628999), "2026-11-21T07:37:08Z"},
        {INT64_C(1709164800000), "2024-02-29T00:00:00Z"},
        {-1, "1969-12-31T23:59:59Z"},
        {INT64_MAX, "292278994-08-17T07:12:55Z"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[CLOCK_TEXT_LEN];
        clock_format_utc(rows[i].wall_ms, text);
        assert_string_equal(text, rows[i].want);
    }
}

static void names_are_those_of_the_entries(void **state)
{
    (void)state;
    assert_string_equal(clock_quality_name(CLOCK_UNKNOWN), "UNKNOWN");
    assert_string_equal(clock_quality_name(CLOCK_OPERATOR_SET), "OPERATOR_SET");
    assert_string_equal(clock_quality_name(CLOCK_HOLDOVER), "HOLDOVER");
    assert_string_equal(clock_quality_name(CLOCK_SYNCED), "SYNCED");
    assert_string_equal(clock_quality_name((enum clock_quality)9), "UNKNOWN");
    assert_string_equal(clock_zone_name(CLOCK_WIB), "WIB");
    assert_string_equal(clock_zone_name(CLOCK_WITA), "WITA");
    assert_string_equal(clock_zone_name(CLOCK_WIT), "WIT");
    assert_non_null(clock_zone_name((enum clock_zone)0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quality_follows_the_facts),
        cmocka_unit_test(floor_starts_at_the_build_and_only_rises),
        cmocka_unit_test(a_clock_that_jumped_away_from_a_fix_is_unknown),
        cmocka_unit_test(whatever_moment_a_fix_is_paired_with_it_only_takes_trust_away),
        cmocka_unit_test(a_supervisors_word_counts_where_nothing_better_is_known),
        cmocka_unit_test(the_word_before_is_forgotten_and_nonsense_is_not_taken),
        cmocka_unit_test(what_may_be_set_is_not_impossible),
        cmocka_unit_test(the_likely_time_is_the_best_that_is_known),
        cmocka_unit_test(a_reading_holds_all_there_is),
        cmocka_unit_test(boot_ids_are_uuids_or_none),
        cmocka_unit_test(times_are_written_in_utc),
        cmocka_unit_test(names_are_those_of_the_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
