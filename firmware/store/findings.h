/* What the cache holds about a traveller: the one way from a document to the facts a verdict needs,
 * at the counter and in `pamit check`. */
#ifndef PAMIT_FINDINGS_H
#define PAMIT_FINDINGS_H

#include "cache.h"

struct findings {
    enum err placements; /* why nothing is known of placements; ERR_OK: */
    struct match match;
    enum err lists; /* why `listings` are not all of the lists; ERR_OK: */
    struct listing_hits listings;
};

/* Look-ups, the match, and what is in force on `today` (unknown: whatever may be). Errors are those
 * of the cache's reader, and ERR_MEMORY; then nothing is known, and `out` is untouched. What can't
 * be read of one leaves known what the other says. */
MUST_CHECK enum err findings_look_up(struct cache_reader *reader, const struct document *document,
                                     struct date today, struct findings *out);

#endif
