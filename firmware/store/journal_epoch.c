/* Beginning an epoch, and taking over what the registry may lack.
 *
 * An epoch is begun by one transaction: its EPOCH entry, and a row of `recovery` that says which of
 * the journal's own entries are to be appended again. Each of those is one more transaction, of the
 * RECOVERED entry and the row's new `next`, so that however it ends none is passed by. Officers
 * go on recording between them. recovery(no, source, next, last) is only the work list:
 * what it says is not signed and decides nothing but what is still to be done.
 *
 * A receipt begins an epoch only if it is later, by the registry's clock, than the one that the
 * last EPOCH names: an old receipt that somebody plays again begins none.
 *
 * The taking over begins some entries early, and again so where an epoch begins meanwhile. They are
 * in the registry already and count once, but whoever reads a decision there finds the PRESENTED
 * that it answers before it.
 */
#include "journal_epoch.h"

#include "journal_find.h"
#include "journal_write.h"

#define LAST_MAX (INT64_MAX - 1)

/* ---- epochs ------------------------------------------------------------------------------- */

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void epoch_name(const struct journal_head *own, const struct journal_parting *parting,
                struct entry_epoch *out)
{
    const struct receipt *receipt = &parting->receipt;

    *out = (struct entry_epoch){.own_epoch = own->epoch,
                                .own_seq = own->seq,
                                .previous_epoch = receipt->epoch,
                                .previous_seq = receipt->next - 1,
                                .own_held = parting->held < own->seq ? parting->held : own->seq,
                                .receipt_ms = receipt->registry_ms};
    memcpy(out->own_head, own->hash, sizeof out->own_head);
    memcpy(out->previous_head, receipt->head, sizeof out->previous_head);
}

enum err epoch_make(const struct entry_epoch *epoch, const struct clock_reading *now,
                    struct entry_header *header, uint8_t payload[EPOCH_PAYLOAD_MAX], size_t *len)
{
    uint8_t salt[ENTRY_SALT_LEN];
    const uint64_t higher =
        larger(larger(epoch->own_epoch, epoch->previous_epoch), epoch->given_epoch);
    const uint64_t later = larger(larger(epoch->own_seq, epoch->previous_seq), epoch->given_seq);

    if (higher == UINT32_MAX || later >= INT64_MAX - 1)
        return ERR_SIZE; /* no number is left: no kiosk lives that long */
    *header = (struct entry_header){
        .kind = ENTRY_EPOCH, .time = *now, .epoch = (uint32_t)higher + 1, .seq = later + 1};
    memcpy(header->prev, epoch->previous_head, sizeof header->prev);
    seal_random(salt, sizeof salt);
    return entry_epoch_encode(epoch, salt, payload, EPOCH_PAYLOAD_MAX, len);
}

/* The payload of the entry that began the journal's epoch. */
static enum err begin_read(struct journal *journal, struct entry_epoch *out)
{
    struct journal_begin begin;
    struct stored_entry stored;
    struct entry_header header;
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    enum err err =
        journal_begin_find(journal->at_or_after, journal->head.seq, journal->head.epoch, &begin);

    if (err)
        return err == ERR_MISSING ? ERR_CORRUPT : err;
    sqlite3_bind_int64(journal->at_or_after, 1, (sqlite3_int64)begin.seq);
    const int rc = database_step(journal->at_or_after);
    if (rc == SQLITE_ROW) {
        stored_entry_read(journal->at_or_after, &stored);
        err = entry_header_decode(stored.header, ENTRY_WHOLE, &header);
        if (!err)
            err = cose_check(journal->own, stored.header, stored.signature.p);
        if (!err)
            err = payload_open(&journal->days, &stored, &header, payload, &len);
        if (!err)
            err = entry_epoch_decode(span_of(payload, len), out);
    } else {
        err = rc == SQLITE_DONE ? ERR_CORRUPT : database_err(rc);
    }
    sqlite3_reset(journal->at_or_after);
    return err == ERR_AUTH || err == ERR_INVALID ? ERR_CORRUPT : err;
}

static enum err recovery_add(struct journal *journal, const struct journal_recovery *recovery)
{
    sqlite3_stmt *insert = NULL;
    enum err err = database_prepare(&journal->database,
                                    "INSERT INTO recovery(source, next, last) SELECT ?1, ?2, ?3"
                                    " WHERE ?1 = '' OR NOT EXISTS"
                                    " (SELECT 1 FROM recovery WHERE source = ?1)",
                                    &insert);

    if (err)
        return err;
    sqlite3_bind_text(insert, 1, recovery->source, -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, (sqlite3_int64)recovery->next);
    sqlite3_bind_int64(insert, 3, (sqlite3_int64)recovery->last);
    err = database_step_done(insert);
    sqlite3_finalize(insert);
    return err;
}

