/* Entries in SQLite: append once, keep what contradicts.
 *
 * append is the heart of "exactly once in effect". In one transaction it compares the part of a
 * branch that is held already, hash by hash, with what is held, and stores the rest. As a hash
 * chains everything before it, equal hashes mean equal histories. A difference is a fork: the held
 * history stays as it is, for ever, and the other one goes to quarantine whole, so that both can be
 * examined. Nothing here is ever updated or deleted but a kiosk's head, and the mark of what came
 * without its payload and now comes with it; only copies (registry_sqlite_copies.c) go when their
 * chain has come. Numbers are left out only where a new epoch goes on from the head that is held.
 */
#include "registry_sqlite.h"

#include <assert.h>

enum err sqlite_head(struct registry_store *store, const char *kiosk, struct registry_head *out)
{
    int64_t no;
    return registry_sql_kiosk(registry_sqlite_of(store), kiosk, &no, out);
}

static enum err hash_find(struct registry_sqlite *s, enum registry_statement which, int64_t kiosk,
                          uint64_t seq, uint8_t out[SIGN_HASH_LEN])
{
    sqlite3_stmt *stmt = registry_sql(s, which);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int64(stmt, 2, seq > INT64_MAX ? INT64_MAX : (int64_t)seq);
    enum err err = registry_sql_row(stmt);
    if (err)
        return err;
    err = registry_sql_exact(stmt, 0, out, SIGN_HASH_LEN);
    sqlite3_reset(stmt);
    return err;
}

enum err sqlite_hash_before(struct registry_store *store, const char *kiosk, uint64_t seq,
                            uint8_t out[SIGN_HASH_LEN])
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    int64_t no;
    const enum err err = registry_sql_kiosk(s, kiosk, &no, NULL);
    return err ? err : hash_find(s, SQL_HASH_BEFORE, no, seq, out);
}

/* ---- append ---------------------------------------------------------------------------------- */

static enum err entry_add(struct registry_sqlite *s, int64_t kiosk,
                          const struct registry_branch *branch, const struct registry_entry *entry)
{
    enum registry_mark mark;
    const enum err err = registry_sql_mark_find(s, kiosk, entry, &mark);
    if (err)
        return err;
    sqlite3_stmt *stmt = registry_sql(s, SQL_ENTRY_ADD);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int64(stmt, 2, (int64_t)entry->seq);
    sqlite3_bind_int64(stmt, 3, entry->epoch);
    sqlite3_bind_int(stmt, 4, entry->kind);
    sqlite3_bind_int(stmt, 5, (int)mark);
    sqlite3_bind_int64(stmt, 6, branch->received_ms);
    registry_sql_blob(stmt, 7, span_of(entry->hash, SIGN_HASH_LEN));
    registry_sql_blob(stmt, 8, entry->header);
    registry_sql_blob(stmt, 9, entry->payload);
    if (entry == registry_branch_last(branch))
        registry_sql_blob(stmt, 10, span_of(branch->signature, SIGN_LEN));
    return database_step_done(stmt);
}

static enum err head_set(struct registry_sqlite *s, int64_t kiosk, const struct registry_head *head)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_HEAD_SET);
    sqlite3_bind_int64(stmt, 1, kiosk);
    sqlite3_bind_int64(stmt, 2, head->epoch);
    sqlite3_bind_int64(stmt, 3, (int64_t)head->next);
    registry_sql_blob(stmt, 4, span_of(head->hash, SIGN_HASH_LEN));
    return database_step_done(stmt);
}

/* Compares the part that is held; `*n_held` is how many entries of the branch that are. */
static enum err held_compare(struct registry_sqlite *s, int64_t kiosk,
                             const struct registry_branch *branch, struct registry_appended *out,
                             size_t *n_held)
{
    for (*n_held = 0; *n_held < branch->n_entries; ++*n_held) {
        const struct registry_entry *entry = &branch->entries[*n_held];
        if (entry->seq >= out->head.next)
            return ERR_OK;
        uint8_t hash[SIGN_HASH_LEN];
        const enum err err = hash_find(s, SQL_ENTRY_HASH, kiosk, entry->seq, hash);
        if (err && err != ERR_MISSING)
            return err;
        /* A number that is not held was left out by an epoch, for ever. */
        if (err || memcmp(hash, entry->hash, sizeof hash) != 0) {
            out->outcome = REGISTRY_FORK;
            out->parts_at = entry->seq;
            return ERR_OK;
        }
    }
    return ERR_OK;
}

