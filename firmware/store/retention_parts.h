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

/* Covered entries whose payloads are still to be taken out. */
struct retention_sweep {
    struct journal *journal;
    uint64_t next, last; /* the entries to be looked at; `last` may be 0: none */
};

/* A transaction of a few rows; `more`: `last` was not reached. */
MUST_CHECK enum err retention_sweep_step(struct retention_sweep *sweep, bool *more);

#endif
