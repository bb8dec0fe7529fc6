/* Mount options that break durability.
 *
 * Which mount a path lies on is found as the kernel walks: from the root mount on, a mount whose
 * parent is the current one and whose mount point lies on the path's way is entered, the nearest
 * first. So one that a later mount hides is not met, and of two at one place the later one, which
 * is mounted on the first, is.
 *
 * An overlay is as durable as what its upper folder lies on. That path is of the mount namespace
 * that made it, perhaps of an initramfs that is gone: if it leads back to the overlay itself, it
 * can't be told.
 */
#include "mount_options.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOUNTINFO_MAX (1024 * 1024)
#define DEPTH_MAX     64 /* mounts on the way of one path */
#define OVERLAYS_MAX  4  /* overlays on overlays */

/* An option of a type; "" the type itself. `type` NULL: of any. Sources: the kernel's
 * Documentation/filesystems and Documentation/admin-guide (ext4, xfs, jfs), mount(8). */
static const struct rule {
    const char *type, *option;
    enum mount_durability durability;
} rules[] = {
    {"ext4", "data=writeback", MOUNT_WEAK},
    {"ext4", "nobarrier", MOUNT_WEAK},
    {"ext4", "barrier=0", MOUNT_WEAK},
    {"ext4", "journal_async_commit", MOUNT_WEAK},
    {"ext3", "data=writeback", MOUNT_WEAK},
    {"ext3", "nobarrier", MOUNT_WEAK},
    {"ext3", "barrier=0", MOUNT_WEAK},
    {"ext2", "", MOUNT_WEAK}, /* no journal: e2fsck decides what stays */
    {"xfs", "nobarrier", MOUNT_WEAK},
    {"btrfs", "nobarrier", MOUNT_WEAK},
    {"f2fs", "nobarrier", MOUNT_WEAK},
    {"f2fs", "fsync_mode=nobarrier", MOUNT_WEAK},
    {"f2fs", "checkpoint=disable", MOUNT_WEAK},
    {"nilfs2", "nobarrier", MOUNT_WEAK},
    {"jfs", "nointegrity", MOUNT_WEAK},
    {"gfs2", "nobarrier", MOUNT_WEAK},
    {"gfs2", "data=writeback", MOUNT_WEAK},
    {"ocfs2", "barrier=0", MOUNT_WEAK},
    {"ocfs2", "data=writeback", MOUNT_WEAK},
    {"overlay", "volatile", MOUNT_WEAK}, /* syncs are left out */
    /* No journal of their own: a power cut may damage folder and table of the whole file system. */
    {"vfat", "", MOUNT_WEAK},
    {"msdos", "", MOUNT_WEAK},
    {"exfat", "", MOUNT_WEAK},
    /* Not for SQLite's WAL, whose processes share memory: https://sqlite.org/wal.html */
    {"nfs", "", MOUNT_WEAK},
    {"nfs4", "", MOUNT_WEAK},
    {"cifs", "", MOUNT_WEAK},
    {"smb3", "", MOUNT_WEAK},
    {"9p", "", MOUNT_WEAK},
    {"tmpfs", "", MOUNT_VOLATILE},
    {"ramfs", "", MOUNT_VOLATILE},
    {"rootfs", "", MOUNT_VOLATILE}, /* an initramfs */
};

/* ---- mountinfo ---------------------------------------------------------------------------- */

struct mount {
    uint64_t id, parent;
    char point[PATH_MAX];
    struct span type, options, super_options;
};

/* Up to the separator, which is passed; false: nothing is left. */
static bool take_until(struct span *rest, char separator, struct span *out)
{
    if (rest->len == 0)
        return false;
    const uint8_t *end = memchr(rest->p, separator, rest->len);
    const size_t len = end ? (size_t)(end - rest->p) : rest->len;

    *out = span_of(rest->p, len);
    *rest = span_of(rest->p + len + (end != NULL), rest->len - len - (end != NULL));
    return true;
}

