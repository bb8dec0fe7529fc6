/* Receipts: read back as written, bounded, and whole or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "receipt.h"

static const struct receipt sample = {
    .kiosk = "CGK-03-0412",
    .epoch = 1,
    .next = 42,
    .head = {0xaa, 0xbb},
    .registry_ms = 1795250228000,
    .nonce = {1, 2, 3},
    .policy_version = 4,
    .placements_version = 17,
};

static void receipt_reads_back(void **state)
{
    (void)state;
    uint8_t bytes[RECEIPT_MAX];
    size_t len = 0;
    struct receipt back;

    assert_int_equal(receipt_encode(&sample, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(receipt_decode(span_of(bytes, len), &back), ERR_OK);
    assert_string_equal(back.kiosk, sample.kiosk);
    assert_int_equal(back.epoch, 1);
    assert_int_equal(back.next, 42);
    assert_memory_equal(back.head, sample.head, SIGN_HASH_LEN);
    assert_int_equal(back.registry_ms, sample.registry_ms);
    assert_memory_equal(back.nonce, sample.nonce, RECEIPT_NONCE_LEN);
    assert_int_equal(back.policy_version, 4);
    assert_int_equal(back.placements_version, 17);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(receipt_decode(span_of(bytes, cut), &back), ERR_INVALID);
}

static void largest_receipt_fits_with_its_envelope(void **state)
{
    (void)state;
    struct receipt receipt = {.epoch = UINT32_MAX,
                              .next = INT64_MAX,
                              .head = {1},
                              .registry_ms = INT64_MIN,
                              .policy_version = UINT64_MAX,
                              .placements_version = UINT64_MAX,
                              .lists_version = UINT64_MAX};
    uint8_t bytes[RECEIPT_MAX - SIGN_COSE_OVERHEAD];
    size_t len = 0;
    struct receipt back;

    memset(receipt.kiosk, 'K', sizeof receipt.kiosk - 1);
    assert_int_equal(receipt_encode(&receipt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(receipt_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(receipt_encode(&receipt, bytes, len - 1, &len), ERR_SIZE);
}

static void a_receipt_without_lists_is_as_it_was_before_there_were_any(void **state)
{
    (void)state;
    struct receipt with = sample;
    uint8_t bytes[RECEIPT_MAX], longer[RECEIPT_MAX];
    size_t len = 0, longer_len = 0;
    struct receipt back;

    assert_int_equal(receipt_encode(&sample, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(bytes[0], 0xa9); /* a map of nine */
    assert_int_equal(receipt_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.lists_version, 0);
    with.lists_version = 5;
    assert_int_equal(receipt_encode(&with, longer, sizeof longer, &longer_len), ERR_OK);
    assert_int_equal(longer[0], 0xaa);
    assert_memory_equal(longer + 1, bytes + 1, len - 1);
    assert_int_equal(longer_len, len + 2);
    assert_int_equal(receipt_decode(span_of(longer, longer_len), &back), ERR_OK);
    assert_int_equal(back.lists_version, 5);
    longer[longer_len - 1] = 0; /* one receipt has one encoding */
    assert_int_equal(receipt_decode(span_of(longer, longer_len), &back), ERR_INVALID);
    longer[longer_len - 2] = 11;
    longer[longer_len - 1] = 5;
    assert_int_equal(receipt_decode(span_of(longer, longer_len), &back), ERR_INVALID);
}

static void receipts_say_all_or_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *proves;
        uint32_t epoch;
        uint64_t next;
        uint8_t head;
        enum err expected;
    } rows[] = {
        {"a registry that holds nothing says neither epoch nor head", 0, 1, 0, ERR_OK},
        {"one that holds entries says both", 1, 2, 1, ERR_OK},
        {"entries without an epoch", 0, 2, 1, ERR_INVALID},
        {"entries without a head", 1, 2, 0, ERR_INVALID},
        {"a head of nothing", 0, 1, 1, ERR_INVALID},
        {"an epoch of nothing", 1, 1, 0, ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct receipt receipt = {
            .kiosk = "K", .epoch = rows[i].epoch, .next = rows[i].next, .head = {rows[i].head}};
        uint8_t bytes[RECEIPT_MAX];
        size_t len = 0;
        struct receipt back;
        assert_int_equal(receipt_encode(&receipt, bytes, sizeof bytes, &len), ERR_OK);
        if (receipt_decode(span_of(bytes, len), &back) != rows[i].expected)
            fail_msg("%s", rows[i].proves);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receipt_reads_back),
        cmocka_unit_test(largest_receipt_fits_with_its_envelope),
        cmocka_unit_test(a_receipt_without_lists_is_as_it_was_before_there_were_any),
        cmocka_unit_test(receipts_say_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
