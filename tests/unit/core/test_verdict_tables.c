/* verdict: the rules that stand on policy's tables and on the lists, on both sides of their
 * boundaries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "verdict_changes.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Documents by the order of the domain's doc_mask. */
enum {
    MARITAL = 1 << 0,
    HEALTH = 1 << 3,
    VISA = 1 << 5,
    CONTRACT = 1 << 7,
    JKN = 1 << 8,
    JKK_JKM = 1 << 9,
    OPP = 1 << 10,
    STATEMENT = 1 << 12,
    ALL = 0x7FF,
};

/* ---- documents ------------------------------------------------------------------------------- */

static const struct {
    const char *says;
    enum placement_scheme scheme;
    uint32_t documents;
    const char *visa_expiry, *contract_end, *bpjstk_until;
    enum verdict_result result;
    const char *reasons;
    const char *found, *expected; /* of the first */
} documents[] = {
    {"all that P2P requires", SCHEME_P2P, ALL & ~(MARITAL | JKN), "", "", "", VERDICT_CLEAR, "R001",
     "", ""},
    {"no visa", SCHEME_P2P, ALL & ~VISA, "", "", "", VERDICT_REFER, "R025 R001", "", "visa"},
    {"no contract", SCHEME_P2P, ALL & ~CONTRACT, "", "", "", VERDICT_REFER, "R060 R001", "",
     "contract"},
    {"no orientation", SCHEME_P2P, ALL & ~OPP, "", "", "", VERDICT_REFER, "R061 R001", "", "opp"},
    {"no insurance", SCHEME_P2P, ALL & ~JKK_JKM, "", "", "", VERDICT_REFER, "R062 R001", "",
     "jkk_jkm"},
    {"anything else", SCHEME_P2P, ALL & ~HEALTH, "", "", "", VERDICT_REFER, "R063 R001", "",
     "health"},
    {"no documents in the record: all are lacking, each named", SCHEME_P2P, 0, "", "", "",
     VERDICT_REFER, "R025 R060 R061 R062 R063 R001", "", "visa"},
    {"a statement is required of SELF", SCHEME_SELF, ALL, "", "", "", VERDICT_REFER, "R063 R001",
     "", "responsibility_statement"},
    {"and is one", SCHEME_SELF, ALL | STATEMENT, "", "", "", VERDICT_CLEAR, "R001", "", ""},
    {"re-entry needs far less", SCHEME_REENTRY, 0xB0, "", "", "", VERDICT_CLEAR, "R002", "", ""},
    {"a scheme without a row needs nothing", SCHEME_G2G, 0, "", "", "", VERDICT_CLEAR, "R001", "",
     ""},
    {"a visa is valid on its last day", SCHEME_G2G, 0, "2026-11-21", "", "", VERDICT_CLEAR, "R001",
     "", ""},
    {"and not on the next", SCHEME_G2G, 0, "2026-11-20", "", "", VERDICT_REFER, "R025 R001",
     "2026-11-20", "2026-11-21"},
    {"a contract holds on its last day", SCHEME_G2G, 0, "", "2026-11-21", "", VERDICT_CLEAR, "R001",
     "", ""},
    {"and not on the next", SCHEME_G2G, 0, "", "2026-11-20", "", VERDICT_REFER, "R060 R001",
     "2026-11-20", "2026-11-21"},
    {"also of one on leave, beside R002", SCHEME_REENTRY, 0xB0, "", "2026-11-20", "", VERDICT_REFER,
     "R060 R002", "2026-11-20", "2026-11-21"},
    {"insurance holds on its last day", SCHEME_G2G, 0, "", "", "2026-11-21", VERDICT_CLEAR, "R001",
     "", ""},
    {"and not on the next", SCHEME_G2G, 0, "", "", "2026-11-20", VERDICT_REFER, "R062 R001",
     "2026-11-20", "2026-11-21"},
    {"lacking and passed is said once", SCHEME_P2P, ALL & ~VISA, "2026-11-20", "", "",
     VERDICT_REFER, "R025 R001", "", "visa"},
};

