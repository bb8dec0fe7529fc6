/* Batches from a real journal: whole, in order, within every bound, and fit for the line. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "journal_retention.h"
#include "scratch.h"
#include "test_keys.h"
#include "upload.h"

#define N_SMALL 600 /* more than one batch may have */
#define N_LARGE 40  /* of random bytes: 40 times 8 KB is far beyond one request */

static char folder[SCRATCH_LEN];
static char path[64], storage_path[64];
static struct sign_key *key;
static struct seal_root *root;
static struct journal_reader *reader;
static struct upload *upload;
static struct journal_head head;
static const uint8_t nonce[RECEIPT_NONCE_LEN] = {1, 2, 3};

static uint8_t plain[WIRE_BATCH_MAX];
static struct wire_batch decoded;

static void add(struct journal *journal, size_t payload_len, bool random)
{
    static uint8_t payload[ENTRY_PAYLOAD_MAX];
    const struct clock_reading now = {.wall_ms = 1795250228000, .zone = CLOCK_WIB};
    memset(payload, 0, sizeof payload);
    if (random)
        seal_random(payload, sizeof payload);
    assert_int_equal(
        journal_append(journal, ENTRY_NOTE, &now, span_of(payload, payload_len), &head), ERR_OK);
}

static int make_journal(void **state)
{
    (void)state;
    char why[JOURNAL_WHY_LEN] = "";
    struct journal *journal;
    const struct clock_reading now = {.wall_ms = 1795250228000, .zone = CLOCK_WIB};
    uint8_t bytes[SEAL_ROOT_LEN] = {7};
    assert_non_null(scratch_make(folder));
    snprintf(path, sizeof path, "%s/journal.db", folder);
    snprintf(storage_path, sizeof storage_path, "%s/storage.key", folder);
    key = test_key(0);
    FILE *file = fopen(storage_path, "wb");
    assert_true(file && fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes);
    fchmod(fileno(file), 0600);
    fclose(file);
    assert_int_equal(seal_root_load(storage_path, &root, why), ERR_OK);
    const struct journal_keys keys = {.entry = key, .root = root};
    assert_int_equal(journal_open(path, "CGK-03-0412", &keys, &now, &journal, why), ERR_OK);
    for (int i = 1; i < N_SMALL; i++) /* the first is the journal's own, EPOCH */
        add(journal, 64, false);
    for (int i = 0; i < N_LARGE; i++)
        add(journal, ENTRY_ORIGINAL_MAX, true);
    journal_close(journal);
    assert_int_equal(journal_reader_open(path, root, &reader, why), ERR_OK);
    assert_int_equal(upload_open(&upload), ERR_OK);
    return 0;
}

