/* The flow's promises, each checked over the whole table, and the paths people walk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <cmocka.h>

#include "flow.h"

static bool storing(enum flow_state state)
{
    return state == FLOW_PRESENTING || state == FLOW_DECIDING || state == FLOW_DECIDING_LOCKED ||
           state == FLOW_VOIDING;
}

static bool shows_verdict(enum flow_state state)
{
    return state == FLOW_WAITING || state == FLOW_LOCKED;
}

static bool stop_is_open(enum flow_state state)
{
    return state == FLOW_LOCKED || state == FLOW_DECIDING_LOCKED || state == FLOW_STORAGE_LOCKED;
}

static bool failing(enum flow_state state)
{
    return state == FLOW_STORAGE || state == FLOW_STORAGE_WAITING || state == FLOW_STORAGE_LOCKED;
}

typedef void (*cell_check_fn)(enum flow_state state, enum flow_event event, struct flow_move move);

static void for_every_cell(cell_check_fn check)
{
    for (unsigned s = 0; s < FLOW_STATE_COUNT; s++) {
        for (unsigned e = 0; e < FLOW_EVENT_COUNT; e++)
            check((enum flow_state)s, (enum flow_event)e,
                  flow_step((enum flow_state)s, (enum flow_event)e));
    }
}

static void check_recorded_before_shown(enum flow_state state, enum flow_event event,
                                        struct flow_move move)
{
    bool stored = event == FLOW_ON_STORED || event == FLOW_ON_STORED_STOP;
    if (shows_verdict(move.next) && !shows_verdict(state))
        assert_true(stored && (storing(state) || failing(state)) && state != FLOW_VOIDING);
    if (move.next == FLOW_RECORDED && state != FLOW_RECORDED && event != FLOW_ON_REPEATED)
        assert_true(stored && (state == FLOW_DECIDING || state == FLOW_DECIDING_LOCKED));
    if (move.next == FLOW_VOIDED && state != FLOW_VOIDED)
        assert_true(stored && state == FLOW_VOIDING);
}

static void a_verdict_and_a_recorded_follow_only_a_completed_commit(void **state)
{
    (void)state;
    for_every_cell(check_recorded_before_shown);
}

static void check_stop_stays(enum flow_state state, enum flow_event event, struct flow_move move)
{
    if (!stop_is_open(state) || stop_is_open(move.next))
        return;
    assert_int_equal(state, FLOW_DECIDING_LOCKED);
    assert_true(event == FLOW_ON_STORED || event == FLOW_ON_STORED_STOP);
    assert_int_equal(move.next, FLOW_RECORDED);
}

static void an_open_stop_ends_only_with_a_stored_decision(void **state)
{
    (void)state;
    for_every_cell(check_stop_stays);
}

static void check_one_commit(enum flow_state state, enum flow_event event, struct flow_move move)
{
    const uint32_t begins = FLOW_PRESENT | FLOW_REJUDGE | FLOW_DECIDE | FLOW_VOID;
    bool ends =
        event == FLOW_ON_STORED || event == FLOW_ON_STORED_STOP || event == FLOW_ON_STORE_FAILED;
    if (storing(state) && !ends) {
        assert_int_equal(move.actions & (begins | FLOW_PROBE), 0);
        assert_int_equal(move.next, state);
    }
    if (move.actions & begins)
        assert_true(storing(move.next));
    if (storing(move.next) && !storing(state))
        assert_true(move.actions & begins);
}

static void at_most_one_commit_is_under_way(void **state)
{
    (void)state;
    for_every_cell(check_one_commit);
}

static void check_repeated(enum flow_state state, enum flow_event event, struct flow_move move)
{
    if (event != FLOW_ON_REPEATED)
        return;
    assert_int_equal(move.actions & ~(uint32_t)(FLOW_IGNORE_SCAN | FLOW_SHOW), 0);
    bool back = state == FLOW_READY || state == FLOW_READING; /* its bytes took RECORDED off */
    assert_int_equal(move.next, back ? FLOW_RECORDED : state);
}

static void a_double_swipe_stores_nothing_and_leaves_no_verdict(void **state)
{
    (void)state;
    for_every_cell(check_repeated);
}

