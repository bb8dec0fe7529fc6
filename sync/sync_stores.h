/* The three databases that pamit-sync works with, opened when they can be and again when they could
 * not: journal (read), sync state and cache (written).
 *
 * Only the journal is needed to go on: without it there is nothing to say. A cache or a sync state
 * that does not open costs what it is for and nothing else; one that is damaged is set aside, once
 * in a process's life, and made anew from what the registry has. What is wrong is logged when it
 * begins and when it changes, not at each attempt. pamit-sync.
 */
#ifndef PAMIT_SYNC_STORES_H
#define PAMIT_SYNC_STORES_H

#include "cache.h"
#include "journal_receipt.h"
#include "kiosk_config.h"
#include "space.h"
#include "sync_state.h"

#define SYNC_STORES_WHY_LEN 256

/* What was done about a file that this process writes, since it started. */
struct sync_file {
    bool looked;    /* for what a person or an interruption left */
    bool damaged;   /* found so while it was open */
    bool set_aside; /* not again: a disk that damages every file would get full of them */
};

struct sync_stores {
    const struct kiosk_config *config; /* borrowed, as are clock and root */
    struct clock *clock;
    const struct seal_root *root;
    struct journal_reader *journal; /* NULL: not open */
    bool parted;                    /* the receipt that was judged last does not agree with it */
    struct cache_writer *cache;
    struct sync_state_db *state;
    struct sync_file cache_file, state_file;
    enum space_level space; /* of the journal's disk, as last told */
    struct {
        char journal[SYNC_STORES_WHY_LEN]; /* what was last logged about it; "" nothing */
        char cache[SYNC_STORES_WHY_LEN];
        char state[SYNC_STORES_WHY_LEN];
    } logged;
};

void sync_stores_init(struct sync_stores *stores, const struct kiosk_config *config,
                      struct clock *clock, const struct seal_root *root);
void sync_stores_done(struct sync_stores *stores);

/* Opens what is not open, and tells how much room there is for entries when that has changed. True
 * if there is a journal. Blocks on the disk, as all calls do. */
bool sync_stores_open(struct sync_stores *stores);

/* The journal's last entry, of the one that is there now; false, logged, and the journal closed if
 * it can't be read. */
bool sync_stores_head(struct sync_stores *stores, struct journal_head *out);
/* Holds a receipt against the journal. False as above. */
bool sync_stores_judge(struct sync_stores *stores, const struct receipt *receipt,
                       struct journal_standing *out);
/* Logs a failure of the journal that a caller found, and closes it. */
void sync_stores_journal_failed(struct sync_stores *stores, enum err err, uint64_t seq);

/* Looks a little further for damage of the cache that nobody has met. False, logged, and the cache
 * closed if there is some that sync_stores_open will set aside. */
#define SYNC_PATROL_ROWS 500
bool sync_stores_patrol(struct sync_stores *stores);

/* Versions in the cache; false if there is no working cache. */
bool sync_stores_versions(struct sync_stores *stores, struct cache_versions *out);
/* Logs a failure of the cache, and closes it; a damaged one is set aside when it is opened next. */
void sync_stores_cache_failed(struct sync_stores *stores, enum err err);

/* Our own clock, whether it was ever set or not. */
int64_t sync_stores_wall_ms(const struct sync_stores *stores);
/* CLOCK_BOOTTIME, for sync_stores_receipt. */
int64_t sync_stores_boottime_ms(const struct sync_stores *stores);

/* Until there is a newer one: what the receipt in sync.db says of the time, if `key` signed it. */
void sync_stores_learn_time(struct sync_stores *stores, const struct verify_key *key);
/* Keeps a receipt, with when it was asked for and had come (CLOCK_BOOTTIME), or why there is none
 * (`stands`: until a contact is good, whatever fails in between: a line that goes down makes no
 * revoked kiosk a good one), or why a feed did not come ("": they all did). Failures are logged;
 * nothing depends on them here. */
void sync_stores_receipt(struct sync_stores *stores, const struct receipt *receipt,
                         struct span envelope, int64_t asked_ms, int64_t answered_ms);
void sync_stores_failure(struct sync_stores *stores, const char *why, bool stands);
void sync_stores_feeds(struct sync_stores *stores, const char *why);

#endif
