/* Branches in quarantine: what a kiosk sent and can't be appended, kept whole, so that both
 * histories can be examined. As many of a sort as REGISTRY_BRANCHES_MAX; the same one is kept once.
 */
#include "registry_sqlite.h"

#include <stdio.h>

static enum err branch_count(struct registry_sqlite *s, int64_t kiosk, bool proven, uint64_t *out)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_BRANCH_COUNT);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int(stmt, 2, proven);
    const enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    *out = (uint64_t)sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return ERR_OK;
}

/* The last hash stands for the whole branch: it chains all of it. */
static enum err branch_is_held(struct registry_sqlite *s, int64_t kiosk,
                               const struct registry_branch *branch)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_BRANCH_FIND);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int(stmt, 2, branch->proven);
    registry_sql_blob(stmt, 3, span_of(registry_branch_last(branch)->hash, SIGN_HASH_LEN));
    const enum err err = registry_sql_row(stmt);
    if (!err)
        sqlite3_reset(stmt);
    return err;
}

static enum err branch_entry_add(struct registry_sqlite *s, int64_t branch,
                                 const struct registry_entry *entry)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_BRANCH_ENTRY_ADD);
    sqlite3_bind_int64(stmt, 1, branch);
    sqlite3_bind_int64(stmt, 2, (int64_t)entry->seq);
    sqlite3_bind_int64(stmt, 3, entry->epoch);
    sqlite3_bind_int(stmt, 4, entry->kind);
    registry_sql_blob(stmt, 5, span_of(entry->hash, SIGN_HASH_LEN));
    registry_sql_blob(stmt, 6, entry->header);
    registry_sql_blob(stmt, 7, entry->payload);
    return database_step_done(stmt);
}

enum err registry_sql_branch_keep(struct registry_sqlite *s, int64_t kiosk,
                                  const struct registry_branch *branch, bool *kept)
{
    *kept = true;
    enum err err = branch_is_held(s, kiosk, branch);
    if (err != ERR_MISSING)
        return err;
    uint64_t held = 0;
    err = branch_count(s, kiosk, branch->proven, &held);
    if (err || held >= REGISTRY_BRANCHES_MAX) {
        *kept = false;
        return err;
    }
    sqlite3_stmt *stmt = registry_sql(s, SQL_BRANCH_ADD);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int(stmt, 2, branch->proven);
    sqlite3_bind_int64(stmt, 3, branch->received_ms);
    registry_sql_blob(stmt, 4, span_of(branch->signature, SIGN_LEN));
    registry_sql_blob(stmt, 5, span_of(registry_branch_last(branch)->hash, SIGN_HASH_LEN));
    err = database_step_done(stmt);
    const int64_t no = sqlite3_last_insert_rowid(s->database.handle);
    for (size_t i = 0; i < branch->n_entries && !err; i++)
        err = branch_entry_add(s, no, &branch->entries[i]);
    return err;
}

enum err sqlite_quarantine(struct registry_store *store, const char *kiosk,
                           const struct registry_branch *branch, bool *kept)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    enum err err = registry_sql_begin(s);
    if (err)
        return err;
    int64_t no;
    bool done = false;
    err = registry_sql_kiosk(s, kiosk, &no, NULL);
    if (!err)
        err = registry_sql_branch_keep(s, no, branch, &done);
    err = registry_sql_end(s, err);
    if (!err)
        *kept = done;
    return err;
}

static enum err quarantined_of_row(sqlite3_stmt *stmt, const char *kiosk,
                                   struct registry_quarantined *out)
{
    *out = (struct registry_quarantined){
        .branch = sqlite3_column_int64(stmt, 0),
        .proven = sqlite3_column_int(stmt, 1) != 0,
        .parts_at = (uint64_t)sqlite3_column_int64(stmt, 7),
        .entry = {.epoch = (uint32_t)sqlite3_column_int64(stmt, 3),
                  .seq = (uint64_t)sqlite3_column_int64(stmt, 4),
                  .kind = sqlite3_column_int(stmt, 5),
                  .received_ms = sqlite3_column_int64(stmt, 2)},
    };
    snprintf(out->entry.kiosk, sizeof out->entry.kiosk, "%s", kiosk);
    return registry_sql_exact(stmt, 6, out->entry.hash, sizeof out->entry.hash);
}

enum err sqlite_quarantine_each(struct registry_store *store, const char *kiosk,
                                registry_quarantine_each *each, void *user)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    int64_t no;
    enum err err = registry_sql_kiosk(s, kiosk, &no, NULL);
    if (err)
        return err;
    sqlite3_stmt *stmt = registry_sql(s, SQL_BRANCH_EACH);
    sqlite3_bind_int64(stmt, 1, no);
    while ((err = registry_sql_row(stmt)) == ERR_OK) {
        struct registry_quarantined one;
        err = quarantined_of_row(stmt, kiosk, &one);
        if (!err)
            err = each(&one, user);
        if (err)
            break;
    }
    sqlite3_reset(stmt);
    return err == ERR_MISSING ? ERR_OK : err;
}
