/* verdict: what must hold of every crossing there can be, over random ones.
 *
 * The seed is printed and taken from PAMIT_TEST_SEED: PAMIT_TEST_SEED=7 test_verdict_property
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "test_random.h"
#include "verdict_scene.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define ROUNDS       20000

static struct test_random chance;

static unsigned random_below(unsigned n)
{
    return test_random_below(&chance, n);
}

static bool one_in(unsigned n)
{
    return random_below(n) == 0;
}

/* ---- random crossings ------------------------------------------------------------------------ */

static struct date random_day(void)
{
    int32_t today = date_to_days((struct date){2026, 11, 21});
    struct date date = date_from_days(today - 10000 + (int32_t)random_below(14000));
    if (one_in(12))
        date.day = 0;
    if (one_in(12))
        date.month = date.day = 0;
    return one_in(12) ? (struct date){0} : date;
}

static void random_placement(struct placement *placement)
{
    placement->status = (enum placement_status)random_below(PLACEMENT_REVOKED + 1);
    placement->scheme = (enum placement_scheme)random_below(SCHEME_CREW_FISHING + 1);
    placement->hold = one_in(3) ? (enum placement_hold)random_below(4) : HOLD_NONE;
    if (one_in(3))
        placement->window_from = date_from_days(20778 + (int32_t)random_below(3) - 1);
    if (one_in(3))
        placement->window_to = date_from_days(20778 + (int32_t)random_below(3) - 1);
    if (one_in(4))
        placement->birth_date.day = 13;
    if (one_in(4))
        placement->sex = "MFX"[random_below(3)];
}

static struct date random_near_day(void)
{
    return one_in(4) ? (struct date){0} : date_from_days(20778 + (int32_t)random_below(3) - 1);
}

/* What policy's tables are asked about; the sample policy has rows for these. */
static void random_terms(struct placement *placement)
{
    static const char *const countries[] = {"TWN", "SAU", "KHM", "XBA", "XBB", "XBC",
                                            "XBD", "XBE", "XBF", "XBG", "XBH"};
    snprintf(placement->dest_country, 4, "%s", countries[random_below(COUNT(countries))]);
    snprintf(placement->p3mi_id, sizeof placement->p3mi_id, "SIP3MI-000%u", random_below(10));
    if (one_in(4))
        placement->p3mi_id[0] = '\0';
    placement->employer_type = (enum employer_type)random_below(EMPLOYER_VESSEL + 1);
    if (one_in(3))
        placement->documents = random_below(1u << 14);
    placement->visa_expiry = random_near_day();
    placement->contract_end = random_near_day();
    placement->bpjstk_until = random_near_day();
}

static void add_listing(struct scene *s, enum listing_kind kind)
{
    s->listings.of[kind] = (struct listing){
        .kind = kind, .from = {2026, 11, 20}, .expires = {2027, 11, 20}, .issued_by = "TPI"};
}

