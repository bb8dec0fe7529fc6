/* Two histories: how a receipt is held against a journal, how an epoch begins, and what is taken
 * over in it, once. */
#include "store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal_receipt.h"
#include "journal_write.h"

#define KIOSK "CGK-03-0412"

static uint8_t their_hash[SIGN_HASH_LEN] = {0xcc, 1};

/* What the registry says it has: `last` with this hash, and when it said so. */
static struct receipt receipt_of(uint32_t epoch, uint64_t last, const uint8_t hash[SIGN_HASH_LEN],
                                 int64_t at_ms)
{
    struct receipt receipt = {
        .kiosk = KIOSK, .epoch = epoch, .next = last + 1, .registry_ms = at_ms};

    memcpy(receipt.head, hash, sizeof receipt.head);
    return receipt;
}

static struct journal *journal_of(const struct store_fixture *fixture, unsigned entries)
{
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head;
    char note[8];

    journal_head(journal, &head);
    while (head.seq < entries) {
        snprintf(note, sizeof note, "n%u", (unsigned)head.seq + 1);
        assert_int_equal(fixture_append(journal, fixture, note, &head), ERR_OK);
    }
    return journal;
}

static struct journal_head begin(struct journal *journal, const struct store_fixture *fixture,
                                 const struct receipt *receipt, uint64_t held)
{
    const struct journal_parting parting = {.receipt = *receipt, .held = held};
    struct journal_head head;

    assert_int_equal(journal_begin_epoch(journal, &parting, &fixture->now, &head), ERR_OK);
    return head;
}

static struct journal_head head_at(const struct store_fixture *fixture, uint64_t seq)
{
    struct journal_reader *reader = fixture_reader(fixture);
    struct journal_head at;

    assert_int_equal(journal_reader_head_at(reader, seq, &at), ERR_OK);
    journal_reader_close(reader);
    return at;
}

static void assert_stands(const struct store_fixture *fixture, const char *proves,
                          const struct receipt *receipt, enum receipt_standing standing,
                          uint64_t from)
{
    struct journal_reader *reader = fixture_reader(fixture);
    struct journal_standing judged;

    assert_int_equal(journal_receipt_judge(reader, receipt, &judged), ERR_OK);
    journal_reader_close(reader);
    if (judged.standing != standing || judged.from != from)
        fail_msg("%s: standing %d, from %d", proves, judged.standing, (int)judged.from);
}

static void assert_sound(const struct store_fixture *fixture, uint64_t entries)
{
    const struct journal_verdict verdict = fixture_verify(fixture);

    assert_string_equal(journal_fault_text(verdict.fault), "sound");
    assert_int_equal(verdict.entries, entries);
}

/* ---- receipts ----------------------------------------------------------------------------- */

