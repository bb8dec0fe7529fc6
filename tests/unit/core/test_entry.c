/* Entries: one encoding each, read back as written; anything else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "entry.h"

static const uint8_t salt[ENTRY_SALT_LEN] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static struct entry_header sample_header(void)
{
    struct entry_header header = {
        .kiosk = "CGK-03-0412",
        .epoch = 2,
        .seq = 70000,
        .kind = ENTRY_DECIDED,
        .time = {.wall_ms = 1795250228000,
                 .zone = CLOCK_WITA,
                 .quality = CLOCK_HOLDOVER,
                 .uncertainty_s = 3,
                 .boot_id = {0xb0, 0x07},
                 .boottime_ms = 123456},
    };
    memset(header.payload_hash, 0xaa, sizeof header.payload_hash);
    memset(header.prev, 0xbb, sizeof header.prev);
    return header;
}

static void header_reads_back_in_both_forms(void **state)
{
    (void)state;
    const struct entry_header header = sample_header();
    uint8_t bytes[ENTRY_HEADER_MAX];
    size_t len = 0;
    struct entry_header back;

    assert_int_equal(entry_header_encode(&header, ENTRY_WHOLE, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_header_decode(span_of(bytes, len), ENTRY_WHOLE, &back), ERR_OK);
    assert_string_equal(back.kiosk, header.kiosk);
    assert_int_equal(back.epoch, 2);
    assert_int_equal(back.seq, 70000);
    assert_int_equal(back.kind, ENTRY_DECIDED);
    assert_int_equal(back.time.wall_ms, header.time.wall_ms);
    assert_int_equal(back.time.zone, CLOCK_WITA);
    assert_int_equal(back.time.quality, CLOCK_HOLDOVER);
    assert_int_equal(back.time.uncertainty_s, 3);
    assert_memory_equal(back.time.boot_id, header.time.boot_id, CLOCK_BOOT_ID_LEN);
    assert_int_equal(back.time.boottime_ms, 123456);
    assert_memory_equal(back.payload_hash, header.payload_hash, SIGN_HASH_LEN);
    assert_memory_equal(back.prev, header.prev, SIGN_HASH_LEN);
    assert_int_equal(entry_header_decode(span_of(bytes, len), ENTRY_UNLINKED, &back), ERR_INVALID);

    static const uint8_t none[SIGN_HASH_LEN];
    assert_int_equal(entry_header_encode(&header, ENTRY_UNLINKED, bytes, sizeof bytes, &len),
                     ERR_OK);
    assert_int_equal(entry_header_decode(span_of(bytes, len), ENTRY_UNLINKED, &back), ERR_OK);
    assert_memory_equal(back.payload_hash, none, SIGN_HASH_LEN);
    assert_memory_equal(back.prev, none, SIGN_HASH_LEN);
    assert_int_equal(entry_header_decode(span_of(bytes, len), ENTRY_WHOLE, &back), ERR_INVALID);
}

static void largest_header_fits_its_bound(void **state)
{
    (void)state;
    struct entry_header header = sample_header();
    uint8_t bytes[ENTRY_HEADER_MAX];
    size_t len = 0;

    memset(header.kiosk, 'K', sizeof header.kiosk - 1);
    header.epoch = UINT32_MAX;
    header.seq = INT64_MAX;
    header.kind = (enum entry_kind)255;
    header.time.wall_ms = INT64_MIN;
    header.time.uncertainty_s = UINT32_MAX;
    header.time.boottime_ms = INT64_MAX;
    assert_int_equal(entry_header_encode(&header, ENTRY_WHOLE, bytes, sizeof bytes, &len), ERR_OK);
    struct entry_header back;
    assert_int_equal(entry_header_decode(span_of(bytes, len), ENTRY_WHOLE, &back), ERR_OK);
    assert_int_equal(back.time.wall_ms, INT64_MIN);
    assert_string_equal(entry_kind_name(back.kind), "UNKNOWN");
    assert_int_equal(entry_header_encode(&header, ENTRY_WHOLE, bytes, len - 1, &len), ERR_SIZE);
    header.kiosk[0] = '\n';
    assert_int_equal(entry_header_encode(&header, ENTRY_WHOLE, bytes, sizeof bytes, &len),
                     ERR_INVALID);
}

/* Where the values of the sample's first keys are, in bytes from the start. */
enum {
    AT_VERSION = 2,
    AT_KIOSK = 4,
    AT_EPOCH = 17,
};