static int drop_journal(void **state)
{
    (void)state;
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    upload_close(upload);
    journal_reader_close(reader);
    seal_root_close(root);
    sign_key_close(key);
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
    unlink(storage_path);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

/* Builds, unpacks, and checks what holds for every batch. */
static size_t build(uint64_t from, size_t n_max)
{
    struct upload_batch batch;
    size_t len;
    assert_int_equal(upload_build(upload, reader, from, n_max, nonce, &batch), ERR_OK);
    assert_in_range(batch.body.len, 1, WIRE_BODY_MAX);
    assert_int_equal(wire_decompress(batch.body, plain, sizeof plain, &len), ERR_OK);
    assert_int_equal(wire_batch_decode(span_of(plain, len), &decoded), ERR_OK);
    assert_int_equal(decoded.from, from);
    assert_int_equal(decoded.epoch, 1);
    assert_memory_equal(decoded.nonce, nonce, sizeof nonce);
    assert_int_equal(decoded.n_entries, batch.n_entries);
    assert_in_range(batch.n_entries, 1, n_max);
    struct journal_row row;
    assert_int_equal(journal_reader_get(reader, from + batch.n_entries - 1, &row), ERR_OK);
    assert_memory_equal(decoded.signature, row.signature, SIGN_LEN);
    return batch.n_entries;
}

static void a_batch_has_as_many_entries_as_asked_for(void **state)
{
    (void)state;
    assert_int_equal(build(1, 1), 1);
    assert_int_equal(build(1, 64), 64);
    assert_int_equal(build(1, WIRE_BATCH_ENTRIES), WIRE_BATCH_ENTRIES);
    assert_int_equal(build(N_SMALL - 1, 2), 2);
}

static void entries_that_do_not_compress_are_left_for_the_next_one(void **state)
{
    (void)state;
    const size_t n = build(N_SMALL + 1, WIRE_BATCH_ENTRIES);
    assert_in_range(n, 2, WIRE_BODY_MAX / ENTRY_PAYLOAD_MAX);
}

static void batches_one_after_the_other_rebuild_the_journal(void **state)
{
    (void)state;
    uint8_t hash[SIGN_HASH_LEN] = {0};
    uint64_t from = 1;
    while (from <= head.seq) {
        const size_t n = build(from, WIRE_BATCH_ENTRIES);
        for (size_t i = 0; i < n; i++) {
            struct entry_header header;
            uint8_t prev[SIGN_HASH_LEN], whole[ENTRY_HEADER_MAX];
            size_t len;
            memcpy(prev, hash, sizeof prev);
            assert_int_equal(wire_relink(&decoded.entries[i], prev, &header, whole, &len, hash),
                             ERR_OK);
            assert_int_equal(header.seq, from + i);
        }
        from += n;
    }
    assert_int_equal(from, head.seq + 1);
    assert_memory_equal(hash, head.hash, SIGN_HASH_LEN);
}

/* What is sound goes up; the damaged entry is never skipped, and never sent as purged. */
static void a_payload_that_is_lost_stops_the_upload_there(void **state)
{
    (void)state;
    struct upload_batch batch;
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle,
                                  "CREATE TEMP TABLE kept AS SELECT * FROM entry WHERE seq = 5;"
                                  "UPDATE entry SET payload = NULL WHERE seq = 5",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(build(1, 64), 4);
    assert_int_equal(upload_build(upload, reader, 5, 64, nonce, &batch), ERR_CORRUPT);
    assert_int_equal(
        sqlite3_exec(handle, "REPLACE INTO entry SELECT * FROM kept", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(build(1, 64), 64);
    sqlite3_close(handle);
}

/* A number that flipped: the entry is there, elsewhere. What follows is chained to it. */
static void a_number_that_is_lost_stops_the_upload_there(void **state)
{
    (void)state;
    struct upload_batch batch;
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(handle, "UPDATE entry SET seq = 40005 WHERE seq = 5", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(build(1, 64), 4);
    assert_int_equal(upload_build(upload, reader, 5, 64, nonce, &batch), ERR_CORRUPT);
    assert_int_equal(build(6, 64), 64);
    assert_int_equal(
        sqlite3_exec(handle, "UPDATE entry SET seq = 5 WHERE seq = 40005", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(handle);
}

/* The registry has all there is, and policy keeps nothing of it. */
static void purge_all(void)
{
    char why[JOURNAL_WHY_LEN] = "";
    uint8_t point[SIGN_POINT_LEN], payload[RECEIPT_MAX];
    size_t len;
    struct retention_order order = {.now_ms = 1, .time = {.wall_ms = 1, .zone = CLOCK_WIB}};
    struct receipt receipt = {
        .kiosk = "CGK-03-0412", .epoch = 1, .next = head.seq + 1, .registry_ms = 1};
    struct sign_key *registry = test_key(1);
    struct verify_key *receipt_key;
    struct journal *journal;
    struct retention *retention;
    struct retention_report report;
    const struct journal_keys keys = {.entry = key, .root = root};

    sign_key_point(registry, point);
    assert_int_equal(verify_key_from_point(point, &receipt_key), ERR_OK);
    order.receipt_key = receipt_key;
    memcpy(receipt.head, head.hash, sizeof receipt.head);
    assert_int_equal(receipt_encode(&receipt, payload, sizeof payload, &len), ERR_OK);
    assert_int_equal(cose_seal(registry, span_of(payload, len), order.receipt, sizeof order.receipt,
                               &order.receipt_len),
                     ERR_OK);
    assert_int_equal(journal_open(path, "CGK-03-0412", &keys, &order.time, &journal, why), ERR_OK);
    assert_int_equal(retention_open(journal, &retention), ERR_OK);
    retention_begin(retention, &order);
    for (bool more = true; more;)
        assert_int_equal(retention_step(retention, &more), ERR_OK);
    retention_report(retention, &report);
    assert_int_equal(report.entries, N_SMALL + N_LARGE - 1);
    head = report.head;
    retention_close(retention);
    journal_close(journal);
    verify_key_close(receipt_key);
    sign_key_close(registry);
}

/* A registry that asks again for what it had gets the chain, and no payload. */
static void what_is_purged_goes_up_by_its_hash(void **state)
{
    purge_all();
    assert_int_equal(build(1, 3), 3);
    assert_non_null(decoded.entries[0].payload.p); /* EPOCH */
    assert_null(decoded.entries[1].payload.p);
    assert_null(decoded.entries[2].payload.p);
    batches_one_after_the_other_rebuild_the_journal(state);
    assert_non_null(decoded.entries[decoded.n_entries - 1].payload.p); /* PURGE */
}

static void beyond_the_end_there_is_nothing_to_build(void **state)
{
    (void)state;
    struct upload_batch batch = {.n_entries = 99};
    assert_int_equal(upload_build(upload, reader, head.seq + 1, 1, nonce, &batch), ERR_MISSING);
    assert_int_equal(batch.n_entries, 99);
}

static const struct {
    const char *proves;
    size_t n_max;
    bool acknowledged;
    uint64_t took_ms;
    size_t expected;
} adaptations[] = {
    {"a quick one doubles", 64, true, 10, 128},
    {"as quick as may be still doubles", 64, true, UPLOAD_QUICK_MS, 128},
    {"a fair one stays", 64, true, UPLOAD_QUICK_MS + 1, 64},
    {"as slow as may be stays", 64, true, UPLOAD_SLOW_MS, 64},
    {"a slow one halves", 64, true, UPLOAD_SLOW_MS + 1, 32},
    {"a failed one halves", 64, false, 10, 32},
    {"one entry is the least", 1, false, 10, 1},
    {"one entry can grow again", 1, true, 10, 2},
    {"the most is the most", WIRE_BATCH_ENTRIES, true, 10, WIRE_BATCH_ENTRIES},
    {"growth ends at the most", WIRE_BATCH_ENTRIES - 1, true, 10, WIRE_BATCH_ENTRIES},
};

static void size_follows_the_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof adaptations / sizeof adaptations[0]; i++) {
        if (upload_adapt(adaptations[i].n_max, adaptations[i].acknowledged,
                         adaptations[i].took_ms) != adaptations[i].expected)
            fail_msg("%s", adaptations[i].proves);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_has_as_many_entries_as_asked_for),
        cmocka_unit_test(entries_that_do_not_compress_are_left_for_the_next_one),
        cmocka_unit_test(batches_one_after_the_other_rebuild_the_journal),
        cmocka_unit_test(a_payload_that_is_lost_stops_the_upload_there),
        cmocka_unit_test(a_number_that_is_lost_stops_the_upload_there),
        cmocka_unit_test(beyond_the_end_there_is_nothing_to_build),
        cmocka_unit_test(size_follows_the_line),
        cmocka_unit_test(what_is_purged_goes_up_by_its_hash), /* the last: it stays so */
    };
    return cmocka_run_group_tests(tests, make_journal, drop_journal);
}