static void check_keyed(enum flow_state state, enum flow_event event, struct flow_move move)
{
    const uint32_t refusals = FLOW_REFUSE_BUSY | FLOW_REFUSE_LOCKED | FLOW_REFUSE_STORAGE;
    if (event != FLOW_ON_KEYED)
        return;
    struct flow_move scan = flow_step(state, FLOW_ON_DOCUMENT);
    if (scan.actions & FLOW_PRESENT)
        assert_true(move.next == FLOW_PRESENTING && (move.actions & FLOW_PRESENT));
    else
        assert_true(move.next == scan.next && (move.actions & refusals));
    assert_int_equal(move.actions & FLOW_NOTE_UNDECIDED, scan.actions & FLOW_NOTE_UNDECIDED);
}

static void a_keyed_document_goes_where_a_scan_may_or_is_refused_aloud(void **state)
{
    (void)state;
    for_every_cell(check_keyed);
}

static void check_proposal(enum flow_state state, enum flow_event event, struct flow_move move)
{
    if (event == FLOW_ON_PROPOSAL) {
        struct flow_move scan = flow_step(state, FLOW_ON_UNREADABLE);
        assert_int_equal(move.next == FLOW_PROPOSED, scan.next == FLOW_UNREADABLE);
        assert_int_equal(move.actions, scan.actions);
    }
    if (move.next == FLOW_PROPOSED)
        assert_int_equal(move.deadline_ms, 0);
    if (state == FLOW_PROPOSED && event == FLOW_ON_DEADLINE)
        assert_int_equal(move.next, FLOW_PROPOSED);
    if (state == FLOW_PROPOSED && move.next == FLOW_READY)
        assert_int_equal(event, FLOW_ON_DISMISS);
}

static void a_proposal_is_an_unreadable_scan_that_waits_for_the_officer(void **state)
{
    (void)state;
    for_every_cell(check_proposal);
}

static void check_probe(enum flow_state state, enum flow_event event, struct flow_move move)
{
    if (failing(move.next) && (event == FLOW_ON_STORE_FAILED))
        assert_int_equal(move.deadline_ms, FLOW_PROBE_MS);
    if (move.actions & FLOW_PROBE)
        assert_true(failing(state) && event == FLOW_ON_DEADLINE);
    if (failing(state) && event != FLOW_ON_STORED && event != FLOW_ON_STORED_STOP)
        assert_true(move.next == state || (failing(move.next) && move.deadline_ms > 0));
}

static void a_failing_storage_is_probed_until_it_works_and_judges_nobody(void **state)
{
    (void)state;
    for_every_cell(check_probe);
}

static void check_timed_states(enum flow_state state, enum flow_event event, struct flow_move move)
{
    (void)event;
    bool timed = move.next == FLOW_READING || move.next == FLOW_UNREADABLE ||
                 move.next == FLOW_RECORDED || move.next == FLOW_VOIDED;
    if (timed && move.next != state)
        assert_true(move.deadline_ms > 0);
}

static void what_is_shown_for_a_while_has_an_end(void **state)
{
    (void)state;
    for_every_cell(check_timed_states);
    assert_int_equal(flow_step(FLOW_READING, FLOW_ON_DEADLINE).next, FLOW_READY);
    assert_int_equal(flow_step(FLOW_UNREADABLE, FLOW_ON_DEADLINE).next, FLOW_READY);
    assert_int_equal(flow_step(FLOW_RECORDED, FLOW_ON_DEADLINE).next, FLOW_READY);
    assert_int_equal(flow_step(FLOW_VOIDED, FLOW_ON_DEADLINE).next, FLOW_READY);
}

static void check_refusals(enum flow_state state, enum flow_event event, struct flow_move move)
{
    const uint32_t answers =
        FLOW_DECIDE | FLOW_REFUSE_BUSY | FLOW_REFUSE_STALE | FLOW_REFUSE_STORAGE;
    (void)state;
    if (event == FLOW_ON_DECIDE)
        assert_true(move.actions & answers);
    if (event == FLOW_ON_VOID)
        assert_true(move.actions & ((answers & ~(uint32_t)FLOW_DECIDE) | FLOW_VOID));
    if (event == FLOW_ON_CONTEXT)
        assert_true(move.actions & (FLOW_SET_CONTEXT | FLOW_REFUSE_BUSY | FLOW_REFUSE_LOCKED |
                                    FLOW_REFUSE_STORAGE));
}

static void every_request_of_the_page_is_carried_out_or_refused_aloud(void **state)
{
    (void)state;
    for_every_cell(check_refusals);
}

