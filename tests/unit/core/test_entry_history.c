/* EPOCH and RECOVERED: what an epoch has to agree with, and an entry carried inside another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "entry.h"

static const uint8_t salt[ENTRY_SALT_LEN] = {1, 2, 3};

/* A history at 7 of epoch 2 goes on after the registry's 30 of epoch 4. */
static const struct entry_epoch sample_epoch = {
    .previous_epoch = 4,
    .previous_seq = 30,
    .previous_head = {0xcc},
    .own_epoch = 2,
    .own_seq = 7,
    .own_head = {0xdd},
    .own_held = 5,
    .receipt_ms = 1795250228000,
};
static const struct entry_header sample_begin = {
    .kiosk = "CGK-03-0412", .epoch = 5, .seq = 31, .kind = ENTRY_EPOCH, .prev = {0xcc}};

static void epoch_reads_back_with_both_heads(void **state)
{
    (void)state;
    uint8_t bytes[256];
    size_t len = 0;
    struct entry_epoch back;

    assert_int_equal(entry_epoch_encode(&sample_epoch, salt, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(entry_epoch_decode(span_of(bytes, len), &back), ERR_OK);
    assert_memory_equal(&back, &sample_epoch, sizeof back);
}

static void an_epoch_begins_above_both_histories(void **state)
{
    (void)state;
    static const struct {
        const char *proves;
        uint32_t epoch, own_epoch;
        uint64_t seq, own_seq, held;
        enum entry_kind kind;
        uint8_t prev;
        bool fits;
    } rows[] = {
        {"the registry is ahead", 5, 2, 31, 7, 5, ENTRY_EPOCH, 0xcc, true},
        {"we are ahead: numbers are not used again", 5, 4, 41, 40, 30, ENTRY_EPOCH, 0xcc, true},
        {"our epoch is the later one", 9, 8, 31, 7, 5, ENTRY_EPOCH, 0xcc, true},
        {"another kind begins nothing", 5, 2, 31, 7, 5, ENTRY_NOTE, 0xcc, false},
        {"it is chained to the head it names", 5, 2, 31, 7, 5, ENTRY_EPOCH, 0xcd, false},
        {"a number of the registry's again", 5, 2, 30, 7, 5, ENTRY_EPOCH, 0xcc, false},
        {"a number left out without need", 5, 2, 32, 7, 5, ENTRY_EPOCH, 0xcc, false},
        {"a number of ours again", 5, 4, 31, 40, 30, ENTRY_EPOCH, 0xcc, false},
        {"the registry's epoch again", 4, 2, 31, 7, 5, ENTRY_EPOCH, 0xcc, false},
        {"our epoch again", 8, 8, 31, 7, 5, ENTRY_EPOCH, 0xcc, false},
        {"an epoch left out", 6, 2, 31, 7, 5, ENTRY_EPOCH, 0xcc, false},
        {"more held than there was", 5, 2, 31, 7, 8, ENTRY_EPOCH, 0xcc, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry_epoch payload = sample_epoch;
        struct entry_header header = sample_begin;
        header.epoch = rows[i].epoch;
        header.seq = rows[i].seq;
        header.kind = rows[i].kind;
        header.prev[0] = rows[i].prev;
        payload.own_epoch = rows[i].own_epoch;
        payload.own_seq = rows[i].own_seq;
        payload.own_held = rows[i].held;
        if (entry_epoch_fits(&header, &payload) != rows[i].fits)
            fail_msg("%s", rows[i].proves);
    }
}

static void a_journals_first_epoch_begins_above_what_was_given_out_too(void **state)
{
    (void)state;
    static const struct {
        const char *proves;
        uint32_t epoch, given_epoch;
        uint64_t seq, given_seq, own_seq;
        bool fits;
    } rows[] = {
        {"another file gave out more than the registry has", 7, 6, 51, 50, 0, true},
        {"... or less", 5, 2, 31, 20, 0, true},
        {"... numbers alone", 5, 0, 51, 50, 0, true},
        {"a number of that file's again", 7, 6, 50, 50, 0, false},
        {"an epoch of that file's again", 6, 6, 51, 50, 0, false},
        {"a number left out without need", 7, 6, 52, 50, 0, false},
        {"a journal that goes on leaves out no number of another file", 5, 0, 51, 50, 7, false},
        {"... and no epoch", 7, 6, 31, 0, 7, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct entry_epoch payload = sample_epoch;
        struct entry_header header = sample_begin;
        header.epoch = rows[i].epoch;
        header.seq = rows[i].seq;
        payload.own_seq = rows[i].own_seq;
        payload.own_held = 0;
        payload.given_epoch = rows[i].given_epoch;
        payload.given_seq = rows[i].given_seq;
        if (entry_epoch_fits(&header, &payload) != rows[i].fits)
            fail_msg("%s", rows[i].proves);
    }
}

static void the_first_epoch_names_nothing(void **state)
{
    (void)state;
    const struct entry_epoch nothing = {0};
    struct entry_header header = {.epoch = 1, .seq = 1, .kind = ENTRY_EPOCH};

    assert_true(entry_epoch_fits(&header, &nothing));
    header.seq = 2;
    assert_false(entry_epoch_fits(&header, &nothing));
}

/* ---- RECOVERED ---------------------------------------------------------------------------- */

struct sample {
    uint8_t header[ENTRY_HEADER_MAX], payload[ENTRY_ORIGINAL_MAX];
    struct entry_recovered entry;
};

static void sample_make(struct sample *sample, enum entry_kind kind, size_t payload_len)
{
    struct entry_header header = {
        .epoch = UINT32_MAX,
        .seq = INT64_MAX,
        .kind = kind,
        .time = {.wall_ms = INT64_MAX, .zone = CLOCK_WIB, .boottime_ms = INT64_MAX},
    };
    size_t len = 0;

    memset(header.kiosk, 'K', sizeof header.kiosk - 1);
    memset(sample->payload, 0xab, sizeof sample->payload);
    const struct span payload = span_of(sample->payload, payload_len);
    sign_hash(payload, header.payload_hash);
    assert_int_equal(
        entry_header_encode(&header, ENTRY_WHOLE, sample->header, sizeof sample->header, &len),
        ERR_OK);
    sample->entry = (struct entry_recovered){
        .header = span_of(sample->header, len), .signature = {0x51}, .payload = payload};
}

static void an_entry_of_any_size_fits_and_reads_back(void **state)
{
    (void)state;
    static struct sample sample;
    static uint8_t bytes[ENTRY_PAYLOAD_MAX];
    struct entry_recovered back;
    struct entry_header original;
    size_t len = 0;

    sample_make(&sample, ENTRY_PRESENTED, ENTRY_ORIGINAL_MAX);
    assert_int_equal(entry_recovered_encode(&sample.entry, salt, bytes, sizeof bytes, &len),
                     ERR_OK);
    assert_int_equal(entry_recovered_decode(span_of(bytes, len), &back, &original), ERR_OK);
    assert_int_equal(original.kind, ENTRY_PRESENTED);
    assert_int_equal(original.seq, INT64_MAX);
    assert_int_equal(back.header.len, sample.entry.header.len);
    assert_memory_equal(back.header.p, sample.header, back.header.len);
    assert_memory_equal(back.signature, sample.entry.signature, SIGN_LEN);
    assert_int_equal(back.payload.len, ENTRY_ORIGINAL_MAX);
    assert_memory_equal(back.payload.p, sample.payload, back.payload.len);
}

static void an_entry_whose_payload_is_gone_keeps_its_header(void **state)
{
    (void)state;
    static struct sample sample;
    uint8_t bytes[512];
    struct entry_recovered back;
    struct entry_header original;
    size_t len = 0;

    sample_make(&sample, ENTRY_PRESENTED, 100);
    sample.entry.payload = span_of(NULL, 0);
    assert_int_equal(entry_recovered_encode(&sample.entry, salt, bytes, sizeof bytes, &len),
                     ERR_OK);
    assert_int_equal(entry_recovered_decode(span_of(bytes, len), &back, &original), ERR_OK);
    assert_null(back.payload.p);
    for (size_t cut = 0; cut < len; cut++)
        assert_int_equal(entry_recovered_decode(span_of(bytes, cut), &back, &original),
                         ERR_INVALID);
}

static void what_is_no_original_is_refused(void **state)
{
    (void)state;
    static struct sample sample;
    static uint8_t bytes[ENTRY_PAYLOAD_MAX];
    size_t len = 99;

    sample_make(&sample, ENTRY_RECOVERED, 100);
    assert_int_equal(entry_recovered_encode(&sample.entry, salt, bytes, sizeof bytes, &len),
                     ERR_INVALID);
    sample_make(&sample, ENTRY_DECIDED, 100);
    sample.payload[99] ^= 1;
    assert_int_equal(entry_recovered_encode(&sample.entry, salt, bytes, sizeof bytes, &len),
                     ERR_INVALID);
    sample_make(&sample, ENTRY_DECIDED, 100);
    sample.entry.header.len--;
    assert_int_equal(entry_recovered_encode(&sample.entry, salt, bytes, sizeof bytes, &len),
                     ERR_INVALID);
    sample_make(&sample, ENTRY_DECIDED, 100);
    assert_int_equal(entry_recovered_encode(&sample.entry, salt, bytes, 200, &len), ERR_SIZE);
    assert_int_equal(len, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(epoch_reads_back_with_both_heads),
        cmocka_unit_test(an_epoch_begins_above_both_histories),
        cmocka_unit_test(a_journals_first_epoch_begins_above_what_was_given_out_too),
        cmocka_unit_test(the_first_epoch_names_nothing),
        cmocka_unit_test(an_entry_of_any_size_fits_and_reads_back),
        cmocka_unit_test(an_entry_whose_payload_is_gone_keeps_its_header),
        cmocka_unit_test(what_is_no_original_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