uint64_t journal_recovery_first(uint64_t held)
{
    return held > JOURNAL_RECOVERY_OVERLAP ? held - JOURNAL_RECOVERY_OVERLAP + 1 : 1;
}

/* What is under way goes on some entries before where it stopped, in the epoch that was left. A
 * registry that was restored to before this journal was begun gets more of the other files. */
static enum err under_way_step_back(struct journal *journal, uint64_t theirs)
{
    sqlite3_stmt *update = NULL;
    enum err err =
        database_prepare(&journal->database,
                         "UPDATE recovery SET next = CASE WHEN ?1 < (SELECT min(seq) FROM entry)"
                         " AND source <> '' THEN min(next, ?2) ELSE max(next - ?3, 1) END"
                         " WHERE next <= last"
                         " OR (source <> '' AND ?1 < (SELECT min(seq) FROM entry))",
                         &update);

    if (err)
        return err;
    sqlite3_bind_int64(update, 1, (sqlite3_int64)theirs);
    sqlite3_bind_int64(update, 2, (sqlite3_int64)journal_recovery_first(theirs));
    sqlite3_bind_int64(update, 3, JOURNAL_RECOVERY_OVERLAP);
    err = database_step_done(update);
    sqlite3_finalize(update);
    return err;
}

static enum err rest_note(struct journal *journal, const struct entry_header *header,
                          const void *user)
{
    const struct journal_parting *parting = user;
    const struct journal_recovery rest = {.next = journal_recovery_first(parting->held),
                                          .last = journal->head.seq};

    (void)header;
    const enum err err = under_way_step_back(journal, parting->receipt.next - 1);
    if (err || parting->held >= rest.last)
        return err;
    return recovery_add(journal, &rest);
}

enum err journal_begin_epoch(struct journal *journal, const struct journal_parting *parting,
                             const struct clock_reading *now, struct journal_head *head)
{
    const struct journal_beside beside = {.store = rest_note, .user = parting};
    uint8_t payload[EPOCH_PAYLOAD_MAX];
    struct entry_header header;
    struct entry_epoch last, epoch;
    size_t len = 0;
    enum err err = journal_head_make_sure(journal);

    if (!err)
        err = begin_read(journal, &last);
    if (!err && parting->receipt.registry_ms <= last.receipt_ms)
        err = ERR_OLD;
    if (!err) {
        epoch_name(&journal->head, parting, &epoch);
        err = epoch_make(&epoch, now, &header, payload, &len);
    }
    return err ? err : journal_store(journal, &header, span_of(payload, len), &beside, head);
}

/* ---- what is to be taken over -------------------------------------------------------------- */

enum err journal_recover_from(struct journal *journal, const char *source, uint64_t from,
                              uint64_t last)
{
    struct journal_recovery recovery = {.next = from, .last = last < LAST_MAX ? last : LAST_MAX};

    if (strlen(source) >= sizeof recovery.source)
        return ERR_SIZE;
    strcpy(recovery.source, source);
    enum err err = database_begin(&journal->database);
    if (err)
        return err;
    err = recovery_add(journal, &recovery);
    if (!err)
        return database_commit(&journal->database);
    database_rollback(&journal->database);
    return err;
}

enum err journal_recovery_pending(struct journal *journal, struct journal_recovery *out)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(&journal->database,
                                    "SELECT no, source, next, last FROM recovery"
                                    " WHERE next <= last ORDER BY no LIMIT 1",
                                    &select);

    if (err)
        return err;
    const int rc = database_step(select);
    if (rc == SQLITE_ROW) {
        struct journal_recovery found = {.no = sqlite3_column_int64(select, 0),
                                         .next = (uint64_t)sqlite3_column_int64(select, 2),
                                         .last = (uint64_t)sqlite3_column_int64(select, 3)};
        const struct span source = database_column(select, 1);
        if (source.len < sizeof found.source) {
            memcpy(found.source, source.len ? source.p : (const uint8_t *)"", source.len);
            *out = found;
        } else {
            err = ERR_CORRUPT;
        }
    } else {
        err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    }
    sqlite3_finalize(select);
    return err;
}

/* Where a recovery is after a step. */
struct progress {
    int64_t no;
    uint64_t next;
};

static enum err progress_store(struct journal *journal, const struct entry_header *header,
                               const void *user)
{
    const struct progress *progress = user;
    sqlite3_stmt *update = NULL;
    enum err err = database_prepare(&journal->database,
                                    "UPDATE recovery SET next = ?2 WHERE no = ?1", &update);

    (void)header;
    if (err)
        return err;
    sqlite3_bind_int64(update, 1, progress->no);
    sqlite3_bind_int64(update, 2, (sqlite3_int64)progress->next);
    err = database_step_done(update);
    sqlite3_finalize(update);
    return err;
}

