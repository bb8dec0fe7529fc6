/* policy: parameters both ways, what a kiosk refuses, and who may change which colour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core_samples.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static enum err encode(const struct policy *policy, struct span tables, uint8_t *bytes, size_t size,
                       struct span *out)
{
    struct cbor_writer w;
    cbor_writer_init(&w, bytes, size);
    enum err err = policy_encode(policy, tables, &w);
    return err ? err : cbor_writer_finish(&w, out);
}

static void test_round_trip(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    struct policy policy = sample_policy(), back;
    policy.n_colours = 3;
    policy.colours[1] = policy.colours[2] = policy.colours[0];
    policy.colours[0].code = 62;
    policy.colours[1].code = 1;
    policy.colours[2].code = 13;
    struct span encoded;
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, sizeof bytes, &encoded), ERR_OK);
    assert_int_equal(policy_decode(encoded, NULL, &back), ERR_OK);
    assert_int_equal(back.version, 12);
    assert_int_equal(back.issued, policy.issued);
    assert_int_equal(back.staleness_hours[SITE_ONLINE].placements, 72);
    assert_int_equal(back.staleness_hours[SITE_ONLINE].lists, 24);
    assert_int_equal(back.staleness_hours[SITE_REMOTE].placements, 2160);
    assert_int_equal(back.passport_min_validity_months, 6);
    assert_int_equal(back.min_work_age_years, 18);
    assert_int_equal(back.double_scan_s, 120);
    assert_int_equal(back.payload_after_receipt_days, 30);
    assert_int_equal(back.double_scan_hash_days, 180);
    assert_int_equal(back.n_colours, 3);
    assert_int_equal(back.colours[0].code, 1); /* ascending, as maps are */
    assert_int_equal(back.colours[1].code, 13);
    assert_int_equal(back.colours[2].code, 62);
}

static void test_tables_travel_along(void **state)
{
    (void)state;
    static struct policy_index index;
    static uint8_t bytes[8192];
    struct span tables = sample_policy_tables();
    struct policy policy = sample_policy(), back;
    struct span encoded;
    assert_int_equal(encode(&policy, tables, bytes, sizeof bytes, &encoded), ERR_OK);
    assert_memory_equal(encoded.p + encoded.len - tables.len, tables.p, tables.len);
    assert_int_equal(policy_decode(encoded, &index, &back), ERR_OK);
    assert_ptr_equal(back.tables, &index);
    struct policy_rows rows;
    union policy_row row;
    policy_rows_find(back.tables, POLICY_DESTINATIONS, "KHM", &rows);
    assert_true(policy_rows_next(&rows, &row));
    assert_string_equal(row.destination.legal_ref, "KP2MI advisory");
    assert_int_equal(policy_decode(encoded, NULL, &back), ERR_OK);
    assert_null(back.tables);
    /* A malformed table, {1: "abc"}, is refused with the policy, indexed or not. */
    static const uint8_t bad[] = {0xA1, 0x01, 0x63, 'a', 'b', 'c'};
    assert_int_equal(encode(&policy, span_of(bad, sizeof bad), bytes, sizeof bytes, &encoded),
                     ERR_INVALID);
}

static void test_what_is_not_signed(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    struct span encoded;
    struct policy policy = sample_policy();
    policy.version = 0;
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, sizeof bytes, &encoded), ERR_INVALID);
    policy = sample_policy();
    policy.min_work_age_years = 121;
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, sizeof bytes, &encoded), ERR_INVALID);
    policy = sample_policy();
    policy.n_colours = 2;
    policy.colours[1] = policy.colours[0];
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, sizeof bytes, &encoded), ERR_INVALID);
    policy = sample_policy();
    policy.colours[0].colour = COLOUR_NONE;
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, sizeof bytes, &encoded), ERR_INVALID);
    policy = sample_policy();
    policy.colours[0].code = 1000;
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, sizeof bytes, &encoded), ERR_INVALID);
    policy = sample_policy();
    policy.n_colours = POLICY_COLOURS_MAX + 1;
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, sizeof bytes, &encoded), ERR_INVALID);
    policy = sample_policy();
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, 20, &encoded), ERR_SIZE);
    assert_int_equal(encode(&policy, span_of("\xff", 1), bytes, sizeof bytes, &encoded),
                     ERR_INVALID);
}

