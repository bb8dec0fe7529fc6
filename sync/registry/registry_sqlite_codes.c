/* Codes to enrol with, and their one use.
 *
 * A code that was used stays for good, with the keys that used it: that is how a TLS key is known
 * to be another id's.
 */
#include "registry_sqlite.h"

#define REMEMBERED_MS                                                                              \
    (INT64_C(30) * 24 * 3600 * 1000) /* beyond a code's end, to say that it was                    \
                                      */

static enum err code_replace(struct registry_sqlite *s, const struct registry_code *code,
                             int64_t now_ms)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_CODES_FORGET);
    sqlite3_bind_int64(stmt, 1, now_ms - REMEMBERED_MS);
    sqlite3_bind_text(stmt, 2, code->kiosk, -1, SQLITE_STATIC);
    const enum err err = database_step_done(stmt);
    if (err)
        return err;
    stmt = registry_sql(s, SQL_CODE_ADD);
    registry_sql_blob(stmt, 1, span_of(code->hash, sizeof code->hash));
    sqlite3_bind_text(stmt, 2, code->kiosk, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 3, code->expires_ms);
    return database_step_done(stmt);
}

enum err sqlite_code_add(struct registry_store *store, const struct registry_code *code,
                         int64_t now_ms)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    const enum err err = database_begin(&s->database);
    return err ? err : registry_sql_end(s, code_replace(s, code, now_ms));
}

static bool column_is(sqlite3_stmt *stmt, int column, struct span bytes)
{
    const struct span held = database_column(stmt, column);
    return held.len == bytes.len && memcmp(held.p, bytes.p, bytes.len) == 0;
}

/* What a code's row says of a joiner; JOINED as far as the code goes. */
static enum registry_joined code_judge(sqlite3_stmt *row, const struct registry_joiner *joiner,
                                       int64_t now_ms, bool *fresh)
{
    const struct registry_kiosk *kiosk = &joiner->kiosk;
    *fresh = sqlite3_column_type(row, 2) == SQLITE_NULL;
    if (!column_is(row, 0, span_of_text(kiosk->id)))
        return REGISTRY_CODE_OTHERS;
    if (!*fresh && !(column_is(row, 3, span_of(kiosk->entry_point, sizeof kiosk->entry_point)) &&
                     column_is(row, 4, span_of(joiner->tls_key, sizeof joiner->tls_key))))
        return REGISTRY_CODE_USED;
    return now_ms < sqlite3_column_int64(row, 1) ? REGISTRY_JOINED : REGISTRY_CODE_EXPIRED;
}

static enum err code_mark(struct registry_sqlite *s, const struct registry_joiner *joiner,
                          int64_t now_ms)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_CODE_USE);
    registry_sql_blob(stmt, 1, span_of(joiner->code_hash, sizeof joiner->code_hash));
    sqlite3_bind_int64(stmt, 2, now_ms);
    registry_sql_blob(stmt, 3,
                      span_of(joiner->kiosk.entry_point, sizeof joiner->kiosk.entry_point));
    registry_sql_blob(stmt, 4, span_of(joiner->tls_key, sizeof joiner->tls_key));
    return database_step_done(stmt);
}

static enum err join(struct registry_sqlite *s, const struct registry_joiner *joiner,
                     int64_t now_ms, enum registry_joined *out)
{
    sqlite3_stmt *row = registry_sql(s, SQL_CODE_FIND);
    registry_sql_blob(row, 1, span_of(joiner->code_hash, sizeof joiner->code_hash));
    enum err err = registry_sql_row(row);
    *out = REGISTRY_CODE_UNKNOWN;
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    bool fresh;
    *out = code_judge(row, joiner, now_ms, &fresh);
    sqlite3_reset(row);
    if (*out != REGISTRY_JOINED)
        return ERR_OK;
    err = registry_sql_keys_others(s, &joiner->kiosk, joiner->tls_key);
    if (!err)
        *out = REGISTRY_KEYS_OTHERS;
    if (err != ERR_MISSING)
        return err;
    err = registry_sql_kiosk_add(s, &joiner->kiosk);
    if (err == ERR_INVALID)
        *out = REGISTRY_ID_TAKEN;
    else if (!err && fresh)
        err = code_mark(s, joiner, now_ms);
    return err == ERR_INVALID ? ERR_OK : err;
}

enum err sqlite_code_use(struct registry_store *store, const struct registry_joiner *joiner,
                         int64_t now_ms, enum registry_joined *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    enum registry_joined joined;
    enum err err = database_begin(&s->database);
    if (!err)
        err = registry_sql_end(s, join(s, joiner, now_ms, &joined));
    if (!err)
        *out = joined;
    return err;
}
