/* Written beside, synced, renamed, and the folder synced: rename(2) alone is atomic for who looks,
 * not for who cuts the power. The folder is opened once: all of it happens in that one, whatever
 * its path leads to meanwhile.
 */
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where a file is: its folder, opened once, and its names there. */
struct place {
    int folder;
    char name[NAME_MAX + 1], part[NAME_MAX + 1];
};

static enum err fail(const char *path, char *why)
{
    const int error = errno;
    snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: %s", path, strerrordesc_np(error));
    return err_from_errno(error);
}

/* The name of the folder is of `copy`. */
static enum err folder_open(const char *path, char copy[PATH_MAX], int *out, char *why)
{
    if (strlen(path) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return fail(path, why);
    }
    memcpy(copy, path, strlen(path) + 1);
    const char *folder = dirname(copy);
    *out = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *out >= 0 ? ERR_OK : fail(folder, why);
}

static enum err place_open(const char *path, struct place *out, char *why)
{
    char copy[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if ((size_t)snprintf(out->part, sizeof out->part, "%s.part", name) >= sizeof out->part) {
        errno = ENAMETOOLONG;
        return fail(path, why);
    }
    memcpy(out->name, name, strlen(name) + 1);
    return folder_open(path, copy, &out->folder, why);
}

/* Syncs the folder, if what was done in it was good, and closes it. */
static enum err place_close(const struct place *place, const char *path, enum err err, char *why)
{
    if (!err && fsync(place->folder) != 0)
        err = fail(path, why);
    close(place->folder);
    return err;
}

static bool write_all(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.p, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = span_of(bytes.p + n, bytes.len - (size_t)n);
    }
    return true;
}

/* Only root may give files away, and only root's have to be. */
static bool owner_give(int fd, int folder)
{
    struct stat st;
    return geteuid() != 0 || (fstat(folder, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0);
}

static bool part_write(const struct place *place, mode_t mode, struct span bytes)
{
    if (unlinkat(place->folder, place->part, 0) != 0 && errno != ENOENT)
        return false;
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const int fd = openat(place->folder, place->part, flags, 0600);
    if (fd < 0)
        return false;
    const bool written = write_all(fd, bytes) && owner_give(fd, place->folder) &&
                         fchmod(fd, mode) == 0 && fsync(fd) == 0;
    const int error = errno;
    close(fd);
    errno = error;
    return written;
}

static enum err part_place(const struct place *place, const char *path, enum whole_file_how how,
                           char *why)
{
    const unsigned flags = how == WHOLE_FILE_NEW ? RENAME_NOREPLACE : 0;
    if (renameat2(place->folder, place->part, place->folder, place->name, flags) == 0)
        return ERR_OK;
    if (errno != EEXIST)
        return fail(path, why);
    snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: is there already", path);
    return ERR_BUSY;
}

enum err whole_file_write(const char *path, mode_t mode, struct span bytes, enum whole_file_how how,
                          char why[WHOLE_FILE_WHY_LEN])
{
    struct place place;
    enum err err = place_open(path, &place, why);
    if (err)
        return err;
    err = part_write(&place, mode, bytes) ? part_place(&place, path, how, why) : fail(path, why);
    if (err)
        (void)unlinkat(place.folder, place.part, 0);
    return place_close(&place, path, err, why);
}

enum err whole_file_rename(const char *from, const char *to, char why[WHOLE_FILE_WHY_LEN])
{
    struct place place;
    enum err err = place_open(to, &place, why);
    if (err)
        return err;
    if (renameat2(AT_FDCWD, from, place.folder, place.name, 0) != 0)
        err = fail(to, why);
    return place_close(&place, to, err, why);
}

enum err whole_file_remove(const char *path, char why[WHOLE_FILE_WHY_LEN])
{
    struct place place;
    enum err err = place_open(path, &place, why);
    if (err)
        return err;
    if (unlinkat(place.folder, place.name, 0) != 0 && errno != ENOENT)
        err = fail(path, why);
    return place_close(&place, path, err, why);
}

enum err whole_file_lock(const char *path, enum whole_file_wait wait, int *out,
                         char why[WHOLE_FILE_WHY_LEN])
{
    char copy[PATH_MAX];
    enum err err = folder_open(path, copy, out, why);
    if (err)
        return err;
    int result;
    do
        result = flock(*out, LOCK_EX | (wait == WHOLE_FILE_TRY ? LOCK_NB : 0));
    while (result != 0 && errno == EINTR);
    if (result == 0)
        return ERR_OK;
    err = errno == EWOULDBLOCK ? ERR_BUSY : err_from_errno(errno);
    snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: somebody else is at work in its folder", path);
    close(*out);
    return err;
}

void whole_file_unlock(int lock)
{
    close(lock);
}