static void a_receipt_is_held_against_the_journal(void **state)
{
    const struct store_fixture *fixture = *state;
    journal_close(journal_of(fixture, 5));
    const struct journal_head at = head_at(fixture, 3);
    static const uint8_t none[SIGN_HASH_LEN];
    const struct {
        const char *proves;
        struct receipt receipt;
        enum receipt_standing standing;
        uint64_t from;
    } rows[] = {
        {"our entry under our number", receipt_of(1, 3, at.hash, 1), RECEIPT_AGREES, 4},
        {"all of ours", receipt_of(1, 5, head_at(fixture, 5).hash, 1), RECEIPT_AGREES, 6},
        {"nothing yet", receipt_of(0, 0, none, 1), RECEIPT_AGREES, 1},
        {"nothing yet, but a head", receipt_of(0, 0, at.hash, 1), RECEIPT_FORKED, 1},
        {"another entry under our number", receipt_of(1, 3, their_hash, 1), RECEIPT_FORKED, 1},
        {"our entry under another number", receipt_of(1, 4, at.hash, 1), RECEIPT_FORKED, 1},
        {"our entry in another epoch", receipt_of(2, 3, at.hash, 1), RECEIPT_FORKED, 1},
        {"an entry we don't have", receipt_of(1, 6, their_hash, 1), RECEIPT_AHEAD, 1},
        {"the last number there is", receipt_of(1, INT64_MAX - 1, their_hash, 1), RECEIPT_AHEAD, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_stands(fixture, rows[i].proves, &rows[i].receipt, rows[i].standing, rows[i].from);
}

static void after_a_jump_only_the_named_head_and_what_follows_agree(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 5);
    const struct receipt theirs = receipt_of(1, 3, their_hash, 10);
    struct journal_head head = begin(journal, fixture, &theirs, 2);
    static const uint8_t none[SIGN_HASH_LEN];

    assert_int_equal(head.epoch, 2);
    assert_int_equal(head.seq, 6);
    assert_int_equal(fixture_append(journal, fixture, "on", &head), ERR_OK);
    const struct journal_head own = head_at(fixture, 3), first = head_at(fixture, 6);
    const struct {
        const char *proves;
        struct receipt receipt;
        enum receipt_standing standing;
        uint64_t from;
    } rows[] = {
        {"the head that the epoch names", theirs, RECEIPT_AGREES, 6},
        {"the epoch's first entry", receipt_of(2, 6, first.hash, 20), RECEIPT_AGREES, 7},
        {"its last", receipt_of(2, 7, head.hash, 20), RECEIPT_AGREES, 8},
        {"what was left", receipt_of(1, 3, own.hash, 20), RECEIPT_FORKED, 6},
        {"the registry has lost all", receipt_of(0, 0, none, 20), RECEIPT_FORKED, 6},
        {"the registry has gone on without us", receipt_of(2, 9, their_hash, 20), RECEIPT_AHEAD, 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_stands(fixture, rows[i].proves, &rows[i].receipt, rows[i].standing, rows[i].from);
    journal_close(journal);
}

static void an_epoch_that_leaves_nothing_out_is_one_chain_with_the_last(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 3);
    static const uint8_t none[SIGN_HASH_LEN];
    struct journal_head head;

    journal_head(journal, &head);
    const struct receipt all = receipt_of(1, 3, head.hash, 10);
    assert_int_equal(begin(journal, fixture, &all, 3).seq, 4);
    const struct receipt two = receipt_of(1, 2, head_at(fixture, 2).hash, 20);
    const struct receipt nothing = receipt_of(0, 0, none, 20);
    assert_stands(fixture, "an entry of the epoch before", &two, RECEIPT_AGREES, 3);
    assert_stands(fixture, "nothing", &nothing, RECEIPT_AGREES, 1);
    journal_close(journal);
    assert_sound(fixture, 4);
}

static void an_entry_that_has_to_be_looked_at_and_is_gone_is_damage(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal_standing judged;

    journal_close(journal_of(fixture, 5));
    fixture_sql(fixture->path, "DELETE FROM entry WHERE seq = 3");
    struct journal_reader *reader = fixture_reader(fixture);
    const struct receipt receipt = receipt_of(1, 3, their_hash, 1);
    assert_int_equal(journal_receipt_judge(reader, &receipt, &judged), ERR_CORRUPT);
    journal_reader_close(reader);
}

/* ---- beginning ---------------------------------------------------------------------------- */

static void epoch_payload(const struct store_fixture *fixture, uint64_t seq,
                          struct entry_epoch *out, struct entry_header *header)
{
    struct journal_reader *reader = fixture_reader(fixture);
    static struct journal_row row;

    assert_int_equal(journal_reader_get(reader, seq, &row), ERR_OK);
    journal_reader_close(reader);
    *header = row.header;
    assert_int_equal(row.header.kind, ENTRY_EPOCH);
    assert_int_equal(entry_epoch_decode(span_of(row.payload, row.payload_len), out), ERR_OK);
}

static void an_epoch_names_both_heads_and_uses_no_number_again(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 5);
    const struct receipt ahead = receipt_of(1, 30, their_hash, 10);
    struct entry_header header;
    struct entry_epoch epoch;
    struct journal_head own, head;

    journal_head(journal, &own);
    head = begin(journal, fixture, &ahead, 4);
    assert_int_equal(head.epoch, 2);
    assert_int_equal(head.seq, 31);
    epoch_payload(fixture, 31, &epoch, &header);
    assert_memory_equal(header.prev, their_hash, SIGN_HASH_LEN);
    assert_int_equal(epoch.previous_seq, 30);
    assert_int_equal(epoch.own_epoch, 1);
    assert_int_equal(epoch.own_seq, 5);
    assert_memory_equal(epoch.own_head, own.hash, SIGN_HASH_LEN);
    assert_int_equal(epoch.own_held, 4);
    assert_int_equal(epoch.receipt_ms, 10);
    assert_int_equal(fixture_append(journal, fixture, "on", &head), ERR_OK);
    assert_int_equal(head.seq, 32);
    journal_close(journal);
    assert_sound(fixture, 7);
    journal = fixture_journal(fixture);
    journal_head(journal, &own);
    assert_memory_equal(&own, &head, sizeof own);
    journal_close(journal);
}

static void a_receipt_that_is_played_again_begins_nothing(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 5);
    const struct receipt first = receipt_of(1, 30, their_hash, 10);
    struct journal_head head, before = begin(journal, fixture, &first, 0);
    static const struct {
        const char *proves;
        int64_t at_ms;
        enum err expected;
    } rows[] = {
        {"the same one", 10, ERR_OLD},
        {"one from before", 9, ERR_OLD},
        {"a later one", 11, ERR_OK},
        {"the first again", 10, ERR_OLD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct journal_parting parting = {.receipt =
                                                    receipt_of(1, 20, their_hash, rows[i].at_ms)};
        if (journal_begin_epoch(journal, &parting, &fixture->now, &head) != rows[i].expected)
            fail_msg("%s", rows[i].proves);
        journal_head(journal, &head);
        if (rows[i].expected)
            assert_int_equal(head.seq, before.seq);
        before = head;
    }
    journal_close(journal);
}

/* ---- beginning anew ------------------------------------------------------------------------- */

static void set_aside(const struct store_fixture *fixture, const char *aside)
{
    char wal[80], wal_aside[80];

    snprintf(wal, sizeof wal, "%s-wal", fixture->path);
    snprintf(wal_aside, sizeof wal_aside, "%s-wal", aside);
    assert_int_equal(rename(fixture->path, aside), 0);
    assert_int_equal(rename(wal, wal_aside), 0);
}

/* Makes a fresh journal after this receipt (NULL: none is known) and closes it. */
static struct journal_head begin_anew(const struct store_fixture *fixture,
                                      const struct receipt *receipt)
{
    struct journal_keys keys = fixture->keys;
    struct journal *journal = NULL;
    struct journal_head head;
    char why[JOURNAL_WHY_LEN] = "";

    keys.receipt = receipt;
    if (journal_open(fixture->path, KIOSK, &keys, &fixture->now, &journal, why))
        fail_msg("%s", why);
    journal_head(journal, &head);
    journal_close(journal);
    return head;
}

static void a_fresh_journal_goes_on_from_what_the_registry_has(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct receipt receipt = receipt_of(3, 30, their_hash, 10);
    struct journal_head head = begin_anew(fixture, &receipt);

    assert_int_equal(head.epoch, 4);
    assert_int_equal(head.seq, 30 + JOURNAL_HIDDEN_MAX + 1); /* the one that had it is gone */
    assert_stands(fixture, "what it was made after", &receipt, RECEIPT_AGREES, head.seq);
    journal_close(journal_of(fixture, (unsigned)head.seq + 1));
    assert_sound(fixture, 2);
}

/* An entry that nobody signed, whose header says this number. */
static void row_forge(const struct store_fixture *fixture, const char *path, uint64_t seq)
{
    const struct entry_header header = {
        .kiosk = KIOSK, .epoch = 1, .seq = seq, .kind = ENTRY_NOTE, .time = fixture->now};
    uint8_t bytes[ENTRY_HEADER_MAX];
    char sql[2 * ENTRY_HEADER_MAX + 128];
    size_t len = 0;

    assert_int_equal(entry_header_encode(&header, ENTRY_WHOLE, bytes, sizeof bytes, &len), ERR_OK);
    int at =
        snprintf(sql, sizeof sql, "INSERT INTO entry SELECT %llu, x'", (unsigned long long)seq);
    for (size_t i = 0; i < len; i++)
        at += sprintf(sql + at, "%02x", bytes[i]);
    sprintf(sql + at, "', zeroblob(64), zeroblob(50)");
    fixture_sql(path, sql);
}

struct aside_row {
    const char *proves;
    unsigned entries, earlier; /* of the file set aside last, and of one before that; 0: none */
    const char *damage;        /* SQL, or "zeros" */
    uint64_t forged;
    uint64_t theirs; /* the receipt's last entry; 0: none is known */
    uint64_t given;  /* up to where numbers may have been given out */
    uint32_t epoch;
};

static void one_set_aside(const struct store_fixture *fixture, const char *name, unsigned entries)
{
    char aside[64];

    journal_close(journal_of(fixture, entries));
    snprintf(aside, sizeof aside, "%s.damaged-%s", fixture->path, name);
    set_aside(fixture, aside);
}

static void aside_try(const struct aside_row *row)
{
    void *state = NULL;
    assert_int_equal(store_fixture_make(&state), 0);
    const struct store_fixture *fixture = state;
    const struct receipt theirs = receipt_of(1, row->theirs, their_hash, 10);
    char newest[64], wal[80];

    snprintf(newest, sizeof newest, "%s.damaged-2", fixture->path);
    snprintf(wal, sizeof wal, "%s-wal", newest);
    if (row->earlier) /* the clock was set back since: it comes last in a list */
        one_set_aside(fixture, "3", row->earlier);
    if (row->entries)
        one_set_aside(fixture, "2", row->entries);
    if (row->forged)
        row_forge(fixture, newest, row->forged);
    if (row->damage && strcmp(row->damage, "zeros") == 0)
        assert_int_equal(truncate(newest, 0) || truncate(newest, 40960) || truncate(wal, 0), 0);
    else if (row->damage)
        fixture_sql(newest, row->damage);

    const struct journal_head head = begin_anew(fixture, row->theirs ? &theirs : NULL);
    struct entry_header header;
    struct entry_epoch epoch;
    epoch_payload(fixture, head.seq, &epoch, &header);
    const uint64_t last = row->given > row->theirs ? row->given : row->theirs;
    if (head.seq != last + 1 || head.epoch != row->epoch || epoch.given_seq != row->given)
        fail_msg("%s: begins at %d of %d, given %d", row->proves, (int)head.seq, (int)head.epoch,
                 (int)epoch.given_seq);
    assert_memory_equal(header.prev, epoch.previous_head, SIGN_HASH_LEN);
    assert_int_equal(epoch.previous_seq, row->theirs);
    assert_sound(fixture, 1);
    assert_int_equal(store_fixture_remove(&state), 0);
}

static void numbers_of_a_file_that_was_set_aside_do_not_come_again(void **state)
{
    static const struct aside_row rows[] = {
        {"nothing was", 0, 0, NULL, 0, 0, 0, 1},
        {"above what it shows", 8, 0, NULL, 0, 4, 8, 2},
        {"above what the registry has", 8, 0, NULL, 0, 30, 8, 2},
        {"a receipt that is not known", 8, 0, NULL, 0, 0, 8, 2},
        {"of two the later began above the other", 8, 20, NULL, 0, 4, 21, 3},
        {"another kiosk's says nothing", 8, 0, "UPDATE meta SET kiosk = 'CGK-03-0413'", 0, 4, 0, 2},
        {"zeros", 8, 0, "zeros", 0, 4, 4 + JOURNAL_HIDDEN_MAX, 2},
        {"... and no receipt", 8, 0, "zeros", 0, 0, JOURNAL_HIDDEN_MAX, 1},
        {"... and more is in another", 8, 20, "zeros", 0, 4, 20 + JOURNAL_HIDDEN_MAX, 2},
        {"it has no entry", 8, 0, "DELETE FROM entry", 0, 4, 4 + JOURNAL_HIDDEN_MAX, 2},
        {"its last entry is damaged", 8, 0, "UPDATE entry SET header = x'00' WHERE seq = 8", 0, 4,
         7 + JOURNAL_HIDDEN_MAX, 2},
        {"its last entry is not signed", 8, 0,
         "UPDATE entry SET signature = zeroblob(64) WHERE seq = 8", 0, 4, 8 + JOURNAL_HIDDEN_MAX,
         2},
        {"a number that nobody signed", 8, 0, NULL, INT64_MAX - 1, 4, 8 + JOURNAL_HIDDEN_MAX, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        aside_try(&rows[i]);
}

/* ---- what verification accepts -------------------------------------------------------------- */

/* Stores an EPOCH that the journal's own code would not make. */
static void forge(struct journal *journal, const struct store_fixture *fixture,
                  struct entry_header *header, const struct entry_epoch *epoch)
{
    static const uint8_t salt[ENTRY_SALT_LEN];
    uint8_t payload[EPOCH_PAYLOAD_MAX];
    struct journal_head head;
    size_t len = 0;

    assert_int_equal(entry_epoch_encode(epoch, salt, payload, sizeof payload, &len), ERR_OK);
    header->time = fixture->now;
    assert_int_equal(journal_store(journal, header, span_of(payload, len), NULL, &head), ERR_OK);
}

static void a_jump_is_sound_only_as_an_epoch_that_names_it(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        enum entry_kind kind;
        uint32_t epoch;
        uint64_t seq, theirs, own;
        uint8_t named, chained, left;
        enum journal_fault fault;
        uint64_t bad;
    } rows[] = {
        {"as it should be", ENTRY_EPOCH, 2, 31, 30, 3, 1, 1, 0, JOURNAL_SOUND, 0},
        {"it names another head", ENTRY_EPOCH, 2, 31, 30, 3, 2, 1, 0, JOURNAL_CHAIN_BROKEN, 31},
        {"it is chained to another head", ENTRY_EPOCH, 2, 31, 30, 3, 1, 2, 0, JOURNAL_CHAIN_BROKEN,
         31},
        {"it leaves out more than it names", ENTRY_EPOCH, 2, 32, 30, 3, 1, 1, 0,
         JOURNAL_CHAIN_BROKEN, 32},
        {"the journal ended elsewhere", ENTRY_EPOCH, 2, 31, 30, 2, 1, 1, 0, JOURNAL_CHAIN_BROKEN,
         31},
        {"the journal ended with another entry", ENTRY_EPOCH, 2, 31, 30, 3, 1, 1, 1,
         JOURNAL_CHAIN_BROKEN, 31},
        {"the epoch stays", ENTRY_EPOCH, 1, 31, 30, 3, 1, 1, 0, JOURNAL_MISSING, 4},
        {"an epoch is left out", ENTRY_EPOCH, 3, 31, 30, 3, 1, 1, 0, JOURNAL_CHAIN_BROKEN, 31},
        {"another kind leaves numbers out", ENTRY_NOTE, 2, 31, 30, 3, 1, 1, 0, JOURNAL_MISSING, 4},
        {"another kind begins an epoch", ENTRY_NOTE, 2, 4, 3, 3, 1, 1, 0, JOURNAL_CHAIN_BROKEN, 4},
    };

    journal_close(journal_of(fixture, 3));
    fixture_keep(fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct journal *journal = fixture_journal(fixture);
        struct journal_head own;
        journal_head(journal, &own);
        struct entry_header header = {.kind = rows[i].kind,
                                      .epoch = rows[i].epoch,
                                      .seq = rows[i].seq,
                                      .prev = {rows[i].chained}};
        struct entry_epoch epoch = {.previous_epoch = 1,
                                    .previous_seq = rows[i].theirs,
                                    .previous_head = {rows[i].named},
                                    .own_epoch = 1,
                                    .own_seq = rows[i].own};
        memcpy(epoch.own_head, own.hash, sizeof epoch.own_head);
        epoch.own_head[0] ^= rows[i].left;
        forge(journal, fixture, &header, &epoch);
        journal_close(journal);
        const struct journal_verdict verdict = fixture_verify(fixture);
        if (verdict.fault != rows[i].fault || verdict.seq != rows[i].bad)
            fail_msg("%s: %s at %d", rows[i].proves, journal_fault_text(verdict.fault),
                     (int)verdict.seq);
        fixture_restore(fixture);
    }
}

static void an_epoch_comes_once_and_rises(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 3);
    const struct receipt theirs = receipt_of(4, 30, their_hash, 10);
    struct journal_head own = begin(journal, fixture, &theirs, 3);
    const struct entry_epoch epoch = {.previous_epoch = own.epoch, .previous_seq = own.seq};
    struct entry_header header = {.kind = ENTRY_EPOCH, .epoch = own.epoch - 1, .seq = own.seq + 1};

    memcpy(header.prev, own.hash, sizeof header.prev);
    forge(journal, fixture, &header, &epoch); /* it lowers the epoch */
    journal_close(journal);
    const struct journal_verdict verdict = fixture_verify(fixture);
    assert_int_equal(verdict.fault, JOURNAL_CHAIN_BROKEN);
    assert_int_equal(verdict.seq, 32);
}

static void only_a_journals_first_names_what_another_file_gave_out(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 3);
    struct entry_header header = {.kind = ENTRY_EPOCH, .epoch = 2, .seq = 41};
    struct entry_epoch epoch = {.own_epoch = 1, .own_seq = 3, .given_seq = 40};
    struct journal_head own;

    journal_head(journal, &own);
    memcpy(epoch.own_head, own.hash, sizeof epoch.own_head);
    forge(journal, fixture, &header, &epoch);
    journal_close(journal);
    const struct journal_verdict verdict = fixture_verify(fixture);
    assert_int_equal(verdict.fault, JOURNAL_CHAIN_BROKEN);
    assert_int_equal(verdict.seq, 41);
}

