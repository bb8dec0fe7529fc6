/* A folder of a test's own: in TMPDIR, which tests/run points at memory, or in /tmp. */
#ifndef PAMIT_SCRATCH_H
#define PAMIT_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_LEN 32 /* a longer TMPDIR is not taken */

/* Makes it; `path` is what mkdtemp says: NULL if it can't. */
static inline char *scratch_make(char path[SCRATCH_LEN])
{
    static const char name[] = "/XXXXXX";
    const char *parent = getenv("TMPDIR");
    if (!parent || strlen(parent) + sizeof name > SCRATCH_LEN)
        parent = "/tmp";
    snprintf(path, SCRATCH_LEN, "%s%s", parent, name);
    return mkdtemp(path);
}

#endif