static struct scene random_scene(void)
{
    static const enum match_key keys[] = {MATCH_KEY_PASSPORT, MATCH_KEY_PASSPORT,
                                          MATCH_KEY_OLD_PASSPORT, MATCH_KEY_NIK,
                                          MATCH_KEY_NAME_DOB};
    struct scene scene = scene_ordinary();
    scene.context.direction = one_in(6) ? DIRECTION_RETURN : DIRECTION_DEPARTURE;
    scene.context.purpose = (enum purpose)random_below(PURPOSE_COUNT);
    if (one_in(2))
        scene.context.category = (enum purpose)random_below(PURPOSE_COUNT);
    if (one_in(3))
        snprintf(scene.context.dest_country, 4, "%s", one_in(2) ? "SGP" : "");
    if (one_in(2))
        scene.document.expiry = random_day();
    if (one_in(2))
        scene.document.birth = random_day();
    if (one_in(6))
        scene.document.capture = DOCUMENT_KEYED;
    if (one_in(6))
        scene.document.type = (enum document_type)random_below(DOCUMENT_TYPE_COUNT);
    scene.match.key = keys[random_below(COUNT(keys))];
    scene.match.grade = one_in(3) ? (enum match_grade)random_below(4) : MATCH_EXACT;
    scene.match.several_valid = one_in(4);
    if (one_in(2))
        random_placement(&scene.match.placement);
    if (one_in(2)) {
        random_terms(&scene.match.placement);
        memcpy(scene.context.dest_country, scene.match.placement.dest_country, 4);
    }
    if (scene.match.grade == MATCH_NONE)
        memset(&scene.match, 0, sizeof scene.match);
    for (int kind = LISTING_DEFERRAL; kind < LISTING_KINDS; kind++)
        if (one_in(16))
            add_listing(&scene, (enum listing_kind)kind);
    if (one_in(8))
        scene.here.newest = date_from_days(20778 - (int32_t)random_below(3));
    scene.here.today = date_known(scene.here.newest) && one_in(2);
    scene.here.unknown = !date_known(scene.here.newest) && one_in(16);
    scene.at_no_counter = one_in(8);
    scene.match.may_miss = scene.match.key != MATCH_KEY_PASSPORT && one_in(8);
    scene.lists_unknown = one_in(16);
    if (scene.lists_unknown)
        memset(&scene.listings, 0, sizeof scene.listings);
    scene.data.placements_usable = !one_in(8);
    scene.data.placements_as_of -= (int64_t)random_below(2) * random_below(400) * 3600;
    scene.data.lists_as_of -= (int64_t)random_below(2) * random_below(100) * 3600;
    scene.site = (enum site_class)random_below(SITE_CLASSES);
    scene.clock_quality = one_in(6) ? CLOCK_UNKNOWN : (enum clock_quality)(1 + random_below(3));
    if (one_in(10))
        memset(&scene.policy, 0, sizeof scene.policy);
    return scene;
}

/* Colours as the law lets policy set them, also where they make no sense. */
static void random_colours(struct policy *policy)
{
    policy->n_colours = random_below(10);
    for (size_t i = 0; i < policy->n_colours; i++) {
        policy->colours[i].code = reasons[random_below((unsigned)reasons_count)].code;
        policy->colours[i].colour = (enum colour)(COLOUR_GREEN + random_below(3));
    }
}

/* ---- properties ------------------------------------------------------------------------------ */

/* How severe: SESUAI 0, RUJUK 1, TUNDA 2. */
static int severity(enum verdict_result result)
{
    return result == VERDICT_CLEAR ? 0 : result == VERDICT_REFER ? 1 : 2;
}

static void worse_clock(struct scene *s)
{
    s->clock_quality = CLOCK_UNKNOWN;
}

static void worse_data(struct scene *s)
{
    s->data.placements_as_of = 1;
}

static void worse_lists(struct scene *s)
{
    s->data.lists_as_of = 0;
}

static void worse_expired(struct scene *s)
{
    s->document.expiry = sample_day("2026-11-20");
}

static void worse_expiry_unknown(struct scene *s)
{
    if (!date_known(s->document.expiry) || date_compare(s->document.expiry, s->today) >= 0)
        s->document.expiry = (struct date){0};
}

static void worse_age(struct scene *s)
{
    s->document.birth = sample_day("2015-01-01");
}

static void worse_hold(struct scene *s)
{
    if (s->match.grade != MATCH_NONE)
        s->match.placement.hold = HOLD_INVESTIGATION;
}

static void worse_status(struct scene *s)
{
    if (s->match.grade != MATCH_NONE)
        s->match.placement.status = PLACEMENT_REVOKED;
}

static void worse_window(struct scene *s)
{
    if (s->match.grade != MATCH_NONE)
        s->match.placement.window_to = sample_day("2026-11-20");
}

static void worse_destination(struct scene *s)
{
    if (s->match.grade != MATCH_NONE)
        snprintf(s->context.dest_country, 4, "XXX");
}

