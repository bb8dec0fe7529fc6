/* Destroying payloads.
 *
 * Method: a scan of the headers since the last one says which entries each day's key seals; it is
 * kept in memory and goes on with each job. Then one transaction destroys keys and appends the
 * PURGE entry: from there on those payloads are gone for everybody, whatever else becomes of this
 * job.
 *
 * Second, what is sealed is emptied, though without its key it tells nothing. SQLite overwrites
 * what is freed, and what it moves between pages (secure_delete=ON; "fast" would leave both in
 * places).
 *
 * Third, the WAL, which has the old pages, is moved into the file and cut to nothing; only then is
 * a purge done. A reader that stands in the way is not waited for.
 *
 * It refuses to say what a flash drive keeps: firmware/ARCHITECTURE.md does.
 */
#include "journal_retention.h"

#include <assert.h>
#include <stdlib.h>

#include "journal_marks.h"
#include "retention_parts.h"

#define HASH_ROWS 1024 /* some ten pages */

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS purge(seq INTEGER PRIMARY KEY, rest INTEGER NOT NULL,"
    " done INTEGER NOT NULL) STRICT;"
    "CREATE TABLE IF NOT EXISTS mark(next INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL,"
    " receipt BLOB NOT NULL) STRICT;"
    "PRAGMA secure_delete=ON;";

enum phase {
    PHASE_OVER = 0,
    PHASE_NOTE,     /* the receipt is remembered */
    PHASE_EMPTY,    /* payloads of the purge that is not done are taken out */
    PHASE_TRUNCATE, /* ... and out of the WAL */
    PHASE_SCAN,     /* what is sealed with which key? At the end, the next days are purged */
    PHASE_HASHES,   /* keyed hashes that are too old */
};

struct retention {
    struct journal *journal;
    struct retention_order order;
    struct retention_report report;
    enum phase phase;
    uint64_t rest; /* below it no entry has a payload, but for kinds that are kept */
    /* The purge that is not done. */
    uint64_t undone; /* its PURGE entry; 0: there is none */
    struct retention_sweep sweep;
    struct retention_scan scan; /* it outlives the job */
    int64_t hashes_at;          /* keys below it were looked at */
};

enum err retention_open(struct journal *journal, struct retention **out)
{
    struct retention *retention = calloc(1, sizeof *retention);

    if (!retention)
        return ERR_MEMORY;
    retention->journal = retention->scan.journal = journal;
    const enum err err = database_run(&journal->database, tables);
    if (err)
        retention_close(retention);
    else
        *out = retention;
    return err;
}

void retention_close(struct retention *retention)
{
    if (!retention)
        return;
    free(retention->scan.days);
    free(retention);
}

void retention_begin(struct retention *retention, const struct retention_order *order)
{
    retention->order = *order;
    retention->report = (struct retention_report){0};
    retention->phase = PHASE_NOTE;
    retention->hashes_at = INT64_MIN;
}

void retention_report(const struct retention *retention, struct retention_report *out)
{
    *out = retention->report;
}

/* ---- where the last job ended ------------------------------------------------------------- */

/* The last entry that this PURGE entry covers. */
static uint64_t purge_last(const struct purge_set *purges, uint64_t by)
{
    uint64_t last = 0;

    for (size_t i = 0; i < purges->n; i++)
        if (purges->rows[i].by == by && purges->rows[i].days.last > last)
            last = purges->rows[i].days.last;
    return last;
}

/* Reads `rest`, and the purge that is not done. */
static enum err state_read(struct retention *retention)
{
    sqlite3_stmt *select = NULL;
    enum err err =
        database_prepare(&retention->journal->database,
                         "SELECT seq, rest, done FROM purge ORDER BY seq DESC LIMIT 1", &select);

    if (err)
        return err;
    retention->rest = 1;
    retention->undone = 0;
    const int rc = database_step(select);
    err = database_err(rc);
    if (rc == SQLITE_ROW) {
        retention->rest = (uint64_t)sqlite3_column_int64(select, 1);
        if (!sqlite3_column_int(select, 2))
            retention->undone = (uint64_t)sqlite3_column_int64(select, 0);
    }
    sqlite3_finalize(select);
    return err ? err : purge_set_refresh(&retention->journal->days);
}

static void sweep_begin(struct retention *retention)
{
    retention->phase = PHASE_EMPTY;
    retention->sweep = (struct retention_sweep){
        .journal = retention->journal,
        .next = retention->rest,
        .last = purge_last(&retention->journal->days.purges, retention->undone)};
}

static enum err note_step(struct retention *retention)
{
    struct journal *journal = retention->journal;
    const struct retention_order *order = &retention->order;
    const struct span envelope = span_of(order->receipt, order->receipt_len);
    struct receipt receipt;
    enum err err = mark_open(journal, order->receipt_key, envelope, &receipt);

    if (!err)
        err = marks_note(journal, &receipt, envelope);
    if (!err)
        err = state_read(retention);
    if (err)
        return err;
    if (retention->undone)
        sweep_begin(retention);
    else
        retention->phase = PHASE_SCAN;
    return ERR_OK;
}

/* ---- overwriting -------------------------------------------------------------------------- */

static enum err sweep_step(struct retention *retention)
{
    bool more = false;
    const enum err err = retention_sweep_step(&retention->sweep, &more);

    if (!err && !more)
        retention->phase = PHASE_TRUNCATE;
    return err;
}

/* What is left below the last that was purged is days that stay. */
static uint64_t rest_after(const struct retention *retention)
{
    uint64_t rest = purge_last(&retention->journal->days.purges, retention->undone) + 1;

    for (size_t i = 0; i < retention->scan.n_days; i++)
        if (retention->scan.days[i].sealed.first < rest)
            rest = retention->scan.days[i].sealed.first;
    /* Before the scan it is not known which days stay. */
    return retention->scan.scanned && rest > retention->rest ? rest : retention->rest;
}

static enum err truncate_step(struct retention *retention)
{
    struct database *database = &retention->journal->database;
    const uint64_t rest = rest_after(retention);
    sqlite3_stmt *update = NULL;
    enum err err = database_wal_truncate(database);

    if (err == ERR_BUSY) {
        retention->report.waits = true;
        retention->phase = PHASE_HASHES;
        return ERR_OK;
    }
    if (!err)
        err = database_prepare(database, "UPDATE purge SET rest = ?2, done = 1 WHERE seq = ?1",
                               &update);
    if (err)
        return err;
    sqlite3_bind_int64(update, 1, (sqlite3_int64)retention->undone);
    sqlite3_bind_int64(update, 2, (sqlite3_int64)rest);
    err = database_step_done(update);
    sqlite3_finalize(update);
    if (err)
        return err;
    retention->rest = rest;
    retention->undone = 0;
    retention->phase = PHASE_SCAN;
    return ERR_OK;
}

/* ---- destroying keys ---------------------------------------------------------------------- */

struct purging {
    const struct entry_purge *purge;
    uint64_t rest;
};

static enum err keys_destroy(struct database *database, const struct entry_purge *purge)
{
    sqlite3_stmt *destroy = NULL;
    enum err err = database_prepare(database, "DELETE FROM day_key WHERE day = ?1", &destroy);

    for (size_t i = 0; !err && i < purge->n_days; i++) {
        sqlite3_bind_int64(destroy, 1, purge->day[i].day);
        err = database_step_done(destroy);
    }
    sqlite3_finalize(destroy);
    return err;
}

/* Beside the PURGE entry. */
static enum err purge_store(struct journal *journal, const struct entry_header *header,
                            const void *user)
{
    const struct purging *purging = user;
    sqlite3_stmt *insert = NULL;
    enum err err = keys_destroy(&journal->database, purging->purge);

    if (!err)
        err = database_prepare(&journal->database,
                               "INSERT INTO purge(seq, rest, done) VALUES(?1, ?2, 0)", &insert);
    if (err)
        return err;
    sqlite3_bind_int64(insert, 1, (sqlite3_int64)header->seq);
    sqlite3_bind_int64(insert, 2, (sqlite3_int64)purging->rest);
    err = database_step_done(insert);
    sqlite3_finalize(insert);
    return err;
}

static enum err purge_append(struct retention *retention, const struct entry_purge *purge)
{
    struct journal *journal = retention->journal;
    const struct purging purging = {.purge = purge, .rest = retention->rest};
    const struct journal_beside beside = {.store = purge_store, .user = &purging};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    seal_random(salt, sizeof salt);
    enum err err = entry_purge_encode(purge, salt, payload, sizeof payload, &len);
    assert(!err);
    err = journal_append_with(journal, ENTRY_PURGE, &retention->order.time, span_of(payload, len),
                              &beside, &retention->report.head);
    if (err)
        return err;
    day_keys_forget(&journal->days);
    retention_scan_forget(&retention->scan, purge);
    retention->undone = retention->report.head.seq;
    retention->report.days += purge->n_days;
    for (size_t i = 0; i < purge->n_days; i++)
        retention->report.entries += purge->day[i].entries;
    return purge_set_refresh(&journal->days);
}

static enum err purge_step(struct retention *retention)
{
    const struct retention_order *order = &retention->order;
    struct receipt receipt;
    struct entry_purge purge = {.now_ms = order->now_ms,
                                .after_days = order->payload_days,
                                .policy_version = order->policy_version};
    struct journal_recovery recovery;
    enum err err = journal_recovery_pending(retention->journal, &recovery);

    retention->phase = PHASE_HASHES;
    if (err == ERR_OK)
        return ERR_OK; /* what is being taken over may lie anywhere */
    if (err == ERR_MISSING)
        err = marks_find(retention->journal, order, &receipt);
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    err = marks_drop_before(retention->journal, receipt.next);
    if (err || retention->scan.unreadable >= receipt.next ||
        retention_plan(retention->scan.days, retention->scan.n_days, receipt.next, order->open_seq,
                       &purge) == 0)
        return err;
    purge.receipt_next = receipt.next;
    purge.receipt_ms = receipt.registry_ms;
    err = purge_append(retention, &purge);
    if (!err)
        sweep_begin(retention);
    return err;
}

/* At the end of the scan the purge comes in the same step, before anything is appended. */
static enum err scan_step(struct retention *retention)
{
    bool more = false;
    const enum err err = retention_scan_step(&retention->scan, retention->rest, &more);

    return err || more ? err : purge_step(retention);
}

/* ---- keyed hashes ------------------------------------------------------------------------- */

/* The last key of the next rows; false: there are none. */
static enum err hashes_end(struct retention *retention, bool *found, int64_t *end)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(&retention->journal->database,
                                    "SELECT max(key) FROM (SELECT key FROM crossing"
                                    " WHERE key >= ?1 ORDER BY key LIMIT ?2)",
                                    &select);

    if (err)
        return err;
    sqlite3_bind_int64(select, 1, retention->hashes_at);
    sqlite3_bind_int(select, 2, HASH_ROWS);
    const int rc = database_step(select);
    *found = rc == SQLITE_ROW && sqlite3_column_type(select, 0) != SQLITE_NULL;
    *end = *found ? sqlite3_column_int64(select, 0) : INT64_MAX;
    sqlite3_finalize(select);
    return database_err(rc);
}

