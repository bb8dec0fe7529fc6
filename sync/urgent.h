/* What goes up ahead of a backlog: copies of the deferrals in it, and of the VOIDs of such.
 * pamit-sync. */
#ifndef PAMIT_URGENT_H
#define PAMIT_URGENT_H

#include "journal_urgent.h"
#include "wire.h"

struct urgent; /* room for one request */

MUST_CHECK enum err urgent_open(struct urgent **out);
void urgent_close(struct urgent *urgent);

struct urgent_request {
    size_t n_copies;
    struct journal_range range; /* whose deferrals are in this request, or can't be copied */
    struct span body;           /* zstd, at most WIRE_BODY_MAX; good until the next one is built */
};

/* Copies of the newest deferrals in a range, each with what the traveller presented, and of VOIDs,
 * as many as a request holds. By a reader that has the storage key. ERR_MISSING: there is none that
 * can be copied; what can't is left to its turn. Else the journal's failures. */
MUST_CHECK enum err urgent_build(struct urgent *urgent, struct journal_reader *reader,
                                 const struct journal_range *range, struct urgent_request *out);

/* Which deferrals of a backlog were sent ahead: those in `sent`; zero: none. The newest go first:
 * one that was made just now does not wait for those of months offline. */
struct urgent_cursor {
    struct journal_range sent;
};

/* The next request of the deferrals in `backlog`, which may have grown at its end and shrunk at its
 * beginning since the last time. ERR_MISSING: there is no more. Else as urgent_build: then the same
 * is next again. */
MUST_CHECK enum err urgent_next(struct urgent *urgent, struct urgent_cursor *cursor,
                                struct journal_reader *reader, const struct journal_range *backlog,
                                struct urgent_request *out);
/* What was in a request need not be sent again. */
void urgent_sent(struct urgent_cursor *cursor, const struct urgent_request *request);

#endif
