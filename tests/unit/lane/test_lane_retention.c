/* lane_retention: what is logged of a job that ended, and when the next one is due. The job itself
 * is tests/unit/store/test_journal_retention.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lane_fixture.h"
#include "log.h"

#define NOW_MS    INT64_C(900000000)
#define SECOND_MS 1000
#define MINUTE_MS (60 * SECOND_MS)
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define NOTHING   LOG_IDS

static const struct end_row {
    const char *says;
    enum err err;
    struct retention_report report;
    enum log_id logged;
    int64_t again_ms;
} rows[] = {
    {"nothing was due", ERR_OK, {0}, NOTHING, DAY_MS},
    {"something was", ERR_OK, {.days = 1, .entries = 3}, LOG_PURGED, DAY_MS},
    {"a reader holds the -wal", ERR_OK, {.waits = true}, LOG_PURGE_WAITS, 10 * SECOND_MS},
    {"the disk fails", ERR_IO, {0}, LOG_PURGE_FAILED, 10 * MINUTE_MS},
    {"no receipt of the registry's", ERR_AUTH, {0}, LOG_PURGE_FAILED, 10 * MINUTE_MS},
    {"a receipt of the journal before this one", ERR_OLD, {0}, NOTHING, 10 * MINUTE_MS},
};

static const struct end_row *row;
static enum log_id logged;
static struct commit_job begun;

const struct receipt *__wrap_uplink_receipt(const struct uplink *uplink, struct span *envelope);
const struct receipt *__wrap_uplink_receipt(const struct uplink *uplink, struct span *envelope)
{
    static const struct receipt receipt = {.registry_ms = NOW_MS};
    (void)uplink;
    *envelope = span_of("r", 1);
    return &receipt;
}

const struct policy *__wrap_judge_policy(const struct judge *judge);
const struct policy *__wrap_judge_policy(const struct judge *judge)
{
    static const struct policy policy = {.version = 1};
    (void)judge;
    return &policy;
}

bool __wrap_commit_job_busy(const struct commit *commit);
bool __wrap_commit_job_busy(const struct commit *commit)
{
    (void)commit;
    return false;
}

void __wrap_commit_job(struct commit *commit, const struct commit_job *job);
void __wrap_commit_job(struct commit *commit, const struct commit_job *job)
{
    (void)commit;
    begun = *job;
}

void __wrap_retention_begin(struct retention *retention, const struct retention_order *order);
void __wrap_retention_begin(struct retention *retention, const struct retention_order *order)
{
    (void)retention;
    assert_int_equal(order->now_ms, NOW_MS);
}

enum err __wrap_retention_step(struct retention *retention, bool *more);
enum err __wrap_retention_step(struct retention *retention, bool *more)
{
    (void)retention;
    *more = false;
    return row->err;
}

void __wrap_retention_report(const struct retention *retention, struct retention_report *out);
void __wrap_retention_report(const struct retention *retention, struct retention_report *out)
{
    (void)retention;
    *out = row->report;
}

void __wrap_log_event(enum log_id id, const char *details, ...);
void __wrap_log_event(enum log_id id, const char *details, ...)
{
    (void)details;
    assert_int_equal(logged, NOTHING);
    logged = id;
}

static void an_end_is_told_and_tried_again(void **state)
{
    struct lane_fixture *fixture = *state;
    struct lane *lane = &fixture->lane;

    lane->state = FLOW_READY;
    lane_fixture_reading = (struct clock_reading){.boottime_ms = NOW_MS};
    for (row = rows; row < rows + sizeof rows / sizeof rows[0]; row++) {
        print_message("%s\n", row->says);
        logged = NOTHING;
        lane->retention = (struct lane_retention){0};
        lane_retention_look(lane, &lane_fixture_reading);
        assert_false(begun.step(begun.user));
        begun.done(begun.user);
        assert_int_equal(logged, row->logged);
        assert_int_equal(lane->retention.due_boottime_ms, NOW_MS + row->again_ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_end_is_told_and_tried_again, lane_fixture_make,
                                        lane_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
