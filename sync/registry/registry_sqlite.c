/* The registry's embedded store: one SQLite file, opened by the server and by the commands.
 *
 * WAL with synchronous=FULL: a COMMIT that returned is on the disk, which is what a receipt says.
 * All processes are pamit-registry under one user, so sharing the WAL needs no further care; a
 * writer waits for another at most BUSY_MS and then gives ERR_BUSY, which a kiosk sees as 503.
 *
 * Everything is prepared when the file is opened, so that a store of another shape is refused then
 * and not in the middle of a request. application_id and user_version say what the file is; there
 * is no migration yet, and a version we don't know is refused rather than guessed at.
 */
#include "registry_sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define APPLICATION_ID 0x506d5267 /* "PmRg" */
#define SCHEMA_VERSION 1
#define BUSY_MS        5000

#define TEXT_OF(x)   #x
#define DIGITS_OF(x) TEXT_OF(x)

static const char schema[] =
    "PRAGMA journal_mode = WAL;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE kiosk("
    " no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, entry_point BLOB NOT NULL,"
    " revoked INTEGER NOT NULL DEFAULT 0, epoch INTEGER NOT NULL DEFAULT 0,"
    " next INTEGER NOT NULL DEFAULT 1, head BLOB NOT NULL DEFAULT (zeroblob(32))) STRICT;"
    "CREATE TABLE entry("
    " kiosk INTEGER NOT NULL REFERENCES kiosk(no), seq INTEGER NOT NULL, epoch INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, mark INTEGER NOT NULL, received_ms INTEGER NOT NULL,"
    " hash BLOB NOT NULL, header BLOB NOT NULL, payload BLOB, signature BLOB,"
    " PRIMARY KEY(kiosk, seq)) STRICT;"
    "CREATE TABLE branch("
    " no INTEGER PRIMARY KEY, kiosk INTEGER NOT NULL REFERENCES kiosk(no),"
    " proven INTEGER NOT NULL, received_ms INTEGER NOT NULL, signature BLOB NOT NULL,"
    " head BLOB NOT NULL, UNIQUE(kiosk, proven, head)) STRICT;"
    "CREATE TABLE branch_entry("
    " branch INTEGER NOT NULL REFERENCES branch(no), seq INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL, kind INTEGER NOT NULL, hash BLOB NOT NULL, header BLOB NOT NULL,"
    " payload BLOB, PRIMARY KEY(branch, seq)) STRICT;"
    "CREATE TABLE placement("
    " id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL UNIQUE, rec_seq INTEGER NOT NULL,"
    " stored_ms INTEGER NOT NULL, record BLOB NOT NULL) STRICT;"
    "CREATE TABLE policy(version INTEGER PRIMARY KEY, envelope BLOB NOT NULL) STRICT;"
    "PRAGMA application_id = " DIGITS_OF(APPLICATION_ID) ";"
                                                         "PRAGMA user_version = " DIGITS_OF(
                                                             SCHEMA_VERSION) ";"
                                                                             "COMMIT;";

/* What each connection needs. The rows of an import wait in a temporary table, which is outside
 * the shared file: it is locked only while they are moved over. */
static const char session[] =
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA temp_store = FILE;"
    "CREATE TEMP TABLE staged("
    " no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rec_seq INTEGER NOT NULL,"
    " record BLOB NOT NULL) STRICT;";

static enum err sqlite_failure(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR:
        return ERR_CORRUPT;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return ERR_DENIED;
    default:
        return ERR_IO;
    }
}

struct registry_sqlite *registry_sqlite_of(struct registry_store *store)
{
    return (struct registry_sqlite *)store;
}

/* ---- statements ------------------------------------------------------------------------------ */

sqlite3_stmt *registry_sql(struct registry_sqlite *s, enum registry_statement which)
{
    sqlite3_stmt *stmt = s->statements[which];
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return stmt;
}

void registry_sql_blob(sqlite3_stmt *stmt, int at, struct span bytes)
{
    if (bytes.p)
        sqlite3_bind_blob64(stmt, at, bytes.p, bytes.len, SQLITE_STATIC);
}

struct span registry_sql_span(sqlite3_stmt *stmt, int column)
{
    const void *p = sqlite3_column_blob(stmt, column); /* before its length: it may convert */
    return span_of(p, (size_t)sqlite3_column_bytes(stmt, column));
}

enum err registry_sql_exact(sqlite3_stmt *stmt, int column, void *out, size_t len)
{
    const struct span bytes = registry_sql_span(stmt, column);
    if (bytes.len != len)
        return ERR_CORRUPT;
    memcpy(out, bytes.p, len);
    return ERR_OK;
}

enum err registry_sql_row(struct registry_sqlite *s, sqlite3_stmt *stmt)
{
    const int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        return ERR_OK;
    sqlite3_reset(stmt);
    if (code == SQLITE_DONE)
        return ERR_MISSING;
    return sqlite_failure(sqlite3_extended_errcode(s->db));
}

