/* Retention: payloads go when the registry has had them for long enough and not before, a day at a
 * time, for good, and the journal verifies; nothing else that is missing is taken for a purge. */
#include "store_fixture.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "journal_epoch.h"
#include "journal_retention.h"

#define KIOSK     "CGK-03-0412"
#define DAYS      30
#define STEPS_MAX 10000
#define PLAIN     "RAHMAWATI SITI NURHALIZA"

/* ---- planning ------------------------------------------------------------------------------- */

static void what_is_old_enough(void **state)
{
    static const struct {
        const char *says;
        int64_t receipt_ms, now_ms;
        uint32_t days;
        bool old;
    } rows[] = {
        {"30 days to the millisecond", 0, 30 * RETENTION_DAY_MS, 30, true},
        {"one less", 1, 30 * RETENTION_DAY_MS, 30, false},
        {"no days at all", 5, 5, 0, true},
        {"a receipt from after now", 6, 5, 0, false},
        {"a receipt from before 1970", -1, 5, 0, false},
        {"the longest there can be", 0, INT64_MAX, UINT32_MAX, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (retention_old_enough(rows[i].receipt_ms, rows[i].now_ms, rows[i].days) != rows[i].old)
            fail_msg("%s", rows[i].says);
}

static void which_days_may_go(void **state)
{
    static const struct {
        const char *says;
        struct retention_day day;
        uint64_t covered, open_seq;
        bool goes;
    } rows[] = {
        {"all are covered", {.sealed = {9, 2, 5, 4}, .until = 5}, 6, 0, true},
        {"the last one is not", {.sealed = {9, 2, 5, 4}, .until = 5}, 5, 0, false},
        {"none is", {.sealed = {9, 2, 5, 4}, .until = 5}, 1, 0, false},
        {"a left history that is not told again yet",
         {.sealed = {9, 2, 5, 4}, .until = UINT64_MAX, .left = true},
         100,
         0,
         false},
        {"one whose retelling is covered",
         {.sealed = {9, 2, 5, 4}, .until = 20, .left = true},
         21,
         0,
         true},
        {"one whose retelling is not",
         {.sealed = {9, 2, 5, 4}, .until = 20, .left = true},
         20,
         0,
         false},
        {"one that is told again, and the key goes on to seal",
         {.sealed = {9, 2, 21, 4}, .until = 20, .left = true},
         21,
         0,
         false},
        {"the counter needs the first", {.sealed = {9, 2, 5, 4}, .until = 5}, 6, 2, false},
        {"the counter needs one of them", {.sealed = {9, 2, 5, 4}, .until = 5}, 6, 3, false},
        {"the counter needs a later one", {.sealed = {9, 2, 5, 4}, .until = 5}, 6, 6, true},
    };
    struct entry_purge purge;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((retention_plan(&rows[i].day, 1, rows[i].covered, rows[i].open_seq, &purge) == 1) !=
            rows[i].goes)
            fail_msg("%s", rows[i].says);
}

/* A kiosk that was offline for a year: the oldest days come first, some at a time. */
static void the_oldest_go_first(void **state)
{
    struct retention_day days[ENTRY_PURGE_DAYS_MAX + 10] = {0};
    struct entry_purge purge;
    const size_t n = sizeof days / sizeof days[0];

    (void)state;
    for (size_t i = 0; i < n; i++) { /* the newest come first here */
        days[i].sealed = (struct entry_purge_day){.day = (int64_t)i, .first = n - i, .last = n - i};
        days[i].until = n - i;
    }
    assert_int_equal(retention_plan(days, n, n + 1, 0, &purge), ENTRY_PURGE_DAYS_MAX);
    for (size_t i = 0; i < purge.n_days; i++)
        assert_int_equal(purge.day[i].first, i + 1);
}

/* ---- a journal ------------------------------------------------------------------------------ */

struct kiosk {
    struct store_fixture *fixture;
    struct verify_key *receipt_key;
    struct journal *journal;
    struct retention *retention;
    struct retention_order order;
};

static void kiosk_start(struct kiosk *kiosk)
{
    kiosk->journal = fixture_journal(kiosk->fixture);
    assert_int_equal(retention_open(kiosk->journal, &kiosk->retention), ERR_OK);
}

static void kiosk_stop(struct kiosk *kiosk)
{
    retention_close(kiosk->retention);
    journal_close(kiosk->journal);
}

static struct kiosk kiosk_make(struct store_fixture *fixture)
{
    struct kiosk kiosk = {.fixture = fixture};
    uint8_t point[SIGN_POINT_LEN];

    sign_key_point(fixture->other_entry_key, point);
    assert_int_equal(verify_key_from_point(point, &kiosk.receipt_key), ERR_OK);
    kiosk.order = (struct retention_order){
        .receipt_key = kiosk.receipt_key, .payload_days = DAYS, .policy_version = 7};
    kiosk_start(&kiosk);
    return kiosk;
}

static void kiosk_free(struct kiosk *kiosk)
{
    kiosk_stop(kiosk);
    verify_key_close(kiosk->receipt_key);
}

static uint64_t append(struct kiosk *kiosk, const char *note)
{
    struct journal_head head;

    kiosk->fixture->now.wall_ms += 1000;
    assert_int_equal(fixture_append(kiosk->journal, kiosk->fixture, note, &head), ERR_OK);
    return head.seq;
}

/* So many entries of one day, the next day. */
static uint64_t append_day(struct kiosk *kiosk, unsigned n)
{
    uint64_t seq = 0;

    kiosk->fixture->now.wall_ms += RETENTION_DAY_MS - (int64_t)n * 1000;
    while (n-- > 0)
        seq = append(kiosk, PLAIN);
    return seq;
}

/* The registry has all there is, and signs it at that time. */
static void receipt_comes(struct kiosk *kiosk, int64_t registry_ms)
{
    struct journal_head head;
    struct receipt receipt = {.kiosk = KIOSK, .registry_ms = registry_ms};
    uint8_t payload[RECEIPT_MAX];
    size_t len = 0;

    journal_head(kiosk->journal, &head);
    receipt.epoch = head.epoch;
    receipt.next = head.seq + 1;
    memcpy(receipt.head, head.hash, sizeof receipt.head);
    assert_int_equal(receipt_encode(&receipt, payload, sizeof payload, &len), ERR_OK);
    assert_int_equal(cose_seal(kiosk->fixture->other_entry_key, span_of(payload, len),
                               kiosk->order.receipt, sizeof kiosk->order.receipt,
                               &kiosk->order.receipt_len),
                     ERR_OK);
    kiosk->order.now_ms = registry_ms;
}

static void job_begin(struct kiosk *kiosk)
{
    kiosk->order.time = kiosk->fixture->now;
    retention_begin(kiosk->retention, &kiosk->order);
}

static struct retention_report job(struct kiosk *kiosk)
{
    struct retention_report report;
    bool more = true;

    job_begin(kiosk);
    for (unsigned i = 0; more; i++) {
        assert_true(i < STEPS_MAX);
        assert_int_equal(retention_step(kiosk->retention, &more), ERR_OK);
    }
    retention_report(kiosk->retention, &report);
    return report;
}

static void expect_sound(const struct kiosk *kiosk)
{
    const struct journal_verdict verdict = fixture_verify(kiosk->fixture);

    if (verdict.fault)
        fail_msg("entry %d: %s", (int)verdict.seq, journal_fault_text(verdict.fault));
}

/* "kept", "purged" or "damaged". */
static const char *payload_state(const struct kiosk *kiosk, uint64_t seq)
{
    static struct journal_row row;
    struct journal_reader *reader = fixture_reader(kiosk->fixture);
    const enum err err = journal_reader_get(reader, seq, &row);

    journal_reader_close(reader);
    if (err)
        return "damaged";
    return row.purged ? "purged" : "kept";
}

static void expect_payload(const struct kiosk *kiosk, uint64_t seq, const char *what)
{
    if (strcmp(payload_state(kiosk, seq), what) != 0)
        fail_msg("entry %d is %s, not %s", (int)seq, payload_state(kiosk, seq), what);
}

static void nothing_goes_before_its_time(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    const uint64_t seq = append_day(&kiosk, 2);
    const int64_t start = kiosk.fixture->now.wall_ms;

    receipt_comes(&kiosk, start);
    assert_int_equal(job(&kiosk).days, 0);
    kiosk.order.now_ms = start + DAYS * RETENTION_DAY_MS - 1;
    assert_int_equal(job(&kiosk).days, 0);
    /* What the receipt does not cover stays, however old. */
    const uint64_t later = append_day(&kiosk, 2);
    kiosk.order.now_ms = start + 2 * DAYS * RETENTION_DAY_MS;
    const struct retention_report report = job(&kiosk);
    assert_int_equal(report.days, 1);
    assert_int_equal(report.entries, 2);
    assert_false(report.waits);
    expect_payload(&kiosk, seq, "purged");
    expect_payload(&kiosk, later, "kept");
    expect_sound(&kiosk);
    kiosk_free(&kiosk);
}

/* Our own clock is set a month ahead and back: nobody asks it. */
static void our_own_clock_is_not_asked(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);

    append_day(&kiosk, 2);
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk.fixture->now.wall_ms += 2 * DAYS * RETENTION_DAY_MS;
    kiosk.fixture->now.quality = CLOCK_SYNCED;
    assert_int_equal(job(&kiosk).days, 0);
    kiosk_free(&kiosk);
}

/* Day by day, as a kiosk lives: the receipt that counts is that which first covered an entry, and
 * it is remembered over restarts, though the registry sends new ones. */
#define DAYS_LIVED 12
#define DAYS_KEPT  7
static void receipts_are_remembered(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    uint64_t last[DAYS_LIVED];

    kiosk.order.payload_days = DAYS_KEPT;
    for (unsigned day = 0; day < DAYS_LIVED; day++) {
        last[day] = append_day(&kiosk, 2);
        receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
        job(&kiosk);
        kiosk_stop(&kiosk);
        kiosk_start(&kiosk);
    }
    for (unsigned day = 0; day < DAYS_LIVED; day++)
        expect_payload(&kiosk, last[day], day < DAYS_LIVED - DAYS_KEPT ? "purged" : "kept");
    assert_in_range(fixture_number(kiosk.fixture->path, "SELECT count(*) FROM mark"), DAYS_KEPT,
                    DAYS_KEPT + 2);
    expect_sound(&kiosk);
    kiosk_free(&kiosk);
}

/* A mark that somebody put there says nothing. */
static void a_mark_is_not_believed(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    const uint64_t seq = append_day(&kiosk, 2);

    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    job(&kiosk);
    fixture_sql(kiosk.fixture->path, "UPDATE mark SET at_ms = 0, receipt = zeroblob(200)");
    assert_int_equal(job(&kiosk).days, 0);
    expect_payload(&kiosk, seq, "kept");
    /* And what is no receipt of the registry ends the job. */
    kiosk.order.receipt[60] ^= 1;
    bool more;
    job_begin(&kiosk);
    assert_true(retention_step(kiosk.retention, &more) != ERR_OK);
    assert_false(more);
    kiosk_free(&kiosk);
}

/* The registry of another journal, or of this one before it went back. */
static void a_receipt_of_another_history_ends_the_job(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    bool more;

    append_day(&kiosk, 1);
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk_stop(&kiosk);
    fixture_sql(kiosk.fixture->path, "DELETE FROM entry WHERE seq > 1");
    kiosk_start(&kiosk);
    append_day(&kiosk, 1);
    kiosk.order.now_ms += 2 * DAYS * RETENTION_DAY_MS;
    job_begin(&kiosk);
    assert_int_equal(retention_step(kiosk.retention, &more), ERR_OLD);
    kiosk_free(&kiosk);
}

/* A clock that jumped: what counts is the last entry under a key, not the day's date. */
static void a_key_waits_for_all_that_it_seals(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    const uint64_t first = append_day(&kiosk, 2);
    kiosk.fixture->now.wall_ms += DAYS * RETENTION_DAY_MS;
    const uint64_t ahead = append(&kiosk, "a month ahead");
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk.fixture->now.wall_ms -= DAYS * RETENTION_DAY_MS;
    const uint64_t back = append(&kiosk, "and back");

    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 1);
    expect_payload(&kiosk, first, "kept");
    expect_payload(&kiosk, ahead, "purged");
    expect_payload(&kiosk, back, "kept");
    /* A day that was purged gets a new key, and that seals what comes after the purge. */
    kiosk.fixture->now.wall_ms += DAYS * RETENTION_DAY_MS;
    const uint64_t again = append(&kiosk, "ahead again");
    expect_payload(&kiosk, again, "kept");
    expect_payload(&kiosk, ahead, "purged");
    expect_sound(&kiosk);
    receipt_comes(&kiosk, kiosk.order.now_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 2);
    expect_payload(&kiosk, first, "purged");
    expect_payload(&kiosk, again, "purged");
    expect_sound(&kiosk);
    kiosk_free(&kiosk);
}

