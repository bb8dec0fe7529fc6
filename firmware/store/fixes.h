/* Corrected times of entries, from the fixes that pamit-sync kept.
 *
 * A fix counts if its receipt is signed by the registry's receipt key and is this kiosk's. What a
 * reader relies on is then the registry for the time, and pamit-sync for the moment: the nonce that
 * binds a receipt to a request is checked there and kept nowhere else. An entry's own time is what
 * its kiosk signed, and stays. pamit.
 */
#ifndef PAMIT_FIXES_H
#define PAMIT_FIXES_H

#include "sign.h"
#include "sync_state.h"
#include "time_fix.h"

struct fixes;

/* Loads all there are. `key` and `kiosk` are borrowed until fixes_close. */
MUST_CHECK enum err fixes_open(struct sync_state_db *db, const struct verify_key *key,
                               const char *kiosk, struct fixes **out);
/* NULL is fine. */
void fixes_close(struct fixes *fixes);

/* The time at a reading's moment. False: nothing was signed in its boot. Verifies at most the fixes
 * around it, each once. */
bool fixes_correct(struct fixes *fixes, const struct clock_reading *reading,
                   struct time_correction *out);
/* How many that were asked for did not verify. */
size_t fixes_refused(const struct fixes *fixes);

#endif
