/* SQLite as Pamit uses it: statements, transactions, and failures that have names.
 *
 * SQLite answers with a code, the system with errno; database_err makes one of our few failures of
 * both. A reader beside a writer that recovers or restarts is told so only where it tries to read:
 * it tries again, for a bounded time. How a file is opened is in database_open.c.
 */
#include "database.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum err database_say(char why[DATABASE_WHY_LEN], const char *path, enum err err,
                      const char *reason)
{
    static const char cut[] = "...";

    if (snprintf(why, DATABASE_WHY_LEN, "%s: %s", path, reason) >= DATABASE_WHY_LEN)
        memcpy(why + DATABASE_WHY_LEN - sizeof cut, cut, sizeof cut);
    return err;
}

/* A reader that may not write can't recover a WAL, nor roll back a file whose making was cut off,
 * and waits for the writer to. */
static bool writer_recovers(int rc)
{
    return rc == SQLITE_READONLY_RECOVERY || rc == SQLITE_READONLY_CANTINIT ||
           rc == SQLITE_READONLY_ROLLBACK || rc == SQLITE_BUSY_RECOVERY;
}

enum err database_err(int rc)
{
    /* sqlite3_system_errno is this same errno, but is not updated when a COMMIT fails (3.40). Who
     * calls SQLite clears it first, so it is no older than the call. */
    const int error = errno;

    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return ERR_BUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_ERROR: /* a table or column that should be there is not */
        return ERR_CORRUPT;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_TOOBIG:
        return ERR_SIZE;
    case SQLITE_READONLY:
        if (writer_recovers(rc))
            return ERR_BUSY;
        return rc == SQLITE_READONLY_DBMOVED ? ERR_IO : ERR_DENIED;
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ERR_DENIED;
    case SQLITE_IOERR:
        /* SQLite names only ENOSPC; a quota or a file size limit is as full a disk. */
        if (error == EDQUOT || error == EFBIG || error == ENOSPC)
            return ERR_FULL;
        return rc == SQLITE_IOERR_NOMEM ? ERR_MEMORY : ERR_IO;
    case SQLITE_CANTOPEN:
        return error > 0 ? err_from_errno(error) : ERR_IO;
    default:
        return ERR_IO;
    }
}

/* Sleeps as this connection may: a glance's VFS cuts it short. */
static void pause_between_tries(sqlite3 *handle)
{
    sqlite3_vfs *vfs = NULL;

    sqlite3_file_control(handle, NULL, SQLITE_FCNTL_VFS_POINTER, &vfs);
    if (vfs)
        vfs->xSleep(vfs, DATABASE_RETRY_MS * 1000);
}

int database_step(sqlite3_stmt *statement)
{
    errno = 0;
    int rc = sqlite3_step(statement);

    for (int i = 0; i < DATABASE_RETRIES_MAX && writer_recovers(rc); i++) {
        sqlite3_reset(statement);
        pause_between_tries(sqlite3_db_handle(statement));
        rc = sqlite3_step(statement);
    }
    return rc;
}

enum err database_step_done(sqlite3_stmt *statement)
{
    const enum err err = database_err(database_step(statement));

    sqlite3_reset(statement);
    return err;
}

enum err database_prepare(struct database *database, const char *sql, sqlite3_stmt **out)
{
    sqlite3_stmt *statement = NULL;
    int rc =
        sqlite3_prepare_v3(database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);

    for (int i = 0; i < DATABASE_RETRIES_MAX && writer_recovers(rc); i++) {
        pause_between_tries(database->handle);
        rc = sqlite3_prepare_v3(database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                                NULL);
    }
    if (rc == SQLITE_OK)
        *out = statement;
    return database_err(rc);
}

enum err database_run(struct database *database, const char *sql)
{
    errno = 0;
    return database_err(sqlite3_exec(database->handle, sql, NULL, NULL, NULL));
}

struct span database_column(sqlite3_stmt *statement, int column)
{
    const void *p = sqlite3_column_blob(statement, column);
    const int len = sqlite3_column_bytes(statement, column);
    return span_of(p, len > 0 ? (size_t)len : 0);
}

enum err database_begin(struct database *database)
{
    return database_run(database, "BEGIN IMMEDIATE");
}

enum err database_begin_reading(struct database *database)
{
    return database_run(database, "BEGIN");
}

void database_rollback(struct database *database)
{
    /* Many failures have rolled back already; then there is nothing to end. */
    if (!sqlite3_get_autocommit(database->handle))
        sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
}

enum err database_commit(struct database *database)
{
    const enum err err = database_run(database, "COMMIT");

    if (err)
        database_rollback(database);
    else if (database->wal_pages > (database->kind->wal_pages_max ? database->kind->wal_pages_max
                                                                  : DATABASE_WAL_PAGES_MAX))
        (void)!database_checkpoint(database); /* the commit stands; the next one tries again */
    return err;
}

enum err database_checkpoint(struct database *database)
{
    int in_wal = 0, moved = 0;

    errno = 0;
    const int rc = sqlite3_wal_checkpoint_v2(database->handle, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                             &in_wal, &moved);

    if (rc == SQLITE_OK && in_wal == moved)
        database->wal_pages = 0;
    return database_err(rc);
}