static enum err new_add(struct registry_sqlite *s, int64_t kiosk,
                        const struct registry_branch *branch, size_t n_held,
                        struct registry_appended *out)
{
    if (n_held == branch->n_entries) {
        out->outcome = REGISTRY_DUPLICATE;
        return ERR_OK;
    }
    enum err err = ERR_OK;
    for (size_t i = n_held; i < branch->n_entries && !err; i++)
        err = entry_add(s, kiosk, branch, &branch->entries[i]);
    if (err)
        return err;
    const struct registry_entry *last = registry_branch_last(branch);
    const uint64_t next = out->head.next;
    out->outcome = REGISTRY_APPENDED;
    out->n_new = branch->n_entries - n_held;
    out->head = (struct registry_head){.epoch = last->epoch, .next = last->seq + 1};
    memcpy(out->head.hash, last->hash, sizeof out->head.hash);
    err = head_set(s, kiosk, &out->head);
    if (!err)
        err = registry_sql_copies_drop(s, kiosk, next, last->seq);
    const struct registry_sql_rows rows = {.kiosk = kiosk,
                                           .rows = branch->rows,
                                           .n_rows = branch->n_rows,
                                           .voids = branch->voids,
                                           .now_ms = branch->received_ms};
    return err ? err : registry_sql_rows_add(s, &rows, &out->rows_over);
}

/* May this branch leave out the numbers before it? */
static bool jumps(const struct registry_branch *branch, const struct registry_head *head)
{
    const struct registry_entry *first = &branch->entries[0];
    return first->kind == ENTRY_EPOCH && first->epoch > head->epoch &&
           memcmp(branch->prev, head->hash, sizeof head->hash) == 0;
}

static enum err append_within(struct registry_sqlite *s, const char *kiosk,
                              const struct registry_branch *branch, struct registry_appended *out)
{
    int64_t no;
    enum err err = registry_sql_kiosk(s, kiosk, &no, &out->head);
    if (err || (branch->entries[0].seq > out->head.next && !jumps(branch, &out->head)))
        return err;
    size_t n_held = 0;
    err = held_compare(s, no, branch, out, &n_held);
    if (err)
        return err;
    if (out->outcome == REGISTRY_FORK) {
        bool kept;
        return registry_sql_branch_keep(s, no, branch, &kept);
    }
    return new_add(s, no, branch, n_held, out);
}

enum err sqlite_append(struct registry_store *store, const char *kiosk,
                       const struct registry_branch *branch, struct registry_appended *out)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(branch->n_entries >= 1 && branch->proven);
    struct registry_appended done = {.outcome = REGISTRY_GAP};
    enum err err = registry_sql_begin(s);
    if (err)
        return err;
    err = registry_sql_end(s, append_within(s, kiosk, branch, &done));
    if (!err)
        *out = done;
    return err;
}

/* ---- groups ---------------------------------------------------------------------------------- */

enum err sqlite_group_begin(struct registry_store *store)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(!s->grouped);
    const enum err err = database_begin(&s->database);
    s->grouped = !err;
    s->spoilt = ERR_OK;
    return err;
}

enum err sqlite_group_end(struct registry_store *store, bool keep)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    assert(s->grouped);
    s->grouped = false;
    if (keep && !s->spoilt)
        return database_commit(&s->database);
    database_rollback(&s->database);
    return s->spoilt;
}

/* ---- reading --------------------------------------------------------------------------------- */

static enum err entry_of_row(sqlite3_stmt *stmt, struct registry_entry *out)
{
    *out = (struct registry_entry){
        .epoch = (uint32_t)sqlite3_column_int64(stmt, 1),
        .seq = (uint64_t)sqlite3_column_int64(stmt, 2),
        .kind = sqlite3_column_int(stmt, 3),
        .mark = (enum registry_mark)sqlite3_column_int(stmt, 4),
        .header = database_column(stmt, 6),
        .payload = database_column(stmt, 7),
        .received_ms = sqlite3_column_int64(stmt, 8),
        .signature = database_column(stmt, 9),
    };
    const struct span kiosk = database_column(stmt, 0);
    if (kiosk.len == 0 || kiosk.len >= sizeof out->kiosk)
        return ERR_CORRUPT;
    memcpy(out->kiosk, kiosk.p, kiosk.len);
    return registry_sql_exact(stmt, 5, out->hash, sizeof out->hash);
}

enum err sqlite_entries_each(struct registry_store *store, const char *kiosk,
                             registry_entry_each *each, void *user)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    sqlite3_stmt *stmt = registry_sql(s, SQL_ENTRIES);
    if (kiosk)
        sqlite3_bind_text(stmt, 1, kiosk, -1, SQLITE_STATIC);
    enum err err;
    while ((err = registry_sql_row(stmt)) == ERR_OK) {
        struct registry_entry entry;
        err = entry_of_row(stmt, &entry);
        if (!err)
            err = each(&entry, user);
        if (err) {
            sqlite3_reset(stmt);
            return err;
        }
    }
    return err == ERR_MISSING ? ERR_OK : err;
}
