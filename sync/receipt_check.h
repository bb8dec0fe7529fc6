/* Is an answer the registry's word, said to us now? Pure. */
#ifndef PAMIT_RECEIPT_CHECK_H
#define PAMIT_RECEIPT_CHECK_H

#include "err.h"
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

#endif
