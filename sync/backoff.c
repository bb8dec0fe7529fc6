/* Decorrelated jitter, see backoff.h.
 *
 * The draw scales 32 random bits to the range by multiplication: its bias over a range of at most
 * 45 minutes in milliseconds is below one in a thousand, which no one waiting will notice.
 */
#include "backoff.h"

#include <assert.h>

#include "http.h"

#define GROWTH 3

void backoff_init(struct backoff *backoff, uint32_t base_ms, uint32_t cap_ms)
{
    assert(base_ms >= 1 && base_ms <= BACKOFF_CAP_MS);
    if (cap_ms > BACKOFF_CAP_MS)
        cap_ms = BACKOFF_CAP_MS;
    if (cap_ms < base_ms)
        cap_ms = base_ms;
    *backoff = (struct backoff){.base_ms = base_ms, .cap_ms = cap_ms, .previous_ms = base_ms};
}

void backoff_reset(struct backoff *backoff)
{
    backoff->previous_ms = backoff->base_ms;
}

uint32_t backoff_next_ms(struct backoff *backoff, uint32_t random, uint32_t retry_after_s)
{
    const uint64_t range = (uint64_t)backoff->previous_ms * GROWTH - backoff->base_ms + 1;
    const uint64_t drawn = backoff->base_ms + ((range * random) >> 32);
    backoff->previous_ms = drawn > backoff->cap_ms ? backoff->cap_ms : (uint32_t)drawn;
    if (retry_after_s > HTTP_RETRY_AFTER_MAX_S)
        retry_after_s = HTTP_RETRY_AFTER_MAX_S;
    const uint32_t rest_ms = retry_after_s * 1000u;
    return rest_ms + (uint32_t)(((uint64_t)rest_ms * random) >> 32) + backoff->previous_ms;
}
