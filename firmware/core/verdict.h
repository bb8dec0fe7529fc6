/* The verdict: a table of pure rules over facts, context and policy.
 *
 * Each rule that speaks adds a reason; the verdict is the worst colour, and SESUAI needs a green
 * reason of its own. Rule code has no dates, countries or company names in it. It advises: the
 * officer decides. Pure.
 */
#ifndef PAMIT_VERDICT_H
#define PAMIT_VERDICT_H

#include "clock.h"
#include "context.h"
#include "document.h"
#include "listing.h"
#include "placement.h"
#include "policy.h"
#include "reason.h"

/* Zero, the safe one, refers. */
enum verdict_result {
    VERDICT_REFER = 0, /* RUJUK */
    VERDICT_CLEAR,     /* SESUAI */
    VERDICT_STOP,      /* TUNDA */
};

/* How fresh and whole the data behind a look-up were. */
struct data_state {
    bool placements_usable;   /* false: missing, corrupt, never filled: nothing was looked up */
    int64_t placements_as_of; /* UTC seconds; 0: never */
    int64_t lists_as_of;      /* 0: never */
    uint64_t placements_version;
    uint64_t lists_version; /* 0: never; not in the entry */
};

/* What this counter has deferred itself, known before any sync. */
struct deferred_here {
    bool unknown;       /* the journal could not be asked */
    bool today;         /* this traveller, on the verdict's day */
    struct date newest; /* this traveller; zero: never */
    const char *place;  /* this counter, for the page */
};

/* All a verdict may depend on. Borrowed for the call. */
struct facts {
    const struct document *document;
    const struct context *context;
    const struct match *match;
    const struct listing_hits *listings;
    bool lists_unknown; /* not all of the lists could be read: there may be more */
    const struct deferred_here *deferred_here; /* NULL: not at a counter, and nobody tries again */
    const struct data_state *data;
    const struct policy *policy;
    enum site_class site;
    enum clock_quality clock_quality;
    struct date today; /* at the counter's zone; not gone by if the clock is UNKNOWN */
};

#define VERDICT_REASONS_MAX 36

struct verdict {
    enum verdict_result result;
    size_t n_reasons;
    struct reason_said reasons[VERDICT_REASONS_MAX]; /* worst colour first, then by code */
};

void verdict_judge(const struct facts *facts, struct verdict *out);

/* "SESUAI", "RUJUK", "TUNDA"; static. */
const char *verdict_name(enum verdict_result result);
bool verdict_has(const struct verdict *verdict, uint16_t code);

#endif
