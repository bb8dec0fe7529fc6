/* What the journal's writer shares with those that store more in an entry's transaction: epochs,
 * retention. Internal to store. */
#ifndef PAMIT_JOURNAL_WRITE_H
#define PAMIT_JOURNAL_WRITE_H

#include "journal_format.h"

struct journal {
    struct database database;
    struct day_keys days;
    sqlite3_stmt *insert, *last;
    struct deferral_rows deferrals;
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

#endif