/* A day before the last that was purged stays, also over restarts. */
static void expect_found_again(struct store_fixture *fixture, bool purge_is_done)
{
    struct kiosk kiosk = kiosk_make(fixture);
    struct retention_report report = {0};
    const uint64_t first = append_day(&kiosk, 2);
    bool more = true;

    kiosk.fixture->now.wall_ms += DAYS * RETENTION_DAY_MS;
    const uint64_t ahead = append(&kiosk, "a month ahead");
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk.fixture->now.wall_ms -= DAYS * RETENTION_DAY_MS;
    append(&kiosk, "and back");
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    job_begin(&kiosk);
    while (more && (purge_is_done || report.days == 0)) {
        assert_int_equal(retention_step(kiosk.retention, &more), ERR_OK);
        retention_report(kiosk.retention, &report);
    }
    assert_true(more != purge_is_done);
    for (unsigned restart = 0; restart < 2; restart++) {
        kiosk_stop(&kiosk);
        kiosk_start(&kiosk);
        assert_int_equal(job(&kiosk).days, 0);
    }
    expect_payload(&kiosk, ahead, "purged");
    expect_payload(&kiosk, first, "kept");
    receipt_comes(&kiosk, kiosk.order.now_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).entries, 3);
    expect_payload(&kiosk, first, "purged");
    expect_sound(&kiosk);
    kiosk_free(&kiosk);
}

