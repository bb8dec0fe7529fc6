/* region: provinces that there are, and numbers that regencies and cities have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "region.h"

static void codes_are_known_by_province_and_number(void **state)
{
    static const struct {
        const char *code;
        bool formed, known;
    } rows[] = {
        {"1101", true, true},    {"3204", true, true},   {"3273", true, true},
        {"2171", true, true},    {"9671", true, true},   {"5369", true, true},
        {"3299", true, true},    {"9999", true, false},  {"0101", true, false},
        {"2001", true, false},   {"2201", true, false},  {"3701", true, false},
        {"4101", true, false},   {"6601", true, false},  {"8301", true, false},
        {"9701", true, false},   {"1001", true, false},  {"3200", true, false},
        {"3270", true, false},   {"", false, false},     {"32", false, false},
        {"32.04", false, false}, {"320", false, false},  {"32041", false, false},
        {"32O4", false, false},  {"-204", false, false}, {" 204", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (region_is_formed(rows[i].code) != rows[i].formed ||
            region_known(rows[i].code) != rows[i].known)
            fail_msg("\"%s\"", rows[i].code);
}

static void there_are_38_provinces(void **state)
{
    int n = 0;
    (void)state;
    for (int province = 0; province < 100; province++) {
        char code[8];
        snprintf(code, sizeof code, "%02d01", province);
        n += region_known(code);
    }
    assert_int_equal(n, 38);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_known_by_province_and_number),
        cmocka_unit_test(there_are_38_provinces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
