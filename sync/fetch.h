/* What comes down: requests for feed and policy, and what is believed of the answers. Pure.
 * pamit-sync. */
#ifndef PAMIT_FETCH_H
#define PAMIT_FETCH_H

#include "cache.h"
#include "sign.h"
#include "wire.h"

#define FETCH_TARGET_LEN 192
/* The largest answer to any request of ours. */
#define FETCH_ANSWER_MAX (WIRE_FEED_MAX + SIGN_COSE_OVERHEAD)

/* Paths with queries. */
void fetch_receipt_target(const uint8_t nonce[RECEIPT_NONCE_LEN], char out[FETCH_TARGET_LEN]);
/* A receipt that is given when something is newer than `held`, or after `wait_s`. */
void fetch_news_target(const uint8_t nonce[RECEIPT_NONCE_LEN], uint32_t wait_s,
                       const struct cache_versions *held, char out[FETCH_TARGET_LEN]);
void fetch_feed_target(enum wire_feed_name name, uint64_t from, char out[FETCH_TARGET_LEN]);
extern const char fetch_policy_target[];
extern const char fetch_entries_target[];
extern const char fetch_urgent_target[];
extern const char fetch_entries_type[];

/* How new data may call themselves, in UTC seconds: a day beyond the later of our own clock and the
 * registry's, as its receipt says. The receipt's is left out if it is FETCH_CLOCK_LEAD_S beyond a
 * clock of ours that was ever set, or beyond every clock. */
#define FETCH_AS_OF_SLACK_S (24 * 3600)
#define FETCH_CLOCK_LEAD_S  (31 * 24 * 3600)
int64_t fetch_as_of_max(int64_t own_s, int64_t registry_s);

/* What was asked for, and the latest as_of that is believed. */
struct fetch_feed_terms {
    const struct verify_key *key; /* the receipt key */
    uint64_t from;
    int64_t as_of_max;
};

/* Opens a step of the feed that `inout` names, into its storage (wire.h). ERR_AUTH: not signed by
 * the key; ERR_INVALID: no step of this feed, one that leads nowhere though there is more, or one
 * from the future; ERR_OLD: it does not begin at `from`. `*why` (static) says which. */
MUST_CHECK enum err fetch_feed_open(const struct fetch_feed_terms *terms, struct span envelope,
                                    struct wire_feed *inout, const char **why);

/* Opens a policy bundle and gives its version. ERR_AUTH: not signed by the policy key; ERR_INVALID;
 * ERR_OLD: not newer than `stored`. */
MUST_CHECK enum err fetch_policy_open(const struct verify_key *key, struct span envelope,
                                      uint64_t stored, uint64_t *version);

#endif
