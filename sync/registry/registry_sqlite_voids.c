/* Deferrals that are taken back, in SQLite.
 *
 * Order is nobody's promise: the copy of a VOID may come long before the decision that it names, or
 * in the same batch, or after the chain has brought both. So what is known of a decision is kept
 * under its hash, whichever comes first. A decision may make several rows, and several may make one
 * row, of one kiosk or of two at one site: it goes with the last of them. A row that went so, and
 * by nobody else's word, may come again.
 *
 * What a kiosk had made until the centre withdrew it counts as taken back. Of such rows, only
 * another kiosk's word brings one again: what the kiosk itself still has to send may be as old.
 */
#include "registry_sqlite.h"

static sqlite3_stmt *of_decision(struct registry_sqlite *s, enum registry_statement which,
                                 int64_t kiosk, const uint8_t *hash)
{
    sqlite3_stmt *stmt = registry_sql(s, which);
    sqlite3_bind_int64(stmt, 1, kiosk);
    registry_sql_blob(stmt, 2, span_of(hash, SIGN_HASH_LEN));
    return stmt;
}

static enum err each_void(struct registry_sqlite *s, enum registry_statement which,
                          const struct registry_sql_rows *rows)
{
    enum err err = ERR_OK;
    for (size_t i = 0; !err && i < rows->voids.n; i++)
        err = database_step_done(of_decision(s, which, rows->kiosk, rows->voids.hash[i]));
    return err;
}

enum err registry_sql_voids_note(struct registry_sqlite *s, const struct registry_sql_rows *rows)
{
    const enum err err = each_void(s, SQL_DEFERRAL_VOID, rows);
    return err ? err : each_void(s, SQL_DEFERRAL_VOID_ROWS, rows);
}

enum err registry_sql_voids_stage(struct registry_sqlite *s, const struct registry_sql_rows *rows)
{
    return each_void(s, SQL_STAGE_VOIDED, rows);
}

enum err registry_sql_made_stage(struct registry_sqlite *s, int64_t kiosk)
{
    static const enum registry_statement steps[] = {SQL_STAGE_TOLD, SQL_DEFERRAL_WITHDRAW};
    enum err err = ERR_OK;
    for (size_t i = 0; !err && i < sizeof steps / sizeof steps[0]; i++) {
        sqlite3_stmt *stmt = registry_sql(s, steps[i]);
        sqlite3_bind_int64(stmt, 1, kiosk);
        err = database_step_done(stmt);
    }
    return err;
}

/* By what is known before it: is it taken back, or may a row that went come again? */
static enum err decision_look(struct registry_sqlite *s, int64_t kiosk,
                              const struct registry_record *row, bool *voided, bool *again)
{
    sqlite3_stmt *stmt = of_decision(s, SQL_DEFERRAL_LOOK, kiosk, row->by);
    sqlite3_bind_text(stmt, 3, row->id, -1, SQLITE_STATIC);
    const enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    *voided = sqlite3_column_int(stmt, 0) != 0;
    *again = sqlite3_column_int(stmt, 1) != 0;
    sqlite3_reset(stmt);
    return ERR_OK;
}

enum err registry_sql_row_note(struct registry_sqlite *s, int64_t kiosk,
                               const struct registry_record *row, bool *wanted)
{
    bool voided = false, again = false;
    enum err err = row->by ? decision_look(s, kiosk, row, &voided, &again) : ERR_OK;
    if (!err && row->by) {
        sqlite3_stmt *stmt = of_decision(s, SQL_DEFERRAL_PUT, kiosk, row->by);
        sqlite3_bind_text(stmt, 3, row->id, -1, SQLITE_STATIC);
        err = database_step_done(stmt);
    }
    if (err)
        return err;
    err = registry_sql_held_find(s, row->id);
    *wanted = !voided && (err == ERR_MISSING || again);
    return err == ERR_MISSING ? ERR_OK : err;
}
