/* What comes down: requests for feed and policy, and what is believed of the answers. Pure.
 * pamit-sync. */
#ifndef PAMIT_FETCH_H
#define PAMIT_FETCH_H

#include "sign.h"
#include "wire.h"

#define FETCH_TARGET_LEN 96
/* The largest answer to any request of ours. */
#define FETCH_ANSWER_MAX (WIRE_FEED_MAX + SIGN_COSE_OVERHEAD)

/* Paths with queries. */
void fetch_receipt_target(const uint8_t nonce[RECEIPT_NONCE_LEN], char out[FETCH_TARGET_LEN]);
void fetch_feed_target(uint64_t from, char out[FETCH_TARGET_LEN]);
extern const char fetch_policy_target[];
extern const char fetch_entries_target[];
extern const char fetch_entries_type[];

/* Opens a step of the placements feed that was asked for with `from`; `inout->rows` is room for
 * WIRE_FEED_ROWS. ERR_AUTH: not signed by the receipt key; ERR_INVALID: no feed step, or one that
 * leads nowhere though there is more; ERR_OLD: it does not begin at `from`. */
MUST_CHECK enum err fetch_feed_open(const struct verify_key *key, struct span envelope,
                                    uint64_t from, struct wire_feed *inout);

/* Opens a policy bundle and gives its version. ERR_AUTH: not signed by the policy key; ERR_INVALID;
 * ERR_OLD: not newer than `stored`. */
MUST_CHECK enum err fetch_policy_open(const struct verify_key *key, struct span envelope,
                                      uint64_t stored, uint64_t *version);

#endif