static void worse_several(struct scene *s)
{
    if (s->match.grade != MATCH_NONE)
        s->match.several_valid = true;
}

static void worse_found_by_name(struct scene *s)
{
    if (s->match.grade != MATCH_NONE)
        s->match.key = MATCH_KEY_NAME_DOB;
}

static void worse_conflict(struct scene *s)
{
    if (s->match.grade != MATCH_NONE)
        s->match.grade = MATCH_CONFLICT;
}

static void worse_near(struct scene *s)
{
    if (s->match.grade == MATCH_EXACT)
        s->match.grade = MATCH_NEAR;
}

static void worse_keyed(struct scene *s)
{
    s->document.capture = DOCUMENT_KEYED;
}

static void worse_may_miss(struct scene *s)
{
    s->match.may_miss = s->match.grade == MATCH_NONE;
}

static void worse_no_documents(struct scene *s)
{
    s->match.placement.documents = 0;
}

static void worse_visa_ended(struct scene *s)
{
    s->match.placement.visa_expiry = sample_day("2026-11-20");
}

static void worse_contract_ended(struct scene *s)
{
    s->match.placement.contract_end = sample_day("2026-11-20");
}

static void worse_insurance_ended(struct scene *s)
{
    s->match.placement.bpjstk_until = sample_day("2026-11-20");
}

static void worse_company_suspended(struct scene *s)
{
    if (s->match.placement.p3mi_id[0] != '\0' && s->match.placement.p3mi_id[10] != '3')
        snprintf(s->match.placement.p3mi_id, 12, "SIP3MI-0002");
}

static void worse_company_revoked(struct scene *s)
{
    snprintf(s->match.placement.p3mi_id, 12, "SIP3MI-0003");
}

static void worse_country_blocked(struct scene *s)
{
    if (s->match.grade != MATCH_NONE)
        snprintf(s->match.placement.dest_country, 4, "XBA");
}

static void worse_deferred(struct scene *s)
{
    add_listing(s, LISTING_DEFERRAL);
}

static void worse_subject(struct scene *s)
{
    add_listing(s, LISTING_SOI);
}

static void worse_lost(struct scene *s)
{
    add_listing(s, LISTING_DOCUMENT_LOST);
}

static void worse_deported(struct scene *s)
{
    add_listing(s, LISTING_DEPORTED);
}

static void worse_complaint(struct scene *s)
{
    add_listing(s, LISTING_COMPLAINT);
}

static void worse_again_today(struct scene *s)
{
    s->here = (struct deferred_here){.today = true, .newest = s->today, .place = s->here.place};
}

static void worse_again_elsewhere(struct scene *s)
{
    add_listing(s, LISTING_DEFERRAL);
    s->listings.of[LISTING_DEFERRAL].from = s->today;
}

static void worse_lists_unreadable(struct scene *s)
{
    s->lists_unknown = true;
}

static void worse_country_of_number(struct scene *s)
{
    worse_found_by_name(s);
    snprintf(s->document.country, sizeof s->document.country, "MYS");
}

static void worse_birth_unknown(struct scene *s)
{
    if (!date_valid(s->document.birth) || date_age_years(s->document.birth, s->today) < 18)
        return; /* a child's age is not forgotten */
    s->document.birth = (struct date){0};
    if (s->match.grade != MATCH_NONE)
        s->match.grade = MATCH_CONFLICT;
}

/* Knowing of a deferral is not undone. */
static void worse_journal_unknown(struct scene *s)
{
    s->here.unknown |= !date_known(s->here.newest);
}

static void worse_category_taken_back(struct scene *s)
{
    s->context.category = PURPOSE_NONE;
}

