/* cbor: the examples of RFC 8949 appendix A that are ours both ways, and all the rest refused. */
#include "fixture.h"

#include "cbor.h"

static void integers_have_one_encoding(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *hex;
    } rows[] = {
        {0, "00"},
        {1, "01"},
        {10, "0a"},
        {23, "17"},
        {24, "1818"},
        {25, "1819"},
        {100, "1864"},
        {255, "18ff"},
        {256, "190100"},
        {1000, "1903e8"},
        {65535, "19ffff"},
        {65536, "1a00010000"},
        {1000000, "1a000f4240"},
        {4294967295, "1affffffff"},
        {4294967296, "1b0000000100000000"},
        {1000000000000, "1b000000e8d4a51000"},
        {INT64_MAX, "1b7fffffffffffffff"},
        {-1, "20"},
        {-10, "29"},
        {-24, "37"},
        {-25, "3818"},
        {-100, "3863"},
        {-256, "38ff"},
        {-257, "390100"},
        {-1000, "3903e7"},
        {INT64_MIN, "3b7fffffffffffffff"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint8_t room[16];
        struct cbor_writer w;
        struct span out;
        cbor_writer_init(&w, room, sizeof room);
        cbor_put_int(&w, rows[i].value);
        assert_int_equal(cbor_writer_finish(&w, &out), ERR_OK);
        fixture_assert_bytes("an integer", out, rows[i].hex);
        struct cbor_reader r;
        cbor_reader_init(&r, out);
        assert_true(cbor_get_int(&r) == rows[i].value);
        assert_int_equal(cbor_reader_finish(&r), ERR_OK);
    }
}

static void the_largest_unsigned_goes_both_ways(void **state)
{
    (void)state;
    uint8_t room[16];
    struct cbor_writer w;
    struct cbor_reader r;
    struct span out;
    cbor_writer_init(&w, room, sizeof room);
    cbor_put_uint(&w, UINT64_MAX);
    assert_int_equal(cbor_writer_finish(&w, &out), ERR_OK);
    fixture_assert_bytes("2^64 - 1", out, "1bffffffffffffffff");
    cbor_reader_init(&r, out);
    assert_true(cbor_get_uint(&r, UINT64_MAX) == UINT64_MAX);
    assert_int_equal(cbor_reader_finish(&r), ERR_OK);
    cbor_reader_init(&r, out);
    assert_int_equal(cbor_get_int(&r), 0); /* beyond int64_t */
    assert_int_equal(cbor_reader_finish(&r), ERR_INVALID);
}

/* An item with one of everything, as an entry might look. */
static void every_kind_goes_both_ways(void **state)
{
    (void)state;
    uint8_t room[128];
    struct cbor_writer w;
    struct span out;
    cbor_writer_init(&w, room, sizeof room);
    cbor_put_tag(&w, 18);
    cbor_put_map(&w, 5);
    cbor_put_uint(&w, 0);
    cbor_put_text(&w, "IETF");
    cbor_put_uint(&w, 1);
    cbor_put_bytes(&w, span_of("\x01\x02\x03\x04", 4));
    cbor_put_uint(&w, 2);
    cbor_put_bool(&w, true);
    cbor_put_uint(&w, 3);
    cbor_put_null(&w);
    cbor_put_uint(&w, 4);
    cbor_put_array(&w, 3);
    cbor_put_bool(&w, false);
    cbor_put_raw(&w, span_of("\x82\x01\x02", 3));
    cbor_put_bytes(&w, span_of(NULL, 0));
    assert_int_equal(cbor_writer_finish(&w, &out), ERR_OK);
    fixture_assert_bytes("one of everything", out,
                         "d2 a5 00 6449455446 01 4401020304 02 f5 03 f6 04 83 f4 820102 40");

    struct cbor_reader r;
    int64_t key = -1;
    char text[5];
    uint8_t bytes[4];
    cbor_reader_init(&r, out);
    assert_int_equal(cbor_get_tag(&r), 18);
    assert_int_equal(cbor_get_map(&r, 5), 5);
    assert_int_equal(cbor_get_key(&r, &key), 0);
    cbor_get_text(&r, text, sizeof text);
    assert_string_equal(text, "IETF");
    assert_int_equal(cbor_get_key(&r, &key), 1);
    cbor_get_bytes_exact(&r, bytes, sizeof bytes);
    assert_memory_equal(bytes, "\x01\x02\x03\x04", 4);
    assert_int_equal(cbor_get_key(&r, &key), 2);
    assert_false(cbor_is_null(&r)); /* and nothing is consumed */
    assert_true(cbor_get_bool(&r));
    assert_int_equal(cbor_get_key(&r, &key), 3);
    assert_true(cbor_is_null(&r));
    assert_int_equal(cbor_get_key(&r, &key), 4);
    assert_int_equal(cbor_get_array(&r, 3), 3);
    assert_false(cbor_get_bool(&r));
    fixture_assert_bytes("a raw item", cbor_get_raw(&r), "820102");
    assert_int_equal(cbor_get_bytes(&r, 0).len, 0);
    assert_int_equal(cbor_reader_finish(&r), ERR_OK);
}

