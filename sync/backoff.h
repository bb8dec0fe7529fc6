/* How long to wait before the next attempt: decorrelated jitter.
 *
 * Each wait is drawn between the shortest one and three times the wait before, never above the
 * longest: min(cap, uniform(base, 3 * previous)). After an outage a fleet of kiosks therefore comes
 * back spread over time instead of at once, and one alone still retries soon after a short cut.
 * There is no last attempt. Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015. Pure: randomness is an argument.
 */
#ifndef PAMIT_BACKOFF_H
#define PAMIT_BACKOFF_H

#include <stdint.h>

#define BACKOFF_CAP_MS (15u * 60u * 1000u)

struct backoff {
    uint32_t base_ms, cap_ms;
    uint32_t previous_ms;
};

/* 1 <= base_ms; base_ms <= cap_ms <= BACKOFF_CAP_MS, else cap_ms is moved there. */
void backoff_init(struct backoff *backoff, uint32_t base_ms, uint32_t cap_ms);

/* After a success: the next wait is a short one again. */
void backoff_reset(struct backoff *backoff);

/* The wait after a failure. `random` is any 32 random bits. A server's Retry-After (0: none; at
 * most HTTP_RETRY_AFTER_MAX_S counts) is waited out first; the jitter, and a moment of as long
 * again, come on top, so that the fleet it was told to does not return together. */
uint32_t backoff_next_ms(struct backoff *backoff, uint32_t random, uint32_t retry_after_s);

#endif
