/* placement: the field table, and CBOR both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core_samples.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct placement_field *field_named(const char *name)
{
    for (size_t i = 0; i < placement_fields_count; i++)
        if (strcmp(placement_fields[i].name, name) == 0)
            return &placement_fields[i];
    fail_msg("no field %s", name);
    return NULL;
}

static struct span encode(const struct placement *placement, uint8_t *bytes, size_t size)
{
    struct cbor_writer w;
    const char *why = "";
    struct span encoded;
    cbor_writer_init(&w, bytes, size);
    if (placement_encode(placement, &w, &why) != ERR_OK)
        fail_msg("not encoded: %s", why);
    assert_int_equal(cbor_writer_finish(&w, &encoded), ERR_OK);
    return encoded;
}

static enum err decode(struct span encoded, struct placement *out)
{
    struct cbor_reader r;
    cbor_reader_init(&r, encoded);
    enum err err = placement_decode(&r, out);
    return err ? err : cbor_reader_finish(&r);
}

static void test_table_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < placement_fields_count; i++) {
        const struct placement_field *field = &placement_fields[i];
        assert_true(i == 0 || placement_fields[i - 1].key < field->key);
        assert_true(field->offset + field->size * field->count <= sizeof(struct placement));
        bool named = field->type == FIELD_ENUM || field->type == FIELD_MASK;
        assert_int_equal(named, field->names != NULL);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(placement_fields[k].name, field->name);
    }
}

static void test_names_are_the_contracts(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        size_t value;
        const char *name;
    } rows[] = {
        {"status", PLACEMENT_READY, "READY"},
        {"status", PLACEMENT_REVOKED, "REVOKED"},
        {"scheme", SCHEME_G2G, "G2G"},
        {"scheme", SCHEME_CREW_FISHING, "CREW_FISHING"},
        {"employer_type", EMPLOYER_VESSEL, "VESSEL"},
        {"hold", HOLD_NONE, "NONE"},
        {"hold", HOLD_FAMILY_REPORT, "FAMILY_REPORT"},
        {"source", SOURCE_COURIER, "COURIER"},
        {"documents", 0, "marital"},
        {"documents", 4, "passport"},
        {"documents", 9, "jkk_jkm"},
        {"documents", 13, "leave_letter"},
        {"flags", 0, "first_time"},
        {"flags", 3, "duplicate_identity"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(field_named(rows[i].field)->names[rows[i].value], rows[i].name);
    assert_null(field_named("documents")->names[14]);
    assert_null(field_named("status")->names[10]);
    assert_string_equal(placement_status_name((enum placement_status)99), "UNKNOWN");
    assert_string_equal(placement_status_name(PLACEMENT_REVOKED), "REVOKED");
    assert_string_equal(placement_scheme_name(SCHEME_CREW_FISHING), "CREW_FISHING");
    assert_string_equal(placement_hold_name(HOLD_FAMILY_REPORT), "FAMILY_REPORT");
}

static void test_round_trip(void **state)
{
    (void)state;
    struct placement placements[SAMPLE_PLACEMENTS];
    sample_placements(placements);
    for (size_t i = 0; i < SAMPLE_PLACEMENTS; i++) {
        uint8_t bytes[PLACEMENT_CBOR_MAX];
        struct placement back;
        memset(&back, 0xAA, sizeof back);
        assert_int_equal(decode(encode(&placements[i], bytes, sizeof bytes), &back), ERR_OK);
        assert_memory_equal(&back, &placements[i], sizeof back);
    }
}

/* Every field at its longest. */
static struct placement fullest(void)
{
    struct placement placement = {0};
    for (size_t i = 0; i < placement_fields_count; i++) {
        const struct placement_field *field = &placement_fields[i];
        char *value = (char *)&placement + field->offset;
        const struct date date = {9999, 12, 31};
        const int64_t time = 253402300799;
        const uint64_t number = INT64_MAX;
        uint32_t small = 0;
        switch (field->type) {
        case FIELD_TEXT:
        case FIELD_CODE:
            memset(value, 'W', field->size - 1);
            break;
        case FIELD_SEX:
            *value = 'X';
            break;
        case FIELD_DATE:
            memcpy(value, &date, sizeof date);
            break;
        case FIELD_TIME:
            memcpy(value, &time, sizeof time);
            break;
        case FIELD_UINT:
            memcpy(value, &number, sizeof number);
            break;
        case FIELD_ENUM:
            while (field->names[small + 1])
                small++;
            memcpy(value, &small, sizeof small);
            break;
        case FIELD_MASK:
            for (size_t bit = 0; field->names[bit]; bit++)
                small |= 1u << bit;
            memcpy(value, &small, sizeof small);
            break;
        case FIELD_CODES:
            for (size_t k = 0; k < field->count; k++)
                memset(value + k * field->size, 'W', field->size - 1);
            break;
        }
    }
    return placement;
}

