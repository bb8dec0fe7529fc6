/* The model.
 *
 * A file is two texts and a list: `cached` is what a process reads, `durable` what the disk holds,
 * `changes` what has been done to the one and not yet to the other, in order. A sync does them all;
 * a cut does some. Of a write that was not synced a third is kept whole, a third is dropped whole,
 * and of the rest each sector of 512 bytes is kept, dropped, or torn somewhere inside. A file grown
 * by what was dropped may be longer all the same, with zeros. Changes of different files, and of
 * one file, survive in any combination: worse than ext4 does it, which orders them.
 *
 * The folder has a list of its own: create, unlink and rename are durable once the folder was
 * synced. Of the others a cut keeps any, which is all that POSIX promises; a rename is done or not.
 * That a file was synced says nothing about its name.
 *
 * After a sync that failed Linux holds the pages to be clean (fsync(2) since 4.13): what did not
 * reach the disk then is lost although every process reads it, and the next sync is glad. So here:
 * a failed sync decides by luck, like a cut, and forgets the changes.
 *
 * What the model holds the disk to: bytes that were synced stay, also those that share a sector
 * with a torn write. SQLite calls that powersafe overwrite and is built to rely on it.
 */
#include "power_cut_disk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR     512
#define NAMING_MAX 256 /* changes of the folder between two syncs of it */

struct text {
    uint8_t *p;
    size_t len, cap;
};

struct change {
    struct change *next;
    bool truncates; /* to `at`; else a write */
    size_t at, len;
    uint8_t bytes[];
};

struct disk_file {
    struct disk *disk;
    struct text cached, durable;
    struct change *changes, **end;
};

struct folder {
    size_t n;
    struct name {
        char text[DISK_NAME_LEN];
        struct disk_file *file;
    } name[DISK_FILES_MAX];
};

/* One change of the folder: a name gets a file or loses it, and at once another one loses its. */
struct naming {
    char gets[DISK_NAME_LEN], loses[DISK_NAME_LEN]; /* "" none */
    struct disk_file *file;
};

struct disk {
    uint64_t random;
    struct disk_plan plan;
    uint64_t calls; /* of the plan's kinds since it was set */
    bool off;
    size_t n_files, n_namings;
    struct disk_file *file[DISK_FILES_MAX];
    struct folder cached, durable;
    struct naming naming[NAMING_MAX];
};

/* ---- luck and plan ------------------------------------------------------------------------ */

/* splitmix64 (Steele, Lea, Flood 2014). */
uint64_t disk_random(struct disk *disk, uint64_t below)
{
    uint64_t z = disk->random += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % below;
}

void disk_set_plan(struct disk *disk, const struct disk_plan *plan)
{
    disk->plan = *plan;
    disk->calls = 0;
}

bool disk_plan_met(const struct disk *disk)
{
    return disk->plan.at && disk->calls >= disk->plan.at;
}

void disk_turn_off(struct disk *disk)
{
    disk->off = true;
}

bool disk_is_off(const struct disk *disk)
{
    return disk->off;
}

/* What this call is to end in. */
static enum disk_outcome fate(struct disk *disk, enum disk_call call)
{
    const struct disk_plan *plan = &disk->plan;

    if (disk->off)
        return DISK_OFF;
    if (!plan->at || !(plan->calls & call))
        return DISK_DONE;
    disk->calls++;
    if (disk->calls < plan->at || disk->calls - plan->at >= plan->lasts)
        return DISK_DONE;
    disk->off = plan->outcome == DISK_OFF;
    return plan->outcome;
}

/* ---- texts -------------------------------------------------------------------------------- */

static void text_resize(struct text *text, size_t len)
{
    if (len > text->cap) {
        text->cap = len * 2;
        text->p = realloc(text->p, text->cap);
        assert(text->p);
    }
    if (len > text->len)
        memset(text->p + text->len, 0, len - text->len);
    text->len = len;
}

static void text_put(struct text *text, size_t at, const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return;
    if (at + len > text->len)
        text_resize(text, at + len);
    memcpy(text->p + at, bytes, len);
}

