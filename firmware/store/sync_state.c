/* sync.db: one row of state, when which entries were acknowledged, and what the time was when.
 *
 * acked(next, at_ms) has a row for each receipt that acknowledged something new, so the first
 * receipt that covers an entry is found by an index however many there are. If a new epoch takes
 * the registry's word back (it was restored from a backup), so are the rows above it: those entries
 * are unacknowledged again. Its times are the registry's own: ours may be of any year.
 *
 * fix(boot, day, asked_ms, answered_ms, receipt): one row for each day of a boot, counted by
 * CLOCK_BOOTTIME, since over months a fix from nearby beats a better one from far away (half a day
 * of the worst crystal is under two seconds), and a boot is not to fill the disk.
 */
#include "sync_state.h"

#include <assert.h>
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

#define DAY_MS         INT64_C(86400000)
#define QUOTED(number) #number
#define TEXT(number)   QUOTED(number)

/* What version 3 has beyond version 2. */
#define SINCE_3                                                                                    \
    "ALTER TABLE state ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;"                             \
    "ALTER TABLE state ADD COLUMN feeds TEXT NOT NULL DEFAULT '';"

static const struct database_kind sync_state_kind = {
    .what = "sync state",
    .application_id = 0x504d5331, /* "PMS1" */
    .version = 3,
    .wal_pages_max = 16, /* a row or two a contact, for ever */
    .schema = "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id = 1),"
              " online INTEGER NOT NULL, attempt_ms INTEGER NOT NULL, contact_ms INTEGER NOT NULL,"
              " refusal TEXT NOT NULL, epoch INTEGER NOT NULL, next INTEGER NOT NULL,"
              " receipt BLOB NOT NULL, boot BLOB NOT NULL, asked_ms INTEGER NOT NULL,"
              " answered_ms INTEGER NOT NULL) STRICT;"
              "CREATE TABLE acked(next INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT;"
              "CREATE TABLE fix(boot BLOB NOT NULL, day INTEGER NOT NULL,"
              " asked_ms INTEGER NOT NULL, answered_ms INTEGER NOT NULL, receipt BLOB NOT NULL,"
              " UNIQUE(boot, day)) STRICT;" SINCE_3,
    .upgrade = SINCE_3,
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

int64_t sync_moment_middle(const struct sync_moment *moment)
{
    return moment->asked_ms + (moment->answered_ms - moment->asked_ms) / 2;
}

bool sync_state_journal_damaged(const struct sync_state *state)
{
    static const char words[] = SYNC_STATE_JOURNAL_DAMAGED;

    return strncmp(state->refusal, words, strlen(words)) == 0;
}

/* Of a row from before there were moments the boot is empty, and stays zero: no boot's. */
static bool boot_read(struct span boot, uint8_t out[CLOCK_BOOT_ID_LEN])
{
    if (boot.len == CLOCK_BOOT_ID_LEN)
        memcpy(out, boot.p, boot.len);
    return boot.len == CLOCK_BOOT_ID_LEN || boot.len == 0;
}

static bool text_read(struct span text, char out[SYNC_STATE_REFUSE_LEN])
{
    if (text.len >= SYNC_STATE_REFUSE_LEN)
        return false;
    if (text.len)
        memcpy(out, text.p, text.len);
    return true;
}

static enum err row_read(sqlite3_stmt *select, struct sync_state *out)
{
    struct sync_state state = {.online = sqlite3_column_int(select, 0) != 0,
                               .last_attempt_ms = sqlite3_column_int64(select, 1),
                               .contact = {.wall_ms = sqlite3_column_int64(select, 2),
                                           .asked_ms = sqlite3_column_int64(select, 8),
                                           .answered_ms = sqlite3_column_int64(select, 9)},
                               .refused = sqlite3_column_int(select, 10) != 0,
                               .next = (uint64_t)sqlite3_column_int64(select, 4)};
    const struct span receipt = database_column(select, 5);

    if (receipt.len > sizeof state.receipt || state.contact.asked_ms < 0 ||
        state.contact.answered_ms < state.contact.asked_ms ||
        !text_read(database_column(select, 3), state.refusal) ||
        !text_read(database_column(select, 11), state.feeds) ||
        !boot_read(database_column(select, 7), state.contact.boot_id))
        return ERR_CORRUPT;
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
                                    " epoch, boot, asked_ms, answered_ms, refused, feeds"
                                    " FROM state",
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
                                    " refusal, epoch, next, receipt, boot, asked_ms, answered_ms,"
                                    " refused, feeds)"
                                    " VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                                    &replace);

    if (err)
        return err;
    sqlite3_bind_int(replace, 1, state->online);
    sqlite3_bind_int64(replace, 2, state->last_attempt_ms);
    sqlite3_bind_int64(replace, 3, state->contact.wall_ms);
    sqlite3_bind_text(replace, 4, state->refusal, -1, SQLITE_STATIC);
    sqlite3_bind_int64(replace, 5, epoch);
    sqlite3_bind_int64(replace, 6, (sqlite3_int64)state->next);
    sqlite3_bind_blob(replace, 7, state->receipt, (int)state->receipt_len, SQLITE_STATIC);
    sqlite3_bind_blob(replace, 8, state->contact.boot_id, CLOCK_BOOT_ID_LEN, SQLITE_STATIC);
    sqlite3_bind_int64(replace, 9, state->contact.asked_ms);
    sqlite3_bind_int64(replace, 10, state->contact.answered_ms);
    sqlite3_bind_int(replace, 11, state->refused);
    sqlite3_bind_text(replace, 12, state->feeds, -1, SQLITE_STATIC);
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

/* Keeps the receipt as its day's fix, unless that has one with a shorter round trip. */
static enum err fix_write(struct sync_state_db *db, const struct sync_moment *moment,
                          struct span envelope)
{
    sqlite3_stmt *insert = NULL;
    enum err err = database_prepare(
        &db->database,
        "INSERT INTO fix(boot, day, asked_ms, answered_ms, receipt) VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT(boot, day) DO UPDATE SET asked_ms = excluded.asked_ms,"
        " answered_ms = excluded.answered_ms, receipt = excluded.receipt"
        " WHERE excluded.answered_ms - excluded.asked_ms < fix.answered_ms - fix.asked_ms",
        &insert);

    if (err)
        return err;
    sqlite3_bind_blob(insert, 1, moment->boot_id, CLOCK_BOOT_ID_LEN, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 2, moment->answered_ms / DAY_MS);
    sqlite3_bind_int64(insert, 3, moment->asked_ms);
    sqlite3_bind_int64(insert, 4, moment->answered_ms);
    sqlite3_bind_blob(insert, 5, envelope.p, (int)envelope.len, SQLITE_STATIC);
    err = database_step_done(insert);
    sqlite3_finalize(insert);
    if (err)
        return err;
    return database_run(&db->database, "DELETE FROM fix WHERE rowid <= (SELECT max(rowid) FROM fix)"
                                       " - " TEXT(SYNC_STATE_FIXES_MAX));
}

/* Within the open transaction. */
static enum err receipt_write(struct sync_state_db *db, const struct sync_moment *moment,
                              const struct receipt *receipt, struct span envelope, bool may_fall)
{
    struct sync_state state = {0};
    uint32_t epoch = 0;
    enum err err = state_read(db, &state, &epoch);

    if (err && err != ERR_MISSING)
        return err;
    if (!may_fall &&
        (receipt->epoch < epoch || (receipt->epoch == epoch && receipt->next < state.next)))
        return ERR_OLD;
    if (receipt->next < state.next)
        err = run_with(db, "DELETE FROM acked WHERE next > ?1", receipt->next, 0);
    else
        err = ERR_OK;
    if (!err && receipt->next > 1)
        err = run_with(db, "INSERT OR IGNORE INTO acked(next, at_ms) VALUES(?1, ?2)", receipt->next,
                       receipt->registry_ms);
    if (!err)
        err = fix_write(db, moment, envelope);
    if (err)
        return err;
    state.online = true;
    state.last_attempt_ms = moment->wall_ms;
    state.contact = *moment;
    state.refusal[0] = '\0';
    state.refused = false;
    state.next = receipt->next;
    state.receipt_len = envelope.len;
    memcpy(state.receipt, envelope.p, envelope.len);
    return state_write(db, &state, receipt->epoch);
}

static enum err receipt_store(struct sync_state_db *db, const struct sync_moment *moment,
                              const struct receipt *receipt, struct span envelope, bool may_fall)
{
    assert(moment->asked_ms >= 0 && moment->asked_ms <= moment->answered_ms);
    if (envelope.len > RECEIPT_MAX)
        return ERR_SIZE;
    enum err err = database_begin(&db->database);
    if (err)
        return err;
    err = receipt_write(db, moment, receipt, envelope, may_fall);
    if (!err)
        return database_commit(&db->database);
    database_rollback(&db->database);
    return err;
}

enum err sync_state_store_receipt(struct sync_state_db *db, const struct sync_moment *moment,
                                  const struct receipt *receipt, struct span envelope)
{
    return receipt_store(db, moment, receipt, envelope, false);
}

enum err sync_state_store_parting(struct sync_state_db *db, const struct sync_moment *moment,
                                  const struct receipt *receipt, struct span envelope)
{
    return receipt_store(db, moment, receipt, envelope, true);
}

/* Ends the open transaction, which began with reading the row. */
static enum err state_replace(struct sync_state_db *db, const struct sync_state *state,
                              uint32_t epoch)
{
    const enum err err = state_write(db, state, epoch);

    if (!err)
        return database_commit(&db->database);
    database_rollback(&db->database);
    return err;
}

/* Begins it; `out` is zero where there is no row yet. */
static enum err state_take(struct sync_state_db *db, struct sync_state *out, uint32_t *epoch)
{
    *out = (struct sync_state){0};
    *epoch = 0;
    enum err err = database_begin(&db->database);

    if (err)
        return err;
    err = state_read(db, out, epoch);
    if (!err || err == ERR_MISSING)
        return ERR_OK;
    database_rollback(&db->database);
    return err;
}

static enum err failure_store(struct sync_state_db *db, int64_t now_ms, const char *refusal,
                              bool refused)
{
    struct sync_state state;
    uint32_t epoch;
    const enum err err = state_take(db, &state, &epoch);

    if (err)
        return err;
    state.online = false;
    state.last_attempt_ms = now_ms;
    snprintf(state.refusal, sizeof state.refusal, "%s", refusal);
    state.refused = refused;
    return state_replace(db, &state, epoch);
}

enum err sync_state_store_failure(struct sync_state_db *db, int64_t now_ms, const char *refusal)
{
    return failure_store(db, now_ms, refusal, false);
}

enum err sync_state_store_refusal(struct sync_state_db *db, int64_t now_ms, const char *refusal)
{
    return failure_store(db, now_ms, refusal, true);
}

enum err sync_state_store_feeds(struct sync_state_db *db, const char *why)
{
    char cut[SYNC_STATE_REFUSE_LEN];
    struct sync_state state;
    uint32_t epoch;
    const enum err err = state_take(db, &state, &epoch);

    if (err)
        return err;
    snprintf(cut, sizeof cut, "%s", why);
    if (strcmp(cut, state.feeds) == 0) {
        database_rollback(&db->database);
        return ERR_OK;
    }
    snprintf(state.feeds, sizeof state.feeds, "%s", cut);
    return state_replace(db, &state, epoch);
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

static bool fix_read(sqlite3_stmt *select, struct sync_state_fix *out)
{
    const struct span boot = database_column(select, 0);
    const struct span receipt = database_column(select, 3);

    *out = (struct sync_state_fix){.asked_ms = sqlite3_column_int64(select, 1),
                                   .answered_ms = sqlite3_column_int64(select, 2),
                                   .receipt_len = receipt.len};
    if (boot.len != CLOCK_BOOT_ID_LEN || receipt.len == 0 || receipt.len > RECEIPT_MAX ||
        out->asked_ms < 0 || out->answered_ms < out->asked_ms)
        return false;
    memcpy(out->boot_id, boot.p, boot.len);
    memcpy(out->receipt, receipt.p, receipt.len);
    return true;
}

enum err sync_state_load_fixes(struct sync_state_db *db, struct sync_state_fix **out, size_t *n)
{
    struct sync_state_fix *fixes = calloc(SYNC_STATE_FIXES_MAX, sizeof *fixes);
    sqlite3_stmt *select = NULL;
    size_t count = 0;
    int rc = SQLITE_DONE;

    if (!fixes)
        return ERR_MEMORY;
    enum err err = database_prepare(&db->database,
                                    "SELECT boot, asked_ms, answered_ms, receipt FROM fix"
                                    " ORDER BY boot, asked_ms + answered_ms",
                                    &select);
    while (!err && count < SYNC_STATE_FIXES_MAX && (rc = database_step(select)) == SQLITE_ROW)
        count += fix_read(select, &fixes[count]);
    if (!err && rc != SQLITE_ROW && rc != SQLITE_DONE)
        err = database_err(rc);
    sqlite3_finalize(select);
    if (err) {
        free(fixes);
        return err;
    }
    *out = fixes;
    *n = count;
    return ERR_OK;
}
