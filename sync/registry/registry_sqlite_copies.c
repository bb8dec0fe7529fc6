/* Entries out of their chain, in SQLite: copies that came ahead of it, and looking one up.
 *
 * A copy is kept by its hash: two that contradict each other are both kept, and one that the chain
 * contradicts stays when the others of its number are dropped.
 */
#include "registry_sqlite.h"

static enum err copies_fit(struct registry_sqlite *s, int64_t kiosk, bool *fit)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_COPY_COUNT);
    sqlite3_bind_int64(stmt, 1, kiosk);
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
    enum err err = registry_sql_kiosk(s, kiosk, &no, NULL);
    for (size_t i = 0; !err && i < copies->n_entries; i++)
        err = copy_add(s, no, &copies->entries[i], copies->received_ms);
    if (!err)
        err = copies_fit(s, no, &out->kept);
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

enum err registry_sql_copies_drop(struct registry_sqlite *s, int64_t kiosk, uint64_t first,
                                  uint64_t last)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_COPY_DROP);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int64(stmt, 2, (int64_t)first);
    sqlite3_bind_int64(stmt, 3, (int64_t)last);
    return database_step_done(stmt);
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
