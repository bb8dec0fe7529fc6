/* What can still be read of a journal that was set aside (quarantine.h), for journal_epoch.h to
 * take over. pamit-lane, at start.
 */
#ifndef PAMIT_JOURNAL_SALVAGE_H
#define PAMIT_JOURNAL_SALVAGE_H

#include "journal_epoch.h"

/* Notes durably which entries of `source` are to be taken over: those that the receipt (verified;
 * NULL: none is known) does not cover. Who was deferred at this counter is known again at once.
 * Nothing happens if that was done before. Of `source` nothing is written but the checksums of a
 * WAL with a hole, so that what lies behind it can be read. ERR_CORRUPT, ERR_MISSING: nothing of it
 * can be read; ERR_AUTH: it is another kiosk's, or another key's; what else is about the journal
 * itself, as journal_append. */
MUST_CHECK enum err journal_salvage(struct journal *journal, const char *source,
                                    const struct seal_root *root, const struct receipt *receipt,
                                    char why[JOURNAL_WHY_LEN]);

#endif