static void test_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct scene scene = scene_ordinary();
        struct placement *placement = &scene.match.placement;
        placement->scheme = documents[i].scheme;
        placement->documents = documents[i].documents;
        placement->visa_expiry = sample_day(documents[i].visa_expiry);
        placement->contract_end = sample_day(documents[i].contract_end);
        placement->bpjstk_until = sample_day(documents[i].bpjstk_until);
        struct verdict verdict = scene_judge(&scene);
        char said[SCENE_CODES_LEN];
        scene_codes(&verdict, said);
        if (verdict.result != documents[i].result || strcmp(said, documents[i].reasons) != 0)
            fail_msg("%s: %s %s", documents[i].says, verdict_name(verdict.result), said);
        assert_string_equal(verdict.reasons[0].found, documents[i].found);
        assert_string_equal(verdict.reasons[0].expected, documents[i].expected);
    }
}

/* As many whole names as have room, and a sign that there are more. */
static void test_a_long_list_of_documents(void **state)
{
    (void)state;
    static uint8_t bytes[64];
    static struct policy_index index;
    struct cbor_writer w;
    struct span tables;
    cbor_writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, POLICY_DOCUMENTS);
    cbor_put_array(&w, 2); /* two rows of one scheme add up */
    for (uint64_t half = 0; half < 2; half++) {
        cbor_put_map(&w, 2);
        cbor_put_uint(&w, 1);
        cbor_put_uint(&w, SCHEME_P2P);
        cbor_put_uint(&w, 2);
        cbor_put_uint(&w, half ? 0x3F80 : 0x7F);
    }
    assert_int_equal(cbor_writer_finish(&w, &tables), ERR_OK);
    assert_int_equal(policy_index_build(tables, &index), ERR_OK);
    struct scene scene = scene_ordinary();
    scene.policy.tables = &index;
    scene.match.placement.documents = 0;
    scene.match.placement.p3mi_id[0] = '\0';
    struct verdict verdict = scene_judge(&scene);
    assert_int_equal(verdict.reasons[4].code, 63);
    assert_string_equal(
        verdict.reasons[4].expected,
        "marital, family_permit, competence, health, passport, placement_agreement, ...");
    assert_string_equal(verdict.reasons[3].expected, "jkn, jkk_jkm");
}

/* ---- the placement company ------------------------------------------------------------------- */

static const struct {
    const char *says, *id;
    enum verdict_result result;
    const char *reasons;
    const char *found, *expected; /* of the first */
} companies[] = {
    {"licensed", "SIP3MI-0001", VERDICT_CLEAR, "R001", "", ""},
    {"suspended since before", "SIP3MI-0002", VERDICT_REFER, "R040 R001", "SIP3MI-0002",
     "2026-10-01"},
    {"revoked from today", "SIP3MI-0003", VERDICT_STOP, "R041 R001", "SIP3MI-0003", "2026-11-21"},
    {"licensed from tomorrow", "SIP3MI-0004", VERDICT_REFER, "R042 R001", "SIP3MI-0004", ""},
    {"suspended from tomorrow", "SIP3MI-0005", VERDICT_CLEAR, "R001", "", ""},
    {"licensed until yesterday", "SIP3MI-0006", VERDICT_REFER, "R042 R001", "SIP3MI-0006", ""},
    {"suspended until today, whatever else holds", "SIP3MI-0007", VERDICT_REFER, "R040 R001",
     "SIP3MI-0007", "2026-01-01"},
    {"not of the table", "SIP3MI-0099", VERDICT_REFER, "R042 R001", "SIP3MI-0099", ""},
    {"no company: nothing to ask", "", VERDICT_CLEAR, "R001", "", ""},
};

static void test_companies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(companies); i++) {
        struct scene scene = scene_ordinary();
        SET(scene.match.placement.p3mi_id, companies[i].id);
        struct verdict verdict = scene_judge(&scene);
        char said[SCENE_CODES_LEN];
        scene_codes(&verdict, said);
        if (verdict.result != companies[i].result || strcmp(said, companies[i].reasons) != 0)
            fail_msg("%s: %s %s", companies[i].says, verdict_name(verdict.result), said);
        assert_string_equal(verdict.reasons[0].found, companies[i].found);
        assert_string_equal(verdict.reasons[0].expected, companies[i].expected);
    }
}

static void test_no_table_knows_no_company(void **state)
{
    (void)state;
    struct scene scene = scene_ordinary();
    scene.policy.tables = NULL;
    struct verdict verdict = scene_judge(&scene);
    char said[SCENE_CODES_LEN];
    scene_codes(&verdict, said);
    assert_string_equal(said, "R042 R001");
}

/* ---- destinations ---------------------------------------------------------------------------- */

#define NOTHING SCHEME_UNKNOWN /* no placement is found */

