/* Does the file system under a file keep what was synced, when the power goes?
 *
 * SQLite's COMMIT is durable if fsync(2) is: some mount options take that away, and some file
 * systems never had it. What is known of them stands in one table, from the kernel's documentation.
 * What no table can know: a disk that lies about its own cache. pamit-lane and pamit-sync, at
 * start.
 */
#ifndef PAMIT_MOUNT_OPTIONS_H
#define PAMIT_MOUNT_OPTIONS_H

#include "err.h"
#include "span.h"

#define MOUNT_POINT_LEN  256
#define MOUNT_TYPE_LEN   32
#define MOUNT_OPTION_LEN 32

enum mount_durability {
    MOUNT_UNKNOWN = 0, /* no mount was found for the path, or where it is stored can't be told */
    MOUNT_DURABLE,     /* nothing is known against it */
    MOUNT_WEAK,        /* a power cut may take what was synced, or the file system with it */
    MOUNT_VOLATILE,    /* in memory: gone with the power */
};

struct mount_finding {
    enum mount_durability durability;
    char point[MOUNT_POINT_LEN];   /* "" unknown; cut where it is longer */
    char type[MOUNT_TYPE_LEN];     /* "ext4" */
    char option[MOUNT_OPTION_LEN]; /* the one that breaks it; "": the type does */
};

/* `mountinfo` as in proc_pid_mountinfo(5), any bytes; `path` absolute, without links, "." or "..".
 * Pure. */
void mount_options_judge(struct span mountinfo, const char *path, struct mount_finding *out);

/* The same for a file, there or not yet, of the process's own mounts. ERR_MISSING: its folder is
 * not there; ERR_IO, ERR_MEMORY. */
MUST_CHECK enum err mount_options_look(const char *file, struct mount_finding *out);

#endif
