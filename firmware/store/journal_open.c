/* Opening the journal: whose it is, with which keys, and that its tail is ours.
 *
 * The last entry is verified, so that a journal is never continued on a tail that somebody changed.
 * Whether the registry holds more than this journal is asked later, at each new receipt
 * (journal_receipt.h); only a fresh journal goes by one at once, and by the files that were set
 * aside, or its numbers would be given out twice.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "journal_find.h"
#include "journal_write.h"
#include "key_check.h"

#define REASON_LEN 200 /* why a journal is refused, without its path */

_Static_assert(JOURNAL_WHY_LEN == DATABASE_WHY_LEN, "one size of reasons");

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
    if (!err)
        err = database_prepare(&journal->database, STORED_ENTRY_AT_OR_AFTER, &journal->at_or_after);
    return err;
}

/* A fresh journal's first entry, in the transaction that makes the tables: the kiosk's first, or
 * what goes on after all that the registry has acknowledged, and above all that was given out. */
static enum err first_entry(struct journal *journal, const char *path,
                            const struct receipt *receipt, const struct clock_reading *now)
{
    const struct journal_parting parting = {.receipt =
                                                receipt ? *receipt : (struct receipt){.next = 1}};
    uint8_t payload[EPOCH_PAYLOAD_MAX];
    struct journal_head head = {0};
    struct entry_header header;
    struct entry_epoch epoch;
    size_t len = 0;

    epoch_name(&head, &parting, &epoch);
    enum err err = journal_given_out(journal, path, receipt, &epoch);
    if (!err)
        err = epoch_make(&epoch, now, &header, payload, &len);
    if (err)
        return err;
    head.epoch = header.epoch;
    head.seq = header.seq;
    err = journal_entry_insert(journal, &header, span_of(payload, len), head.hash);
    if (!err)
        journal->head = head;
    return err;
}

static enum err journal_begin(struct journal *journal, const char *path,
                              const struct journal_keys *keys, const struct clock_reading *now)
{
    enum err err = database_begin(&journal->database);

    if (err)
        return err;
    err = database_create(&journal->database);
    if (!err)
        err = meta_insert(journal, keys->root);
    if (!err)
        err = day_keys_open(&journal->database, keys->root, &journal->days);
    if (!err)
        err = statements_prepare(journal);
    if (!err)
        err = crossing_rows_open(&journal->database, keys->root, &journal->crossings);
    if (!err)
        err = first_entry(journal, path, keys->receipt, now);
    if (!err)
        return database_commit(&journal->database);
    database_rollback(&journal->database);
    return err;
}

/* The last entry as the head, or why not. */
static enum err tail_take(struct journal *journal, char reason[REASON_LEN])
{
    uint64_t seq = 0;
    const enum err err = journal_head_read(journal, &seq);

    if (err == ERR_MISSING)
        return reason_say(reason, ERR_CORRUPT, "all entries are missing");
    if (err == ERR_CORRUPT)
        snprintf(reason, REASON_LEN,
                 "entry %" PRIu64 ", the last one, is altered, not ours, or its payload is lost",
                 seq);
    return err;
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

static enum err journal_start(struct journal *journal, const char *path,
                              const struct journal_keys *keys, const struct clock_reading *now,
                              char reason[REASON_LEN])
{
    if (journal->database.fresh)
        return journal_begin(journal, path, keys, now);
    const enum err err = journal_continue(journal, keys->root, reason);
    return err ? err : crossing_rows_open(&journal->database, keys->root, &journal->crossings);
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
        err = journal_start(journal, path, keys, now, reason);
    if (err) {
        database_say(why, path, err, reason[0] ? reason : err_text(err));
        database_leave(&journal->database);
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
    sqlite3_finalize(journal->at_or_after);
    crossing_rows_close(&journal->crossings);
    day_keys_close(&journal->days);
    if (journal->own)
        verify_key_close(journal->own);
    database_close(&journal->database);
    free(journal);
}
