/* date: calendar arithmetic on both sides of every month's, leap year's and zone's edge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "date.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct date day(const char *text)
{
    struct date date;
    if (!date_parse(text, &date))
        fail_msg("%s is no date", text);
    return date;
}

static void assert_date(const char *says, struct date got, const char *expected)
{
    char text[DATE_TEXT_LEN];
    date_format(got, text);
    if (strcmp(text, expected) != 0)
        fail_msg("%s: got %s, expected %s", says, text, expected);
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        const char *says, *text;
        bool valid;
    } rows[] = {
        {"an ordinary day is read", "2026-11-21", true},
        {"29 February of a leap year is a day", "2028-02-29", true},
        {"29 February of another year is none", "2026-02-29", false},
        {"a century is no leap year", "1900-02-29", false},
        {"a fourth century is", "2000-02-29", true},
        {"30 February is none", "2028-02-30", false},
        {"31 April is none", "2026-04-31", false},
        {"day 0 is none", "2026-04-00", false},
        {"month 0 is none", "2026-00-10", false},
        {"month 13 is none", "2026-13-10", false},
        {"year 0 is none", "0000-01-01", false},
        {"the last year is read", "9999-12-31", true},
        {"one digit for a month is refused", "2026-1-21", false},
        {"a space for a digit is refused", "2026- 1-21", false},
        {"a sign for a digit is refused", "2026-+1-21", false},
        {"slashes are refused", "2026/11/21", false},
        {"something behind it is refused", "2026-11-21Z", false},
        {"nothing is refused", "", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct date date = {1, 2, 3};
        if (date_parse(rows[i].text, &date) != rows[i].valid)
            fail_msg("%s", rows[i].says);
        if (rows[i].valid)
            assert_date(rows[i].says, date, rows[i].text);
        else if (date_compare(date, (struct date){1, 2, 3}) != 0)
            fail_msg("%s: the output was touched", rows[i].says);
    }
}

static void test_known_and_order(void **state)
{
    (void)state;
    assert_false(date_known((struct date){0}));
    assert_true(date_known((struct date){1991, 0, 0}));
    assert_false(date_valid((struct date){1991, 0, 0}));
    assert_false(date_valid((struct date){1991, 4, 0}));
    assert_true(date_compare(day("2026-11-20"), day("2026-11-21")) < 0);
    assert_true(date_compare(day("2026-12-01"), day("2026-11-21")) > 0);
    assert_true(date_compare(day("2027-01-01"), day("2026-12-31")) > 0);
    assert_int_equal(date_compare(day("2026-11-21"), day("2026-11-21")), 0);
}

static void test_days_round_trip(void **state)
{
    (void)state;
    assert_int_equal(date_to_days(day("1970-01-01")), 0);
    assert_int_equal(date_to_days(day("1969-12-31")), -1);
    assert_int_equal(date_to_days(day("2000-03-01")), 11017);
    assert_int_equal(date_to_days(day("2026-11-21")), 20778);
    struct date last = day("0001-01-01");
    for (int32_t d = date_to_days(last) + 1; d <= date_to_days(day("9999-12-31")); d++) {
        struct date date = date_from_days(d);
        if (!date_valid(date) || date_compare(last, date) >= 0 || date_to_days(date) != d)
            fail_msg("day %d does not come back", (int)d);
        last = date;
    }
    assert_false(date_known(date_from_days(INT32_MIN)));
    assert_false(date_known(date_from_days(INT32_MAX)));
}

static void test_add_months(void **state)
{
    (void)state;
    static const struct {
        const char *says, *from;
        int months;
        const char *expected;
    } rows[] = {
        {"six months later is the same day", "2026-11-21", 6, "2027-05-21"},
        {"no months change nothing", "2026-11-21", 0, "2026-11-21"},
        {"31 August clips to 28 February", "2026-08-31", 6, "2027-02-28"},
        {"and to 29 in a leap year", "2027-08-31", 6, "2028-02-29"},
        {"31 March clips to 30 September", "2026-03-31", 6, "2026-09-30"},
        {"December rolls the year", "2026-12-31", 1, "2027-01-31"},
        {"beyond the last year stays at its end", "9999-12-01", 12, "9999-12-31"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_date(rows[i].says, date_add_months(day(rows[i].from), rows[i].months),
                    rows[i].expected);
}

static void test_age(void **state)
{
    (void)state;
    static const struct {
        const char *says, *birth, *on;
        int age;
    } rows[] = {
        {"the day before the birthday is a year less", "2008-11-22", "2026-11-21", 17},
        {"the birthday itself counts", "2008-11-21", "2026-11-21", 18},
        {"the day after counts", "2008-11-20", "2026-11-21", 18},
        {"born 29 February: 28 February is not the birthday", "2008-02-29", "2026-02-28", 17},
        {"born 29 February: 1 March is", "2008-02-29", "2026-03-01", 18},
        {"born 29 February: in a leap year the day itself is", "2008-02-29", "2028-02-29", 20},
        {"born today is 0", "2026-11-21", "2026-11-21", 0},
        {"born tomorrow is below 0", "2026-11-22", "2026-11-21", -1},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (date_age_years(day(rows[i].birth), day(rows[i].on)) != rows[i].age)
            fail_msg("%s", rows[i].says);
}

static void test_wall(void **state)
{
    (void)state;
    const int64_t hour_ms = 3600000;
    static const struct {
        const char *says;
        int64_t day_ms_offset; /* from 2026-11-21T00:00:00Z */
        enum clock_zone zone;
        const char *expected;
    } rows[] = {
        {"WIB: 16:59:59.999 UTC is still today", 17 * 3600000 - 1, CLOCK_WIB, "2026-11-21"},
        {"WIB: 17:00 UTC is tomorrow", 17 * 3600000, CLOCK_WIB, "2026-11-22"},
        {"WITA: 16:00 UTC is tomorrow", 16 * 3600000, CLOCK_WITA, "2026-11-22"},
        {"WIT: 15:00 UTC is tomorrow", 15 * 3600000, CLOCK_WIT, "2026-11-22"},
        {"WIT: just before is today", 15 * 3600000 - 1, CLOCK_WIT, "2026-11-21"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_date(rows[i].says,
                    date_of_wall(20778 * 24 * hour_ms + rows[i].day_ms_offset, rows[i].zone),
                    rows[i].expected);
    assert_date("before the epoch the day still rounds down", date_of_wall(-8 * hour_ms, CLOCK_WIB),
                "1969-12-31");
    assert_date("and the zone still counts", date_of_wall(-7 * hour_ms, CLOCK_WIB), "1970-01-01");
    assert_date("a millisecond before", date_of_wall(-7 * hour_ms - 1, CLOCK_WIB), "1969-12-31");
    assert_false(date_known(date_of_wall(INT64_MAX, CLOCK_WIT)));
    assert_false(date_known(date_of_wall(INT64_MIN, CLOCK_WIB)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_known_and_order),
        cmocka_unit_test(test_days_round_trip),
        cmocka_unit_test(test_add_months),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_wall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