static const struct {
    const char *says, *country;
    enum placement_scheme scheme;
    enum employer_type employer;
    enum purpose purpose;
    enum verdict_result result;
    const char *reasons;
} destinations[] = {
    {"blocked for households", "SAU", SCHEME_P2P, EMPLOYER_INDIVIDUAL, PURPOSE_WORK, VERDICT_STOP,
     "R050 R001"},
    {"not for companies", "SAU", SCHEME_P2P, EMPLOYER_LEGAL_ENTITY, PURPOSE_WORK, VERDICT_CLEAR,
     "R001"},
    {"an excepted scheme", "SAU", SCHEME_SPSK, EMPLOYER_INDIVIDUAL, PURPOSE_WORK, VERDICT_CLEAR,
     "R001 R052"},
    {"an excepted scheme whom the row is not about", "SAU", SCHEME_SPSK, EMPLOYER_LEGAL_ENTITY,
     PURPOSE_WORK, VERDICT_CLEAR, "R001"},
    {"purpose does not matter with a placement", "SAU", SCHEME_P2P, EMPLOYER_INDIVIDUAL,
     PURPOSE_TOUR, VERDICT_STOP, "R050 R001"},
    {"no destination of placements", "KHM", SCHEME_P2P, EMPLOYER_LEGAL_ENTITY, PURPOSE_WORK,
     VERDICT_REFER, "R051 R001"},
    {"blocked from today", "XBA", SCHEME_P2P, EMPLOYER_INDIVIDUAL, PURPOSE_WORK, VERDICT_STOP,
     "R050 R001"},
    {"blocked from tomorrow", "XBB", SCHEME_P2P, EMPLOYER_INDIVIDUAL, PURPOSE_WORK, VERDICT_CLEAR,
     "R001"},
    {"blocked until today", "XBC", SCHEME_P2P, EMPLOYER_INDIVIDUAL, PURPOSE_WORK, VERDICT_STOP,
     "R050 R001"},
    {"blocked until yesterday", "XBD", SCHEME_P2P, EMPLOYER_INDIVIDUAL, PURPOSE_WORK, VERDICT_CLEAR,
     "R001"},
    {"blocked for this occupation", "XBE", SCHEME_P2P, EMPLOYER_INDIVIDUAL, PURPOSE_WORK,
     VERDICT_STOP, "R050 R001"},
    {"referred for this scheme", "XBF", SCHEME_P2P, EMPLOYER_INDIVIDUAL, PURPOSE_WORK,
     VERDICT_REFER, "R051 R001"},
    {"not for another", "XBF", SCHEME_UKPS, EMPLOYER_INDIVIDUAL, PURPOSE_WORK, VERDICT_CLEAR,
     "R001"},
    {"a note says nothing, nor does an exception to it", "XBG", SCHEME_P2P, EMPLOYER_INDIVIDUAL,
     PURPOSE_WORK, VERDICT_CLEAR, "R001"},
    {"two rows, both said", "XBH", SCHEME_P2P, EMPLOYER_INDIVIDUAL, PURPOSE_WORK, VERDICT_STOP,
     "R050 R051 R001"},
    {"excepted by one, referred by the other", "XBH", SCHEME_SPSK, EMPLOYER_INDIVIDUAL,
     PURPOSE_WORK, VERDICT_REFER, "R051 R001 R052"},

    {"without a placement only what is of the country alone", "SAU", NOTHING, 0, PURPOSE_WORK,
     VERDICT_REFER, "R010"},
    {"which is said", "KHM", NOTHING, 0, PURPOSE_WORK, VERDICT_REFER, "R010 R051"},
    {"also to crew", "KHM", NOTHING, 0, PURPOSE_CREW, VERDICT_REFER, "R010 R051"},
    {"but not to whom it does not concern", "KHM", NOTHING, 0, PURPOSE_TOUR, VERDICT_REFER, "R010"},
    {"nor to who was not asked", "KHM", NOTHING, 0, PURPOSE_NONE, VERDICT_REFER, "R010"},
    {"a block stops", "XBA", NOTHING, 0, PURPOSE_WORK, VERDICT_STOP, "R050 R010"},
    {"an exception is no one's who has no scheme", "XBH", NOTHING, 0, PURPOSE_WORK, VERDICT_STOP,
     "R050 R010"},
    {"an occupation is not asked of whom it is not known", "XBE", NOTHING, 0, PURPOSE_WORK,
     VERDICT_REFER, "R010"},
    {"nor a scheme", "XBF", NOTHING, 0, PURPOSE_WORK, VERDICT_REFER, "R010"},
    {"an unknown destination is none", "", NOTHING, 0, PURPOSE_WORK, VERDICT_REFER, "R010"},
};

