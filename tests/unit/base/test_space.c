/* Levels of a disk that fills, and empties. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "space.h"

static const struct {
    const char *proves;
    enum space_level before;
    unsigned percent;
    enum space_level after;
} rows[] = {
    {"an empty disk is enough", SPACE_UNKNOWN, 0, SPACE_ENOUGH},
    {"just below half is enough", SPACE_UNKNOWN, 49, SPACE_ENOUGH},
    {"half begins at 50", SPACE_ENOUGH, 50, SPACE_HALF},
    {"just below 80 is half", SPACE_HALF, 79, SPACE_HALF},
    {"little begins at 80", SPACE_HALF, 80, SPACE_LITTLE},
    {"just below 95 is little", SPACE_LITTLE, 94, SPACE_LITTLE},
    {"full begins at 95", SPACE_LITTLE, 95, SPACE_FULL},
    {"a start finds the level that is there", SPACE_UNKNOWN, 96, SPACE_FULL},
    {"levels may be jumped over", SPACE_ENOUGH, 100, SPACE_FULL},
    {"a little room ends no level", SPACE_FULL, 93, SPACE_FULL},
    {"more room does", SPACE_FULL, 92, SPACE_LITTLE},
    {"... and for each level alike", SPACE_LITTLE, 78, SPACE_LITTLE},
    {"... little", SPACE_LITTLE, 77, SPACE_HALF},
    {"... half", SPACE_HALF, 48, SPACE_HALF},
    {"... and enough", SPACE_HALF, 47, SPACE_ENOUGH},
    {"much room ends all at once", SPACE_FULL, 3, SPACE_ENOUGH},
};

static void levels_rise_at_once_and_fall_when_it_is_clearly_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (space_level_after(rows[i].before, rows[i].percent) != rows[i].after)
            fail_msg("%s", rows[i].proves);
}

static void percents_are_rounded_up_and_never_beyond_a_hundred(void **state)
{
    (void)state;
    assert_int_equal(space_percent(&(struct space){0, 1000}), 0);
    assert_int_equal(space_percent(&(struct space){1, 1000}), 1);
    assert_int_equal(space_percent(&(struct space){500, 1000}), 50);
    assert_int_equal(space_percent(&(struct space){949, 1000}), 95);
    assert_int_equal(space_percent(&(struct space){1000, 1000}), 100);
    assert_int_equal(space_percent(&(struct space){2000, 1000}), 100);
    assert_int_equal(space_percent(&(struct space){0, 0}), 100);
    assert_int_equal(space_percent(&(struct space){UINT64_MAX / 2, UINT64_MAX}), 50);
}

static void a_file_that_is_not_there_is_on_no_disk(void **state)
{
    (void)state;
    struct space space;
    assert_int_equal(space_look("/nowhere/at/all", &space), ERR_MISSING);
    assert_int_equal(space_look("/", &space), ERR_OK);
    assert_true(space.total > 0);
}

static void little_room_is_an_alarm_but_for_the_desk(void **state)
{
    (void)state;
    assert_false(space_is_alarm(SPACE_UNKNOWN, false));
    assert_false(space_is_alarm(SPACE_HALF, false));
    assert_true(space_is_alarm(SPACE_LITTLE, false));
    assert_false(space_is_alarm(SPACE_LITTLE, true));
    assert_true(space_is_alarm(SPACE_FULL, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_rise_at_once_and_fall_when_it_is_clearly_over),
        cmocka_unit_test(percents_are_rounded_up_and_never_beyond_a_hundred),
        cmocka_unit_test(little_room_is_an_alarm_but_for_the_desk),
        cmocka_unit_test(a_file_that_is_not_there_is_on_no_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
