/* What a power cut left behind the last whole transaction of a WAL, cut off for good.
 *
 * Problem: SQLite goes on where the last commit checks, under the same salts, and leaves what is
 * behind that to be written over. So the torn ends of several cuts stack up. And a header that was
 * cut off while a round began may keep the salts of the round before, which SQLite then goes on
 * with: a whole round of sound transactions lies behind its own (measured: once in some thousands
 * of cuts). Neither harms SQLite, whose checksums go on from the header; but whoever looks for what
 * was lost could not tell them from transactions behind a flipped bit.
 *
 * So a writer cuts such a WAL, and that is durable before it appends anything. Then all frames of a
 * round's salts were written by one process, one after the other, and wal_scan's rule holds.
 * SQLite has not read the WAL yet, and readers read nothing behind its last commit.
 */
#include "wal_trim.h"

#include <errno.h>
#include <stdlib.h>

#include "wal_scan.h"

static int wal_cut(sqlite3_file *wal, sqlite3_int64 end)
{
    const int rc = wal->pMethods->xTruncate(wal, end);

    return rc ? rc : wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
}

static enum err wal_judge(struct database *database, sqlite3_file *wal)
{
    sqlite3_file *file = NULL;
    struct wal_scan found;

    sqlite3_file_control(database->handle, NULL, SQLITE_FCNTL_FILE_POINTER, &file);
    int rc = wal_scan(wal, file, &found);
    if (rc == SQLITE_OK && found.lost)
        return ERR_CORRUPT;
    if (rc == SQLITE_OK && found.left)
        rc = wal_cut(wal, found.end);
    if (rc == SQLITE_OK)
        database->cut = found.left;
    return database_err(rc);
}

enum err wal_trim(struct database *database)
{
    const char *name = sqlite3_filename_wal(sqlite3_db_filename(database->handle, "main"));
    sqlite3_vfs *vfs = NULL;
    int there = 0;

    errno = 0;
    sqlite3_file_control(database->handle, NULL, SQLITE_FCNTL_VFS_POINTER, &vfs);
    int rc = vfs->xAccess(vfs, name, SQLITE_ACCESS_EXISTS, &there);
    if (rc || !there)
        return database_err(rc);
    sqlite3_file *wal = calloc(1, (size_t)vfs->szOsFile);
    if (!wal)
        return ERR_MEMORY;
    rc = vfs->xOpen(vfs, name, wal, SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL, NULL);
    enum err err = database_err(rc);
    if (!err)
        err = wal_judge(database, wal);
    if (wal->pMethods)
        wal->pMethods->xClose(wal);
    free(wal);
    return err;
}
