/* Entries out of their chain, in SQLite: copies that came ahead of it, and looking one up.
 *
 * A copy is kept by its hash: two that contradict each other are both kept, and one that the chain
 * contradicts stays when the others of its number are dropped. It is evidence, and waits for
 * nothing any more: it takes no room from those that do, and beyond so many it is not kept.
 */
#include "registry_sqlite.h"

static enum err copies_fit(struct registry_sqlite *s, int64_t kiosk, uint64_t next, bool *fit)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_COPY_COUNT);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int64(stmt, 2, (int64_t)next);
    const enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    *fit = sqlite3_column_int64(stmt, 0) <= REGISTRY_COPIES_MAX;
    sqlite3_reset(stmt);
    return ERR_OK;
}

static enum err copy_add(struct registry_sqlite *s, int64_t kiosk,
                         const struct registry_entry *entry, int64_t received_ms)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_COPY_PUT);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int64(stmt, 2, (int64_t)entry->seq);
    registry_sql_blob(stmt, 3, span_of(entry->hash, SIGN_HASH_LEN));
    sqlite3_bind_int64(stmt, 4, received_ms);
    registry_sql_blob(stmt, 5, entry->header);
    registry_sql_blob(stmt, 6, entry->payload);
    registry_sql_blob(stmt, 7, entry->signature);
    return database_step_done(stmt);
}

static enum err copies_within(struct registry_sqlite *s, const char *kiosk,
                              const struct registry_copies *copies, struct registry_kept *out)
{
    int64_t no;
    struct registry_head head;
    enum err err = registry_sql_kiosk(s, kiosk, &no, &head);
    for (size_t i = 0; !err && i < copies->n_entries; i++)
        err = copy_add(s, no, &copies->entries[i], copies->received_ms);
    if (!err)
        err = copies_fit(s, no, head.next, &out->kept);
    if (err || !out->kept)
        return err;
    const struct registry_sql_rows rows = {.kiosk = no,
                                           .rows = copies->rows,
                                           .n_rows = copies->n_rows,
                                           .voids = copies->voids,
                                           .now_ms = copies->received_ms};
    return registry_sql_rows_add(s, &rows, &out->rows_over);
}

enum err sqlite_copies_put(struct registry_store *store, const char *kiosk,
                           const struct registry_copies *copies, struct registry_kept *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    struct registry_kept done = {0};
    enum err err = database_begin(&s->database);
    if (err)
        return err;
    err = copies_within(s, kiosk, copies, &done);
    if (!err && !done.kept)
        database_rollback(&s->database);
    else
        err = registry_sql_end(s, err);
    if (!err)
        *out = done;
    return err;
}

static enum err copy_of_row(sqlite3_stmt *stmt, struct registry_entry *out)
{
    struct registry_entry copy = {.seq = (uint64_t)sqlite3_column_int64(stmt, 1),
                                  .header = database_column(stmt, 3),
                                  .received_ms = sqlite3_column_int64(stmt, 4)};
    const struct span id = database_column(stmt, 0);
    if (id.len == 0 || id.len >= sizeof copy.kiosk)
        return ERR_CORRUPT;
    memcpy(copy.kiosk, id.p, id.len);
    const enum err err = registry_sql_exact(stmt, 2, copy.hash, sizeof copy.hash);
    if (!err)
        *out = copy;
    return err;
}

enum err sqlite_copies_each(struct registry_store *store, registry_copy_each *each, void *user)
{
    sqlite3_stmt *stmt = registry_sql(registry_sqlite_of(store), SQL_COPIES);
    enum err err;
    while ((err = registry_sql_row(stmt)) == ERR_OK) {
        struct registry_entry copy;
        err = copy_of_row(stmt, &copy);
        if (!err)
            err = each(&copy, sqlite3_column_int(stmt, 5) != 0, user);
        if (err) {
            sqlite3_reset(stmt);
            return err;
        }
    }
    return err == ERR_MISSING ? ERR_OK : err;
}

enum err sqlite_copies_forget(struct registry_store *store, const char *kiosk, uint64_t *n)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    int64_t no;
    enum err err = registry_sql_kiosk(s, kiosk, &no, NULL);
    if (err)
        return err;
    sqlite3_stmt *stmt = registry_sql(s, SQL_COPIES_FORGET);
    sqlite3_bind_int64(stmt, 1, no);
    err = database_step_done(stmt);
    if (!err)
        *n = (uint64_t)sqlite3_changes(s->database.handle);
    return err;
}

enum err registry_sql_copies_drop(struct registry_sqlite *s, int64_t kiosk, uint64_t first,
                                  uint64_t last)
{
    static const enum registry_statement steps[] = {SQL_COPY_DROP, SQL_COPY_BOUND};
    enum err err = ERR_OK;
    for (size_t i = 0; !err && i < sizeof steps / sizeof steps[0]; i++) {
        sqlite3_stmt *stmt = registry_sql(s, steps[i]);
        sqlite3_bind_int64(stmt, 1, kiosk);
        sqlite3_bind_int64(stmt, 2, (int64_t)first);
        sqlite3_bind_int64(stmt, 3, (int64_t)last);
        if (steps[i] == SQL_COPY_BOUND)
            sqlite3_bind_int64(stmt, 4, REGISTRY_COPIES_MAX);
        err = database_step_done(stmt);
    }
    return err;
}

enum err sqlite_payload_get(struct registry_store *store,
                            const struct registry_payload_asked *asked, void *room, size_t cap,
                            struct span *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    sqlite3_stmt *stmt = registry_sql(s, SQL_PAYLOAD);
    sqlite3_bind_text(stmt, 1, asked->kiosk, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, asked->seq > INT64_MAX ? INT64_MAX : (int64_t)asked->seq);
    sqlite3_bind_int(stmt, 3, asked->kind);
    enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    const struct span payload = database_column(stmt, 0);
    if (!payload.p)
        err = ERR_MISSING;
    else if (payload.len > cap)
        err = ERR_SIZE;
    else
        *out = span_of(memcpy(room, payload.p, payload.len), payload.len);
    sqlite3_reset(stmt);
    return err;
}
