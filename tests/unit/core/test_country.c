/* country: both sides of the list's ends, and what is not of its shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
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

/* ISO has 249; what a document may carry beside stands for one of them, or for none. */
static void test_iso(void **state)
{
    (void)state;
    static const struct {
        const char *code, *iso;
    } rows[] = {{"IDN", "IDN"}, {"D", "DEU"},   {"DEU", "DEU"}, {"GBR", "GBR"}, {"GBD", "GBR"},
                {"GBN", "GBR"}, {"GBO", "GBR"}, {"GBP", "GBR"}, {"GBS", "GBR"}, {"EUE", NULL},
                {"UNO", NULL},  {"XXA", NULL},  {"XPO", NULL},  {"RKS", NULL},  {"UTO", NULL},
                {"", NULL},     {"ZZZ", NULL},  {"ID", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *iso = country_iso(rows[i].code);
        if (!iso != !rows[i].iso || (iso && strcmp(iso, rows[i].iso) != 0))
            fail_msg("%s is %s", rows[i].code, iso ? iso : "none");
    }
    size_t n = 0;
    for (char a = 'A'; a <= 'Z'; a++)
        for (char b = 'A'; b <= 'Z'; b++)
            for (char c = 'A'; c <= 'Z'; c++) {
                const char code[] = {a, b, c, '\0'};
                n += country_iso(code) == code;
            }
    assert_int_equal(n, 249);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_how_many),
        cmocka_unit_test(test_iso),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