static void what_does_not_fit_is_refused_at_every_size(void **state)
{
    (void)state;
    uint8_t room[16];
    for (size_t cap = 0; cap <= 11; cap++) {
        struct cbor_writer w;
        struct span out = {0};
        memset(room, 0xee, sizeof room);
        cbor_writer_init(&w, room, cap);
        cbor_put_array(&w, 2);
        cbor_put_text(&w, "abcd");
        cbor_put_uint(&w, 70000);
        assert_int_equal(cbor_writer_finish(&w, &out), cap < 11 ? ERR_SIZE : ERR_OK);
        assert_int_equal(out.len, cap < 11 ? 0 : 11);
        for (size_t i = cap; i < sizeof room; i++)
            assert_int_equal(room[i], 0xee);
    }
}

static const struct {
    const char *says;
    const char *hex;
    bool want;
} raw_rows[] = {
    {"RFC 8949: empty bytes", "40", true},
    {"RFC 8949: four bytes", "4401020304", true},
    {"RFC 8949: empty text", "60", true},
    {"RFC 8949: u with umlaut", "62c3bc", true},
    {"RFC 8949: text of four bytes in UTF-8", "64f0908591", true},
    {"RFC 8949: empty array", "80", true},
    {"RFC 8949: [1, [2, 3], [4, 5]]", "8301820203820405", true},
    {"RFC 8949: 25 items", "98190102030405060708090a0b0c0d0e0f101112131415161718181819", true},
    {"RFC 8949: empty map", "a0", true},
    {"RFC 8949: {1: 2, 3: 4}", "a201020304", true},
    {"false, true, null", "83f4f5f6", true},
    {"COSE_Sign1's tag", "d200", true},
    {"a COSE tag of two bytes", "d86100", true},
    {"eight levels", "818181818181818100", true},
    {"nine levels", "81818181818181818100", false},
    {"many levels and nothing in them", "8181818181818181818181818181818181818181", false},
    {"nine levels of tags", "d2d2d2d2d2d2d2d2d200", false},
    {"nothing", "", false},
    {"left-over bytes", "0000", false},
    {"23 in two bytes", "1817", false},
    {"255 in three bytes", "1900ff", false},
    {"65535 in five bytes", "1a0000ffff", false},
    {"2^32 - 1 in nine bytes", "1b00000000ffffffff", false},
    {"-24 in two bytes", "3817", false},
    {"a length in two bytes that fits one", "5801ff", false},
    {"a text's length in three bytes that fits one", "79000161", false},
    {"an array's count in two bytes that fits one", "980100", false},
    {"a map's count in two bytes that fits one", "b8010000", false},
    {"a tag in two bytes that fits one", "d81200", false},
    {"bytes of indefinite length", "5f42010243030405ff", false},
    {"text of indefinite length", "7f657374726561646d696e67ff", false},
    {"an array of indefinite length", "9f0102ff", false},
    {"a map of indefinite length", "bf0102ff", false},
    {"break", "ff", false},
    {"break as an item", "81ff", false},
    {"half float 0.0", "f90000", false},
    {"float 100000.0", "fa47c35000", false},
    {"double 1.1", "fb3ff199999999999a", false},
    {"undefined", "f7", false},
    {"simple value 16", "f0", false},
    {"simple value 255", "f8ff", false},
    {"true in two bytes", "f815", false},
    {"a big number's tag", "c249010000000000000000", false},
    {"a date's tag", "c11a514b67b0", false},
    {"a URI's tag", "d82076687474703a2f2f7777772e6578616d706c652e636f6d", false},
    {"a tag of nothing", "d2", false},
    {"reserved additional information 28", "1c", false},
    {"reserved additional information in a tag", "dc00", false},
    {"text keys", "a161610102", false},
    {"negative keys", "a12001", false},
    {"a key twice", "a201000101", false},
    {"keys out of order", "a202000100", false},
    {"a key twice in an inner map", "a101a2010001", false},
    {"a map without its last value", "a20102 03", false},
    {"an array without its last item", "830102", false},
    {"an array of 2^64 - 1 items", "9bffffffffffffffff00", false},
    {"a map of 2^63 pairs, which doubled is none", "bb800000000000000000", false},
    {"bytes of 2^64 - 1", "5bffffffffffffffff00", false},
    {"bytes cut short", "44010203", false},
    {"a head cut short", "1901", false},
    {"text that is not UTF-8", "61ff", false},
    {"text with an escape", "611b", false},
};

