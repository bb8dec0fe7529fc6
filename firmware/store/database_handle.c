/* The connection to a file, before anything of it is read.
 *
 * Waiting for other processes: beside the busy timeout, SQLite itself tries a hundred times to
 * begin reading a WAL, with pauses that add up to ten seconds, and no setting shortens them. So the
 * lane's loop reads through a VFS whose sleep ends after DATABASE_GLANCE_US: a hundred of those are
 * what a process that holds a lock can cost the loop.
 *
 * A -wal that is gone was removed by somebody: its writer keeps it, and tells when it misses it
 * (quarantine_wal_gone). SQLite would make an empty one for a reader too, and the writer would take
 * that for its own. So a reader makes none, and reads the file as it is, without locks: there is
 * nothing beside it. When its writer comes the file is another one (database_has_moved), long
 * before a checkpoint changes a page of it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "database.h"
#include "wal_format.h"

#define PATH_ROOM 4096
#define URI_ROOM  (3 * PATH_ROOM + 32)

static const char glance_name[] = "pamit-glance";

static int glance_sleep(sqlite3_vfs *vfs, int us)
{
    const int cut = us < DATABASE_GLANCE_US ? us : DATABASE_GLANCE_US;
    const struct timespec pause = {.tv_nsec = cut * 1000L};

    (void)vfs;
    nanosleep(&pause, NULL);
    return cut;
}

/* SQLite keeps it from then on: the default VFS, but for its sleep. */
static enum err glance_register(void)
{
    if (sqlite3_vfs_find(glance_name))
        return ERR_OK;
    const sqlite3_vfs *usual = sqlite3_vfs_find(NULL);
    sqlite3_vfs *glance = usual ? malloc(sizeof *glance) : NULL;
    if (!glance)
        return ERR_MEMORY;
    *glance = *usual;
    glance->zName = glance_name;
    glance->xSleep = glance_sleep;
    return database_err(sqlite3_vfs_register(glance, 0));
}

bool database_reads(enum database_access access)
{
    return access == DATABASE_READ || access == DATABASE_GLANCE;
}

static bool is_there(const char *path, const char *suffix)
{
    char name[PATH_ROOM];
    struct stat st;

    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &st) == 0 || errno != ENOENT;
}

/* Is there no -wal where there should be one? A file as it was built is not in WAL mode yet, and
 * one that was cut off on the way there still has its -journal. */
static bool wal_is_gone(const char *path, sqlite3 *handle)
{
    sqlite3_file *file = NULL;
    unsigned char version = 0;

    if (is_there(path, "-wal") || is_there(path, "-journal"))
        return false;
    sqlite3_file_control(handle, NULL, SQLITE_FCNTL_FILE_POINTER, &file);
    return file && file->pMethods &&
           file->pMethods->xRead(file, &version, 1, FILE_READ_VERSION_AT) == SQLITE_OK &&
           version == FILE_READ_VERSION_WAL;
}

/* https://sqlite.org/uri.html: what is no letter and no digit as %XX. */
static int open_as_it_is(const char *path, const char *vfs, sqlite3 **out)
{
    char uri[URI_ROOM] = "file:";
    size_t at = strlen(uri);

    for (; *path && at + sizeof "%XX?immutable=1" < sizeof uri; path++)
        at += (size_t)snprintf(uri + at, 4, isalnum((unsigned char)*path) ? "%c" : "%%%02X",
                               (unsigned char)*path);
    snprintf(uri + at, sizeof uri - at, "?immutable=1");
    return sqlite3_open_v2(uri, out, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, vfs);
}

enum err database_handle_open(const char *path, enum database_access access, sqlite3 **out,
                              char why[DATABASE_WHY_LEN])
{
    const int flags = database_reads(access) ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    const char *vfs = access == DATABASE_GLANCE ? glance_name : NULL;
    enum err err = vfs ? glance_register() : ERR_OK;

    errno = 0;
    if (!err)
        err = database_err(sqlite3_open_v2(path, out, flags, vfs));
    if (!err && database_reads(access) && wal_is_gone(path, *out)) {
        sqlite3_close(*out);
        err = database_err(open_as_it_is(path, vfs, out));
    }
    return err ? database_say(why, path, err, err_text(err)) : ERR_OK;
}
