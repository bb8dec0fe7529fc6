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

/* ---- the example cases of the file contracts ------------------------------------------------- */

static const struct {
    const char *id, *line[2];
    const char *dest_country;
    enum purpose purpose;
    enum verdict_result result;
    enum match_grade grade;
    const char *placement_id;
    uint16_t reasons[2];
} cases[] = {
    {"c1",
     {"P<IDNRAHMAWATI<<SITI<NURHALIZA<<<<<<<<<<<<<<",
      "X0000001<4IDN9804120F3405019<<<<<<<<<<<<<<<2"},
     "TWN",
     PURPOSE_WORK,
     VERDICT_CLEAR,
     MATCH_EXACT,
     "PMI-2026-000001",
     {1}},
    {"c2",
     {"P<IDNANGGRAINI<<DEWI<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000002<7IDN0001096F3302015<<<<<<<<<<<<<<<4"},
     "HKG",
     PURPOSE_WORK,
     VERDICT_STOP,
     MATCH_EXACT,
     "PMI-2026-000002",
     {16}},
    {"c3",
     {"P<IDNSUPRIADI<<AGUS<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000003<0IDN8907035M3001189<<<<<<<<<<<<<<<4"},
     "MYS",
     PURPOSE_WORK,
     VERDICT_REFER,
     MATCH_NEAR,
     "PMI-2026-000003",
     {11, 40}},
    {"c4",
     {"P<IDNSUHARTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "B0000004<9IDN8512305M2808082<<<<<<<<<<<<<<<4"},
     "KOR",
     PURPOSE_LEAVE_RETURN,
     VERDICT_REFER,
     MATCH_EXACT,
     "PMI-2024-000004",
     {13}},
    {"c5",
     {"P<IDNSUHARTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000104<4IDN8512305M3208081<<<<<<<<<<<<<<<2"},
     "KOR",
     PURPOSE_LEAVE_RETURN,
     VERDICT_CLEAR,
     MATCH_EXACT,
     "PMI-2024-000004",
     {2}},
    {"c6",
     {"P<IDNWIJAYA<<BUDI<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000099<1IDN9505058M3101012<<<<<<<<<<<<<<<0"},
     "MYS",
     PURPOSE_WORK,
     VERDICT_REFER,
     MATCH_NONE,
     "",
     {10}},
    {"c7",
     {"P<IDNLESTARI<<PUTRI<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000005<6IDN0102030F3101012<<<<<<<<<<<<<<<2"},
     "SGP",
     PURPOSE_TOUR,
     VERDICT_REFER,
     MATCH_NONE,
     "",
     {70}},
    {"c8",
     {"P<IDNNAMA<<ORANG<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
      "X0000006<9IDN9102033M3101012<<<<<<<<<<<<<<<2"},
     "KHM",
     PURPOSE_WORK,
     VERDICT_STOP,
     MATCH_NONE,
     "",
     {72}},
};

/* lists.example.jsonl */
static const struct listing lists[] = {
    {.kind = LISTING_DEFERRAL,
     .passport_no = "X0000005",
     .passport_country = "IDN",
     .name_mrz = "LESTARI PUTRI",
     .birth_date = {2001, 2, 3},
     .from = {2026, 11, 20},
     .expires = {2027, 11, 20},
     .issued_by = "TPI-BATAM-CENTRE",
     .reason = 26},
    {.kind = LISTING_SOI,
     .passport_no = "X0000006",
     .passport_country = "IDN",
     .from = {2026, 8, 1},
     .expires = {2027, 8, 1},
     .issued_by = "IMI-PUSAT",
     .reason = 72},
    {.kind = LISTING_DOCUMENT_LOST,
     .passport_no = "X0000007",
     .passport_country = "IDN",
     .from = {2026, 1, 1},
     .expires = {2036, 1, 1},
     .issued_by = "IMI-PUSAT",
     .reason = 23},
    {.kind = LISTING_DEPORTED,
     .passport_no = "X0000008",
     .passport_country = "IDN",
     .name_mrz = "HIDAYAT",
     .birth_date = {1990, 5, 5},
     .from = {2026, 2, 1},
     .expires = {2027, 2, 1},
     .issued_by = "IMI-PUSAT",
     .reason = 74},
    {.kind = LISTING_COMPLAINT,
     .placement_id = "PMI-2026-000001",
     .from = {2027, 1, 1},
     .expires = {2027, 6, 1},
     .issued_by = "KP2MI",
     .reason = 75},
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
        listing_match(&scene.document, &scene.match, scene.today, lists, COUNT(lists),
                      &scene.listings);
        struct verdict verdict = scene_judge(&scene);
        bool said = verdict_has(&verdict, cases[i].reasons[0]) &&
                    (!cases[i].reasons[1] || verdict_has(&verdict, cases[i].reasons[1]));
        if (verdict.result != cases[i].result || scene.match.grade != cases[i].grade ||
            strcmp(scene.match.placement.placement_id, cases[i].placement_id) != 0 || !said)
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
        {"an age that may be too low still clears nobody", birth_unknown_with_a_placement, 12,
         COLOUR_GREEN, VERDICT_REFER},
        {"lists that can't be read may not", no_lists, 93, COLOUR_GREEN, VERDICT_REFER},
        {"the old number may be lowered", old_number, 13, COLOUR_GREEN, VERDICT_CLEAR},
        {"found by NIK only may not", by_nik, 13, COLOUR_GREEN, VERDICT_REFER},
        {"found by name only may not", by_name_only, 13, COLOUR_GREEN, VERDICT_REFER},
        {"stale data may not", placements_beyond_limit, 19, COLOUR_GREEN, VERDICT_REFER},
        {"but may be raised", placements_beyond_limit, 19, COLOUR_RED, VERDICT_STOP},
        {"an unknown clock may not", clock_unknown, 93, COLOUR_GREEN, VERDICT_REFER},
    };
    for (size_t i = 0; i < COUNT(colours); i++)
        if (judged_with(colours[i].change, colours[i].code, colours[i].colour) != colours[i].result)
            fail_msg("%s", colours[i].says);
}

