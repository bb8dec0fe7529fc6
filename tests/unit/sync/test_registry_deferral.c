/* What a deferral says to other counters, and what of a kiosk's word is believed. */
#include "registry_deferral.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define NOW_MS INT64_C(1795305600000) /* 2026-11-22, 07:00 WIB */
#define DAY_MS INT64_C(86400000)

static void deferral_make(struct entry_header *header, struct entry_presented *presented)
{
    memset(presented, 0, sizeof *presented);
    *header = (struct entry_header){
        .kiosk = "CGK-03-0412",
        .time = {.wall_ms = NOW_MS - 2 * DAY_MS, .zone = CLOCK_WIB, .quality = CLOCK_SYNCED}};
    presented->place.mode = MODE_LIVE;
    snprintf(presented->place.tpi_code, sizeof presented->place.tpi_code, "CGK");
    snprintf(presented->document.number, sizeof presented->document.number, "X0000001");
    snprintf(presented->document.country, sizeof presented->document.country, "IDN");
}

static void a_row_is_dated_by_a_clock_that_can_be_believed(void **state)
{
    static const struct {
        const char *says;
        int64_t wall_ms;
        enum clock_quality quality;
        const char *from; /* NULL: there is no row */
    } rows[] = {
        {"a good clock", NOW_MS - 2 * DAY_MS, CLOCK_SYNCED, "2026-11-20"},
        {"one that nobody vouched for", NOW_MS - 2 * DAY_MS, CLOCK_UNKNOWN, "2026-11-22"},
        {"one that ran ahead", NOW_MS + 1, CLOCK_SYNCED, "2026-11-22"},
        {"ahead of every calendar", INT64_MAX, CLOCK_SYNCED, "2026-11-22"},
        {"before every calendar", -INT64_C(100000000000000000), CLOCK_SYNCED, "2026-11-22"},
        {"before all numbers of days", INT64_MIN, CLOCK_SYNCED, "2026-11-22"},
        {"the last day before the first year", -INT64_C(62135596800000) - 8 * 3600000, CLOCK_SYNCED,
         "2026-11-22"},
        {"the first year", -INT64_C(62135596800000), CLOCK_SYNCED, NULL},
        {"more than a year ago", NOW_MS - 367 * DAY_MS, CLOCK_SYNCED, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry_header header;
        struct entry_presented presented;
        struct listing listing;
        char from[DATE_TEXT_LEN];
        print_message("%s\n", rows[i].says);
        deferral_make(&header, &presented);
        header.time.wall_ms = rows[i].wall_ms;
        header.time.quality = rows[i].quality;
        assert_int_equal(registry_deferral_of(&header, &presented, NOW_MS, &listing),
                         rows[i].from != NULL);
        if (!rows[i].from)
            continue;
        date_format(listing.from, from);
        assert_string_equal(from, rows[i].from);
    }
}

static void a_kiosk_speaks_for_its_own_site_alone(void **state)
{
    static const struct {
        const char *says, *site, *issued_by;
    } rows[] = {
        {"its own", "CGK", "CGK"},
        {"another one", "JAKARTA-PUSAT", "CGK-03-0412"},
        {"none", "", "CGK-03-0412"},
        {"the beginning of its own", "CG", "CGK-03-0412"},
        {"one that would be cut within a letter", "CCCCCCCCCCCCCCCCCCCCCCC\xc3\xa9", "CGK-03-0412"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry_header header;
        struct entry_presented presented;
        struct listing listing;
        print_message("%s\n", rows[i].says);
        deferral_make(&header, &presented);
        snprintf(presented.place.tpi_code, sizeof presented.place.tpi_code, "%s", rows[i].site);
        assert_true(registry_deferral_of(&header, &presented, NOW_MS, &listing));
        assert_string_equal(listing.issued_by, rows[i].issued_by);
    }
}

/* One row that kiosks can't read would keep each from all that comes after it. */
static void what_is_made_can_be_read(void **state)
{
    struct entry_header header;
    struct entry_presented presented;
    struct listing listing, read;
    struct registry_listing row;
    struct cbor_reader r;
    const char *field;
    (void)state;
    deferral_make(&header, &presented);
    snprintf(header.kiosk, sizeof header.kiosk, "%s", "CGK-0123456789-0123456789-0123456789");
    snprintf(presented.place.tpi_code, sizeof presented.place.tpi_code, "%s",
             "CCCCCCCCCCCCCCCCCCCCCCC\xc3\xa9");
    assert_true(registry_deferral_of(&header, &presented, NOW_MS, &listing));
    assert_int_equal(registry_listing_make(&listing, &row, &field), ERR_OK);
    cbor_reader_init(&r, row.record.bytes);
    assert_int_equal(listing_decode(&r, &read), ERR_OK);
    assert_int_equal(cbor_reader_finish(&r), ERR_OK);
}

static void what_a_void_takes_back_is_found_as_it_came_and_in_a_recovered(void **state)
{
    static const uint8_t salt[ENTRY_SALT_LEN];
    static uint8_t room[3][ENTRY_PAYLOAD_MAX], header_room[ENTRY_HEADER_MAX];
    struct entry_void names = {.epoch = 1,
                               .seq = 7,
                               .kind = ENTRY_DECIDED,
                               .hash = {7},
                               .reason = VOID_TRIAL,
                               .role = ROLE_OFFICER};
    const struct entry_decided decided = {.presented = 1, .decision = DECISION_CLEARED};
    struct entry_header header = {
        .kiosk = "CGK-03-0412", .epoch = 1, .seq = 8, .kind = ENTRY_VOID, .time.zone = CLOCK_WIB};
    struct entry_recovered recovered = {0};
    size_t len[3], header_len;
    uint8_t hashes[6][SIGN_HASH_LEN];
    struct registry_voids voids;
    (void)state;
    assert_int_equal(entry_void_encode(&names, salt, room[0], sizeof room[0], &len[0]), ERR_OK);
    assert_int_equal(entry_decided_encode(&decided, salt, room[1], sizeof room[1], &len[1]),
                     ERR_OK);
    names.hash[0] = 8;
    uint8_t original[ENTRY_PAYLOAD_MAX];
    size_t original_len;
    assert_int_equal(entry_void_encode(&names, salt, original, sizeof original, &original_len),
                     ERR_OK);
    recovered.payload = span_of(original, original_len);
    sign_hash(recovered.payload, header.payload_hash);
    assert_int_equal(
        entry_header_encode(&header, ENTRY_WHOLE, header_room, sizeof header_room, &header_len),
        ERR_OK);
    recovered.header = span_of(header_room, header_len);
    assert_int_equal(entry_recovered_encode(&recovered, salt, room[2], sizeof room[2], &len[2]),
                     ERR_OK);
    const struct registry_entry entries[] = {
        {.seq = 1, .kind = ENTRY_VOID, .payload = span_of(room[0], len[0])},
        {.seq = 2, .kind = ENTRY_VOID, .payload = span_of(room[0], len[0])},
        {.seq = 3, .kind = ENTRY_DECIDED, .payload = span_of(room[1], len[1])},
        {.seq = 4, .kind = ENTRY_VOID, .mark = REGISTRY_MARK_PURGED},
        {.seq = 5, .kind = ENTRY_RECOVERED, .payload = span_of(room[2], len[2])},
        {.seq = 6, .kind = ENTRY_RECOVERED, .mark = REGISTRY_MARK_PURGED},
    };
    const struct deferral_search search = {
        .entries = entries, .n_entries = sizeof entries / sizeof entries[0], .from = 2};
    registry_voids_find(&search, hashes, &voids);
    assert_int_equal(voids.n, 2);
    assert_int_equal(voids.hash[0][0], 7);
    assert_int_equal(voids.hash[1][0], 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_dated_by_a_clock_that_can_be_believed),
        cmocka_unit_test(a_kiosk_speaks_for_its_own_site_alone),
        cmocka_unit_test(what_is_made_can_be_read),
        cmocka_unit_test(what_a_void_takes_back_is_found_as_it_came_and_in_a_recovered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
