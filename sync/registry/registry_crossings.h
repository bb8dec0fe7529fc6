/* Crossings out of the entries that arrived: a walk over entries that tells each crossing once. */
#ifndef PAMIT_REGISTRY_CROSSINGS_H
#define PAMIT_REGISTRY_CROSSINGS_H

#include "event.h"
#include "registry_store.h"

struct registry_crossings;

/* What it returns ends the walk, unless ERR_OK. */
typedef enum err registry_crossings_each(struct event *event, void *user);

/* NULL: no memory. Any number of walks, one after the other. */
struct registry_crossings *registry_crossings_open(registry_crossings_each *each, void *user);
void registry_crossings_close(struct registry_crossings *crossings);

void registry_crossings_begin(struct registry_crossings *crossings);
/* In order of kiosk and seq. What can't be read is counted and passed by; fails as `each` does. */
MUST_CHECK enum err registry_crossings_take(struct registry_crossings *crossings,
                                            const struct registry_entry *entry);
/* What is still open is told. `*n_left_out` is how many entries of the walk can't be: purged, not
 * readable, or of no crossing. */
MUST_CHECK enum err registry_crossings_end(struct registry_crossings *crossings,
                                           uint64_t *n_left_out);

#endif
