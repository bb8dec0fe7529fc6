/* decision: verdict x decision x role, with what the law hangs on, against a table written here
 * once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "decision.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

#define CODES_MAX 4

/* Decisions by letter, in the order of DECISIONS: */
static const char letters[] = ".CNSDXHWLBR"; /* Cleared, cleared with a Note, Secondary, Deferred,
    refused eXit, Handed over, Withdrawn, Logged only, return logged (Back), return Referred */

struct row {
    const char *says;
    enum direction direction;
    enum purpose category;
    enum verdict_result result;
    uint16_t codes[CODES_MAX];
    const char *officer, *supervisor;
};

static const struct row rows[] = {
    {"matched", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_CLEAR, {1}, "CNSW", "CNSW"},
    {"not a worker", DIRECTION_DEPARTURE, PURPOSE_TOUR, VERDICT_CLEAR, {3}, "CNSWL", "CNSWL"},
    {"matched, though a category was chosen: a worker is not logged as none",
     DIRECTION_DEPARTURE,
     PURPOSE_TOUR,
     VERDICT_CLEAR,
     {1},
     "CNSW",
     "CNSW"},

    {"no record", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_REFER, {10}, "SW", "SWN"},
    {"old data", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_REFER, {1, 19}, "SW", "SWN"},
    {"no record and old data",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_REFER,
     {10, 19},
     "SW",
     "SWN"},
    {"a failure of ours", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_REFER, {93}, "SW", "SWN"},
    {"all three of them",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_REFER,
     {10, 19, 93},
     "SW",
     "SWN"},
    {"no record of a keyed document: that it was keyed says nothing of the traveller",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_REFER,
     {10, 24},
     "SW",
     "SWN"},
    {"a tourist, keyed", DIRECTION_DEPARTURE, PURPOSE_TOUR, VERDICT_REFER, {3, 24}, "SWL", "SWLN"},
    {"no record and a short validity",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_REFER,
     {10, 21},
     "SW",
     "SWNDH"},
    {"a name nearly the same",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_REFER,
     {11},
     "SW",
     "SWNDH"},
    {"a near name of a tourist: a record is found",
     DIRECTION_DEPARTURE,
     PURPOSE_TOUR,
     VERDICT_REFER,
     {11},
     "SW",
     "SWNDH"},
    {"a conflict, category chosen: a record is found",
     DIRECTION_DEPARTURE,
     PURPOSE_TOUR,
     VERDICT_REFER,
     {12},
     "SW",
     "SWNDH"},
    {"a tourist with a short validity",
     DIRECTION_DEPARTURE,
     PURPOSE_TOUR,
     VERDICT_REFER,
     {3, 21},
     "SWL",
     "SWLNDH"},
    {"a tourist, old data",
     DIRECTION_DEPARTURE,
     PURPOSE_TOUR,
     VERDICT_REFER,
     {3, 19},
     "SWL",
     "SWLN"},
    {"a worker without record is no tourist",
     DIRECTION_DEPARTURE,
     PURPOSE_WORK,
     VERDICT_REFER,
     {10},
     "SW",
     "SWN"},
    {"crew without record is no tourist",
     DIRECTION_DEPARTURE,
     PURPOSE_CREW,
     VERDICT_REFER,
     {10},
     "SW",
     "SWN"},

    {"what an officer noticed, alone",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_REFER,
     {80, 81, 84},
     "SW",
     "SWND"},
    {"beside no record", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_REFER, {10, 80}, "SW", "SWND"},
    {"beside a near name",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_REFER,
     {11, 80},
     "SW",
     "SWNDH"},
    {"asks for help", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_STOP, {86}, "", "SWND"},
    {"deferred before", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_REFER, {10, 70}, "SW", "SWNDH"},
    {"tries again today",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_STOP,
     {10, 70, 71},
     "",
     "SWNDH"},

    {"cancelled", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_STOP, {1, 16}, "", "SWNDH"},
    {"too young", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_STOP, {10, 30}, "", "SWNDH"},
    {"document expired", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_STOP, {20}, "", "SWNDHX"},
    {"suspected forged", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_STOP, {22}, "", "SWNDHX"},
    {"reported lost", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_STOP, {23}, "", "SWNDHX"},
    {"on the prevention list", DIRECTION_DEPARTURE, PURPOSE_NONE, VERDICT_STOP, {73}, "", "SWNDHX"},
    {"a subject of interest is not refused",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_STOP,
     {72},
     "",
     "SWNDH"},
    {"missing data, coloured red by policy",
     DIRECTION_DEPARTURE,
     PURPOSE_NONE,
     VERDICT_STOP,
     {10, 19},
     "",
     "SWN"},
    {"a tourist who is stopped is not logged away",
     DIRECTION_DEPARTURE,
     PURPOSE_TOUR,
     VERDICT_STOP,
     {3, 20},
     "",
     "SWNDHX"},

    {"a return", DIRECTION_RETURN, PURPOSE_NONE, VERDICT_CLEAR, {4}, "WBR", "WBR"},
    {"a return with a hold", DIRECTION_RETURN, PURPOSE_NONE, VERDICT_REFER, {4, 75}, "WBR", "WBR"},
    {"a return under a red of policy",
     DIRECTION_RETURN,
     PURPOSE_NONE,
     VERDICT_STOP,
     {4, 75},
     "",
     "WBR"},
};

