/* SQLite on a disk whose power can be cut (power_cut_disk.h).
 *
 * Once registered it is SQLite's default, so that the code under test needs no word of it. What the
 * store does past SQLite (power_cut_libc.c) goes to the same disk: paths that begin with DISK_PATH.
 * Shared memory and locks are the processes': they are gone when the last file is closed. One
 * thread.
 */
#ifndef PAMIT_POWER_CUT_VFS_H
#define PAMIT_POWER_CUT_VFS_H

#include "power_cut_disk.h"

#define DISK_PATH "/disk/"

/* The disk in use from here on; NULL: none. Nothing may be open. */
void power_cut_vfs_use(struct disk *disk);
struct disk *power_cut_vfs_disk(void);
/* Files that SQLite has open. */
unsigned power_cut_vfs_open_files(void);

#endif
