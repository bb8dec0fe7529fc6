/* Rows of the lists that entries make, in SQLite.
 *
 * Such a row is the word of the kiosks whose entries make it, and kept as such, until the centre
 * imports or withdraws the same row: from then on it is the centre's. It goes the way of an import
 * of one row, within the transaction that stores the entry.
 */
#include "registry_sqlite.h"

#include <assert.h>

#define DAY_MS INT64_C(86400000)

static enum err told_count(struct registry_sqlite *s, int64_t kiosk, int64_t since_ms,
                           uint64_t *out)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_TOLD_COUNT);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int64(stmt, 2, since_ms);
    const enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    *out = (uint64_t)sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return ERR_OK;
}

static enum err tell(struct registry_sqlite *s, const struct registry_sql_rows *rows,
                     const struct registry_record *row)
{
    const enum err err = registry_sql_stage_put(s, row);
    if (err)
        return err;
    sqlite3_stmt *stmt = registry_sql(s, SQL_TOLD_PUT);
    sqlite3_bind_text(stmt, 1, row->id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 2, rows->kiosk);
    sqlite3_bind_int64(stmt, 3, rows->now_ms);
    return database_step_done(stmt);
}

static enum err lists_begin(struct registry_sqlite *s)
{
    assert(!s->importing);
    s->imports = REGISTRY_LISTS;
    return registry_sql_stage_clear(s);
}

enum err registry_sql_rows_add(struct registry_sqlite *s, const struct registry_sql_rows *rows,
                               size_t *over)
{
    struct registry_imported done;
    uint64_t n_told = 0;
    *over = 0;
    if (rows->n_rows == 0 && rows->voids.n == 0)
        return ERR_OK;
    enum err err = lists_begin(s);
    if (!err)
        err = registry_sql_voids_note(s, rows);
    if (!err)
        err = told_count(s, rows->kiosk, rows->now_ms - DAY_MS, &n_told);
    for (size_t i = 0; !err && i < rows->n_rows; i++) {
        bool wanted = false;
        err = registry_sql_row_note(s, rows->kiosk, &rows->rows[i], &wanted);
        if (err || !wanted)
            continue;
        if (n_told >= REGISTRY_ROWS_A_DAY)
            ++*over;
        else if ((err = tell(s, rows, &rows->rows[i])) == ERR_OK)
            n_told++;
    }
    if (!err)
        err = registry_sql_voids_stage(s, rows);
    return err ? err : registry_sql_stage_apply(s, rows->now_ms, &done);
}

static enum err withdraw_within(struct registry_sqlite *s, const char *kiosk, int64_t now_ms,
                                struct registry_imported *out)
{
    int64_t no;
    enum err err = registry_sql_kiosk(s, kiosk, &no, NULL);
    if (!err)
        err = lists_begin(s);
    if (err)
        return err;
    err = registry_sql_made_stage(s, no);
    return err ? err : registry_sql_stage_apply(s, now_ms, out);
}

enum err sqlite_rows_withdraw(struct registry_store *store, const char *kiosk, int64_t now_ms,
                              struct registry_imported *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    struct registry_imported done = {0};
    enum err err = database_begin(&s->database);
    if (err)
        return err;
    err = registry_sql_end(s, withdraw_within(s, kiosk, now_ms, &done));
    if (!err)
        *out = done;
    return err;
}

/* A row that was changed since is about the same: what it is about makes its id. */
enum err sqlite_rows_about(struct registry_store *store, const struct listing_text *texts, size_t n,
                           registry_record_each *each, void *user)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    sqlite3_stmt *stmt = registry_sql(s, SQL_ABOUT);
    enum err err;
    assert(n <= LISTING_TEXTS_MAX);
    for (size_t i = 0; i < n; i++)
        sqlite3_bind_text(stmt, (int)i + 1, texts[i].text, -1, SQLITE_STATIC);
    while ((err = registry_sql_row(stmt)) == ERR_OK)
        if ((err = each(database_column(stmt, 0), false, user)) != ERR_OK)
            break;
    sqlite3_reset(stmt);
    return err == ERR_MISSING ? ERR_OK : err;
}

/* ---- a store of the version before ----------------------------------------------------------- */

/* A row that can't be read is about nobody. */
static enum err about_stage(struct registry_sqlite *s, sqlite3_stmt *row)
{
    struct listing listing;
    struct listing_text texts[LISTING_TEXTS_MAX];
    struct cbor_reader r;
    cbor_reader_init(&r, database_column(row, 1));
    if (listing_decode(&r, &listing) != ERR_OK)
        return ERR_OK;
    const size_t n = listing_index(&listing, texts);
    enum err err = ERR_OK;
    for (size_t i = 0; i < n && !err; i++)
        err = registry_sql_stage_about(s, texts[i].text, (const char *)sqlite3_column_text(row, 0));
    return err;
}

static enum err about_fill(struct registry_sqlite *s)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_LISTINGS);
    enum err err;
    while ((err = registry_sql_row(stmt)) == ERR_OK)
        if ((err = about_stage(s, stmt)) != ERR_OK)
            break;
    sqlite3_reset(stmt);
    if (err != ERR_MISSING)
        return err;
    err = database_step_done(registry_sql(s, SQL_ABOUT_APPLY));
    return err ? err : registry_sql_stage_clear(s);
}

enum err registry_sql_about_fill(struct registry_sqlite *s)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_ABOUT_LACKS);
    enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    const bool lacks = sqlite3_column_int(stmt, 0) != 0;
    sqlite3_reset(stmt);
    if (!lacks)
        return ERR_OK;
    err = database_begin(&s->database);
    return err ? err : registry_sql_end(s, about_fill(s));
}