static struct verdict verdict_of(const struct row *row)
{
    struct verdict verdict = {.result = row->result};
    for (size_t i = 0; i < CODES_MAX && row->codes[i]; i++) {
        const struct reason *reason = reason_find(row->codes[i]);
        assert_non_null(reason);
        verdict.reasons[verdict.n_reasons++] =
            (struct reason_said){.code = reason->code, .colour = reason->colour};
    }
    return verdict;
}

static void walk(const struct row *row, enum role role, const char *allowed)
{
    struct verdict verdict = verdict_of(row);
    struct context context = {.direction = row->direction, .category = row->category};
    assert_false(decision_allowed(&verdict, &context, DECISION_NONE, role));
    assert_false(decision_allowed(&verdict, &context, DECISION_COUNT, role));
    for (int decision = 1; decision < DECISION_COUNT; decision++) {
        bool expected = strchr(allowed, letters[decision]) != NULL;
        if (decision_allowed(&verdict, &context, (enum decision)decision, role) != expected)
            fail_msg("%s: %s by %s should be %s", row->says, decision_name((enum decision)decision),
                     role_name(role), expected ? "allowed" : "forbidden");
    }
}

static void test_every_verdict_decision_and_role(void **state)
{
    (void)state;
    assert_int_equal(strlen(letters), DECISION_COUNT);
    for (size_t i = 0; i < COUNT(rows); i++) {
        walk(&rows[i], ROLE_OFFICER, rows[i].officer);
        walk(&rows[i], ROLE_SUPERVISOR, rows[i].supervisor);
        walk(&rows[i], ROLE_NONE, "");
        walk(&rows[i], (enum role)9, "");
    }
}

/* What each reason alone lets a supervisor do to somebody, past secondary inspection, in its own
 * colour: D defer, H hand over, and refuse exit (X), which is of four codes in the world. */
static const struct {
    uint16_t code;
    const char *past_secondary;
} law[] = {
    {1, ""},     {2, ""},    {3, ""},     {4, ""},     {10, ""},   {11, "DH"}, {12, "DH"},
    {13, "DH"},  {14, "DH"}, {15, "DH"},  {16, "DH"},  {17, "DH"}, {18, "DH"}, {19, ""},
    {20, "DHX"}, {21, "DH"}, {22, "DHX"}, {23, "DHX"}, {24, ""},   {25, "DH"}, {26, "DH"},
    {30, "DH"},  {31, "DH"}, {32, "D"},   {40, "DH"},  {41, "DH"}, {42, "DH"}, {50, "DH"},
    {51, "DH"},  {52, ""},   {60, "DH"},  {61, "DH"},  {62, "DH"}, {63, "DH"}, {70, "DH"},
    {71, "DH"},  {72, "DH"}, {73, "DHX"}, {74, "DH"},  {75, "DH"}, {80, "D"},  {81, "D"},
    {82, "D"},   {83, "D"},  {84, "D"},   {85, "D"},   {86, "D"},  {87, "D"},  {90, ""},
    {91, ""},    {92, ""},   {93, ""},
};

/* The verdict that one or two reasons make of somebody for whom nothing green speaks. */
static struct verdict verdict_of_pair(size_t a, size_t b)
{
    struct row row = {.codes = {law[a].code}};
    if (a != b)
        row.codes[1] = law[b].code;
    struct verdict verdict = verdict_of(&row);
    for (size_t i = 0; i < verdict.n_reasons; i++)
        if (verdict.reasons[i].colour == COLOUR_RED)
            verdict.result = VERDICT_STOP;
    return verdict;
}

/* Every reason, and every two of them: what either allows is allowed, nothing else, to a supervisor
 * alone, and with words. */
