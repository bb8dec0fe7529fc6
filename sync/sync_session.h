/* The work of pamit-sync: contacts with the registry, for ever.
 *
 * A contact asks for a receipt, sends what the registry lacks, and fetches newer policy and
 * placements. There is one when entries are new in the journal (looked at twice a second), one each
 * sync_interval_s, and after a failure one after a back-off that grows; there is no last attempt
 * and nothing is ever dropped.
 */
#ifndef PAMIT_SYNC_SESSION_H
#define PAMIT_SYNC_SESSION_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "err.h"
#include "kiosk_config.h"
#include "seal.h"
#include "sign.h"
#include "tls.h"

#define SYNC_POLL_MS 500 /* how soon a new entry is seen */

/* All borrowed until sync_session_close. */
struct sync_parts {
    const struct kiosk_config *config;
    const struct seal_root *root;
    const struct tls_context *tls;
    const struct verify_key *receipt_key;
    const struct verify_key *policy_key;
    bool once; /* one contact, then end the loop: 0 if all of it succeeded, else 1 */
};

struct sync_session;

MUST_CHECK enum err sync_session_open(sd_event *loop, const struct sync_parts *parts,
                                      struct sync_session **out);
void sync_session_close(struct sync_session *session);

#endif
