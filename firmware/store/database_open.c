/* Opening a database file: how SQLite is set up, and when a file is refused.
 *
 * Why not SQLite's defaults: its automatic checkpoint runs inside some COMMIT or other and would
 * make one traveller in a few hundred wait; closing the last connection deletes the WAL, and a
 * reader of another uid can't make a new one (SQLITE_FCNTL_PERSIST_WAL, measured); a schema can
 * hold triggers and views, so a file someone prepared must not run them (trusted_schema); a mapped
 * file that is cut short kills the process (mmap_size).
 *
 * What can't be used is left as it was found, for somebody to look at: closing the last connection
 * would write its WAL into it, and delete that (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE).
 *
 * A file is fresh while it holds no schema: schema, header and first rows come in one transaction,
 * so that a crash between leaves nothing half made. If the file is gone or empty but its WAL is
 * not, SQLite would delete the WAL and begin anew; we refuse, since it may hold all we know.
 */
#include "database.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wal_trim.h"

#define PATH_ROOM 4096
#define PAMIT_ID  0x504d /* "PM": all our application ids begin like this */

enum err database_lock(const char *path, int *lock, char why[DATABASE_WHY_LEN])
{
    char name[PATH_ROOM];

    if ((size_t)snprintf(name, sizeof name, "%s.lock", path) >= sizeof name)
        return database_say(why, path, ERR_SIZE, "the path is too long");
    const int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        const int error = errno;
        return database_say(why, name, err_from_errno(error), strerror(error));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        const int error = errno;
        close(fd);
        if (error == EWOULDBLOCK)
            return database_say(why, path, ERR_BUSY, "another process writes it");
        return database_say(why, name, err_from_errno(error), strerror(error));
    }
    *lock = fd;
    return ERR_OK;
}

static off_t size_of(const char *path, const char *suffix)
{
    char name[PATH_ROOM];
    struct stat st;

    if ((size_t)snprintf(name, sizeof name, "%s%s", path, suffix) >= sizeof name)
        return 0;
    return stat(name, &st) == 0 ? st.st_size : 0;
}

static enum err file_check(const char *path, char why[DATABASE_WHY_LEN])
{
    struct stat there;

    if (stat(path, &there) == 0 && S_ISDIR(there.st_mode))
        return database_say(why, path, ERR_CORRUPT, "a folder is in its place");
    if (size_of(path, "") == 0 && size_of(path, "-wal") > 0)
        return database_say(why, path, ERR_CORRUPT,
                            "the file is gone or empty, but its -wal is not");
    return ERR_OK;
}

/* Makes the file if it is not there, for its owner alone. */
static enum err file_prepare(const char *path, char why[DATABASE_WHY_LEN])
{
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST) {
        const int error = errno;
        return database_say(why, path, err_from_errno(error), strerror(error));
    }
    if (fd >= 0)
        close(fd); /* a new file: no lock of SQLite's is lost with this descriptor */
    return ERR_OK;
}

static enum err number_of(struct database *database, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    enum err err = database_prepare(database, sql, &statement);

    if (err)
        return err;
    const int rc = database_step(statement);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(statement, 0);
    err = rc == SQLITE_DONE ? ERR_CORRUPT : database_err(rc);
    sqlite3_finalize(statement);
    return err;
}

/* Is the file what it should be? */
static enum err kind_check(struct database *database, const char *path, char why[DATABASE_WHY_LEN])
{
    const struct database_kind *kind = database->kind;
    char reason[128];
    int64_t id = 0, version = 0, tables = 0;
    enum err err = number_of(database, "PRAGMA application_id", &id);

    if (!err)
        err = number_of(database, "PRAGMA user_version", &version);
    if (!err)
        err = number_of(database, "SELECT count(*) FROM sqlite_schema", &tables);
    if (err) {
        snprintf(reason, sizeof reason, "not a readable %s database: %s", kind->what,
                 sqlite3_errmsg(database->handle));
        return database_say(why, path, err, reason);
    }
    database->fresh = id == 0 && version == 0 && tables == 0;
    if (database->fresh)
        return ERR_OK;
    if (id != kind->application_id) {
        snprintf(reason, sizeof reason, "a database, but not a %s of Pamit", kind->what);
        return database_say(why, path, id >> 16 == PAMIT_ID ? ERR_INVALID : ERR_CORRUPT, reason);
    }
    database->old = version == kind->version - 1 && kind->upgrade;
    if (version != kind->version && !database->old) {
        snprintf(reason, sizeof reason, "a %s of version %lld; this program knows version %d",
                 kind->what, (long long)version, (int)kind->version);
        return database_say(why, path, ERR_INVALID, reason);
    }
    return ERR_OK;
}

