/* lane_restore: what a start takes over from the journal, however it ended, and how far back it
 * reads for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lane_fixture.h"

#define STEPS_MAX 8
#define DAY_MS    86400000
#define NOW_MS    1795250228000

/* An entry of the past. */
struct step {
    enum entry_kind kind; /* ENTRY_NONE: no more */
    int days;             /* from today */
    uint64_t of;          /* DECIDED: what it answers; PRESENTED: what it replaces */
    enum verdict_result result;
    bool broken; /* its payload is altered afterwards */
};

struct past_row {
    const char *what;
    struct step steps[STEPS_MAX]; /* the first is entry 2 */
    struct view_counts counts;
    uint64_t open; /* the stop that is open; 0: none */
    enum err err;
};

#define PRESENTED(days, of, result)                                                                \
    {                                                                                              \
        ENTRY_PRESENTED, days, of, VERDICT_##result, false                                         \
    }
#define DECIDED(days, of)                                                                          \
    {                                                                                              \
        ENTRY_DECIDED, days, of, VERDICT_REFER, false                                              \
    }

static const struct past_row rows[] = {
    {"nothing but the beginning", {{.kind = ENTRY_NONE}}, {0}, 0, ERR_OK},
    {"each verdict counts",
     {PRESENTED(0, 0, CLEAR), DECIDED(0, 2), PRESENTED(0, 0, REFER), DECIDED(0, 4),
      PRESENTED(0, 0, STOP), DECIDED(0, 6)},
     {.total = 3, .clear = 1, .refer = 1, .stop = 1},
     0,
     ERR_OK},
    {"one that was judged anew counts once, as it was judged last",
     {PRESENTED(0, 0, REFER), PRESENTED(0, 2, CLEAR), DECIDED(0, 3), PRESENTED(0, 0, CLEAR)},
     {.total = 2, .clear = 2},
     0,
     ERR_OK},
    {"another day's does not count",
     {PRESENTED(-1, 0, CLEAR), DECIDED(-1, 2), PRESENTED(0, 0, CLEAR), DECIDED(0, 4)},
     {.total = 1, .clear = 1},
     0,
     ERR_OK},
    {"counts begin anew where the clock jumped",
     {PRESENTED(0, 0, CLEAR), PRESENTED(30, 0, CLEAR), PRESENTED(0, 0, REFER), DECIDED(0, 4)},
     {.total = 1, .refer = 1},
     0,
     ERR_OK},
    {"a stop that nobody decided is open again",
     {PRESENTED(0, 0, STOP)},
     {.total = 1, .stop = 1},
     2,
     ERR_OK},
    {"... also yesterday's", {PRESENTED(-1, 0, STOP)}, {0}, 2, ERR_OK},
    {"... also if the clock went back", {PRESENTED(300, 0, STOP)}, {0}, 2, ERR_OK},
    {"... and if an earlier one was decided late",
     {PRESENTED(0, 0, CLEAR), PRESENTED(0, 0, STOP), DECIDED(0, 2)},
     {.total = 2, .clear = 1, .stop = 1},
     3,
     ERR_OK},
    {"a stop before the last crossing is not",
     {PRESENTED(0, 0, STOP), PRESENTED(0, 0, CLEAR)},
     {.total = 2, .clear = 1, .stop = 1},
     0,
     ERR_OK},
    {"what can't be read may be an open stop",
     {PRESENTED(0, 0, CLEAR), {ENTRY_PRESENTED, 0, 0, VERDICT_STOP, true}},
     {.total = 1, .clear = 1},
     0,
     ERR_CORRUPT},
    {"... but not before a crossing that can be read",
     {{ENTRY_PRESENTED, 0, 0, VERDICT_STOP, true}, PRESENTED(0, 0, CLEAR)},
     {.total = 1, .clear = 1},
     0,
     ERR_OK},
};

static int set_up(void **state)
{
    lane_fixture_reading = (struct clock_reading){
        .wall_ms = NOW_MS, .zone = CLOCK_WIB, .quality = CLOCK_SYNCED, .boottime_ms = 1};
    return lane_fixture_make(state);
}