/* ---- taking over -------------------------------------------------------------------------- */

/* Steps until nothing is pending, or `n_max` entries were appended. */
static unsigned recover(struct journal *journal, const struct store_fixture *fixture,
                        unsigned n_max, unsigned *passed)
{
    struct journal_recovery pending;
    unsigned n = 0;
    enum err err;

    while (n < n_max && !(err = journal_recovery_pending(journal, &pending))) {
        char why[JOURNAL_WHY_LEN];
        struct journal_reader *source = NULL;
        struct journal_recovered done = {0};
        const char *path = pending.source[0] ? pending.source : fixture->path;
        assert_int_equal(journal_reader_open(path, fixture->root, &source, why), ERR_OK);
        assert_int_equal(journal_recover_step(journal, source, &pending, &fixture->now, &done),
                         ERR_OK);
        journal_reader_close(source);
        n += done.appended;
        *passed += done.passed;
    }
    return n;
}

/* Asserts that the entry `seq` holds the original `of`, bytes and all. */
static void assert_recovered(const struct store_fixture *fixture, const char *source, uint64_t seq,
                             uint64_t of)
{
    static struct journal_row row, original;
    struct journal_reader *reader = fixture_reader(fixture), *from = NULL;
    struct entry_recovered held;
    struct entry_header header;
    char why[JOURNAL_WHY_LEN];

    assert_int_equal(journal_reader_open(source, fixture->root, &from, why), ERR_OK);
    assert_int_equal(journal_reader_get(reader, seq, &row), ERR_OK);
    assert_int_equal(row.header.kind, ENTRY_RECOVERED);
    assert_int_equal(entry_recovered_decode(span_of(row.payload, row.payload_len), &held, &header),
                     ERR_OK);
    assert_int_equal(header.seq, of);
    assert_int_equal(journal_reader_get(from, of, &original), ERR_OK);
    assert_int_equal(held.header.len, original.header_len);
    assert_memory_equal(held.header.p, original.header_bytes, original.header_len);
    assert_memory_equal(held.signature, original.signature, SIGN_LEN);
    assert_int_equal(held.payload.len, original.payload_len);
    assert_memory_equal(held.payload.p, original.payload, original.payload_len);
    journal_reader_close(reader);
    journal_reader_close(from);
}

