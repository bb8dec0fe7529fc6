/* What the store asks of the file system past SQLite, for paths of the model.
 *
 * The linker sends the store's open and stat here (--wrap). A descriptor of a model's file is one
 * of an empty file in memory: the store only locks it, or closes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "power_cut_vfs.h"

int __real_open(const char *path, int flags, ...);
int __real_stat(const char *path, struct stat *out);
int __wrap_open(const char *path, int flags, ...);
int __wrap_stat(const char *path, struct stat *out);

static bool of_model(const char *path)
{
    return strncmp(path, DISK_PATH, strlen(DISK_PATH)) == 0;
}

static int fail(int error)
{
    errno = error;
    return -1;
}

static int model_open(struct disk *disk, const char *path, int flags)
{
    static const char lock[] = ".lock"; /* it holds nothing, so its loss is none */
    const size_t len = strlen(path);
    struct disk_file *file = disk_find(disk, path);

    if (disk_is_off(disk))
        return fail(EIO);
    if (file && flags & O_EXCL)
        return fail(EEXIST);
    if (!file && !(flags & O_CREAT))
        return fail(ENOENT);
    if (!file && (len < strlen(lock) || strcmp(path + len - strlen(lock), lock) != 0)) {
        const enum disk_outcome outcome = disk_create(disk, path, &file);
        if (outcome)
            return fail(outcome == DISK_FULL ? ENOSPC : EIO);
    }
    return memfd_create("power-cut", MFD_CLOEXEC);
}

int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list more;

    va_start(more, flags);
    if (flags & O_CREAT)
        mode = va_arg(more, mode_t);
    va_end(more);
    return of_model(path) ? model_open(power_cut_vfs_disk(), path, flags)
                          : __real_open(path, flags, mode);
}

int __wrap_stat(const char *path, struct stat *out)
{
    if (!of_model(path))
        return __real_stat(path, out);
    const struct disk_file *file = disk_find(power_cut_vfs_disk(), path);
    if (!file)
        return fail(ENOENT);
    *out = (struct stat){.st_mode = S_IFREG | 0600, .st_size = (off_t)disk_size(file)};
    return 0;
}
