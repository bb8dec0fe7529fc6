/* What travels between kiosk and registry besides receipts: batches up, feeds down.
 *
 * POST /v1/entries, body: zstd frame of a batch. 200 receipt; 409 gap (the body is the receipt:
 *   `next` says what is expected); 422 fork; 400; 413.
 * GET /v1/receipt?nonce=HEX. 200 receipt: how far the registry is, its time, its versions. With
 *   &wait=S&policy=N&lists=N&placements=N the answer waits until a version is above N, at most S
 *   (<= 60) seconds.
 * POST /v1/urgent, body: zstd frame of copies. 200 kept; 400 none of them is. What a kiosk has of
 *   deferrals far down in a backlog, and of VOIDs of such: each is an entry with its own signature,
 *   provisional until the chain brings the same.
 * GET /v1/feed/placements?from=N and /v1/feed/lists?from=N. 200 COSE_Sign1 of a feed step by the
 *   receipt key; 410 when N is ahead of the registry.
 * GET /v1/policy. 200 COSE_Sign1 of the bundle by the policy key; 404 none yet.
 *
 * All over mutual TLS; the kiosk is the client certificate's common name, never the request's word.
 *
 * Batch: CBOR map 1 version, 2 epoch, 3 from (seq), 4 nonce, 5 entries, 6 signature. Each entry is
 * an array [unlinked header (bytes), payload (bytes; null when purged, then with 32 bytes of
 * payload_hash as a third item)]. The signature is the last entry's. The receiver rebuilds prev and
 * payload_hash, so the one signature proves them all. A batch holds entries of one epoch.
 *
 * Feed step: CBOR map 1 version, 2 name, 3 from, 4 to, 5 latest, 6 as_of (UTC s; 0 in all steps
 * but the last, which brings all there is), 7 rows, at most 500. "placements": placement maps.
 * "lists": listing maps, and 8 listing maps that were withdrawn, at most 500 together.
 *
 * Pure codecs; pamit-sync and pamit-registry. What a failed decode leaves in its output is of no
 * use.
 */
#ifndef PAMIT_WIRE_H
#define PAMIT_WIRE_H

#include "entry.h"
#include "listing.h"
#include "placement.h"
#include "receipt.h"

#define WIRE_VERSION       1
#define WIRE_BATCH_MAX     (1u << 20)  /* decompressed */
#define WIRE_BODY_MAX      (64u << 10) /* compressed, on the wire */
#define WIRE_BATCH_ENTRIES 512
#define WIRE_FEED_ROWS     500
#define WIRE_FEED_MAX      (2u << 20)

struct wire_entry {
    struct span header;                  /* unlinked form */
    struct span payload;                 /* p is NULL when purged */
    uint8_t payload_hash[SIGN_HASH_LEN]; /* when purged */
};

struct wire_batch {
    uint32_t epoch;
    uint64_t from;
    uint8_t nonce[RECEIPT_NONCE_LEN];
    uint8_t signature[SIGN_LEN];                   /* of the last entry's whole header */
    size_t n_entries;                              /* 1 .. WIRE_BATCH_ENTRIES */
    struct wire_entry entries[WIRE_BATCH_ENTRIES]; /* spans are borrowed from the bytes decoded */
};

MUST_CHECK enum err wire_batch_encode(const struct wire_batch *batch, void *out, size_t cap,
                                      size_t *len);
MUST_CHECK enum err wire_batch_decode(struct span bytes, struct wire_batch *out);

#define WIRE_URGENT_COPIES 32
#define WIRE_URGENT_MAX    (512u << 10) /* decompressed */

struct wire_copy {
    struct span header; /* whole form */
    uint8_t signature[SIGN_LEN];
    struct span payload;
};

struct wire_urgent {
    size_t n_copies;                             /* 1 .. WIRE_URGENT_COPIES */
    struct wire_copy copies[WIRE_URGENT_COPIES]; /* spans are borrowed from the bytes decoded */
};

_Static_assert(WIRE_URGENT_COPIES *(ENTRY_HEADER_MAX + ENTRY_PAYLOAD_MAX + SIGN_LEN + 16) <
                   WIRE_URGENT_MAX,
               "copies of any size fit");

MUST_CHECK enum err wire_urgent_encode(const struct wire_urgent *urgent, void *out, size_t cap,
                                       size_t *len);
MUST_CHECK enum err wire_urgent_decode(struct span bytes, struct wire_urgent *out);

/* zstd, with the decoder capped at `cap`. ERR_SIZE: larger; ERR_INVALID: no zstd frame. */
MUST_CHECK enum err wire_compress(struct span plain, void *out, size_t cap, size_t *len);
MUST_CHECK enum err wire_decompress(struct span packed, void *out, size_t cap, size_t *len);

/* Rebuilds an entry's whole header from its wire form and the hash of the header before it, and
 * gives the hash of the result. */
MUST_CHECK enum err wire_relink(const struct wire_entry *entry, const uint8_t prev[SIGN_HASH_LEN],
                                struct entry_header *header, uint8_t bytes[ENTRY_HEADER_MAX],
                                size_t *len, uint8_t hash[SIGN_HASH_LEN]);

enum wire_feed_name {
    WIRE_PLACEMENTS = 0,
    WIRE_LISTS,
    WIRE_FEEDS,
};

struct wire_feed {
    enum wire_feed_name name;
    uint64_t from, to, latest;
    int64_t as_of; /* UTC seconds; 0: there is more */
    size_t n_rows;
    size_t n_gone; /* of lists: rows that were withdrawn, after the others */
    /* Caller's storage for WIRE_FEED_ROWS; of the feed that is named. */
    struct placement *placements;
    struct listing *listings;
};

/* "placements", "lists"; static. */
const char *wire_feed_text(enum wire_feed_name name);
MUST_CHECK enum err wire_feed_encode(const struct wire_feed *feed, void *out, size_t cap,
                                     size_t *len);
/* A step of the feed that `inout` names, into its storage. ERR_INVALID: another's, too. */
MUST_CHECK enum err wire_feed_decode(struct span payload, struct wire_feed *inout);

#endif