static void what_the_registry_may_lack_is_appended_again_whole(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 5);
    const struct receipt theirs = receipt_of(1, 30, their_hash, 10);
    unsigned passed = 0;

    begin(journal, fixture, &theirs, 3);
    assert_int_equal(recover(journal, fixture, 100, &passed), 5); /* some that it has, to be sure */
    assert_int_equal(passed, 0);
    for (uint64_t i = 1; i <= 5; i++)
        assert_recovered(fixture, fixture->path, 31 + i, i);
    assert_int_equal(recover(journal, fixture, 100, &passed), 0);
    journal_close(journal);
    assert_sound(fixture, 11);
}

static void what_the_registry_has_for_certain_is_left_out(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 30);
    const struct receipt theirs = receipt_of(1, 40, their_hash, 10);
    const struct receipt more = receipt_of(2, 99, their_hash, 20);
    struct journal_head head;
    unsigned passed = 0;

    begin(journal, fixture, &theirs, 28);
    assert_int_equal(recover(journal, fixture, 100, &passed), 18); /* 13 .. 30 */
    assert_recovered(fixture, fixture->path, 42, 13);
    journal_head(journal, &head);
    begin(journal, fixture, &more, head.seq); /* all of it */
    assert_int_equal(recover(journal, fixture, 100, &passed), 0);
    journal_close(journal);
}