static void test_every_cut_and_every_missing_parameter(void **state)
{
    (void)state;
    uint8_t bytes[1024];
    struct policy policy = sample_policy(), out = {.version = 77};
    struct span encoded;
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, sizeof bytes, &encoded), ERR_OK);
    for (size_t len = 0; len < encoded.len; len++)
        assert_int_equal(policy_decode(span_of(bytes, len), NULL, &out), ERR_INVALID);

    for (uint64_t left_out = 1; left_out <= 8; left_out++) {
        uint8_t fewer[1024];
        struct cbor_reader r;
        struct cbor_writer w;
        int64_t previous = -1;
        cbor_reader_init(&r, encoded);
        cbor_writer_init(&w, fewer, sizeof fewer);
        size_t count = cbor_get_map(&r, 99);
        cbor_put_map(&w, count - 1);
        for (size_t i = 0; i < count; i++) {
            uint64_t key = (uint64_t)cbor_get_key(&r, &previous);
            struct span value = cbor_get_raw(&r);
            if (key == left_out)
                continue;
            cbor_put_uint(&w, key);
            cbor_put_raw(&w, value);
        }
        /* Only the colours, key 8, may be missing. */
        enum err err = policy_decode(span_of(fewer, w.len), NULL, &out);
        assert_int_equal(err, left_out == 8 ? ERR_OK : ERR_INVALID);
        assert_int_equal(out.version, left_out == 8 ? 12 : 77);
    }
}

static void test_unknown_parts_are_skipped(void **state)
{
    (void)state;
    uint8_t bytes[1024], more[1100];
    struct policy policy = sample_policy(), out;
    struct span encoded;
    assert_int_equal(encode(&policy, span_of(NULL, 0), bytes, sizeof bytes, &encoded), ERR_OK);
    struct cbor_writer w;
    cbor_writer_init(&w, more, sizeof more);
    cbor_put_map(&w, (size_t)(encoded.p[0] & 0x1F) + 1);
    cbor_put_raw(&w, span_of(encoded.p + 1, encoded.len - 1));
    cbor_put_uint(&w, 4242);
    cbor_put_array(&w, 1);
    cbor_put_text(&w, "of a later version");
    assert_int_equal(policy_decode(span_of(more, w.len), NULL, &out), ERR_OK);
    assert_int_equal(out.version, 12);
}

/* Every reason under every colour a policy may ask for. */
static void test_every_pair_of_colours(void **state)
{
    (void)state;
    for (size_t i = 0; i < reasons_count; i++) {
        struct policy policy = sample_policy();
        policy.n_colours = 0;
        assert_int_equal(policy_colour(&policy, &reasons[i]), reasons[i].colour);
        for (int asked = COLOUR_GREEN; asked <= COLOUR_RED; asked++) {
            policy.n_colours = 1;
            policy.colours[0].code = reasons[i].code;
            policy.colours[0].colour = (enum colour)asked;
            bool red_of_law = reasons[i].basis == BASIS_LAW && reasons[i].colour == COLOUR_RED;
            assert_int_equal(policy_colour(&policy, &reasons[i]), red_of_law ? COLOUR_RED : asked);
        }
    }
    struct policy policy = sample_policy();
    assert_int_equal(policy_colour(&policy, reason_find(20)), COLOUR_RED);
    policy.colours[0].code = 20;
    policy.colours[0].colour = COLOUR_GREEN;
    assert_int_equal(policy_colour(&policy, reason_find(20)), COLOUR_RED);
    assert_int_equal(policy_colour(&policy, reason_find(21)), COLOUR_AMBER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_tables_travel_along),
        cmocka_unit_test(test_what_is_not_signed),
        cmocka_unit_test(test_every_cut_and_every_missing_parameter),
        cmocka_unit_test(test_unknown_parts_are_skipped),
        cmocka_unit_test(test_every_pair_of_colours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