static void damaged_headers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *proves;
        size_t at;
        uint8_t value;
    } rows[] = {
        {"a map of another size is no header", 0, 0xac},
        {"another version is not guessed at", AT_VERSION, 2},
        {"a kiosk of control characters is no name", AT_KIOSK + 1, 0x07},
        {"epoch 0 does not exist", AT_EPOCH, 0},
        {"a key out of order is another encoding", AT_EPOCH - 1, 2},
    };
    const struct entry_header header = sample_header();
    uint8_t bytes[ENTRY_HEADER_MAX];
    size_t len = 0;
    struct entry_header back;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(entry_header_encode(&header, ENTRY_WHOLE, bytes, sizeof bytes, &len),
                         ERR_OK);
        bytes[rows[i].at] = rows[i].value;
        if (entry_header_decode(span_of(bytes, len), ENTRY_WHOLE, &back) != ERR_INVALID)
            fail_msg("%s", rows[i].proves);
    }
}

static void every_cut_of_a_header_is_refused(void **state)
{
    (void)state;
    const struct entry_header header = sample_header();
    uint8_t bytes[ENTRY_HEADER_MAX + 1] = {0};
    size_t len = 0;
    struct entry_header back;

    assert_int_equal(entry_header_encode(&header, ENTRY_WHOLE, bytes, ENTRY_HEADER_MAX, &len),
                     ERR_OK);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(entry_header_decode(span_of(bytes, cut), ENTRY_WHOLE, &back), ERR_INVALID);
    assert_int_equal(entry_header_decode(span_of(bytes, len + 1), ENTRY_WHOLE, &back), ERR_INVALID);
}

static void sample_presented(struct entry_presented *out)
{
    *out = (struct entry_presented){
        .place = {.mode = MODE_DESK, .tpi_code = "CGK", .counter = "03", .officer_id = "P-0001"},
        .replaces = 7,
        .context = {.direction = DIRECTION_RETURN,
                    .carrier_kind = CARRIER_SEA,
                    .carrier_no = "MV 12",
                    .dest_country = "MYS",
                    .purpose = PURPOSE_WORK,
                    .category = PURPOSE_OTHER},
        .document = {.capture = DOCUMENT_SCANNED,
                     .mrz = {.format = MRZ_FORMAT_TD3,
                             .line = {"P<IDNCONTOH<<SITI<<<<<<<<<<<<<<<<<<<<<<<<<<<",
                                      "X0000001<8IDN9001011F3001014<<<<<<<<<<<<<<04"},
                             .check = {MRZ_CHECK_HOLDS, MRZ_CHECK_HOLDS, MRZ_CHECK_FAILS,
                                       MRZ_CHECK_NONE, MRZ_CHECK_HOLDS}},
                     .number = "X0000001",
                     .country = "IDN",
                     .nationality = "IDN",
                     .name = "CONTOH SITI",
                     .sex = 'F',
                     .birth = {1990, 1, 0},
                     .expiry = {2030, 1, 1}},
        .match_key = MATCH_KEY_PASSPORT,
        .match_grade = MATCH_EXACT,
        .placement_id = "PMI-000001",
        .data = {.placements_usable = true,
                 .placements_as_of = 1795250000,
                 .lists_as_of = 1795240000,
                 .placements_version = 12},
        .policy_version = 3,
        .verdict = {.result = VERDICT_STOP,
                    .n_reasons = 2,
                    .reasons = {{.code = 20,
                                 .colour = COLOUR_RED,
                                 .found = "2020-01-01",
                                 .expected = "2026-11-21"},
                                {.code = 1, .colour = COLOUR_GREEN}}},
    };
}

