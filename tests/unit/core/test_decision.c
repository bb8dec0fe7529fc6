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

/* The law, over every single reason: only four codes may carry a refusal, only a supervisor takes
 * it; and a supervisor may do what an officer may. */
static void test_the_law_over_every_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < reasons_count; i++) {
        for (int result = VERDICT_REFER; result <= VERDICT_STOP; result++) {
            struct row row = {.result = (enum verdict_result)result, .codes = {reasons[i].code}};
            struct verdict verdict = verdict_of(&row);
            struct context context = {0};
            uint16_t code = reasons[i].code;
            bool ground = code == 20 || code == 22 || code == 23 || code == 73;
            if (decision_allowed(&verdict, &context, DECISION_REFUSED_EXIT, ROLE_SUPERVISOR))
                assert_true(ground && result == VERDICT_STOP);
            for (int d = 1; d < DECISION_COUNT; d++)
                if (decision_allowed(&verdict, &context, (enum decision)d, ROLE_OFFICER))
                    assert_true(
                        decision_allowed(&verdict, &context, (enum decision)d, ROLE_SUPERVISOR));
            static const enum decision supervisors[] = {DECISION_DEFERRED, DECISION_REFUSED_EXIT,
                                                        DECISION_HANDED_OVER};
            for (size_t k = 0; k < COUNT(supervisors); k++)
                assert_false(decision_allowed(&verdict, &context, supervisors[k], ROLE_OFFICER));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_verdict_decision_and_role),
        cmocka_unit_test(test_the_law_over_every_reason),
        cmocka_unit_test(test_names_and_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