static void append(struct lane_fixture *fixture, const struct step *step)
{
    const struct entry_presented presented = {.replaces = step->of,
                                              .document.mrz.format = MRZ_FORMAT_TD3,
                                              .verdict.result = step->result};
    const struct entry_decided decided = {.presented = step->of, .decision = DECISION_CLEARED};
    uint8_t salt[ENTRY_SALT_LEN] = {1}, payload[ENTRY_PAYLOAD_MAX];
    struct clock_reading time;
    struct journal_head head;
    char sql[96];
    size_t len = 0;

    clock_read(&fixture->lane.clock, &time);
    time.wall_ms += step->days * (int64_t)DAY_MS;
    if (step->kind == ENTRY_PRESENTED)
        assert_int_equal(entry_presented_encode(&presented, salt, payload, sizeof payload, &len),
                         ERR_OK);
    else
        assert_int_equal(entry_decided_encode(&decided, salt, payload, sizeof payload, &len),
                         ERR_OK);
    assert_int_equal(
        journal_append(fixture->parts.journal, step->kind, &time, span_of(payload, len), &head),
        ERR_OK);
    if (!step->broken)
        return;
    snprintf(sql, sizeof sql, "UPDATE entry SET payload = zeroblob(90) WHERE seq = %u",
             (unsigned)head.seq);
    fixture_sql(fixture->store->path, sql);
}

static void restores(const struct past_row *row)
{
    void *state = NULL;
    char why[LANE_WHY_LEN] = "";

    assert_int_equal(set_up(&state), 0);
    struct lane_fixture *fixture = state;
    struct lane *lane = &fixture->lane;
    for (size_t i = 0; i < STEPS_MAX && row->steps[i].kind; i++)
        append(fixture, &row->steps[i]);
    const enum err err = lane_restore(lane, why);
    const uint64_t open = lane->state == FLOW_LOCKED ? lane->shown.seq : 0;
    if (err != row->err || open != row->open ||
        memcmp(&lane->counts, &row->counts, sizeof row->counts) != 0)
        fail_msg("%s: err %d, open %u, counts %u: %u %u %u; %s", row->what, err, (unsigned)open,
                 lane->counts.total, lane->counts.clear, lane->counts.refer, lane->counts.stop,
                 why);
    assert_int_equal(lane_fixture_remove(&state), 0);
}

static void a_start_takes_over_what_the_journal_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        restores(&rows[i]);
}

static void a_start_reads_no_further_than_today_needs(void **state)
{
    struct lane_fixture *fixture = *state;
    const struct step old = PRESENTED(-1, 0, CLEAR), today = PRESENTED(0, 0, CLEAR);
    char why[LANE_WHY_LEN];

    for (int i = 0; i < 5; i++)
        append(fixture, &old);
    append(fixture, &today);
    lane_fixture_reads = 0;
    assert_int_equal(lane_restore(&fixture->lane, why), ERR_OK);
    assert_int_equal(lane_fixture_reads, 2);
    assert_int_equal(fixture->lane.counts.total, 1);
}

/* One that begins above what a file gave out that is gone. */
static void a_start_reads_no_number_before_the_journals_first(void **state)
{
    struct lane_fixture *fixture = *state;
    struct store_fixture *store = fixture->store;
    const struct receipt receipt = {.next = 31, .epoch = 1, .registry_ms = 1};
    struct journal_head head;
    char why[LANE_WHY_LEN];

    journal_close(fixture->parts.journal);
    store->keys.receipt = &receipt;
    strcat(store->path, "2");
    strcat(fixture->config.journal, "2");
    fixture->parts.journal = fixture_journal(store);
    journal_head(fixture->parts.journal, &head);
    assert_true(head.seq > 30);
    lane_fixture_reads = 0;
    assert_int_equal(lane_restore(&fixture->lane, why), ERR_OK);
    assert_int_equal(lane_fixture_reads, 1);
    assert_int_equal(fixture->lane.first_seq, head.seq);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_takes_over_what_the_journal_says),
        cmocka_unit_test_setup_teardown(a_start_reads_no_further_than_today_needs, set_up,
                                        lane_fixture_remove),
        cmocka_unit_test_setup_teardown(a_start_reads_no_number_before_the_journals_first, set_up,
                                        lane_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
