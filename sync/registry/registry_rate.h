/* How often somebody may do something: a bucket for each, in a table of fixed size. Pure.
 *
 * Of enrolment it is how often an address may be wrong: a code has 80 random bits, and nobody
 * guesses that; what is bounded is the work that wrong ones make us do, and the noise in the log.
 * Of kiosks it is how often one may ask. registry_enrol.c, registry_requests.c.
 */
#ifndef PAMIT_REGISTRY_RATE_H
#define PAMIT_REGISTRY_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define RATE_PEERS    256
#define RATE_PEER_LEN 16

/* An address as bytes: of IPv6 the network (/64), since one customer has all of it. Of a kiosk a
 * hash of its name. */
struct rate_peer {
    uint8_t bytes[RATE_PEER_LEN];
};

struct rate {
    int64_t burst;     /* so many at once, */
    int64_t refill_us; /* and one more after so long */
    struct {
        struct rate_peer peer;
        int64_t full_us; /* when its bucket is, or was, full again; 0: nobody's */
    } rows[RATE_PEERS];
};

/* May `peer` try? 0: yes; else in how long. `now_ms` never goes back. */
int64_t rate_wait_ms(const struct rate *rate, const struct rate_peer *peer, int64_t now_ms);
/* It did. Where the table is full, the one that has waited longest is forgotten. */
void rate_count(struct rate *rate, const struct rate_peer *peer, int64_t now_ms);

#endif