static void officers_go_on_between_and_a_killed_recovery_goes_on(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 5);
    const struct receipt theirs = receipt_of(1, 30, their_hash, 10);
    struct journal_head head;
    unsigned passed = 0;

    begin(journal, fixture, &theirs, 0);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(recover(journal, fixture, 1, &passed), 1);
        assert_int_equal(fixture_append(journal, fixture, "on", &head), ERR_OK);
        journal_close(journal);
        journal = fixture_journal(fixture);
    }
    assert_int_equal(recover(journal, fixture, 100, &passed), 0);
    journal_close(journal);
    for (uint64_t i = 0; i < 5; i++)
        assert_recovered(fixture, fixture->path, 32 + 2 * i, i + 1);
    assert_sound(fixture, 16);
}

static void a_second_parting_takes_over_originals_and_not_their_covers(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 3);
    const struct receipt first = receipt_of(1, 30, their_hash, 10);
    const struct receipt second = receipt_of(1, 50, their_hash, 20);
    unsigned passed = 0;

    begin(journal, fixture, &first, 0);                         /* 31 */
    assert_int_equal(recover(journal, fixture, 2, &passed), 2); /* 32, 33: not the third */
    assert_int_equal(begin(journal, fixture, &second, 30).seq, 51);
    /* The first parting's third, and what it may answer; then from 15 on: 31, and what 32 and 33
     * hold. */
    assert_int_equal(recover(journal, fixture, 100, &passed), 6);
    for (uint64_t i = 1; i <= 3; i++)
        assert_recovered(fixture, fixture->path, 51 + i, i);
    assert_recovered(fixture, fixture->path, 55, 31);
    assert_recovered(fixture, fixture->path, 56, 1);
    assert_recovered(fixture, fixture->path, 57, 2);
    journal_close(journal);
    assert_sound(fixture, 13);
}

