/* How far the registry has us, as pamit-sync knows it (sync.db).
 *
 * pamit-sync writes, pamit-lane and pamit read. The cursor and the signed receipt it comes from are
 * stored in one transaction; whoever reads a receipt verifies it again.
 */
#ifndef PAMIT_SYNC_STATE_H
#define PAMIT_SYNC_STATE_H

#include <stdbool.h>

#include "clock.h"
#include "err.h"
#include "receipt.h"

#define SYNC_STATE_WHY_LEN    256
#define SYNC_STATE_REFUSE_LEN 128
/* A refusal that begins like this is not the registry's: pamit-sync can't read an entry that is to
 * be sent. pamit-lane, whose file that is, looks for itself. */
#define SYNC_STATE_JOURNAL_DAMAGED "the journal is damaged: "

/* When an answer came, by our own clocks. */
struct sync_moment {
    int64_t wall_ms; /* whatever that clock was worth */
    uint8_t boot_id[CLOCK_BOOT_ID_LEN];
    int64_t asked_ms, answered_ms; /* CLOCK_BOOTTIME before the request, and after the answer */
};
/* The middle of the round trip: in it the registry spoke. */
int64_t sync_moment_middle(const struct sync_moment *moment);

struct sync_state {
    bool online;                /* the last attempt reached the registry and was not refused */
    int64_t last_attempt_ms;    /* wall time; 0: never */
    struct sync_moment contact; /* the last one that succeeded; zero: none */
    char refusal[SYNC_STATE_REFUSE_LEN]; /* why the last attempt failed; "" when online */
    bool refused; /* ... and trying again does not help: somebody has to see to it */
    char feeds[SYNC_STATE_REFUSE_LEN]; /* why what comes down stays as old as it is; "" it does not
                                        */
    uint64_t next; /* from the stored receipt: every seq below is acknowledged; 0: none */
    size_t receipt_len;
    uint8_t receipt[RECEIPT_MAX]; /* the envelope */
};

/* Is the last attempt's failure that? */
bool sync_state_journal_damaged(const struct sync_state *state);

struct sync_state_db;

enum sync_state_access {
    SYNC_STATE_READ,
    SYNC_STATE_GLANCE, /* as READ, in an event loop: ERR_BUSY instead of waiting */
    SYNC_STATE_WRITE,  /* makes the file (0600) if there is none */
};

MUST_CHECK enum err sync_state_open(const char *path, enum sync_state_access access,
                                    struct sync_state_db **out, char why[SYNC_STATE_WHY_LEN]);
void sync_state_close(struct sync_state_db *db);
/* Was the file set aside, replaced or removed? Then only sync_state_close is of use. */
bool sync_state_has_moved(const struct sync_state_db *db);
/* ERR_MISSING: nothing was ever stored. */
MUST_CHECK enum err sync_state_load(struct sync_state_db *db, struct sync_state *out);
/* A good contact with its verified receipt, which is kept as a fix too. ERR_OLD: `next` would fall
 * within the same epoch. */
MUST_CHECK enum err sync_state_store_receipt(struct sync_state_db *db,
                                             const struct sync_moment *moment,
                                             const struct receipt *receipt, struct span envelope);
/* The same of one that the journal does not agree with, which may say less than was acknowledged: a
 * registry that was restored to before a jump. The lane has to see it. */
MUST_CHECK enum err sync_state_store_parting(struct sync_state_db *db,
                                             const struct sync_moment *moment,
                                             const struct receipt *receipt, struct span envelope);
/* A failed attempt. */
MUST_CHECK enum err sync_state_store_failure(struct sync_state_db *db, int64_t now_ms,
                                             const char *refusal);
/* One that will fail again until somebody has seen to it. */
MUST_CHECK enum err sync_state_store_refusal(struct sync_state_db *db, int64_t now_ms,
                                             const char *refusal);
/* `why`: of struct sync_state, until the next call. Writes only what is new. */
MUST_CHECK enum err sync_state_store_feeds(struct sync_state_db *db, const char *why);
/* When each entry was acknowledged: the registry's time of the first receipt that covers it.
 * ERR_MISSING. */
MUST_CHECK enum err sync_state_acked_at(struct sync_state_db *db, uint64_t seq, int64_t *at_ms);

/* A receipt kept for its time: of each day of each boot the one with the shortest round trip, the
 * newest SYNC_STATE_FIXES_MAX of them. Signature and kiosk are the reader's to verify; that the
 * receipt came between the two moments is pamit-sync's word, which checked the nonce. */
#define SYNC_STATE_FIXES_MAX 4096 /* eleven years of days */

struct sync_state_fix {
    uint8_t boot_id[CLOCK_BOOT_ID_LEN];
    int64_t asked_ms, answered_ms; /* 0 <= asked_ms <= answered_ms */
    size_t receipt_len;
    uint8_t receipt[RECEIPT_MAX];
};

/* All of them, by boot and in the order of their moments; `out` is the caller's to free. Rows that
 * are none are left out. */
MUST_CHECK enum err sync_state_load_fixes(struct sync_state_db *db, struct sync_state_fix **out,
                                          size_t *n);

#endif
