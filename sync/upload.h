/* What goes up: batches built from the journal. pamit-sync. */
#ifndef PAMIT_UPLOAD_H
#define PAMIT_UPLOAD_H

#include "journal_reader.h"
#include "wire.h"

struct upload; /* room for one batch */

MUST_CHECK enum err upload_open(struct upload **out);
void upload_close(struct upload *upload);

struct upload_batch {
    size_t n_entries;
    struct span body; /* zstd, at most WIRE_BODY_MAX; good until the next upload_build */
};

/* The batch that begins with entry `from`, by a reader that has the storage key: at most `n_max` (1
 * .. WIRE_BATCH_ENTRIES) entries, of one epoch, as many as fit. Entries from
 * there on follow each other (journal_receipt.h). Reads the journal, so it blocks for as many rows.
 * ERR_MISSING: there is no entry `from`, and none after it; else what the journal says about the
 * first entry it can't give, ERR_CORRUPT also where it is missing. */
MUST_CHECK enum err upload_build(struct upload *upload, struct journal_reader *reader,
                                 uint64_t from, size_t n_max,
                                 const uint8_t nonce[RECEIPT_NONCE_LEN], struct upload_batch *out);

#define UPLOAD_FIRST_ENTRIES 64
#define UPLOAD_QUICK_MS      1000 /* faster than this: the line carries more */
#define UPLOAD_SLOW_MS       5000 /* slower than this: a cut would cost too much */

/* How many entries the next batch may have, after one of `n_max` took `took_ms` or failed. Pure. */
size_t upload_adapt(size_t n_max, bool acknowledged, uint64_t took_ms);

#endif