/* ---- taking over -------------------------------------------------------------------------- */

struct step {
    struct journal *journal;
    struct journal_reader *source;
    const struct journal_recovery *recovery;
    struct progress progress;
    struct journal_row row;
    struct entry_recovered original; /* borrows from row */
    struct journal_recovered out;
};

static bool ours(const struct step *step, const char *kiosk)
{
    const struct entry_recovered *original = &step->original;

    return strcmp(kiosk, step->journal->kiosk) == 0 &&
           cose_check(step->journal->own, original->header, original->signature) == ERR_OK;
}

/* Takes the original that the row is, or holds; false: it is no entry of this kiosk. */
static bool original_take(struct step *step)
{
    const struct journal_row *row = &step->row;
    struct entry_header header;

    step->original =
        (struct entry_recovered){.header = span_of(row->header_bytes, row->header_len)};
    memcpy(step->original.signature, row->signature, sizeof row->signature);
    if (row->payload_len)
        step->original.payload = span_of(row->payload, row->payload_len);
    if (!ours(step, row->header.kiosk))
        return false;
    if (row->header.kind != ENTRY_RECOVERED)
        return true;
    return entry_recovered_decode(step->original.payload, &step->original, &header) == ERR_OK &&
           ours(step, header.kiosk);
}

/* Looks at the source's next entry. ERR_MISSING: nothing is left; ERR_CORRUPT: it is damaged, or
 * not ours. Either way progress is after what was looked at, but for other failures. Only before an
 * EPOCH are numbers left out; before another entry they are damaged, and what lies among them has
 * to be tried one by one. */
static enum err original_look(struct step *step)
{
    uint64_t seq = step->progress.next;
    enum err err = journal_reader_seek(step->source, &seq);

    if (err == ERR_MISSING) {
        step->progress.next = step->recovery->last + 1;
        return ERR_MISSING;
    }
    if (!err && seq > step->recovery->last)
        err = ERR_CORRUPT;
    if (!err)
        err = journal_reader_get(step->source, seq, &step->row);
    if (err == ERR_MISSING) /* pages that do not fit together */
        err = ERR_CORRUPT;
    if (seq != step->progress.next && (err || step->row.header.kind != ENTRY_EPOCH)) {
        seq = step->progress.next;
        err = err ? err : ERR_CORRUPT;
    }
    if (!err && !original_take(step))
        err = ERR_CORRUPT;
    if (err && err != ERR_CORRUPT)
        return err;
    step->progress.next = seq + 1;
    step->out.seq = seq;
    return err;
}

static enum err progress_commit(struct step *step)
{
    enum err err = database_begin(&step->journal->database);

    if (err)
        return err;
    err = progress_store(step->journal, NULL, &step->progress);
    if (!err)
        return database_commit(&step->journal->database);
    database_rollback(&step->journal->database);
    return err;
}

static enum err original_append(struct step *step, const struct clock_reading *now)
{
    const struct journal_beside beside = {.store = progress_store, .user = &step->progress};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    seal_random(salt, sizeof salt);
    const enum err err =
        entry_recovered_encode(&step->original, salt, payload, sizeof payload, &len);
    if (err)
        return progress_commit(step); /* it can't be read by anybody: passed by */
    step->out.appended = true;
    return journal_append_with(step->journal, ENTRY_RECOVERED, now, span_of(payload, len), &beside,
                               &step->out.head);
}

enum err journal_recover_step(struct journal *journal, struct journal_reader *source,
                              const struct journal_recovery *recovery,
                              const struct clock_reading *now, struct journal_recovered *out)
{
    struct step step = {.journal = journal,
                        .source = source,
                        .recovery = recovery,
                        .progress = {.no = recovery->no, .next = recovery->next}};
    enum err err = ERR_CORRUPT;

    journal_head(journal, &step.out.head);
    for (unsigned looks = 0; err == ERR_CORRUPT && looks < JOURNAL_RECOVERY_LOOKS &&
                             step.progress.next <= recovery->last;
         looks++) {
        err = original_look(&step);
        step.out.passed += err == ERR_CORRUPT;
    }
    if (!err)
        err = original_append(&step, now);
    else if (err == ERR_MISSING || err == ERR_CORRUPT)
        err = progress_commit(&step);
    if (err)
        return err;
    step.out.done = step.progress.next > recovery->last;
    *out = step.out;
    return ERR_OK;
}

enum err journal_recovery_give_up(struct journal *journal, const struct journal_recovery *recovery)
{
    struct step step = {.journal = journal,
                        .progress = {.no = recovery->no, .next = recovery->last + 1}};

    return progress_commit(&step);
}
