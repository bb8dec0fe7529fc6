/* Appending to the journal.
 *
 * One entry is one transaction: header, signature, sealed payload, on the first of a day the day's
 * key, and with a decision what its traveller is found by. The head in memory is what the chain
 * goes on from; after a COMMIT that failed nobody knows whether it is stored (the WAL frames may be
 * on the disk although fsync said no), so the head is read again from the file before anything else
 * is appended.
 *
 * The entry as built is verified by nobody here: a signature that this key just made is good.
 * Opening is journal_open.c's; the whole chain is journal_verify's.
 */
#include "journal.h"

#include <assert.h>

#include "journal_write.h"

/* Is this entry whole and ours, with its payload? */
static enum err tail_check(struct journal *journal, const struct stored_entry *stored)
{
    struct entry_header header;
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    if (entry_header_decode(stored->header, ENTRY_WHOLE, &header) || header.seq != stored->seq ||
        strcmp(header.kiosk, journal->kiosk) != 0 || stored->signature.len != SIGN_LEN)
        return ERR_CORRUPT;
    enum err err = cose_check(journal->own, stored->header, stored->signature.p);
    if (!err)
        err = payload_open(&journal->days, stored, &header, payload, &len);
    return err == ERR_AUTH || err == ERR_INVALID ? ERR_CORRUPT : err;
}

enum err journal_head_read(struct journal *journal, uint64_t *seq)
{
    struct stored_entry stored;
    enum err err;
    const int rc = database_step(journal->last);

    if (rc == SQLITE_ROW) {
        stored_entry_read(journal->last, &stored);
        *seq = stored.seq;
        err = tail_check(journal, &stored);
        if (!err)
            err = stored_entry_head(journal->last, &journal->head);
        journal->head_unsure = err != ERR_OK;
    } else {
        err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    }
    sqlite3_reset(journal->last);
    return err;
}

/* ---- appending ---------------------------------------------------------------------------- */

enum err journal_entry_insert(struct journal *journal, struct entry_header *header,
                              struct span payload, uint8_t hash[SIGN_HASH_LEN])
{
    uint8_t bytes[ENTRY_HEADER_MAX], signature[SIGN_LEN], sealed[JOURNAL_SEALED_MAX];
    uint8_t context[PAYLOAD_CONTEXT_LEN];
    size_t len = 0, sealed_len = 0;
    const struct seal_key *key = NULL;

    memcpy(header->kiosk, journal->kiosk, sizeof header->kiosk);
    sign_hash(payload, header->payload_hash);
    enum err err = entry_header_encode(header, ENTRY_WHOLE, bytes, sizeof bytes, &len);

    if (!err)
        err = cose_sign(journal->signer, span_of(bytes, len), signature);
    if (!err)
        err = payload_key_make(&journal->days, header, &key);
    if (!err)
        err = seal_box(key, payload_context(header, context), payload, sealed, sizeof sealed,
                       &sealed_len);
    if (err)
        return err;
    sqlite3_bind_int64(journal->insert, 1, (sqlite3_int64)header->seq);
    sqlite3_bind_blob(journal->insert, 2, bytes, (int)len, SQLITE_STATIC);
    sqlite3_bind_blob(journal->insert, 3, signature, sizeof signature, SQLITE_STATIC);
    sqlite3_bind_blob(journal->insert, 4, sealed, (int)sealed_len, SQLITE_STATIC);
    err = database_step_done(journal->insert);
    sqlite3_clear_bindings(journal->insert);
    sign_hash(span_of(bytes, len), hash);
    return err;
}

enum err journal_head_make_sure(struct journal *journal)
{
    uint64_t seq;

    return journal->head_unsure ? journal_head_read(journal, &seq) : ERR_OK;
}

enum err journal_store(struct journal *journal, struct entry_header *header, struct span payload,
                       const struct journal_beside *beside, struct journal_head *head)
{
    struct journal_head next = {.epoch = header->epoch, .seq = header->seq};

    assert(!journal->head_unsure && header->seq > journal->head.seq);
    assert(payload.len <=
           (header->kind == ENTRY_RECOVERED ? ENTRY_PAYLOAD_MAX : ENTRY_ORIGINAL_MAX));
    if (database_has_moved(&journal->database)) {
        (void)!database_checkpoint(&journal->database); /* what a -wal without a name holds */
        return ERR_CLOSED;
    }
    enum err err = database_begin(&journal->database);
    if (err)
        return err;
    err = journal_entry_insert(journal, header, payload, next.hash);
    if (!err && beside)
        err = beside->store(journal, header, beside->user);
    if (!err) {
        journal->head_unsure = true;
        err = database_commit(&journal->database);
    } else {
        database_rollback(&journal->database);
    }
    if (err) {
        day_keys_forget(&journal->days);
        return err;
    }
    journal->head_unsure = false;
    journal->head = next;
    *head = next;
    return ERR_OK;
}

enum err journal_append_with(struct journal *journal, enum entry_kind kind,
                             const struct clock_reading *time, struct span payload,
                             const struct journal_beside *beside, struct journal_head *head)
{
    const enum err err = journal_head_make_sure(journal);

    if (err)
        return err;
    struct entry_header header = {
        .kind = kind, .time = *time, .epoch = journal->head.epoch, .seq = journal->head.seq + 1};
    memcpy(header.prev, journal->head.hash, sizeof header.prev);
    return journal_store(journal, &header, payload, beside, head);
}

enum err journal_append(struct journal *journal, enum entry_kind kind,
                        const struct clock_reading *time, struct span payload,
                        struct journal_head *head)
{
    return journal_append_with(journal, kind, time, payload, NULL, head);
}

static enum err crossing_store(struct journal *journal, const struct entry_header *header,
                               const void *user)
{
    const struct crossing_decided *decided = user;

    return crossing_rows_add(&journal->crossings, header->seq,
                             date_of_wall(header->time.wall_ms, header->time.zone), decided);
}

enum err journal_append_decided(struct journal *journal, const struct clock_reading *time,
                                struct span payload, const struct crossing_decided *decided,
                                struct journal_head *head)
{
    const struct journal_beside beside = {.store = crossing_store, .user = decided};

    return journal_append_with(journal, ENTRY_DECIDED, time, payload, &beside, head);
}

void journal_head(const struct journal *journal, struct journal_head *out)
{
    *out = journal->head;
}

unsigned journal_wal_cut(const struct journal *journal)
{
    return journal->database.cut;
}

enum err journal_checkpoint(struct journal *journal)
{
    return database_checkpoint(&journal->database);
}
