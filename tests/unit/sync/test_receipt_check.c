/* Which receipts are believed, and what they say about our history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "receipt_check.h"
#include "test_keys.h"

static const struct receipt good = {
    .kiosk = "CGK-03-0412",
    .epoch = 1,
    .next = 43,
    .head = {0xaa, 0xbb},
    .registry_ms = 1795250228000,
    .nonce = {1, 2, 3},
};

static struct sign_key *keys[2];
static struct verify_key *public_key;

static struct receipt_terms terms(void)
{
    return (struct receipt_terms){.key = public_key, .kiosk = "CGK-03-0412", .nonce = {1, 2, 3}};
}

static struct span sealed(const struct sign_key *key, const struct receipt *receipt)
{
    static uint8_t envelope[RECEIPT_MAX];
    uint8_t payload[RECEIPT_MAX];
    size_t payload_len, len;
    assert_int_equal(receipt_encode(receipt, payload, sizeof payload, &payload_len), ERR_OK);
    assert_int_equal(cose_seal(key, span_of(payload, payload_len), envelope, sizeof envelope, &len),
                     ERR_OK);
    return span_of(envelope, len);
}

static void a_receipt_for_this_request_is_believed(void **state)
{
    (void)state;
    const struct receipt_terms t = terms();
    struct receipt out;
    const char *why = NULL;
    assert_int_equal(receipt_open(&t, sealed(keys[0], &good), &out, &why), ERR_OK);
    assert_int_equal(out.next, 43);
    assert_memory_equal(out.head, good.head, SIGN_HASH_LEN);
}

static void refuse(const char *proves, struct span envelope, enum err expected, const char *words)
{
    const struct receipt_terms t = terms();
    struct receipt out = {.next = 7};
    const char *why = NULL;
    const enum err err = receipt_open(&t, envelope, &out, &why);
    if (err != expected || !why || strcmp(why, words) != 0)
        fail_msg("%s: %s, %s", proves, err_text(err), why);
    assert_int_equal(out.next, 7);
}

static void others_are_not(void **state)
{
    (void)state;
    refuse("another key's signature", sealed(keys[1], &good), ERR_AUTH,
           "the receipt is not signed by the registry's receipt key");

    struct receipt receipt = good;
    receipt.nonce[15] = 1;
    refuse("an answer to another request, played again", sealed(keys[0], &receipt), ERR_AUTH,
           "the receipt is not for this request");

    receipt = good;
    strcpy(receipt.kiosk, "CGK-03-0413");
    refuse("another kiosk's", sealed(keys[0], &receipt), ERR_AUTH,
           "the receipt is for another kiosk");

    refuse("no receipt at all", span_of_text("<html>"), ERR_INVALID, "the answer is no receipt");
    refuse("nothing", span_of(NULL, 0), ERR_INVALID, "the answer is no receipt");

    uint8_t changed[RECEIPT_MAX];
    const struct span whole = sealed(keys[0], &good);
    for (size_t i = 0; i < whole.len; i++) {
        const struct receipt_terms t = terms();
        struct receipt out;
        const char *why;
        memcpy(changed, whole.p, whole.len);
        changed[i] ^= 1;
        assert_int_not_equal(receipt_open(&t, span_of(changed, whole.len), &out, &why), ERR_OK);
    }
}

static int make_keys(void **state)
{
    (void)state;
    keys[0] = test_key(0);
    keys[1] = test_key(1);
    public_key = test_public_key(keys[0]);
    return 0;
}

static int drop_keys(void **state)
{
    (void)state;
    sign_key_close(keys[0]);
    sign_key_close(keys[1]);
    verify_key_close(public_key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_receipt_for_this_request_is_believed),
        cmocka_unit_test(others_are_not),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
