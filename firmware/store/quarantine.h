/* Setting a damaged database aside: it gets another name, and the process goes on without it.
 *
 * PATH becomes PATH.damaged-20261122T071500Z (UTC; with -2, -3 ... behind it where that is taken),
 * and its -wal and -shm with it, so that it still opens. Nothing is deleted or written over. Only
 * the process that writes a file sets it aside, with its own connection closed; who only reads it
 * waits. All calls block on the disk.
 */
#ifndef PAMIT_QUARANTINE_H
#define PAMIT_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define QUARANTINE_NAME_LEN 320 /* a path of the configuration with what is put behind it */
#define QUARANTINE_WHY_LEN  256

/* Is a store that could not be opened, or failed like this at work, damaged? Not so: another
 * kiosk's or another key's (ERR_AUTH), of another kind or a later version (ERR_INVALID), no
 * permission, a full or failing disk. */
bool quarantine_wanted(enum err err);

/* Sets `path` aside; `name` is its new path. ERR_INVALID: neither a file nor an empty folder, left
 * alone; ERR_BUSY: another process writes it; ERR_MISSING: neither file nor -wal is there;
 * ERR_FULL, ERR_DENIED, ERR_IO. After a failure, and after a power cut, quarantine_resume does the
 * rest. */
MUST_CHECK enum err quarantine_file(const char *path, int64_t now_s, char name[QUARANTINE_NAME_LEN],
                                    char why[QUARANTINE_WHY_LEN]);

/* Ends what was interrupted; to be called before `path` is opened. ERR_MISSING: nothing was. */
MUST_CHECK enum err quarantine_resume(const char *path, char name[QUARANTINE_NAME_LEN],
                                      char why[QUARANTINE_WHY_LEN]);

/* What was set aside of `path` and is still there, each with its path; the newest last. False: its
 * folder can't be read, or there are more than QUARANTINE_LIST_MAX. */
#define QUARANTINE_LIST_MAX 64
struct quarantine_list {
    unsigned count;
    char name[QUARANTINE_LIST_MAX][QUARANTINE_NAME_LEN];
};
MUST_CHECK bool quarantine_list(const char *path, struct quarantine_list *out);

/* Is the WAL of `path` gone, or none? A writer of ours never leaves its file without one
 * (PERSIST_WAL): somebody removed or overwrote it, and what was in it is lost. */
bool quarantine_wal_gone(const char *path);

#endif
