/* Setting a damaged database aside.
 *
 * A database is two files: what its WAL holds is not in it yet, and a WAL that meets another
 * database is replayed into it. So they keep together under one new name. The order makes every
 * interruption plain: the -wal goes first, as -wal-moving, is on the disk under that name before
 * the file follows, and gets its own name last. A -wal-moving therefore says that the rest is to be
 * done. A -wal alone says nothing: whoever takes a file away may leave it behind. Where there is no
 * file, or an empty one, an empty one takes its place.
 *
 * The new name is taken by rename(2), after nothing was found there; the writer's lock keeps every
 * other process of ours from taking the same one.
 *
 * What this refuses: a symbolic link, a device, a folder with something in it. Those are not ours
 * to move, but a configuration that names the wrong thing.
 */
#include "quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "database.h"
#include "wal_format.h"

#define MARK        ".damaged-"
#define STAMP_LEN   32 /* 20261122T071500Z, and a year of any clock */
#define IN_A_SECOND 99
#define MOVING      "-wal-moving"
#define ADDED_LEN   (sizeof MARK + STAMP_LEN + sizeof "-99" + sizeof MOVING)

_Static_assert(QUARANTINE_WHY_LEN == DATABASE_WHY_LEN, "one size of reasons");

bool quarantine_wanted(enum err err)
{
    return err == ERR_CORRUPT;
}

static enum err fail(const char *path, char why[QUARANTINE_WHY_LEN])
{
    const int error = errno;
    return database_say(why, path, err_from_errno(error), strerror(error));
}

/* Does all that is put behind `path` fit into a name? */
static enum err name_check(const char *path, char why[QUARANTINE_WHY_LEN])
{
    return strlen(path) + ADDED_LEN <= QUARANTINE_NAME_LEN
               ? ERR_OK
               : database_say(why, path, ERR_SIZE, "the path is too long");
}

static void name_join(char out[QUARANTINE_NAME_LEN], const char *path, const char *suffix)
{
    snprintf(out, QUARANTINE_NAME_LEN, "%s%s", path, suffix);
}

static bool is_there(const char *path, const char *suffix)
{
    char name[QUARANTINE_NAME_LEN];

    name_join(name, path, suffix);
    return access(name, F_OK) == 0 || errno != ENOENT;
}

static bool folder_is_empty(const char *path)
{
    DIR *folder = opendir(path);
    bool empty = folder != NULL;

    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            empty = false;
    if (folder)
        closedir(folder);
    return empty;
}

static enum err place_check(const char *path, char why[QUARANTINE_WHY_LEN])
{
    struct stat there;

    if (lstat(path, &there) < 0)
        return errno == ENOENT ? ERR_OK : fail(path, why);
    if (S_ISREG(there.st_mode) || (S_ISDIR(there.st_mode) && folder_is_empty(path)))
        return ERR_OK;
    return database_say(why, path, ERR_INVALID, "is no file, and not ours to set aside");
}

/* A name that neither a file nor a part of one bears. */
static enum err name_choose(const char *path, int64_t now_s, char name[QUARANTINE_NAME_LEN],
                            char why[QUARANTINE_WHY_LEN])
{
    const time_t now = now_s;
    struct tm utc = {0};
    char stamp[sizeof MARK + STAMP_LEN] = MARK, number[sizeof "-99"] = "";

    gmtime_r(&now, &utc);
    strftime(stamp + strlen(MARK), STAMP_LEN, "%Y%m%dT%H%M%SZ", &utc);
    for (unsigned i = 1; i <= IN_A_SECOND; i++) {
        if (i > 1)
            snprintf(number, sizeof number, "-%u", i % 100);
        snprintf(name, QUARANTINE_NAME_LEN, "%s%s%s", path, stamp, number);
        if (!is_there(name, "") && !is_there(name, "-wal") && !is_there(name, "-shm") &&
            !is_there(name, MOVING))
            return ERR_OK;
    }
    return database_say(why, path, ERR_BUSY, "too many were set aside in one second");
}

/* A part that is not there needs no other name. */
static enum err part_rename(const char *path, const char *suffix, const char *name,
                            const char *new_suffix, char why[QUARANTINE_WHY_LEN])
{
    char from[QUARANTINE_NAME_LEN], to[QUARANTINE_NAME_LEN];

    name_join(from, path, suffix);
    name_join(to, name, new_suffix);
    return rename(from, to) < 0 && errno != ENOENT ? fail(to, why) : ERR_OK;
}

static enum err file_follow(const char *path, const char *name, char why[QUARANTINE_WHY_LEN])
{
    if (is_there(path, ""))
        return part_rename(path, "", name, "", why);
    const int fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(name, why);
    close(fd);
    return ERR_OK;
}

/* The file has its new name, or there is none: the -wal gets its own. */
static enum err wal_end(const char *path, const char *name, char why[QUARANTINE_WHY_LEN])
{
    enum err err = database_folder_sync(path, why);

    if (!err)
        err = part_rename(name, MOVING, name, "-wal", why);
    return err ? err : database_folder_sync(path, why);
}

/* From the -wal on that is on its way already, or never was. */
static enum err rest_rename(const char *path, const char *name, char why[QUARANTINE_WHY_LEN])
{
    enum err err = part_rename(path, "-shm", name, "-shm", why);

