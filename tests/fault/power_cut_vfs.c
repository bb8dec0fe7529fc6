/* What SQLite's os_unix.c does with a file system, done with the model.
 *
 * The behaviour that durability hangs on is os_unix.c's (3.40): the folder is synced with the first
 * sync of a journal or WAL that was just made, once, and what that says is ignored; an empty file
 * does not exist for xAccess; a write that finds no space is SQLITE_FULL. The device is what
 * os_unix.c says of one on Linux: sectors of 4096 bytes, powersafe overwrite.
 *
 * Locks and shared memory hang on a node, one per file that somebody has open, as POSIX locks hang
 * on an inode. The first to open a database finds no shared memory and has to recover the WAL.
 */
#include "power_cut_vfs.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define REGIONS_MAX 16 /* of 32 KiB: some 65,000 frames of WAL */

struct node {
    struct node *next;
    struct disk_file *file;
    unsigned opens, readers;   /* files open; SHARED locks held */
    const struct file *writer; /* holds RESERVED or more */
    bool pending;              /* the writer lets no new reader in */
    unsigned maps;
    void *region[REGIONS_MAX];
    unsigned shared[SQLITE_SHM_NLOCK]; /* locks of the shared memory */
    bool exclusive[SQLITE_SHM_NLOCK];
};

struct file {
    sqlite3_file base; /* SQLite's; first */
    struct node *node;
    int lock;
    bool sync_folder, persist_wal, mapped;
    bool shared[SQLITE_SHM_NLOCK], exclusive[SQLITE_SHM_NLOCK]; /* held through this file */
};

static struct {
    struct disk *disk;
    struct node *nodes;
    unsigned opens;
} state;

static struct file *of(sqlite3_file *base)
{
    return (struct file *)base;
}

/* `broken` is what SQLite calls EIO in this call. */
static int result(enum disk_outcome outcome, int broken)
{
    if (outcome == DISK_DONE)
        return SQLITE_OK;
    errno = outcome == DISK_FULL ? ENOSPC : EIO;
    return outcome == DISK_FULL && broken == SQLITE_IOERR_WRITE ? SQLITE_FULL : broken;
}

/* ---- nodes -------------------------------------------------------------------------------- */

static struct node *node_open(struct disk_file *file)
{
    struct node *node = state.nodes;

    while (node && node->file != file)
        node = node->next;
    if (!node) {
        node = calloc(1, sizeof *node);
        assert(node);
        node->file = file;
        node->next = state.nodes;
        state.nodes = node;
    }
    node->opens++;
    state.opens++;
    return node;
}

static void node_close(struct node *node)
{
    struct node **link = &state.nodes;

    state.opens--;
    if (--node->opens > 0)
        return;
    while (*link != node)
        link = &(*link)->next;
    *link = node->next;
    free(node);
}

/* ---- one file ----------------------------------------------------------------------------- */

static int file_unlock(sqlite3_file *base, int level)
{
    struct file *file = of(base);
    struct node *node = file->node;

    if (file->lock > SQLITE_LOCK_SHARED && level <= SQLITE_LOCK_SHARED) {
        node->writer = NULL;
        node->pending = false;
    }
    if (file->lock >= SQLITE_LOCK_SHARED && level == SQLITE_LOCK_NONE)
        node->readers--;
    if (file->lock > level)
        file->lock = level;
    return SQLITE_OK;
}

static int file_lock(sqlite3_file *base, int level)
{
    struct file *file = of(base);
    struct node *node = file->node;

    if (disk_is_off(state.disk))
        return SQLITE_IOERR_LOCK;
    if (file->lock >= level)
        return SQLITE_OK;
    if (node->writer && node->writer != file && (level > SQLITE_LOCK_SHARED || node->pending))
        return SQLITE_BUSY;
    if (level == SQLITE_LOCK_SHARED) {
        node->readers++;
    } else {
        node->writer = file;
        node->pending = node->pending || level > SQLITE_LOCK_RESERVED;
        if (level == SQLITE_LOCK_EXCLUSIVE && node->readers > 1) {
            file->lock = SQLITE_LOCK_PENDING;
            return SQLITE_BUSY;
        }
    }
    file->lock = level;
    return SQLITE_OK;
}

