/* GnuTLS's ES256 beside mbedTLS's: what one signs the other verifies, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "registry_sign.h"
#include "test_keys.h"

#define PAYLOADS 1500 /* a number with a leading zero byte is one in 256 */

struct fixture {
    struct sign_key *key;
    struct verify_key *public_key;
    struct registry_signer *signer;
    uint8_t point[SIGN_POINT_LEN];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char path[] = TEST_KEY_PATH, why[SIGN_WHY_LEN];
    f->key = test_key(0);
    f->public_key = test_public_key(f->key);
    test_key_file(0, path);
    assert_int_equal(registry_signer_load(path, &f->signer, why), ERR_OK);
    unlink(path);
    registry_signer_point(f->signer, f->point);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    registry_signer_close(f->signer);
    verify_key_close(f->public_key);
    sign_key_close(f->key);
    free(f);
    return 0;
}

static struct span payload_of(uint32_t nth, uint8_t room[4])
{
    memcpy(room, &nth, 4);
    return span_of(room, 4);
}

static void both_libraries_make_the_same_signature(void **state)
{
    struct fixture *f = *state;
    uint8_t room[4], ours[SIGN_LEN], theirs[SIGN_LEN], envelope[256];
    struct span payload = payload_of(1, room), opened;
    size_t len;
    assert_int_equal(registry_sign(f->signer, payload, ours), ERR_OK);
    assert_int_equal(cose_sign(f->key, payload, theirs), ERR_OK);
    assert_memory_equal(ours, theirs, sizeof ours);
    assert_int_equal(registry_seal(f->signer, payload, envelope, sizeof envelope, &len), ERR_OK);
    assert_int_equal(cose_open(f->public_key, span_of(envelope, len), &opened), ERR_OK);
    assert_int_equal(opened.len, payload.len);
}

static void numbers_with_leading_zeros_are_read_and_written(void **state)
{
    struct fixture *f = *state;
    unsigned with_zeros = 0;
    for (uint32_t i = 0; i < PAYLOADS; i++) {
        uint8_t room[4], signature[SIGN_LEN];
        const struct span payload = payload_of(i, room);
        assert_int_equal(registry_sign(f->signer, payload, signature), ERR_OK);
        assert_int_equal(registry_check(f->point, payload, signature), ERR_OK);
        if (signature[0] != 0 && signature[SIGN_LEN / 2] != 0)
            continue;
        with_zeros++;
        assert_int_equal(cose_check(f->public_key, payload, signature), ERR_OK);
    }
    assert_in_range(with_zeros, 3, PAYLOADS);
}

static void what_was_not_signed_is_refused(void **state)
{
    /* The order of P-256 (SEC 2 2.4.2): no number of a signature reaches it. */
    static const uint8_t order[] = {0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
                                    0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
    struct fixture *f = *state;
    uint8_t room[4], other[4], good[SIGN_LEN];
    const struct span payload = payload_of(1, room);
    assert_int_equal(registry_sign(f->signer, payload, good), ERR_OK);
    assert_int_equal(registry_check(f->point, payload_of(2, other), good), ERR_AUTH);
    for (size_t bit = 0; bit < 8 * SIGN_LEN; bit += 7) {
        uint8_t bad[SIGN_LEN];
        memcpy(bad, good, sizeof bad);
        bad[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(registry_check(f->point, payload, bad), ERR_AUTH);
    }
    for (size_t half = 0; half < 2; half++) {
        uint8_t bad[SIGN_LEN];
        memcpy(bad, good, sizeof bad);
        memcpy(bad + half * 32, order, sizeof order);
        assert_int_equal(registry_check(f->point, payload, bad), ERR_AUTH);
        memset(bad + half * 32, 0, 32);
        assert_int_equal(registry_check(f->point, payload, bad), ERR_AUTH);
    }
}

static void what_is_no_point_is_corrupt(void **state)
{
    struct fixture *f = *state;
    uint8_t room[4], signature[SIGN_LEN], point[SIGN_POINT_LEN];
    const struct span payload = payload_of(1, room);
    assert_int_equal(registry_sign(f->signer, payload, signature), ERR_OK);
    memcpy(point, f->point, sizeof point);
    point[SIGN_POINT_LEN - 1] ^= 1; /* beside the curve */
    assert_int_equal(registry_check(point, payload, signature), ERR_CORRUPT);
    memset(point, 0xff, sizeof point);
    assert_int_equal(registry_check(point, payload, signature), ERR_CORRUPT);
}

static void a_key_file_is_as_sign_key_load_wants_it(void **state)
{
    struct registry_signer *signer = NULL;
    char path[] = TEST_KEY_PATH, why[SIGN_WHY_LEN] = "";
    (void)state;
    assert_int_equal(registry_signer_load("/tmp/pamit-no-key", &signer, why), ERR_MISSING);
    test_key_file(0, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "no key\n");
    fclose(file);
    assert_int_equal(registry_signer_load(path, &signer, why), ERR_INVALID);
    assert_non_null(strstr(why, path));
    assert_null(signer);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_libraries_make_the_same_signature),
        cmocka_unit_test(numbers_with_leading_zeros_are_read_and_written),
        cmocka_unit_test(what_was_not_signed_is_refused),
        cmocka_unit_test(what_is_no_point_is_corrupt),
        cmocka_unit_test(a_key_file_is_as_sign_key_load_wants_it),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
