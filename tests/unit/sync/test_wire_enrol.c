/* Requests and answers of enrolment: what is written is read, and a request proves its entry key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "test_keys.h"
#include "wire_enrol.h"

static struct sign_key *keys[2];

static int setup(void **state)
{
    (void)state;
    keys[0] = test_key(0);
    keys[1] = test_key(1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sign_key_close(keys[0]);
    sign_key_close(keys[1]);
    return 0;
}

static struct wire_enrol request_make(void)
{
    return (struct wire_enrol){
        .kiosk = "CGK-03-0412", .secret = {1, 2, 3}, .csr = span_of_text("a request")};
}

static size_t request_seal(uint8_t out[WIRE_ENROL_MAX])
{
    const struct wire_enrol request = request_make();
    size_t len;
    assert_int_equal(wire_enrol_seal(keys[0], &request, out, WIRE_ENROL_MAX, &len), ERR_OK);
    return len;
}

static void a_request_is_read_as_it_was_sent(void **state)
{
    (void)state;
    uint8_t body[WIRE_ENROL_MAX], point[SIGN_POINT_LEN];
    const struct wire_enrol sent = request_make();
    struct wire_enrol read;
    assert_int_equal(wire_enrol_open(span_of(body, request_seal(body)), &read), ERR_OK);
    assert_string_equal(read.kiosk, sent.kiosk);
    assert_memory_equal(read.secret, sent.secret, sizeof sent.secret);
    assert_int_equal(read.csr.len, sent.csr.len);
    assert_memory_equal(read.csr.p, sent.csr.p, sent.csr.len);
    sign_key_point(keys[0], point);
    assert_memory_equal(read.entry_point, point, sizeof point);
}

static void a_request_under_another_key_proves_nothing(void **state)
{
    (void)state;
    uint8_t body[WIRE_ENROL_MAX];
    struct wire_enrol read;
    const size_t len = request_seal(body);
    sign_key_point(keys[1], body);
    const enum err err = wire_enrol_open(span_of(body, len), &read);
    assert_true(err == ERR_AUTH || err == ERR_INVALID);
}

static void no_bit_of_a_request_may_change(void **state)
{
    (void)state;
    uint8_t body[WIRE_ENROL_MAX];
    struct wire_enrol read;
    const size_t len = request_seal(body);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        body[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (wire_enrol_open(span_of(body, len), &read) == ERR_OK)
            fail_msg("bit %zu", bit);
        body[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < len; cut++)
        assert_int_not_equal(wire_enrol_open(span_of(body, cut), &read), ERR_OK);
}

static const struct {
    const char *proves;
    const char *kiosk;
    bool sound;
} ids[] = {
    {"as they are", "CGK-03-0412", true},
    {"all that is allowed", "aZ09-._", true},
    {"nothing", "", false},
    {"a space", "CGK 03", false},
    {"what a name's parser would take apart", "CGK,CN=SUB", false},
    {"63 characters", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk", true},
    {"64 characters", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl", false},
};

static void an_id_is_harmless_in_a_certificate(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (wire_kiosk_is_sound(ids[i].kiosk) != ids[i].sound)
            fail_msg("%s", ids[i].proves);
}

static struct wire_enrolled answer_make(void)
{
    return (struct wire_enrolled){.kiosk = "CGK-03-0412",
                                  .certificate = span_of_text("a certificate"),
                                  .ca = span_of_text("the CA's"),
                                  .receipt_point = {4, 1},
                                  .policy_point = {4, 2},
                                  .host = "registry.example",
                                  .port = 8443};
}

static void an_answer_is_read_as_it_was_sent(void **state)
{
    (void)state;
    uint8_t bytes[WIRE_ENROLLED_MAX], again[WIRE_ENROLLED_MAX];
    const struct wire_enrolled sent = answer_make();
    struct wire_enrolled read;
    size_t len, again_len;
    assert_int_equal(wire_enrolled_encode(&sent, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(wire_enrolled_decode(span_of(bytes, len), &read), ERR_OK);
    assert_string_equal(read.host, sent.host);
    assert_int_equal(read.port, sent.port);
    assert_int_equal(wire_enrolled_encode(&read, again, sizeof again, &again_len), ERR_OK);
    assert_int_equal(again_len, len);
    assert_memory_equal(again, bytes, len);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_not_equal(wire_enrolled_decode(span_of(bytes, cut), &read), ERR_OK);
}

static void an_answer_without_a_place_to_go_is_none(void **state)
{
    (void)state;
    uint8_t bytes[WIRE_ENROLLED_MAX];
    struct wire_enrolled wrong[4], read;
    size_t len;
    for (size_t i = 0; i < 4; i++)
        wrong[i] = answer_make();
    wrong[0].port = 0;
    memcpy(wrong[1].host, "a/b", 4);
    memcpy(wrong[2].kiosk, "a b", 4);
    wrong[3].certificate = span_of_text("");
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(wire_enrolled_encode(&wrong[i], bytes, sizeof bytes, &len), ERR_OK);
        if (wire_enrolled_decode(span_of(bytes, len), &read) != ERR_INVALID)
            fail_msg("wrong answer %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_read_as_it_was_sent),
        cmocka_unit_test(a_request_under_another_key_proves_nothing),
        cmocka_unit_test(no_bit_of_a_request_may_change),
        cmocka_unit_test(an_id_is_harmless_in_a_certificate),
        cmocka_unit_test(an_answer_is_read_as_it_was_sent),
        cmocka_unit_test(an_answer_without_a_place_to_go_is_none),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
