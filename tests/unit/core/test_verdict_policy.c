/* verdict: the example cases of the file contracts, and what policy's colours can and can't do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "verdict_changes.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- the example cases of the file contracts, as far as the rules here go ------------------- */

static const struct {
    const char *id, *line[2];
    const char *dest_country;
    enum purpose purpose;
    enum verdict_result result;
    enum match_grade grade;
    const char *placement_id;
    uint16_t reason;
} cases[] = {
    {"c1",
     {"P<IDNRAHMAWATI<<SITI<NURHALIZA<<<<<<<<<<<<<<",
      "X0000001<4IDN9804120F3405019<<<<<<<<<<<<<<<2"},
     "TWN",
     PURPOSE_WORK,
     VERDICT_CLEAR,
     MATCH_EXACT,
     "PMI-2026-000001",
     1},
    {"c2",
     {"P<IDNANGGRAINI<<DEWI<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000002<7IDN0001096F3302015<<<<<<<<<<<<<<<4"},
     "HKG",
     PURPOSE_WORK,
     VERDICT_STOP,
     MATCH_EXACT,
     "PMI-2026-000002",
     16},
    {"c3",
     {"P<IDNSUPRIADI<<AGUS<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000003<0IDN8907035M3001189<<<<<<<<<<<<<<<4"},
     "MYS",
     PURPOSE_WORK,
     VERDICT_REFER,
     MATCH_NEAR,
     "PMI-2026-000003",
     11},
    {"c4",
     {"P<IDNSUHARTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "B0000004<9IDN8512305M2808082<<<<<<<<<<<<<<<4"},
     "KOR",
     PURPOSE_LEAVE_RETURN,
     VERDICT_REFER,
     MATCH_EXACT,
     "PMI-2024-000004",
     13},
    {"c5",
     {"P<IDNSUHARTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000104<4IDN8512305M3208081<<<<<<<<<<<<<<<2"},
     "KOR",
     PURPOSE_LEAVE_RETURN,
     VERDICT_CLEAR,
     MATCH_EXACT,
     "PMI-2024-000004",
     2},
    {"c6",
     {"P<IDNWIJAYA<<BUDI<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000099<1IDN9505058M3101012<<<<<<<<<<<<<<<0"},
     "MYS",
     PURPOSE_WORK,
     VERDICT_REFER,
     MATCH_NONE,
     "",
     10},
    /* c7 and c8 stand on lists; without them the traveller is one without record. */
    {"c7",
     {"P<IDNLESTARI<<PUTRI<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000005<6IDN0102030F3101012<<<<<<<<<<<<<<<2"},
     "SGP",
     PURPOSE_TOUR,
     VERDICT_REFER,
     MATCH_NONE,
     "",
     10},
    {"c8",
     {"P<IDNNAMA<<ORANG<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000006<9IDN9102033M3101012<<<<<<<<<<<<<<<2"},
     "KHM",
     PURPOSE_WORK,
     VERDICT_REFER,
     MATCH_NONE,
     "",
     10},
};

static void test_contract_cases(void **state)
{
    (void)state;
    struct placement placements[SAMPLE_PLACEMENTS];
    struct candidate candidates[SAMPLE_PLACEMENTS] = {{0}};
    sample_placements(placements);
    for (size_t i = 0; i < SAMPLE_PLACEMENTS; i++)
        candidates[i].placement = placements[i];
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scene scene = scene_ordinary();
        scene.document = sample_document(cases[i].line[0], cases[i].line[1]);
        scene.context.purpose = cases[i].purpose;
        SET(scene.context.dest_country, cases[i].dest_country);
        placement_match(&scene.document, candidates, SAMPLE_PLACEMENTS, &scene.match);
        struct verdict verdict = scene_judge(&scene);
        if (verdict.result != cases[i].result || scene.match.grade != cases[i].grade ||
            strcmp(scene.match.placement.placement_id, cases[i].placement_id) != 0 ||
            !verdict_has(&verdict, cases[i].reason))
            fail_msg("%s: %s %s %s", cases[i].id, verdict_name(verdict.result),
                     match_grade_name(scene.match.grade), scene.match.placement.placement_id);
    }
}

/* ---- policy's colours ------------------------------------------------------------------------ */

static enum verdict_result judged_with(void (*change)(struct scene *s), uint16_t code,
                                       enum colour colour)
{
    struct scene scene = scene_ordinary();
    change(&scene);
    scene.policy.n_colours = 1;
    scene.policy.colours[0].code = code;
    scene.policy.colours[0].colour = colour;
    return scene_judge(&scene).result;
}

static void test_colours_of_policy(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        void (*change)(struct scene *s);
        uint16_t code;
        enum colour colour;
        enum verdict_result result;
    } colours[] = {
        {"an amber may be lowered", several, 14, COLOUR_GREEN, VERDICT_CLEAR},
        {"an amber may be raised", several, 14, COLOUR_RED, VERDICT_STOP},
        {"a red of policy may be lowered", cancelled, 16, COLOUR_GREEN, VERDICT_CLEAR},
        {"to amber too", cancelled, 16, COLOUR_AMBER, VERDICT_REFER},
        {"a red of law may not", expired_yesterday, 20, COLOUR_GREEN, VERDICT_STOP},
        {"nor that of age", eighteen_tomorrow, 30, COLOUR_AMBER, VERDICT_STOP},
        {"a green may be raised, and then clears nobody", as_it_is, 1, COLOUR_AMBER, VERDICT_REFER},
        {"no record in green still clears nobody", nothing_found, 10, COLOUR_GREEN, VERDICT_REFER},
        {"no record in red stops", nothing_found, 10, COLOUR_RED, VERDICT_STOP},
        {"a near name in green still clears nobody", near_name, 11, COLOUR_GREEN, VERDICT_REFER},
        {"a conflict in green still clears nobody", conflict_sex, 12, COLOUR_GREEN, VERDICT_REFER},
        {"the old number may be lowered", old_number, 13, COLOUR_GREEN, VERDICT_CLEAR},
        {"found by name only may not", by_name_only, 13, COLOUR_GREEN, VERDICT_REFER},
        {"stale data may not", placements_beyond_limit, 19, COLOUR_GREEN, VERDICT_REFER},
        {"but may be raised", placements_beyond_limit, 19, COLOUR_RED, VERDICT_STOP},
        {"an unknown clock may not", clock_unknown, 93, COLOUR_GREEN, VERDICT_REFER},
    };
    for (size_t i = 0; i < COUNT(colours); i++)
        if (judged_with(colours[i].change, colours[i].code, colours[i].colour) != colours[i].result)
            fail_msg("%s", colours[i].says);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contract_cases),
        cmocka_unit_test(test_colours_of_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
