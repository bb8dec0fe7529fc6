/* What goes down to the kiosks, in SQLite: placements and lists by rising version.
 *
 * A record's version is its feed's: each time the record changes it takes the next free number, so
 * "everything above N" is what a kiosk at N lacks. A withdrawn record stays, with a new version,
 * for the kiosks that have it.
 *
 * An import is staged in a temporary table of this connection and moved over in one short
 * transaction: a wrong last line leaves nothing behind, and the server goes on writing meanwhile.
 * Staging is one transaction too, which takes no lock on the store: SQLite would make one of each
 * row, a tenth of the time that an import takes.
 * The versions that it gave are one run; the last of them is kept with the import's date.
 */
#include "registry_sqlite.h"

#include <assert.h>

struct feed_sql {
    enum registry_statement held, older, unchanged, apply, above;
};

#define FEED_SQL(NAME)                                                                             \
    {                                                                                              \
        SQL_##NAME##_HELD, SQL_##NAME##_OLDER, SQL_##NAME##_UNCHANGED, SQL_##NAME##_APPLY,         \
            SQL_##NAME##_ABOVE                                                                     \
    }

static const struct feed_sql feed_sql[REGISTRY_FEEDS] = {
    [REGISTRY_PLACEMENTS] = FEED_SQL(PLACEMENT),
    [REGISTRY_LISTS] = FEED_SQL(LISTING),
};

/* The last version that an import gave; 0: there was none. */
static enum err newest(struct registry_sqlite *s, enum registry_feed feed, uint64_t *version)
{
    *version = 0;
    sqlite3_stmt *stmt = registry_sql(s, SQL_IMPORT_NEWEST);
    sqlite3_bind_int(stmt, 1, (int)feed);
    const enum err err = registry_sql_row(stmt);
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    *version = (uint64_t)sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return ERR_OK;
}

/* ---- import ---------------------------------------------------------------------------------- */

enum err registry_sql_stage_clear(struct registry_sqlite *s)
{
    const enum err err = database_step_done(registry_sql(s, SQL_STAGE_ABOUT_CLEAR));
    return err ? err : database_step_done(registry_sql(s, SQL_STAGE_CLEAR));
}

enum err sqlite_import_begin(struct registry_store *store, enum registry_feed feed)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(!s->importing && feed < REGISTRY_FEEDS);
    enum err err = registry_sql_stage_clear(s);
    if (!err)
        err = database_begin_reading(&s->database);
    s->importing = !err;
    s->imports = feed;
    return err;
}

enum err registry_sql_held_find(struct registry_sqlite *s, const char *id)
{
    sqlite3_stmt *stmt = registry_sql(s, feed_sql[s->imports].held);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    const enum err err = registry_sql_row(stmt);
    sqlite3_reset(stmt);
    return err;
}

enum err registry_sql_stage_about(struct registry_sqlite *s, const char *text, const char *id)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_STAGE_ABOUT_PUT);
    sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, id, -1, SQLITE_STATIC);
    return database_step_done(stmt);
}

enum err registry_sql_stage_put(struct registry_sqlite *s, const struct registry_record *record)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_STAGE_PUT);
    sqlite3_bind_text(stmt, 1, record->id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, (int64_t)record->rec_seq);
    sqlite3_bind_int(stmt, 3, record->withdrawn);
    registry_sql_blob(stmt, 4, record->bytes);
    enum err err = database_step_done(stmt);
    for (size_t i = 0; i < record->n_texts && !err; i++)
        err = registry_sql_stage_about(s, record->texts[i].text, record->id);
    return err;
}

enum err sqlite_import_put(struct registry_store *store, const struct registry_record *record)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(s->importing && record->rec_seq <= INT64_MAX);
    const enum err err = record->withdrawn ? registry_sql_held_find(s, record->id) : ERR_OK;
    return err ? err : registry_sql_stage_put(s, record);
}

static enum err counted(struct registry_sqlite *s, sqlite3_stmt *stmt, uint64_t *rows)
{
    const enum err err = database_step_done(stmt);
    *rows = (uint64_t)sqlite3_changes64(s->database.handle);
    return err;
}

static enum err import_note(struct registry_sqlite *s, uint64_t version, int64_t now_ms)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_IMPORT_ADD);
    sqlite3_bind_int(stmt, 1, (int)s->imports);
    sqlite3_bind_int64(stmt, 2, (int64_t)version);
    sqlite3_bind_int64(stmt, 3, now_ms);
    return database_step_done(stmt);
}

