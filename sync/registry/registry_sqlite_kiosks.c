/* Kiosks, their keys and how far each is, in SQLite. */
#include "registry_sqlite.h"

static enum err kiosk_of_row(sqlite3_stmt *stmt, struct registry_kiosk *kiosk,
                             struct registry_head *head)
{
    struct registry_kiosk found = {.revoked = sqlite3_column_int(stmt, 3) != 0};
    struct registry_head at = {.epoch = (uint32_t)sqlite3_column_int64(stmt, 4),
                               .next = (uint64_t)sqlite3_column_int64(stmt, 5)};
    const struct span id = database_column(stmt, 1);
    if (id.len == 0 || id.len >= sizeof found.id || at.next < 1)
        return ERR_CORRUPT;
    memcpy(found.id, id.p, id.len);
    enum err err = registry_sql_exact(stmt, 2, found.entry_point, sizeof found.entry_point);
    if (!err)
        err = registry_sql_exact(stmt, 6, at.hash, sizeof at.hash);
    if (!err) {
        *kiosk = found;
        *head = at;
    }
    return err;
}

static enum err kiosk_read(struct registry_sqlite *s, const char *id, int64_t *no,
                           struct registry_kiosk *kiosk, struct registry_head *head)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_KIOSK_FIND);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    *no = sqlite3_column_int64(stmt, 0);
    err = kiosk_of_row(stmt, kiosk, head);
    sqlite3_reset(stmt);
    return err;
}

enum err registry_sql_kiosk(struct registry_sqlite *s, const char *id, int64_t *no,
                            struct registry_head *head)
{
    struct registry_kiosk kiosk;
    struct registry_head at;
    const enum err err = kiosk_read(s, id, no, &kiosk, &at);
    if (!err && head)
        *head = at;
    return err;
}

enum err sqlite_kiosk_find(struct registry_store *store, const char *id, struct registry_kiosk *out)
{
    int64_t no;
    struct registry_head head;
    return kiosk_read(registry_sqlite_of(store), id, &no, out, &head);
}

enum err registry_sql_keys_others(struct registry_sqlite *s, const struct registry_kiosk *kiosk,
                                  const uint8_t tls_key[SIGN_HASH_LEN])
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_KEYS_OTHERS);
    sqlite3_bind_text(stmt, 1, kiosk->id, -1, SQLITE_STATIC);
    registry_sql_blob(stmt, 2, span_of(kiosk->entry_point, sizeof kiosk->entry_point));
    registry_sql_blob(stmt, 3, span_of(tls_key, SIGN_HASH_LEN));
    const enum err err = registry_sql_row(stmt);
    sqlite3_reset(stmt);
    return err;
}

enum err registry_sql_kiosk_add(struct registry_sqlite *s, const struct registry_kiosk *kiosk)
{
    int64_t no;
    struct registry_kiosk held;
    struct registry_head head;
    const enum err err = kiosk_read(s, kiosk->id, &no, &held, &head);
    if (!err) {
        const size_t len = sizeof held.entry_point;
        const bool same = memcmp(held.entry_point, kiosk->entry_point, len) == 0;
        return same && !held.revoked ? ERR_OK : ERR_INVALID;
    }
    if (err != ERR_MISSING)
        return err;
    const enum err others = registry_sql_keys_others(s, kiosk, NULL);
    if (others != ERR_MISSING)
        return others ? others : ERR_INVALID;
    sqlite3_stmt *stmt = registry_sql(s, SQL_KIOSK_ADD);
    sqlite3_bind_text(stmt, 1, kiosk->id, -1, SQLITE_STATIC);
    registry_sql_blob(stmt, 2, span_of(kiosk->entry_point, sizeof kiosk->entry_point));
    return database_step_done(stmt);
}

enum err sqlite_kiosk_add(struct registry_store *store, const struct registry_kiosk *kiosk)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    const enum err err = database_begin(&s->database);
    return err ? err : registry_sql_end(s, registry_sql_kiosk_add(s, kiosk));
}

enum err sqlite_kiosk_revoke(struct registry_store *store, const char *id)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    sqlite3_stmt *stmt = registry_sql(s, SQL_KIOSK_REVOKE);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    const enum err err = database_step_done(stmt);
    if (err)
        return err;
    return sqlite3_changes(s->database.handle) == 1 ? ERR_OK : ERR_MISSING;
}

enum err sqlite_kiosks_each(struct registry_store *store, registry_kiosk_each *each, void *user)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    sqlite3_stmt *stmt = registry_sql(s, SQL_KIOSKS);
    enum err err;
    while ((err = registry_sql_row(stmt)) == ERR_OK) {
        struct registry_kiosk kiosk;
        struct registry_head head;
        err = kiosk_of_row(stmt, &kiosk, &head);
        if (!err)
            err = each(&kiosk, &head, (uint64_t)sqlite3_column_int64(stmt, 7), user);
        if (err) {
            sqlite3_reset(stmt);
            return err;
        }
    }
    return err == ERR_MISSING ? ERR_OK : err;
}
