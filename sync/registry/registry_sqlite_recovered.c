/* RECOVERED entries: each has the effect of the original that it holds, and an original has effect
 * once, whether it comes itself or in several of them, from histories that parted. What can't be
 * made out has none, and stays marked as such.
 */
#include "registry_sqlite.h"

/* What came before of an original: the entry itself, or the RECOVERED that has its effect.
 * ERR_MISSING. */
static enum err copy_find(struct registry_sqlite *s, enum registry_statement which, int64_t kiosk,
                          const struct registry_entry *entry, struct registry_entry *out)
{
    sqlite3_stmt *stmt = registry_sql(s, which);
    sqlite3_bind_int64(stmt, 1, kiosk);
    registry_sql_blob(stmt, 2, span_of(entry->original, sizeof entry->original));
    if (which == SQL_ORIGINAL)
        sqlite3_bind_int64(stmt, 3, (int64_t)entry->original_seq);
    const enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    out->seq = (uint64_t)sqlite3_column_int64(stmt, 0);
    out->mark = (enum registry_mark)sqlite3_column_int(stmt, 1);
    sqlite3_reset(stmt);
    return ERR_OK;
}

/* The first copy with a payload has the effect, the first without one only until then. */
static enum err copy_outdo(struct registry_sqlite *s, enum registry_statement which, int64_t kiosk,
                           const struct registry_entry *entry, enum registry_mark *mark)
{
    struct registry_entry copy;
    const enum err err = copy_find(s, which, kiosk, entry, &copy);
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    if (copy.mark != REGISTRY_MARK_PURGED || entry->mark == REGISTRY_MARK_PURGED) {
        *mark = REGISTRY_MARK_TWICE;
        return ERR_OK;
    }
    sqlite3_stmt *stmt = registry_sql(s, SQL_MARK_SET);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int64(stmt, 2, (int64_t)copy.seq);
    sqlite3_bind_int(stmt, 3, REGISTRY_MARK_TWICE);
    return database_step_done(stmt);
}

enum err registry_sql_mark_find(struct registry_sqlite *s, int64_t kiosk,
                                const struct registry_entry *entry, enum registry_mark *mark)
{
    *mark = entry->mark;
    if (!entry->original_seq || entry->mark == REGISTRY_MARK_UNREADABLE ||
        entry->mark == REGISTRY_MARK_UNKNOWN_KIND)
        return ERR_OK;
    enum err err = copy_outdo(s, SQL_ORIGINAL, kiosk, entry, mark);
    if (!err && *mark != REGISTRY_MARK_TWICE)
        err = copy_outdo(s, SQL_RECOVERED, kiosk, entry, mark);
    if (err || *mark == REGISTRY_MARK_TWICE)
        return err;
    sqlite3_stmt *stmt = registry_sql(s, SQL_RECOVERED_PUT);
    sqlite3_bind_int64(stmt, 1, kiosk);
    registry_sql_blob(stmt, 2, span_of(entry->original, sizeof entry->original));
    sqlite3_bind_int64(stmt, 3, (int64_t)entry->seq);
    return database_step_done(stmt);
}
