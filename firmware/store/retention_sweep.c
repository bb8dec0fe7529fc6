/* Taking out what a purge has destroyed: a few rows and one COMMIT a step. Which rows, is what
 * PURGE entries say; what the rows look like says only what is left to do. journal_retention.c says
 * when, and why.
 */
#include "retention_parts.h"

#define SWEEP_ROWS 64

/* The next covered entries whose payload column is not empty, from `next` on. */
static enum err rows_find(const struct retention_sweep *sweep, uint64_t found[SWEEP_ROWS],
                          size_t *n, uint64_t *looked_to)
{
    const struct purge_set *purges = &sweep->journal->days.purges;
    sqlite3_stmt *select = NULL;
    int rc;
    enum err err = database_prepare(&sweep->journal->database,
                                    "SELECT seq, header FROM entry WHERE seq BETWEEN ?1 AND ?2"
                                    " AND payload IS NOT NULL ORDER BY seq LIMIT ?3",
                                    &select);

    if (err)
        return err;
    sqlite3_bind_int64(select, 1, (sqlite3_int64)sweep->next);
    sqlite3_bind_int64(select, 2, (sqlite3_int64)sweep->last);
    sqlite3_bind_int(select, 3, SWEEP_ROWS);
    *n = 0;
    *looked_to = sweep->last;
    size_t rows = 0;
    while ((rc = database_step(select)) == SQLITE_ROW) {
        struct entry_header header;
        const uint64_t seq = (uint64_t)sqlite3_column_int64(select, 0);
        if (++rows == SWEEP_ROWS)
            *looked_to = seq;
        if (!entry_header_decode(database_column(select, 1), ENTRY_WHOLE, &header) &&
            header.seq == seq && purge_set_covers(purges, &header))
            found[(*n)++] = seq;
    }
    sqlite3_finalize(select);
    return database_err(rc);
}

/* Within a transaction. */
static enum err rows_empty(struct database *database, const uint64_t *seqs, size_t n)
{
    sqlite3_stmt *update = NULL;
    enum err err =
        database_prepare(database, "UPDATE entry SET payload = NULL WHERE seq = ?1", &update);

    for (size_t i = 0; !err && i < n; i++) {
        sqlite3_bind_int64(update, 1, (sqlite3_int64)seqs[i]);
        err = database_step_done(update);
    }
    sqlite3_finalize(update);
    return err;
}

enum err retention_sweep_step(struct retention_sweep *sweep, bool *more)
{
    struct database *database = &sweep->journal->database;
    uint64_t found[SWEEP_ROWS], looked_to;
    size_t n = 0;
    enum err err = rows_find(sweep, found, &n, &looked_to);

    if (!err && n > 0) {
        err = database_begin(database);
        if (!err)
            err = rows_empty(database, found, n);
        if (!err)
            err = database_commit(database);
        else
            database_rollback(database);
    }
    if (err)
        return err;
    sweep->next = looked_to + 1;
    *more = sweep->next <= sweep->last;
    return ERR_OK;
}