static void test_the_law_over_every_pair_of_reasons(void **state)
{
    (void)state;
    static const enum decision past[] = {DECISION_DEFERRED, DECISION_HANDED_OVER,
                                         DECISION_REFUSED_EXIT};
    assert_int_equal(COUNT(law), reasons_count);
    for (size_t a = 0; a < COUNT(law); a++) {
        assert_int_equal(law[a].code, reasons[a].code);
        for (size_t b = a; b < COUNT(law); b++) {
            const struct verdict verdict = verdict_of_pair(a, b);
            const struct context context = {0};
            for (size_t k = 0; k < COUNT(past); k++) {
                const char letter = letters[past[k]];
                const bool expected = strchr(law[a].past_secondary, letter) != NULL ||
                                      strchr(law[b].past_secondary, letter) != NULL;
                if (decision_allowed(&verdict, &context, past[k], ROLE_SUPERVISOR) != expected)
                    fail_msg("R%03u R%03u: %s should be %s", law[a].code, law[b].code,
                             decision_name(past[k]), expected ? "allowed" : "forbidden");
                assert_false(decision_allowed(&verdict, &context, past[k], ROLE_OFFICER));
                assert_true(decision_needs_note(past[k]));
            }
        }
    }
}

/* What no verdict changes: exit is refused over a stop alone, and a supervisor may do what an
 * officer may. */
static void test_a_supervisor_may_what_an_officer_may(void **state)
{
    (void)state;
    for (size_t i = 0; i < reasons_count; i++) {
        for (int result = VERDICT_REFER; result <= VERDICT_STOP; result++) {
            const struct row row = {.result = (enum verdict_result)result,
                                    .codes = {reasons[i].code}};
            const struct verdict verdict = verdict_of(&row);
            const struct context context = {0};
            if (decision_allowed(&verdict, &context, DECISION_REFUSED_EXIT, ROLE_SUPERVISOR))
                assert_int_equal(result, VERDICT_STOP);
            for (int d = 1; d < DECISION_COUNT; d++)
                if (decision_allowed(&verdict, &context, (enum decision)d, ROLE_OFFICER))
                    assert_true(
                        decision_allowed(&verdict, &context, (enum decision)d, ROLE_SUPERVISOR));
        }
    }
}

static void test_names_and_notes(void **state)
{
    (void)state;
    for (int i = 0; i < DECISION_COUNT; i++) {
        enum decision decision = DECISION_COUNT;
        assert_true(decision_parse(decision_name((enum decision)i), &decision));
        assert_int_equal(decision, i);
    }
    enum decision decision = DECISION_CLEARED;
    assert_false(decision_parse("cleared", &decision));
    assert_false(decision_parse("", &decision));
    assert_int_equal(decision, DECISION_CLEARED);
    assert_string_equal(decision_name(DECISION_RETURN_REFERRED), "RETURN_REFERRED");
    assert_string_equal(role_name(ROLE_SUPERVISOR), "SUPERVISOR");
    assert_true(decision_needs_note(DECISION_CLEARED_NOTE));
    assert_true(decision_needs_note(DECISION_DEFERRED));
    assert_true(decision_needs_note(DECISION_REFUSED_EXIT));
    assert_true(decision_needs_note(DECISION_HANDED_OVER));
    assert_false(decision_needs_note(DECISION_CLEARED));
    assert_false(decision_needs_note(DECISION_LOGGED_ONLY));
}

static void what_a_supervisor_recorded_is_a_supervisors_to_take_back(void **state)
{
    static const struct {
        enum role decided_by, role;
        bool may;
    } takers[] = {
        {ROLE_OFFICER, ROLE_OFFICER, true},     {ROLE_OFFICER, ROLE_SUPERVISOR, true},
        {ROLE_SUPERVISOR, ROLE_OFFICER, false}, {ROLE_SUPERVISOR, ROLE_SUPERVISOR, true},
        {ROLE_OFFICER, ROLE_NONE, false},       {ROLE_NONE, ROLE_SUPERVISOR, false},
        {ROLE_NONE, ROLE_NONE, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof takers / sizeof takers[0]; i++)
        if (decision_may_void(takers[i].decided_by, takers[i].role) != takers[i].may)
            fail_msg("%s of %s", role_name(takers[i].role), role_name(takers[i].decided_by));
}

static void reasons_of_a_void_have_names_that_read_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VOID_REASON_COUNT; i++) {
        enum void_reason back = VOID_NONE;
        assert_true(void_reason_parse(void_reason_name((enum void_reason)i), &back));
        assert_int_equal(back, i);
    }
    enum void_reason untouched = VOID_TRIAL;
    assert_false(void_reason_parse("OTHER", &untouched));
    assert_int_equal(untouched, VOID_TRIAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verdict_decision_and_role),
        cmocka_unit_test(test_the_law_over_every_pair_of_reasons),
        cmocka_unit_test(test_a_supervisor_may_what_an_officer_may),
        cmocka_unit_test(test_names_and_notes),
        cmocka_unit_test(what_a_supervisor_recorded_is_a_supervisors_to_take_back),
        cmocka_unit_test(reasons_of_a_void_have_names_that_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