static const struct {
    const char *says;
    void (*add)(struct scene *s);
} bad_facts[] = {
    {"the clock is unknown", worse_clock},
    {"placements are old", worse_data},
    {"lists were never filled", worse_lists},
    {"the document has expired", worse_expired},
    {"the expiry can't be read", worse_expiry_unknown},
    {"the traveller is a child", worse_age},
    {"the record is on hold", worse_hold},
    {"the placement is revoked", worse_status},
    {"the window is over", worse_window},
    {"the destination is another", worse_destination},
    {"there are several placements", worse_several},
    {"it was found by name only", worse_found_by_name},
    {"the identity conflicts", worse_conflict},
    {"the name is only similar", worse_near},
    {"the document was keyed", worse_keyed},
    {"no category was chosen", worse_category_taken_back},
    {"more were found than could be looked at", worse_may_miss},
    {"no documents are recorded", worse_no_documents},
    {"the visa has ended", worse_visa_ended},
    {"the contract has ended", worse_contract_ended},
    {"the insurance has ended", worse_insurance_ended},
    {"the company is suspended", worse_company_suspended},
    {"the company's licence is revoked", worse_company_revoked},
    {"the country is blocked", worse_country_blocked},
    {"there was a deferral", worse_deferred},
    {"it is a subject of interest", worse_subject},
    {"the document was reported lost", worse_lost},
    {"there was a deportation", worse_deported},
    {"there is a complaint", worse_complaint},
    {"it is the second attempt today", worse_again_today},
    {"or was deferred elsewhere today", worse_again_elsewhere},
    {"who was deferred here is not known", worse_journal_unknown},
    {"the lists can't be read", worse_lists_unreadable},
    {"the number is of another country", worse_country_of_number},
    {"the birth date is not known", worse_birth_unknown},
};

static void test_a_bad_fact_never_makes_it_milder(void **state)
{
    (void)state;
    chance = test_random_begin();
    size_t harder = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct scene scene = random_scene(), worse = scene;
        size_t bad = random_below(COUNT(bad_facts));
        bad_facts[bad].add(&worse);
        struct verdict before = scene_judge(&scene), after = scene_judge(&worse);
        if (bad_facts[bad].add == worse_clock ? after.result == VERDICT_CLEAR
                                              : severity(after.result) < severity(before.result))
            fail_msg("round %d: %s, and %s became %s", round, bad_facts[bad].says,
                     verdict_name(before.result), verdict_name(after.result));
        harder += severity(after.result) > severity(before.result);
    }
    assert_true(harder > ROUNDS / 20);
}

/* Whatever else is so, and whatever colours policy gives. */
static void test_unknown_never_clears(void **state)
{
    (void)state;
    chance = test_random_begin();
    size_t cleared = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct scene scene = random_scene();
        if (scene.policy.version)
            random_colours(&scene.policy);
        struct verdict verdict = scene_judge(&scene);
        if (verdict.result != VERDICT_CLEAR)
            continue;
        cleared++;
        assert_int_not_equal(scene.clock_quality, CLOCK_UNKNOWN);
        assert_int_not_equal(scene.policy.version, 0);
        assert_int_equal(scene.document.capture, DOCUMENT_SCANNED);
        assert_true(scene.data.placements_usable);
        if (scene.context.direction == DIRECTION_RETURN)
            continue;
        int64_t hours = (int64_t)scene.policy.staleness_hours[scene.site].placements;
        assert_true(scene.data.placements_as_of >= SAMPLE_MIDNIGHT_S - hours * 3600);
        if (scene.match.grade == MATCH_NONE)
            assert_true(context_is_not_worker(&scene.context));
        else {
            /* R052 clears of its own; policy must then have coloured R011 or R012 green. */
            if (!verdict_has(&verdict, 52))
                assert_int_equal(scene.match.grade, MATCH_EXACT);
            assert_int_not_equal(scene.match.key, MATCH_KEY_NAME_DOB);
        }
        assert_false(scene.match.may_miss && scene.match.grade == MATCH_NONE);
        assert_false(scene.lists_unknown);
        assert_true(scene.at_no_counter || !scene.here.unknown);
        assert_int_equal(scene.listings.of[LISTING_DOCUMENT_LOST].kind, LISTING_UNKNOWN);
        if (date_valid(scene.document.expiry))
            assert_true(date_compare(scene.document.expiry, scene.today) >= 0);
    }
    assert_true(cleared > ROUNDS / 100);
}

