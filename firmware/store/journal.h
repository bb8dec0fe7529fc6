/* The journal: every entry of this kiosk, durable, chained, signed, sealed (journal.db).
 *
 * One writer: pamit-lane's commit thread. An entry is acknowledged when journal_append has returned
 * ERR_OK: its COMMIT is on the disk (WAL, synchronous=FULL). Payloads are sealed with a random key
 * per UTC day, which is stored wrapped by a key derived from the storage key. Readers are in
 * journal_reader.h. All calls block on the disk; none is thread safe.
 */
#ifndef PAMIT_JOURNAL_H
#define PAMIT_JOURNAL_H

#include "entry.h"
#include "err.h"
#include "receipt.h"
#include "seal.h"
#include "sign.h"

#define JOURNAL_WHY_LEN 256

struct journal;
struct crossing_decided;

struct journal_head {
    uint32_t epoch;
    uint64_t seq; /* of the last entry */
    uint8_t hash[SIGN_HASH_LEN];
};

struct journal_keys {
    const struct sign_key *entry; /* borrowed until journal_close, as is root */
    const struct seal_root *root;
    const struct receipt *receipt; /* verified: what a fresh journal goes on from; NULL: unknown */
};

/* Opens the file, or makes it (0600) with its first entry, EPOCH, dated `now`, which goes on from
 * what the registry has. The last entry is verified. ERR_CORRUPT: it is no journal or its tail does
 * not verify; ERR_AUTH: another kiosk's or another key's; ERR_BUSY: another writer has it;
 * ERR_FULL; ERR_IO. `why` names file and reason. */
MUST_CHECK enum err journal_open(const char *path, const char *kiosk,
                                 const struct journal_keys *keys, const struct clock_reading *now,
                                 struct journal **out, char why[JOURNAL_WHY_LEN]);
void journal_close(struct journal *journal);

/* Appends one entry and commits it. `payload` is encoded with its salt. On failure nothing was
 * acknowledged: either nothing was stored, or (ERR_IO at COMMIT) the entry may turn out stored; the
 * head is read again from the disk before the next append. ERR_FULL: no space; ERR_CLOSED: the
 * file, its -wal or its -shm was removed or replaced: it has to be opened anew. */
MUST_CHECK enum err journal_append(struct journal *journal, enum entry_kind kind,
                                   const struct clock_reading *time, struct span payload,
                                   struct journal_head *head);

/* A DECIDED of a crossing, and in the same transaction what its traveller is found by
 * (journal_crossing.h), dated the day of `time` in its zone. */
MUST_CHECK enum err journal_append_decided(struct journal *journal,
                                           const struct clock_reading *time, struct span payload,
                                           const struct crossing_decided *decided,
                                           struct journal_head *head);

/* A VOID, and in the same transaction what the decision that its payload names was found by goes.
 * Of a decision that is voided already nothing is stored: the head stays as it is. ERR_INVALID: it
 * names no decision of this journal. Looks at the whole table of crossings, as
 * journal_urgent_find does. */
MUST_CHECK enum err journal_append_void(struct journal *journal, const struct clock_reading *time,
                                        struct span payload, struct journal_head *head);

/* The last entry as known to the writer. */
void journal_head(const struct journal *journal, struct journal_head *out);

/* Pages that opening found in the WAL behind its last whole transaction, and cut off: mostly what
 * was under way when the power failed. */
unsigned journal_wal_cut(const struct journal *journal);

/* Moves the WAL into the database; called when the counter is idle. */
MUST_CHECK enum err journal_checkpoint(struct journal *journal);

#endif
