/* An event as JSON, where what a kiosk sends is not what a kiosk should. */
#include "event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* NULL: null. */
static void key_check(const struct event *event, const char *key, const char *expected)
{
    json_t *json = event_to_json(event);
    assert_non_null(json);
    const char *text = json_string_value(json_object_get(json, key));
    if (expected ? !text || strcmp(text, expected) != 0 : text != NULL)
        fail_msg("%s is %s, not %s", key, text ? text : "null", expected ? expected : "null");
    json_decref(json);
}

static void a_clock_may_say_anything(void **state)
{
    static const struct {
        int64_t wall_ms;
        const char *expected;
    } rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1795305600999, "2026-11-22T00:00:00Z"},
        {253402300799999, "9999-12-31T23:59:59Z"},
        {253402300800000, NULL},
        {INT64_MAX, NULL},
        {-1, NULL},
        {INT64_MIN, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event event = {.voided = true};
        event.presented_entry.header.time.wall_ms = rows[i].wall_ms;
        key_check(&event, "t_utc", rows[i].expected);
        key_check(&event, "t_presented_utc", rows[i].expected);
    }
}

static void data_may_be_as_of_any_second(void **state)
{
    static const struct {
        int64_t as_of;
        const char *expected;
    } rows[] = {
        {0, NULL}, /* there was none */
        {1, "1970-01-01T00:00:01Z"},
        {253402300799, "9999-12-31T23:59:59Z"},
        {253402300800, NULL},
        {INT64_MAX / 1000 + 1, NULL},
        {INT64_MAX, NULL},
        {INT64_MIN / 1000 - 1, NULL},
        {INT64_MIN, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct event event = {.first_seq = 1};
        event.presented.data.placements_as_of = rows[i].as_of;
        key_check(&event, "cache_as_of", rows[i].expected);
        key_check(&event, "lists_as_of", NULL);
        event.presented.data.lists_as_of = rows[i].as_of;
        key_check(&event, "lists_as_of", rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_may_say_anything),
        cmocka_unit_test(data_may_be_as_of_any_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
