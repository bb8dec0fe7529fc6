/* Files that hold keys: read whole, never partly, and secrets only if nobody else can read them.
 * For base, and for the TLS files of pamit-sync. */
#ifndef PAMIT_KEY_FILE_H
#define PAMIT_KEY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define KEY_FILE_WHY_LEN 256

/* Reads the regular file `path` of at most `cap` bytes into `out`. With `secret`, a file that its
 * group or others may use in any way is ERR_DENIED; the caller wipes `out` in every case. On
 * failure `why` is "PATH: reason". */
MUST_CHECK enum err key_file_read(const char *path, bool secret, uint8_t *out, size_t cap,
                                  size_t *len, char why[KEY_FILE_WHY_LEN]);

#endif
