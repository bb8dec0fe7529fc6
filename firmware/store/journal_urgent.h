/* Which entries must not wait for their turn in a backlog: decisions that other counters have to
 * know of. pamit-sync.
 */
#ifndef PAMIT_JOURNAL_URGENT_H
#define PAMIT_JOURNAL_URGENT_H

#include "journal_reader.h"

#define JOURNAL_URGENT_MAX 16

/* Numbers from `from` to before `before`. */
struct journal_range {
    uint64_t from, before;
};

/* The last JOURNAL_URGENT_MAX numbers in a range of a DECIDED that defers somebody, or of a VOID
 * of one, newest first, by the table of crossings, which may be of another file: read the entries.
 * ERR_MISSING: there is none. Looks at the whole table, some 10 ms for 100,000 crossings. */
MUST_CHECK enum err journal_urgent_find(struct journal_reader *reader,
                                        const struct journal_range *range,
                                        uint64_t seqs[JOURNAL_URGENT_MAX], size_t *n);

#endif