/* By the registry's day. What a clock that ran ahead has dated later stays the longer. */
static enum err hashes_drop(struct retention *retention, int64_t end)
{
    const struct retention_order *order = &retention->order;
    struct database *database = &retention->journal->database;
    sqlite3_stmt *drop = NULL;
    enum err err = database_prepare(
        database, "DELETE FROM crossing WHERE key BETWEEN ?1 AND ?2 AND day < ?3", &drop);

    if (err)
        return err;
    sqlite3_bind_int64(drop, 1, retention->hashes_at);
    sqlite3_bind_int64(drop, 2, end);
    sqlite3_bind_int64(drop, 3, order->now_ms / RETENTION_DAY_MS - order->hash_days);
    err = database_step_done(drop);
    if (!err)
        retention->report.hashes += (uint64_t)sqlite3_changes(database->handle);
    sqlite3_finalize(drop);
    return err;
}

/* Half a year of them is too much for one step. */
static enum err hashes_step(struct retention *retention)
{
    bool found = false;
    int64_t end = 0;
    enum err err = hashes_end(retention, &found, &end);

    if (!err && found)
        err = hashes_drop(retention, end);
    if (end == INT64_MAX)
        retention->phase = PHASE_OVER;
    else
        retention->hashes_at = end + 1;
    return err;
}

/* ---- steps -------------------------------------------------------------------------------- */

static enum err step(struct retention *retention)
{
    switch (retention->phase) {
    case PHASE_OVER:
        break;
    case PHASE_NOTE:
        return note_step(retention);
    case PHASE_EMPTY:
        return sweep_step(retention);
    case PHASE_TRUNCATE:
        return truncate_step(retention);
    case PHASE_SCAN:
        return scan_step(retention);
    case PHASE_HASHES:
        return hashes_step(retention);
    }
    return ERR_OK;
}

enum err retention_step(struct retention *retention, bool *more)
{
    const enum err err = step(retention);

    if (err)
        retention->phase = PHASE_OVER;
    *more = retention->phase != PHASE_OVER;
    return err;
}