enum err registry_sql_run(struct registry_sqlite *s, sqlite3_stmt *stmt)
{
    const enum err err = registry_sql_row(s, stmt);
    assert(err != ERR_OK); /* a statement that gives rows is not run by this */
    return err == ERR_MISSING ? ERR_OK : err;
}

enum err registry_sql_begin(struct registry_sqlite *s)
{
    return registry_sql_run(s, registry_sql(s, SQL_BEGIN));
}

enum err registry_sql_end(struct registry_sqlite *s, enum err err)
{
    if (!err)
        err = registry_sql_run(s, registry_sql(s, SQL_COMMIT));
    /* Some failures have rolled back already, which is what autocommit says. */
    if (err && !sqlite3_get_autocommit(s->db)) {
        const enum err undone = registry_sql_run(s, registry_sql(s, SQL_ROLLBACK));
        (void)undone; /* the first failure is the one to tell; closing rolls back at the latest */
    }
    return err;
}

/* ---- kiosks ---------------------------------------------------------------------------------- */

static enum err kiosk_of_row(sqlite3_stmt *stmt, struct registry_kiosk *kiosk,
                             struct registry_head *head)
{
    struct registry_kiosk found = {.revoked = sqlite3_column_int(stmt, 3) != 0};
    struct registry_head at = {.epoch = (uint32_t)sqlite3_column_int64(stmt, 4),
                               .next = (uint64_t)sqlite3_column_int64(stmt, 5)};
    const struct span id = registry_sql_span(stmt, 1);
    if (id.len == 0 || id.len >= sizeof found.id || at.next < 1)
        return ERR_CORRUPT;
    memcpy(found.id, id.p, id.len);
    enum err err = registry_sql_exact(stmt, 2, found.entry_point, sizeof found.entry_point);
    if (!err)
        err = registry_sql_exact(stmt, 6, at.hash, sizeof at.hash);
    if (!err) {
        *kiosk = found;
        *head = at;
    }
    return err;
}

static enum err kiosk_read(struct registry_sqlite *s, const char *id, int64_t *no,
                           struct registry_kiosk *kiosk, struct registry_head *head)
{
    sqlite3_stmt *stmt = registry_sql(s, SQL_KIOSK_FIND);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    enum err err = registry_sql_row(s, stmt);
    if (err)
        return err;
    *no = sqlite3_column_int64(stmt, 0);
    err = kiosk_of_row(stmt, kiosk, head);
    sqlite3_reset(stmt);
    return err;
}

enum err registry_sql_kiosk(struct registry_sqlite *s, const char *id, int64_t *no,
                            struct registry_head *head)
{
    struct registry_kiosk kiosk;
    struct registry_head at;
    const enum err err = kiosk_read(s, id, no, &kiosk, &at);
    if (!err && head)
        *head = at;
    return err;
}

static enum err sqlite_kiosk_find(struct registry_store *store, const char *id,
                                  struct registry_kiosk *out)
{
    int64_t no;
    struct registry_head head;
    return kiosk_read(registry_sqlite_of(store), id, &no, out, &head);
}

static enum err kiosk_insert(struct registry_sqlite *s, const struct registry_kiosk *kiosk)
{
    int64_t no;
    struct registry_kiosk held;
    struct registry_head head;
    const enum err err = kiosk_read(s, kiosk->id, &no, &held, &head);
    if (!err) {
        const size_t len = sizeof held.entry_point;
        const bool same = memcmp(held.entry_point, kiosk->entry_point, len) == 0;
        return same && !held.revoked ? ERR_OK : ERR_INVALID;
    }
    if (err != ERR_MISSING)
        return err;
    sqlite3_stmt *stmt = registry_sql(s, SQL_KIOSK_ADD);
    sqlite3_bind_text(stmt, 1, kiosk->id, -1, SQLITE_STATIC);
    registry_sql_blob(stmt, 2, span_of(kiosk->entry_point, sizeof kiosk->entry_point));
    return registry_sql_run(s, stmt);
}

static enum err sqlite_kiosk_add(struct registry_store *store, const struct registry_kiosk *kiosk)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    const enum err err = registry_sql_begin(s);
    return err ? err : registry_sql_end(s, kiosk_insert(s, kiosk));
}

static enum err sqlite_kiosk_revoke(struct registry_store *store, const char *id)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    sqlite3_stmt *stmt = registry_sql(s, SQL_KIOSK_REVOKE);
    sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC);
    const enum err err = registry_sql_run(s, stmt);
    if (err)
        return err;
    return sqlite3_changes(s->db) == 1 ? ERR_OK : ERR_MISSING;
}

