/* A counter's stores on the disk whose power can be cut, and what it has promised.
 *
 * journal.db with its writer (pamit-lane) and a reader beside it (pamit-sync), sync.db and cache.db
 * with theirs. Every call says by its outcome what was acknowledged; counter_check holds the
 * stores, as they are found after a cut, against that.
 */
#ifndef PAMIT_POWER_CUT_COUNTER_H
#define PAMIT_POWER_CUT_COUNTER_H

#include "cache.h"
#include "journal_crossing.h"
#include "journal_epoch.h"
#include "journal_reader.h"
#include "journal_retention.h"
#include "power_cut_vfs.h"
#include "store_fixture.h"
#include "sync_state.h"

#define COUNTER_KIOSK        "CGK-03-0412"
#define COUNTER_JOURNAL      DISK_PATH "journal.db"
#define COUNTER_SYNC         DISK_PATH "sync.db"
#define COUNTER_CACHE        DISK_PATH "cache.db"
#define COUNTER_ENVELOPE_LEN 200
#define COUNTER_WHY_LEN      512

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
    struct cache_writer *cache;
    /* What must be there for ever: the entry that was last acknowledged or seen, and with it the
     * chain before it; the last crossing decided; the last receipt; the last step of the cache. */
    struct journal_head promised;
    struct receipt receipt;
    struct crossing_decided decided;
    uint64_t decided_seq;  /* 0: none yet */
    uint64_t cached;       /* version of the cache */
    uint64_t offered_next; /* of the receipt stored last or under way: it may turn out stored */
    uint64_t entries;      /* acknowledged in all */
    bool parts;            /* the registry and the journal part now and then; nothing is purged */
    int64_t registry_ms;   /* of the last parting */
    uint64_t partings;
    uint64_t purges; /* PURGE entries among them */
};

/* An empty disk. The fixture has the keys; nothing touches its folder. */
void counter_make(struct counter *counter, const struct store_fixture *fixture, uint64_t seed);
void counter_free(struct counter *counter);

/* Opens what is not open. A failure is of the plan's making, or is for `why`. */
enum err counter_open(struct counter *counter, char why[COUNTER_WHY_LEN]);
void counter_close(struct counter *counter);
/* The journal's reader goes on. */
void counter_close_writers(struct counter *counter);
/* One thing that a kiosk does, by the disk's luck; its first failure. */
enum err counter_work(struct counter *counter);
/* Whoever saw this entry may act on it: it has to stay. */
void counter_promise(struct counter *counter, const struct journal_head *head);
/* The envelope that comes with this cursor; the record that comes with this version. */
void counter_envelope(uint64_t next, uint8_t out[COUNTER_ENVELOPE_LEN]);
/* ... and its moment in the boot: a day each, so that every receipt is a fix of its own. */
int64_t counter_fix_ms(uint64_t next);
void counter_placement(uint64_t version, struct placement *out);

/* How many records of this version are found: 0 or 1. */
enum err counter_record_count(struct cache_reader *reader, uint64_t version, size_t *n);

/* Takes over whatever is pending. Then each entry that an epoch left has to be in it again, once.
 */
enum counter_finding counter_check_recovered(struct counter *counter, char why[COUNTER_WHY_LEN]);

/* Opens all, reads all. Without a plan. */
enum counter_finding counter_check(struct counter *counter, char why[COUNTER_WHY_LEN]);

#endif