static void a_day_that_stays_is_found_again(void **state)
{
    expect_found_again(*state, true);
}

static void a_day_that_stays_is_found_again_after_a_purge_that_was_cut_off(void **state)
{
    expect_found_again(*state, false);
}

/* More entries than one step looks at. */
static void nothing_goes_before_all_was_looked_at(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    const uint64_t last = append_day(&kiosk, 600);

    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    const struct retention_report report = job(&kiosk);
    assert_int_equal(report.days, 1);
    assert_int_equal(report.entries, 600);
    expect_payload(&kiosk, last, "purged");
    kiosk_free(&kiosk);
}

/* What it is sealed with is not known: any key may be its. */
static void no_key_goes_while_an_entry_that_nobody_has_is_unreadable(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    const uint64_t seq = append_day(&kiosk, 2);

    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    append(&kiosk, PLAIN);
    append_day(&kiosk, 1);
    fixture_sql(kiosk.fixture->path, "UPDATE entry SET header = zeroblob(9) WHERE seq = 4");
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 0);
    receipt_comes(&kiosk, kiosk.order.now_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 2);
    expect_payload(&kiosk, seq, "purged");
    kiosk_free(&kiosk);
}

static void what_the_counter_needs_stays(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    const uint64_t stop = append_day(&kiosk, 2);

    append_day(&kiosk, 1);
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    kiosk.order.open_seq = stop;
    assert_int_equal(job(&kiosk).days, 1);
    expect_payload(&kiosk, stop, "kept");
    kiosk.order.open_seq = 0;
    assert_int_equal(job(&kiosk).days, 1);
    expect_payload(&kiosk, stop, "purged");
    kiosk_free(&kiosk);
}

