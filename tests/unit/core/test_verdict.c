/* verdict: every rule on both sides of its boundary, with the facts it names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "verdict_scene.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

#define SET(field, text) snprintf(field, sizeof(field), "%s", text)

/* ---- changes to the ordinary scene -------------------------------------------------------- */

static void as_it_is(struct scene *s)
{
    (void)s;
}

static void nothing_found(struct scene *s)
{
    memset(&s->match, 0, sizeof s->match);
}

static void tourist(struct scene *s)
{
    nothing_found(s);
    s->context.purpose = PURPOSE_TOUR;
    s->context.category = PURPOSE_TOUR;
}

static void tourist_of_no_category(struct scene *s)
{
    tourist(s);
    s->context.category = PURPOSE_NONE;
}

static void category_work(struct scene *s)
{
    tourist(s);
    s->context.category = PURPOSE_WORK;
}

static void category_leave(struct scene *s)
{
    tourist(s);
    s->context.category = PURPOSE_LEAVE_RETURN;
}

static void category_crew(struct scene *s)
{
    tourist(s);
    s->context.category = PURPOSE_CREW;
}

static void worker_called_tourist(struct scene *s)
{
    s->context.category = PURPOSE_TOUR;
}

static void on_leave(struct scene *s)
{
    s->match.placement.status = PLACEMENT_ON_LEAVE;
}

static void reentry(struct scene *s)
{
    s->match.placement.scheme = SCHEME_REENTRY;
}

static void near_name(struct scene *s)
{
    s->match.grade = MATCH_NEAR;
    SET(s->match.placement.name_mrz, "RACHMAWATI SITI");
}

static void near_name_full_only(struct scene *s)
{
    near_name(s);
    s->match.placement.name_mrz[0] = '\0';
}

static void conflict_birth(struct scene *s)
{
    s->match.grade = MATCH_CONFLICT;
    s->match.placement.birth_date.day = 13;
}

static void conflict_sex(struct scene *s)
{
    s->match.grade = MATCH_CONFLICT;
    s->match.placement.sex = 'M';
}

static void conflict_name(struct scene *s)
{
    s->match.grade = MATCH_CONFLICT;
    SET(s->match.placement.name_mrz, "LESTARI PUTRI");
}

static void old_number(struct scene *s)
{
    s->match.key = MATCH_KEY_OLD_PASSPORT;
    SET(s->match.placement.passport_no, "X7777777");
}

static void by_name_only(struct scene *s)
{
    old_number(s);
    s->match.key = MATCH_KEY_NAME_DOB;
}

static void several(struct scene *s)
{
    s->match.several_valid = true;
}

#define STATUS(name, value)                                                                        \
    static void name(struct scene *s)                                                              \
    {                                                                                              \
        s->match.placement.status = value;                                                         \
    }
STATUS(in_process, PLACEMENT_IN_PROCESS)
STATUS(departed, PLACEMENT_DEPARTED)
STATUS(active, PLACEMENT_ACTIVE)
STATUS(completed, PLACEMENT_COMPLETED)
STATUS(suspended, PLACEMENT_SUSPENDED)
STATUS(cancelled, PLACEMENT_CANCELLED)
STATUS(revoked, PLACEMENT_REVOKED)
STATUS(status_unknown, PLACEMENT_STATUS_UNKNOWN)

static void window_begins_today(struct scene *s)
{
    s->match.placement.window_from = s->today;
}

static void window_begins_tomorrow(struct scene *s)
{
    s->match.placement.window_from = sample_day("2026-11-22");
}

static void window_ends_today(struct scene *s)
{
    s->match.placement.window_to = s->today;
}

static void window_ended_yesterday(struct scene *s)
{
    s->match.placement.window_to = sample_day("2026-11-20");
}

static void no_window(struct scene *s)
{
    s->match.placement.window_from = s->match.placement.window_to = (struct date){0};
}

static void another_destination(struct scene *s)
{
    SET(s->context.dest_country, "SGP");
}

static void no_destination(struct scene *s)
{
    s->context.dest_country[0] = '\0';
}

static void held(struct scene *s)
{
    s->match.placement.hold = HOLD_FAMILY_REPORT;
}

/* Online: placements 72 h, lists 24 h, at 00:00 UTC of the day. */
static void placements_at_limit(struct scene *s)
{
    s->data.placements_as_of = SAMPLE_MIDNIGHT_S - 72 * 3600;
}

static void placements_beyond_limit(struct scene *s)
{
    s->data.placements_as_of = SAMPLE_MIDNIGHT_S - 72 * 3600 - 1;
}

static void placements_beyond_limit_remote(struct scene *s)
{
    placements_beyond_limit(s);
    s->site = SITE_REMOTE;
}

