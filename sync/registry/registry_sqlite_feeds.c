/* What goes down to the kiosks, in SQLite: placements by rising version, and policy bundles.
 *
 * A placement's version is the feed's: each time a record changes it takes the next free number, so
 * "everything above N" is what a kiosk at N lacks. The newest row is always the store's latest
 * version, because a row only ever moves upwards.
 *
 * An import is staged in a temporary table of this connection and moved over in one short
 * transaction: a wrong last line leaves nothing behind, and the server goes on writing meanwhile.
 */
#include "registry_sqlite.h"

#include <assert.h>

struct newest {
    uint64_t version;
    int64_t stored_ms;
};

static enum err placements_newest(struct registry_sqlite *s, struct newest *out)
{
    *out = (struct newest){0};
    sqlite3_stmt *stmt = registry_sql(s, SQL_PLACEMENTS_LATEST);
    const enum err err = registry_sql_row(stmt);
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    out->version = (uint64_t)sqlite3_column_int64(stmt, 0);
    out->stored_ms = sqlite3_column_int64(stmt, 1);
    sqlite3_reset(stmt);
    return ERR_OK;
}

/* ---- import ---------------------------------------------------------------------------------- */

enum err sqlite_import_begin(struct registry_store *store)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(!s->importing);
    const enum err err = database_step_done(registry_sql(s, SQL_STAGE_CLEAR));
    s->importing = !err;
    return err;
}

enum err sqlite_import_put(struct registry_store *store, const struct registry_placement *row)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(s->importing && row->rec_seq <= INT64_MAX);
    sqlite3_stmt *stmt = registry_sql(s, SQL_STAGE_PUT);
    sqlite3_bind_text(stmt, 1, row->id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, (int64_t)row->rec_seq);
    registry_sql_blob(stmt, 3, row->record);
    return database_step_done(stmt);
}

static enum err counted(struct registry_sqlite *s, sqlite3_stmt *stmt, uint64_t *rows)
{
    const enum err err = database_step_done(stmt);
    *rows = (uint64_t)sqlite3_changes64(s->database.handle);
    return err;
}

/* Versions are dated, and their dates never fall, whatever the clock does. */
static enum err staged_apply(struct registry_sqlite *s, int64_t now_ms,
                             struct registry_imported *out)
{
    struct newest newest;
    enum err err = placements_newest(s, &newest);
    if (!err)
        err = counted(s, registry_sql(s, SQL_STAGE_OLDER), &out->older);
    if (!err)
        err = counted(s, registry_sql(s, SQL_STAGE_UNCHANGED), &out->unchanged);
    if (err)
        return err;
    sqlite3_stmt *stmt = registry_sql(s, SQL_STAGE_APPLY);
    sqlite3_bind_int64(stmt, 1, (int64_t)newest.version);
    sqlite3_bind_int64(stmt, 2, now_ms > newest.stored_ms ? now_ms : newest.stored_ms);
    err = counted(s, stmt, &out->changed);
    out->version = newest.version + out->changed;
    return err;
}

enum err sqlite_import_end(struct registry_store *store, bool commit, int64_t now_ms,
                           struct registry_imported *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(s->importing);
    s->importing = false;
    if (!commit)
        return database_step_done(registry_sql(s, SQL_STAGE_CLEAR));
    struct registry_imported done = {0};
    enum err err = database_begin(&s->database);
    if (err)
        return err;
    err = registry_sql_end(s, staged_apply(s, now_ms, &done));
    if (!err)
        *out = done;
    return err;
}

/* ---- feed ------------------------------------------------------------------------------------ */

static enum err rows_each(sqlite3_stmt *stmt, registry_record_each *each, void *user,
                          struct registry_feed *feed)
{
    enum err err;
    while ((err = registry_sql_row(stmt)) == ERR_OK) {
        feed->to = (uint64_t)sqlite3_column_int64(stmt, 0);
        feed->as_of_ms = sqlite3_column_int64(stmt, 1);
        feed->n_rows++;
        err = each(database_column(stmt, 2), user);
        if (err) {
            sqlite3_reset(stmt);
            return err;
        }
    }
    return err == ERR_MISSING ? ERR_OK : err;
}

/* A read transaction, so that `latest` and the rows are of one moment. */
static enum err feed_within(struct registry_sqlite *s, uint64_t from, size_t n_max,
                            registry_record_each *each, void *user, struct registry_feed *feed)
{
    struct newest newest;
    enum err err = placements_newest(s, &newest);
    if (err)
        return err;
    if (from > newest.version)
        return ERR_OLD;
    *feed = (struct registry_feed){.to = from, .latest = newest.version};
    sqlite3_stmt *stmt = registry_sql(s, SQL_PLACEMENTS);
    sqlite3_bind_int64(stmt, 1, (int64_t)from);
    sqlite3_bind_int64(stmt, 2, (int64_t)n_max);
    err = rows_each(stmt, each, user, feed);
    if (feed->to == feed->latest)
        feed->as_of_ms = 0;
    return err;
}

enum err sqlite_feed(struct registry_store *store, uint64_t from, size_t n_max,
                     registry_record_each *each, void *user, struct registry_feed *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    struct registry_feed feed;
    enum err err = database_begin_reading(&s->database);
    if (err)
        return err;
    err = registry_sql_end(s, feed_within(s, from, n_max, each, user, &feed));
    if (!err)
        *out = feed;
    return err;
}

/* ---- policy ---------------------------------------------------------------------------------- */

/* The newest bundle's row, to be reset by the caller; ERR_MISSING. */
static enum err policy_row(struct registry_sqlite *s, sqlite3_stmt **out)
{
    *out = registry_sql(s, SQL_POLICY_LATEST);
    return registry_sql_row(*out);
}

static enum err policy_version(struct registry_sqlite *s, uint64_t *out)
{
    sqlite3_stmt *stmt;
    const enum err err = policy_row(s, &stmt);
    *out = 0;
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    *out = (uint64_t)sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return ERR_OK;
}

static enum err policy_add(struct registry_sqlite *s, uint64_t version, struct span envelope)
{
    uint64_t held;
    const enum err err = policy_version(s, &held);
    if (err)
        return err;
    if (version <= held)
        return ERR_OLD;
    sqlite3_stmt *stmt = registry_sql(s, SQL_POLICY_ADD);
    sqlite3_bind_int64(stmt, 1, (int64_t)version);
    registry_sql_blob(stmt, 2, envelope);
    return database_step_done(stmt);
}

enum err sqlite_policy_put(struct registry_store *store, uint64_t version, struct span envelope)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(version >= 1 && version <= INT64_MAX);
    const enum err err = database_begin(&s->database);
    return err ? err : registry_sql_end(s, policy_add(s, version, envelope));
}

enum err sqlite_policy_get(struct registry_store *store, void *out, size_t cap, size_t *len,
                           uint64_t *version)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    sqlite3_stmt *stmt;
    enum err err = policy_row(s, &stmt);
    if (err)
        return err;
    const struct span envelope = database_column(stmt, 1);
    if (envelope.len > cap) {
        err = ERR_SIZE;
    } else {
        memcpy(out, envelope.p, envelope.len);
        *len = envelope.len;
        *version = (uint64_t)sqlite3_column_int64(stmt, 0);
    }
    sqlite3_reset(stmt);
    return err;
}

enum err sqlite_versions(struct registry_store *store, struct registry_versions *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    struct registry_versions versions;
    struct newest newest;
    enum err err = placements_newest(s, &newest);
    if (!err)
        err = policy_version(s, &versions.policy);
    if (err)
        return err;
    versions.placements = newest.version;
    *out = versions;
    return ERR_OK;
}
