/* mark(next, at_ms, receipt): envelopes as they came; at_ms is the time that each says, for
 * choosing among them, and is not believed.
 *
 * An entry counts from the first receipt that covers it. Of those only one in MARK_EVERY_MS is
 * kept, so an entry can seem to have come to the registry that much later than it did, and never
 * earlier.
 */
#include "journal_marks.h"

/* The entry `seq` as a head. ERR_MISSING. */
static enum err head_at(struct journal *journal, uint64_t seq, struct journal_head *out)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(
        &journal->database, "SELECT " STORED_ENTRY_COLUMNS " FROM entry WHERE seq = ?1", &select);

    if (err)
        return err;
    sqlite3_bind_int64(select, 1, (sqlite3_int64)seq);
    const int rc = database_step(select);
    err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    if (rc == SQLITE_ROW)
        err = stored_entry_head(select, out);
    sqlite3_finalize(select);
    return err;
}

enum err mark_open(struct journal *journal, const struct verify_key *key, struct span envelope,
                   struct receipt *out)
{
    struct span payload;
    struct receipt receipt;
    struct journal_head at = {0};
    enum err err = cose_open(key, envelope, &payload);

    if (!err)
        err = receipt_decode(payload, &receipt);
    if (!err && strcmp(receipt.kiosk, journal->kiosk) != 0)
        err = ERR_INVALID;
    if (!err && receipt.next > 1) {
        err = head_at(journal, receipt.next - 1, &at);
        if (err == ERR_MISSING || err == ERR_CORRUPT ||
            (!err &&
             (receipt.epoch != at.epoch || memcmp(receipt.head, at.hash, sizeof at.hash) != 0)))
            err = ERR_OLD;
    }
    if (!err)
        *out = receipt;
    return err;
}

/* A statement with ?1 next, and ?2, ?3 of a mark if there is one. */
static enum err run_with(struct journal *journal, const char *sql, uint64_t next, int64_t at_ms,
                         struct span receipt)
{
    sqlite3_stmt *statement = NULL;
    enum err err = database_prepare(&journal->database, sql, &statement);

    if (err)
        return err;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)next);
    if (receipt.len > 0) {
        sqlite3_bind_int64(statement, 2, at_ms);
        sqlite3_bind_blob(statement, 3, receipt.p, (int)receipt.len, SQLITE_STATIC);
    }
    err = database_step_done(statement);
    sqlite3_finalize(statement);
    return err;
}

/* ERR_MISSING: there is no mark. */
static enum err newest_time(struct journal *journal, int64_t *out)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(&journal->database,
                                    "SELECT at_ms FROM mark ORDER BY next DESC LIMIT 1", &select);

    if (err)
        return err;
    const int rc = database_step(select);
    err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
    return err;
}

static bool is_soon_after(int64_t newest_ms, int64_t at_ms)
{
    return newest_ms <= at_ms && newest_ms > at_ms - MARK_EVERY_MS;
}

/* Within a transaction. */
static enum err note(struct journal *journal, const struct receipt *receipt, struct span envelope)
{
    int64_t newest_ms = 0;
    enum err err =
        run_with(journal, "DELETE FROM mark WHERE next > ?1", receipt->next, 0, span_of(NULL, 0));

    if (!err)
        err = newest_time(journal, &newest_ms);
    if (err == ERR_OK && is_soon_after(newest_ms, receipt->registry_ms))
        return ERR_OK;
    if (err && err != ERR_MISSING)
        return err;
    return run_with(journal, "INSERT OR IGNORE INTO mark(next, at_ms, receipt) VALUES(?1, ?2, ?3)",
                    receipt->next, receipt->registry_ms, envelope);
}

enum err marks_note(struct journal *journal, const struct receipt *receipt, struct span envelope)
{
    enum err err = receipt->registry_ms < 0 ? ERR_INVALID : database_begin(&journal->database);

    if (err)
        return err;
    err = note(journal, receipt, envelope);
    if (!err)
        return database_commit(&journal->database);
    database_rollback(&journal->database);
    return err;
}

/* The next mark that is what it seems; ERR_MISSING: there is none. */
static enum err mark_next(struct journal *journal, const struct retention_order *order,
                          sqlite3_stmt *select, struct receipt *out)
{
    int rc;

    while ((rc = database_step(select)) == SQLITE_ROW) {
        const enum err err =
            mark_open(journal, order->receipt_key, database_column(select, 0), out);
        if (!err && retention_old_enough(out->registry_ms, order->now_ms, order->payload_days))
            return ERR_OK;
        if (err && err != ERR_AUTH && err != ERR_INVALID && err != ERR_OLD)
            return err;
        /* Altered, or of a history that was left: it says nothing. */
    }
    return rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
}

enum err marks_find(struct journal *journal, const struct retention_order *order,
                    struct receipt *out)
{
    sqlite3_stmt *select = NULL;
    enum err err =
        mark_open(journal, order->receipt_key, span_of(order->receipt, order->receipt_len), out);

    if (err || retention_old_enough(out->registry_ms, order->now_ms, order->payload_days))
        return err;
    err =
        database_prepare(&journal->database,
                         "SELECT receipt FROM mark WHERE at_ms <= ?1 ORDER BY next DESC", &select);
    if (err)
        return err;
    sqlite3_bind_int64(select, 1, order->now_ms - order->payload_days * RETENTION_DAY_MS);
    err = mark_next(journal, order, select, out);
    sqlite3_finalize(select);
    return err;
}

enum err marks_drop_before(struct journal *journal, uint64_t next)
{
    return run_with(journal, "DELETE FROM mark WHERE next < ?1", next, 0, span_of(NULL, 0));
}
