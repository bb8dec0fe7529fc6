/* verdict: every rule on both sides of its boundary, with the facts it names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "verdict_changes.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

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

    {"nobody found of too many candidates never clears, whatever the category", tourist_of_many,
     VERDICT_REFER, "R010", AS_OF, ""},
    {"nothing found refers", nothing_found, VERDICT_REFER, "R010", AS_OF, ""},
    {"a tourist, category chosen, clears", tourist, VERDICT_CLEAR, "R003", "TOUR", ""},
    {"declaring a tour is not a category", tourist_of_no_category, VERDICT_REFER, "R010", AS_OF,
     ""},
    {"category WORK is a worker without record", category_work, VERDICT_REFER, "R010", AS_OF, ""},
    {"category LEAVE_RETURN too", category_leave, VERDICT_REFER, "R010", AS_OF, ""},
    {"category CREW too", category_crew, VERDICT_REFER, "R010", AS_OF, ""},
    {"a category does not hide a placement", worker_called_tourist, VERDICT_CLEAR, "R001", "", ""},

    {"a near name refers", near_name, VERDICT_REFER, "R011", "NURHALIZA RAHMAWATI", "RACHMAWATI"},
    {"a near name against the full name", near_name_full_only, VERDICT_REFER, "R011", "RAHMAWATI",
     "RAHMAWATY"},
    {"another birth date conflicts", conflict_birth, VERDICT_REFER, "R012", "1998-04-12",
     "1998-04-13"},
    {"another sex conflicts", conflict_sex, VERDICT_REFER, "R012", "F", "M"},
    {"another name conflicts", conflict_name, VERDICT_REFER, "R012", "NURHALIZA RAHMAWATI SITI",
     "LESTARI PUTRI"},
    {"the old number refers", old_number, VERDICT_REFER, "R013 R001", "X0000001", "X7777777"},
    {"found by NIK refers", by_nik, VERDICT_REFER, "R013 R001", "X0000001", "X7777777"},
    {"found by name refers", by_name_only, VERDICT_REFER, "R013 R001", "X0000001", "X7777777"},
    {"the same number of another country says which", number_of_another_country, VERDICT_REFER,
     "R013 R001", "MYS X0000001", "IDN X0000001"},
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
    {"not asked and without a placement: nobody knows", eighteen_tomorrow_unasked, VERDICT_REFER,
     "R010", AS_OF, ""},
    {"not asked but with a placement: goes to work", eighteen_tomorrow_unasked_with_a_placement,
     VERDICT_STOP, "R030 R001", "17", "18"},
    {"a year that leaves 18 open never clears, and does not stop", born_some_day_in_2008,
     VERDICT_REFER, "R010", AS_OF, ""},
    {"nor if a category says that they are no worker", born_some_day_in_2008_called_tourist,
     VERDICT_REFER, "R010", AS_OF, ""},
    {"who does not declare work may be called a tourist at any age",
     born_some_day_in_2008_as_tourist, VERDICT_CLEAR, "R003", "TOUR", ""},
    {"a year that is early enough", born_some_day_in_2007, VERDICT_REFER, "R010", AS_OF, ""},
    {"a year that is too late", born_some_day_in_2009, VERDICT_STOP, "R030 R010", "17", "18"},
    {"an unknown birth date", birth_unknown, VERDICT_REFER, "R010", AS_OF, ""},
    {"and with a placement", birth_unknown_with_a_placement, VERDICT_REFER, "R012", "",
     "1998-04-12"},

    {"a keyed document refers", keyed, VERDICT_REFER, "R024 R001", "", ""},
    {"whatever colour policy gives it", keyed_green_by_policy, VERDICT_REFER, "R024 R001", "", ""},
    {"also a tourist's", keyed_tourist, VERDICT_REFER, "R024 R003", "", ""},
    {"also on return", keyed_coming_back, VERDICT_REFER, "R024 R004", "", ""},
    {"an identity card is judged like a passport", identity_card, VERDICT_CLEAR, "R001", "", ""},
    {"a crew member's book is a travel document", crew_book, VERDICT_CLEAR, "R001", "", ""},

    {"an unknown clock never clears", clock_unknown, VERDICT_REFER, "R093 R001", "clock", ""},
    {"a clock set by a supervisor may", clock_set_by_hand, VERDICT_CLEAR, "R001", "", ""},
    {"no policy never clears", no_policy, VERDICT_REFER, "R093 R001", "policy", ""},
    {"no cache: nothing was looked up, so nothing is said to be missing", no_cache, VERDICT_REFER,
     "R019 R093", "", "24"},
    {"lists that can't be read never clear, and the placement is judged", no_lists, VERDICT_REFER,
     "R093 R001", "lists", ""},
    {"nor hide what stops", no_lists_and_cancelled, VERDICT_STOP, "R016 R093 R001", "CANCELLED",
     ""},
    {"no tourist is cleared without them", no_lists_tourist, VERDICT_REFER, "R093 R003", "lists",
     ""},
    {"no return is without a word of an open complaint", no_lists_coming_back, VERDICT_REFER,
     "R093 R004", "lists", ""},
    {"without placements nobody asked for them", no_lists_nor_cache, VERDICT_REFER, "R019 R093", "",
     "24"},
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

static void test_every_rule_on_both_sides(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct scene scene = scene_ordinary();
        rows[i].change(&scene);
        struct verdict verdict = scene_judge(&scene);
        char said[SCENE_CODES_LEN];
        scene_codes(&verdict, said);
        if (verdict.result != rows[i].result || strcmp(said, rows[i].reasons) != 0)
            fail_msg("%s: %s %s", rows[i].says, verdict_name(verdict.result), said);
        if (strcmp(verdict.reasons[0].found, rows[i].found) != 0 ||
            strcmp(verdict.reasons[0].expected, rows[i].expected) != 0)
            fail_msg("%s: \"%s\", \"%s\"", rows[i].says, verdict.reasons[0].found,
                     verdict.reasons[0].expected);
    }
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
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
