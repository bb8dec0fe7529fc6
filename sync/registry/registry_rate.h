/* How often somebody may be wrong: a bucket of attempts for each address, in a table of fixed size.
 *
 * A code has 80 random bits, and nobody guesses that; what is bounded here is the work that wrong
 * ones make us do, and the noise in the log. Pure; used by registry_enrol.c.
 */
#ifndef PAMIT_REGISTRY_RATE_H
#define PAMIT_REGISTRY_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define RATE_ADDRESSES 256
#define RATE_BURST     10             /* wrong attempts at once */
#define RATE_REFILL_MS INT64_C(30000) /* for one more */
#define RATE_PEER_LEN  16

/* An address as bytes: of IPv6 the network (/64), since one customer has all of it. */
struct rate_peer {
    uint8_t bytes[RATE_PEER_LEN];
};

struct rate {
    struct {
        struct rate_peer peer;
        int64_t full_ms; /* when its bucket is, or was, full again; 0: nobody's */
    } rows[RATE_ADDRESSES];
};

/* May `peer` try? 0: yes; else in how many seconds. `now_ms` never goes back. */
uint32_t rate_wait_s(const struct rate *rate, const struct rate_peer *peer, int64_t now_ms);
/* It was wrong. Where the table is full, the one that has waited longest is forgotten. */
void rate_count(struct rate *rate, const struct rate_peer *peer, int64_t now_ms);

#endif
