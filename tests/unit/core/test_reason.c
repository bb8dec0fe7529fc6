/* reason: the whole table against the ministry's list, written here once more on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "reason.h"

/* Code, colour (G A R -), basis (L C D I -). */
static const char list[] =
    "1GD 2GC 3GL 4GL 10AD 11AD 12AD 13AD 14AD 15AC 16RC 17AD 18AC 19AD 20RL 21AL 22RL "
    "23RL 24AD 25AL 26AC 30RL 31AC 32AI 40AC 41RC 42AD 50RC 51AC 52GC 60AL 61AC 62AL "
    "63AL 70AC 71RC 72RC 73RL 74AC 75AC 80AI 81AI 82AI 83AI 84AI 85AI 86RI 87AI 90-- "
    "91G- 92-- 93A- ";

static void test_table_is_the_list(void **state)
{
    (void)state;
    size_t i = 0;
    int taken;
    unsigned code;
    char colour, basis;
    for (const char *p = list; sscanf(p, "%u%c%c %n", &code, &colour, &basis, &taken) == 3;
         p += taken, i++) {
        assert_true(i < reasons_count);
        if (reasons[i].code != code || "-GAR"[reasons[i].colour] != colour ||
            "-LCDI"[reasons[i].basis] != basis)
            fail_msg("R%03u is not as listed", code);
    }
    assert_int_equal(i, reasons_count);
}

static void test_every_reason_has_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < reasons_count; i++) {
        assert_true(strlen(reasons[i].id) > 5);
        assert_true(strlen(reasons[i].en) > 5);
        assert_null(strstr(reasons[i].id, "\xe2\x80\xa6")); /* no placeholder is left */
        assert_ptr_equal(reason_find(reasons[i].code), &reasons[i]);
        assert_true(i == 0 || reasons[i - 1].code < reasons[i].code);
    }
    assert_string_equal(reason_find(3)->id, "Bukan PMI");
    assert_string_equal(reason_find(12)->id, "Identitas bertentangan (lahir/jenis kelamin)");
    assert_null(reason_find(5));
    assert_null(reason_find(0));
}

static void test_text_leads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < reasons_count; i++) {
        char text[REASON_TEXT_LEN];
        uint16_t code;
        reason_format(reasons[i].code, text);
        assert_true(reason_parse(text, &code));
        assert_int_equal(code, reasons[i].code);
    }
    static const char *const refused[] = {"",     "R",    "R1",   "R0010", "r001",
                                          "R005", "R 01", "R-01", "R999",  "X001"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        uint16_t code = 77;
        if (reason_parse(refused[i], &code) || code != 77)
            fail_msg("\"%s\" was taken for a reason", refused[i]);
    }
}

static void test_who_may_give_it(void **state)
{
    (void)state;
    static const uint16_t officers[] = {22, 26, 31, 32, 80, 82, 86, 87, 90, 91, 92};
    for (size_t i = 0; i < sizeof officers / sizeof *officers; i++)
        assert_int_equal(reason_find(officers[i])->origin, REASON_BY_OFFICER);
    assert_int_equal(reason_find(93)->origin, REASON_BY_EITHER);
    assert_int_equal(reason_find(71)->origin, REASON_BY_EITHER);
    assert_int_equal(reason_find(1)->origin, REASON_BY_RULE);
    assert_int_equal(reason_find(24)->origin, REASON_BY_RULE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_the_list),
        cmocka_unit_test(test_every_reason_has_words),
        cmocka_unit_test(test_text_leads_back),
        cmocka_unit_test(test_who_may_give_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