static void text_copy(struct text *to, const struct text *from)
{
    text_resize(to, from->len);
    if (from->len)
        memcpy(to->p, from->p, from->len);
}

/* ---- changes of a file -------------------------------------------------------------------- */

static void change_note(struct disk_file *file, const struct change *like, const void *bytes)
{
    struct change *change = malloc(sizeof *change + like->len);

    assert(change);
    *change = *like;
    change->next = NULL;
    if (like->len)
        memcpy(change->bytes, bytes, like->len);
    *file->end = change;
    file->end = &change->next;
}

static void change_apply(struct text *text, const struct change *change)
{
    if (change->truncates)
        text_resize(text, change->at);
    else
        text_put(text, change->at, change->bytes, change->len);
}

static void write_tear(struct disk *disk, struct text *text, const struct change *change)
{
    size_t done = 0;

    while (done < change->len) {
        const size_t at = change->at + done;
        const size_t room = SECTOR - at % SECTOR;
        const size_t len = change->len - done < room ? change->len - done : room;
        const size_t torn = (size_t)disk_random(disk, len);
        switch (disk_random(disk, 4)) {
        case 0:
            break;
        case 1:
            text_put(text, at, change->bytes + done, torn);
            break;
        case 2:
            text_put(text, at + torn, change->bytes + done + torn, len - torn);
            break;
        default:
            text_put(text, at, change->bytes + done, len);
        }
        done += len;
    }
}

static void change_gamble(struct disk *disk, struct text *text, const struct change *change)
{
    const uint64_t luck = disk_random(disk, 3);

    if (luck == 0)
        change_apply(text, change);
    else if (luck == 1 && !change->truncates)
        write_tear(disk, text, change);
    if (!change->truncates && change->at + change->len > text->len && disk_random(disk, 4) == 0)
        text_resize(text, change->at + change->len);
}

/* Does the changes, by luck or all, and forgets them. */
static void changes_settle(struct disk_file *file, bool gamble)
{
    while (file->changes) {
        struct change *change = file->changes;
        if (gamble)
            change_gamble(file->disk, &file->durable, change);
        else
            change_apply(&file->durable, change);
        file->changes = change->next;
        free(change);
    }
    file->end = &file->changes;
}

/* ---- the folder --------------------------------------------------------------------------- */

static struct name *name_find(struct folder *folder, const char *text)
{
    for (size_t i = 0; i < folder->n; i++)
        if (strcmp(folder->name[i].text, text) == 0)
            return &folder->name[i];
    return NULL;
}

static void naming_apply(struct folder *folder, const struct naming *naming)
{
    struct name *lost = naming->loses[0] ? name_find(folder, naming->loses) : NULL;

    if (lost)
        *lost = folder->name[--folder->n];
    if (!naming->gets[0])
        return;
    struct name *name = name_find(folder, naming->gets);
    if (!name) {
        assert(folder->n < DISK_FILES_MAX);
        name = &folder->name[folder->n++];
        strcpy(name->text, naming->gets);
    }
    name->file = naming->file;
}

static void namings_settle(struct disk *disk, bool gamble)
{
    for (size_t i = 0; i < disk->n_namings; i++)
        if (!gamble || disk_random(disk, 2))
            naming_apply(&disk->durable, &disk->naming[i]);
    disk->n_namings = 0;
}

static enum disk_outcome name_change(struct disk *disk, const char *gets, const char *loses,
                                     struct disk_file *file)
{
    assert(strlen(gets) < DISK_NAME_LEN && strlen(loses) < DISK_NAME_LEN);
    const enum disk_outcome outcome = fate(disk, DISK_NAME);
    if (outcome)
        return outcome;
    assert(disk->n_namings < NAMING_MAX);
    struct naming *naming = &disk->naming[disk->n_namings++];
    strcpy(naming->gets, gets);
    strcpy(naming->loses, loses);
    naming->file = file;
    naming_apply(&disk->cached, naming);
    return DISK_DONE;
}

struct disk_file *disk_find(struct disk *disk, const char *name)
{
    const struct name *found = name_find(&disk->cached, name);

    return found ? found->file : NULL;
}

