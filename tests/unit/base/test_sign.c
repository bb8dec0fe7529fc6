/* sign and cose: keys from files, signatures against published ones, envelopes that were altered.
 *
 * The key is the one of RFC 6979 A.2.5, so that its signature of "sample" is known; the envelope
 * was made with python3-cbor2 and python3-cryptography, which share no code with ours. What the two
 * make of each other's fresh envelopes is tests/system/test_cose_independent.py.
 */
#include "fixture.h"

#include "sign.h"
#include "sign_digest.h"

static const char sec1[] = "-----BEGIN EC PRIVATE KEY-----\n"
                           "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
                           "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
                           "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
                           "-----END EC PRIVATE KEY-----\n";

static const char pkcs8[] = "-----BEGIN PRIVATE KEY-----\n"
                            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
                            "Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
                            "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
                            "-----END PRIVATE KEY-----\n";

static const char pkcs8_protected[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiPYvL0+40UWgICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEDwYvI3ZnnKQzG7ZttZ/k2wEgZCZ\n"
    "O9rpi2GqzIsyrIRmwRb5QdBaUPjfxIuBJ/swJ4DX1YGHGBFkRDRpr77cHcL3KV+4\n"
    "2Lp+qhJcDRWZTXJlUcK4m7ontMEloSx9NhvGCnQwMNFjXYHHhHJmrcS9g/6OkdbS\n"
    "H9T487g0GRq/owShTiC14xJN9rYnLzZcMmm1mGR5KhKjiYidIoE4dyozpP0Btd8=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

static const char public[] = "-----BEGIN PUBLIC KEY-----\n"
                             "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
                             "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
                             "-----END PUBLIC KEY-----\n";

static const char p384[] = "-----BEGIN PRIVATE KEY-----\n"
                           "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBrnT2tLhuMHAWxmHW2\n"
                           "ZZ9N4jw7Znvyl7qapHdAeHE32JbVck5McKgl+HLJ6mDS7fWhZANiAATsOk5BW04Z\n"
                           "pFaGGAKfQn+l2pqLxK6S4C4GquUoazAMZN748OqQVYZgZKJUUVSAvBOAFdm3LX1X\n"
                           "JE6o75rAxiGJZwilk2f537n1TKhLPxydsSiLIxw64NT+c0T9JTMmRyA=\n"
                           "-----END PRIVATE KEY-----\n";

static const char public_p384[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE7DpOQVtOGaRWhhgCn0J/pdqai8SukuAu\n"
    "BqrlKGswDGTe+PDqkFWGYGSiVFFUgLwTgBXZty19VyROqO+awMYhiWcIpZNn+d+5\n"
    "9UyoSz8cnbEoiyMcOuDU/nNE/SUzJkcg\n"
    "-----END PUBLIC KEY-----\n";

static const char parameters[] = /* what "openssl ecparam -genkey" puts before the key */
    "-----BEGIN EC PARAMETERS-----\n"
    "BggqhkjOPQMBBw==\n"
    "-----END EC PARAMETERS-----\n";

#define POINT                                                                                      \
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"                           \
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define KEY_ID "b18b86ce1389e46d"
/* 18([<<{1: -7, 4: KEY_ID}>>, {}, 'one entry', signature]) */
#define ENVELOPE_START "d284 4da201260448" KEY_ID " a0 49 6f6e6520656e747279"
#define ENVELOPE_SIGNATURE                                                                         \
    "c196ae91149549ea54aaee14545ab7ba2ab72cca59618b2f53e06d8d465166be"                             \
    "4c0b114aec39dbad5959daee135ae78d49ea7e7e3c5415f81b77a4560594132d"
#define ENVELOPE ENVELOPE_START "5840" ENVELOPE_SIGNATURE

static void key_write(const char *folder, const char *pem, mode_t mode, char *path)
{
    fixture_file_write(folder, "key.pem", span_of_text(pem), mode, path);
}

static struct sign_key *key_load(const char *folder)
{
    char path[FIXTURE_PATH_LEN];
    char why[SIGN_WHY_LEN];
    struct sign_key *key = NULL;
    key_write(folder, pkcs8, 0600, path);
    assert_int_equal(sign_key_load(path, &key, why), ERR_OK);
    return key;
}

static struct verify_key *public_of(const struct sign_key *key)
{
    uint8_t point[SIGN_POINT_LEN];
    struct verify_key *public_key = NULL;
    sign_key_point(key, point);
    assert_int_equal(verify_key_from_point(point, &public_key), ERR_OK);
    return public_key;
}

static void private_keys_load_or_say_why(void **state)
{
    static const struct {
        const char *says;
        const char *pem[2];
        mode_t mode;
        enum err want;
        const char *why; /* after the path */
    } rows[] = {
        {"SEC 1", {sec1, ""}, 0600, ERR_OK, NULL},
        {"PKCS #8", {pkcs8, ""}, 0600, ERR_OK, NULL},
        {"SEC 1 after its parameters", {parameters, sec1}, 0400, ERR_OK, NULL},
        {"readable by its group",
         {pkcs8, ""},
         0640,
         ERR_DENIED,
         ": its mode is 0640, others than its owner may use it; make it 0600"},
        {"readable by others",
         {pkcs8, ""},
         0604,
         ERR_DENIED,
         ": its mode is 0604, others than its owner may use it; make it 0600"},
        {"with a password",
         {pkcs8_protected, ""},
         0600,
         ERR_INVALID,
         ": is protected by a password"},
        {"on another curve",
         {p384, ""},
         0600,
         ERR_INVALID,
         ": holds a private key that is not on the curve P-256"},
        {"a public key", {public, ""}, 0600, ERR_INVALID, ": holds no private key in PEM"},
        {"empty", {"", ""}, 0600, ERR_INVALID, ": holds no private key in PEM"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char pem[1024];
        char path[FIXTURE_PATH_LEN];
        char why[SIGN_WHY_LEN] = "";
        struct sign_key *key = NULL;
        snprintf(pem, sizeof pem, "%s%s", rows[i].pem[0], rows[i].pem[1]);
        key_write(*state, pem, rows[i].mode, path);
        if (sign_key_load(path, &key, why) != rows[i].want || !key != (rows[i].want != ERR_OK))
            fail_msg("%s: %s", rows[i].says, why);
        if (rows[i].why) {
            assert_memory_equal(why, path, strlen(path));
            assert_string_equal(why + strlen(path), rows[i].why);
        } else {
            uint8_t point[SIGN_POINT_LEN];
            sign_key_point(key, point);
            fixture_assert_bytes(rows[i].says, span_of(point, sizeof point), POINT);
        }
        sign_key_close(key);
    }
}

static void files_that_are_none_are_told_apart(void **state)
{
    char path[FIXTURE_PATH_LEN];
    char why[SIGN_WHY_LEN];
    struct sign_key *key = NULL;
    static uint8_t long_file[5000];
    assert_int_equal(sign_key_load("/nonexistent/key.pem", &key, why), ERR_MISSING);
    assert_string_equal(why, "/nonexistent/key.pem: No such file or directory");
    assert_int_equal(sign_key_load(*state, &key, why), ERR_INVALID);
    assert_non_null(strstr(why, ": is not a regular file"));
    snprintf(path, sizeof path, "%s/fifo", (char *)*state);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(sign_key_load(path, &key, why), ERR_INVALID); /* and does not wait for it */
    fixture_file_write(*state, "long", span_of(long_file, sizeof long_file), 0600, path);
    assert_int_equal(sign_key_load(path, &key, why), ERR_INVALID);
    assert_non_null(strstr(why, ": is longer than 4096 bytes"));
    assert_null(key);
}

static void public_keys_load_or_say_why(void **state)
{
    static const struct {
        const char *says;
        const char *pem;
        enum err want;
        const char *why;
    } rows[] = {
        {"SubjectPublicKeyInfo", public, ERR_OK, ""},
        {"on another curve", public_p384, ERR_INVALID, "not on the curve P-256"},
        {"a private key", pkcs8, ERR_INVALID, "holds no public key in PEM"},
        {"noise", "noise", ERR_INVALID, "holds no public key in PEM"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char path[FIXTURE_PATH_LEN];
        char why[SIGN_WHY_LEN] = "";
        struct verify_key *key = NULL;
        key_write(*state, rows[i].pem, 0644, path);
        if (verify_key_load(path, &key, why) != rows[i].want || !strstr(why, rows[i].why))
            fail_msg("%s: %s", rows[i].says, why);
        if (key) {
            uint8_t id[SIGN_KEY_ID_LEN];
            verify_key_id(key, id);
            fixture_assert_bytes(rows[i].says, span_of(id, sizeof id), KEY_ID);
        }
        verify_key_close(key);
    }
}

static void a_point_off_the_curve_is_no_key(void **state)
{
    (void)state;
    uint8_t point[SIGN_POINT_LEN];
    struct verify_key *key = NULL;
    fixture_hex(POINT, point, sizeof point);
    point[SIGN_POINT_LEN - 1] ^= 1;
    assert_int_equal(verify_key_from_point(point, &key), ERR_INVALID);
    memset(point, 0, sizeof point); /* infinity is none either */
    assert_int_equal(verify_key_from_point(point, &key), ERR_INVALID);
    assert_null(key);
}

static void hash_is_sha_256(void **state)
{
    (void)state;
    uint8_t hash[SIGN_HASH_LEN];
    sign_hash(span_of_text("abc"), hash); /* FIPS 180-4's example */
    fixture_assert_bytes("abc", span_of(hash, sizeof hash),
                         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sign_hash(span_of(NULL, 0), hash);
    fixture_assert_bytes("nothing", span_of(hash, sizeof hash),
                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void signature_is_the_one_of_rfc_6979(void **state)
{
    struct sign_key *key = key_load(*state);
    struct verify_key *public_key = public_of(key);
    uint8_t digest[SIGN_HASH_LEN];
    uint8_t signature[SIGN_LEN];
    sign_hash(span_of_text("sample"), digest);
    assert_int_equal(sign_digest(key, digest, signature), ERR_OK);
    fixture_assert_bytes("A.2.5, SHA-256, sample", span_of(signature, sizeof signature),
                         "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                         "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    assert_int_equal(verify_digest(public_key, digest, signature), ERR_OK);
    digest[0] ^= 1;
    assert_int_equal(verify_digest(public_key, digest, signature), ERR_AUTH);
    memset(signature, 0, sizeof signature); /* r = s = 0 once verified anything in some libraries */
    assert_int_equal(verify_digest(public_key, digest, signature), ERR_AUTH);
    verify_key_close(public_key);
    sign_key_close(key);
}

static void payloads_of_all_lengths_go_through(void **state)
{
    static const size_t lens[] = {0, 1, 23, 24, 255, 256, 65535, 65536, 200000};
    static uint8_t payload[200000], room[200000 + SIGN_COSE_OVERHEAD];
    struct sign_key *key = key_load(*state);
    struct verify_key *public_key = public_of(key);
    memset(payload, 0x5a, sizeof payload);
    for (size_t i = 0; i < LENGTH(lens); i++) {
        const struct span in = span_of(payload, lens[i]);
        struct span out;
        size_t len = 0;
        assert_int_equal(cose_seal(key, in, room, lens[i] + SIGN_COSE_OVERHEAD, &len), ERR_OK);
        assert_int_equal(cose_open(public_key, span_of(room, len), &out), ERR_OK);
        assert_int_equal(out.len, lens[i]);
        assert_true(out.p >= room && out.p + out.len <= room + len);
        assert_memory_equal(out.p, payload, lens[i]);
        size_t no_len = 77;
        assert_int_equal(cose_seal(key, in, room, len - 1, &no_len), ERR_SIZE);
        assert_int_equal(no_len, 77);
    }
    verify_key_close(public_key);
    sign_key_close(key);
}

static void envelope_is_rebuilt_from_its_parts(void **state)
{
    struct sign_key *key = key_load(*state);
    struct verify_key *public_key = public_of(key);
    const struct span payload = span_of_text("one entry");
    uint8_t whole[128], joined[128], signature[SIGN_LEN], id[SIGN_KEY_ID_LEN];
    size_t whole_len, joined_len;
    assert_int_equal(cose_seal(key, payload, whole, sizeof whole, &whole_len), ERR_OK);
    assert_int_equal(cose_sign(key, payload, signature), ERR_OK);
    assert_int_equal(cose_check(public_key, payload, signature), ERR_OK);
    assert_int_equal(cose_check(public_key, span_of_text("one entrY"), signature), ERR_AUTH);
    sign_key_id(key, id);
    fixture_assert_bytes("key id", span_of(id, sizeof id), KEY_ID);
    assert_int_equal(cose_join(id, payload, signature, joined, sizeof joined, &joined_len), ERR_OK);
    assert_int_equal(joined_len, whole_len);
    assert_memory_equal(joined, whole, whole_len);
    assert_memory_equal(joined, "\xd2\x84\x4d", 3);
    verify_key_close(public_key);
    sign_key_close(key);
}

static void envelopes_are_judged(void **state)
{
    static const struct {
        const char *says;
        const char *hex;
        enum err want;
    } rows[] = {
        {"made by python3-cbor2 and python3-cryptography", ENVELOPE, ERR_OK},
        {"nothing", "", ERR_INVALID},
        {"another payload",
         "d2844da201260448" KEY_ID "a0496f6e6520656e7472785840" ENVELOPE_SIGNATURE, ERR_AUTH},
        {"another key's id",
         "d2844da201260448b18b86ce1389e46ea0496f6e6520656e7472795840" ENVELOPE_SIGNATURE, ERR_AUTH},
        {"without its tag", "844da201260448" KEY_ID "a0496f6e6520656e7472795840" ENVELOPE_SIGNATURE,
         ERR_INVALID},
        {"tagged as Mac0",
         "d1844da201260448" KEY_ID "a0496f6e6520656e7472795840" ENVELOPE_SIGNATURE, ERR_INVALID},
        {"another algorithm: ES384",
         "d2844ea20138220448" KEY_ID "a0496f6e6520656e7472795840" ENVELOPE_SIGNATURE, ERR_INVALID},
        {"no key id", "d28443a10126a0496f6e6520656e7472795840" ENVELOPE_SIGNATURE, ERR_INVALID},
        {"a short key id",
         "d2844ca201260447b18b86ce1389e4a0496f6e6520656e7472795840" ENVELOPE_SIGNATURE,
         ERR_INVALID},
        {"an unsigned header",
         "d2844da201260448" KEY_ID "a10126496f6e6520656e7472795840" ENVELOPE_SIGNATURE,
         ERR_INVALID},
        {"a detached payload", "d2844da201260448" KEY_ID "a0f65840" ENVELOPE_SIGNATURE,
         ERR_INVALID},
        {"a fifth item",
         "d2854da201260448" KEY_ID "a0496f6e6520656e7472795840" ENVELOPE_SIGNATURE "00",
         ERR_INVALID},
        {"a signature of 63 bytes",
         ENVELOPE_START "583f"
                        "00",
         ERR_INVALID},
        {"bytes left over", ENVELOPE "00", ERR_INVALID},
    };
    struct verify_key *key = NULL;
    uint8_t point[SIGN_POINT_LEN];
    (void)state;
    fixture_hex(POINT, point, sizeof point);
    assert_int_equal(verify_key_from_point(point, &key), ERR_OK);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t bytes[256];
        struct span payload = {0};
        const struct span envelope = fixture_hex(rows[i].hex, bytes, sizeof bytes);
        if (cose_open(key, envelope, &payload) != rows[i].want)
            fail_msg("%s", rows[i].says);
        assert_int_equal(payload.len, rows[i].want ? 0 : strlen("one entry"));
    }
    verify_key_close(key);
}

static void every_altered_or_missing_byte_is_refused(void **state)
{
    (void)state;
    struct verify_key *key = NULL;
    uint8_t point[SIGN_POINT_LEN], bytes[256];
    struct span payload;
    fixture_hex(POINT, point, sizeof point);
    assert_int_equal(verify_key_from_point(point, &key), ERR_OK);
    const struct span envelope = fixture_hex(ENVELOPE, bytes, sizeof bytes);
    for (size_t i = 0; i < envelope.len; i++) {
        bytes[i] ^= 1;
        assert_int_not_equal(cose_open(key, envelope, &payload), ERR_OK);
        bytes[i] ^= 1;
        assert_int_equal(cose_open(key, span_of(bytes, i), &payload), ERR_INVALID);
    }
    verify_key_close(key);
}

static int group_setup(void **state)
{
    return sign_init() == ERR_OK ? fixture_folder_make(state) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(private_keys_load_or_say_why),
        cmocka_unit_test(files_that_are_none_are_told_apart),
        cmocka_unit_test(public_keys_load_or_say_why),
        cmocka_unit_test(a_point_off_the_curve_is_no_key),
        cmocka_unit_test(hash_is_sha_256),
        cmocka_unit_test(signature_is_the_one_of_rfc_6979),
        cmocka_unit_test(payloads_of_all_lengths_go_through),
        cmocka_unit_test(envelope_is_rebuilt_from_its_parts),
        cmocka_unit_test(envelopes_are_judged),
        cmocka_unit_test(every_altered_or_missing_byte_is_refused),
    };
    return cmocka_run_group_tests(tests, group_setup, fixture_folder_remove);
}
