/* Who may take back what was recorded last, and until when; what the entry then says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lane_fixture.h"

#define DECIDED   15
#define MINUTE_MS 60000

static struct {
    unsigned shown;
    enum view_refusal why; /* VIEW_REFUSAL_COUNT: not refused */
    bool asked;            /* FLOW_ON_VOID */
    struct entry_void stored;
} seen;

void __wrap_lane_show_page(struct lane *lane);
void __wrap_lane_show_page(struct lane *lane)
{
    (void)lane;
    seen.shown++;
}

void __wrap_lane_refuse(struct lane *lane, uint64_t seq, enum view_refusal why);
void __wrap_lane_refuse(struct lane *lane, uint64_t seq, enum view_refusal why)
{
    (void)lane;
    (void)seq;
    seen.why = why;
}

void __wrap_lane_on(struct lane *lane, enum flow_event event);
void __wrap_lane_on(struct lane *lane, enum flow_event event)
{
    (void)lane;
    seen.asked = event == FLOW_ON_VOID;
}

void __wrap_commit_append(struct commit *commit, enum entry_kind kind,
                          const struct clock_reading *time, struct span payload);
void __wrap_commit_append(struct commit *commit, enum entry_kind kind,
                          const struct clock_reading *time, struct span payload)
{
    (void)commit;
    (void)time;
    assert_int_equal(kind, ENTRY_VOID);
    assert_int_equal(entry_void_decode(payload, &seen.stored), ERR_OK);
}

/* A decision of that role was recorded, on a counter of that mode. */
static struct lane *recorded(void **state, enum role role, enum kiosk_mode mode)
{
    struct lane_fixture *fixture = *state;
    struct lane *lane = &fixture->lane;
    const struct journal_head entry = {.epoch = 2, .seq = DECIDED, .hash = {0xab}};
    memset(&seen, 0, sizeof seen);
    seen.why = VIEW_REFUSAL_COUNT;
    snprintf(fixture->config.officer_id, sizeof fixture->config.officer_id, "P-0001");
    fixture->config.mode = mode;
    lane_fixture_reading = (struct clock_reading){.wall_ms = 1795250228000,
                                                  .zone = CLOCK_WIB,
                                                  .quality = CLOCK_SYNCED,
                                                  .boottime_ms = 900000000};
    lane->state = FLOW_RECORDED;
    lane->has_current = true;
    lane->shown.seq = DECIDED - 1;
    lane->action = (struct view_action){.decision = DECISION_SECONDARY, .role = role};
    lane_recorded(lane, &entry);
    return lane;
}

