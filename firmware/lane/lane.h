/* The lane: a counter at work, from scan to recorded decision.
 *
 * Puts together what the other files give: devices (counter.h), judging (judge.h), durable entries
 * (commit.h), the page (console_port.h), and the rules of what may follow what (core/flow.h).
 * pamit-lane only.
 */
#ifndef PAMIT_LANE_H
#define PAMIT_LANE_H

#include <systemd/sd-event.h>

#include "judge.h"
#include "journal.h"
#include "kiosk_config.h"
#include "uplink.h"
#include "view.h"

#define LANE_WHY_LEN 384

/* Opened by main, borrowed until lane_close. */
struct lane_parts {
    struct journal *journal;
    struct judge *judge;
    struct uplink *uplink;
    const struct seal_root *root;
    bool may_reopen;    /* the loop may end with LANE_JOURNAL_MOVED, */
    bool may_set_aside; /* with LANE_JOURNAL_DAMAGED */
};

/* With what the loop ends when all has to be opened anew. */
#define LANE_JOURNAL_MOVED   64 /* its file, -wal or -shm was removed or replaced */
#define LANE_JOURNAL_DAMAGED 65

struct lane;

/* Starts serving in `loop`. A stop that was open when the lane ended is open again. */
MUST_CHECK enum err lane_open(sd_event *loop, const struct kiosk_config *config,
                              const struct lane_parts *parts, struct lane **out,
                              char why[LANE_WHY_LEN]);
/* Is a traveller before it whose crossing is not recorded? Also asked when its loop has ended. */
bool lane_is_serving(const struct lane *lane);
/* Something about the kiosk that the people at the counter have to know, from now until it is ended
 * or the lane ends: whoever finds it at a start says it again. What is logged of it is the caller's
 * business. CLOCK_UNKNOWN is the lane's own. */
void lane_notice(struct lane *lane, enum view_notice notice);
void lane_notice_end(struct lane *lane, enum view_notice notice);

/* Lamps dark; what is being stored is finished. NULL is fine. */
void lane_close(struct lane *lane);

#endif
