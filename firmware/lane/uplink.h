/* What the lane may say of the registry: online or not, and how much it has acknowledged.
 *
 * Reads sync.db, which pamit-sync writes, and verifies the receipt in it again: one that is
 * unsigned, foreign, or about entries that the journal does not hold, acknowledges nothing.
 * pamit-lane only.
 */
#ifndef PAMIT_UPLINK_H
#define PAMIT_UPLINK_H

#include "journal_epoch.h"
#include "kiosk_config.h"
#include "receipt.h"
#include "sign.h"
#include "view.h"

struct uplink;

/* Loads the receipt key; sync.db itself may come later. `config` is borrowed. */
MUST_CHECK enum err uplink_open(const struct kiosk_config *config, struct uplink **out,
                                char why[SIGN_WHY_LEN]);
void uplink_close(struct uplink *uplink);
/* Was sync.db found damaged? Until it can be read again, as its writer sees to. */
bool uplink_damaged(const struct uplink *uplink);
/* Does pamit-sync say that the journal is (SYNC_STATE_JOURNAL_DAMAGED)? */
bool uplink_journal_damaged(const struct uplink *uplink);
/* Did uplink_read meet damage of the journal, in what a receipt has to be held against? */
bool uplink_met_damage(const struct uplink *uplink);

/* At start: what the registry last acknowledged, for a journal that is made anew; false if nothing
 * is known. Waits for sync.db as a command does. */
MUST_CHECK bool uplink_acknowledged(const struct uplink *uplink, struct receipt *out);

/* The newest receipt that uplink_read found good and in agreement with the journal, and its
 * envelope; both borrowed until the next uplink_read. NULL: there is none. */
const struct receipt *uplink_receipt(const struct uplink *uplink, struct span *envelope);

/* Fills online, unsent and last contact; `head_seq` is the journal's last entry. A pamit-sync that
 * has not spoken for two of its intervals and UPLINK_GRACE_S, or not since the machine was started,
 * counts as offline: by CLOCK_BOOTTIME, so that no setting of the clock makes it one. A journal
 * that lacks what the registry holds is logged once. For the loop: waits for nobody. */
#define UPLINK_GRACE_S    30
#define UPLINK_REASON_LEN 200
void uplink_read(struct uplink *uplink, const struct clock_reading *now, uint64_t head_seq,
                 struct view_link *out);
/* The registry's newest time that uplink_read has verified, and when in this boot it was said.
 * False: none was, or in another boot; *registry_ms is then still what it said last, or 0. */
bool uplink_time(const struct uplink *uplink, const struct clock_reading *now, int64_t *registry_ms,
                 int64_t *boottime_ms);

/* What uplink_read found the registry and the journal to have parted on; false: they agree, or
 * nothing is known. */
bool uplink_parting(const struct uplink *uplink, struct journal_parting *out);

#endif
