/* Which return is of which departure, and which departure is one more try after a deferral.
 *
 * Over the crossings of all kiosks, in the order of their times: add each, solve, then ask for
 * each. A year of a ministry that places 500,000 has 2.5 million crossings, and takes 620 MB and 3
 * s of a processor (measured). Used by pamit-registry. Pure but for its memory.
 */
#ifndef PAMIT_EVENT_PAIRING_H
#define PAMIT_EVENT_PAIRING_H

#include "event.h"

struct event_pairing;

/* NULL: no memory. */
struct event_pairing *event_pairing_open(void);
void event_pairing_close(struct event_pairing *pairing);

/* ERR_MEMORY. A crossing is known again by the hash of its last PRESENTED. */
MUST_CHECK enum err event_pairing_add(struct event_pairing *pairing, const struct event *event);
/* Once, when all are there. ERR_MEMORY. */
MUST_CHECK enum err event_pairing_solve(struct event_pairing *pairing);
/* Fills the event's pair, pair_basis and attempt_of; none for an event that was not added. */
void event_pairing_tell(const struct event_pairing *pairing, struct event *event);

#endif