static void raw_items_are_whole_and_deterministic(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(raw_rows); i++) {
        uint8_t bytes[64];
        const struct span in = fixture_hex(raw_rows[i].hex, bytes, sizeof bytes);
        struct cbor_reader r;
        cbor_reader_init(&r, in);
        const struct span item = cbor_get_raw(&r);
        const bool good = cbor_reader_finish(&r) == ERR_OK;
        if (good != raw_rows[i].want || (good && (item.p != in.p || item.len != in.len)))
            fail_msg("%s", raw_rows[i].says);
    }
}

enum getter { UINT, INT, BYTES, EXACT, TEXT, BOOL, ARRAY, MAP, KEY, TAG };

/* Reads one thing with a bound of 3 (bytes, items) or a value of at most 300. */
static void get(struct cbor_reader *r, enum getter getter)
{
    uint8_t bytes[3];
    char text[4];
    int64_t previous = 5;
    switch (getter) {
    case UINT:
        assert_true(cbor_get_uint(r, 300) <= 300);
        return;
    case INT:
        (void)cbor_get_int(r);
        return;
    case BYTES:
        assert_true(cbor_get_bytes(r, 3).len <= 3);
        return;
    case EXACT:
        cbor_get_bytes_exact(r, bytes, sizeof bytes);
        return;
    case TEXT:
        cbor_get_text(r, text, sizeof text);
        assert_true(strlen(text) <= 3);
        return;
    case BOOL:
        (void)cbor_get_bool(r);
        return;
    case ARRAY:
        assert_true(cbor_get_array(r, 3) <= 3);
        return;
    case MAP:
        assert_true(cbor_get_map(r, 3) <= 3);
        return;
    case KEY:
        (void)cbor_get_key(r, &previous);
        return;
    case TAG:
        (void)cbor_get_tag(r);
        return;
    }
}

