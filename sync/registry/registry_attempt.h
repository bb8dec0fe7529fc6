/* From somebody who was deferred and tries again to rows of the lists: a repeat attempt, a subject
 * of interest. Called by registry_deferral. */
#ifndef PAMIT_REGISTRY_ATTEMPT_H
#define PAMIT_REGISTRY_ATTEMPT_H

#include "decision.h"
#include "registry_listing.h"

#define REASON_REPEAT 71

/* A departure that was not let go. */
struct attempt {
    struct listing self; /* as the row of its deferral: who, when and where */
    enum decision decision;
    bool told;         /* the counter was told that it is a repeat (R071) */
    struct date today; /* ours */
};

/* Does a decision make an attempt of a departure? Not what lets go, and not what is still open. */
bool registry_attempt_ends(enum decision decision);

/* Adds at most two rows to those that are there already, among which deferrals are looked for too.
 * The store's failures. */
MUST_CHECK enum err registry_attempt_rows(struct registry_store *store,
                                          const struct attempt *attempt,
                                          struct registry_listing *rows, size_t *n_rows);

#endif
