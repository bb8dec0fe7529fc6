/* Which entries must not wait for their turn in a backlog: decisions that other counters have to
 * know of. pamit-sync.
 */
#ifndef PAMIT_JOURNAL_URGENT_H
#define PAMIT_JOURNAL_URGENT_H

#include "journal_reader.h"

#define JOURNAL_URGENT_MAX   16
#define JOURNAL_URGENT_LOOKS 4096 /* entries that one call looks at: four days of 500 crossings */

/* Numbers from `from` to before `before`. */
struct journal_range {
    uint64_t from, before;
};

/* The newest numbers in a range of a DECIDED that defers somebody, or of a VOID, at most
 * JOURNAL_URGENT_MAX, newest first; by a reader that has the storage key. Looks at
 * JOURNAL_URGENT_LOOKS entries and no more, however many the range or the journal has, and narrows
 * `left` to those that it has not looked at. What can't be read is passed by. `*n` may be 0. Else
 * the journal's failures. */
MUST_CHECK enum err journal_urgent_find(struct journal_reader *reader, struct journal_range *left,
                                        uint64_t seqs[JOURNAL_URGENT_MAX], size_t *n);

#endif