/* Storage that went back: entries that the registry has never seen go only with those that tell
 * them again. */
static void what_was_left_waits_for_what_tells_it_again(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    const uint8_t theirs[SIGN_HASH_LEN] = {0xcc, 1};
    struct journal_parting parting = {.receipt = {.kiosk = KIOSK, .epoch = 1, .next = 9}};
    struct journal_recovered recovered = {0};
    struct journal_recovery recovery;
    struct journal_head head;

    const uint64_t left = append_day(&kiosk, 2);
    kiosk.fixture->now.wall_ms += RETENTION_DAY_MS;
    memcpy(parting.receipt.head, theirs, sizeof theirs);
    parting.receipt.registry_ms = kiosk.fixture->now.wall_ms;
    assert_int_equal(journal_begin_epoch(kiosk.journal, &parting, &kiosk.fixture->now, &head),
                     ERR_OK);
    /* The registry has the EPOCH, and with it every number below. */
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 0);
    struct journal_reader *reader = fixture_reader(kiosk.fixture);
    while (!recovered.done) {
        assert_int_equal(journal_recovery_pending(kiosk.journal, &recovery), ERR_OK);
        assert_int_equal(
            journal_recover_step(kiosk.journal, reader, &recovery, &kiosk.fixture->now, &recovered),
            ERR_OK);
    }
    journal_reader_close(reader);
    assert_int_equal(job(&kiosk).days, 0);
    expect_payload(&kiosk, left, "kept");
    receipt_comes(&kiosk, kiosk.order.now_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 2);
    expect_payload(&kiosk, left, "purged");
    expect_sound(&kiosk);
    kiosk_free(&kiosk);
}

