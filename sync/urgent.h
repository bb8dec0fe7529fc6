/* What goes up ahead of a backlog: copies of the deferrals in it. pamit-sync. */
#ifndef PAMIT_URGENT_H
#define PAMIT_URGENT_H

#include "journal_reader.h"
#include "wire.h"

struct urgent; /* room for one request */

MUST_CHECK enum err urgent_open(struct urgent **out);
void urgent_close(struct urgent *urgent);

struct urgent_request {
    size_t n_copies;
    uint64_t next;    /* deferrals before it are in this request or an earlier one */
    struct span body; /* zstd, at most WIRE_BODY_MAX; good until the next urgent_build */
};

/* Copies of the first deferrals at or after entry `from`, each with what the traveller presented.
 * By a reader that has the storage key. ERR_MISSING: there is none that can be copied; what can't
 * is left to its turn. */
MUST_CHECK enum err urgent_build(struct urgent *urgent, struct journal_reader *reader,
                                 uint64_t from, struct urgent_request *out);

#endif
