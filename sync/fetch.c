/* Downloads are signed and only move forward; what is not both is not looked at any further.
 *
 * The connection already proves that the registry is speaking. The signatures are for what a
 * connection can't prove: that the feed comes from the registry's own key even if its web front was
 * taken over, and that policy was approved by whoever holds the policy key, which is not the
 * server. Data that call themselves newer than they can be would never count as stale again.
 */
#include "fetch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy.h"

const char fetch_policy_target[] = "/v1/policy";
const char fetch_entries_target[] = "/v1/entries";
const char fetch_urgent_target[] = "/v1/urgent";
const char fetch_entries_type[] = "application/zstd";

/* Returns its length. */
static int receipt_target(const uint8_t nonce[RECEIPT_NONCE_LEN], char out[FETCH_TARGET_LEN])
{
    int at = snprintf(out, FETCH_TARGET_LEN, "/v1/receipt?nonce=");
    for (size_t i = 0; i < RECEIPT_NONCE_LEN; i++)
        at += snprintf(out + at, FETCH_TARGET_LEN - (size_t)at, "%02x", nonce[i]);
    return at;
}

void fetch_receipt_target(const uint8_t nonce[RECEIPT_NONCE_LEN], char out[FETCH_TARGET_LEN])
{
    receipt_target(nonce, out);
}

void fetch_news_target(const uint8_t nonce[RECEIPT_NONCE_LEN], uint32_t wait_s,
                       const struct cache_versions *held, char out[FETCH_TARGET_LEN])
{
    const int at = receipt_target(nonce, out);
    snprintf(out + at, FETCH_TARGET_LEN - (size_t)at,
             "&wait=%" PRIu32 "&policy=%" PRIu64 "&lists=%" PRIu64 "&placements=%" PRIu64, wait_s,
             held->policy, held->lists, held->placements);
}

void fetch_feed_target(enum wire_feed_name name, uint64_t from, char out[FETCH_TARGET_LEN])
{
    snprintf(out, FETCH_TARGET_LEN, "/v1/feed/%s?from=%" PRIu64, wire_feed_text(name), from);
}

/* No clock of ours will live to see it. */
#define CLOCK_LAST_S INT64_C(4102444800) /* 2100-01-01 */

int64_t fetch_as_of_max(int64_t own_s, int64_t registry_s)
{
    const int64_t believed_s = own_s < CLOCK_SET_S ? CLOCK_LAST_S : own_s + FETCH_CLOCK_LEAD_S;
    const int64_t latest_s = registry_s > own_s && registry_s <= believed_s ? registry_s : own_s;
    return latest_s + FETCH_AS_OF_SLACK_S;
}

static enum err refuse(const char **why, enum err err, const char *reason)
{
    *why = reason;
    return err;
}

enum err fetch_feed_open(const struct fetch_feed_terms *terms, struct span envelope,
                         struct wire_feed *inout, const char **why)
{
    struct span payload;
    struct wire_feed feed = *inout;
    enum err err = cose_open(terms->key, envelope, &payload);
    if (err == ERR_OK)
        err = wire_feed_decode(payload, &feed);
    if (err != ERR_OK)
        return refuse(why, err, err_text(err));
    if (feed.from != terms->from)
        return refuse(why, ERR_OLD, "the step does not begin at the version we have");
    if (feed.to == feed.from && feed.latest > feed.to)
        return refuse(why, ERR_INVALID, "the step leads nowhere although there is more");
    if (feed.as_of > terms->as_of_max)
        return refuse(why, ERR_INVALID, "the data call themselves newer than any clock allows");
    *inout = feed;
    return ERR_OK;
}

enum err fetch_policy_open(const struct verify_key *key, struct span envelope, uint64_t stored,
                           uint64_t *version)
{
    struct span payload;
    enum err err = cose_open(key, envelope, &payload);
    if (err != ERR_OK)
        return err;
    struct policy *policy = malloc(sizeof *policy);
    if (!policy)
        return ERR_MEMORY;
    err = policy_decode(payload, NULL, policy);
    if (err == ERR_OK && policy->version <= stored)
        err = ERR_OLD;
    if (err == ERR_OK)
        *version = policy->version;
    free(policy);
    return err;
}