static enum err sqlite_kiosks_each(struct registry_store *store, registry_kiosk_each *each,
                                   void *user)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    sqlite3_stmt *stmt = registry_sql(s, SQL_KIOSKS);
    enum err err;
    while ((err = registry_sql_row(s, stmt)) == ERR_OK) {
        struct registry_kiosk kiosk;
        struct registry_head head;
        err = kiosk_of_row(stmt, &kiosk, &head);
        if (!err)
            err = each(&kiosk, &head, (uint64_t)sqlite3_column_int64(stmt, 7), user);
        if (err) {
            sqlite3_reset(stmt);
            return err;
        }
    }
    return err == ERR_MISSING ? ERR_OK : err;
}

/* ---- open and close -------------------------------------------------------------------------- */

static void sqlite_close(struct registry_store *store)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    if (!s)
        return;
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    free(s);
}

static const struct registry_store_ops sqlite_ops = {
    .close = sqlite_close,
    .kiosk_add = sqlite_kiosk_add,
    .kiosk_revoke = sqlite_kiosk_revoke,
    .kiosk_find = sqlite_kiosk_find,
    .kiosks_each = sqlite_kiosks_each,
    .head = sqlite_head,
    .entry_hash = sqlite_entry_hash,
    .append = sqlite_append,
    .quarantine = sqlite_quarantine,
    .entries_each = sqlite_entries_each,
    .import_begin = sqlite_import_begin,
    .import_put = sqlite_import_put,
    .import_end = sqlite_import_end,
    .feed = sqlite_feed,
    .policy_put = sqlite_policy_put,
    .policy_get = sqlite_policy_get,
    .versions = sqlite_versions,
};

static enum err explain(enum err err, const char *path, const char *reason,
                        char why[REGISTRY_WHY_LEN])
{
    snprintf(why, REGISTRY_WHY_LEN, "%s: %s", path, reason);
    return err;
}

static enum err pragma_read(sqlite3 *db, const char *sql, int *out)
{
    sqlite3_stmt *stmt;
    int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(stmt);
        *out = sqlite3_column_int(stmt, 0);
        sqlite3_finalize(stmt);
    }
    return code == SQLITE_ROW ? ERR_OK : sqlite_failure(code);
}

static enum err shape_check(sqlite3 *db, const char *path, char why[REGISTRY_WHY_LEN])
{
    int id = 0, version = 0;
    enum err err = pragma_read(db, "PRAGMA application_id", &id);
    if (!err)
        err = pragma_read(db, "PRAGMA user_version", &version);
    if (err)
        return explain(err, path, sqlite3_errmsg(db), why);
    if (id != APPLICATION_ID)
        return explain(ERR_CORRUPT, path, "is not a registry's store", why);
    if (version != SCHEMA_VERSION)
        return explain(ERR_CORRUPT, path, "is of another version of pamit-registry", why);
    return ERR_OK;
}

static enum err session_prepare(struct registry_sqlite *s, const char *path,
                                char why[REGISTRY_WHY_LEN])
{
    static const char *const texts[SQL_COUNT] = {
#define REGISTRY_ROW(name, sql) [SQL_##name] = sql,
        REGISTRY_STATEMENTS(REGISTRY_ROW)
#undef REGISTRY_ROW
    };
    int code = sqlite3_exec(s->db, session, NULL, NULL, NULL);
    for (size_t i = 0; i < SQL_COUNT && code == SQLITE_OK; i++)
        code = sqlite3_prepare_v3(s->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[i],
                                  NULL);
    if (code != SQLITE_OK)
        return explain(sqlite_failure(code), path, sqlite3_errmsg(s->db), why);
    return ERR_OK;
}

enum err registry_sqlite_open(const char *path, struct registry_store **out,
                              char why[REGISTRY_WHY_LEN])
{
    if (access(path, F_OK) != 0)
        return explain(err_from_errno(errno), path, strerror(errno), why);
    struct registry_sqlite *s = calloc(1, sizeof *s);
    if (!s)
        return explain(ERR_MEMORY, path, "no memory", why);
    s->store.ops = &sqlite_ops;
    const int code = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE, NULL);
    enum err err = sqlite_failure(code);
    if (err) {
        explain(err, path, sqlite3_errstr(code), why);
    } else {
        sqlite3_busy_timeout(s->db, BUSY_MS);
        err = shape_check(s->db, path, why);
        if (!err)
            err = session_prepare(s, path, why);
    }
    if (err) {
        sqlite_close(&s->store);
        return err;
    }
    *out = &s->store;
    return ERR_OK;
}

enum err registry_sqlite_create(const char *path, char why[REGISTRY_WHY_LEN])
{
    const int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return explain(errno == EEXIST ? ERR_BUSY : err_from_errno(errno), path, strerror(errno),
                       why);
    close(fd);
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, schema, NULL, NULL, NULL);
    enum err err = sqlite_failure(code);
    if (err) {
        explain(err, path, db ? sqlite3_errmsg(db) : sqlite3_errstr(code), why);
        unlink(path);
    }
    sqlite3_close(db);
    return err;
}
