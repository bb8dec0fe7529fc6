/* sync.db: one row of state, and when which entries were acknowledged.
 *
 * acked(next, at_ms) has a row for each receipt that acknowledged something new, so the first
 * receipt that covers an entry is found by an index however many there are. If a new epoch takes
 * the registry's word back (it was restored from a backup), so are the rows above it: those entries
 * are unacknowledged again.
 */
#include "sync_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "database.h"

_Static_assert(SYNC_STATE_WHY_LEN == DATABASE_WHY_LEN, "one size of reasons");

struct sync_state_db {
    struct database database;
};

static const enum database_access access_of[] = {[SYNC_STATE_READ] = DATABASE_READ,
                                                 [SYNC_STATE_GLANCE] = DATABASE_GLANCE,
                                                 [SYNC_STATE_WRITE] = DATABASE_WRITE};

static const struct database_kind sync_state_kind = {
    .what = "sync state",
    .application_id = 0x504d5331, /* "PMS1" */
    .version = 1,
    .schema = "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id = 1),"
              " online INTEGER NOT NULL, attempt_ms INTEGER NOT NULL, contact_ms INTEGER NOT NULL,"
              " refusal TEXT NOT NULL, epoch INTEGER NOT NULL, next INTEGER NOT NULL,"
              " receipt BLOB NOT NULL) STRICT;"
              "CREATE TABLE acked(next INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;",
};

enum err sync_state_open(const char *path, enum sync_state_access access,
                         struct sync_state_db **out, char why[SYNC_STATE_WHY_LEN])
{
    struct sync_state_db *db = calloc(1, sizeof *db);

    if (!db)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    enum err err = database_open(path, &sync_state_kind, access_of[access], &db->database, why);
    if (err) {
        free(db);
        return err;
    }
    if (db->database.fresh) {
        err = database_begin(&db->database);
        if (!err)
            err = database_create(&db->database);
        if (!err)
            err = database_commit(&db->database);
        if (err) {
            database_rollback(&db->database);
            sync_state_close(db);
            return database_say(why, path, err, err_text(err));
        }
    }
    *out = db;
    return ERR_OK;
}

void sync_state_close(struct sync_state_db *db)
{
    if (!db)
        return;
    database_close(&db->database);
    free(db);
}

bool sync_state_has_moved(const struct sync_state_db *db)
{
    return database_has_moved(&db->database);
}

static enum err row_read(sqlite3_stmt *select, struct sync_state *out)
{
    struct sync_state state = {.online = sqlite3_column_int(select, 0) != 0,
                               .last_attempt_ms = sqlite3_column_int64(select, 1),
                               .last_contact_ms = sqlite3_column_int64(select, 2),
                               .next = (uint64_t)sqlite3_column_int64(select, 4)};
    const struct span refusal = database_column(select, 3);
    const struct span receipt = database_column(select, 5);

    if (refusal.len >= sizeof state.refusal || receipt.len > sizeof state.receipt)
        return ERR_CORRUPT;
    if (refusal.len)
        memcpy(state.refusal, refusal.p, refusal.len);
    if (receipt.len)
        memcpy(state.receipt, receipt.p, receipt.len);
    state.receipt_len = receipt.len;
    *out = state;
    return ERR_OK;
}

/* Reads the row and the epoch beside it. */
static enum err state_read(struct sync_state_db *db, struct sync_state *out, uint32_t *epoch)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(&db->database,
                                    "SELECT online, attempt_ms, contact_ms, refusal, next, receipt,"
                                    " epoch FROM state",
                                    &select);

    if (err)
        return err;
    const int rc = database_step(select);
    if (rc == SQLITE_ROW) {
        err = row_read(select, out);
        *epoch = (uint32_t)sqlite3_column_int64(select, 6);
    } else {
        err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    }
    sqlite3_finalize(select);
    return err;
}

enum err sync_state_load(struct sync_state_db *db, struct sync_state *out)
{
    uint32_t epoch;
    return state_read(db, out, &epoch);
}