static bool take_number(struct span *line, uint64_t *out)
{
    struct span field;

    if (!take_until(line, ' ', &field) || field.len == 0 || field.len > 18)
        return false;
    *out = 0;
    for (size_t i = 0; i < field.len; i++) {
        if (field.p[i] < '0' || field.p[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(field.p[i] - '0');
    }
    return true;
}

/* Three octal digits of at most a byte. */
static bool octal_at(const uint8_t *p, size_t len, char *out)
{
    if (len < 3 || p[0] < '0' || p[0] > '3' || p[1] < '0' || p[1] > '7' || p[2] < '0' || p[2] > '7')
        return false;
    *out = (char)((p[0] - '0') << 6 | (p[1] - '0') << 3 | (p[2] - '0'));
    return *out != '\0';
}

/* An absolute path with blanks and the like as \040; false: it is none, or too long. */
static bool path_unescape(struct span field, char out[PATH_MAX])
{
    size_t len = 0;

    if (field.len == 0 || field.p[0] != '/')
        return false;
    for (size_t i = 0; i < field.len; i++) {
        if (len == PATH_MAX - 1 || field.p[i] == '\0')
            return false;
        if (field.p[i] != '\\')
            out[len++] = (char)field.p[i];
        else if (octal_at(field.p + i + 1, field.len - i - 1, &out[len]))
            len++, i += 3;
        else
            return false;
    }
    out[len] = '\0';
    return true;
}

/* 36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/source rw,option */
static bool mount_read(struct span line, struct mount *out)
{
    struct span field;

    if (!take_number(&line, &out->id) || !take_number(&line, &out->parent) ||
        !take_until(&line, ' ', &field) || !take_until(&line, ' ', &field) ||
        !take_until(&line, ' ', &field) || !path_unescape(field, out->point) ||
        !take_until(&line, ' ', &out->options))
        return false;
    do
        if (!take_until(&line, ' ', &field))
            return false;
    while (field.len != 1 || field.p[0] != '-');
    return take_until(&line, ' ', &out->type) && take_until(&line, ' ', &field) &&
           take_until(&line, ' ', &out->super_options);
}

/* Does `point` lie on the way to `path`? */
static bool on_the_way(const char *point, const char *path)
{
    const size_t len = strlen(point);

    return len == 1 || (strncmp(point, path, len) == 0 && (path[len] == '/' || path[len] == '\0'));
}

static bool is_mount(struct span mountinfo, uint64_t id)
{
    struct span line, field = {0};
    uint64_t found;

    while (take_until(&mountinfo, '\n', &field)) {
        line = field;
        if (take_number(&line, &found) && found == id)
            return true;
    }
    return false;
}

/* The next mount on the way from `current`, or the first one if it is NULL, the root as a rule: its
 * parent is out of sight, or itself where an initramfs is not left. The root of a chroot need be no
 * mount: then what lies outside the mounts in it is not known. */
static bool mount_next(struct span mountinfo, const struct mount *current, const char *path,
                       struct mount *out)
{
    struct span rest = mountinfo, line;
    struct mount mount;
    bool found = false;

    while (take_until(&rest, '\n', &line)) {
        if (!mount_read(line, &mount) || !on_the_way(mount.point, path))
            continue;
        if (current ? mount.parent != current->id || mount.id == current->id
                    : mount.parent != mount.id && is_mount(mountinfo, mount.parent))
            continue;
        if (found && strlen(mount.point) > strlen(out->point))
            continue;
        *out = mount;
        found = true;
    }
    return found;
}

static bool mount_find(struct span mountinfo, const char *path, struct mount *out)
{
    struct mount next;

    if (path[0] != '/' || !mount_next(mountinfo, NULL, path, out))
        return false;
    for (unsigned i = 0; i < DEPTH_MAX && mount_next(mountinfo, out, path, &next); i++)
        *out = next;
    return true;
}

/* ---- judging ------------------------------------------------------------------------------ */

static bool span_is(struct span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.p, text, span.len) == 0;
}

static bool has_option(struct span options, const char *wanted)
{
    struct span option;

    while (take_until(&options, ',', &option))
        if (span_is(option, wanted))
            return true;
    return false;
}

static const struct rule *rule_find(const struct mount *mount)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (span_is(mount->type, rules[i].type) &&
            (!rules[i].option[0] || has_option(mount->options, rules[i].option) ||
             has_option(mount->super_options, rules[i].option)))
            return &rules[i];
    return NULL;
}

static bool upper_of(const struct mount *mount, char out[PATH_MAX])
{
    static const char key[] = "upperdir=";
    struct span options = mount->super_options, option;

    while (take_until(&options, ',', &option))
        if (option.len > strlen(key) && memcmp(option.p, key, strlen(key)) == 0)
            return path_unescape(span_of(option.p + strlen(key), option.len - strlen(key)), out);
    return false;
}

static void text_put(struct span text, char *out, size_t cap)
{
    const size_t len = text.len < cap ? text.len : cap - 1;

    if (len)
        memcpy(out, text.p, len);
    out[len] = '\0';
}

static void finding_put(const struct mount *mount, struct mount_finding *out)
{
    const struct rule *rule = rule_find(mount);

    text_put(span_of_text(mount->point), out->point, sizeof out->point);
    text_put(mount->type, out->type, sizeof out->type);
    out->durability = rule ? rule->durability : MOUNT_DURABLE;
    text_put(span_of_text(rule ? rule->option : ""), out->option, sizeof out->option);
}

void mount_options_judge(struct span mountinfo, const char *path, struct mount_finding *out)
{
    char upper[PATH_MAX];
    struct mount mount, below;

    *out = (struct mount_finding){0};
    if (!mount_find(mountinfo, path, &mount))
        return;
    finding_put(&mount, out);
    for (unsigned i = 0; out->durability == MOUNT_DURABLE && span_is(mount.type, "overlay"); i++) {
        out->durability = MOUNT_UNKNOWN;
        if (i == OVERLAYS_MAX || !upper_of(&mount, upper) ||
            !mount_find(mountinfo, upper, &below) || below.id == mount.id)
            return;
        mount = below;
        finding_put(&mount, out);
    }
}

/* ---- the process's own -------------------------------------------------------------------- */

static enum err file_read(const char *path, uint8_t *bytes, size_t cap, size_t *len)
{
    ssize_t got = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_from_errno(errno);
    for (*len = 0; *len < cap && (got = read(fd, bytes + *len, cap - *len)) > 0;)
        *len += (size_t)got;
    close(fd);
    return got < 0 ? ERR_IO : ERR_OK;
}

enum err mount_options_look(const char *file, struct mount_finding *out)
{
    char folder[PATH_MAX], real[PATH_MAX];
    size_t len = 0;

    if ((size_t)snprintf(folder, sizeof folder, "%s", file) >= sizeof folder)
        return ERR_SIZE;
    if (!realpath(dirname(folder), real))
        return err_from_errno(errno);
    uint8_t *text = malloc(MOUNTINFO_MAX);
    if (!text)
        return ERR_MEMORY;
    const enum err err = file_read("/proc/self/mountinfo", text, MOUNTINFO_MAX, &len);
    if (!err)
        mount_options_judge(span_of(text, len), real, out);
    free(text);
    return err;
}
