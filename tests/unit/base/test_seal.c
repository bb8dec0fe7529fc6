/* seal: derived keys, boxes and MACs against values made by python3-cryptography and hmac.
 *
 * The storage key is 00 01 .. 1f. RFC 5869's own vectors use other key lengths than ours, so HKDF
 * is checked through what its keys do.
 */
#include "fixture.h"

#include <pthread.h>

#include "seal.h"
#include "sign.h"

/* Nonce a0 .. ab, AES-256-GCM under HKDF("pamit cache seal") of 'a placement' with 'row 7'. */
#define BOX "a0a1a2a3a4a5a6a7a8a9aaab60f28f3b7c7e04e8565493946de3ccb8c25ebeb2207775320f912b"
/* HMAC-SHA-256 under HKDF("pamit cache index") of 'P<IDN X0000001'. */
#define MAC "1e319b16da327ed6bde9533867a0ed345b5e75f0a522d72788d678ffc12efed6"

static struct seal_root *root_load(const char *folder)
{
    char path[FIXTURE_PATH_LEN], why[SEAL_WHY_LEN];
    uint8_t bytes[SEAL_ROOT_LEN];
    struct seal_root *root = NULL;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    fixture_file_write(folder, "storage.key", span_of(bytes, sizeof bytes), 0600, path);
    assert_int_equal(seal_root_load(path, &root, why), ERR_OK);
    return root;
}

static void storage_key_loads_or_says_why(void **state)
{
    static const struct {
        const char *says;
        size_t len;
        mode_t mode;
        enum err want;
        const char *why;
    } rows[] = {
        {"32 bytes of mine", 32, 0600, ERR_OK, ""},
        {"read-only", 32, 0400, ERR_OK, ""},
        {"one byte short", 31, 0600, ERR_INVALID, ": is 31 bytes long, a storage key is 32"},
        {"empty", 0, 0600, ERR_INVALID, ": is 0 bytes long, a storage key is 32"},
        {"one byte long", 33, 0600, ERR_INVALID, ": is longer than 32 bytes"},
        {"my group may read it", 32, 0640, ERR_DENIED, ": its mode is 0640"},
        {"others may read it", 32, 0644, ERR_DENIED, ": its mode is 0644"},
        {"others may write it", 32, 0602, ERR_DENIED, ": its mode is 0602"},
    };
    static const uint8_t bytes[33];
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[FIXTURE_PATH_LEN], why[SEAL_WHY_LEN] = "";
        struct seal_root *root = NULL;
        fixture_file_write(*state, "key", span_of(bytes, rows[i].len), rows[i].mode, path);
        if (seal_root_load(path, &root, why) != rows[i].want || !strstr(why, rows[i].why))
            fail_msg("%s: %s", rows[i].says, why);
        assert_true(!root == (rows[i].want != ERR_OK));
        seal_root_close(root);
    }
    char why[SEAL_WHY_LEN];
    struct seal_root *root = NULL;
    assert_int_equal(seal_root_load("/nonexistent", &root, why), ERR_MISSING);
    assert_string_equal(why, "/nonexistent: No such file or directory");
}

static void a_box_made_elsewhere_opens(void **state)
{
    struct seal_root *root = root_load(*state);
    struct seal_key *key = NULL;
    uint8_t bytes[64], plain[64];
    size_t len = 0;
    assert_int_equal(seal_key_derive(root, "pamit cache seal", &key), ERR_OK);
    seal_root_close(root); /* a derived key lives on without it */
    const struct span box = fixture_hex(BOX, bytes, sizeof bytes);
    assert_int_equal(seal_open(key, span_of_text("row 7"), box, plain, 11, &len), ERR_OK);
    assert_int_equal(len, 11);
    assert_memory_equal(plain, "a placement", 11);
    seal_key_close(key);
}

static void mac_is_the_one_made_elsewhere(void **state)
{
    struct seal_root *root = root_load(*state);
    struct mac_key *key = NULL;
    uint8_t mac[SEAL_MAC_LEN];
    assert_int_equal(mac_key_derive(root, "pamit cache index", &key), ERR_OK);
    mac_compute(key, span_of_text("P<IDN X0000001"), mac);
    fixture_assert_bytes("HMAC under a derived key", span_of(mac, sizeof mac), MAC);
    mac_key_close(key);
    seal_root_close(root);
}