static void test_any_record_fits(void **state)
{
    (void)state;
    struct placement placement = fullest(), back;
    uint8_t bytes[PLACEMENT_CBOR_MAX];
    struct span encoded = encode(&placement, bytes, sizeof bytes);
    print_message("the largest record takes %zu of %d bytes\n", encoded.len, PLACEMENT_CBOR_MAX);
    assert_int_equal(decode(encoded, &back), ERR_OK);
    assert_memory_equal(&back, &placement, sizeof back);
    struct cbor_writer w;
    const char *why;
    cbor_writer_init(&w, bytes, encoded.len - 1);
    assert_int_equal(placement_encode(&placement, &w, &why), ERR_SIZE);
}

static void test_what_a_whole_record_has(void **state)
{
    (void)state;
    static const char *const mandatory[] = {
        "placement_id", "status",      "scheme",           "sex",
        "birth_date",   "passport_no", "passport_country", "dest_country",
    };
    for (size_t i = 0; i < COUNT(mandatory); i++) {
        const struct placement_field *field = field_named(mandatory[i]);
        struct placement placement = sample_placement();
        const char *why = "";
        assert_true(placement_complete(&placement, &why));
        memset((char *)&placement + field->offset, 0, field->size);
        assert_false(placement_complete(&placement, &why));
        assert_string_equal(why, mandatory[i]);
    }
    struct placement placement = sample_placement();
    const char *why = "";
    placement.name_mrz[0] = '\0';
    assert_true(placement_complete(&placement, &why));
    placement.name_full[0] = '\0';
    assert_false(placement_complete(&placement, &why));
    assert_string_equal(why, "name_mrz");
}

static void test_malformed_fields_are_named(void **state)
{
    (void)state;
    static const struct date no_day = {2026, 2, 30}, partial = {1998, 0, 0};
    static const int big = 99;
    static const int64_t before = -1, beyond = 253402300800;
    static const struct {
        const char *field;
        const void *value;
        size_t len;
    } rows[] = {
        {"passport_no", "x0000001", 9},
        {"passport_no", "X 000001", 9},
        {"passport_no", "XXXXXXXXXX", 10},
        {"dest_country", "T-N", 4},
        {"name_full", "Siti\nRahma", 11},
        {"name_full", "Siti \xff", 7},
        {"sex", "m", 1},
        {"birth_date", &no_day, sizeof no_day},
        {"birth_date", &partial, sizeof partial},
        {"window_to", &no_day, sizeof no_day},
        {"status", &big, sizeof big},
        {"hold", &big, sizeof big},
        {"approved_at", &before, sizeof before},
        {"approved_at", &beyond, sizeof beyond},
        {"flags", "\x10\0\0\0", 4},
        {"documents", "\0\x40\0\0", 4},
        {"passport_prev", "b0000001", 9},
        {"passport_prev", "\0\0\0\0\0\0\0\0\0\0A0000001", 19},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct placement placement = sample_placement();
        memcpy((char *)&placement + field_named(rows[i].field)->offset, rows[i].value, rows[i].len);
        uint8_t bytes[PLACEMENT_CBOR_MAX];
        struct cbor_writer w;
        const char *why = "";
        cbor_writer_init(&w, bytes, sizeof bytes);
        if (placement_encode(&placement, &w, &why) != ERR_INVALID ||
            strcmp(why, rows[i].field) != 0)
            fail_msg("row %zu: %s was taken", i, rows[i].field);
    }
}

/* A record with one pair more: {..., key: value}. */
static struct span with_pair(uint64_t key, void (*put)(struct cbor_writer *w), uint8_t *bytes,
                             size_t size)
{
    static uint8_t record[PLACEMENT_CBOR_MAX];
    struct placement placements[SAMPLE_PLACEMENTS];
    sample_placements(placements);
    struct span encoded = encode(&placements[1], record, sizeof record);
    struct cbor_reader r;
    struct cbor_writer w;
    int64_t previous = -1;
    bool put_yet = false;
    cbor_reader_init(&r, encoded);
    cbor_writer_init(&w, bytes, size);
    size_t count = cbor_get_map(&r, 99);
    cbor_put_map(&w, count + 1);
    for (size_t i = 0; i < count; i++) {
        int64_t at = cbor_get_key(&r, &previous);
        if (!put_yet && (uint64_t)at > key) {
            cbor_put_uint(&w, key);
            put(&w);
            put_yet = true;
        }
        cbor_put_uint(&w, (uint64_t)at);
        cbor_put_raw(&w, cbor_get_raw(&r));
    }
    if (!put_yet) {
        cbor_put_uint(&w, key);
        put(&w);
    }
    assert_int_equal(cbor_reader_finish(&r), ERR_OK);
    assert_int_equal(cbor_writer_finish(&w, &encoded), ERR_OK);
    return encoded;
}