static struct scene bound_for(size_t i)
{
    struct scene scene = scene_ordinary();
    SET(scene.context.dest_country, destinations[i].country);
    SET(scene.match.placement.dest_country, destinations[i].country);
    scene.context.purpose = destinations[i].purpose;
    scene.match.placement.scheme = destinations[i].scheme;
    scene.match.placement.employer_type = destinations[i].employer;
    if (destinations[i].scheme == NOTHING)
        nothing_found(&scene);
    return scene;
}

static void test_destinations(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(destinations); i++) {
        struct scene scene = bound_for(i);
        struct verdict verdict = scene_judge(&scene);
        char said[SCENE_CODES_LEN];
        scene_codes(&verdict, said);
        if (verdict.result != destinations[i].result || strcmp(said, destinations[i].reasons) != 0)
            fail_msg("%s: %s %s", destinations[i].says, verdict_name(verdict.result), said);
    }
}

static void test_what_a_destination_says(void **state)
{
    (void)state;
    struct scene scene = bound_for(0);
    struct verdict verdict = scene_judge(&scene);
    assert_string_equal(verdict.reasons[0].found, "SAU");
    assert_string_equal(verdict.reasons[0].expected, "Kepmenaker 260/2015");

    /* The record's country, not the journey's, which is said apart. */
    SET(scene.context.dest_country, "TWN");
    verdict = scene_judge(&scene);
    assert_int_equal(verdict.reasons[0].code, 50);
    assert_int_equal(verdict.reasons[1].code, 18);

    /* Another occupation than the row's. */
    scene = scene_ordinary();
    SET(scene.context.dest_country, "XBE");
    SET(scene.match.placement.dest_country, "XBE");
    SET(scene.match.placement.occupation, "WELDER");
    assert_int_equal(scene_judge(&scene).result, VERDICT_CLEAR);

    /* Where nothing could be looked up, there may be a placement that is excepted. */
    scene = bound_for(0);
    nothing_found(&scene);
    SET(scene.context.dest_country, "XBA");
    scene.data.placements_usable = false;
    verdict = scene_judge(&scene);
    assert_int_equal(verdict.result, VERDICT_REFER);
    assert_false(verdict_has(&verdict, 50));
}

/* ---- lists ----------------------------------------------------------------------------------- */

static const struct listing hit = {
    .kind = LISTING_DEFERRAL,
    .from = {2026, 11, 20},
    .expires = {2027, 11, 20},
    .issued_by = "TPI-BATAM-CENTRE",
};

static const struct {
    const char *says;
    enum listing_kind kind;
    enum verdict_result result;
    const char *reasons;
    const char *found, *expected; /* of the first */
    const char *on_return;
} lists[] = {
    {"deferred before", LISTING_DEFERRAL, VERDICT_REFER, "R070 R001", "2026-11-20",
     "TPI-BATAM-CENTRE", "R004"},
    {"a subject of interest", LISTING_SOI, VERDICT_STOP, "R072 R001", "2026-11-20",
     "TPI-BATAM-CENTRE", "R004"},
    {"the document was reported lost", LISTING_DOCUMENT_LOST, VERDICT_STOP, "R023 R001",
     "2026-11-20", "TPI-BATAM-CENTRE", "R004"},
    {"deported before", LISTING_DEPORTED, VERDICT_REFER, "R074 R001", "2026-11-20", "2027-11-20",
     "R004"},
    {"an open complaint, also told on return", LISTING_COMPLAINT, VERDICT_REFER, "R075 R001",
     "COMPLAINT", "TPI-BATAM-CENTRE", "R075 R004"},
};

static struct scene listed(size_t i)
{
    struct scene scene = scene_ordinary();
    struct listing *of = &scene.listings.of[lists[i].kind];
    *of = hit;
    of->kind = lists[i].kind;
    return scene;
}

static void test_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct scene scene = listed(i);
        struct verdict verdict = scene_judge(&scene);
        char said[SCENE_CODES_LEN];
        scene_codes(&verdict, said);
        if (verdict.result != lists[i].result || strcmp(said, lists[i].reasons) != 0)
            fail_msg("%s: %s %s", lists[i].says, verdict_name(verdict.result), said);
        assert_string_equal(verdict.reasons[0].found, lists[i].found);
        assert_string_equal(verdict.reasons[0].expected, lists[i].expected);
        coming_back(&scene);
        verdict = scene_judge(&scene);
        scene_codes(&verdict, said);
        if (strcmp(said, lists[i].on_return) != 0)
            fail_msg("%s, on return: %s", lists[i].says, said);
    }
}