static void labels_give_different_keys(void **state)
{
    struct seal_root *root = root_load(*state);
    struct seal_key *a = NULL, *b = NULL;
    uint8_t box[64], plain[64];
    size_t len;
    assert_int_equal(seal_key_derive(root, "pamit cache seal", &a), ERR_OK);
    assert_int_equal(seal_key_derive(root, "pamit journal wrap", &b), ERR_OK);
    assert_int_equal(seal_box(a, span_of_text(""), span_of_text("secret"), box, sizeof box, &len),
                     ERR_OK);
    assert_int_equal(seal_open(b, span_of_text(""), span_of(box, len), plain, sizeof plain, &len),
                     ERR_AUTH);
    seal_key_close(a);
    seal_key_close(b);
    seal_root_close(root);
}

static void boxes_open_only_as_they_were_sealed(void **state)
{
    (void)state;
    static const uint8_t key_bytes[SEAL_KEY_LEN] = {1};
    const struct span context = span_of_text("entry 7"), plain = span_of_text("a payload");
    struct seal_key *key = NULL;
    uint8_t box[64], again[64], out[64];
    size_t len, again_len, out_len;
    assert_int_equal(seal_key_from_bytes(key_bytes, &key), ERR_OK);
    assert_int_equal(seal_box(key, context, plain, box, sizeof box, &len), ERR_OK);
    assert_int_equal(len, plain.len + SEAL_OVERHEAD);
    assert_int_equal(seal_box(key, context, plain, again, sizeof again, &again_len), ERR_OK);
    assert_memory_not_equal(box, again, len); /* a nonce of its own */
    assert_int_equal(seal_open(key, context, span_of(box, len), out, plain.len, &out_len), ERR_OK);
    assert_int_equal(out_len, plain.len);
    assert_memory_equal(out, plain.p, plain.len);

    out_len = 77;
    for (size_t i = 0; i < len; i++) {
        box[i] ^= 0x80;
        assert_int_equal(seal_open(key, context, span_of(box, len), out, sizeof out, &out_len),
                         ERR_AUTH);
        box[i] ^= 0x80;
        assert_int_equal(seal_open(key, context, span_of(box, i), out, sizeof out, &out_len),
                         ERR_AUTH);
    }
    assert_int_equal(
        seal_open(key, span_of_text("entry 8"), span_of(box, len), out, sizeof out, &out_len),
        ERR_AUTH);
    assert_int_equal(seal_open(key, context, span_of(box, len), out, plain.len - 1, &out_len),
                     ERR_SIZE);
    assert_int_equal(seal_box(key, context, plain, box, len - 1, &out_len), ERR_SIZE);
    assert_int_equal(seal_box(key, context, plain, box, SEAL_OVERHEAD - 1, &out_len), ERR_SIZE);
    assert_int_equal(out_len, 77);
    seal_key_close(key);
}

static void nothing_can_be_sealed_too(void **state)
{
    (void)state;
    static const uint8_t key_bytes[SEAL_KEY_LEN] = {2};
    struct seal_key *key = NULL;
    uint8_t box[SEAL_OVERHEAD], out[1];
    size_t len = 0, out_len = 77;
    assert_int_equal(seal_key_from_bytes(key_bytes, &key), ERR_OK);
    assert_int_equal(seal_box(key, span_of(NULL, 0), span_of(NULL, 0), box, sizeof box, &len),
                     ERR_OK);
    assert_int_equal(seal_open(key, span_of(NULL, 0), span_of(box, len), out, 0, &out_len), ERR_OK);
    assert_int_equal(out_len, 0);
    seal_key_close(key);
}

/* A journal opens a day key per payload it shows: ten thousand in a row must not use anything up.
 */
static void closed_keys_leave_nothing_behind(void **state)
{
    (void)state;
    static const uint8_t key_bytes[SEAL_KEY_LEN] = {3};
    for (int i = 0; i < 10000; i++) {
        struct seal_key *key = NULL;
        assert_int_equal(seal_key_from_bytes(key_bytes, &key), ERR_OK);
        seal_key_close(key);
    }
}

