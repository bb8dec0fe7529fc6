/* When pamit-sync contacts the registry: for ever.
 *
 * When entries are new in the journal (looked at twice a second), when the registry says that there
 * is news (sync_watch.h), each sync_interval_s, and after a
 * failure when a back-off is over that grows; there is no last attempt. Logs how contacts end.
 */
#ifndef PAMIT_SYNC_SESSION_H
#define PAMIT_SYNC_SESSION_H

#include "sync_contact.h"

#define SYNC_POLL_MS 500 /* how soon a new entry is seen */

enum sync_session_mode {
    SYNC_FOR_EVER,
    SYNC_ONCE, /* one contact with everything, then end the loop: 0 if it was whole, else 1 */
};

struct sync_session;

/* What `parts` points to is borrowed until sync_session_close. */
MUST_CHECK enum err sync_session_open(sd_event *loop, const struct sync_parts *parts,
                                      enum sync_session_mode mode, struct sync_session **out);
void sync_session_close(struct sync_session *session);

#endif
