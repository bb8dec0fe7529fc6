/* HEALTH about the clock: read back as written, and as any HEALTH; nothing else passes for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "entry_clock.h"

static const uint8_t salt[ENTRY_SALT_LEN] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static const struct entry_clock sample = {.mode = MODE_DESK,
                                          .officer_id = "P-0001",
                                          .wall_ms = 1795250228000,
                                          .role = ROLE_SUPERVISOR,
                                          .second_officer_id = "S-0007"};

static struct span encode(const struct entry_clock *entry, uint8_t bytes[ENTRY_PAYLOAD_MAX])
{
    size_t len = 0;
    assert_int_equal(entry_clock_encode(entry, salt, bytes, ENTRY_PAYLOAD_MAX, &len), ERR_OK);
    return span_of(bytes, len);
}

static void it_reads_back_as_written(void **state)
{
    (void)state;
    uint8_t bytes[ENTRY_PAYLOAD_MAX];
    struct entry_clock back;
    struct entry_health health;
    const struct span payload = encode(&sample, bytes);
    assert_int_equal(entry_clock_decode(payload, &back), ERR_OK);
    assert_int_equal(back.mode, MODE_DESK);
    assert_string_equal(back.officer_id, "P-0001");
    assert_true(back.wall_ms == 1795250228000);
    assert_int_equal(back.role, ROLE_SUPERVISOR);
    assert_string_equal(back.second_officer_id, "S-0007");
    assert_int_equal(entry_health_decode(payload, &health), ERR_OK);
    assert_string_equal(health.what, "clock");
}

static void what_is_no_word_about_the_clock_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    struct entry_clock back = sample;
    const struct entry_health storage = {.what = "storage"};
    assert_int_equal(entry_health_encode(&storage, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_clock_decode(span_of(bytes, len), &back), ERR_INVALID);
    assert_int_equal(entry_clock_decode(span_of(NULL, 0), &back), ERR_INVALID); /* purged */
    const struct entry_health no_time = {.what = ENTRY_CLOCK_WHAT};
    assert_int_equal(entry_health_encode(&no_time, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_clock_decode(span_of(bytes, len), &back), ERR_INVALID);
    struct entry_clock before_1970 = sample;
    before_1970.wall_ms = -1;
    assert_int_equal(entry_clock_encode(&before_1970, salt, bytes, sizeof bytes, &len),
                     ERR_INVALID);
    assert_true(back.wall_ms == sample.wall_ms);
    const struct span payload = encode(&sample, bytes);
    for (size_t cut = 0; cut < payload.len; cut++)
        assert_int_equal(entry_clock_decode(span_of(bytes, cut), &back), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_reads_back_as_written),
        cmocka_unit_test(what_is_no_word_about_the_clock_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
