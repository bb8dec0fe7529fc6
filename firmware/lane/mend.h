/* A journal that is damaged, or was removed under the lane: opened again, or set aside and begun
 * anew, without a person. pamit-lane's main.
 */
#ifndef PAMIT_MEND_H
#define PAMIT_MEND_H

#include "journal.h"
#include "kiosk_config.h"
#include "lane.h"

#define MEND_TURNS_MAX 4 /* that the lane is opened in one life of its process */

/* Since the process started; zero at first. */
struct mend {
    bool looked; /* for what a person or an interruption left */
    bool not_durable;
    bool wal_gone;    /* somebody removed the -wal */
    bool damaged;     /* found so while it was open */
    bool was_serving; /* when the lane before this one ended */
    bool set_aside;   /* once: a disk that damages every file would get full of them */
    unsigned turns;
};

/* Opens the journal, or sets a damaged one aside and begins a new one; notes what is to be taken
 * over of those that lie there. Logs what it does. Errors as journal_open. */
MUST_CHECK enum err mend_open(struct mend *mend, const struct kiosk_config *config,
                              const struct journal_keys *keys, const struct clock_reading *now,
                              struct journal **out, char why[JOURNAL_WHY_LEN]);

/* May the lane end its loop to have all opened anew, or the journal set aside? If not it stays,
 * with its fault shown, and tries to store. */
bool mend_may_reopen(const struct mend *mend);
bool mend_may_set_aside(const struct mend *mend);
/* Its loop has ended with this code (lane.h). True: all is to be opened anew. */
bool mend_again(struct mend *mend, int code);

/* What the people at the counter have to know of it. */
void mend_tell(const struct mend *mend, const struct kiosk_config *config, struct lane *lane);

#endif