static void put_zero(struct cbor_writer *w)
{
    cbor_put_uint(w, 0);
}

static void put_seven(struct cbor_writer *w)
{
    cbor_put_uint(w, 7);
}

static void put_huge(struct cbor_writer *w)
{
    cbor_put_uint(w, UINT64_MAX);
}

static void put_day(struct cbor_writer *w)
{
    cbor_put_int(w, 20778);
}

static void put_far_day(struct cbor_writer *w)
{
    cbor_put_int(w, INT64_MIN);
}

static void put_empty(struct cbor_writer *w)
{
    cbor_put_text(w, "");
}

static void put_code(struct cbor_writer *w)
{
    cbor_put_text(w, "K-1");
}

static void put_long(struct cbor_writer *w)
{
    cbor_put_text(w, "ABCDEFGHIJABCDEFGHIJABCDEFGHIJ");
}

static void put_no_codes(struct cbor_writer *w)
{
    cbor_put_array(w, 0);
}

static void put_three_codes(struct cbor_writer *w)
{
    cbor_put_array(w, 3);
    for (int i = 0; i < 3; i++)
        cbor_put_text(w, "A0000001");
}

static void put_map_of_arrays(struct cbor_writer *w)
{
    cbor_put_map(w, 1);
    cbor_put_uint(w, 1);
    cbor_put_array(w, 1);
    cbor_put_null(w);
}

static void test_one_pair_more(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        uint64_t key;
        void (*put)(struct cbor_writer *w);
        enum err expected;
    } rows[] = {
        {"a known field is read", 14, put_day, ERR_OK},
        {"an unknown key is skipped", 99, put_seven, ERR_OK},
        {"key 0 is unknown too", 0, put_seven, ERR_OK},
        {"an unknown key's structure is skipped whole", 1000, put_map_of_arrays, ERR_OK},
        {"an enum without a name", 43, put_seven, ERR_INVALID},
        {"an enum that says nothing", 43, put_zero, ERR_INVALID},
        {"an enum far out", 43, put_huge, ERR_INVALID},
        {"a date beyond the calendar", 26, put_huge, ERR_INVALID},
        {"a day before all calendars", 26, put_far_day, ERR_INVALID},
        {"a text that says nothing", 25, put_empty, ERR_INVALID},
        {"a text too long", 25, put_long, ERR_INVALID},
        {"a number where a text belongs", 25, put_seven, ERR_INVALID},
        {"a code with other characters", 16, put_code, ERR_INVALID},
        {"an empty list", 15, put_no_codes, ERR_INVALID},
        {"a list too long", 15, put_three_codes, ERR_INVALID},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t bytes[PLACEMENT_CBOR_MAX];
        struct placement out = {.rec_seq = 77};
        enum err err = decode(with_pair(rows[i].key, rows[i].put, bytes, sizeof bytes), &out);
        if (err != rows[i].expected)
            fail_msg("%s: %d", rows[i].says, err);
        if (err && out.rec_seq != 77)
            fail_msg("%s: the output was touched", rows[i].says);
    }
}

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[PLACEMENT_CBOR_MAX];
    struct placement placement = sample_placement(), out;
    struct span encoded = encode(&placement, bytes, sizeof bytes);
    for (size_t len = 0; len < encoded.len; len++)
        assert_int_equal(decode(span_of(encoded.p, len), &out), ERR_INVALID);
}

static void test_records_follow_each_other(void **state)
{
    (void)state;
    uint8_t bytes[2 * PLACEMENT_CBOR_MAX];
    struct placement placements[SAMPLE_PLACEMENTS], out;
    sample_placements(placements);
    struct cbor_writer w;
    const char *why;
    cbor_writer_init(&w, bytes, sizeof bytes);
    assert_int_equal(placement_encode(&placements[2], &w, &why), ERR_OK);
    assert_int_equal(placement_encode(&placements[3], &w, &why), ERR_OK);
    struct cbor_reader r;
    cbor_reader_init(&r, span_of(bytes, w.len));
    assert_int_equal(placement_decode(&r, &out), ERR_OK);
    assert_string_equal(out.placement_id, "PMI-2026-000003");
    assert_int_equal(placement_decode(&r, &out), ERR_OK);
    assert_string_equal(out.placement_id, "PMI-2024-000004");
    assert_int_equal(cbor_reader_finish(&r), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_sound),
        cmocka_unit_test(test_names_are_the_contracts),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_any_record_fits),
        cmocka_unit_test(test_what_a_whole_record_has),
        cmocka_unit_test(test_malformed_fields_are_named),
        cmocka_unit_test(test_one_pair_more),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_records_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