static int file_check_reserved(sqlite3_file *base, int *out)
{
    *out = of(base)->node->writer != NULL;
    return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *out, int len, sqlite3_int64 at)
{
    size_t got = 0;
    const int rc = result(disk_read(of(base)->node->file, (uint64_t)at, out, (size_t)len, &got),
                          SQLITE_IOERR_READ);

    if (rc)
        return rc;
    memset((char *)out + got, 0, (size_t)len - got);
    return got < (size_t)len ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int file_write(sqlite3_file *base, const void *bytes, int len, sqlite3_int64 at)
{
    return result(disk_write(of(base)->node->file, (uint64_t)at, bytes, (size_t)len),
                  SQLITE_IOERR_WRITE);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    return result(disk_truncate(of(base)->node->file, (uint64_t)size), SQLITE_IOERR_TRUNCATE);
}

static int file_sync(sqlite3_file *base, int flags)
{
    struct file *file = of(base);

    (void)flags;
    const int rc = result(disk_sync(file->node->file), SQLITE_IOERR_FSYNC);
    if (rc == SQLITE_OK && file->sync_folder) {
        (void)!disk_sync_folder(state.disk);
        file->sync_folder = false;
    }
    return rc;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)disk_size(of(base)->node->file);
    return disk_is_off(state.disk) ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int file_control(sqlite3_file *base, int what, void *value)
{
    struct file *file = of(base);
    int *number = value;

    if (what != SQLITE_FCNTL_PERSIST_WAL)
        return SQLITE_NOTFOUND;
    if (*number >= 0)
        file->persist_wal = *number != 0;
    *number = file->persist_wal;
    return SQLITE_OK;
}

static int file_sector_size(sqlite3_file *base)
{
    (void)base;
    return 4096;
}

static int file_characteristics(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ---- shared memory ------------------------------------------------------------------------ */

static int shm_map(sqlite3_file *base, int i, int len, int extend, void volatile **out)
{
    struct file *file = of(base);
    struct node *node = file->node;

    assert(i < REGIONS_MAX);
    if (disk_is_off(state.disk))
        return SQLITE_IOERR_SHMMAP;
    if (!file->mapped) {
        file->mapped = true;
        node->maps++;
    }
    if (!node->region[i] && extend) {
        node->region[i] = calloc(1, (size_t)len);
        assert(node->region[i]);
    }
    *out = node->region[i];
    return SQLITE_OK;
}

static bool shm_lock_one(struct file *file, int i, int flags)
{
    struct node *node = file->node;

    if (flags & SQLITE_SHM_UNLOCK) {
        node->shared[i] -= file->shared[i];
        node->exclusive[i] = node->exclusive[i] && !file->exclusive[i];
        file->shared[i] = file->exclusive[i] = false;
        return true;
    }
    if (node->exclusive[i] || (flags & SQLITE_SHM_EXCLUSIVE && node->shared[i]))
        return false;
    if (flags & SQLITE_SHM_EXCLUSIVE) {
        node->exclusive[i] = file->exclusive[i] = true;
    } else if (!file->shared[i]) {
        node->shared[i]++;
        file->shared[i] = true;
    }
    return true;
}

static int shm_lock(sqlite3_file *base, int from, int n, int flags)
{
    struct file *file = of(base);

    if (disk_is_off(state.disk) && !(flags & SQLITE_SHM_UNLOCK))
        return SQLITE_IOERR_SHMLOCK;
    for (int i = from; i < from + n; i++)
        if (!shm_lock_one(file, i, flags)) {
            while (--i >= from)
                shm_lock_one(file, i, SQLITE_SHM_UNLOCK);
            return SQLITE_BUSY;
        }
    return SQLITE_OK;
}

static void shm_barrier(sqlite3_file *base)
{
    (void)base;
}

static int shm_unmap(sqlite3_file *base, int delete)
{
    struct file *file = of(base);
    struct node *node = file->node;

    (void)delete;
    if (!file->mapped)
        return SQLITE_OK;
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++)
        shm_lock_one(file, i, SQLITE_SHM_UNLOCK);
    file->mapped = false;
    if (--node->maps == 0)
        for (int i = 0; i < REGIONS_MAX; i++) {
            free(node->region[i]);
            node->region[i] = NULL;
        }
    return SQLITE_OK;
}

static int file_close(sqlite3_file *base)
{
    file_unlock(base, SQLITE_LOCK_NONE);
    shm_unmap(base, 0);
    node_close(of(base)->node);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

/* ---- the file system ---------------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *given)
{
    struct file *file = of(base);
    struct disk_file *found = NULL;
    bool made = false;

    (void)vfs;
    *file = (struct file){0};
    if (disk_is_off(state.disk)) {
        errno = EIO;
        return SQLITE_CANTOPEN;
    }
    if (!name)
        found = disk_create_nameless(state.disk);
    else
        found = disk_find(state.disk, name);
    if (!found && flags & SQLITE_OPEN_CREATE) {
        const int rc = result(disk_create(state.disk, name, &found), SQLITE_CANTOPEN);
        if (rc)
            return rc;
        made = true;
    }
    if (!found) {
        errno = ENOENT;
        return SQLITE_CANTOPEN;
    }
    file->base.pMethods = &methods;
    file->node = node_open(found);
    file->sync_folder =
        made && flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL);
    if (given)
        *given = flags;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    if (!disk_find(state.disk, name))
        return SQLITE_IOERR_DELETE_NOENT;
    const int rc = result(disk_unlink(state.disk, name), SQLITE_IOERR_DELETE);
    if (rc || !sync_folder)
        return rc;
    return result(disk_sync_folder(state.disk), SQLITE_IOERR_DIR_FSYNC);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    const struct disk_file *file = disk_find(state.disk, name);

    (void)vfs;
    *out = file && (flags != SQLITE_ACCESS_EXISTS || disk_size(file) > 0);
    return SQLITE_OK;
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int cap, char *out)
{
    (void)vfs;
    assert(strlen(name) < (size_t)cap);
    strcpy(out, name);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int len, char *out)
{
    (void)vfs;
    for (int i = 0; i < len; i++)
        out[i] = (char)(state.disk ? disk_random(state.disk, 256) : 0);
    return len;
}

/* Nobody runs meanwhile: whoever waits for a lock waits in vain, and need not wait long. */
static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    *out = 212676710400000; /* 2027-07-01: the store asks for no time of SQLite's */
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int len, char *out)
{
    (void)vfs;
    (void)len;
    (void)out;
    return errno;
}

void power_cut_vfs_use(struct disk *disk)
{
    static sqlite3_vfs vfs = {
        .iVersion = 2,
        .szOsFile = sizeof(struct file),
        .mxPathname = DISK_NAME_LEN,
        .zName = "power-cut",
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_pathname,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_time,
    };

    assert(state.opens == 0);
    state.disk = disk;
    assert(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}

struct disk *power_cut_vfs_disk(void)
{
    return state.disk;
}

unsigned power_cut_vfs_open_files(void)
{
    return state.opens;
}