static void a_registry_from_before_this_journal_gets_what_another_file_holds(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct receipt all = receipt_of(1, 30, their_hash, 10);
    const struct receipt restored = receipt_of(1, 20, their_hash, 20);
    const struct receipt later = receipt_of(2, 99, their_hash, 30);
    struct journal_keys keys = fixture->keys;
    struct journal *journal = NULL;
    char aside[64], why[JOURNAL_WHY_LEN];
    unsigned passed = 0;

    journal_close(journal_of(fixture, 30));
    snprintf(aside, sizeof aside, "%s.damaged-1", fixture->path);
    set_aside(fixture, aside);
    keys.receipt = &all;
    assert_int_equal(journal_open(fixture->path, KIOSK, &keys, &fixture->now, &journal, why),
                     ERR_OK);
    assert_int_equal(journal_recover_from(journal, aside, 30, 30), ERR_OK);
    assert_int_equal(recover(journal, fixture, 100, &passed), 1);

    begin(journal, fixture, &restored, 20);                            /* 33 */
    assert_int_equal(recover(journal, fixture, 100, &passed), 26 + 2); /* 5 .. 30; 31, 32 */
    assert_recovered(fixture, aside, 34, 5);
    begin(journal, fixture, &later, 90); /* that is no earlier one */
    assert_int_equal(recover(journal, fixture, 100, &passed), 0);
    journal_close(journal);
}

