/* What a receipt of the registry means for a journal: one judgement for everybody who acts on it.
 *
 * A receipt acknowledges entries only if it verifies and this journal holds the entry it names.
 * pamit-lane, pamit-sync, pamit.
 */
#ifndef PAMIT_JOURNAL_RECEIPT_H
#define PAMIT_JOURNAL_RECEIPT_H

#include "journal_reader.h"
#include "receipt.h"
#include "sync_state.h"

enum receipt_standing {
    RECEIPT_FORKED = 0, /* it names an entry that is not ours */
    RECEIPT_AHEAD,      /* the registry has entries that we do not have */
    RECEIPT_AGREES,
};

/* The stored receipt. ERR_MISSING: there is none; ERR_AUTH, ERR_INVALID: it is not signed by `key`,
 * is no receipt, another kiosk's, or not what is stored beside it. */
MUST_CHECK enum err receipt_stored_open(const struct sync_state *state,
                                        const struct verify_key *key, const char *kiosk,
                                        struct receipt *out);

struct journal_standing {
    enum receipt_standing standing;
    struct journal_head head; /* the journal's last entry */
    uint64_t from;            /* if it agrees: the first entry that the registry lacks; all of ours
                               * from there on follow each other. head.seq + 1: it has all. Else:
                               * the first of the journal's epoch, which it may lack */
};

/* Holds a receipt against an open journal. ERR_MISSING: it has no entries; ERR_CORRUPT: an entry
 * that has to be looked at can't be read. */
MUST_CHECK enum err journal_receipt_judge(struct journal_reader *reader,
                                          const struct receipt *receipt,
                                          struct journal_standing *out);

/* How far the registry had this journal by the last receipt that the journal itself keeps
 * (journal_retention.h, one in twenty hours), verified and judged again: the last entry that it
 * had. 0: there is none that can be read and agrees. ERR_BUSY: a reader that waits for nobody. */
MUST_CHECK enum err journal_receipt_held(struct journal_reader *reader,
                                         const struct verify_key *key, uint64_t *held);

/* What is wrong, in words for people; not for RECEIPT_AGREES. `last` is the journal's last entry.
 */
void receipt_standing_say(enum receipt_standing standing, const struct receipt *receipt,
                          uint64_t last, char *out, size_t cap);

#endif