const char *disk_name(const struct disk *disk, size_t i)
{
    return i < disk->cached.n ? disk->cached.name[i].text : NULL;
}

struct disk_file *disk_create_nameless(struct disk *disk)
{
    struct disk_file *file = calloc(1, sizeof *file);

    assert(file && disk->n_files < DISK_FILES_MAX);
    file->disk = disk;
    file->end = &file->changes;
    disk->file[disk->n_files++] = file;
    return file;
}

enum disk_outcome disk_create(struct disk *disk, const char *name, struct disk_file **out)
{
    struct disk_file *file = disk_create_nameless(disk);
    const enum disk_outcome outcome = name_change(disk, name, "", file);

    if (!outcome)
        *out = file;
    return outcome;
}

enum disk_outcome disk_unlink(struct disk *disk, const char *name)
{
    return name_change(disk, "", name, NULL);
}

enum disk_outcome disk_rename(struct disk *disk, const char *from, const char *to)
{
    return name_change(disk, to, from, disk_find(disk, from));
}

enum disk_outcome disk_sync_folder(struct disk *disk)
{
    const enum disk_outcome outcome = fate(disk, DISK_SYNC);

    if (!outcome)
        namings_settle(disk, false);
    return outcome;
}

/* ---- files -------------------------------------------------------------------------------- */

size_t disk_size(const struct disk_file *file)
{
    return file->cached.len;
}

enum disk_outcome disk_read(struct disk_file *file, uint64_t at, void *out, size_t len, size_t *got)
{
    const enum disk_outcome outcome = fate(file->disk, DISK_READ);
    const size_t there = file->cached.len > at ? file->cached.len - (size_t)at : 0;

    if (outcome)
        return outcome;
    *got = there < len ? there : len;
    if (*got)
        memcpy(out, file->cached.p + at, *got);
    return DISK_DONE;
}

enum disk_outcome disk_write(struct disk_file *file, uint64_t at, const void *bytes, size_t len)
{
    const bool was_off = file->disk->off;
    const enum disk_outcome outcome = fate(file->disk, DISK_WRITE);

    if (was_off)
        return DISK_OFF;
    /* The power goes during the write: a cut decides on it as on those before. A write that fails
     * is a short one. */
    if (outcome == DISK_FULL || outcome == DISK_BROKEN)
        len = (size_t)disk_random(file->disk, len + 1);
    const struct change change = {.at = (size_t)at, .len = len};
    text_put(&file->cached, change.at, bytes, len);
    change_note(file, &change, bytes);
    return outcome;
}

enum disk_outcome disk_truncate(struct disk_file *file, uint64_t size)
{
    const enum disk_outcome outcome = fate(file->disk, DISK_SIZE);
    const struct change change = {.truncates = true, .at = (size_t)size};

    if (outcome)
        return outcome;
    text_resize(&file->cached, change.at);
    change_note(file, &change, NULL);
    return DISK_DONE;
}

enum disk_outcome disk_sync(struct disk_file *file)
{
    const enum disk_outcome outcome = fate(file->disk, DISK_SYNC);

    if (outcome != DISK_OFF)
        changes_settle(file, outcome != DISK_DONE);
    return outcome;
}

/* ---- the disk ----------------------------------------------------------------------------- */

struct disk *disk_make(uint64_t seed)
{
    struct disk *disk = calloc(1, sizeof *disk);

    assert(disk);
    disk->random = seed;
    return disk;
}

void disk_free(struct disk *disk)
{
    for (size_t i = 0; i < disk->n_files; i++) {
        struct disk_file *file = disk->file[i];
        changes_settle(file, false);
        free(file->cached.p);
        free(file->durable.p);
        free(file);
    }
    free(disk);
}

void disk_power_on(struct disk *disk)
{
    namings_settle(disk, true);
    disk->cached = disk->durable;
    for (size_t i = 0; i < disk->n_files; i++) {
        changes_settle(disk->file[i], true);
        text_copy(&disk->file[i]->cached, &disk->file[i]->durable);
    }
    disk_restart(disk);
}

void disk_restart(struct disk *disk)
{
    disk->off = false;
    disk->plan = (struct disk_plan){0};
}
