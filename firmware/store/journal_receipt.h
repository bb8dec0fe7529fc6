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

/* Compares with a journal: `head` is its last entry, `at` the entry next - 1 (not read when next is
 * 1 or beyond the head). Pure. */
enum receipt_standing receipt_compare(const struct receipt *receipt,
                                      const struct journal_head *head,
                                      const struct journal_head *at);

/* The same with an open journal, whose last entry is given too. ERR_MISSING: it has none;
 * ERR_CORRUPT: the entry next - 1 can't be read. */
MUST_CHECK enum err journal_receipt_judge(struct journal_reader *reader,
                                          const struct receipt *receipt, struct journal_head *head,
                                          enum receipt_standing *out);

/* What is wrong, in words for people; not for RECEIPT_AGREES. `last` is the journal's last entry.
 */
void receipt_standing_say(enum receipt_standing standing, const struct receipt *receipt,
                          uint64_t last, char *out, size_t cap);

#endif
