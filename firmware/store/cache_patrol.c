/* The tables that grow, row by row in the order of their keys. What a row says is not looked at: it
 * is sealed, and whoever opens it judges it.
 */
#include "cache_patrol.h"

static const struct {
    int keys; /* so many columns are the row's key */
    const char *sql;
} tables[] = {
    {1, "SELECT id, texts, sealed FROM placement WHERE id > ?1 ORDER BY id LIMIT ?4"},
    {3, "SELECT text, id, kind FROM lookup WHERE (text, id, kind) > (?1, ?2, ?3)"
        " ORDER BY text, id, kind LIMIT ?4"},
    {2, "SELECT text, id, sealed FROM listing WHERE (text, id) > (?1, ?2)"
        " ORDER BY text, id LIMIT ?4"},
};
#define TABLES (sizeof tables / sizeof tables[0])
#define KEYS   3

static void key_bind(sqlite3_stmt *select, const struct cache_patrol *patrol)
{
    for (int i = 0; i < KEYS && i < tables[patrol->table].keys; i++)
        sqlite3_bind_int64(select, i + 1, patrol->begun ? patrol->key[i] : INT64_MIN);
}

/* The row has been read, pages that it overflows into included: its columns are there. */
static void row_pass(sqlite3_stmt *select, struct cache_patrol *patrol)
{
    for (int i = 0; i < tables[patrol->table].keys; i++)
        patrol->key[i] = sqlite3_column_int64(select, i);
    patrol->begun = true;
}

enum err cache_patrol_step(struct cache_patrol *patrol, struct database *database, unsigned rows)
{
    sqlite3_stmt *select = NULL;
    unsigned got = 0;
    int rc;
    enum err err = database_prepare(database, tables[patrol->table].sql, &select);

    if (err)
        return err;
    key_bind(select, patrol);
    sqlite3_bind_int64(select, 4, rows);
    while ((rc = database_step(select)) == SQLITE_ROW) {
        row_pass(select, patrol);
        got++;
    }
    err = database_err(rc);
    sqlite3_finalize(select);
    if (!err && got < rows) /* that was the last */
        *patrol = (struct cache_patrol){.table = (patrol->table + 1) % TABLES};
    return err;
}