static void check_void(enum flow_state state, enum flow_event event, struct flow_move move)
{
    if (move.next == FLOW_VOIDING && state != FLOW_VOIDING)
        assert_true(event == FLOW_ON_VOID && (state == FLOW_READY || state == FLOW_RECORDED));
    if (state == FLOW_VOIDED)
        assert_true(move.next != FLOW_RECORDED);
}

static void what_was_recorded_is_taken_back_only_while_nobody_else_is_there(void **state)
{
    (void)state;
    for_every_cell(check_void);
}

struct walk {
    const char *says;
    enum flow_state from;
    enum flow_event event;
    enum flow_state to;
    uint32_t actions; /* at least these */
};

static const struct walk walks[] = {
    {"a scan begins", FLOW_READY, FLOW_ON_BYTES, FLOW_READING, FLOW_SHOW},
    {"a document is judged", FLOW_READING, FLOW_ON_DOCUMENT, FLOW_PRESENTING, FLOW_PRESENT},
    {"its verdict is shown", FLOW_PRESENTING, FLOW_ON_STORED, FLOW_WAITING, FLOW_SHOW},
    {"a stop locks", FLOW_PRESENTING, FLOW_ON_STORED_STOP, FLOW_LOCKED, FLOW_SHOW},
    {"a full disk shows no verdict", FLOW_PRESENTING, FLOW_ON_STORE_FAILED, FLOW_STORAGE,
     FLOW_SHOW},
    {"a decision is stored", FLOW_WAITING, FLOW_ON_DECIDE, FLOW_DECIDING, FLOW_DECIDE},
    {"then it is said", FLOW_DECIDING, FLOW_ON_STORED, FLOW_RECORDED, FLOW_SHOW},
    {"a full disk records nothing, and says so", FLOW_DECIDING, FLOW_ON_STORE_FAILED,
     FLOW_STORAGE_WAITING, FLOW_SHOW | FLOW_REFUSE_STORAGE},
    {"when it works again the verdict is back", FLOW_STORAGE_WAITING, FLOW_ON_STORED, FLOW_WAITING,
     FLOW_SHOW},
    {"also a stop", FLOW_STORAGE_LOCKED, FLOW_ON_STORED, FLOW_LOCKED, FLOW_SHOW},
    {"but not after another document: its traveller never gets the last one's green",
     FLOW_STORAGE_WAITING, FLOW_ON_DOCUMENT, FLOW_STORAGE, FLOW_NOTE_UNDECIDED | FLOW_IGNORE_SCAN},
    {"nor one that can't be read", FLOW_STORAGE_WAITING, FLOW_ON_UNREADABLE, FLOW_STORAGE,
     FLOW_NOTE_UNDECIDED | FLOW_IGNORE_SCAN},
    {"nor one that was typed", FLOW_STORAGE_WAITING, FLOW_ON_KEYED, FLOW_STORAGE,
     FLOW_NOTE_UNDECIDED | FLOW_REFUSE_STORAGE},
    {"no scan sweeps a stop away there", FLOW_STORAGE_LOCKED, FLOW_ON_DOCUMENT, FLOW_STORAGE_LOCKED,
     FLOW_IGNORE_SCAN},
    {"a scan over a verdict notes it undecided", FLOW_WAITING, FLOW_ON_DOCUMENT, FLOW_PRESENTING,
     FLOW_NOTE_UNDECIDED | FLOW_PRESENT},
    {"also one that can't be read: its traveller never gets the last one's green", FLOW_WAITING,
     FLOW_ON_UNREADABLE, FLOW_UNREADABLE, FLOW_NOTE_UNDECIDED | FLOW_SHOW},
    {"a scan over a stop is ignored", FLOW_LOCKED, FLOW_ON_DOCUMENT, FLOW_LOCKED, FLOW_IGNORE_SCAN},
    {"a scan during a commit is held", FLOW_DECIDING, FLOW_ON_DOCUMENT, FLOW_DECIDING, FLOW_HOLD},
    {"also one that can't be read", FLOW_PRESENTING, FLOW_ON_UNREADABLE, FLOW_PRESENTING,
     FLOW_HOLD},
    {"or would be with a correction", FLOW_DECIDING, FLOW_ON_PROPOSAL, FLOW_DECIDING, FLOW_HOLD},
    {"a double swipe of what was just recorded brings that back", FLOW_READING, FLOW_ON_REPEATED,
     FLOW_RECORDED, FLOW_SHOW},
    {"what is keyed is judged", FLOW_UNREADABLE, FLOW_ON_KEYED, FLOW_PRESENTING, FLOW_PRESENT},
    {"a confirmed proposal is judged", FLOW_PROPOSED, FLOW_ON_KEYED, FLOW_PRESENTING, FLOW_PRESENT},
    {"the next scan takes a proposal off", FLOW_PROPOSED, FLOW_ON_BYTES, FLOW_READING, FLOW_SHOW},
    {"so does a key", FLOW_PROPOSED, FLOW_ON_DISMISS, FLOW_READY, FLOW_SHOW},
    {"a pulled reader does not", FLOW_PROPOSED, FLOW_ON_SCANNER_GONE, FLOW_PROPOSED, FLOW_SHOW},
    {"nobody is keyed over a stop", FLOW_LOCKED, FLOW_ON_KEYED, FLOW_LOCKED, FLOW_REFUSE_LOCKED},
    {"a new context judges anew", FLOW_WAITING, FLOW_ON_CONTEXT, FLOW_PRESENTING,
     FLOW_SET_CONTEXT | FLOW_REJUDGE},
    {"but never a stop", FLOW_LOCKED, FLOW_ON_CONTEXT, FLOW_LOCKED, FLOW_REFUSE_LOCKED},
    {"what was recorded is taken back", FLOW_RECORDED, FLOW_ON_VOID, FLOW_VOIDING, FLOW_VOID},
    {"also after its screen has gone", FLOW_READY, FLOW_ON_VOID, FLOW_VOIDING, FLOW_VOID},
    {"then it is said", FLOW_VOIDING, FLOW_ON_STORED, FLOW_VOIDED, FLOW_SHOW},
    {"the traveller's passport is judged anew", FLOW_VOIDED, FLOW_ON_DOCUMENT, FLOW_PRESENTING,
     FLOW_PRESENT},
    {"a full disk takes nothing back, and says so", FLOW_VOIDING, FLOW_ON_STORE_FAILED,
     FLOW_STORAGE, FLOW_SHOW | FLOW_REFUSE_STORAGE},
    {"not once the next traveller is judged", FLOW_WAITING, FLOW_ON_VOID, FLOW_WAITING,
     FLOW_REFUSE_STALE},
    {"nor over a stop", FLOW_LOCKED, FLOW_ON_VOID, FLOW_LOCKED, FLOW_REFUSE_STALE},
    {"a late click answers nothing", FLOW_READY, FLOW_ON_DECIDE, FLOW_READY, FLOW_REFUSE_STALE},
    {"the reader pulled out in mid scan", FLOW_READING, FLOW_ON_SCANNER_GONE, FLOW_READY,
     FLOW_SHOW},
    {"a key quiets a stop and leaves it open", FLOW_LOCKED, FLOW_ON_DISMISS, FLOW_LOCKED,
     FLOW_QUIET},
};

