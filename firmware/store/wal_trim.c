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
 *
 * A WAL with a hole is set aside instead, and never written to again by SQLite. Then its checksums
 * are made to go on over the hole, so that what is behind it can be taken over: entries vouch for
 * themselves. Where the damaged page hides more than the bridge gains, it is taken back: one header
 * is enough for that.
 */
#include "wal_trim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wal_scan.h"

static sqlite3_file *file_of(struct database *database)
{
    sqlite3_file *file = NULL;

    sqlite3_file_control(database->handle, NULL, SQLITE_FCNTL_FILE_POINTER, &file);
    return file;
}

static int wal_cut(sqlite3_file *wal, sqlite3_int64 end)
{
    const int rc = wal->pMethods->xTruncate(wal, end);

    return rc ? rc : wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
}

static enum err wal_judge(struct database *database, sqlite3_file *wal, void *user)
{
    struct wal_scan found;
    int rc = wal_scan(wal, file_of(database), &found);

    (void)user;
    if (rc == SQLITE_OK && found.lost)
        return ERR_CORRUPT;
    if (rc == SQLITE_OK && found.left)
        rc = wal_cut(wal, found.end);
    if (rc == SQLITE_OK)
        database->cut = found.left;
    return database_err(rc);
}

/* ---- reading on ---------------------------------------------------------------------------- */

/* SQLite ends at a frame of page 0, whatever its checksum: the page that it held is not known, and
 * no database here has the last one that there can be. */
static void page_number_mend(uint8_t *frame)
{
    if (wal_number(frame) == 0)
        wal_number_put(frame, UINT32_MAX - 1);
}

/* Writes a header over the one that was found. The first one is the hole's. */
static int header_put(sqlite3_file *wal, sqlite3_int64 at, const uint8_t *found,
                      const uint8_t *sealed, int len, struct wal_hole *hole)
{
    if (memcmp(found, sealed, (size_t)len) == 0)
        return SQLITE_OK;
    if (hole->len == 0) {
        hole->at = at;
        hole->len = len;
        memcpy(hole->found, found, (size_t)len);
        memcpy(hole->sealed, sealed, (size_t)len);
    }
    return wal->pMethods->xWrite(wal, sealed, len, at);
}

/* Frames get the salts and checksums under which SQLite reads them; pages stay as they are. */
static int frames_seal(sqlite3_file *wal, const struct wal_scan *found,
                       const uint8_t header[WAL_HEADER_LEN], struct wal_hole *hole)
{
    uint8_t frame[WAL_FRAME_HEADER_LEN + WAL_PAGE_LEN_MAX], as_found[WAL_FRAME_HEADER_LEN];
    const int len = (int)(WAL_FRAME_HEADER_LEN + found->page_len);
    struct wal_sum sum = wal_sum_said(header + WAL_HEADER_SUM_AT);
    int rc = SQLITE_OK;

    for (sqlite3_int64 at = WAL_HEADER_LEN; rc == SQLITE_OK && at < found->lost_end; at += len) {
        rc = wal->pMethods->xRead(wal, frame, len, at);
        if (rc)
            break;
        memcpy(as_found, frame, sizeof as_found);
        page_number_mend(frame);
        sum = wal_frame_sum(sum, wal_number(header) & 1, frame, found->page_len);
        memcpy(frame + WAL_FRAME_SALT_AT, found->salts, WAL_SALT_LEN);
        wal_sum_put(frame + WAL_FRAME_SUM_AT, sum);
        rc = header_put(wal, at, as_found, frame, WAL_FRAME_HEADER_LEN, hole);
    }
    return rc;
}

static enum err wal_seal(struct database *database, sqlite3_file *wal, void *user)
{
    uint8_t header[WAL_HEADER_LEN], as_found[WAL_HEADER_LEN];
    struct wal_hole *hole = user;
    struct wal_scan found;
    int rc = wal_scan(wal, file_of(database), &found);

    if (rc || !found.lost)
        return database_err(rc);
    rc = wal->pMethods->xRead(wal, header, sizeof header, 0);
    if (rc == SQLITE_OK && !wal_header_checks(header)) {
        memcpy(as_found, header, sizeof as_found);
        wal_header_make(header, found.page_len, 0, found.salts);
        rc = header_put(wal, 0, as_found, header, sizeof header, hole);
    }
    if (rc == SQLITE_OK)
        rc = frames_seal(wal, &found, header, hole);
    if (rc == SQLITE_OK)
        rc = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    return database_err(rc);
}

struct hole_put {
    const struct wal_hole *hole;
    bool sealed;
};

static enum err hole_write(struct database *database, sqlite3_file *wal, void *user)
{
    const struct hole_put *put = user;
    const struct wal_hole *hole = put->hole;
    int rc =
        wal->pMethods->xWrite(wal, put->sealed ? hole->sealed : hole->found, hole->len, hole->at);

    (void)database;
    if (rc == SQLITE_OK)
        rc = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
    return database_err(rc);
}

/* ---- the WAL as a file --------------------------------------------------------------------- */

typedef enum err wal_use_function(struct database *database, sqlite3_file *wal, void *user);

static enum err wal_use(struct database *database, wal_use_function *use, void *user)
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
        err = use(database, wal, user);
    if (wal->pMethods)
        wal->pMethods->xClose(wal);
    free(wal);
    return err;
}

enum err wal_trim(struct database *database)
{
    return wal_use(database, wal_judge, NULL);
}

/* What a reader who has it open still found where in the WAL is in its -shm, and would be gone by.
 */
static void shm_drop(const struct database *database)
{
    const char *wal = sqlite3_filename_wal(sqlite3_db_filename(database->handle, "main"));
    char *shm = sqlite3_mprintf("%.*s-shm", (int)(strlen(wal) - strlen("-wal")), wal);
    sqlite3_vfs *vfs = NULL;

    sqlite3_file_control(database->handle, NULL, SQLITE_FCNTL_VFS_POINTER, &vfs);
    if (shm)
        (void)!vfs->xDelete(vfs, shm, 0); /* mostly there is none */
    sqlite3_free(shm);
}

static enum err aside_use(const char *path, wal_use_function *use, void *user)
{
    struct database database = {.lock = -1};
    enum err err =
        database_err(sqlite3_open_v2(path, &database.handle, SQLITE_OPEN_READONLY, NULL));

    if (!err)
        err = wal_use(&database, use, user);
    if (!err)
        shm_drop(&database);
    sqlite3_close(database.handle);
    return err;
}

enum err wal_bridge(const char *path, struct wal_hole *out)
{
    *out = (struct wal_hole){0};
    return aside_use(path, wal_seal, out);
}

enum err wal_hole_put(const char *path, const struct wal_hole *hole, bool sealed)
{
    return aside_use(path, hole_write, &(struct hole_put){.hole = hole, .sealed = sealed});
}