static void presented_reads_back(void **state)
{
    (void)state;
    struct entry_presented payload, back;
    uint8_t bytes[ENTRY_PAYLOAD_MAX], again[ENTRY_PAYLOAD_MAX];
    size_t len = 0, len_again = 0;

    sample_presented(&payload);
    assert_int_equal(entry_presented_encode(&payload, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_presented_decode(span_of(bytes, len), &back), ERR_OK);
    assert_string_equal(back.place.officer_id, "P-0001");
    assert_int_equal(back.place.mode, MODE_DESK);
    assert_int_equal(back.replaces, 7);
    assert_int_equal(back.context.category, PURPOSE_OTHER);
    assert_string_equal(back.context.carrier_no, "MV 12");
    assert_string_equal(back.document.mrz.line[1], payload.document.mrz.line[1]);
    assert_string_equal(back.document.mrz.line[2], "");
    assert_memory_equal(back.document.mrz.check, payload.document.mrz.check,
                        sizeof payload.document.mrz.check);
    assert_int_equal(back.document.sex, 'F');
    assert_int_equal(back.document.birth.year, 1990);
    assert_int_equal(back.document.birth.day, 0);
    assert_int_equal(back.data.placements_usable, true);
    assert_int_equal(back.data.lists_as_of, 1795240000);
    assert_int_equal(back.verdict.result, VERDICT_STOP);
    assert_int_equal(back.verdict.n_reasons, 2);
    assert_string_equal(back.verdict.reasons[0].found, "2020-01-01");
    assert_int_equal(back.verdict.reasons[1].code, 1);
    assert_int_equal(entry_presented_encode(&back, salt, again, sizeof again, &len_again), ERR_OK);
    assert_int_equal(len_again, len);
    assert_memory_equal(again, bytes, len);
}

/* A keyed document that began from a proposal: the lines stay as they were read. */
static void a_keyed_document_reads_back_with_what_was_read(void **state)
{
    (void)state;
    struct entry_presented payload, back;
    uint8_t bytes[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    sample_presented(&payload);
    struct document *document = &payload.document;
    document->capture = DOCUMENT_KEYED;
    document->type = DOCUMENT_CREW_BOOK;
    document->number_check = '0';
    document->birth_alternative = (struct date){1910, 2, 0};
    document->n_corrections = 2;
    document->correction[0] = (struct mrz_position){1, 44, 'K', '<'};
    document->correction[1] = (struct mrz_position){3, 1, 'O', '0'};
    memset(document->number, '9', sizeof document->number - 1);
    memcpy(document->nik_hash, "\x00hashed\xff", sizeof document->nik_hash);
    assert_int_equal(entry_presented_encode(&payload, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_presented_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.document.capture, DOCUMENT_KEYED);
    assert_int_equal(back.document.type, DOCUMENT_CREW_BOOK);
    assert_int_equal(back.document.number_check, '0');
    assert_memory_equal(&back.document.birth_alternative, &document->birth_alternative,
                        sizeof document->birth_alternative);
    assert_int_equal(back.document.n_corrections, 2);
    assert_memory_equal(back.document.correction, document->correction,
                        sizeof document->correction);
    assert_string_equal(back.document.number, document->number);
    assert_memory_equal(back.document.nik_hash, document->nik_hash, sizeof document->nik_hash);
    assert_string_equal(back.document.mrz.line[1], document->mrz.line[1]);
}

/* What issue 2's kiosks wrote has no type: they read passports only. */
static void an_entry_without_a_type_is_of_a_passport(void **state)
{
    (void)state;
    static const char tail[] = "\x04\xa2\x01\x01\x02\x61X";
    uint8_t bytes[64] = {0xa2, 0x00, 0x50};
    struct entry_presented back;

    memcpy(bytes + 3, salt, sizeof salt);
    memcpy(bytes + 3 + sizeof salt, tail, sizeof tail - 1);
    assert_int_equal(
        entry_presented_decode(span_of(bytes, 3 + sizeof salt + sizeof tail - 1), &back), ERR_OK);
    assert_int_equal(back.document.capture, DOCUMENT_SCANNED);
    assert_int_equal(back.document.type, DOCUMENT_P);
    assert_int_equal(back.document.n_corrections, 0);
}

static void fullest_presented_fits_its_bound(void **state)
{
    (void)state;
    struct entry_presented payload, back;
    uint8_t bytes[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    sample_presented(&payload);
    payload.verdict.n_reasons = VERDICT_REASONS_MAX;
    for (size_t i = 0; i < VERDICT_REASONS_MAX; i++) {
        struct reason_said *reason = &payload.verdict.reasons[i];
        *reason = (struct reason_said){.code = UINT16_MAX, .colour = COLOUR_RED};
        memset(reason->found, 'a', sizeof reason->found - 1);
        memset(reason->expected, 'b', sizeof reason->expected - 1);
    }
    assert_int_equal(entry_presented_encode(&payload, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_presented_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.verdict.n_reasons, VERDICT_REASONS_MAX);
}

static void decided_reads_back(void **state)
{
    (void)state;
    const struct entry_decided payload = {
        .place = {.tpi_code = "CGK"},
        .presented = 41,
        .decision = DECISION_DEFERRED,
        .role = ROLE_SUPERVISOR,
        .second_officer_id = "P-0002",
        .duration_ms = 5500,
        .note = "diminta melengkapi \xe2\x80\x93 kontrak",
    };
    uint8_t bytes[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    struct entry_decided back;

    assert_int_equal(entry_decided_encode(&payload, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_decided_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.presented, 41);
    assert_int_equal(back.decision, DECISION_DEFERRED);
    assert_int_equal(back.role, ROLE_SUPERVISOR);
    assert_string_equal(back.second_officer_id, "P-0002");
    assert_int_equal(back.duration_ms, 5500);
    assert_string_equal(back.note, payload.note);
}

static const struct entry_void sample_void = {
    .place = {.tpi_code = "CGK", .officer_id = "P-0001"},
    .epoch = 2,
    .seq = 42,
    .kind = ENTRY_DECIDED,
    .hash = {0xab, 0xcd},
    .reason = VOID_WRONG_TRAVELLER,
    .role = ROLE_SUPERVISOR,
    .second_officer_id = "P-0002",
};

static void void_reads_back(void **state)
{
    (void)state;
    uint8_t bytes[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    struct entry_void back;

    assert_int_equal(entry_void_encode(&sample_void, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_void_decode(span_of(bytes, len), &back), ERR_OK);
    assert_memory_equal(&back, &sample_void, sizeof back);
}

static void a_void_names_a_decision_and_says_why_and_who(void **state)
{
    (void)state;
    static const struct {
        const char *proves;
        uint32_t epoch;
        uint64_t seq;
        enum entry_kind kind;
        enum void_reason reason;
        enum role role;
    } rows[] = {
        {"no epoch", 0, 42, ENTRY_DECIDED, VOID_TRIAL, ROLE_OFFICER},
        {"no number", 2, 0, ENTRY_DECIDED, VOID_TRIAL, ROLE_OFFICER},
        {"no kind", 2, 42, ENTRY_NONE, VOID_TRIAL, ROLE_OFFICER},
        {"a verdict is not the officer's to take back", 2, 42, ENTRY_PRESENTED, VOID_TRIAL,
         ROLE_OFFICER},
        {"nor is a void", 2, 42, ENTRY_VOID, VOID_TRIAL, ROLE_OFFICER},
        {"no reason", 2, 42, ENTRY_DECIDED, VOID_NONE, ROLE_OFFICER},
        {"a reason above the last", 2, 42, ENTRY_DECIDED, VOID_REASON_COUNT, ROLE_OFFICER},
        {"nobody", 2, 42, ENTRY_DECIDED, VOID_TRIAL, ROLE_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct entry_void payload = {.epoch = rows[i].epoch,
                                           .seq = rows[i].seq,
                                           .kind = rows[i].kind,
                                           .reason = rows[i].reason,
                                           .role = rows[i].role};
        uint8_t bytes[ENTRY_PAYLOAD_MAX];
        size_t len = 99;
        if (entry_void_encode(&payload, salt, bytes, sizeof bytes, &len) != ERR_INVALID ||
            len != 99)
            fail_msg("%s", rows[i].proves);
    }
}

static void epoch_reads_back(void **state)
{
    (void)state;
    const struct entry_epoch payload = {
        .previous_epoch = 1, .previous_seq = 9, .previous_head = {0xcc}};
    uint8_t bytes[128];
    size_t len = 0;
    struct entry_epoch back;

    assert_int_equal(entry_epoch_encode(&payload, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_epoch_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.previous_seq, 9);
    assert_int_equal(back.previous_head[0], 0xcc);
}

static void what_cannot_be_read_back_is_not_written(void **state)
{
    (void)state;
    static const struct {
        const char *proves;
        const char *note;
        unsigned decision;
    } rows[] = {
        {"a note with a control character", "a\x01z", DECISION_CLEARED},
        {"a note that is no UTF-8", "\xff", DECISION_CLEARED},
        {"a decision above the last", "", DECISION_COUNT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry_decided payload = {.decision = (enum decision)rows[i].decision};
        uint8_t bytes[ENTRY_PAYLOAD_MAX];
        size_t len = 99;
        strcpy(payload.note, rows[i].note);
        if (entry_decided_encode(&payload, salt, bytes, sizeof bytes, &len) != ERR_INVALID ||
            len != 99)
            fail_msg("%s", rows[i].proves);
    }
}

/* {0: salt, then `tail`} */
static enum err decode_tail(const char *tail, size_t tail_len, unsigned pairs,
                            struct entry_decided *out)
{
    uint8_t bytes[128] = {(uint8_t)(0xa0 + pairs), 0x00, 0x50};
    memcpy(bytes + 3, salt, sizeof salt);
    memcpy(bytes + 3 + sizeof salt, tail, tail_len);
    return entry_decided_decode(span_of(bytes, 3 + sizeof salt + tail_len), out);
}

#define TAIL(text) (text), sizeof(text) - 1

static void payloads_have_one_encoding(void **state)
{
    (void)state;
    static const struct {
        const char *proves;
        const char *tail;
        size_t tail_len;
        unsigned pairs;
        enum err expected;
    } rows[] = {
        {"the shortest payload is its salt", TAIL(""), 1, ERR_OK},
        {"a field as it should be", TAIL("\x02\x05"), 2, ERR_OK},
        {"a key from the future is skipped", TAIL("\x02\x05\x18\x63\x82\x01\x02"), 3, ERR_OK},
        {"a zero must not be written", TAIL("\x02\x00"), 2, ERR_INVALID},
        {"an empty text must not be written", TAIL("\x08\x60"), 2, ERR_INVALID},
        {"an empty group must not be written", TAIL("\x01\xa0"), 2, ERR_INVALID},
        {"keys ascend", TAIL("\x03\x01\x02\x05"), 3, ERR_INVALID},
        {"a key comes once", TAIL("\x02\x05\x02\x05"), 3, ERR_INVALID},
        {"a longer form of a number is refused", TAIL("\x02\x18\x05"), 2, ERR_INVALID},
        {"an enum ends at its last value", TAIL("\x04\x03"), 2, ERR_INVALID},
        {"another type is refused", TAIL("\x02\x61\x41"), 2, ERR_INVALID},
        {"bytes left over are refused", TAIL("\x02\x05\x00"), 2, ERR_INVALID},
        {"a map that ends early is refused", TAIL("\x02\x05"), 3, ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry_decided out;
        if (decode_tail(rows[i].tail, rows[i].tail_len, rows[i].pairs, &out) != rows[i].expected)
            fail_msg("%s", rows[i].proves);
    }
}

static void salt_is_required(void **state)
{
    (void)state;
    struct entry_epoch out;
    static const uint8_t none[] = {0xa0};
    static const uint8_t short_salt[] = {0xa1, 0x00, 0x42, 1, 2};
    static const uint8_t other_key[] = {0xa1, 0x01, 0x01};

    assert_int_equal(entry_epoch_decode(span_of(none, sizeof none), &out), ERR_INVALID);
    assert_int_equal(entry_epoch_decode(span_of(short_salt, sizeof short_salt), &out), ERR_INVALID);
    assert_int_equal(entry_epoch_decode(span_of(other_key, sizeof other_key), &out), ERR_INVALID);
}

static void names_are_those_of_the_design(void **state)
{
    (void)state;
    assert_string_equal(entry_kind_name(ENTRY_PRESENTED), "PRESENTED");
    assert_string_equal(entry_kind_name(ENTRY_HEALTH), "HEALTH");
    assert_string_equal(entry_kind_name(ENTRY_NONE), "UNKNOWN");
    assert_string_equal(entry_mode_name(MODE_TRAINING), "TRAINING");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_reads_back_in_both_forms),
        cmocka_unit_test(largest_header_fits_its_bound),
        cmocka_unit_test(damaged_headers_are_refused),
        cmocka_unit_test(every_cut_of_a_header_is_refused),
        cmocka_unit_test(presented_reads_back),
        cmocka_unit_test(a_keyed_document_reads_back_with_what_was_read),
        cmocka_unit_test(an_entry_without_a_type_is_of_a_passport),
        cmocka_unit_test(fullest_presented_fits_its_bound),
        cmocka_unit_test(decided_reads_back),
        cmocka_unit_test(void_reads_back),
        cmocka_unit_test(a_void_names_a_decision_and_says_why_and_who),
        cmocka_unit_test(epoch_reads_back),
        cmocka_unit_test(what_cannot_be_read_back_is_not_written),
        cmocka_unit_test(payloads_have_one_encoding),
        cmocka_unit_test(salt_is_required),
        cmocka_unit_test(names_are_those_of_the_design),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
