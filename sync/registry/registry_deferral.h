/* From what a counter decided to rows of the lists that all counters get, and from a VOID to what
 * it takes back. */
#ifndef PAMIT_REGISTRY_DEFERRAL_H
#define PAMIT_REGISTRY_DEFERRAL_H

#include "registry_listing.h"

#define REGISTRY_DEFERRAL_MONTHS 12 /* domain.md, retention; the centre renews or ends it */

/* What a deferral says: who presented what, and when and where it was decided. Pure. False: it
 * tells other counters nothing, because it was practice, has ended by now, or names nobody. */
bool registry_deferral_of(const struct entry_header *decided,
                          const struct entry_presented *presented, int64_t now_ms,
                          struct listing *out);

struct deferral_search {
    struct registry_store *store;
    const char *kiosk;
    const struct registry_entry *entries; /* that come in */
    size_t n_entries;
    uint64_t from; /* what is below is held already */
    int64_t now_ms;
};

/* Of one entry: its deferral, a repeat attempt, a subject of interest. */
#define REGISTRY_ROWS_EACH 3

/* "CGK" is of "CGK-03-0412". */
bool registry_is_site_of(const char *site, const char *kiosk);

/* The rows that these entries make, at most REGISTRY_ROWS_EACH each, into `rows`. Where the
 * PRESENTED of a decision is neither among them nor held, there is none. The store's failures. */
MUST_CHECK enum err registry_deferrals_find(const struct deferral_search *search,
                                            struct registry_listing *rows, size_t *n_rows);
/* What the VOIDs among these entries take back, and those in a RECOVERED: at most one each, into
 * `hashes`. */
void registry_voids_find(const struct deferral_search *search, uint8_t (*hashes)[SIGN_HASH_LEN],
                         struct registry_voids *out);

#endif
