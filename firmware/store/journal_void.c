/* What was decided is taken back.
 *
 * A VOID is an entry like any other: nothing that was signed changes. In its transaction go the
 * rows that the decision's traveller was found by, so that nobody is told of a crossing that was
 * not, and comes one of its own: by it a second VOID of the same decision is known, and in the
 * order of its number one of a deferral is urgent as that was (journal_urgent.h). Its key is of the
 * number that is taken back, and never that of a traveller.
 *
 * Refused: what is not a decision of this journal, by number, epoch and hash.
 */
#include <assert.h>

#include "journal_find.h"
#include "journal_write.h"

#define VOID_TEXT "\xffvoid" /* no entry_mode */

struct taking {
    struct entry_void names;
    enum decision decision; /* that is taken back */
    int64_t key;
};

static int64_t key_of(const struct journal *journal, uint64_t seq)
{
    uint8_t bytes[sizeof VOID_TEXT - 1 + sizeof seq], full[SEAL_MAC_LEN];
    int64_t key;

    memcpy(bytes, VOID_TEXT, sizeof VOID_TEXT - 1);
    memcpy(bytes + sizeof VOID_TEXT - 1, &seq, sizeof seq); /* as the key, of this machine */
    mac_compute(journal->crossings.mac, span_of(bytes, sizeof bytes), full);
    memcpy(&key, full, sizeof key);
    return key;
}

/* ERR_INVALID: the stored entry is not what is named, or no decision. */
static enum err decision_read(struct journal *journal, const struct stored_entry *stored,
                              struct taking *taking)
{
    const struct entry_void *names = &taking->names;
    struct entry_header header;
    struct entry_decided decided;
    uint8_t hash[SIGN_HASH_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    sign_hash(stored->header, hash);
    if (stored->seq != names->seq || memcmp(hash, names->hash, sizeof hash) != 0 ||
        entry_header_decode(stored->header, ENTRY_WHOLE, &header) || header.seq != names->seq ||
        header.epoch != names->epoch || header.kind != ENTRY_DECIDED)
        return ERR_INVALID;
    const enum err err = payload_open(&journal->days, stored, &header, payload, &len);
    if (!err && entry_decided_decode(span_of(payload, len), &decided))
        return ERR_INVALID; /* purged, or of a kiosk to come */
    if (!err)
        taking->decision = decided.decision;
    return err;
}

static enum err decision_find(struct journal *journal, struct taking *taking)
{
    struct stored_entry stored;
    enum err err;

    sqlite3_bind_int64(journal->at_or_after, 1, (sqlite3_int64)taking->names.seq);
    const int rc = database_step(journal->at_or_after);
    if (rc == SQLITE_ROW) {
        stored_entry_read(journal->at_or_after, &stored);
        err = decision_read(journal, &stored, taking);
    } else {
        err = rc == SQLITE_DONE ? ERR_INVALID : database_err(rc);
    }
    sqlite3_reset(journal->at_or_after);
    return err;
}

static enum err voided_look(struct journal *journal, const struct taking *taking, bool *voided)
{
    sqlite3_stmt *select = NULL;
    const enum err err =
        database_prepare(&journal->database, "SELECT 1 FROM crossing WHERE key = ?1", &select);

    if (err)
        return err;
    sqlite3_bind_int64(select, 1, taking->key);
    const int rc = database_step(select);
    sqlite3_finalize(select);
    *voided = rc == SQLITE_ROW;
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? ERR_OK : database_err(rc);
}

static enum err rows_drop(struct journal *journal, uint64_t seq)
{
    sqlite3_stmt *drop = NULL;
    enum err err =
        database_prepare(&journal->database, "DELETE FROM crossing WHERE seq = ?1", &drop);

    if (err)
        return err;
    sqlite3_bind_int64(drop, 1, (sqlite3_int64)seq);
    err = database_step_done(drop);
    sqlite3_finalize(drop);
    return err;
}

/* In the transaction of the VOID. */
static enum err rows_take(struct journal *journal, const struct entry_header *header,
                          const void *user)
{
    const struct taking *taking = user;
    const struct date day = date_of_wall(header->time.wall_ms, header->time.zone);
    sqlite3_stmt *insert = journal->crossings.insert;
    const enum err err = rows_drop(journal, taking->names.seq);

    if (err)
        return err;
    sqlite3_bind_int64(insert, 1, taking->key);
    sqlite3_bind_int64(insert, 2, (sqlite3_int64)header->seq);
    sqlite3_bind_int64(insert, 3, date_to_days(day));
    sqlite3_bind_int(insert, 4, DIRECTION_DEPARTURE); /* nobody asks */
    sqlite3_bind_int(insert, 5, (int)taking->decision);
    return database_step_done(insert);
}

enum err journal_append_void(struct journal *journal, const struct clock_reading *time,
                             struct span payload, struct journal_head *head)
{
    struct taking taking;
    bool voided = false;
    enum err err = journal_head_make_sure(journal);

    if (!err)
        err = entry_void_decode(payload, &taking.names);
    if (err)
        return err;
    taking.key = key_of(journal, taking.names.seq);
    err = voided_look(journal, &taking, &voided);
    if (!err && !voided)
        err = decision_find(journal, &taking);
    if (err)
        return err;
    if (voided) {
        *head = journal->head;
        return ERR_OK;
    }
    const struct journal_beside beside = {.store = rows_take, .user = &taking};
    return journal_append_with(journal, ENTRY_VOID, time, payload, &beside, head);
}
