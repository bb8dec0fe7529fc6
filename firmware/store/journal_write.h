/* What the journal's writer shares with those that open it, or store more in an entry's
 * transaction: epochs, retention. Internal to store. */
#ifndef PAMIT_JOURNAL_WRITE_H
#define PAMIT_JOURNAL_WRITE_H

#include "journal_epoch.h"
#include "journal_format.h"

struct journal {
    struct database database;
    struct day_keys days;
    sqlite3_stmt *insert, *last, *at_or_after;
    struct crossing_rows crossings;
    const struct sign_key *signer;
    struct verify_key *own; /* the public half of signer */
    char kiosk[ENTRY_KIOSK_LEN];
    struct journal_head head; /* seq 0: nothing stored */
    bool head_unsure;         /* a commit failed: read the head again */
};

/* What is stored in the transaction of an entry, after it; a failure takes the entry back. */
struct journal_beside {
    enum err (*store)(struct journal *journal, const struct entry_header *header, const void *user);
    const void *user;
};

/* As journal_append. `beside` may be NULL. */
MUST_CHECK enum err journal_append_with(struct journal *journal, enum entry_kind kind,
                                        const struct clock_reading *time, struct span payload,
                                        const struct journal_beside *beside,
                                        struct journal_head *head);

/* The same with the place in the chain given: `header` has kind, time, epoch, seq and prev. The
 * head was made sure of. */
MUST_CHECK enum err journal_store(struct journal *journal, struct entry_header *header,
                                  struct span payload, const struct journal_beside *beside,
                                  struct journal_head *head);
/* Reads the head again if a commit has failed. */
MUST_CHECK enum err journal_head_make_sure(struct journal *journal);

/* Seals, signs and inserts an entry within the open transaction; `header` gets kiosk and
 * payload_hash. */
MUST_CHECK enum err journal_entry_insert(struct journal *journal, struct entry_header *header,
                                         struct span payload, uint8_t hash[SIGN_HASH_LEN]);
/* Reads the last entry, verifies it and makes it the head; `seq` is its number even if it is bad.
 * ERR_MISSING: there is none. */
MUST_CHECK enum err journal_head_read(struct journal *journal, uint64_t *seq);

/* ---- epochs (journal_epoch.c) ------------------------------------------------------------- */

/* The two histories that an EPOCH goes on from: the journal's head, and the registry's. */
void epoch_name(const struct journal_head *own, const struct journal_parting *parting,
                struct entry_epoch *out);
/* The EPOCH that goes on from all that it names. `header` lacks kiosk and payload_hash. */
#define EPOCH_PAYLOAD_MAX 256
MUST_CHECK enum err epoch_make(const struct entry_epoch *epoch, const struct clock_reading *now,
                               struct entry_header *header, uint8_t payload[EPOCH_PAYLOAD_MAX],
                               size_t *len);

/* ---- what was set aside (journal_salvage.c) ----------------------------------------------- */

/* Entries that a file may have held and does not show: more than a counter stores in months. */
#define JOURNAL_HIDDEN_MAX 1000000
/* Up to where journals set aside beside `path` may have given out epochs and numbers, by what can
 * be read of them; where an end can't be seen, that many above it and the receipt. The same where
 * there is only a receipt (NULL: none), since it tells of a journal that is gone. ERR_MEMORY. */
MUST_CHECK enum err journal_given_out(const struct journal *journal, const char *path,
                                      const struct receipt *receipt, struct entry_epoch *epoch);

#endif
