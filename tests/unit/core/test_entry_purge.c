/* PURGE's payload: what is written is read back, and its bounds hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "entry.h"

static const uint8_t salt[ENTRY_SALT_LEN] = {1};

static void purge_reads_back(void **state)
{
    static struct entry_purge purge = {.n_days = ENTRY_PURGE_DAYS_MAX,
                                       .receipt_next = INT64_MAX,
                                       .receipt_ms = INT64_MAX,
                                       .now_ms = INT64_MAX,
                                       .after_days = UINT32_MAX,
                                       .policy_version = UINT64_MAX};
    static struct entry_purge back;
    uint8_t bytes[ENTRY_ORIGINAL_MAX];
    size_t len;

    (void)state;
    for (size_t i = 0; i < purge.n_days; i++) /* the longest there can be, and days before 1970 */
        purge.day[i] = (struct entry_purge_day){
            .day = -(int64_t)i, .first = INT64_MAX - 1, .last = INT64_MAX, .entries = INT64_MAX};
    assert_int_equal(entry_purge_encode(&purge, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_purge_decode(span_of(bytes, len), &back), ERR_OK);
    assert_memory_equal(&back, &purge, sizeof back);
    assert_int_equal(entry_purge_decode(span_of(bytes, len - 1), &back), ERR_INVALID);
    assert_int_equal(entry_purge_encode(&purge, salt, bytes, len - 1, &len), ERR_SIZE);
}

static void what_proves_the_history_is_kept(void **state)
{
    (void)state;
#define KEPT_ROW(name, value)                                                                      \
    assert_int_equal(entry_kind_is_kept(ENTRY_##name),                                             \
                     ENTRY_##name == ENTRY_EPOCH || ENTRY_##name == ENTRY_PURGE);
    ENTRY_KINDS(KEPT_ROW)
#undef KEPT_ROW
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(purge_reads_back),
        cmocka_unit_test(what_proves_the_history_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