static enum err state_write(struct sync_state_db *db, const struct sync_state *state,
                            uint32_t epoch)
{
    sqlite3_stmt *replace = NULL;
    enum err err = database_prepare(&db->database,
                                    "REPLACE INTO state(id, online, attempt_ms, contact_ms,"
                                    " refusal, epoch, next, receipt)"
                                    " VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                    &replace);

    if (err)
        return err;
    sqlite3_bind_int(replace, 1, state->online);
    sqlite3_bind_int64(replace, 2, state->last_attempt_ms);
    sqlite3_bind_int64(replace, 3, state->last_contact_ms);
    sqlite3_bind_text(replace, 4, state->refusal, -1, SQLITE_STATIC);
    sqlite3_bind_int64(replace, 5, epoch);
    sqlite3_bind_int64(replace, 6, (sqlite3_int64)state->next);
    sqlite3_bind_blob(replace, 7, state->receipt, (int)state->receipt_len, SQLITE_STATIC);
    err = database_step_done(replace);
    sqlite3_finalize(replace);
    return err;
}

static enum err run_with(struct sync_state_db *db, const char *sql, uint64_t next, int64_t at_ms)
{
    sqlite3_stmt *statement = NULL;
    enum err err = database_prepare(&db->database, sql, &statement);

    if (err)
        return err;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)next);
    if (sqlite3_bind_parameter_count(statement) > 1)
        sqlite3_bind_int64(statement, 2, at_ms);
    err = database_step_done(statement);
    sqlite3_finalize(statement);
    return err;
}

/* Within the open transaction. */
static enum err receipt_write(struct sync_state_db *db, int64_t now_ms,
                              const struct receipt *receipt, struct span envelope)
{
    struct sync_state state = {0};
    uint32_t epoch = 0;
    enum err err = state_read(db, &state, &epoch);

    if (err && err != ERR_MISSING)
        return err;
    if (receipt->epoch < epoch || (receipt->epoch == epoch && receipt->next < state.next))
        return ERR_OLD;
    if (receipt->next < state.next)
        err = run_with(db, "DELETE FROM acked WHERE next > ?1", receipt->next, 0);
    else
        err = ERR_OK;
    if (!err && receipt->next > 1)
        err = run_with(db, "INSERT OR IGNORE INTO acked(next, at_ms) VALUES(?1, ?2)", receipt->next,
                       now_ms);
    if (err)
        return err;
    state = (struct sync_state){.online = true,
                                .last_attempt_ms = now_ms,
                                .last_contact_ms = now_ms,
                                .next = receipt->next,
                                .receipt_len = envelope.len};
    memcpy(state.receipt, envelope.p, envelope.len);
    return state_write(db, &state, receipt->epoch);
}

enum err sync_state_store_receipt(struct sync_state_db *db, int64_t now_ms,
                                  const struct receipt *receipt, struct span envelope)
{
    if (envelope.len > RECEIPT_MAX)
        return ERR_SIZE;
    enum err err = database_begin(&db->database);
    if (err)
        return err;
    err = receipt_write(db, now_ms, receipt, envelope);
    if (!err)
        return database_commit(&db->database);
    database_rollback(&db->database);
    return err;
}

enum err sync_state_store_failure(struct sync_state_db *db, int64_t now_ms, const char *refusal)
{
    struct sync_state state = {0};
    uint32_t epoch = 0;
    enum err err = database_begin(&db->database);

    if (err)
        return err;
    err = state_read(db, &state, &epoch);
    if (!err || err == ERR_MISSING) {
        state.online = false;
        state.last_attempt_ms = now_ms;
        snprintf(state.refusal, sizeof state.refusal, "%s", refusal);
        err = state_write(db, &state, epoch);
    }
    if (!err)
        return database_commit(&db->database);
    database_rollback(&db->database);
    return err;
}

enum err sync_state_acked_at(struct sync_state_db *db, uint64_t seq, int64_t *at_ms)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(
        &db->database, "SELECT at_ms FROM acked WHERE next > ?1 ORDER BY next LIMIT 1", &select);

    if (err)
        return err;
    if (seq > INT64_MAX)
        seq = INT64_MAX;
    sqlite3_bind_int64(select, 1, (sqlite3_int64)seq);
    const int rc = database_step(select);
    if (rc == SQLITE_ROW)
        *at_ms = sqlite3_column_int64(select, 0);
    else
        err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    sqlite3_finalize(select);
    return err;
}
