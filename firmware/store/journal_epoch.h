/* Epochs: going on after the registry and the journal have parted, without losing an entry.
 *
 * Storage that was restored from an image, or a journal that was set aside, lacks entries that the
 * registry holds. The journal then goes on after the registry's head with an EPOCH of a higher
 * epoch, whose number is above all that either has; what it holds and the registry may not is
 * appended again, as RECOVERED, one entry a transaction, from where it stopped if it is killed.
 * pamit-lane's commit thread, as journal.h.
 */
#ifndef PAMIT_JOURNAL_EPOCH_H
#define PAMIT_JOURNAL_EPOCH_H

#include "journal_reader.h"

/* A receipt, verified by the caller, that does not agree with the journal (journal_receipt.h). */
struct journal_parting {
    struct receipt receipt;
    uint64_t held; /* up to this one of the journal's entries nothing has to be taken over; 0: not
                    * known of any. It may be too low: what the registry gets twice counts once. */
};

/* Begins the next epoch after the receipt's head, and notes what is to be taken over of the journal
 * itself: what comes after `held`, and some before that, so that what a decision answers is there.
 * So much more is also taken over of what is under way, and of other files all that a registry
 * lacks which was restored to before this journal was begun. ERR_OLD: an epoch has begun with this
 * receipt or a later one. Else as journal_append. */
MUST_CHECK enum err journal_begin_epoch(struct journal *journal,
                                        const struct journal_parting *parting,
                                        const struct clock_reading *now, struct journal_head *head);

/* ---- taking over -------------------------------------------------------------------------- */

#define JOURNAL_SOURCE_LEN 320

/* What is still to be taken over from one file. */
struct journal_recovery {
    int64_t no;
    char source[JOURNAL_SOURCE_LEN]; /* path of another journal; "": this one */
    uint64_t next, last;             /* its entries */
};

/* The first entry to take over where `held` (0: none) is the last that the registry has: some
 * before it come again, so that a decision comes after the PRESENTED that it answers. Pure. */
#define JOURNAL_RECOVERY_OVERLAP 16 /* entries: more than those of one traveller */
uint64_t journal_recovery_first(uint64_t held);

/* Notes durably that the entries `from` to `last` of another journal of this kiosk, one that was
 * set aside, are to be taken over. Nothing happens if that file was noted before. */
MUST_CHECK enum err journal_recover_from(struct journal *journal, const char *source, uint64_t from,
                                         uint64_t last);

/* What was noted first and is not done. ERR_MISSING: nothing. */
MUST_CHECK enum err journal_recovery_pending(struct journal *journal, struct journal_recovery *out);

struct journal_recovered {
    bool appended;   /* false: nothing was there to append; the next step may find something */
    uint64_t seq;    /* of the original */
    unsigned passed; /* entries that were passed by: damaged, or not signed by this kiosk */
    bool done;       /* nothing is left of this recovery */
    struct journal_head head;
};

/* The next step of a pending recovery: looks at no more than JOURNAL_RECOVERY_LOOKS numbers of its
 * source (read with the storage key) and appends at most one entry. On failure nothing was
 * acknowledged, and the recovery stays pending. */
#define JOURNAL_RECOVERY_LOOKS 32
MUST_CHECK enum err journal_recover_step(struct journal *journal, struct journal_reader *source,
                                         const struct journal_recovery *recovery,
                                         const struct clock_reading *now,
                                         struct journal_recovered *out);
/* Ends a recovery whose source can't be read at all. */
MUST_CHECK enum err journal_recovery_give_up(struct journal *journal,
                                             const struct journal_recovery *recovery);

#endif
