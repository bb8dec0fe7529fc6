/* HEALTH about the clock: a supervisor has said what time it is.
 *
 * The entry's header carries the time as it was gone by until then, its quality, and where in which
 * boot that was; the payload says what the time was at that same moment. It is stored before the
 * new time is gone by, and found again by a lane that starts in the same boot. Pure; any process.
 */
#ifndef PAMIT_ENTRY_CLOCK_H
#define PAMIT_ENTRY_CLOCK_H

#include "entry.h"

#define ENTRY_CLOCK_WHAT "clock"

struct entry_clock {
    enum entry_mode mode;
    char officer_id[ENTRY_OFFICER_LEN]; /* on duty at the counter */
    int64_t wall_ms;                    /* at the header's boot time; > 0 */
    enum role role;                     /* whose word it is */
    char second_officer_id[ENTRY_OFFICER_LEN];
    enum auth_method auth_method; /* of that word. AUTH_NONE: who it is was said at the counter, and
                                     nobody has proven it; so far there is no other */
};

/* As the codecs of entry.h. */
MUST_CHECK enum err entry_clock_encode(const struct entry_clock *payload,
                                       const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap,
                                       size_t *len);
/* ERR_INVALID also for a HEALTH about something else. */
MUST_CHECK enum err entry_clock_decode(struct span bytes, struct entry_clock *out);

#endif