static void remote_beyond_limit(struct scene *s)
{
    s->site = SITE_REMOTE;
    s->data.placements_as_of = SAMPLE_MIDNIGHT_S - 2160 * 3600 - 1;
}

static void lists_at_limit(struct scene *s)
{
    s->data.lists_as_of = SAMPLE_MIDNIGHT_S - 24 * 3600;
}

static void lists_beyond_limit(struct scene *s)
{
    s->data.lists_as_of = SAMPLE_MIDNIGHT_S - 24 * 3600 - 1;
}

static void never_filled(struct scene *s)
{
    s->data.placements_as_of = s->data.lists_as_of = 0;
}

static void expires(struct scene *s, const char *day)
{
    s->document.expiry = sample_day(day);
}

static void expired_yesterday(struct scene *s)
{
    expires(s, "2026-11-20");
}

static void expires_today(struct scene *s)
{
    expires(s, "2026-11-21");
}

static void expires_in_6_months_less_a_day(struct scene *s)
{
    expires(s, "2027-05-20");
}

static void expires_in_6_months(struct scene *s)
{
    expires(s, "2027-05-21");
}

static void expires_some_day_this_month(struct scene *s)
{
    s->document.expiry = (struct date){2026, 11, 0};
}

static void expired_some_day_last_month(struct scene *s)
{
    s->document.expiry = (struct date){2026, 10, 0};
}

static void expired_some_day_last_year(struct scene *s)
{
    s->document.expiry = (struct date){2025, 0, 0};
}

static void expires_some_day_in_2030(struct scene *s)
{
    s->document.expiry = (struct date){2030, 0, 0};
}

static void expiry_unknown(struct scene *s)
{
    s->document.expiry = (struct date){0};
}

