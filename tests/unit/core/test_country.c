/* country: both sides of the list's ends, and what is not of its shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "country.h"

static void test_known(void **state)
{
    (void)state;
    static const char *const known[] = {
        "ABW", "AZE", "BDI", "D",   "DEU", "ETH", "EUE", "GBD", "GBN", "GBO", "GBP", "GBS",
        "GBR", "IDN", "MYS", "RKS", "TWN", "UNA", "UNK", "UNO", "USA", "UTO", "UZB", "XBA",
        "XOM", "XPO", "XXA", "XXB", "XXC", "XXX", "YEM", "ZAF", "ZMB", "ZWE"};
    static const char *const unknown[] = {"",    "<",   "I",   "ID",  "AAA", "ABX", "IDX",
                                          "XXD", "ZZZ", "ZWF", "DD",  "D<<", "idn", "IDNN",
                                          "1DN", "W W", "DN ", "AF ", "N I"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!country_known(known[i]))
            fail_msg("%s is a code", known[i]);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (country_known(unknown[i]))
            fail_msg("\"%s\" is no code", unknown[i]);
}

/* ISO 3166-1 has 249 codes; 27 more are of ICAO Doc 9303 and Kosovo's, Germany's single letter
 * among them. */
static void test_how_many(void **state)
{
    (void)state;
    size_t n = country_known("D");
    for (char a = 'A'; a <= 'Z'; a++)
        for (char b = 'A'; b <= 'Z'; b++)
            for (char c = 'A'; c <= 'Z'; c++)
                n += country_known((const char[]){a, b, c, '\0'});
    assert_int_equal(n, 249 + 27);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_how_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