/* Keyed hashes outlive the payload, and end too. */
static void keyed_hashes_end_after_their_days(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    const int64_t day = kiosk.fixture->now.wall_ms / RETENTION_DAY_MS;
    char sql[128];

    snprintf(sql, sizeof sql, "INSERT INTO crossing VALUES(1, 1, %d, 0, 1), (2, 1, %d, 0, 1)",
             (int)day, (int)day + 1);
    fixture_sql(kiosk.fixture->path, sql);
    receipt_comes(&kiosk, (day + 180) * RETENTION_DAY_MS);
    kiosk.order.hash_days = 180;
    assert_int_equal(job(&kiosk).hashes, 0);
    kiosk.order.now_ms += RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).hashes, 1);
    assert_int_equal(fixture_number(kiosk.fixture->path, "SELECT key FROM crossing"), 2);
    kiosk_free(&kiosk);
}

/* Half a year of crossings goes in many steps, between which the counter appends; a document's are
 * never more than one step. */
static void many_keyed_hashes_end_in_steps(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    const int64_t day = kiosk.fixture->now.wall_ms / RETENTION_DAY_MS;
    bool more = true;
    unsigned steps = 0;
    char sql[320];

    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 4999)"
             " INSERT INTO crossing SELECT CASE WHEN i < 1500 THEN 7 WHEN i = 4999 THEN"
             " 9223372036854775807 ELSE (i - 3000) * 4611686018427387 END, i, %d + i %% 2, 0, 1"
             " FROM n",
             (int)day);
    fixture_sql(kiosk.fixture->path, sql);
    receipt_comes(&kiosk, (day + 181) * RETENTION_DAY_MS);
    kiosk.order.hash_days = 180;
    job_begin(&kiosk);
    while (more) {
        assert_int_equal(retention_step(kiosk.retention, &more), ERR_OK);
        steps++;
    }
    struct retention_report report;
    retention_report(kiosk.retention, &report);
    assert_int_equal(report.hashes, 2500);
    assert_true(steps > 4);
    assert_int_equal(fixture_number(kiosk.fixture->path,
                                    "SELECT count(*) * (min(day) = max(day)) FROM crossing"),
                     2500);
    kiosk_free(&kiosk);
}

static void the_purge_entry_says_what_and_why(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    static struct journal_row row;
    struct entry_purge purge;

    const uint64_t last = append_day(&kiosk, 3);
    const int64_t at = kiosk.fixture->now.wall_ms;
    receipt_comes(&kiosk, at);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    const struct retention_report report = job(&kiosk);
    assert_int_equal(report.head.seq, last + 1);
    struct journal_reader *reader = fixture_reader(kiosk.fixture);
    assert_int_equal(journal_reader_get(reader, report.head.seq, &row), ERR_OK);
    journal_reader_close(reader);
    assert_int_equal(row.header.kind, ENTRY_PURGE);
    assert_int_equal(entry_purge_decode(span_of(row.payload, row.payload_len), &purge), ERR_OK);
    assert_int_equal(purge.n_days, 1);
    assert_int_equal(purge.day[0].day, at / RETENTION_DAY_MS);
    assert_int_equal(purge.day[0].first, 2);
    assert_int_equal(purge.day[0].last, last);
    assert_int_equal(purge.day[0].entries, 3);
    assert_int_equal(purge.receipt_next, last + 1);
    assert_int_equal(purge.receipt_ms, at);
    assert_int_equal(purge.now_ms, at + DAYS * RETENTION_DAY_MS);
    assert_int_equal(purge.after_days, DAYS);
    assert_int_equal(purge.policy_version, 7);
    /* It outlives all keys of days, and an idle kiosk has nothing more to purge. */
    receipt_comes(&kiosk, kiosk.order.now_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 0);
    expect_payload(&kiosk, report.head.seq, "kept");
    expect_payload(&kiosk, 1, "kept");
    kiosk_free(&kiosk);
}

