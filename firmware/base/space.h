/* How full the file system is that a file is on, as levels that are worth telling somebody of.
 *
 * Entries are never dropped to make room, so somebody has to know in time: pamit-sync logs it,
 * pamit-lane tells the officer, `pamit status` shows it and ends accordingly.
 */
#ifndef PAMIT_SPACE_H
#define PAMIT_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

/* Zero, the safe one, is not known. */
enum space_level {
    SPACE_UNKNOWN = 0,
    SPACE_ENOUGH,
    SPACE_HALF,   /* 50 % and more are used */
    SPACE_LITTLE, /* 80 % */
    SPACE_FULL,   /* 95 % */
};

#define SPACE_BACK_PERCENT 2 /* so far below a level's beginning it ends */

struct space {
    uint64_t used, total; /* what is neither free for us nor used does not count, as in df(1) */
};

/* Blocks on the disk. ERR_MISSING: there is no such file; else why it can't be asked. */
MUST_CHECK enum err space_look(const char *path, struct space *out);

/* Rounded up, as df(1) does; 0 .. 100. */
unsigned space_percent(const struct space *space);

/* The level after `before`: it rises where the next begins, and falls only when it is clearly over,
 * so that one on the edge is told once. Pure. */
enum space_level space_level_after(enum space_level before, unsigned percent);

/* Is a level worth calling somebody for? At the desk, whose disk is its developer's, only the last.
 */
bool space_is_alarm(enum space_level level, bool desk);

/* "half" ...; static. */
const char *space_level_text(enum space_level level);

#endif
