/* Buckets as moments: a bucket that is full at `full_ms` lacks (full_ms - now) / refill_ms
 * attempts, so that nothing has to be filled by a clock.
 */
#include "registry_rate.h"

#include <stddef.h>
#include <string.h>

/* The row of a peer, or -1. */
static int row_of(const struct rate *rate, const struct rate_peer *peer)
{
    for (int i = 0; i < RATE_PEERS; i++) {
        if (rate->rows[i].full_ms && memcmp(&rate->rows[i].peer, peer, sizeof *peer) == 0)
            return i;
    }
    return -1;
}

/* The one that lacks least, or nobody's. */
static int row_free(const struct rate *rate)
{
    int best = 0;
    for (int i = 1; i < RATE_PEERS; i++) {
        if (rate->rows[i].full_ms < rate->rows[best].full_ms)
            best = i;
    }
    return best;
}

int64_t rate_wait_ms(const struct rate *rate, const struct rate_peer *peer, int64_t now_ms)
{
    const int row = row_of(rate, peer);
    if (row < 0)
        return 0;
    const int64_t lacks_ms = rate->rows[row].full_ms - now_ms;
    const int64_t over_ms = lacks_ms - (rate->burst - 1) * rate->refill_ms;
    return over_ms <= 0 ? 0 : over_ms;
}

void rate_count(struct rate *rate, const struct rate_peer *peer, int64_t now_ms)
{
    int row = row_of(rate, peer);
    if (row < 0) {
        row = row_free(rate);
        rate->rows[row].peer = *peer;
        rate->rows[row].full_ms = now_ms;
    }
    if (rate->rows[row].full_ms < now_ms)
        rate->rows[row].full_ms = now_ms;
    rate->rows[row].full_ms += rate->refill_ms;
}
