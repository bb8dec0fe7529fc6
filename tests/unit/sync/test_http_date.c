/* HTTP's dates: the three forms, and what is none. Expected numbers are GNU date's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_date.h"

#define NONE INT64_MIN

static const struct row {
    const char *proves, *text;
    int64_t seconds;
} rows[] = {
    {"the form that is sent", "Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
    {"RFC 850's", "Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"asctime's", "Sun Nov  6 08:49:37 1994", 784111777},
    {"asctime's, a day of two digits", "Sat Nov 21 22:00:00 2026", 1795298400},
    {"a year of two digits in this century", "Saturday, 21-Nov-26 22:00:00 GMT", 1795298400},
    {"the last of those", "Tuesday, 31-Dec-69 23:59:59 GMT", 3155759999},
    {"the first of the last century's", "Thursday, 01-Jan-70 00:00:01 GMT", 1},
    {"the 29th of February", "Tue, 29 Feb 2028 00:00:00 GMT", 1835395200},
    {"a leap second", "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800},
    {"a year with four digits", "Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},

    {"nothing", "", NONE},
    {"a number", "120", NONE},
    {"no 29th of February", "Sun, 29 Feb 2026 00:00:00 GMT", NONE},
    {"no day 0", "Sun, 00 Nov 1994 08:49:37 GMT", NONE},
    {"no hour 24", "Sun, 06 Nov 1994 24:00:00 GMT", NONE},
    {"no minute 60", "Sun, 06 Nov 1994 08:60:37 GMT", NONE},
    {"no second 61", "Sun, 06 Nov 1994 08:49:61 GMT", NONE},
    {"no such month", "Sun, 06 Nov. 1994 08:49:37 GMT", NONE},
    {"a month that spans two names", "Sun, 06 anF 1994 08:49:37 GMT", NONE},
    {"no such day of the week", "Xxx, 06 Nov 1994 08:49:37 GMT", NONE},
    {"another zone", "Sun, 06 Nov 1994 08:49:37 WIB", NONE},
    {"cut off", "Sun, 06 Nov 1994 08:49:37 GM", NONE},
    {"cut off within a number", "Sun, 06 Nov 1994 08:4", NONE},
    {"more behind it", "Sun, 06 Nov 1994 08:49:37 GMT ", NONE},
    {"a sign", "Sun, +6 Nov 1994 08:49:37 GMT", NONE},
    {"ISO 8601", "1994-11-06T08:49:37Z", NONE},
};

static void a_date_is_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t seconds = NONE;
        const bool is_date = http_date_parse(rows[i].text, &seconds);
        if (is_date != (rows[i].seconds != NONE) || seconds != rows[i].seconds)
            fail_msg("%s: %s gives %lld", rows[i].proves, rows[i].text, (long long)seconds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_date_is_read_or_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
