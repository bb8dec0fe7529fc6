/* How far the registry has us, as pamit-sync knows it (sync.db).
 *
 * pamit-sync writes, pamit-lane and pamit read. The cursor and the signed receipt it comes from are
 * stored in one transaction; whoever reads a receipt verifies it again.
 */
#ifndef PAMIT_SYNC_STATE_H
#define PAMIT_SYNC_STATE_H

#include <stdbool.h>

#include "err.h"
#include "receipt.h"

#define SYNC_STATE_WHY_LEN    256
#define SYNC_STATE_REFUSE_LEN 128

struct sync_state {
    bool online;             /* the last attempt reached the registry and was not refused */
    int64_t last_attempt_ms; /* wall time; 0: never */
    int64_t last_contact_ms; /* the last one that succeeded */
    char refusal[SYNC_STATE_REFUSE_LEN]; /* why the last attempt failed; "" when online */
    uint64_t next; /* from the stored receipt: every seq below is acknowledged; 0: none */
    size_t receipt_len;
    uint8_t receipt[RECEIPT_MAX]; /* the envelope */
};

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
/* A good contact with its verified receipt. ERR_OLD: `next` would fall within the same epoch. */
MUST_CHECK enum err sync_state_store_receipt(struct sync_state_db *db, int64_t now_ms,
                                             const struct receipt *receipt, struct span envelope);
/* A failed attempt. */
MUST_CHECK enum err sync_state_store_failure(struct sync_state_db *db, int64_t now_ms,
                                             const char *refusal);
/* When each entry was acknowledged: wall time of the first receipt that covers it. ERR_MISSING. */
MUST_CHECK enum err sync_state_acked_at(struct sync_state_db *db, uint64_t seq, int64_t *at_ms);

#endif
