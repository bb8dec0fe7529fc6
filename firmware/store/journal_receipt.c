/* Receipts against our own history.
 *
 * A receipt that verifies but names another head means that two histories of this kiosk exist (a
 * copied disk, a stolen key, a registry mixing up kiosks); one that is ahead of us means that our
 * storage went back in time or is gone. Both are for people to hear about, and neither may ever
 * cause an entry to be dropped, to count as sent, or a number to be used again.
 */
#include "journal_receipt.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "journal_find.h"
#include "journal_read.h"

/* A receipt of this kiosk's, as it came. ERR_AUTH, ERR_INVALID. */
static enum err envelope_open(struct span envelope, const struct verify_key *key, const char *kiosk,
                              struct receipt *out)
{
    struct span payload;
    struct receipt receipt;
    enum err err = cose_open(key, envelope, &payload);

    if (!err)
        err = receipt_decode(payload, &receipt);
    if (!err && strcmp(receipt.kiosk, kiosk) != 0)
        err = ERR_INVALID;
    if (!err)
        *out = receipt;
    return err;
}

enum err receipt_stored_open(const struct sync_state *state, const struct verify_key *key,
                             const char *kiosk, struct receipt *out)
{
    struct receipt receipt;

    if (state->receipt_len == 0)
        return ERR_MISSING;
    enum err err = envelope_open(span_of(state->receipt, state->receipt_len), key, kiosk, &receipt);
    if (!err && receipt.next != state->next)
        err = ERR_INVALID;
    if (!err)
        *out = receipt;
    return err;
}

/* Its entry is one that we have, within an epoch of ours that begins at or before it. */
static enum err entry_compare(struct journal_reader *reader, const struct receipt *receipt,
                              struct journal_standing *out)
{
    struct journal_head at;
    const enum err err = journal_reader_head_at(reader, receipt->next - 1, &at);

    if (err)
        return err == ERR_MISSING ? ERR_CORRUPT : err;
    if (receipt->epoch == at.epoch && memcmp(receipt->head, at.hash, sizeof at.hash) == 0) {
        out->standing = RECEIPT_AGREES;
        out->from = receipt->next;
    }
    return ERR_OK;
}

/* From our last epoch back to the one that the receipt's entry is in, or that begins after it, as
 * long as each goes on from the entry before it: what lies before a jump is not what the registry
 * has. */
static enum err epochs_compare(struct journal_reader *reader, const struct receipt *receipt,
                               struct journal_standing *out)
{
    struct journal_head before = out->head;
    struct journal_begin begin;

    for (;;) {
        enum err err = journal_begin_find(reader->at_or_after, out->head.seq, before.epoch, &begin);
        if (err)
            return err == ERR_MISSING ? ERR_CORRUPT : err;
        if (before.seq == out->head.seq)
            out->from = begin.seq;
        if (receipt->next - 1 > out->head.seq) {
            out->standing = RECEIPT_AHEAD;
            return ERR_OK;
        }
        if (receipt->next > begin.seq)
            return entry_compare(reader, receipt, out);
        if (memcmp(begin.prev, receipt->head, sizeof begin.prev) == 0) {
            out->standing = RECEIPT_AGREES;
            out->from = begin.seq;
            return ERR_OK;
        }
        const uint32_t epoch = before.epoch;
        err = journal_reader_head_at(reader, begin.seq - 1, &before);
        if (err)
            return err == ERR_MISSING ? ERR_OK : err; /* a jump */
        if (memcmp(begin.prev, before.hash, sizeof begin.prev) != 0)
            return ERR_OK;
        if (before.epoch >= epoch)
            return ERR_CORRUPT;
    }
}

enum err journal_receipt_judge(struct journal_reader *reader, const struct receipt *receipt,
                               struct journal_standing *out)
{
    struct journal_standing judged = {.standing = RECEIPT_FORKED};
    enum err err = journal_reader_head(reader, &judged.head);

    if (!err)
        err = epochs_compare(reader, receipt, &judged);
    if (!err)
        *out = judged;
    return err;
}

/* The furthest mark; no earlier one says more. */
static enum err mark_read(struct journal_reader *reader, const struct verify_key *key,
                          struct receipt *out)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(&reader->database,
                                    "SELECT receipt FROM mark ORDER BY next DESC LIMIT 1", &select);

    if (err)
        return err;
    const int rc = database_step(select);
    err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    if (rc == SQLITE_ROW)
        err = envelope_open(database_column(select, 0), key, reader->kiosk, out);
    sqlite3_finalize(select);
    return err;
}

enum err journal_receipt_held(struct journal_reader *reader, const struct verify_key *key,
                              uint64_t *held)
{
    struct receipt receipt;
    struct journal_standing judged = {0};
    enum err err = mark_read(reader, key, &receipt);

    if (!err)
        err = journal_receipt_judge(reader, &receipt, &judged);
    if (err == ERR_BUSY)
        return err;
    *held = !err && judged.standing == RECEIPT_AGREES ? judged.from - 1 : 0;
    return ERR_OK;
}

void receipt_standing_say(enum receipt_standing standing, const struct receipt *receipt,
                          uint64_t last, char *out, size_t cap)
{
    const uint64_t theirs = receipt->next - 1;

    assert(standing != RECEIPT_AGREES);
    if (standing == RECEIPT_AHEAD)
        snprintf(out, cap,
                 "the registry has %" PRIu64 " entries of this kiosk, the journal ends at %" PRIu64
                 ": entries are missing",
                 theirs, last);
    else
        snprintf(out, cap,
                 "the registry has another entry %" PRIu64 " of this kiosk than the journal: two"
                 " histories",
                 theirs);
}
