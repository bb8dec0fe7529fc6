/* Joining the registry's history again after it and the journal have parted (journal_epoch.h): the
 * work, step by step, and in which order. Its run is for the commit thread, all else for the loop.
 * pamit-lane only.
 */
#ifndef PAMIT_JOIN_H
#define PAMIT_JOIN_H

#include <stdbool.h>

#include "journal_epoch.h"

struct join;

/* What a step came to. */
enum join_outcome {
    JOIN_NOTHING = 0,  /* nothing is left to be taken over */
    JOIN_BEGUN,        /* an epoch has begun */
    JOIN_PLAYED_AGAIN, /* the receipt is not newer than the one that the last epoch began with */
    JOIN_RECOVERED,    /* an entry was taken over, or some were passed by */
    JOIN_GAVE_UP,      /* a source can't be read at all */
    JOIN_FAILED,
};

struct join_step {
    /* before */
    bool part; /* begin an epoch; else take over */
    struct journal_parting parting;
    struct clock_reading now;
    /* after */
    enum join_outcome outcome;
    enum err err; /* JOIN_FAILED */
    struct journal_head head;
    struct journal_recovery recovery; /* JOIN_RECOVERED, JOIN_GAVE_UP */
    struct journal_recovered recovered;
    char why[JOURNAL_WHY_LEN]; /* JOIN_GAVE_UP */
};

/* `path` and `root` are borrowed. ERR_MEMORY. */
MUST_CHECK enum err join_open(const char *path, const struct seal_root *root, struct join **out);
void join_close(struct join *join);

void join_run(struct join *join, struct journal *journal, struct join_step *step);

#endif
