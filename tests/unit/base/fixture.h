/* What the tests of base share: bytes written as hex, and files in a folder of the test's own. */
#ifndef FIXTURE_H
#define FIXTURE_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "span.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

#define FIXTURE_PATH_LEN 128

/* Reads hex digits (spaces are skipped) into `out`; fails the test if they do not fit. */
static inline struct span fixture_hex(const char *hex, uint8_t *out, size_t cap)
{
    size_t len = 0;
    for (; *hex; hex += 2) {
        while (*hex == ' ')
            hex++;
        unsigned byte;
        assert_int_equal(sscanf(hex, "%2x", &byte), 1);
        assert_true(len < cap);
        out[len++] = (uint8_t)byte;
    }
    return span_of(out, len);
}

static inline void fixture_assert_bytes(const char *says, struct span got, const char *hex)
{
    uint8_t bytes[1024];
    const struct span want = fixture_hex(hex, bytes, sizeof bytes);
    if (got.len != want.len || memcmp(got.p, want.p, want.len) != 0)
        fail_msg("%s: %zu bytes, not %s", says, got.len, hex);
}

/* cmocka set-up and tear-down: *state is a new folder's path, removed with its files at the end. */
static inline int fixture_folder_make(void **state)
{
    char *folder = malloc(SCRATCH_LEN);
    *state = folder;
    return folder && scratch_make(folder) ? 0 : -1;
}

static inline int fixture_folder_remove(void **state)
{
    char command[FIXTURE_PATH_LEN];
    snprintf(command, sizeof command, "rm -r %s", (char *)*state);
    const int failed = system(command);
    free(*state);
    return failed;
}

/* Writes FOLDER/NAME with exactly this mode; `path` gets its path. */
static inline void fixture_file_write(const char *folder, const char *name, struct span bytes,
                                      mode_t mode, char path[FIXTURE_PATH_LEN])
{
    snprintf(path, FIXTURE_PATH_LEN, "%s/%s", folder, name);
    unlink(path);
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.p, bytes.len), (int)bytes.len);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

#endif