enum err registry_sql_stage_apply(struct registry_sqlite *s, int64_t now_ms,
                                  struct registry_imported *out)
{
    const struct feed_sql *sql = &feed_sql[s->imports];
    uint64_t before;
    enum err err = newest(s, s->imports, &before);
    if (!err)
        err = counted(s, registry_sql(s, sql->older), &out->older);
    if (!err)
        err = counted(s, registry_sql(s, sql->unchanged), &out->unchanged);
    if (err)
        return err;
    sqlite3_stmt *stmt = registry_sql(s, sql->apply);
    sqlite3_bind_int64(stmt, 1, (int64_t)before);
    err = counted(s, stmt, &out->changed);
    out->version = before + out->changed;
    if (!err && out->changed > 0)
        err = import_note(s, out->version, now_ms);
    if (!err && s->imports == REGISTRY_LISTS)
        err = database_step_done(registry_sql(s, SQL_ABOUT_APPLY));
    return err;
}

enum err sqlite_import_end(struct registry_store *store, bool commit, int64_t now_ms,
                           struct registry_imported *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(s->importing);
    s->importing = false;
    if (!commit) {
        database_rollback(&s->database);
        return ERR_OK;
    }
    struct registry_imported done = {0};
    enum err err = database_commit(&s->database); /* of what is staged */
    if (!err)
        err = database_begin(&s->database);
    if (err)
        return err;
    if (s->imports == REGISTRY_LISTS) /* before the rows that change nothing leave the stage */
        err = database_step_done(registry_sql(s, SQL_TOLD_VOUCHED));
    if (!err)
        err = registry_sql_stage_apply(s, now_ms, &done);
    err = registry_sql_end(s, err);
    if (!err)
        *out = done;
    return err;
}

/* ---- feed ------------------------------------------------------------------------------------ */

static enum err rows_each(sqlite3_stmt *stmt, registry_record_each *each, void *user,
                          struct registry_step *step)
{
    enum err err;
    while ((err = registry_sql_row(stmt)) == ERR_OK) {
        step->to = (uint64_t)sqlite3_column_int64(stmt, 0);
        step->n_rows++;
        err = each(database_column(stmt, 2), sqlite3_column_int(stmt, 1) != 0, user);
        if (err) {
            sqlite3_reset(stmt);
            return err;
        }
    }
    return err == ERR_MISSING ? ERR_OK : err;
}

/* A read transaction, so that `latest` and the rows are of one moment. */
static enum err feed_within(struct registry_sqlite *s, const struct registry_range *range,
                            registry_record_each *each, void *user, struct registry_step *step)
{
    uint64_t latest;
    enum err err = newest(s, range->feed, &latest);
    if (err)
        return err;
    if (range->from > latest)
        return ERR_OLD;
    *step = (struct registry_step){.to = range->from, .latest = latest};
    sqlite3_stmt *stmt = registry_sql(s, feed_sql[range->feed].above);
    sqlite3_bind_int64(stmt, 1, (int64_t)range->from);
    sqlite3_bind_int64(stmt, 2, (int64_t)range->n_max);
    return rows_each(stmt, each, user, step);
}

enum err sqlite_feed(struct registry_store *store, const struct registry_range *range,
                     registry_record_each *each, void *user, struct registry_step *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    struct registry_step step;
    const bool within = s->importing; /* there is a transaction already */
    enum err err = within ? ERR_OK : database_begin_reading(&s->database);
    if (err)
        return err;
    err = feed_within(s, range, each, user, &step);
    if (!within)
        err = registry_sql_end(s, err);
    if (!err)
        *out = step;
    return err;
}

enum err sqlite_placement_get(struct registry_store *store, const char *id, void *room, size_t cap,
                              struct span *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    sqlite3_stmt *stmt = registry_sql(s, SQL_PLACEMENT);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    const struct span record = database_column(stmt, 0);
    if (record.len > cap) {
        err = ERR_SIZE;
    } else {
        memcpy(room, record.p, record.len);
        *out = span_of(room, record.len);
    }
    sqlite3_reset(stmt);
    return err;
}

enum err sqlite_versions(struct registry_store *store, struct registry_versions *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    struct registry_versions versions;
    enum err err = newest(s, REGISTRY_PLACEMENTS, &versions.placements);
    if (!err)
        err = newest(s, REGISTRY_LISTS, &versions.lists);
    if (!err)
        err = registry_sql_policy_version(s, &versions.policy);
    if (!err)
        *out = versions;
    return err;
}
