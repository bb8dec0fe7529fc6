/* Judging reads the disk, which may take its time: whoever is judged meanwhile has no light, and
 * least of all that of the traveller before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lane_state.h"

static enum panel_pattern lit;
static unsigned n_judged;

void __wrap_counter_show(struct counter *counter, enum panel_pattern pattern, int64_t began_ms);
void __wrap_counter_show(struct counter *counter, enum panel_pattern pattern, int64_t began_ms)
{
    (void)counter;
    (void)began_ms;
    lit = pattern;
}

void __wrap_lane_present(struct lane *lane, const struct document *document, uint64_t replaces);
void __wrap_lane_present(struct lane *lane, const struct document *document, uint64_t replaces)
{
    (void)lane;
    (void)document;
    (void)replaces;
    assert_int_equal(lit, PANEL_READING);
    n_judged++;
}

bool __wrap_console_port_connected(const struct console_port *port);
bool __wrap_console_port_connected(const struct console_port *port)
{
    (void)port;
    return false;
}

const struct policy *__wrap_judge_policy(const struct judge *judge);
const struct policy *__wrap_judge_policy(const struct judge *judge)
{
    static const struct policy policy; /* zero */
    (void)judge;
    return &policy;
}

static const struct {
    const char *says;
    enum flow_state state;
    enum flow_event event;
} rows[] = {
    {"the next traveller", FLOW_WAITING, FLOW_ON_DOCUMENT},
    {"typed", FLOW_WAITING, FLOW_ON_KEYED},
    {"the same one for another purpose", FLOW_WAITING, FLOW_ON_CONTEXT},
    {"after what was recorded", FLOW_RECORDED, FLOW_ON_DOCUMENT},
};

static void nobody_has_a_light_while_he_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct lane_parts parts = {0};
        struct lane lane = {.parts = &parts, .state = rows[i].state};
        lane.shown.seq = 7;
        lane.shown.judgement.verdict.result = VERDICT_CLEAR;
        lane.decided = DECISION_CLEARED;
        lane.decided_seq = 8;
        lane_show(&lane);
        assert_true(lit == PANEL_CLEAR || lit == PANEL_RECORDED);
        lane_on(&lane, rows[i].event);
        assert_int_equal(n_judged, i + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_has_a_light_while_he_is_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