static void test_a_hold_and_a_complaint_are_one_reason(void **state)
{
    (void)state;
    struct scene scene = listed(4);
    held(&scene);
    struct verdict verdict = scene_judge(&scene);
    char said[SCENE_CODES_LEN];
    scene_codes(&verdict, said);
    assert_string_equal(said, "R075 R001");
    assert_string_equal(verdict.reasons[0].found, "FAMILY_REPORT");
}

/* ---- deferrals of this counter --------------------------------------------------------------- */

/* The verdict's day is 2026-11-21; what is of which day is the store's to say. */
static const struct {
    const char *says;
    const char *here; /* the newest deferral of this counter; "" none */
    bool today;       /* one of them is of today */
    bool unknown;     /* the journal can't be asked */
    const char *list; /* a deferral in the list, from; "" none */
    bool at_no_counter;
    enum verdict_result result;
    const char *reasons;
    const char *found, *expected; /* of the first */
} deferrals[] = {
    {"never deferred", "", false, false, "", false, VERDICT_CLEAR, "R001", "", ""},
    {"deferred here yesterday", "2026-11-20", false, false, "", false, VERDICT_REFER, "R070 R001",
     "2026-11-20", "CTH 01"},
    {"deferred here today: it is the second attempt", "2026-11-21", true, false, "", false,
     VERDICT_STOP, "R071 R070 R001", "2026-11-21", "CTH 01"},
    {"deferred elsewhere yesterday", "", false, false, "2026-11-20", false, VERDICT_REFER,
     "R070 R001", "2026-11-20", "TPI-BATAM-CENTRE"},
    {"deferred elsewhere today", "", false, false, "2026-11-21", false, VERDICT_STOP,
     "R071 R070 R001", "2026-11-21", "TPI-BATAM-CENTRE"},
    {"which only a counter can call an attempt", "", false, false, "2026-11-21", true,
     VERDICT_REFER, "R070 R001", "2026-11-21", "TPI-BATAM-CENTRE"},
    {"here yesterday and elsewhere the day before: the newest is told", "2026-11-20", false, false,
     "2026-11-19", false, VERDICT_REFER, "R070 R001", "2026-11-20", "CTH 01"},
    {"elsewhere yesterday and here the day before", "2026-11-19", false, false, "2026-11-20", false,
     VERDICT_REFER, "R070 R001", "2026-11-20", "TPI-BATAM-CENTRE"},
    {"our own that came back with the list is told once, as ours", "2026-11-20", false, false,
     "2026-11-20", false, VERDICT_REFER, "R070 R001", "2026-11-20", "CTH 01"},
    {"here before, elsewhere today", "2026-11-19", false, false, "2026-11-21", false, VERDICT_STOP,
     "R071 R070 R001", "2026-11-21", "TPI-BATAM-CENTRE"},
    {"by a clock that was ahead: deferred, but who knows when", "2026-11-23", false, false, "",
     false, VERDICT_REFER, "R070 R001", "2026-11-23", "CTH 01"},
    {"and today as well", "2026-11-23", true, false, "", false, VERDICT_STOP, "R071 R070 R001",
     "2026-11-21", "CTH 01"},
    {"who was deferred here is not known", "", false, true, "", false, VERDICT_REFER, "R093 R001",
     "journal", ""},
    {"but elsewhere yesterday", "", false, true, "2026-11-20", false, VERDICT_REFER,
     "R070 R093 R001", "2026-11-20", "TPI-BATAM-CENTRE"},
    {"or elsewhere today", "", false, true, "2026-11-21", false, VERDICT_STOP, "R071 R070 R001",
     "2026-11-21", "TPI-BATAM-CENTRE"},
};

static const struct {
    const char *says, *repeat, *deferral;
    enum verdict_result result;
    const char *reasons;
} repeats[] = {
    {"turned away elsewhere today", "2026-11-21", "", VERDICT_STOP, "R071 R001"},
    {"which was yesterday", "2026-11-20", "", VERDICT_CLEAR, "R001"},
    {"deferred yesterday, turned away today", "2026-11-21", "2026-11-20", VERDICT_STOP,
     "R071 R070 R001"},
};