static int note_wal_pages(void *user, sqlite3 *handle, const char *name, int pages)
{
    struct database *database = user;

    (void)handle;
    (void)name;
    database->wal_pages = (unsigned)pages;
    return SQLITE_OK;
}

static enum err writer_set_up(struct database *database)
{
    int persist = 1;
    enum err err = database_run(database, "PRAGMA synchronous=FULL");

    if (!err)
        err = database_wal_turn_on(database);
    if (err)
        return err;
    sqlite3_wal_autocheckpoint(database->handle, 0);
    sqlite3_wal_hook(database->handle, note_wal_pages, database);
    return database_err(
        sqlite3_file_control(database->handle, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist));
}

/* In one transaction: a crash leaves the old version. */
static enum err upgrade(struct database *database)
{
    char header[48];

    snprintf(header, sizeof header, "PRAGMA user_version=%d;", (int)database->kind->version);
    enum err err = database_begin(database);
    if (!err)
        err = database_run(database, database->kind->upgrade);
    if (!err)
        err = database_run(database, header);
    if (!err)
        err = database_commit(database);
    database_rollback(database);
    if (!err)
        database->old = false;
    return err;
}

/* Pages go to the file as they come: until it is built there is nothing that could be lost. A
 * defensive connection would keep its journal; this file is nobody's but ours. */
static enum err builder_set_up(struct database *database)
{
    sqlite3_db_config(database->handle, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    return database_run(database, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                                  "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-16384;");
}

static enum err set_up(struct database *database, enum database_access access)
{
    switch (access) {
    case DATABASE_BUILD:
        return builder_set_up(database);
    case DATABASE_READ:
        return database_wal_sync(database);
    case DATABASE_GLANCE: /* waits for no disk: it reads beside a writer */
        return ERR_OK;
    case DATABASE_WRITE:
    case DATABASE_SHARE:
        break;
    }
    const enum err err = writer_set_up(database);
    return err ? err : database_wal_renew(database);
}

void database_leave(struct database *database)
{
    sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
}

static enum err connection_open(const char *path, enum database_access access,
                                struct database *database, char why[DATABASE_WHY_LEN])
{
    enum err err = database_handle_open(path, access, &database->handle, why);

    if (err)
        return err;
    sqlite3_extended_result_codes(database->handle, 1);
    sqlite3_busy_timeout(database->handle, access == DATABASE_GLANCE ? 0 : DATABASE_BUSY_MS);
    sqlite3_db_config(database->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(database->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    database_leave(database);
    if (access == DATABASE_WRITE)
        err = wal_trim(database);
    if (err)
        return database_say(why, path, err,
                            err == ERR_CORRUPT ? "its -wal was altered or is damaged"
                                               : err_text(err));
    err = kind_check(database, path, why);
    if (err)
        return err;
    if (database_reads(access) && database->fresh)
        return database_say(why, path, ERR_MISSING, "empty: nothing was stored yet");
    if (database_reads(access) && database->old)
        return database_say(why, path, ERR_MISSING, "of an earlier version: its writer renews it");
    err = database_run(database, "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON;");
    if (!err)
        err = set_up(database, access);
    if (!err && database->old)
        err = upgrade(database);
    if (!err && !database_reads(access))
        sqlite3_db_config(database->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return err ? database_say(why, path, err, sqlite3_errmsg(database->handle)) : ERR_OK;
}

enum err database_open(const char *path, const struct database_kind *kind,
                       enum database_access access, struct database *out,
                       char why[DATABASE_WHY_LEN])
{
    int lock = -1;
    enum err err = ERR_OK;

    if (access == DATABASE_WRITE)
        err = database_lock(path, &lock, why);
    if (!err)
        err = file_check(path, why);
    if (!err && !database_reads(access))
        err = file_prepare(path, why);
    if (!err) {
        *out = (struct database){.kind = kind, .lock = lock};
        err = connection_open(path, access, out, why);
        if (!err && (access == DATABASE_WRITE || access == DATABASE_SHARE))
            err = database_folder_sync(path, why);
        if (!err)
            database_place_note(out);
        if (err)
            sqlite3_close(out->handle);
    }
    if (err && lock >= 0)
        close(lock);
    return err;
}

void database_close(struct database *database)
{
    /* Closing would be refused while a statement lives: a bug of the owner. */
    const int rc = sqlite3_close(database->handle);

    assert(rc == SQLITE_OK);
    if (database->lock >= 0)
        close(database->lock); /* lets go of the flock; the file stays for the next writer */
}

enum err database_create(struct database *database)
{
    char header[96];

    assert(database->fresh && !sqlite3_get_autocommit(database->handle));
    snprintf(header, sizeof header, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
             (int)database->kind->application_id, (int)database->kind->version);
    enum err err = database_run(database, header);
    if (!err)
        err = database_run(database, database->kind->schema);
    if (!err)
        database->fresh = false;
    return err;
}
