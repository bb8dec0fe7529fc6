/* What the lamps are told of a verdict, and since when: once begun, its light never begins anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lane_state.h"

static int64_t now_ms;
static enum scanner_state scanner;
static char told[32]; /* "CLEAR 1000", of the last change; empty: none */

int64_t __wrap_counter_now_ms(void);
int64_t __wrap_counter_now_ms(void)
{
    return now_ms;
}

enum scanner_state __wrap_counter_scanner(const struct counter *counter);
enum scanner_state __wrap_counter_scanner(const struct counter *counter)
{
    (void)counter;
    return scanner;
}

void __wrap_counter_show(struct counter *counter, enum panel_pattern pattern, int64_t began_ms);
void __wrap_counter_show(struct counter *counter, enum panel_pattern pattern, int64_t began_ms)
{
    (void)counter;
    snprintf(told, sizeof told, "%s %d", panel_pattern_name(pattern), (int)began_ms);
}

void __wrap_counter_chirp(struct counter *counter);
void __wrap_counter_chirp(struct counter *counter)
{
    (void)counter;
}

bool __wrap_console_port_connected(const struct console_port *port);
bool __wrap_console_port_connected(const struct console_port *port)
{
    (void)port;
    return false;
}

/* One step of a counter's day, a second each. */
struct step {
    const char *says;
    enum flow_state state;
    const char *told; /* "": the lamps go on as they do */
    uint64_t seq;     /* a new verdict is shown, or 0 */
    enum verdict_result result;
    enum decision decided;
    bool quiet, again; /* the stop's sound was ended; RECORDED comes back */
};

#define AT(what, in, lamps)          .says = (what), .state = (in), .told = (lamps)
#define SHOWS(with_seq, with_result) .seq = (with_seq), .result = (with_result)

static const struct step steps[] = {
    {AT("no reader", FLOW_READY, "NO_READER 1000")},
    {AT("SESUAI", FLOW_WAITING, "CLEAR 2000"), SHOWS(10, VERDICT_CLEAR)},
    {AT("the same", FLOW_WAITING, "")},
    {AT("a decision is being stored: as before", FLOW_DECIDING, "")},
    {AT("... which fails", FLOW_STORAGE_WAITING, "FAULT 5000")},
    {AT("... and works again: the rest of its minute", FLOW_WAITING, "CLEAR 2000")},
    {AT("recorded", FLOW_RECORDED, "RECORDED 7000"), .decided = DECISION_CLEARED},
    {AT("the same passport's bytes", FLOW_READING, "READING 8000")},
    {AT("... bring RECORDED back, dark", FLOW_RECORDED, "DARK 9000"), .again = true},
    {AT("another traveller is SESUAI too", FLOW_WAITING, "CLEAR 10000"), SHOWS(12, VERDICT_CLEAR)},
    {AT("the officer refers all the same", FLOW_DECIDING, "")},
    {AT("which is heard and not lit", FLOW_RECORDED, "DARK 12000"), .decided = DECISION_SECONDARY},
    {AT("RUJUK", FLOW_WAITING, "REFER 13000"), SHOWS(14, VERDICT_REFER)},
    {AT("a fault", FLOW_STORAGE_WAITING, "FAULT 14000")},
    {AT("... that another traveller came to: nobody's light", FLOW_READY, "NO_READER 15000")},
    {AT("TUNDA", FLOW_LOCKED, "STOP 16000"), SHOWS(15, VERDICT_STOP)},
    {AT("a key has ended its sound", FLOW_LOCKED, "STOP_ACKNOWLEDGED 16000"), .quiet = true},
    {AT("a supervisor decides: silent still", FLOW_DECIDING_LOCKED, "")},
    {AT("... which fails", FLOW_STORAGE_LOCKED, "FAULT 19000")},
    {AT("... and works again: red, and silent", FLOW_LOCKED, "STOP_ACKNOWLEDGED 16000")},
};

static void a_light_begins_with_what_it_is_about(void **state)
{
    static struct lane lane; /* zero */
    (void)state;
    scanner = SCANNER_QUIET;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const struct step *step = &steps[i];
        now_ms += 1000;
        lane.state = step->state;
        if (step->seq) {
            lane.storing.judgement.verdict.result = step->result;
            lane.shown = lane.storing; /* as when its PRESENTED is stored */
            lane.shown.seq = step->seq;
        }
        if (step->decided) {
            lane.decided = step->decided;
            lane.decided_seq++;
        }
        lane.recorded_again = step->again;
        if (step->quiet)
            lane.quieted_seq = lane.shown.seq;
        told[0] = '\0';
        lane_show(&lane);
        if (strcmp(told, step->told) != 0)
            fail_msg("%s: told \"%s\"", step->says, told);
    }
}

/* ---- swiped again and again ----------------------------------------------------------------- */

void __wrap_clock_read(const struct clock *clock, struct clock_reading *out);
void __wrap_clock_read(const struct clock *clock, struct clock_reading *out)
{
    (void)clock;
    *out = (struct clock_reading){0};
}

static unsigned repeated;

void __wrap_lane_on(struct lane *lane, enum flow_event event);
void __wrap_lane_on(struct lane *lane, enum flow_event event)
{
    (void)lane;
    repeated += event == FLOW_ON_REPEATED;
}

static void what_was_recorded_is_lit_once_however_often_its_passport_is_swiped(void **state)
{
    static struct lane lane;
    struct document document = {.number = "X0000012"};
    (void)state;
    lane.state = FLOW_READY; /* RECORDED went by */
    lane.has_current = true;
    lane.shown.document = document;
    lane_take(&lane, &document, FLOW_ON_DOCUMENT);
    assert_true(lane.recorded_again);
    lane.state = FLOW_RECORDED;
    lane_take(&lane, &document, FLOW_ON_DOCUMENT);
    assert_int_equal(repeated, 2);
    assert_true(lane.recorded_again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_light_begins_with_what_it_is_about),
        cmocka_unit_test(what_was_recorded_is_lit_once_however_often_its_passport_is_swiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
