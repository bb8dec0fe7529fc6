/* What journal_retention.c is made of. Internal to store. */
#ifndef PAMIT_RETENTION_PARTS_H
#define PAMIT_RETENTION_PARTS_H

#include "journal_retention.h"
#include "journal_write.h"

/* The days whose payloads are there, as far as the journal was looked through. */
struct retention_scan {
    struct journal *journal;
    uint64_t scanned;    /* up to this entry; 0: not yet */
    uint64_t unreadable; /* the last entry whose day is not known; 0: there is none */
    struct retention_day *days;
    size_t n_days, room;
};

/* Looks at the next entries; the first time from `rest` on, below which there are no payloads.
 * `more`: the end was not reached. ERR_MEMORY: also for more than RETENTION_DAYS_MAX days. */
MUST_CHECK enum err retention_scan_step(struct retention_scan *scan, uint64_t rest, bool *more);
/* These days are purged. */
void retention_scan_forget(struct retention_scan *scan, const struct entry_purge *purge);

bool retention_is_purged(const struct entry_purge *purge, int64_t day);
/* Within a transaction: destroys the keys of these days. */
MUST_CHECK enum err retention_keys_destroy(struct database *database,
                                           const struct entry_purge *purge);

#endif
