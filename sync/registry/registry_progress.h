/* How far a long command is, on one line of a terminal; nowhere else is anything written. */
#ifndef PAMIT_REGISTRY_PROGRESS_H
#define PAMIT_REGISTRY_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *file; /* borrowed: what is read */
    int64_t size;
    bool is_shown;
};

/* Shows something only where stderr is a terminal and the file has a size. */
void progress_init(struct progress *progress, FILE *file);
/* `lines` of the file are done. Writes once in some thousand. */
void progress_step(const struct progress *progress, uint64_t lines);
/* In place of what stands there; "" leaves the line empty for what comes next. */
void progress_say(const struct progress *progress, const char *text);

#endif
