/* Retention: payloads are destroyed once the registry has had them for the days that policy says.
 *
 * What is destroyed is the key of a day, when every entry sealed with it is covered by a receipt
 * that is old enough; a PURGE entry that names them is appended in the same transaction. Then the
 * payloads are overwritten, and the WAL is cut to nothing. Headers and signatures stay for ever.
 *
 * Time is the registry's alone: that of the receipt that first covers an entry, against the newest
 * that it has signed. Our own clock is not asked.
 *
 * The job goes in steps, each a few rows and one COMMIT, so that an append between two of them
 * hardly waits. It can be cut off anywhere; the next one goes on. Used by the journal's writer, in
 * its thread.
 */
#ifndef PAMIT_JOURNAL_RETENTION_H
#define PAMIT_JOURNAL_RETENTION_H

#include "journal.h"

#define RETENTION_DAY_MS   86400000LL
#define RETENTION_DAYS_MAX 36600 /* whose payloads are there: a hundred years */

/* ---- planning: pure ----------------------------------------------------------------------- */

/* The entries sealed with the key of one day. */
struct retention_day {
    struct entry_purge_day sealed;
    uint64_t until; /* a receipt has to cover this entry: the last of them, or of those in which a
                       left history is told again; UINT64_MAX: it is not told yet */
    bool left;      /* some are of a history that the registry does not have */
};

/* Has a receipt with this registry time been there for so many days at `now_ms`? Times before 1970
 * or after `now_ms` are never old enough. */
bool retention_old_enough(int64_t receipt_ms, int64_t now_ms, uint32_t days);
/* Chooses the days that may go when every entry below `covered` is covered by a receipt that is old
 * enough, at most ENTRY_PURGE_DAYS_MAX of them, lowest first; those around `open_seq` (0: none),
 * which the counter still needs, stay. The number that is in `out`. */
size_t retention_plan(const struct retention_day *days, size_t n_days, uint64_t covered,
                      uint64_t open_seq, struct entry_purge *out);

/* ---- doing -------------------------------------------------------------------------------- */

struct retention_order {
    const struct verify_key *receipt_key; /* used by nobody else until the job is over */
    size_t receipt_len;                   /* the newest one that agrees with the journal */
    uint8_t receipt[RECEIPT_MAX];
    int64_t now_ms; /* by the registry's clock it is no earlier than this */
    uint32_t payload_days, hash_days;
    uint64_t policy_version;
    uint64_t open_seq;         /* retention_plan */
    struct clock_reading time; /* for the PURGE entries */
};

struct retention_report {
    uint64_t days, entries;   /* purged */
    uint64_t hashes;          /* keyed hashes that were dropped */
    bool waits;               /* a reader holds the WAL: overwriting is finished next time */
    struct journal_head head; /* after the last PURGE entry; seq 0: none was appended */
};

struct retention;

/* `journal` is borrowed; it gets the tables that it may lack. ERR_MEMORY, ERR_FULL, ERR_IO. */
MUST_CHECK enum err retention_open(struct journal *journal, struct retention **out);
/* NULL is fine. */
void retention_close(struct retention *retention);
/* Begins a job, or gives up the one under way for it. */
void retention_begin(struct retention *retention, const struct retention_order *order);
/* Does the next step; `more` says whether there is one. On failure the job is over, and what was
 * done stands. ERR_AUTH, ERR_INVALID: the receipt is not the registry's; ERR_OLD: it does not agree
 * with the journal. */
MUST_CHECK enum err retention_step(struct retention *retention, bool *more);
/* What the job has done so far. */
void retention_report(const struct retention *retention, struct retention_report *out);

#endif
