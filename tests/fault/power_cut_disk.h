/* A disk in memory whose power can be cut: what was synced stays, the rest is a matter of luck.
 *
 * For tests of what is durable. One folder of files; each has what a process reads (the kernel's
 * cache) and what the disk itself holds. Every call that changes something can be made to fail by
 * count. Seeded: the same calls with the same seed end in the same bytes. One thread.
 */
#ifndef PAMIT_POWER_CUT_DISK_H
#define PAMIT_POWER_CUT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISK_FILES_MAX 1024 /* made in one disk's life; an unlinked one counts */
#define DISK_NAME_LEN  64

struct disk;
struct disk_file;

/* How a call ended. */
enum disk_outcome {
    DISK_DONE = 0,
    DISK_OFF,    /* the power is gone; so is whoever called: all further calls end like this */
    DISK_FULL,   /* no space: of a write, some first bytes may be in */
    DISK_BROKEN, /* EIO: as FULL; after a failed sync nobody knows what the disk holds */
};

/* Kinds of calls; ORed. */
enum disk_call {
    DISK_READ = 1,
    DISK_WRITE = 2,
    DISK_SIZE = 4, /* truncate */
    DISK_SYNC = 8, /* of a file or the folder */
    DISK_NAME = 16 /* create, unlink, rename */
};
#define DISK_CHANGES (DISK_WRITE | DISK_SIZE | DISK_SYNC | DISK_NAME)
#define DISK_CALLS   (DISK_READ | DISK_CHANGES)

/* Which call fails: the `at`-th (from 1; 0: none) of those in `calls`, and the ones after it until
 * `lasts` have failed. What ends in DISK_OFF is off until disk_power_on or disk_restart. */
struct disk_plan {
    unsigned calls;
    uint64_t at, lasts;
    enum disk_outcome outcome;
};

struct disk *disk_make(uint64_t seed);
void disk_free(struct disk *disk);
/* Below `below`, of the disk's seed. */
uint64_t disk_random(struct disk *disk, uint64_t below);

/* Counts anew from here. */
void disk_set_plan(struct disk *disk, const struct disk_plan *plan);
/* Has the plan's first call come? */
bool disk_plan_met(const struct disk *disk);
void disk_turn_off(struct disk *disk);
bool disk_is_off(const struct disk *disk);
/* The power was cut: what was not synced is kept, dropped or torn, and there is no plan. Nobody has
 * a file open. */
void disk_power_on(struct disk *disk);
/* Only the processes died that met the plan: all that was written is there, but no more durable
 * than before. */
void disk_restart(struct disk *disk);

/* ---- files, as the kernel shows them ------------------------------------------------------ */

/* NULL: there is none. */
struct disk_file *disk_find(struct disk *disk, const char *name);
/* The i-th name of the folder, good until one changes; NULL: there are no more. */
const char *disk_name(const struct disk *disk, size_t i);
/* There is none of this name. */
enum disk_outcome disk_create(struct disk *disk, const char *name, struct disk_file **out);
/* Without a name, never durable: a temporary file. */
struct disk_file *disk_create_nameless(struct disk *disk);
/* It is there; an open one lives on. */
enum disk_outcome disk_unlink(struct disk *disk, const char *name);
enum disk_outcome disk_rename(struct disk *disk, const char *from, const char *to);
enum disk_outcome disk_sync_folder(struct disk *disk);

size_t disk_size(const struct disk_file *file);
/* `got` of `len` bytes were there. */
enum disk_outcome disk_read(struct disk_file *file, uint64_t at, void *out, size_t len,
                            size_t *got);
enum disk_outcome disk_write(struct disk_file *file, uint64_t at, const void *bytes, size_t len);
enum disk_outcome disk_truncate(struct disk_file *file, uint64_t size);
enum disk_outcome disk_sync(struct disk_file *file);

#endif