/* Two reasons beside a green one, each in every colour: the worst decides. */
static void test_every_pair_of_colours(void **state)
{
    (void)state;
    static const enum verdict_result of_worst[] = {[COLOUR_GREEN] = VERDICT_CLEAR,
                                                   [COLOUR_AMBER] = VERDICT_REFER,
                                                   [COLOUR_RED] = VERDICT_STOP};
    for (int a = COLOUR_GREEN; a <= COLOUR_RED; a++) {
        for (int b = COLOUR_GREEN; b <= COLOUR_RED; b++) {
            struct scene scene = scene_ordinary();
            several(&scene);
            window_ended_yesterday(&scene);
            scene.policy.n_colours = 2;
            scene.policy.colours[0].code = 14;
            scene.policy.colours[0].colour = (enum colour)a;
            scene.policy.colours[1].code = 17;
            scene.policy.colours[1].colour = (enum colour)b;
            struct verdict verdict = scene_judge(&scene);
            assert_int_equal(verdict.n_reasons, 3);
            assert_int_equal(verdict.result, of_worst[a > b ? a : b]);
            assert_int_equal(verdict.reasons[0].colour, a > b ? a : b);
        }
    }
}

/* Reds of law stand, whatever a bundle says; all else is policy's to raise and to lower. */
static void test_colours_of_lists_and_tables(void **state)
{
    (void)state;
    static const struct {
        uint16_t code;
        enum listing_kind kind;
        enum verdict_result lowered;
    } rows[] = {
        {23, LISTING_DOCUMENT_LOST, VERDICT_STOP}, {70, LISTING_DEFERRAL, VERDICT_CLEAR},
        {72, LISTING_SOI, VERDICT_CLEAR},          {74, LISTING_DEPORTED, VERDICT_CLEAR},
        {75, LISTING_COMPLAINT, VERDICT_CLEAR},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene = scene_ordinary();
        scene.listings.of[rows[i].kind] =
            (struct listing){.kind = rows[i].kind, .from = {2026, 1, 1}, .expires = {2027, 1, 1}};
        scene.policy.n_colours = 1;
        scene.policy.colours[0].code = rows[i].code;
        scene.policy.colours[0].colour = COLOUR_GREEN;
        assert_int_equal(scene_judge(&scene).result, rows[i].lowered);
        scene.policy.colours[0].colour = COLOUR_RED;
        assert_int_equal(scene_judge(&scene).result, VERDICT_STOP);
    }
}

/* An exception to a moratorium clears of its own, if policy leaves it green. */
static void test_an_exception_clears(void **state)
{
    (void)state;
    struct scene scene = scene_ordinary();
    SET(scene.context.dest_country, "SAU");
    SET(scene.match.placement.dest_country, "SAU");
    scene.match.placement.scheme = SCHEME_SPSK;
    scene.policy.n_colours = 1;
    scene.policy.colours[0].code = 52;
    scene.policy.colours[0].colour = COLOUR_AMBER;
    assert_int_equal(scene_judge(&scene).result, VERDICT_REFER);
    near_name(&scene);
    scene.policy.colours[0].code = 11;
    scene.policy.colours[0].colour = COLOUR_GREEN;
    assert_int_equal(scene_judge(&scene).result, VERDICT_CLEAR);
    struct scene young = scene;
    birth_unknown_with_a_placement(&young);
    young.policy.colours[0].code = 12;
    assert_int_equal(scene_judge(&young).result, VERDICT_REFER);
    young.document.birth = (struct date){1998, 4, 0};
    assert_int_equal(scene_judge(&young).result, VERDICT_CLEAR);
    SET(scene.match.placement.dest_country, "TWN");
    SET(scene.context.dest_country, "TWN");
    assert_int_equal(scene_judge(&scene).result, VERDICT_REFER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contract_cases),
        cmocka_unit_test(test_colours_of_policy),
        cmocka_unit_test(test_every_pair_of_colours),
        cmocka_unit_test(test_colours_of_lists_and_tables),
        cmocka_unit_test(test_an_exception_clears),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
