/* Downloads are signed and only move forward; what is not both is not looked at any further.
 *
 * The connection already proves that the registry is speaking. The signatures are for what a
 * connection can't prove: that the feed comes from the registry's own key even if its web front was
 * taken over, and that policy was approved by whoever holds the policy key, which is not the
 * server.
 */
#include "fetch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy.h"

const char fetch_policy_target[] = "/v1/policy";
const char fetch_entries_target[] = "/v1/entries";
const char fetch_entries_type[] = "application/zstd";

void fetch_receipt_target(const uint8_t nonce[RECEIPT_NONCE_LEN], char out[FETCH_TARGET_LEN])
{
    int at = snprintf(out, FETCH_TARGET_LEN, "/v1/receipt?nonce=");
    for (size_t i = 0; i < RECEIPT_NONCE_LEN; i++)
        at += snprintf(out + at, FETCH_TARGET_LEN - (size_t)at, "%02x", nonce[i]);
}

void fetch_feed_target(uint64_t from, char out[FETCH_TARGET_LEN])
{
    snprintf(out, FETCH_TARGET_LEN, "/v1/feed/placements?from=%" PRIu64, from);
}

enum err fetch_feed_open(const struct verify_key *key, struct span envelope, uint64_t from,
                         struct wire_feed *inout)
{
    struct span payload;
    struct wire_feed feed = {.rows = inout->rows};
    enum err err = cose_open(key, envelope, &payload);
    if (err == ERR_OK)
        err = wire_feed_decode(payload, &feed);
    if (err != ERR_OK)
        return err;
    if (feed.from != from)
        return ERR_OLD;
    if (feed.to == feed.from && feed.latest > feed.to)
        return ERR_INVALID;
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
    err = policy_decode(payload, policy);
    if (err == ERR_OK && policy->version <= stored)
        err = ERR_OLD;
    if (err == ERR_OK)
        *version = policy->version;
    free(policy);
    return err;
}