/* Without a trusted clock the verdict is the same whatever day the clock says: nothing clears, and
 * nothing that hangs on the day stops. The clock is named. */
static void test_a_day_nobody_vouches_for_changes_nothing(void **state)
{
    static const uint16_t undated[] = {4,  10, 11, 12, 13, 14, 15, 16,
                                       18, 24, 25, 60, 61, 62, 63, 93};
    (void)state;
    chance = test_random_begin();
    size_t stopped = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct scene scene = random_scene();
        scene.clock_quality = CLOCK_UNKNOWN;
        if (scene.policy.version)
            random_colours(&scene.policy);
        struct verdict verdict = scene_judge(&scene);
        scene.today = date_from_days((int32_t)random_below(130 * 366));
        scene.here.today = date_known(scene.here.newest) && one_in(2);
        struct verdict another = scene_judge(&scene);
        assert_memory_equal(&verdict, &another, sizeof verdict);
        assert_int_not_equal(verdict.result, VERDICT_CLEAR);
        bool named = false;
        for (size_t i = 0; i < verdict.n_reasons; i++) {
            const struct reason_said *said = &verdict.reasons[i];
            named |= said->code == 93 && strcmp(said->found, "clock") == 0;
            bool is_undated = said->code <= 3;
            for (size_t k = 0; k < COUNT(undated); k++)
                is_undated |= undated[k] == said->code;
            if (said->colour == COLOUR_RED && !is_undated)
                fail_msg("round %d: R%03u stops by a day that nobody knows", round, said->code);
        }
        assert_true(named);
        stopped += verdict.result == VERDICT_STOP;
    }
    assert_true(stopped > 0 && stopped < ROUNDS);
}

/* The verdict is its reasons' worst colour; they are sorted, each once (R093 once for each fact),
 * and none is one that only an officer may give. */
static void test_the_verdict_is_its_reasons(void **state)
{
    (void)state;
    chance = test_random_begin();
    for (int round = 0; round < ROUNDS; round++) {
        struct scene scene = random_scene();
        if (scene.policy.version)
            random_colours(&scene.policy);
        struct verdict verdict = scene_judge(&scene);
        assert_in_range(verdict.n_reasons, 1, VERDICT_REASONS_MAX);
        for (size_t i = 0; i < verdict.n_reasons; i++) {
            const struct reason_said *said = &verdict.reasons[i];
            assert_int_not_equal(reason_find(said->code)->origin, REASON_BY_OFFICER);
            if (i == 0)
                continue;
            assert_true(said[-1].colour >= said->colour);
            if (said[-1].colour == said->colour)
                assert_true(said[-1].code < said->code || said->code == 93);
        }
        enum colour worst = verdict.reasons[0].colour;
        assert_int_equal(verdict.result == VERDICT_STOP, worst == COLOUR_RED);
        assert_true(verdict.result != VERDICT_CLEAR || worst == COLOUR_GREEN);
    }
}

static void test_same_input_same_output(void **state)
{
    (void)state;
    chance = test_random_begin();
    for (int round = 0; round < ROUNDS / 10; round++) {
        struct scene scene = random_scene(), copy = scene;
        struct verdict first = scene_judge(&scene), second = scene_judge(&copy);
        assert_memory_equal(&first, &second, sizeof first);
        assert_memory_equal(&scene, &copy, sizeof scene); /* and the facts were left alone */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bad_fact_never_makes_it_milder),
        cmocka_unit_test(test_unknown_never_clears),
        cmocka_unit_test(test_a_day_nobody_vouches_for_changes_nothing),
        cmocka_unit_test(test_the_verdict_is_its_reasons),
        cmocka_unit_test(test_same_input_same_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
