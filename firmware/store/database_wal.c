/* WAL mode, and a WAL that others left behind made durable before anybody goes by it.
 *
 * Problem: a COMMIT is in the WAL before it is on the disk. A process that dies between the two
 * leaves it in the kernel's memory, and the next to open the file finds it whole and takes it for
 * stored. So would we: what the journal's last entry is, what is sent to the registry. If then the
 * power fails, an entry is gone that the registry has acknowledged, and its number is used again.
 *
 * Where it was the sync that failed, it is worse: the kernel has forgotten that those pages are not
 * on the disk (fsync(2): the error is told once, the pages count as clean), and another sync is
 * glad without writing them. So a writer does not only sync the WAL: it writes every byte of it
 * once more. A reader may not write, and syncs.
 */
#include <errno.h>
#include <string.h>

#include "database.h"
#include "wal_format.h"

enum err database_wal_turn_on(struct database *database)
{
    sqlite3_stmt *statement = NULL;
    enum err err = database_prepare(database, "PRAGMA journal_mode=WAL", &statement);

    if (err)
        return err;
    const int rc = database_step(statement);
    if (rc != SQLITE_ROW)
        err = rc == SQLITE_DONE ? ERR_IO : database_err(rc);
    else if (strcmp((const char *)sqlite3_column_text(statement, 0), "wal") != 0)
        err = ERR_IO; /* the file system can't share memory */
    else
        err = database_err(database_step(statement)); /* it said so, and commits it only now */
    sqlite3_finalize(statement);
    return err;
}

sqlite3_file *database_wal_file(const struct database *database)
{
    sqlite3_file *file = NULL;

    sqlite3_file_control(database->handle, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &file);
    return file && file->pMethods ? file : NULL;
}

static int span_write_again(sqlite3_file *wal, uint8_t *bytes, int len, sqlite3_int64 at)
{
    const int rc = wal->pMethods->xRead(wal, bytes, len, at);

    return rc == SQLITE_OK ? wal->pMethods->xWrite(wal, bytes, len, at) : rc;
}

/* Header and frames, up to the first frame of an earlier round of this WAL or the file's end. */
static int write_again(sqlite3_file *wal)
{
    uint8_t header[WAL_HEADER_LEN], bytes[WAL_FRAME_HEADER_LEN + WAL_PAGE_LEN_MAX];
    sqlite3_int64 size = 0, at = WAL_HEADER_LEN;
    int rc = wal->pMethods->xFileSize(wal, &size);

    if (rc || size < WAL_HEADER_LEN)
        return rc;
    rc = span_write_again(wal, header, WAL_HEADER_LEN, 0);
    const uint32_t page_len = wal_number(header + WAL_PAGE_LEN_AT);
    if (page_len == 0 || page_len > WAL_PAGE_LEN_MAX)
        return rc; /* it is torn: nothing in it counts */
    const int len = WAL_FRAME_HEADER_LEN + (int)page_len;
    for (; rc == SQLITE_OK && at + len <= size; at += len) {
        rc = span_write_again(wal, bytes, len, at);
        if (memcmp(bytes + WAL_FRAME_SALT_AT, header + WAL_SALT_AT, WAL_SALT_LEN) != 0)
            break;
    }
    return rc;
}

enum err database_wal_sync(struct database *database)
{
    sqlite3_file *wal = database_wal_file(database);

    return wal ? database_err(wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL)) : ERR_OK;
}

/* https://sqlite.org/walformat.html#the_wal_index_header */
#define INDEX_REGION_LEN 32768
#define INDEX_FRAMES_AT  4 /* as 32-bit numbers of this machine */

/* The index is in memory that processes share, so it outlives a writer that is killed while others
 * read. If that was within the first transaction of a round, all of it may be in the WAL, and the
 * index knows of none: nobody was told of it, nobody reads it, and the next round begins over it.
 * A header that a power cut tears just then looks like that of a damaged WAL (wal_scan.c), and what
 * is behind it like an acknowledged transaction. So the file ends where the index does.
 */
static int drop_what_nobody_reads(sqlite3 *handle, sqlite3_file *wal)
{
    void volatile *region = NULL;
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;

    sqlite3_file_control(handle, NULL, SQLITE_FCNTL_FILE_POINTER, &file);
    int rc = wal->pMethods->xFileSize(wal, &size);
    if (rc == SQLITE_OK && size > 0)
        rc = file->pMethods->xShmMap(file, 0, INDEX_REGION_LEN, 0, &region);
    const volatile uint32_t *index = region;
    if (rc || !index)
        return rc;
    return index[INDEX_FRAMES_AT] == 0 ? wal->pMethods->xTruncate(wal, 0) : SQLITE_OK;
}

static int renew(sqlite3 *handle, sqlite3_file *wal)
{
    const int rc = drop_what_nobody_reads(handle, wal);

    return rc == SQLITE_OK ? write_again(wal) : rc;
}

enum err database_wal_renew(struct database *database)
{
    /* Makes the file if there is none, and nobody else writes it meanwhile. */
    enum err err = database_begin(database);
    if (!err) {
        sqlite3_file *wal = database_wal_file(database);
        err = wal ? database_err(renew(database->handle, wal)) : ERR_OK;
        database_rollback(database);
    }
    /* Who writes it just now has renewed it before. */
    return err && err != ERR_BUSY ? err : database_wal_sync(database);
}

enum err database_wal_truncate(struct database *database)
{
    errno = 0;
    sqlite3_busy_timeout(database->handle, 0);
    const int rc =
        sqlite3_wal_checkpoint_v2(database->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(database->handle, DATABASE_BUSY_MS);
    if (rc == SQLITE_OK)
        database->wal_pages = 0;
    return database_err(rc);
}
