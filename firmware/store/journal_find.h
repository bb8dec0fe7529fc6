/* Finding rows of a journal where numbers may be left out. Internal to store. */
#ifndef PAMIT_JOURNAL_FIND_H
#define PAMIT_JOURNAL_FIND_H

#include "journal_format.h"

/* What `at_or_after` of the functions below is prepared from. */
#define STORED_ENTRY_AT_OR_AFTER                                                                   \
    "SELECT " STORED_ENTRY_COLUMNS " FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT 1"

/* The entry that begins an epoch. */
struct journal_begin {
    uint64_t seq;
    uint8_t prev[SIGN_HASH_LEN]; /* the head that it goes on from */
};

/* The first entry of `epoch` or a higher one; `last` is the journal's. ERR_MISSING: there is none;
 * ERR_CORRUPT: an entry on the way there can't be read. */
MUST_CHECK enum err journal_begin_find(sqlite3_stmt *at_or_after, uint64_t last, uint32_t epoch,
                                       struct journal_begin *out);

#endif
