/* What a start finds of a supervisor's word for the time, and how far back it looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "entry_clock.h"
#include "lane_fixture.h"

#define STEPS_MAX   4
#define NOW_MS      INT64_C(1795250228000)
#define BOOTTIME_MS INT64_C(900000000)
#define MINUTE_MS   60000

/* An entry of the past. */
struct step {
    enum { NOTHING, ENTRY, WORD, OTHER_BOOT, LATER } what; /* the last two: words, too */
    int minutes;                                           /* before now */
    enum clock_quality quality;
};

struct word_row {
    const char *says;
    enum clock_quality now;
    struct step steps[STEPS_MAX];
    int minutes; /* of the entry that has the word; -1: none has */
    uint32_t uncertainty_s;
};

static const struct word_row rows[] = {
    {"the entry that says so", CLOCK_UNKNOWN, {{WORD, 90, CLOCK_UNKNOWN}}, 90, 60},
    {"what was carried on since, without its entry",
     CLOCK_UNKNOWN,
     {{ENTRY, 80, CLOCK_OPERATOR_SET}},
     80,
     77},
    {"the newest",
     CLOCK_UNKNOWN,
     {{WORD, 90, CLOCK_UNKNOWN}, {ENTRY, 80, CLOCK_OPERATOR_SET}, {WORD, 70, CLOCK_OPERATOR_SET}},
     70,
     60},
    {"also where there is a battery, which it corrects",
     CLOCK_HOLDOVER,
     {{WORD, 90, CLOCK_HOLDOVER}, {ENTRY, 80, CLOCK_OPERATOR_SET}},
     80,
     77},
    {"not where the network tells", CLOCK_SYNCED, {{WORD, 90, CLOCK_UNKNOWN}}, -1, 0},
    {"that the network told in between hides nothing",
     CLOCK_UNKNOWN,
     {{WORD, 90, CLOCK_UNKNOWN}, {ENTRY, 80, CLOCK_SYNCED}},
     90,
     60},
    {"nor does one that was being stored",
     CLOCK_UNKNOWN,
     {{WORD, 90, CLOCK_UNKNOWN}, {ENTRY, 90, CLOCK_UNKNOWN}},
     90,
     60},
    {"one that was no longer gone by",
     CLOCK_HOLDOVER,
     {{WORD, 90, CLOCK_UNKNOWN}, {ENTRY, 80, CLOCK_HOLDOVER}},
     -1,
     0},
    {"another boot's", CLOCK_UNKNOWN, {{OTHER_BOOT, 90, CLOCK_UNKNOWN}}, -1, 0},
    {"of a boot that looks like this one", CLOCK_UNKNOWN, {{LATER, 90, CLOCK_UNKNOWN}}, -1, 0},
};

static int set_up(void **state)
{
    assert_int_equal(lane_fixture_make(state), 0);
    struct lane_fixture *fixture = *state;
    memset(fixture->lane.clock.boot_id, 7, sizeof fixture->lane.clock.boot_id);
    lane_fixture_reading = (struct clock_reading){
        .wall_ms = NOW_MS, .zone = CLOCK_WIB, .quality = CLOCK_UNKNOWN, .boottime_ms = BOOTTIME_MS};
    return 0;
}

static int64_t word_ms(int minutes)
{
    return NOW_MS + 1000 - minutes * (int64_t)MINUTE_MS; /* not what the wall said */
}

static void append(struct lane_fixture *fixture, const struct step *step)
{
    const struct entry_clock word = {.wall_ms = word_ms(step->minutes), .role = ROLE_SUPERVISOR};
    const struct entry_presented presented = {.document.mrz.format = MRZ_FORMAT_TD3};
    uint8_t salt[ENTRY_SALT_LEN] = {1}, payload[ENTRY_PAYLOAD_MAX];
    struct clock_reading time;
    struct journal_head head;
    size_t len = 0;

    clock_read(&fixture->lane.clock, &time);
    time.wall_ms = word_ms(step->minutes);
    time.boottime_ms =
        step->what == LATER ? BOOTTIME_MS + 1 : BOOTTIME_MS - step->minutes * (int64_t)MINUTE_MS;
    time.quality = step->quality;
    time.uncertainty_s = 77;
    if (step->what == OTHER_BOOT)
        time.boot_id[0] = 8;
    const enum err err =
        step->what == ENTRY
            ? entry_presented_encode(&presented, salt, payload, sizeof payload, &len)
            : entry_clock_encode(&word, salt, payload, sizeof payload, &len);
    assert_int_equal(err, ERR_OK);
    assert_int_equal(journal_append(fixture->parts.journal,
                                    step->what == ENTRY ? ENTRY_PRESENTED : ENTRY_HEALTH, &time,
                                    span_of(payload, len), &head),
                     ERR_OK);
}

static void finds(const struct word_row *row)
{
    void *state = NULL;
    char why[LANE_WHY_LEN] = "";

    assert_int_equal(set_up(&state), 0);
    struct lane_fixture *fixture = state;
    const struct clock *clock = &fixture->lane.clock;
    for (size_t i = 0; i < STEPS_MAX && row->steps[i].what; i++)
        append(fixture, &row->steps[i]);
    lane_fixture_reading.quality = row->now;
    assert_int_equal(lane_restore(&fixture->lane, why), ERR_OK);
    const bool as_said =
        row->minutes < 0
            ? !clock->set
            : clock->set && clock->set_wall_ms == word_ms(row->minutes) &&
                  clock->set_boottime_ms == BOOTTIME_MS - row->minutes * (int64_t)MINUTE_MS &&
                  clock->set_uncertainty_s == row->uncertainty_s;
    if (!as_said)
        fail_msg("%s: set %d, %u s", row->says, clock->set, clock->set_uncertainty_s);
    assert_int_equal(lane_fixture_remove(&state), 0);
}

static void a_start_finds_the_word_of_this_boot(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        finds(&rows[i]);
}

/* A kiosk on its battery for weeks must not read all of them back at each start. */
static void a_start_does_not_look_for_a_word_that_can_not_be_there(void **state)
{
    struct lane_fixture *fixture = *state;
    char why[LANE_WHY_LEN];
    for (int day = 9; day > 0; day--)
        append(fixture, &(struct step){ENTRY, day * 24 * 60, CLOCK_HOLDOVER});
    append(fixture, &(struct step){ENTRY, 0, CLOCK_HOLDOVER});
    lane_fixture_reading.quality = CLOCK_HOLDOVER;
    lane_fixture_reads = 0;
    assert_int_equal(lane_restore(&fixture->lane, why), ERR_OK);
    assert_int_equal(lane_fixture_reads, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_finds_the_word_of_this_boot),
        cmocka_unit_test_setup_teardown(a_start_does_not_look_for_a_word_that_can_not_be_there,
                                        set_up, lane_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
