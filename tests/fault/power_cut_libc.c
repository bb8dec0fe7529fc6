/* What the store asks of the file system past SQLite, for paths of the model.
 *
 * The linker sends the store's calls of these functions here (--wrap). A descriptor of the model is
 * one of a file in memory that holds the model's path: the store locks it, syncs it, or closes it.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "power_cut_vfs.h"

#define DESCRIPTOR "power-cut"

int __real_open(const char *path, int flags, ...);
int __real_stat(const char *path, struct stat *out);
int __real_lstat(const char *path, struct stat *out);
int __real_fsync(int fd);
int __real_access(const char *path, int mode);
int __real_unlink(const char *path);
int __real_rename(const char *from, const char *to);
DIR *__real_opendir(const char *path);
struct dirent *__real_readdir(DIR *folder);
int __real_closedir(DIR *folder);
int __wrap_open(const char *path, int flags, ...);
int __wrap_fsync(int fd);
int __wrap_access(const char *path, int mode);
int __wrap_unlink(const char *path);
int __wrap_rename(const char *from, const char *to);
int __wrap_stat(const char *path, struct stat *out);
int __wrap_lstat(const char *path, struct stat *out);
DIR *__wrap_opendir(const char *path);
struct dirent *__wrap_readdir(DIR *folder);
int __wrap_closedir(DIR *folder);

static bool of_model(const char *path)
{
    return strncmp(path, DISK_PATH, strlen(DISK_PATH) - 1) == 0; /* the folder too */
}

static int fail(int error)
{
    errno = error;
    return -1;
}

static int outcome_of(enum disk_outcome outcome)
{
    return outcome ? fail(outcome == DISK_FULL ? ENOSPC : EIO) : 0;
}

static int descriptor_of(const char *path)
{
    const int fd = memfd_create(DESCRIPTOR, MFD_CLOEXEC);

    assert(fd >= 0 && write(fd, path, strlen(path)) == (ssize_t)strlen(path));
    return fd;
}

/* A lock holds nothing, so its loss is none. */
static bool is_lock(const char *path)
{
    static const char suffix[] = ".lock";
    const size_t len = strlen(path);

    return len > strlen(suffix) && strcmp(path + len - strlen(suffix), suffix) == 0;
}

static int model_open(struct disk *disk, const char *path, int flags)
{
    struct disk_file *file = disk_find(disk, path);

    if (disk_is_off(disk))
        return fail(EIO);
    if (flags & O_DIRECTORY || is_lock(path))
        return descriptor_of(path);
    if (file && flags & O_EXCL)
        return fail(EEXIST);
    if (!file && !(flags & O_CREAT))
        return fail(ENOENT);
    if (!file && outcome_of(disk_create(disk, path, &file)))
        return -1;
    return descriptor_of(path);
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

int __wrap_lstat(const char *path, struct stat *out)
{
    return of_model(path) ? __wrap_stat(path, out) : __real_lstat(path, out);
}

/* ---- the folder --------------------------------------------------------------------------- */

/* One is read at a time. */
static struct {
    bool open;
    size_t next;
    struct dirent entry;
} listing;

static DIR *listing_handle(void)
{
    return (DIR *)(void *)&listing;
}

DIR *__wrap_opendir(const char *path)
{
    if (!of_model(path))
        return __real_opendir(path);
    assert(!listing.open);
    if (disk_is_off(power_cut_vfs_disk())) {
        errno = EIO;
        return NULL;
    }
    listing.open = true;
    listing.next = 0;
    return listing_handle();
}

struct dirent *__wrap_readdir(DIR *folder)
{
    if (folder != listing_handle())
        return __real_readdir(folder);
    const char *name = disk_name(power_cut_vfs_disk(), listing.next++);
    if (!name)
        return NULL;
    strcpy(listing.entry.d_name, name + strlen(DISK_PATH));
    return &listing.entry;
}

int __wrap_closedir(DIR *folder)
{
    if (folder != listing_handle())
        return __real_closedir(folder);
    listing.open = false;
    return 0;
}

/* ---- descriptors -------------------------------------------------------------------------- */

/* "" if it is none of the model's. */
static void path_of(int fd, char path[DISK_NAME_LEN])
{
    static const char ours[] = "/memfd:" DESCRIPTOR;
    char link[64], name[sizeof ours] = "";

    memset(path, 0, DISK_NAME_LEN);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, name, sizeof name - 1) > 0 && strcmp(name, ours) == 0)
        assert(pread(fd, path, DISK_NAME_LEN - 1, 0) > 0);
}

int __wrap_fsync(int fd)
{
    char path[DISK_NAME_LEN];

    path_of(fd, path);
    if (!path[0])
        return __real_fsync(fd);
    struct disk_file *file = disk_find(power_cut_vfs_disk(), path);
    return outcome_of(file ? disk_sync(file) : disk_sync_folder(power_cut_vfs_disk()));
}

int __wrap_access(const char *path, int mode)
{
    if (!of_model(path))
        return __real_access(path, mode);
    return disk_find(power_cut_vfs_disk(), path) ? 0 : fail(ENOENT);
}

int __wrap_unlink(const char *path)
{
    if (!of_model(path))
        return __real_unlink(path);
    if (!disk_find(power_cut_vfs_disk(), path))
        return fail(ENOENT);
    return outcome_of(disk_unlink(power_cut_vfs_disk(), path));
}

int __wrap_rename(const char *from, const char *to)
{
    if (!of_model(from))
        return __real_rename(from, to);
    if (!disk_find(power_cut_vfs_disk(), from))
        return fail(ENOENT);
    return outcome_of(disk_rename(power_cut_vfs_disk(), from, to));
}
