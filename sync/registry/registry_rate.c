/* Buckets as moments: a bucket that is full at `full_us` lacks (full_us - now) / refill_us
 * attempts, so that nothing has to be filled by a clock.
 */
#include "registry_rate.h"

#include <stddef.h>
#include <string.h>

#define US_PER_MS INT64_C(1000)

/* The row of a peer, or -1. */
static int row_of(const struct rate *rate, const struct rate_peer *peer)
{
    for (int i = 0; i < RATE_PEERS; i++) {
        if (rate->rows[i].full_us && memcmp(&rate->rows[i].peer, peer, sizeof *peer) == 0)
            return i;
    }
    return -1;
}

/* The one that lacks least, or nobody's. */
static int row_free(const struct rate *rate)
{
    int best = 0;
    for (int i = 1; i < RATE_PEERS; i++) {
        if (rate->rows[i].full_us < rate->rows[best].full_us)
            best = i;
    }
    return best;
}

int64_t rate_wait_ms(const struct rate *rate, const struct rate_peer *peer, int64_t now_ms)
{
    const int row = row_of(rate, peer);
    if (row < 0)
        return 0;
    const int64_t lacks_us = rate->rows[row].full_us - now_ms * US_PER_MS;
    const int64_t over_us = lacks_us - (rate->burst - 1) * rate->refill_us;
    return over_us <= 0 ? 0 : (over_us + US_PER_MS - 1) / US_PER_MS;
}

void rate_count(struct rate *rate, const struct rate_peer *peer, int64_t now_ms)
{
    const int64_t now_us = now_ms * US_PER_MS;
    int row = row_of(rate, peer);
    if (row < 0) {
        row = row_free(rate);
        rate->rows[row].peer = *peer;
        rate->rows[row].full_us = now_us;
    }
    if (rate->rows[row].full_us < now_us)
        rate->rows[row].full_us = now_us;
    rate->rows[row].full_us += rate->refill_us;
}