static void test_repeat_attempts_elsewhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(repeats); i++) {
        struct scene scene = scene_ordinary();
        scene.listings.of[LISTING_REPEAT] = hit;
        scene.listings.of[LISTING_REPEAT].kind = LISTING_REPEAT;
        scene.listings.of[LISTING_REPEAT].from = sample_day(repeats[i].repeat);
        if (*repeats[i].deferral) {
            scene.listings.of[LISTING_DEFERRAL] = hit;
            scene.listings.of[LISTING_DEFERRAL].from = sample_day(repeats[i].deferral);
        }
        struct verdict verdict = scene_judge(&scene);
        char said[SCENE_CODES_LEN];
        scene_codes(&verdict, said);
        if (verdict.result != repeats[i].result || strcmp(said, repeats[i].reasons) != 0)
            fail_msg("%s: %s %s", repeats[i].says, verdict_name(verdict.result), said);
        clock_unknown(&scene); /* then nobody knows that it was today */
        verdict = scene_judge(&scene);
        assert_false(verdict_has(&verdict, 71));
    }
}

static void test_deferrals_of_this_counter(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(deferrals); i++) {
        struct scene scene = scene_ordinary();
        scene.here.newest = sample_day(deferrals[i].here);
        scene.here.today = deferrals[i].today;
        scene.here.unknown = deferrals[i].unknown;
        scene.at_no_counter = deferrals[i].at_no_counter;
        if (*deferrals[i].list) {
            scene.listings.of[LISTING_DEFERRAL] = hit;
            scene.listings.of[LISTING_DEFERRAL].from = sample_day(deferrals[i].list);
        }
        struct verdict verdict = scene_judge(&scene);
        char said[SCENE_CODES_LEN];
        scene_codes(&verdict, said);
        if (verdict.result != deferrals[i].result || strcmp(said, deferrals[i].reasons) != 0)
            fail_msg("%s: %s %s", deferrals[i].says, verdict_name(verdict.result), said);
        if (strcmp(verdict.reasons[0].found, deferrals[i].found) != 0 ||
            strcmp(verdict.reasons[0].expected, deferrals[i].expected) != 0)
            fail_msg("%s: \"%s\", \"%s\"", deferrals[i].says, verdict.reasons[0].found,
                     verdict.reasons[0].expected);
        coming_back(&scene);
        verdict = scene_judge(&scene);
        scene_codes(&verdict, said);
        assert_string_equal(said, "R004"); /* nobody is stopped from coming home */
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* Every list at once, with everything else that can be said: all reasons have room. */
static void test_everything_at_once(void **state)
{
    (void)state;
    struct scene scene = scene_ordinary();
    for (int kind = LISTING_DEFERRAL; kind < LISTING_KINDS; kind++) {
        scene.listings.of[kind] = hit;
        scene.listings.of[kind].kind = (enum listing_kind)kind;
    }
    scene.here = (struct deferred_here){.today = true, .newest = scene.today, .place = "CTH 01"};
    SET(scene.match.placement.dest_country, "XBH");
    SET(scene.match.placement.p3mi_id, "SIP3MI-0007");
    scene.match.placement.documents = 0;
    keyed(&scene);
    expired_yesterday(&scene);
    conflict_sex(&scene);
    by_name_only(&scene);
    several(&scene);
    cancelled(&scene);
    window_ended_yesterday(&scene);
    never_filled(&scene);
    scene.lists_unknown = true;
    struct verdict verdict = scene_judge(&scene);
    char said[SCENE_CODES_LEN];
    scene_codes(&verdict, said);
    assert_string_equal(said,
                        "R016 R020 R023 R050 R071 R072 R012 R013 R014 R017 R018 R019 R021 R024 "
                        "R025 R040 R051 R060 R061 R062 R063 R070 R074 R075 R093");

    clock_unknown(&scene); /* and what goes by the day is not said, or stops nobody */
    verdict = scene_judge(&scene);
    scene_codes(&verdict, said);
    assert_string_equal(said, "R016 R012 R013 R014 R018 R023 R024 R025 R060 R061 R062 R063 R070 "
                              "R072 R074 R075 R093 R093");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_a_long_list_of_documents),
        cmocka_unit_test(test_companies),
        cmocka_unit_test(test_no_table_knows_no_company),
        cmocka_unit_test(test_destinations),
        cmocka_unit_test(test_what_a_destination_says),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_a_hold_and_a_complaint_are_one_reason),
        cmocka_unit_test(test_deferrals_of_this_counter),
        cmocka_unit_test(test_repeat_attempts_elsewhere),
        cmocka_unit_test(test_everything_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