static void another_file_is_taken_over_as_far_as_it_can_be_read(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct receipt theirs = receipt_of(1, 4, their_hash, 10);
    struct journal_keys keys = fixture->keys;
    struct journal *journal = NULL;
    char aside[64], why[JOURNAL_WHY_LEN];
    unsigned passed = 0;

    journal_close(journal_of(fixture, 8));
    snprintf(aside, sizeof aside, "%s.damaged-1", fixture->path);
    set_aside(fixture, aside);
    fixture_sql(aside, "UPDATE entry SET payload = zeroblob(50) WHERE seq = 6;"
                       "UPDATE entry SET signature = zeroblob(64) WHERE seq = 7");

    keys.receipt = &theirs;
    assert_int_equal(journal_open(fixture->path, KIOSK, &keys, &fixture->now, &journal, why),
                     ERR_OK);
    for (unsigned i = 0; i < 2; i++) /* noted again: nothing more */
        assert_int_equal(journal_recover_from(journal, aside, 5, UINT64_MAX), ERR_OK);
    assert_int_equal(recover(journal, fixture, 100, &passed), 2);
    assert_int_equal(passed, 2);
    assert_int_equal(journal_recover_from(journal, aside, 5, UINT64_MAX), ERR_OK);
    assert_int_equal(recover(journal, fixture, 100, &passed), 0);
    journal_close(journal);
    assert_recovered(fixture, aside, 10, 5);
    assert_recovered(fixture, aside, 11, 8);
    assert_sound(fixture, 3);
}