static void nothing_else_is_taken_for_a_purge(void **state)
{
    static const struct {
        const char *says, *sql;
        uint64_t seq;
    } rows[] = {
        {"a payload of another day", "UPDATE entry SET payload = NULL WHERE seq = 6", 6},
        {"a key of another day", "DELETE FROM day_key", 5},
        {"a PURGE entry without its payload", "UPDATE entry SET payload = NULL WHERE seq = 7", 2},
        {"a PURGE entry that is not pointed to", "DELETE FROM purge", 2},
        {"another entry in its place", "UPDATE purge SET seq = 6", 2},
        {"a PURGE entry that is gone", "DELETE FROM entry WHERE seq = 7", 2},
    };
    struct kiosk kiosk = kiosk_make(*state);

    append_day(&kiosk, 3);
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    append_day(&kiosk, 2);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).head.seq, 7);
    expect_sound(&kiosk);
    kiosk_stop(&kiosk);
    fixture_keep(kiosk.fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture_sql(kiosk.fixture->path, rows[i].sql);
        const struct journal_verdict verdict = fixture_verify(kiosk.fixture);
        if (verdict.fault != JOURNAL_BAD_PAYLOAD || verdict.seq != rows[i].seq)
            fail_msg("%s: %s at %d", rows[i].says, journal_fault_text(verdict.fault),
                     (int)verdict.seq);
        fixture_restore(kiosk.fixture);
    }
    kiosk_start(&kiosk);
    expect_sound(&kiosk);
    kiosk_free(&kiosk);
}

/* ---- what is on the disk -------------------------------------------------------------------- */

#define SECRETS_MAX 400

/* Bytes that must be nowhere. */
struct secrets {
    size_t n;
    struct secret {
        size_t len;
        uint8_t bytes[96];
    } secret[SECRETS_MAX];
};

static void secrets_add(struct secrets *secrets, const char *path, const char *sql)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *select = NULL;

    assert_int_equal(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &select, NULL), SQLITE_OK);
    while (sqlite3_step(select) == SQLITE_ROW) {
        assert_true(secrets->n < SECRETS_MAX);
        struct secret *secret = &secrets->secret[secrets->n++];
        secret->len = (size_t)sqlite3_column_bytes(select, 0);
        assert_in_range(secret->len, 16, sizeof secret->bytes);
        memcpy(secret->bytes, sqlite3_column_blob(select, 0), secret->len);
    }
    sqlite3_finalize(select);
    sqlite3_close(handle);
}

static size_t file_read(const char *path, const char *suffix, uint8_t **out)
{
    char name[80];
    snprintf(name, sizeof name, "%s%s", path, suffix);
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const size_t len = (size_t)ftell(file);
    rewind(file);
    *out = malloc(len + 1);
    assert_non_null(*out);
    assert_int_equal(fread(*out, 1, len, file), len);
    fclose(file);
    return len;
}

/* How many of them are in the database or its WAL. */
static size_t secrets_found(const struct secrets *secrets, const char *path)
{
    uint8_t *bytes[2];
    const size_t len[2] = {file_read(path, "", &bytes[0]), file_read(path, "-wal", &bytes[1])};
    size_t found = 0;

    for (size_t i = 0; i < secrets->n; i++)
        for (int file = 0; file < 2; file++)
            if (memmem(bytes[file], len[file], secrets->secret[i].bytes, secrets->secret[i].len)) {
                found++;
                break;
            }
    free(bytes[0]);
    free(bytes[1]);
    return found;
}

/* Both ends of each sealed payload that is not a kind that is kept, and the wrapped keys. */
static void secrets_of_day(struct secrets *secrets, const struct kiosk *kiosk, uint64_t first,
                           uint64_t last, int64_t day)
{
    char sql[200];

    snprintf(sql, sizeof sql,
             "SELECT substr(payload, 1, 24) FROM entry WHERE seq BETWEEN %d AND %d UNION ALL"
             " SELECT substr(payload, -24) FROM entry WHERE seq BETWEEN %d AND %d",
             (int)first, (int)last, (int)first, (int)last);
    secrets_add(secrets, kiosk->fixture->path, sql);
    snprintf(sql, sizeof sql, "SELECT wrapped FROM day_key WHERE day = %d", (int)day);
    secrets_add(secrets, kiosk->fixture->path, sql);
}

