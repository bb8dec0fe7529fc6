/* The journal's writer.
 *
 * One entry is one transaction: header, signature, sealed payload, on the first of a day the day's
 * key, and with a deferral what its traveller is found by. The head in memory is what the chain
 * goes on from; after a COMMIT that failed nobody knows whether it is stored (the WAL frames may be
 * on the disk although fsync said no), so the head is read again from the file before anything else
 * is appended.
 *
 * The entry as built is verified by nobody here: a signature that this key just made is good.
 * What is verified at opening is the last entry, so that a journal is never continued on a tail
 * that is not ours. The whole chain is journal_verify's.
 */
#include "journal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "journal_receipt.h"
#include "journal_write.h"
#include "key_check.h"

#define REASON_LEN 200 /* why a journal is refused, without its path */

_Static_assert(JOURNAL_WHY_LEN == DATABASE_WHY_LEN, "one size of reasons");

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

/* Reads the last entry, verifies it and makes it the head; `seq` is its number even if it is bad.
 * ERR_MISSING: there is none. */
static enum err head_read(struct journal *journal, uint64_t *seq)
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

/* Seals, signs and inserts an entry within the open transaction. */
static enum err entry_insert(struct journal *journal, const struct entry_header *header,
                             struct span payload, uint8_t hash[SIGN_HASH_LEN])
{
    uint8_t bytes[ENTRY_HEADER_MAX], signature[SIGN_LEN], sealed[JOURNAL_SEALED_MAX];
    uint8_t context[PAYLOAD_CONTEXT_LEN];
    size_t len = 0, sealed_len = 0;
    const struct seal_key *key = NULL;
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

enum err journal_append_with(struct journal *journal, enum entry_kind kind,
                             const struct clock_reading *time, struct span payload,
                             const struct journal_beside *beside, struct journal_head *head)
{
    assert(payload.len <= (kind == ENTRY_RECOVERED ? ENTRY_PAYLOAD_MAX : ENTRY_ORIGINAL_MAX));

    struct entry_header header = {.kind = kind, .time = *time};
    uint64_t seq;
    enum err err = journal->head_unsure ? head_read(journal, &seq) : ERR_OK;
    if (err)
        return err;
    header.epoch = journal->head.epoch;
    header.seq = journal->head.seq + 1;
    struct journal_head next = {.epoch = header.epoch, .seq = header.seq};
    memcpy(header.kiosk, journal->kiosk, sizeof header.kiosk);
    memcpy(header.prev, journal->head.hash, sizeof header.prev);
    sign_hash(payload, header.payload_hash);

    err = database_begin(&journal->database);
    if (err)
        return err;
    err = entry_insert(journal, &header, payload, next.hash);
    if (!err && beside)
        err = beside->store(journal, &header, beside->user);
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

enum err journal_append(struct journal *journal, enum entry_kind kind,
                        const struct clock_reading *time, struct span payload,
                        struct journal_head *head)
{
    return journal_append_with(journal, kind, time, payload, NULL, head);
}

static enum err deferral_store(struct journal *journal, const struct entry_header *header,
                               const void *user)
{
    const struct deferral_subject *subject = user;

    return deferral_rows_add(&journal->deferrals, header->seq,
                             date_of_wall(header->time.wall_ms, header->time.zone), subject);
}

enum err journal_append_deferral(struct journal *journal, const struct clock_reading *time,
                                 struct span payload, const struct deferral_subject *subject,
                                 struct journal_head *head)
{
    const struct journal_beside beside = {.store = deferral_store, .user = subject};

    return journal_append_with(journal, ENTRY_DECIDED, time, payload, &beside, head);
}

void journal_head(const struct journal *journal, struct journal_head *out)
{
    *out = journal->head;
}

enum err journal_checkpoint(struct journal *journal)
{
    return database_checkpoint(&journal->database);
}

/* ---- opening ------------------------------------------------------------------------------ */

static enum err reason_say(char reason[REASON_LEN], enum err err, const char *text)
{
    snprintf(reason, REASON_LEN, "%s", text);
    return err;
}

static enum err meta_insert(struct journal *journal, const struct seal_root *root)
{
    uint8_t check[KEY_CHECK_LEN], signer[SIGN_KEY_ID_LEN];
    struct seal_key *wrap = NULL;
    sqlite3_stmt *insert = NULL;
    enum err err = seal_key_derive(root, "pamit journal wrap", &wrap);

    if (err)
        return err;
    err = key_check_make(wrap, check);
    seal_key_close(wrap);
    sign_key_id(journal->signer, signer);
    if (!err)
        err = database_prepare(&journal->database,
                               "INSERT INTO meta(id, kiosk, signer, key_check)"
                               " VALUES(1, ?1, ?2, ?3)",
                               &insert);
    if (err)
        return err;
    sqlite3_bind_text(insert, 1, journal->kiosk, -1, SQLITE_STATIC);
    sqlite3_bind_blob(insert, 2, signer, sizeof signer, SQLITE_STATIC);
    sqlite3_bind_blob(insert, 3, check, sizeof check, SQLITE_STATIC);
    err = database_step_done(insert);
    sqlite3_finalize(insert);
    return err;
}

/* ERR_AUTH: another kiosk's, or signed by another key. */
static enum err meta_check(struct journal *journal, char reason[REASON_LEN])
{
    uint8_t signer[SIGN_KEY_ID_LEN];
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(&journal->database, "SELECT kiosk, signer FROM meta", &select);

    if (err)
        return err;
    sign_key_id(journal->signer, signer);
    const int rc = database_step(select);
    if (rc != SQLITE_ROW) {
        err = rc == SQLITE_DONE ? ERR_CORRUPT : database_err(rc);
    } else {
        const struct span kiosk = database_column(select, 0);
        const struct span id = database_column(select, 1);
        if (kiosk.len != strlen(journal->kiosk) || memcmp(kiosk.p, journal->kiosk, kiosk.len) != 0)
            err = reason_say(reason, ERR_AUTH, "the journal of another kiosk");
        else if (id.len != sizeof signer || memcmp(id.p, signer, id.len) != 0)
            err = reason_say(reason, ERR_AUTH, "signed with another entry key");
    }
    sqlite3_finalize(select);
    return err;
}

static enum err statements_prepare(struct journal *journal)
{
    enum err err = database_prepare(&journal->database,
                                    "INSERT INTO entry(" STORED_ENTRY_COLUMNS ")"
                                    " VALUES(?1, ?2, ?3, ?4)",
                                    &journal->insert);
    if (!err)
        err = database_prepare(
            &journal->database,
            "SELECT " STORED_ENTRY_COLUMNS " FROM entry ORDER BY seq DESC LIMIT 1", &journal->last);
    return err;
}

/* The kiosk's first entry, in the transaction that makes the tables. */
static enum err first_entry(struct journal *journal, const struct clock_reading *now)
{
    static const struct entry_epoch beginning;
    uint8_t payload[64], salt[ENTRY_SALT_LEN];
    size_t len = 0;
    struct entry_header header = {.epoch = 1, .seq = 1, .kind = ENTRY_EPOCH, .time = *now};
    struct journal_head head = {.epoch = 1, .seq = 1};

    memcpy(header.kiosk, journal->kiosk, sizeof header.kiosk);
    seal_random(salt, sizeof salt);
    enum err err = entry_epoch_encode(&beginning, salt, payload, sizeof payload, &len);
    if (!err) {
        sign_hash(span_of(payload, len), header.payload_hash);
        err = entry_insert(journal, &header, span_of(payload, len), head.hash);
    }
    if (!err)
        journal->head = head;
    return err;
}

static enum err journal_begin(struct journal *journal, const struct seal_root *root,
                              const struct clock_reading *now)
{
    enum err err = database_begin(&journal->database);

    if (err)
        return err;
    err = database_create(&journal->database);
    if (!err)
        err = meta_insert(journal, root);
    if (!err)
        err = day_keys_open(&journal->database, root, &journal->days);
    if (!err)
        err = statements_prepare(journal);
    if (!err)
        err = deferral_rows_open(&journal->database, root, &journal->deferrals);
    if (!err)
        err = first_entry(journal, now);
    if (!err)
        return database_commit(&journal->database);
    database_rollback(&journal->database);
    return err;
}

/* The last entry as the head, or why not. */
static enum err tail_take(struct journal *journal, char reason[REASON_LEN])
{
    uint64_t seq = 0;
    const enum err err = head_read(journal, &seq);

    if (err == ERR_MISSING)
        return reason_say(reason, ERR_CORRUPT, "all entries are missing");
    if (err == ERR_CORRUPT)
        snprintf(reason, REASON_LEN,
                 "entry %" PRIu64 ", the last one, is altered, not ours, or its payload is lost",
                 seq);
    return err;
}

/* The entry that the receipt says is the registry's last. */
static enum err acknowledged_read(struct journal *journal, uint64_t seq, struct journal_head *out)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(
        &journal->database, "SELECT " STORED_ENTRY_COLUMNS " FROM entry WHERE seq = ?1", &select);

    if (err)
        return err;
    sqlite3_bind_int64(select, 1, (sqlite3_int64)seq);
    const int rc = database_step(select);
    err = rc == SQLITE_DONE ? ERR_CORRUPT : database_err(rc);
    if (rc == SQLITE_ROW)
        err = stored_entry_head(select, out);
    sqlite3_finalize(select);
    return err;
}

/* Does this journal, a fresh one included, hold what the registry acknowledged? To go on without it
 * would give its numbers to other entries. */
static enum err receipt_check(struct journal *journal, const struct receipt *receipt,
                              char reason[REASON_LEN])
{
    struct journal_head at = {0};
    enum err err = ERR_OK;

    if (receipt->next > 1 && receipt->next - 1 <= journal->head.seq)
        err = acknowledged_read(journal, receipt->next - 1, &at);
    if (err == ERR_CORRUPT)
        snprintf(reason, REASON_LEN, "entry %" PRIu64 " is missing or altered", receipt->next - 1);
    if (err)
        return err;
    const enum receipt_standing standing = receipt_compare(receipt, &journal->head, &at);
    if (standing == RECEIPT_AGREES)
        return ERR_OK;
    receipt_standing_say(standing, receipt, journal->head.seq, reason, REASON_LEN);
    return ERR_OLD;
}

static enum err journal_continue(struct journal *journal, const struct seal_root *root,
                                 char reason[REASON_LEN])
{
    enum err err = meta_check(journal, reason);

    if (!err) {
        err = day_keys_open(&journal->database, root, &journal->days);
        if (err == ERR_AUTH)
            reason_say(reason, err, "sealed with another storage key");
    }
    if (!err)
        err = statements_prepare(journal);
    return err ? err : tail_take(journal, reason);
}

static enum err journal_start(struct journal *journal, const struct journal_keys *keys,
                              const struct clock_reading *now, char reason[REASON_LEN])
{
    const bool fresh = journal->database.fresh;
    enum err err = fresh ? ERR_OK : journal_continue(journal, keys->root, reason);

    if (!err && keys->receipt)
        err = receipt_check(journal, keys->receipt, reason);
    if (!err && fresh)
        return journal_begin(journal, keys->root, now);
    return err ? err : deferral_rows_open(&journal->database, keys->root, &journal->deferrals);
}

enum err journal_open(const char *path, const char *kiosk, const struct journal_keys *keys,
                      const struct clock_reading *now, struct journal **out,
                      char why[JOURNAL_WHY_LEN])
{
    uint8_t point[SIGN_POINT_LEN];
    char reason[REASON_LEN] = "";
    struct journal *journal = calloc(1, sizeof *journal);

    if (!journal)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    assert(kiosk[0] && strlen(kiosk) < sizeof journal->kiosk);
    strcpy(journal->kiosk, kiosk);
    journal->signer = keys->entry;
    enum err err = database_open(path, &journal_kind, DATABASE_WRITE, &journal->database, why);
    if (err) {
        free(journal);
        return err;
    }
    sign_key_point(keys->entry, point);
    err = verify_key_from_point(point, &journal->own);
    if (!err)
        err = journal_start(journal, keys, now, reason);
    if (err) {
        database_say(why, path, err, reason[0] ? reason : err_text(err));
        journal_close(journal);
        return err;
    }
    *out = journal;
    return ERR_OK;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    sqlite3_finalize(journal->insert);
    sqlite3_finalize(journal->last);
    deferral_rows_close(&journal->deferrals);
    day_keys_close(&journal->days);
    if (journal->own)
        verify_key_close(journal->own);
    database_close(&journal->database);
    free(journal);
}
