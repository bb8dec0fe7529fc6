/* context: every enum value has a name that leads back to it, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "context.h"

static void test_names_lead_back(void **state)
{
    (void)state;
    for (int i = 0; i < PURPOSE_COUNT; i++) {
        enum purpose purpose = PURPOSE_COUNT;
        assert_true(purpose_parse(purpose_name((enum purpose)i), &purpose));
        assert_int_equal(purpose, i);
    }
    for (int i = DIRECTION_DEPARTURE; i <= DIRECTION_RETURN; i++) {
        enum direction direction;
        assert_true(direction_parse(direction_name((enum direction)i), &direction));
        assert_int_equal(direction, i);
    }
    for (int i = CARRIER_NONE; i <= CARRIER_LAND; i++) {
        enum carrier_kind kind;
        assert_true(carrier_kind_parse(carrier_kind_name((enum carrier_kind)i), &kind));
        assert_int_equal(kind, i);
    }
}

static void test_words_of_the_formats(void **state)
{
    (void)state;
    assert_string_equal(purpose_name(PURPOSE_NONE), "NONE");
    assert_string_equal(purpose_name(PURPOSE_WORK), "WORK");
    assert_string_equal(purpose_name(PURPOSE_OTHER), "OTHER");
    assert_string_equal(direction_name(DIRECTION_RETURN), "RETURN");
    assert_string_equal(carrier_kind_name(CARRIER_SEA), "SEA");
}

static void test_anything_else_is_refused(void **state)
{
    (void)state;
    enum purpose purpose = PURPOSE_CREW;
    assert_false(purpose_parse("work", &purpose));
    assert_false(purpose_parse("", &purpose));
    assert_false(purpose_parse("WORKER", &purpose));
    assert_int_equal(purpose, PURPOSE_CREW);
    enum direction direction;
    assert_false(direction_parse("NONE", &direction));
    enum carrier_kind kind;
    assert_false(carrier_kind_parse("ROCKET", &kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_lead_back),
        cmocka_unit_test(test_words_of_the_formats),
        cmocka_unit_test(test_anything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