/* A week of purges, each in the middle of what stays: rows of both share pages of the file. */
static void nothing_of_a_purged_day_is_in_the_file(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    static struct secrets secrets[7];
    const struct secrets plain = {.n = 1, .secret = {{.len = strlen(PLAIN), .bytes = PLAIN}}};

    for (unsigned day = 0; day < 7; day++) {
        secrets[day].n = 0;
        const uint64_t last = append_day(&kiosk, 20);
        secrets_of_day(&secrets[day], &kiosk, last - 19, last,
                       kiosk.fixture->now.wall_ms / RETENTION_DAY_MS);
        assert_int_equal(secrets[day].n, 41);
        assert_int_equal(secrets_found(&secrets[day], kiosk.fixture->path), 41);
        if (day % 2 == 0)
            assert_int_equal(journal_checkpoint(kiosk.journal), ERR_OK);
        kiosk.order.payload_days = 3;
        receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
        assert_int_equal(job(&kiosk).days, day < 3 ? 0 : 1);
        for (unsigned old = 0; old <= day; old++)
            if (secrets_found(&secrets[old], kiosk.fixture->path) != (old + 3 <= day ? 0 : 41))
                fail_msg("day %u, after day %u: %d", old, day,
                         (int)secrets_found(&secrets[old], kiosk.fixture->path));
        assert_int_equal(secrets_found(&plain, kiosk.fixture->path), 0);
    }
    expect_sound(&kiosk);
    kiosk_free(&kiosk);
}

/* Rows of all sizes, up to some to a page: emptied, they leave pages so bare that SQLite moves rows
 * between neighbours, and those that stay must leave no copies behind that outlive them. */
static void rows_that_move_leave_no_copies(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    static struct secrets secrets[7];
    char note[900];

    kiosk.order.payload_days = 3;
    for (unsigned day = 0; day < 7; day++) {
        secrets[day].n = 0;
        kiosk.fixture->now.wall_ms += RETENTION_DAY_MS - 60000;
        uint64_t last = 0;
        for (unsigned i = 0; i < 60; i++) {
            const size_t len = 20 + (i * 211 + day * 37) % 860;
            memset(note, 'A', len);
            note[len] = '\0';
            last = append(&kiosk, note);
        }
        secrets_of_day(&secrets[day], &kiosk, last - 59, last,
                       kiosk.fixture->now.wall_ms / RETENTION_DAY_MS);
        receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
        assert_int_equal(job(&kiosk).days, day < 3 ? 0 : 1);
        for (unsigned old = 0; old + 3 <= day; old++)
            if (secrets_found(&secrets[old], kiosk.fixture->path) > 0)
                fail_msg("day %u, after day %u: %d", old, day,
                         (int)secrets_found(&secrets[old], kiosk.fixture->path));
    }
    kiosk_free(&kiosk);
}

/* Some pages of keys. When those of the first go, SQLite alone would move others up from the next,
 * and leave copies behind that outlive them. */
static void no_copy_of_a_key_is_left_in_its_table(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    static struct secrets secrets;
    const int64_t at = kiosk.fixture->now.wall_ms;

    for (unsigned day = 0; day < 260; day++) {
        append_day(&kiosk, 1);
        if (day != 129 && day != 189)
            continue;
        receipt_comes(&kiosk, day == 129 ? at : at + RETENTION_DAY_MS);
        assert_int_equal(job(&kiosk).days, 0);
    }
    secrets.n = 0;
    secrets_add(&secrets, kiosk.fixture->path,
                "SELECT wrapped FROM day_key ORDER BY day LIMIT 190");
    assert_int_equal(journal_checkpoint(kiosk.journal), ERR_OK);
    kiosk.order.now_ms = at + DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 130);
    assert_int_equal(secrets_found(&secrets, kiosk.fixture->path), 60);
    kiosk.order.now_ms += RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 60);
    assert_int_equal(secrets_found(&secrets, kiosk.fixture->path), 0);
    kiosk_free(&kiosk);
}