static void who_may_and_when(void **state)
{
    static const struct {
        const char *says;
        enum flow_state at;
        enum kiosk_mode mode;
        enum role decided_by, role;
        const char *officer;
        uint64_t seq;
        enum view_refusal why;
    } rows[] = {
        {"an officer what an officer recorded", FLOW_RECORDED, KIOSK_LIVE, ROLE_OFFICER,
         ROLE_OFFICER, "", DECIDED, VIEW_REFUSAL_COUNT},
        {"also after the screen has gone", FLOW_READY, KIOSK_LIVE, ROLE_OFFICER, ROLE_OFFICER, "",
         DECIDED, VIEW_REFUSAL_COUNT},
        {"another entry", FLOW_RECORDED, KIOSK_DESK, ROLE_OFFICER, ROLE_OFFICER, "", DECIDED - 1,
         VIEW_REFUSED_STALE},
        {"what a supervisor decided", FLOW_RECORDED, KIOSK_DESK, ROLE_SUPERVISOR, ROLE_OFFICER, "",
         DECIDED, VIEW_REFUSED_NOT_ALLOWED},
        {"... takes one", FLOW_RECORDED, KIOSK_DESK, ROLE_SUPERVISOR, ROLE_SUPERVISOR, "S-0007",
         DECIDED, VIEW_REFUSAL_COUNT},
        {"in training too", FLOW_RECORDED, KIOSK_TRAINING, ROLE_SUPERVISOR, ROLE_SUPERVISOR,
         "S-0007", DECIDED, VIEW_REFUSAL_COUNT},
        {"who is named", FLOW_RECORDED, KIOSK_DESK, ROLE_SUPERVISOR, ROLE_SUPERVISOR, "", DECIDED,
         VIEW_REFUSED_NOT_ALLOWED},
        {"and somebody else", FLOW_RECORDED, KIOSK_DESK, ROLE_SUPERVISOR, ROLE_SUPERVISOR, "P-0001",
         DECIDED, VIEW_REFUSED_SAME_OFFICER},
        {"a live counter knows none", FLOW_RECORDED, KIOSK_LIVE, ROLE_OFFICER, ROLE_SUPERVISOR,
         "S-0007", DECIDED, VIEW_REFUSED_NOT_ALLOWED},
        {"while a verdict is open the flow refuses", FLOW_WAITING, KIOSK_LIVE, ROLE_OFFICER,
         ROLE_OFFICER, "", DECIDED, VIEW_REFUSAL_COUNT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct lane *lane = recorded(state, rows[i].decided_by, rows[i].mode);
        struct view_void wanted = {.seq = rows[i].seq, .reason = VOID_TRIAL, .role = rows[i].role};
        snprintf(wanted.second_officer_id, sizeof wanted.second_officer_id, "%s", rows[i].officer);
        lane->state = rows[i].at;
        lane_on_void(lane, &wanted);
        if (seen.why != rows[i].why || seen.asked != (rows[i].why == VIEW_REFUSAL_COUNT))
            fail_msg("%s: why %d", rows[i].says, (int)seen.why);
    }
}

static void ten_minutes_later_nothing_may_be_taken_back(void **state)
{
    struct lane *lane = recorded(state, ROLE_OFFICER, KIOSK_LIVE);
    struct clock_reading later = lane_fixture_reading;
    later.boottime_ms += 10 * MINUTE_MS - 1;
    lane_recorded_watch(lane, &later);
    assert_int_equal(lane->recorded.entry.seq, DECIDED);
    later.boottime_ms++;
    lane->state = FLOW_VOIDING; /* it is being stored: that is no longer asked */
    lane_recorded_watch(lane, &later);
    assert_int_equal(lane->recorded.entry.seq, DECIDED);
    lane->state = FLOW_READY;
    lane_recorded_watch(lane, &later);
    assert_int_equal(lane->recorded.entry.seq, 0);
    assert_int_equal(seen.shown, 1);
    lane_recorded_watch(lane, &later);
    assert_int_equal(seen.shown, 1);
    lane_on_void(lane, &(struct view_void){.seq = 0, .role = ROLE_OFFICER});
    assert_int_equal(seen.why, VIEW_REFUSED_STALE);
}

static void the_entry_names_the_decision_and_who_takes_it_back(void **state)
{
    struct lane *lane = recorded(state, ROLE_SUPERVISOR, KIOSK_DESK);
    const struct view_void wanted = {.seq = DECIDED,
                                     .reason = VOID_NOT_TRAVELLING,
                                     .role = ROLE_SUPERVISOR,
                                     .second_officer_id = "S-0007"};
    lane_on_void(lane, &wanted);
    lane_void(lane);
    assert_int_equal(seen.stored.epoch, 2);
    assert_int_equal(seen.stored.seq, DECIDED);
    assert_int_equal(seen.stored.hash[0], 0xab);
    assert_int_equal(seen.stored.reason, VOID_NOT_TRAVELLING);
    assert_string_equal(seen.stored.place.officer_id, "P-0001");
    assert_int_equal(seen.stored.place.mode, MODE_DESK);
    assert_string_equal(seen.stored.second_officer_id, "S-0007");
    assert_false(lane->has_current); /* the same passport is judged anew */
    assert_int_equal(lane_voided(lane, DECIDED + 1), FLOW_ON_STORED);
    assert_int_equal(lane->recorded.entry.seq, 0);
}

int main(void)
{
#define LANE_TEST(name)                                                                            \
    cmocka_unit_test_setup_teardown(name, lane_fixture_make, lane_fixture_remove)
    const struct CMUnitTest tests[] = {
        LANE_TEST(who_may_and_when),
        LANE_TEST(ten_minutes_later_nothing_may_be_taken_back),
        LANE_TEST(the_entry_names_the_decision_and_who_takes_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
