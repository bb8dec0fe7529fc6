/* Is a receipt the registry's word, said to us now, and about the history that we have? Pure. */
#ifndef PAMIT_RECEIPT_CHECK_H
#define PAMIT_RECEIPT_CHECK_H

#include "err.h"
#include "journal.h"
#include "receipt.h"
#include "sign.h"

struct receipt_terms {
    const struct verify_key *key; /* the registry's receipt key */
    const char *kiosk;
    uint8_t nonce[RECEIPT_NONCE_LEN]; /* sent with the request that this answers */
};

/* Opens an envelope. ERR_AUTH: not signed by the key, another kiosk's, or not for this nonce (an
 * old one played again); ERR_INVALID: no receipt. `*why` (static) says which. */
MUST_CHECK enum err receipt_open(const struct receipt_terms *terms, struct span envelope,
                                 struct receipt *out, const char **why);

enum receipt_standing {
    RECEIPT_FORKED = 0, /* it names an entry that is not ours */
    RECEIPT_AHEAD,      /* the registry has entries that we no longer have */
    RECEIPT_AGREES,
};

/* Compares with our journal: `head` is its last entry, `at` the entry next - 1 (not read when next
 * is 1 or beyond the head). */
enum receipt_standing receipt_compare(const struct receipt *receipt,
                                      const struct journal_head *head,
                                      const struct journal_head *at);

#endif