    if (!err)
        err = file_follow(path, name, why);
    return err ? err : wal_end(path, name, why);
}

static enum err all_rename(const char *path, const char *name, char why[QUARANTINE_WHY_LEN])
{
    enum err err = part_rename(path, "-wal", name, MOVING, why);

    if (!err)
        err = database_folder_sync(path, why);
    return err ? err : rest_rename(path, name, why);
}

enum err quarantine_file(const char *path, int64_t now_s, char name[QUARANTINE_NAME_LEN],
                         char why[QUARANTINE_WHY_LEN])
{
    char chosen[QUARANTINE_NAME_LEN];
    int lock = -1;
    enum err err = name_check(path, why);

    if (!err)
        err = place_check(path, why);
    if (!err && !is_there(path, "") && !is_there(path, "-wal"))
        err = database_say(why, path, ERR_MISSING, "nothing to set aside");
    if (!err)
        err = database_lock(path, &lock, why);
    if (err)
        return err;
    err = name_choose(path, now_s, chosen, why);
    if (!err)
        err = all_rename(path, chosen, why);
    close(lock);
    if (!err)
        name_join(name, chosen, "");
    return err;
}

/* ---- what is there ------------------------------------------------------------------------ */

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);

    return len > end_len && strcmp(text + len - end_len, end) == 0;
}

static int name_compare(const void *left, const void *right)
{
    return strcmp(left, right);
}

/* The names beside `path` that begin like one set aside and end as `wanted` says, as paths. */
static bool names_find(const char *path, bool (*wanted)(const char *name),
                       struct quarantine_list *out)
{
    const char *slash = strrchr(path, '/');
    const size_t folder_len = slash ? (size_t)(slash - path) + 1 : 0;
    char folder[QUARANTINE_NAME_LEN], start[QUARANTINE_NAME_LEN];

    out->count = 0;
    if (strlen(path) + sizeof MARK > sizeof start)
        return false;
    snprintf(folder, sizeof folder, "%.*s", (int)folder_len, folder_len ? path : "");
    snprintf(start, sizeof start, "%s" MARK, path + folder_len);
    DIR *listing = opendir(folder_len ? folder : ".");
    if (!listing)
        return false;
    bool fits = true;
    for (const struct dirent *entry; (entry = readdir(listing));) {
        const char *found = entry->d_name;
        if (strncmp(found, start, strlen(start)) != 0 || !wanted(found))
            continue;
        if (out->count == QUARANTINE_LIST_MAX || folder_len + strlen(found) >= QUARANTINE_NAME_LEN)
            fits = false;
        else
            stpcpy(stpcpy(out->name[out->count++], folder), found);
    }
    closedir(listing);
    qsort(out->name, out->count, sizeof out->name[0], name_compare);
    return fits;
}

static bool is_moving(const char *name)
{
    return ends_with(name, MOVING);
}

static bool is_file(const char *name)
{
    return !ends_with(name, "-wal") && !ends_with(name, "-shm") && !is_moving(name);
}

bool quarantine_list(const char *path, struct quarantine_list *out)
{
    return names_find(path, is_file, out);
}

static enum err resume(const char *path, const char *name, char why[QUARANTINE_WHY_LEN])
{
    int lock = -1;
    enum err err = database_lock(path, &lock, why);

    if (err)
        return err;
    err = is_there(name, "") ? wal_end(path, name, why) : rest_rename(path, name, why);
    close(lock);
    return err;
}

enum err quarantine_resume(const char *path, char name[QUARANTINE_NAME_LEN],
                           char why[QUARANTINE_WHY_LEN])
{
    struct quarantine_list *wals = malloc(sizeof *wals);
    enum err err = ERR_MISSING;

    if (!wals)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    (void)!names_find(path, is_moving, wals);
    for (unsigned i = 0; err == ERR_MISSING && i < wals->count; i++) {
        char *found = wals->name[i];
        found[strlen(found) - strlen(MOVING)] = '\0';
        err = resume(path, found, why);
        if (!err)
            name_join(name, found, "");
    }
    free(wals);
    return err;
}

/* Up to `len` bytes, from `at` on; how many there were, -1 if the file can't be read. Nobody of
 * this process has it open: closing it would let go of SQLite's locks. */
static ssize_t file_peek(const char *path, off_t at, void *out, size_t len)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    const ssize_t got = pread(fd, out, len, at);
    close(fd);
    return got;
}

/* A header that a power cut tore is one of ours still: what it was, what it is to be, or zeros. */
static bool is_no_wal(const uint8_t start[4])
{
    static const uint8_t zeros[4];
    const uint32_t number = wal_number(start);

    return (number & ~1u) != WAL_MAGIC && memcmp(start, zeros, sizeof zeros) != 0;
}

bool quarantine_wal_gone(const char *path)
{
    char wal[QUARANTINE_NAME_LEN];
    uint8_t version = 0, start[4];

    name_join(wal, path, "-wal");
    if (file_peek(path, FILE_READ_VERSION_AT, &version, 1) != 1 || version != FILE_READ_VERSION_WAL)
        return false;
    const ssize_t got = file_peek(wal, 0, start, sizeof start);
    return got < 0 ? errno == ENOENT : got == sizeof start && is_no_wal(start);
}