static void born(struct scene *s, int year, int month, int day)
{
    nothing_found(s);
    s->document.birth = (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
}

static void eighteen_today(struct scene *s)
{
    born(s, 2008, 11, 21);
}

static void eighteen_tomorrow(struct scene *s)
{
    born(s, 2008, 11, 22);
}

static void eighteen_tomorrow_as_crew(struct scene *s)
{
    eighteen_tomorrow(s);
    s->context.purpose = PURPOSE_CREW;
}

static void eighteen_tomorrow_as_tourist(struct scene *s)
{
    eighteen_tomorrow(s);
    s->context.purpose = PURPOSE_TOUR;
}

static void born_some_day_in_2008(struct scene *s)
{
    born(s, 2008, 0, 0);
}

static void born_some_day_in_2007(struct scene *s)
{
    born(s, 2007, 0, 0);
}

static void born_some_day_in_2009(struct scene *s)
{
    born(s, 2009, 0, 0);
}

static void birth_unknown(struct scene *s)
{
    born(s, 0, 0, 0);
}

static void clock_unknown(struct scene *s)
{
    s->clock_quality = CLOCK_UNKNOWN;
}

static void clock_set_by_hand(struct scene *s)
{
    s->clock_quality = CLOCK_OPERATOR_SET;
}

static void no_policy(struct scene *s)
{
    memset(&s->policy, 0, sizeof s->policy);
}

static void no_cache(struct scene *s)
{
    nothing_found(s);
    memset(&s->data, 0, sizeof s->data);
}

static void no_cache_tourist(struct scene *s)
{
    tourist(s);
    s->data.placements_usable = false;
}

static void coming_back(struct scene *s)
{
    s->context.direction = DIRECTION_RETURN;
}

static void coming_back_with_everything_wrong(struct scene *s)
{
    expired_yesterday(s);
    cancelled(s);
    another_destination(s);
    never_filled(s);
    several(s);
    s->match.grade = MATCH_CONFLICT;
    coming_back(s);
}

static void coming_back_unknown(struct scene *s)
{
    nothing_found(s);
    coming_back(s);
}

static void coming_back_held(struct scene *s)
{
    by_name_only(s);
    held(s);
    coming_back(s);
}

static void coming_back_clock_unknown(struct scene *s)
{
    coming_back(s);
    clock_unknown(s);
}

/* ---- the table ----------------------------------------------------------------------------- */

#define NAME  "RAHMAWATI SITI NURHALIZA"
#define AS_OF "2026-11-21T00:00:00Z"

struct row {
    const char *says;
    void (*change)(struct scene *s);
    enum verdict_result result;
    const char *reasons;          /* all of them, in order */
    const char *found, *expected; /* of the first */
};

static const struct row rows[] = {
    {"a matching placement clears", as_it_is, VERDICT_CLEAR, "R001", "", ""},
    {"on leave clears as R002", on_leave, VERDICT_CLEAR, "R002", "", ""},
    {"re-entry clears as R002", reentry, VERDICT_CLEAR, "R002", "", ""},
    {"active clears", active, VERDICT_CLEAR, "R001", "", ""},

    {"nothing found refers", nothing_found, VERDICT_REFER, "R010", AS_OF, ""},
    {"a tourist, category chosen, clears", tourist, VERDICT_CLEAR, "R003", "TOUR", ""},
    {"declaring a tour is not a category", tourist_of_no_category, VERDICT_REFER, "R010", AS_OF,
     ""},
    {"category WORK is a worker without record", category_work, VERDICT_REFER, "R010", AS_OF, ""},
    {"category LEAVE_RETURN too", category_leave, VERDICT_REFER, "R010", AS_OF, ""},
    {"category CREW too", category_crew, VERDICT_REFER, "R010", AS_OF, ""},
    {"a category does not hide a placement", worker_called_tourist, VERDICT_CLEAR, "R001", "", ""},

    {"a near name refers", near_name, VERDICT_REFER, "R011", NAME, "RACHMAWATI SITI"},
    {"a near name against the full name", near_name_full_only, VERDICT_REFER, "R011", NAME,
     "Siti Nurhaliza Rahmawati"},
    {"another birth date conflicts", conflict_birth, VERDICT_REFER, "R012", "1998-04-12",
     "1998-04-13"},
    {"another sex conflicts", conflict_sex, VERDICT_REFER, "R012", "F", "M"},
    {"another name conflicts", conflict_name, VERDICT_REFER, "R012", NAME, "LESTARI PUTRI"},
    {"the old number refers", old_number, VERDICT_REFER, "R013 R001", "X0000001", "X7777777"},
    {"found by name refers", by_name_only, VERDICT_REFER, "R013 R001", "X0000001", "X7777777"},
    {"several valid placements refer", several, VERDICT_REFER, "R014 R001", "PMI-2026-000001", ""},

    {"in process is not ready", in_process, VERDICT_REFER, "R015 R001", "IN_PROCESS", ""},
    {"departed has left already", departed, VERDICT_REFER, "R015 R001", "DEPARTED", ""},
    {"completed is over", completed, VERDICT_REFER, "R015 R001", "COMPLETED", ""},
    {"suspended is not valid", suspended, VERDICT_REFER, "R015 R001", "SUSPENDED", ""},
    {"an unknown status never clears", status_unknown, VERDICT_REFER, "R015 R001", "UNKNOWN", ""},
    {"cancelled stops", cancelled, VERDICT_STOP, "R016 R001", "CANCELLED", ""},
    {"revoked stops", revoked, VERDICT_STOP, "R016 R001", "REVOKED", ""},

    {"a window that begins today is open", window_begins_today, VERDICT_CLEAR, "R001", "", ""},
    {"one that begins tomorrow is not", window_begins_tomorrow, VERDICT_REFER, "R017 R001",
     "2026-11-21", "2026-11-22"},
    {"a window that ends today is open", window_ends_today, VERDICT_CLEAR, "R001", "", ""},
    {"one that ended yesterday is not", window_ended_yesterday, VERDICT_REFER, "R017 R001",
     "2026-11-21", "2026-11-20"},
    {"without a window every day will do", no_window, VERDICT_CLEAR, "R001", "", ""},
    {"another destination refers", another_destination, VERDICT_REFER, "R018 R001", "SGP", "TWN"},
    {"no destination set is not another", no_destination, VERDICT_CLEAR, "R001", "", ""},
    {"a hold refers", held, VERDICT_REFER, "R075 R001", "FAMILY_REPORT", ""},

    {"placements of exactly 72 hours are fresh", placements_at_limit, VERDICT_CLEAR, "R001", "",
     ""},
    {"a second more is stale", placements_beyond_limit, VERDICT_REFER, "R019 R001",
     "2026-11-17T23:59:59Z", "72"},
    {"a remote site's limit is its own", placements_beyond_limit_remote, VERDICT_CLEAR, "R001", "",
     ""},
    {"and is kept", remote_beyond_limit, VERDICT_REFER, "R019 R001", "2026-08-22T23:59:59Z",
     "2160"},
    {"lists of exactly 24 hours are fresh", lists_at_limit, VERDICT_CLEAR, "R001", "", ""},
    {"lists of a second more are stale", lists_beyond_limit, VERDICT_REFER, "R019 R001",
     "2026-11-19T23:59:59Z", "24"},
    {"data of no time are stale", never_filled, VERDICT_REFER, "R019 R001", "", "72"},

    {"a document that ends today is valid today", expires_today, VERDICT_REFER, "R021 R001",
     "2026-11-21", "2027-05-21"},
    {"one that ended yesterday stops", expired_yesterday, VERDICT_STOP, "R020 R021 R001",
     "2026-11-20", "2026-11-21"},
    {"six months less a day refers", expires_in_6_months_less_a_day, VERDICT_REFER, "R021 R001",
     "2027-05-20", "2027-05-21"},
    {"six months to the day clears", expires_in_6_months, VERDICT_CLEAR, "R001", "", ""},
    {"a day of this month that is not known refers", expires_some_day_this_month, VERDICT_REFER,
     "R021 R001", "2026-11-00", "2027-05-21"},
    {"a day of last month stops", expired_some_day_last_month, VERDICT_STOP, "R020 R021 R001",
     "2026-10-00", "2026-11-21"},
    {"a day of last year stops", expired_some_day_last_year, VERDICT_STOP, "R020 R021 R001",
     "2025-00-00", "2026-11-21"},
    {"a day of 2030 is late enough", expires_some_day_in_2030, VERDICT_CLEAR, "R001", "", ""},
    {"an unknown expiry refers", expiry_unknown, VERDICT_REFER, "R021 R001", "", "2027-05-21"},

    {"18 today may work", eighteen_today, VERDICT_REFER, "R010", AS_OF, ""},
    {"18 tomorrow may not", eighteen_tomorrow, VERDICT_STOP, "R030 R010", "17", "18"},
    {"nor as crew", eighteen_tomorrow_as_crew, VERDICT_STOP, "R030 R010", "17", "18"},
    {"but may travel", eighteen_tomorrow_as_tourist, VERDICT_REFER, "R010", AS_OF, ""},
    {"a year that leaves 18 open never clears, and does not stop", born_some_day_in_2008,
     VERDICT_REFER, "R010 R093", AS_OF, ""},
    {"a year that is early enough", born_some_day_in_2007, VERDICT_REFER, "R010", AS_OF, ""},
    {"a year that is too late", born_some_day_in_2009, VERDICT_STOP, "R030 R010", "17", "18"},
    {"an unknown birth date", birth_unknown, VERDICT_REFER, "R010 R093", AS_OF, ""},

    {"an unknown clock never clears", clock_unknown, VERDICT_REFER, "R093 R001", "clock", ""},
    {"a clock set by a supervisor may", clock_set_by_hand, VERDICT_CLEAR, "R001", "", ""},
    {"no policy never clears", no_policy, VERDICT_REFER, "R093 R001", "policy", ""},
    {"no cache: nothing was looked up, so nothing is said to be missing", no_cache, VERDICT_REFER,
     "R019 R093", "", "24"},
    {"no cache: nor is a tourist cleared", no_cache_tourist, VERDICT_REFER, "R093", "placements",
     ""},

    {"a return is recorded", coming_back, VERDICT_CLEAR, "R004", "", ""},
    {"whatever is wrong", coming_back_with_everything_wrong, VERDICT_CLEAR, "R004", "", ""},
    {"and whoever it is", coming_back_unknown, VERDICT_CLEAR, "R004", "", ""},
    {"a hold is told on return, however found", coming_back_held, VERDICT_REFER, "R075 R004",
     "FAMILY_REPORT", ""},
    {"an unknown clock never clears a return", coming_back_clock_unknown, VERDICT_REFER,
     "R093 R004", "clock", ""},
};

static void list_reasons(const struct verdict *verdict, char out[128])
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < verdict->n_reasons; i++) {
        char text[REASON_TEXT_LEN];
        reason_format(verdict->reasons[i].code, text);
        len += (size_t)snprintf(out + len, 128 - len, "%s%s", i ? " " : "", text);
    }
}

static void test_every_rule_on_both_sides(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene = scene_ordinary();
        rows[i].change(&scene);
        struct verdict verdict = scene_judge(&scene);
        char said[128];
        list_reasons(&verdict, said);
        if (verdict.result != rows[i].result || strcmp(said, rows[i].reasons) != 0)
            fail_msg("%s: %s %s", rows[i].says, verdict_name(verdict.result), said);
        if (strcmp(verdict.reasons[0].found, rows[i].found) != 0 ||
            strcmp(verdict.reasons[0].expected, rows[i].expected) != 0)
            fail_msg("%s: \"%s\", \"%s\"", rows[i].says, verdict.reasons[0].found,
                     verdict.reasons[0].expected);
    }
}

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

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(verdict_name(VERDICT_CLEAR), "SESUAI");
    assert_string_equal(verdict_name(VERDICT_REFER), "RUJUK");
    assert_string_equal(verdict_name(VERDICT_STOP), "TUNDA");
    assert_string_equal(verdict_name((enum verdict_result)9), "RUJUK");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_on_both_sides),
        cmocka_unit_test(test_contract_cases),
        cmocka_unit_test(test_colours_of_policy),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
