/* The registry's embedded store: one SQLite file, opened by the server and by the commands.
 *
 * A COMMIT that returned is on the disk (database.h), which is what a receipt says. All processes
 * are pamit-registry under one user; a writer waits for another at most DATABASE_BUSY_MS, in the
 * server REGISTRY_HURRY_MS, and then gives ERR_BUSY, which a kiosk sees as 503.
 *
 * Everything is prepared when the file is opened, so that a store of another shape is refused then
 * and not in the middle of a request. A store of the version before is made one of this version by
 * whoever opens it first; any other is refused rather than guessed at.
 */
#include "registry_sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define APPLICATION_ID 0x506d5267 /* "PmRg" */
#define SCHEMA_VERSION 3

/* `recovered` has the hash of each original that came as RECOVERED, and with which entry;
 * `enrol_code` the codes of the last weeks, by their hashes, and all that were used, with whose
 * keys; `copy` what came ahead of its chain; `told` which rows of the lists are a kiosk's word;
 * `about` whom rows are about; `deferral` by which decisions rows are, and which of them, known or
 * not (an empty `id`), are `voided`: 1, by the kiosk itself; 2, withdrawn as all that it had made
 * was. */
#define SINCE_2                                                                                    \
    "CREATE TABLE IF NOT EXISTS recovered("                                                        \
    " kiosk INTEGER NOT NULL REFERENCES kiosk(no), hash BLOB NOT NULL, seq INTEGER NOT NULL,"      \
    " PRIMARY KEY(kiosk, hash)) STRICT, WITHOUT ROWID;"                                            \
    "CREATE TABLE IF NOT EXISTS enrol_code("                                                       \
    " hash BLOB NOT NULL PRIMARY KEY, kiosk TEXT NOT NULL, expires_ms INTEGER NOT NULL,"           \
    " used_ms INTEGER, entry_point BLOB, tls_key BLOB) STRICT, WITHOUT ROWID;"                     \
    "CREATE TABLE IF NOT EXISTS copy("                                                             \
    " kiosk INTEGER NOT NULL REFERENCES kiosk(no), seq INTEGER NOT NULL, hash BLOB NOT NULL,"      \
    " received_ms INTEGER NOT NULL, header BLOB NOT NULL, payload BLOB NOT NULL,"                  \
    " signature BLOB NOT NULL, PRIMARY KEY(kiosk, seq, hash)) STRICT, WITHOUT ROWID;"              \
    "CREATE TABLE IF NOT EXISTS told("                                                             \
    " id TEXT NOT NULL PRIMARY KEY, kiosk INTEGER NOT NULL REFERENCES kiosk(no),"                  \
    " told_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"                                            \
    "CREATE INDEX IF NOT EXISTS told_by ON told(kiosk, told_ms);"                                  \
    "CREATE TABLE IF NOT EXISTS about("                                                            \
    " text TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(text, id)) STRICT, WITHOUT ROWID;"         \
    "CREATE TABLE deferral("                                                                       \
    " kiosk INTEGER NOT NULL REFERENCES kiosk(no), hash BLOB NOT NULL, id TEXT NOT NULL,"          \
    " voided INTEGER NOT NULL, PRIMARY KEY(kiosk, hash, id)) STRICT, WITHOUT ROWID;"               \
    "CREATE INDEX deferral_of ON deferral(id);"

/* The feeds' tables are alike. In `import`, version is the last that an import gave. */
static const char schema[] =
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
    " withdrawn INTEGER NOT NULL DEFAULT 0, record BLOB NOT NULL) STRICT;"
    "CREATE TABLE listing("
    " id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL UNIQUE, rec_seq INTEGER NOT NULL,"
    " withdrawn INTEGER NOT NULL DEFAULT 0, record BLOB NOT NULL) STRICT;"
    "CREATE TABLE import("
    " feed INTEGER NOT NULL, version INTEGER NOT NULL, stored_ms INTEGER NOT NULL,"
    " PRIMARY KEY(feed, version)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE policy(version INTEGER PRIMARY KEY, envelope BLOB NOT NULL) STRICT;" SINCE_2;

_Static_assert(REGISTRY_PLACEMENTS == 0 && REGISTRY_LISTS == 1, "as stored in `import`");

/* In version 2 each connection made what it lacked of these, and a decision made one row. Whom its
 * rows are about is written down when it is opened (registry_sql_about_fill). */
static const char upgrade[] =
    "CREATE TABLE IF NOT EXISTS deferral("
    " kiosk INTEGER NOT NULL, hash BLOB NOT NULL, id TEXT, voided INTEGER NOT NULL) STRICT;"
    "ALTER TABLE deferral RENAME TO deferral_2;"
    "DROP INDEX IF EXISTS deferral_of;" SINCE_2
    "INSERT INTO deferral SELECT kiosk, hash, coalesce(id, ''), voided FROM deferral_2;"
    "DROP TABLE deferral_2;";

static const struct database_kind kind = {
    .what = "registry's store",
    .application_id = APPLICATION_ID,
    .version = SCHEMA_VERSION,
    .schema = schema,
    .upgrade = upgrade,
};

/* What each connection needs. The rows of an import wait in a temporary table, which is outside the
 * shared file: it is locked only while they are moved over. */