/* mbedTLS 2.28 has room for 32 keys, 3.6 makes room; either way a refused key costs nothing. */
static void a_key_too_many_is_refused_and_harmless(void **state)
{
    (void)state;
    static const uint8_t key_bytes[SEAL_KEY_LEN] = {4};
    struct seal_key *keys[100] = {0};
    size_t n_open = 0;
    enum err err = ERR_OK;
    while (n_open < LENGTH(keys) && !err) {
        err = seal_key_from_bytes(key_bytes, &keys[n_open]);
        n_open += !err;
    }
    assert_true(n_open >= 32);
    assert_true(n_open == LENGTH(keys) ? err == ERR_OK : err == ERR_MEMORY && !keys[n_open]);
    for (size_t i = 0; i < n_open; i++)
        seal_key_close(keys[i]);
    assert_int_equal(seal_key_from_bytes(key_bytes, &keys[0]), ERR_OK);
    seal_key_close(keys[0]);
}

/* A thread's own keys: opens one, uses it, closes it, again and again. NULL if all went well. */
static void *keys_use(void *byte)
{
    uint8_t key_bytes[SEAL_KEY_LEN];
    memset(key_bytes, *(const uint8_t *)byte, sizeof key_bytes);
    for (int i = 0; i < 3000; i++) {
        struct seal_key *key = NULL;
        uint8_t box[SEAL_OVERHEAD + 1], plain[1];
        size_t len;
        if (seal_key_from_bytes(key_bytes, &key) != ERR_OK ||
            seal_box(key, span_of(NULL, 0), span_of(byte, 1), box, sizeof box, &len) != ERR_OK ||
            seal_open(key, span_of(NULL, 0), span_of(box, len), plain, 1, &len) != ERR_OK)
            return byte;
        seal_key_close(key);
    }
    return NULL;
}

static void threads_open_and_close_keys_of_their_own(void **state)
{
    (void)state;
    static uint8_t bytes[4] = {1, 2, 3, 4};
    pthread_t threads[LENGTH(bytes)];
    for (size_t i = 0; i < LENGTH(bytes); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, keys_use, &bytes[i]), 0);
    for (size_t i = 0; i < LENGTH(bytes); i++) {
        void *failed = &failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

/* A worker derives keys of the root that its program's loop derives from too. */
static void *root_use(void *user)
{
    for (int i = 0; i < 5000; i++) {
        struct seal_key *key = NULL;
        if (seal_key_derive(user, "label", &key) != ERR_OK)
            return user;
        seal_key_close(key);
    }
    return NULL;
}

static void threads_derive_from_one_root(void **state)
{
    struct seal_root *root = root_load(*state);
    pthread_t threads[4];
    for (size_t i = 0; i < LENGTH(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, root_use, root), 0);
    for (size_t i = 0; i < LENGTH(threads); i++) {
        void *failed = &failed;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    seal_root_close(root);
}

static void random_fills_what_it_is_asked_to(void **state)
{
    (void)state;
    uint8_t a[34] = {0}, b[34] = {0};
    seal_random(a + 1, 32);
    seal_random(b + 1, 32);
    assert_memory_not_equal(a + 1, b + 1, 32);
    assert_true(a[0] == 0 && a[33] == 0);
}

static int group_setup(void **state)
{
    return sign_init() == ERR_OK ? fixture_folder_make(state) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(storage_key_loads_or_says_why),
        cmocka_unit_test(a_box_made_elsewhere_opens),
        cmocka_unit_test(mac_is_the_one_made_elsewhere),
        cmocka_unit_test(labels_give_different_keys),
        cmocka_unit_test(boxes_open_only_as_they_were_sealed),
        cmocka_unit_test(nothing_can_be_sealed_too),
        cmocka_unit_test(closed_keys_leave_nothing_behind),
        cmocka_unit_test(a_key_too_many_is_refused_and_harmless),
        cmocka_unit_test(threads_open_and_close_keys_of_their_own),
        cmocka_unit_test(threads_derive_from_one_root),
        cmocka_unit_test(random_fills_what_it_is_asked_to),
    };
    return cmocka_run_group_tests(tests, group_setup, fixture_folder_remove);
}
