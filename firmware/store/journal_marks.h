/* The journal's own memory of receipts: what the registry had, and since when.
 *
 * sync.db keeps the newest receipt only, and is another process's. So the writer keeps one now and
 * then as it came, and believes none that it does not verify again. Internal to store: retention.
 */
#ifndef PAMIT_JOURNAL_MARKS_H
#define PAMIT_JOURNAL_MARKS_H

#include "journal_retention.h"
#include "journal_write.h"

/* Reads a receipt for this journal. ERR_AUTH, ERR_INVALID: it is not the registry's, or another
 * kiosk's; ERR_OLD: the journal does not have what it says. */
MUST_CHECK enum err mark_open(struct journal *journal, const struct verify_key *key,
                              struct span envelope, struct receipt *out);
/* Remembers a receipt, unless one was remembered less than MARK_EVERY_MS before; forgets those that
 * it takes back. */
#define MARK_EVERY_MS (20 * 3600 * 1000LL)
MUST_CHECK enum err marks_note(struct journal *journal, const struct receipt *receipt,
                               struct span envelope);
/* The furthest receipt that is old enough, of those remembered and the order's own. ERR_MISSING:
 * none is. */
MUST_CHECK enum err marks_find(struct journal *journal, const struct retention_order *order,
                               struct receipt *out);
/* Forgets those before this one: they say no more than it does. */
MUST_CHECK enum err marks_drop_before(struct journal *journal, uint64_t next);

#endif