/* Gives the row 2 of a leaf page the number 20, in its place between 1 and 3. */
static void number_damage(const char *path)
{
    uint8_t page[4096];
    FILE *file = fopen(path, "r+");

    assert_non_null(file);
    for (long at = 0; fread(page, sizeof page, 1, file) == 1; at += (long)sizeof page) {
        if (page[0] != 0x0d || page[4] < 8)
            continue;
        uint8_t *cell = page + (page[10] << 8 | page[11]); /* the second's, of a leaf of a table */
        while (*cell++ & 0x80) {
        }
        assert_int_equal(*cell, 2);
        *cell = 20;
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fwrite(page, sizeof page, 1, file), 1);
        fclose(file);
        return;
    }
    fail_msg("no such page");
}

static void damaged_number_hides_none(const struct store_fixture *fixture, uint64_t last)
{
    struct journal *journal = journal_of(fixture, 8);
    char aside[64], sql[128];
    unsigned passed = 0;

    snprintf(aside, sizeof aside, "%s.aside", fixture->path);
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", aside);
    fixture_sql(fixture->path, sql);
    number_damage(aside);
    assert_int_equal(journal_recover_from(journal, aside, 1, last), ERR_OK);
    assert_int_equal(recover(journal, fixture, 100, &passed), 6);
    journal_close(journal);
    assert_recovered(fixture, fixture->path, 9, 1);
    for (uint64_t i = 4; i <= 8; i++) /* 2 is damaged, and 3 is not found behind it */
        assert_recovered(fixture, fixture->path, 6 + i, i);
}

static void a_damaged_number_hides_no_other_entry(void **state)
{
    damaged_number_hides_none(*state, 30);
}

static void nor_does_one_beyond_the_last(void **state)
{
    damaged_number_hides_none(*state, 12);
}

static void a_source_that_cannot_be_read_is_given_up(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = journal_of(fixture, 1);
    struct journal_recovery pending;

    assert_int_equal(journal_recover_from(journal, "/nowhere", 1, 9), ERR_OK);
    assert_int_equal(journal_recovery_pending(journal, &pending), ERR_OK);
    assert_string_equal(pending.source, "/nowhere");
    assert_int_equal(journal_recovery_give_up(journal, &pending), ERR_OK);
    assert_int_equal(journal_recovery_pending(journal, &pending), ERR_MISSING);
    journal_close(journal);
}

int main(void)
{
#define EPOCH_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        EPOCH_TEST(a_receipt_is_held_against_the_journal),
        EPOCH_TEST(after_a_jump_only_the_named_head_and_what_follows_agree),
        EPOCH_TEST(an_epoch_that_leaves_nothing_out_is_one_chain_with_the_last),
        EPOCH_TEST(an_entry_that_has_to_be_looked_at_and_is_gone_is_damage),
        EPOCH_TEST(an_epoch_names_both_heads_and_uses_no_number_again),
        EPOCH_TEST(a_receipt_that_is_played_again_begins_nothing),
        EPOCH_TEST(a_fresh_journal_goes_on_from_what_the_registry_has),
        cmocka_unit_test(numbers_of_a_file_that_was_set_aside_do_not_come_again),
        EPOCH_TEST(a_jump_is_sound_only_as_an_epoch_that_names_it),
        EPOCH_TEST(only_a_journals_first_names_what_another_file_gave_out),
        EPOCH_TEST(an_epoch_comes_once_and_rises),
        EPOCH_TEST(what_the_registry_may_lack_is_appended_again_whole),
        EPOCH_TEST(what_the_registry_has_for_certain_is_left_out),
        EPOCH_TEST(officers_go_on_between_and_a_killed_recovery_goes_on),
        EPOCH_TEST(a_second_parting_takes_over_originals_and_not_their_covers),
        EPOCH_TEST(a_registry_from_before_this_journal_gets_what_another_file_holds),
        EPOCH_TEST(another_file_is_taken_over_as_far_as_it_can_be_read),
        EPOCH_TEST(a_damaged_number_hides_no_other_entry),
        EPOCH_TEST(nor_does_one_beyond_the_last),
        EPOCH_TEST(a_source_that_cannot_be_read_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
