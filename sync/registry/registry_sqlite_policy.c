/* Policy bundles in SQLite, as they were signed: all are kept, the newest is in force. */
#include "registry_sqlite.h"

#include <assert.h>

/* The newest bundle's row, to be reset by the caller; ERR_MISSING. */
static enum err policy_row(struct registry_sqlite *s, sqlite3_stmt **out)
{
    *out = registry_sql(s, SQL_POLICY_LATEST);
    return registry_sql_row(*out);
}

enum err registry_sql_policy_version(struct registry_sqlite *s, uint64_t *out)
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
    const enum err err = registry_sql_policy_version(s, &held);
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
