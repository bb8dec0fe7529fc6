/* Which entries must not wait for their turn in a backlog: decisions that other counters have to
 * know of. pamit-sync.
 */
#ifndef PAMIT_JOURNAL_URGENT_H
#define PAMIT_JOURNAL_URGENT_H

#include "journal_reader.h"

/* The first DECIDED at or after `from` that defers somebody, by the table of crossings, which may
 * be of another file: read the entry. ERR_MISSING: there is none. */
MUST_CHECK enum err journal_urgent_seek(struct journal_reader *reader, uint64_t from,
                                        uint64_t *seq);

#endif
