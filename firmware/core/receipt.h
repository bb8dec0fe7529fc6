/* Receipts: the registry's signed word on how far it holds a kiosk's journal.
 *
 * The payload of a COSE_Sign1 by the registry's receipt key: CBOR map 1 version, 2 kiosk, 3 epoch,
 * 4 next, 5 head, 6 registry time (ms), 7 nonce, 8 policy version, 9 placements version, and 10
 * lists version where there is one. Stored by pamit-sync, verified again by pamit-lane. Pure.
 */
#ifndef PAMIT_RECEIPT_H
#define PAMIT_RECEIPT_H

#include "entry.h"

#define RECEIPT_VERSION   1
#define RECEIPT_NONCE_LEN 16
#define RECEIPT_MAX       512 /* with its envelope */

struct receipt {
    char kiosk[ENTRY_KIOSK_LEN];
    uint32_t epoch;              /* of the last entry it holds; 0: it holds none */
    uint64_t next;               /* every seq below is durable at the registry */
    uint8_t head[SIGN_HASH_LEN]; /* hash of the header next - 1; zero when next is 1 */
    int64_t registry_ms;
    uint8_t nonce[RECEIPT_NONCE_LEN]; /* echo of the request's */
    uint64_t policy_version;          /* newest there */
    uint64_t placements_version;
    uint64_t lists_version; /* 0: it has none, or is older than lists are */
};

MUST_CHECK enum err receipt_encode(const struct receipt *receipt, void *out, size_t cap,
                                   size_t *len);
/* ERR_INVALID; also when epoch, next and head do not agree on whether it holds anything. */
MUST_CHECK enum err receipt_decode(struct span payload, struct receipt *out);

#endif