static void people_walk_these_paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        struct flow_move move = flow_step(walks[i].from, walks[i].event);
        if (move.next != walks[i].to || (move.actions & walks[i].actions) != walks[i].actions)
            fail_msg("%s: %s x %s gives %s, actions 0x%x", walks[i].says,
                     flow_state_name(walks[i].from), flow_event_name(walks[i].event),
                     flow_state_name(move.next), move.actions);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verdict_and_a_recorded_follow_only_a_completed_commit),
        cmocka_unit_test(an_open_stop_ends_only_with_a_stored_decision),
        cmocka_unit_test(at_most_one_commit_is_under_way),
        cmocka_unit_test(a_double_swipe_stores_nothing_and_leaves_no_verdict),
        cmocka_unit_test(a_keyed_document_goes_where_a_scan_may_or_is_refused_aloud),
        cmocka_unit_test(a_proposal_is_an_unreadable_scan_that_waits_for_the_officer),
        cmocka_unit_test(a_failing_storage_is_probed_until_it_works_and_judges_nobody),
        cmocka_unit_test(what_is_shown_for_a_while_has_an_end),
        cmocka_unit_test(every_request_of_the_page_is_carried_out_or_refused_aloud),
        cmocka_unit_test(what_was_recorded_is_taken_back_only_while_nobody_else_is_there),
        cmocka_unit_test(people_walk_these_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
