/* A database file made in one go.
 *
 * Problem: a million rows through WAL and fsync take long and buy nothing while nobody reads them
 * yet. Method: they go into PATH.new without any journal; then that is made durable and renamed.
 * The new file is not in WAL mode, so that it can be read where nothing can be written; a kiosk's
 * writer turns WAL on when it opens it.
 *
 * A WAL of the old file must never meet the new one: SQLite would replay it into it. Where one is
 * there, the old file goes first, its WAL after it, and then the new one comes; each is on the disk
 * before the next. A crash in between leaves no file and perhaps a WAL, which database_open names,
 * and another build mends.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "database.h"

#define PATH_ROOM 4096

static enum err name_make(const char *path, const char *suffix, char out[PATH_ROOM],
                          char why[DATABASE_WHY_LEN])
{
    if ((size_t)snprintf(out, PATH_ROOM, "%s%s", path, suffix) < PATH_ROOM)
        return ERR_OK;
    return database_say(why, path, ERR_SIZE, "the path is too long");
}

static enum err fail(const char *path, char why[DATABASE_WHY_LEN])
{
    const int error = errno;
    return database_say(why, path, err_from_errno(error), strerror(error));
}

/* The rename at the end would take the place of a device or a pipe as well. */
static enum err place_check(const char *path, char why[DATABASE_WHY_LEN])
{
    struct stat there;

    if (stat(path, &there) < 0)
        return errno == ENOENT ? ERR_OK : fail(path, why);
    return S_ISREG(there.st_mode) ? ERR_OK
                                  : database_say(why, path, ERR_INVALID, "is no regular file");
}

enum err database_build_open(const char *path, const struct database_kind *kind,
                             struct database *out, char why[DATABASE_WHY_LEN])
{
    char name[PATH_ROOM];
    int lock = -1;
    enum err err = name_make(path, ".new", name, why);

    if (!err)
        err = place_check(path, why);
    if (!err)
        err = database_lock(path, &lock, why);
    if (!err && unlink(name) < 0 && errno != ENOENT)
        err = fail(name, why);
    if (!err)
        err = database_open(name, kind, DATABASE_BUILD, out, why);
    if (!err)
        out->lock = lock;
    else if (lock >= 0)
        close(lock);
    return err;
}

static enum err sync_of(const char *path, int flags, char why[DATABASE_WHY_LEN])
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return fail(path, why);
    const enum err err = fsync(fd) < 0 ? fail(path, why) : ERR_OK;
    close(fd);
    return err;
}

enum err database_folder_sync(const char *path, char why[DATABASE_WHY_LEN])
{
    char folder[PATH_ROOM];
    const enum err err = name_make(path, "", folder, why);

    return err ? err : sync_of(dirname(folder), O_DIRECTORY, why);
}

/* Removes an old file that has a WAL, with it. */
static enum err old_remove(const char *path, char why[DATABASE_WHY_LEN])
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    char name[PATH_ROOM];
    enum err err = name_make(path, "-wal", name, why);

    if (err || access(name, F_OK) < 0)
        return err;
    for (size_t i = 0; !err && i < sizeof parts / sizeof parts[0]; i++) {
        err = name_make(path, parts[i], name, why);
        if (!err && unlink(name) < 0 && errno != ENOENT)
            err = fail(name, why);
        if (!err)
            err = database_folder_sync(path, why);
    }
    return err;
}

static enum err replace(const char *name, const char *path, char why[DATABASE_WHY_LEN])
{
    enum err err = sync_of(name, 0, why);

    if (!err)
        err = old_remove(path, why);
    if (!err && rename(name, path) < 0)
        err = fail(path, why);
    return err ? err : database_folder_sync(path, why);
}

static void close_all_but_lock(struct database *database)
{
    const int rc = sqlite3_close(database->handle);

    assert(rc == SQLITE_OK);
}

enum err database_build_close(struct database *database, const char *path,
                              char why[DATABASE_WHY_LEN])
{
    char name[PATH_ROOM];
    enum err err = name_make(path, ".new", name, why);

    close_all_but_lock(database);
    if (!err)
        err = replace(name, path, why);
    if (err)
        unlink(name);
    close(database->lock);
    return err;
}

void database_build_abandon(struct database *database, const char *path)
{
    char name[PATH_ROOM], why[DATABASE_WHY_LEN];

    close_all_but_lock(database);
    if (!name_make(path, ".new", name, why))
        unlink(name);
    close(database->lock);
}
