/* A counter's stores on the disk whose power can be cut, and what it has promised.
 *
 * journal.db with its writer (pamit-lane) and a reader beside it (pamit-sync), and sync.db with its
 * writer. Every call says by its outcome what was acknowledged; counter_check holds the stores, as
 * they are found after a cut, against that.
 */
#ifndef PAMIT_POWER_CUT_COUNTER_H
#define PAMIT_POWER_CUT_COUNTER_H

#include "journal_deferral.h"
#include "journal_reader.h"
#include "power_cut_disk.h"
#include "store_fixture.h"
#include "sync_state.h"

#define COUNTER_WHY_LEN 512

/* What a check found; the first that holds. */
enum counter_finding {
    COUNTER_WHOLE = 0,
    COUNTER_LOST, /* what was acknowledged, or read by others, is not there or is another */
    COUNTER_BAD,  /* a file does not open, or does not verify */
};

struct counter {
    struct disk *disk;
    const struct store_fixture *fixture;
    struct clock_reading now;
    struct journal *journal;
    struct journal_reader *reader;
    struct sync_state_db *sync;
    /* What must be there for ever: the entry that was last acknowledged or seen, and with it the
     * chain before it; the last deferral; the last receipt. */
    struct journal_head promised;
    struct receipt receipt;
    struct deferral_subject deferred;
    bool deferral_promised;
    /* The receipt that is being stored: it may turn out stored. */
    struct receipt offered;
    uint64_t entries; /* acknowledged in all */
};

/* An empty disk. The fixture has the keys; nothing touches its folder. */
void counter_make(struct counter *counter, const struct store_fixture *fixture, uint64_t seed);
void counter_free(struct counter *counter);

/* Opens what is not open. A failure is of the plan's making, or is for `why`. */
enum err counter_open(struct counter *counter, char why[COUNTER_WHY_LEN]);
void counter_close(struct counter *counter);
/* One thing that a kiosk does, by the disk's luck; its first failure. */
enum err counter_work(struct counter *counter);
/* Opens all, reads all. Without a plan. */
enum counter_finding counter_check(struct counter *counter, char why[COUNTER_WHY_LEN]);

#endif
