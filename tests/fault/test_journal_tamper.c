/* Whoever has the file alters a journal: verification names the first entry that shows it, and how.
 *
 * Each way is tried on the first, a middle and the last entry, and put right again. What the last
 * entry can't show, since nothing comes after it, shows against the registry's receipt: that is
 * expected here too. PAMIT_ENTRIES makes the journal longer.
 */
#include "store_fixture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "crowd.h"
#include "journal_format.h"
#include "journal_receipt.h"
#include "quick_sign.h"

#define ENTRIES 2000
#define LATER   200

struct tamper {
    const struct store_fixture *fixture;
    sqlite3 *handle;
    uint64_t entries;
    struct receipt receipt; /* of the whole journal */
};

struct row {
    size_t header_len, payload_len;
    uint8_t header[ENTRY_HEADER_MAX], signature[SIGN_LEN], payload[JOURNAL_SEALED_MAX];
};

static void run(struct tamper *tamper, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void run(struct tamper *tamper, const char *format, ...)
{
    char sql[512], *error = NULL;
    va_list args;

    va_start(args, format);
    vsnprintf(sql, sizeof sql, format, args);
    va_end(args);
    if (sqlite3_exec(tamper->handle, sql, NULL, NULL, &error))
        fail_msg("%s: %s", sql, error);
}

static void row_get(struct tamper *tamper, uint64_t seq, struct row *out)
{
    sqlite3_stmt *select = NULL;
    struct stored_entry stored;

    assert_int_equal(sqlite3_prepare_v2(tamper->handle,
                                        "SELECT " STORED_ENTRY_COLUMNS " FROM entry WHERE seq = ?1",
                                        -1, &select, NULL),
                     SQLITE_OK);
    sqlite3_bind_int64(select, 1, (sqlite3_int64)seq);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    stored_entry_read(select, &stored);
    out->header_len = stored.header.len;
    out->payload_len = stored.payload.len;
    memcpy(out->header, stored.header.p, stored.header.len);
    memcpy(out->signature, stored.signature.p, SIGN_LEN);
    memcpy(out->payload, stored.payload.p, stored.payload.len);
    sqlite3_finalize(select);
}

static void row_put(struct tamper *tamper, uint64_t seq, const struct row *row)
{
    sqlite3_stmt *replace = NULL;

    assert_int_equal(sqlite3_prepare_v2(tamper->handle,
                                        "REPLACE INTO entry(" STORED_ENTRY_COLUMNS
                                        ") VALUES(?1, ?2, ?3, ?4)",
                                        -1, &replace, NULL),
                     SQLITE_OK);
    sqlite3_bind_int64(replace, 1, (sqlite3_int64)seq);
    sqlite3_bind_blob(replace, 2, row->header, (int)row->header_len, SQLITE_STATIC);
    sqlite3_bind_blob(replace, 3, row->signature, SIGN_LEN, SQLITE_STATIC);
    sqlite3_bind_blob(replace, 4, row->payload, (int)row->payload_len, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(replace), SQLITE_DONE);
    sqlite3_finalize(replace);
}

/* Another header in the place of the entry's, well made and signed. */
static void header_replace(struct tamper *tamper, uint64_t seq, const struct sign_key *signer,
                           const char *kiosk)
{
    struct row row;
    struct entry_header header;

    row_get(tamper, seq, &row);
    assert_int_equal(entry_header_decode(span_of(row.header, row.header_len), ENTRY_WHOLE, &header),
                     ERR_OK);
    strcpy(header.kiosk, kiosk);
    header.time.wall_ms++;
    assert_int_equal(
        entry_header_encode(&header, ENTRY_WHOLE, row.header, sizeof row.header, &row.header_len),
        ERR_OK);
    assert_int_equal(cose_sign(signer, span_of(row.header, row.header_len), row.signature), ERR_OK);
    row_put(tamper, seq, &row);
}

static void header_altered(struct tamper *tamper, uint64_t seq)
{
    struct row row;

    row_get(tamper, seq, &row);
    row.header[row.header_len - 32 - 4] ^= 1; /* the last of payload_hash */
    row_put(tamper, seq, &row);
}

static void payload_altered(struct tamper *tamper, uint64_t seq)
{
    struct row row;

    row_get(tamper, seq, &row);
    row.payload[row.payload_len / 2] ^= 1;
    row_put(tamper, seq, &row);
}

static void signature_altered(struct tamper *tamper, uint64_t seq)
{
    struct row row;

    row_get(tamper, seq, &row);
    row.signature[SIGN_LEN - 1] ^= 1;
    row_put(tamper, seq, &row);
}

static void signed_by_another(struct tamper *tamper, uint64_t seq)
{
    header_replace(tamper, seq, tamper->fixture->other_entry_key, CROWD_KIOSK);
}

static void signed_with_the_stolen_key(struct tamper *tamper, uint64_t seq)
{
    header_replace(tamper, seq, tamper->fixture->entry_key, CROWD_KIOSK);
}

static void of_another_kiosk(struct tamper *tamper, uint64_t seq)
{
    header_replace(tamper, seq, tamper->fixture->other_entry_key, "SUB-01-0001");
}

static void taken_out(struct tamper *tamper, uint64_t seq)
{
    run(tamper, "DELETE FROM entry WHERE seq = %" PRIu64, seq);
}

static void swapped_with_the_next(struct tamper *tamper, uint64_t seq)
{
    struct row one, other;
    const uint64_t next = seq < tamper->entries ? seq + 1 : seq - 1;

    row_get(tamper, seq, &one);
    row_get(tamper, next, &other);
    row_put(tamper, seq, &other);
    row_put(tamper, next, &one);
}

static void doubled(struct tamper *tamper, uint64_t seq)
{
    struct row row;

    row_get(tamper, seq, &row);
    row_put(tamper, seq + 1, &row);
}

/* Of one batch of signatures, checked by two threads. */
static void this_and_a_later_one_altered(struct tamper *tamper, uint64_t seq)
{
    signature_altered(tamper, seq);
    if (seq + LATER <= tamper->entries)
        signature_altered(tamper, seq + LATER);
}

static void tail_cut_off(struct tamper *tamper, uint64_t seq)
{
    run(tamper, "DELETE FROM entry WHERE seq >= %" PRIu64, seq > 2 ? seq : 2);
}

static const struct {
    const char *proves;
    void (*alter)(struct tamper *tamper, uint64_t seq);
    enum journal_fault fault;
    int named;               /* beside the entry that was altered */
    enum journal_fault last; /* where it is the last one */
    int last_named;
    enum receipt_standing standing; /* of the last: what the receipt says */
} rows[] = {
    {"a header altered", header_altered, JOURNAL_BAD_SIGNATURE, 0, JOURNAL_BAD_SIGNATURE, 0,
     RECEIPT_FORKED},
    {"a payload altered", payload_altered, JOURNAL_BAD_PAYLOAD, 0, JOURNAL_BAD_PAYLOAD, 0,
     RECEIPT_AGREES},
    {"a signature altered", signature_altered, JOURNAL_BAD_SIGNATURE, 0, JOURNAL_BAD_SIGNATURE, 0,
     RECEIPT_AGREES},
    {"signed by another key", signed_by_another, JOURNAL_BAD_SIGNATURE, 0, JOURNAL_BAD_SIGNATURE, 0,
     RECEIPT_FORKED},
    {"signed with the stolen key", signed_with_the_stolen_key, JOURNAL_CHAIN_BROKEN, 1,
     JOURNAL_SOUND, 0, RECEIPT_FORKED},
    {"another kiosk's", of_another_kiosk, JOURNAL_FOREIGN, 0, JOURNAL_FOREIGN, 0, RECEIPT_FORKED},
    {"taken out", taken_out, JOURNAL_MISSING, 0, JOURNAL_SOUND, 0, RECEIPT_AHEAD},
    {"two reordered", swapped_with_the_next, JOURNAL_MISPLACED, 0, JOURNAL_MISPLACED, -1,
     RECEIPT_FORKED},
    {"there twice", doubled, JOURNAL_MISPLACED, 1, JOURNAL_MISPLACED, 1, RECEIPT_FORKED},
    {"two bad ones: the first is named", this_and_a_later_one_altered, JOURNAL_BAD_SIGNATURE, 0,
     JOURNAL_BAD_SIGNATURE, 0, RECEIPT_AGREES},
    {"the tail cut off", tail_cut_off, JOURNAL_SOUND, 0, JOURNAL_SOUND, 0, RECEIPT_AHEAD},
};

/* What the registry's receipt says of the journal as it is now. */
static enum receipt_standing standing(const struct tamper *tamper)
{
    struct journal_reader *reader = fixture_reader(tamper->fixture);
    struct journal_standing judged = {.standing = RECEIPT_AGREES};

    const enum err err = journal_receipt_judge(reader, &tamper->receipt, &judged);
    journal_reader_close(reader);
    if (err == ERR_CORRUPT) /* the entry that it names is not what it says it is */
        return RECEIPT_FORKED;
    assert_int_equal(err, ERR_OK);
    return judged.standing;
}

static void way_try(struct tamper *tamper, size_t way, uint64_t seq)
{
    const bool last = seq == tamper->entries;
    const enum journal_fault fault = last ? rows[way].last : rows[way].fault;
    const uint64_t named =
        fault ? seq + (uint64_t)(last ? rows[way].last_named : rows[way].named) : 0;

    run(tamper,
        "CREATE TABLE kept AS SELECT * FROM entry WHERE seq >= %" PRIu64 " AND (seq <= %" PRIu64
        " OR %d)",
        seq - 1, seq + LATER, rows[way].alter == tail_cut_off);
    run(tamper, "BEGIN");
    rows[way].alter(tamper, seq);
    run(tamper, "COMMIT");
    const struct journal_verdict verdict = fixture_verify(tamper->fixture);
    if (verdict.fault != fault || verdict.seq != named)
        fail_msg("%s, at %" PRIu64 ": %s at %" PRIu64, rows[way].proves, seq,
                 journal_fault_text(verdict.fault), verdict.seq);
    if (last && standing(tamper) != rows[way].standing)
        fail_msg("%s, at the end: the receipt says otherwise", rows[way].proves);
    run(tamper,
        "DELETE FROM entry WHERE seq > %" PRIu64 "; REPLACE INTO entry SELECT * FROM kept;"
        "DROP TABLE kept",
        tamper->entries);
}

static void the_first_bad_entry_is_named(void **state)
{
    const char *given = getenv("PAMIT_ENTRIES");
    struct tamper tamper = {.fixture = *state,
                            .entries = given ? strtoull(given, NULL, 10) : ENTRIES};
    struct crowd crowd = {.journal = fixture_journal(tamper.fixture), .now = tamper.fixture->now};
    struct journal_head head;

    quick_sign_use(tamper.fixture->entry_key, fixture_entry_pem, tamper.entries);
    assert_int_equal(crowd_fill(&crowd, tamper.entries), ERR_OK);
    journal_head(crowd.journal, &head);
    journal_close(crowd.journal);
    tamper.receipt = (struct receipt){.epoch = head.epoch, .next = head.seq + 1};
    memcpy(tamper.receipt.head, head.hash, sizeof head.hash);
    assert_int_equal(sqlite3_open(tamper.fixture->path, &tamper.handle), SQLITE_OK);
    run(&tamper, "PRAGMA synchronous=OFF");

    const uint64_t places[] = {1, tamper.entries / 2, tamper.entries};
    for (size_t way = 0; way < sizeof rows / sizeof rows[0]; way++)
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
            way_try(&tamper, way, places[i]);

    const struct journal_verdict verdict = fixture_verify(tamper.fixture);
    assert_int_equal(verdict.fault, JOURNAL_SOUND);
    assert_int_equal(verdict.entries, tamper.entries);
    sqlite3_close(tamper.handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_bad_entry_is_named, store_fixture_make,
                                        store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