/* A reader in the middle of something keeps the WAL as it is: the job says so and comes again. */
static void a_reader_is_not_waited_for(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    static struct secrets secrets;
    sqlite3 *reader = NULL;

    secrets.n = 0;
    const uint64_t last = append_day(&kiosk, 3);
    secrets_of_day(&secrets, &kiosk, last - 2, last, kiosk.fixture->now.wall_ms / RETENTION_DAY_MS);
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(sqlite3_open_v2(kiosk.fixture->path, &reader, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM entry", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_true(job(&kiosk).waits);
    assert_true(secrets_found(&secrets, kiosk.fixture->path) > 0);
    assert_int_equal(fixture_number(kiosk.fixture->path, "SELECT sum(done) FROM purge"), 0);
    expect_payload(&kiosk, last, "purged");
    sqlite3_close(reader);
    assert_false(job(&kiosk).waits);
    assert_int_equal(secrets_found(&secrets, kiosk.fixture->path), 0);
    assert_int_equal(fixture_number(kiosk.fixture->path, "SELECT sum(done) FROM purge"), 1);
    kiosk_free(&kiosk);
}

/* Whoever had the key in memory before the purge does not open anything with it after. */
static void a_reader_forgets_the_key_too(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    static struct journal_row row;
    const uint64_t last = append_day(&kiosk, 3);
    struct journal_reader *reader = fixture_reader(kiosk.fixture);

    assert_int_equal(journal_reader_get(reader, last, &row), ERR_OK);
    assert_true(row.payload_opened);
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 1);
    assert_int_equal(journal_reader_get(reader, last, &row), ERR_OK);
    assert_false(row.payload_opened);
    assert_true(row.purged);
    assert_int_equal(row.payload_len, 0);
    journal_reader_close(reader);
    kiosk_free(&kiosk);
}

/* The clock is set back to a day whose key was destroyed: it gets another one, and a reader that
 * remembers the first tells what is sealed with the second from damage. */
static void a_day_that_comes_again_has_another_key(void **state)
{
    static struct journal_row row;
    struct kiosk kiosk = kiosk_make(*state);
    struct journal_reader *reader = fixture_reader(kiosk.fixture);
    const uint64_t first = append_day(&kiosk, 2);

    assert_int_equal(journal_reader_get(reader, first, &row), ERR_OK);
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    assert_int_equal(job(&kiosk).days, 1);
    const uint64_t again = append(&kiosk, PLAIN);
    assert_int_equal(journal_reader_get(reader, again, &row), ERR_OK);
    assert_true(row.payload_opened);
    assert_int_equal(journal_reader_get(reader, first, &row), ERR_OK);
    assert_true(row.purged);
    journal_reader_close(reader);
    expect_sound(&kiosk);
    kiosk_free(&kiosk);
}

/* Cut off after any number of steps: what was begun is whole, and the next job ends it. */
static void a_job_can_be_cut_off_anywhere(void **state)
{
    struct kiosk kiosk = kiosk_make(*state);
    bool more = true;
    uint64_t last[3];

    for (unsigned day = 0; day < 3; day++)
        last[day] = append_day(&kiosk, 45);
    receipt_comes(&kiosk, kiosk.fixture->now.wall_ms);
    append_day(&kiosk, 5);
    kiosk.order.now_ms += DAYS * RETENTION_DAY_MS;
    for (unsigned steps = 1; more; steps++) {
        assert_true(steps < STEPS_MAX);
        job_begin(&kiosk);
        for (unsigned i = 0; more && i < steps; i++)
            assert_int_equal(retention_step(kiosk.retention, &more), ERR_OK);
        kiosk_stop(&kiosk);
        expect_sound(&kiosk);
        kiosk_start(&kiosk);
    }
    for (unsigned day = 0; day < 3; day++)
        expect_payload(&kiosk, last[day], "purged");
    assert_int_equal(fixture_number(kiosk.fixture->path, "SELECT count(*) FROM purge"), 1);
    assert_int_equal(fixture_number(kiosk.fixture->path, "SELECT sum(done) FROM purge"), 1);
    assert_int_equal(fixture_number(kiosk.fixture->path, "SELECT count(*) FROM day_key"), 1);
    kiosk_free(&kiosk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_old_enough),
        cmocka_unit_test(which_days_may_go),
        cmocka_unit_test(the_oldest_go_first),
        TEST(nothing_goes_before_its_time),
        TEST(our_own_clock_is_not_asked),
        TEST(receipts_are_remembered),
        TEST(a_mark_is_not_believed),
        TEST(a_receipt_of_another_history_ends_the_job),
        TEST(a_key_waits_for_all_that_it_seals),
        TEST(a_day_that_stays_is_found_again),
        TEST(a_day_that_stays_is_found_again_after_a_purge_that_was_cut_off),
        TEST(nothing_goes_before_all_was_looked_at),
        TEST(no_key_goes_while_an_entry_that_nobody_has_is_unreadable),
        TEST(what_the_counter_needs_stays),
        TEST(what_was_left_waits_for_what_tells_it_again),
        TEST(keyed_hashes_end_after_their_days),
        TEST(many_keyed_hashes_end_in_steps),
        TEST(the_purge_entry_says_what_and_why),
        TEST(nothing_else_is_taken_for_a_purge),
        TEST(nothing_of_a_purged_day_is_in_the_file),
        TEST(rows_that_move_leave_no_copies),
        TEST(no_copy_of_a_key_is_left_in_its_table),
        TEST(a_reader_is_not_waited_for),
        TEST(a_reader_forgets_the_key_too),
        TEST(a_day_that_comes_again_has_another_key),
        TEST(a_job_can_be_cut_off_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
