/* Written beside, synced, renamed, and the folder synced: rename(2) alone is atomic for who looks,
 * not for who cuts the power.
 */
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err fail(const char *path, char *why)
{
    const int error = errno;
    snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: %s", path, strerrordesc_np(error));
    return err_from_errno(error);
}

/* The folder that `path` is in, open; -1 with errno. */
static int folder_open(const char *path)
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(copy, path, strlen(path) + 1);
    return open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static enum err folder_sync(const char *path, char *why)
{
    const int fd = folder_open(path);
    if (fd < 0)
        return fail(path, why);
    const enum err err = fsync(fd) == 0 ? ERR_OK : fail(path, why);
    close(fd);
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
static bool owner_give(int fd, const char *path)
{
    struct stat folder;
    if (geteuid() != 0)
        return true;
    const int at = folder_open(path);
    const bool given =
        at >= 0 && fstat(at, &folder) == 0 && fchown(fd, folder.st_uid, folder.st_gid) == 0;
    if (at >= 0)
        close(at);
    return given;
}

static enum err part_write(const char *path, const char *part, mode_t mode, struct span bytes,
                           char *why)
{
    if (unlink(part) != 0 && errno != ENOENT)
        return fail(part, why);
    const int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(part, why);
    const bool written =
        write_all(fd, bytes) && owner_give(fd, path) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    const enum err err = written ? ERR_OK : fail(part, why);
    close(fd);
    return err;
}

static enum err part_place(const char *path, const char *part, enum whole_file_how how, char *why)
{
    const unsigned flags = how == WHOLE_FILE_NEW ? RENAME_NOREPLACE : 0;
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, flags) == 0)
        return ERR_OK;
    if (errno != EEXIST)
        return fail(path, why);
    snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: is there already", path);
    return ERR_BUSY;
}

enum err whole_file_write(const char *path, mode_t mode, struct span bytes, enum whole_file_how how,
                          char why[WHOLE_FILE_WHY_LEN])
{
    char part[PATH_MAX];
    if ((size_t)snprintf(part, sizeof part, "%s.part", path) >= sizeof part) {
        errno = ENAMETOOLONG;
        return fail(path, why);
    }
    enum err err = part_write(path, part, mode, bytes, why);
    if (!err)
        err = part_place(path, part, how, why);
    if (err)
        (void)unlink(part);
    return err ? err : folder_sync(path, why);
}

enum err whole_file_rename(const char *from, const char *to, char why[WHOLE_FILE_WHY_LEN])
{
    return rename(from, to) == 0 ? folder_sync(to, why) : fail(to, why);
}

enum err whole_file_remove(const char *path, char why[WHOLE_FILE_WHY_LEN])
{
    if (unlink(path) == 0)
        return folder_sync(path, why);
    return errno == ENOENT ? ERR_OK : fail(path, why);
}
