/* Files that are there whole or not at all, whatever is cut off when. pamit-sync. */
#ifndef PAMIT_WHOLE_FILE_H
#define PAMIT_WHOLE_FILE_H

#include <sys/types.h>

#include "err.h"
#include "span.h"

#define WHOLE_FILE_WHY_LEN 256

enum whole_file_how {
    WHOLE_FILE_NEW, /* ERR_BUSY if it is there already: it stays */
    WHOLE_FILE_REPLACE,
};

/* Writes "PATH.part", syncs it, and gives it its name; the name is durable when this returns. The
 * file is its folder's owner's, since a technician may be root and the process is not. Blocks for
 * as long as the disk does. On failure nothing is there that was not, but perhaps the ".part",
 * which the next call removes; `why` is "PATH: reason", or the folder's. */
MUST_CHECK enum err whole_file_write(const char *path, mode_t mode, struct span bytes,
                                     enum whole_file_how how, char why[WHOLE_FILE_WHY_LEN]);
/* Renames, or removes (that it is not there is fine), durably. */
MUST_CHECK enum err whole_file_rename(const char *from, const char *to,
                                      char why[WHOLE_FILE_WHY_LEN]);
MUST_CHECK enum err whole_file_remove(const char *path, char why[WHOLE_FILE_WHY_LEN]);

enum whole_file_wait {
    WHOLE_FILE_TRY, /* ERR_BUSY */
    WHOLE_FILE_WAIT,
};
/* What is done in `path`'s folder to more than one file, one process after the other: a lock that
 * ends with whole_file_unlock, or with the process. */
MUST_CHECK enum err whole_file_lock(const char *path, enum whole_file_wait wait, int *out,
                                    char why[WHOLE_FILE_WHY_LEN]);
void whole_file_unlock(int lock);

#endif