static const char session[] =
    "PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = FILE;"
    "PRAGMA journal_size_limit = 16777216;" /* of the WAL, once an import's is in the file */
    "CREATE TEMP TABLE staged("
    " no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rec_seq INTEGER NOT NULL,"
    " withdrawn INTEGER NOT NULL, record BLOB NOT NULL) STRICT;"
    "CREATE TEMP TABLE staged_about("
    " text TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(text, id)) STRICT, WITHOUT ROWID;";

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

enum err registry_sql_exact(sqlite3_stmt *stmt, int column, void *out, size_t len)
{
    const struct span bytes = database_column(stmt, column);
    if (bytes.len != len)
        return ERR_CORRUPT;
    memcpy(out, bytes.p, len);
    return ERR_OK;
}

enum err registry_sql_row(sqlite3_stmt *stmt)
{
    const int rc = database_step(stmt);
    if (rc == SQLITE_ROW)
        return ERR_OK;
    const enum err err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    sqlite3_reset(stmt);
    return err;
}

enum err registry_sql_begin(struct registry_sqlite *s)
{
    return s->grouped ? s->spoilt : database_begin(&s->database);
}

enum err registry_sql_end(struct registry_sqlite *s, enum err err)
{
    if (s->grouped) {
        s->spoilt = s->spoilt ? s->spoilt : err;
        return err;
    }
    if (!err)
        return database_commit(&s->database);
    database_rollback(&s->database);
    return err;
}

/* ---- open and close -------------------------------------------------------------------------- */

static void sqlite_close(struct registry_store *store)
{
    struct registry_sqlite *s = registry_sqlite_of(store);
    if (!s)
        return;
    for (size_t i = 0; i < SQL_COUNT; i++)
        sqlite3_finalize(s->statements[i]);
    database_close(&s->database);
    free(s);
}

static const struct registry_store_ops sqlite_ops = {
    .close = sqlite_close,
    .kiosk_add = sqlite_kiosk_add,
    .kiosk_revoke = sqlite_kiosk_revoke,
    .kiosk_find = sqlite_kiosk_find,
    .kiosks_each = sqlite_kiosks_each,
    .code_add = sqlite_code_add,
    .code_use = sqlite_code_use,
    .head = sqlite_head,
    .hash_before = sqlite_hash_before,
    .payload_get = sqlite_payload_get,
    .copies_put = sqlite_copies_put,
    .copies_each = sqlite_copies_each,
    .copies_forget = sqlite_copies_forget,
    .rows_withdraw = sqlite_rows_withdraw,
    .append = sqlite_append,
    .group_begin = sqlite_group_begin,
    .group_end = sqlite_group_end,
    .quarantine = sqlite_quarantine,
    .quarantine_each = sqlite_quarantine_each,
    .entries_each = sqlite_entries_each,
    .import_begin = sqlite_import_begin,
    .import_put = sqlite_import_put,
    .import_end = sqlite_import_end,
    .rows_about = sqlite_rows_about,
    .placement_get = sqlite_placement_get,
    .feed = sqlite_feed,
    .policy_put = sqlite_policy_put,
    .policy_get = sqlite_policy_get,
    .versions = sqlite_versions,
};

static enum err session_prepare(struct registry_sqlite *s)
{
    static const char *const texts[SQL_COUNT] = {
#define REGISTRY_ROW(name, sql) [SQL_##name] = sql,
        REGISTRY_STATEMENTS(REGISTRY_ROW)
#undef REGISTRY_ROW
    };
    enum err err = database_run(&s->database, session);
    for (size_t i = 0; i < SQL_COUNT && !err; i++)
        err = database_prepare(&s->database, texts[i], &s->statements[i]);
    return err;
}

enum err registry_sqlite_open(const char *path, struct registry_store **out,
                              char why[REGISTRY_WHY_LEN])
{
    if (access(path, F_OK) != 0) {
        const int error = errno;
        return database_say(why, path, err_from_errno(error), strerror(error));
    }
    struct registry_sqlite *s = calloc(1, sizeof *s);
    if (!s)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    s->store.ops = &sqlite_ops;
    enum err err = database_open(path, &kind, DATABASE_SHARE, &s->database, why);
    if (err) {
        free(s);
        return err;
    }
    if (s->database.fresh)
        err = database_say(why, path, ERR_CORRUPT, "empty: it was never made by init");
    else if ((err = session_prepare(s)) != ERR_OK || (err = registry_sql_about_fill(s)) != ERR_OK)
        database_say(why, path, err, sqlite3_errmsg(s->database.handle));
    if (err) {
        sqlite_close(&s->store);
        return err;
    }
    *out = &s->store;
    return ERR_OK;
}

void registry_sqlite_hurry(struct registry_store *store)
{
    sqlite3_busy_timeout(registry_sqlite_of(store)->database.handle, REGISTRY_HURRY_MS);
}

static enum err store_create(struct database *database)
{
    enum err err = database_begin(database);
    if (err)
        return err;
    err = database_create(database);
    if (!err)
        return database_commit(database);
    database_rollback(database);
    return err;
}

enum err registry_sqlite_create(const char *path, char why[REGISTRY_WHY_LEN])
{
    struct database database;
    enum err err = database_open(path, &kind, DATABASE_SHARE, &database, why);
    if (err)
        return err;
    if (!database.fresh)
        err = database_say(why, path, ERR_BUSY, "is a registry's store already");
    else if ((err = store_create(&database)) != ERR_OK)
        database_say(why, path, err, err_text(err));
    database_close(&database);
    return err;
}