static const struct {
    const char *says;
    enum getter getter;
    const char *hex;
    bool want;
} getter_rows[] = {
    {"a number at its bound", UINT, "19012c", true},
    {"a number above its bound", UINT, "19012d", false},
    {"a negative number is not unsigned", UINT, "20", false},
    {"text is not a number", INT, "6130", false},
    {"a number below int64_t", INT, "3b8000000000000000", false},
    {"bytes at their bound", BYTES, "43010203", true},
    {"bytes above their bound", BYTES, "4401020304", false},
    {"text is not bytes", BYTES, "63616263", false},
    {"exactly three bytes", EXACT, "43010203", true},
    {"two bytes where three are wanted", EXACT, "420102", false},
    {"four bytes where three are wanted", EXACT, "4401020304", false},
    {"text at its bound", TEXT, "63616263", true},
    {"text above its bound", TEXT, "6461626364", false},
    {"bytes are not text", TEXT, "43616263", false},
    {"text with a NUL", TEXT, "6100", false},
    {"null is no boolean", BOOL, "f6", false},
    {"0 is no boolean", BOOL, "00", false},
    {"more items than bytes", ARRAY, "830000", false},
    {"items above the bound", ARRAY, "8400000000", false},
    {"more pairs than bytes", MAP, "a2000000", false},
    {"pairs above the bound", MAP, "a40000000000000000", false},
    {"a key above the last", KEY, "06", true},
    {"the same key again", KEY, "05", false},
    {"a key below the last", KEY, "04", false},
    {"a negative key", KEY, "20", false},
    {"a tag that is not COSE's", TAG, "c1", false},
};

static void getters_keep_to_their_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(getter_rows); i++) {
        uint8_t bytes[16];
        struct cbor_reader r;
        cbor_reader_init(&r, fixture_hex(getter_rows[i].hex, bytes, sizeof bytes));
        get(&r, getter_rows[i].getter);
        if (r.bad == getter_rows[i].want)
            fail_msg("%s", getter_rows[i].says);
    }
}

static void after_a_failure_nothing_is_given(void **state)
{
    (void)state;
    static const uint8_t in[] = {0xf9, 0x18, 0x18, 0x61, 'a', 0xf5, 0x43, 1, 2, 3};
    struct cbor_reader r;
    char text[8] = "before";
    uint8_t bytes[3] = {9, 9, 9};
    int64_t previous = 7;
    cbor_reader_init(&r, span_of(in, sizeof in));
    (void)cbor_get_uint(&r, UINT64_MAX);
    r.at = 1; /* even standing at a good item */
    assert_int_equal(cbor_get_uint(&r, UINT64_MAX), 0);
    assert_int_equal(cbor_get_int(&r), 0);
    assert_int_equal(cbor_get_key(&r, &previous), 0);
    assert_int_equal(previous, 7);
    r.at = 3;
    cbor_get_text(&r, text, sizeof text);
    assert_string_equal(text, "");
    r.at = 5;
    assert_false(cbor_get_bool(&r));
    assert_false(cbor_is_null(&r));
    r.at = 6;
    cbor_get_bytes_exact(&r, bytes, sizeof bytes);
    assert_memory_equal(bytes, "\0\0\0", 3);
    assert_int_equal(cbor_get_bytes(&r, 3).len, 0);
    assert_int_equal(cbor_get_raw(&r).len, 0);
    assert_int_equal(cbor_get_array(&r, 3), 0);
    assert_int_equal(cbor_get_map(&r, 3), 0);
    assert_int_equal(cbor_get_tag(&r), 0);
    assert_int_equal(r.at, 6);
    assert_int_equal(cbor_reader_finish(&r), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_have_one_encoding),
        cmocka_unit_test(the_largest_unsigned_goes_both_ways),
        cmocka_unit_test(every_kind_goes_both_ways),
        cmocka_unit_test(what_does_not_fit_is_refused_at_every_size),
        cmocka_unit_test(raw_items_are_whole_and_deterministic),
        cmocka_unit_test(getters_keep_to_their_bounds),
        cmocka_unit_test(after_a_failure_nothing_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
