/* Scanner: serial line + framing + liveness, as one thing that never gives up.
 *
 * A scanner may be absent at start, be unplugged in the middle of a document and come back: it is
 * opened again for ever, with back-off. The profile's commands are sent when it opens and after
 * each read, without waiting: nothing blocks. There is no clock and no sleeping inside: time is an
 * argument (any monotone ms), deadlines are data. The owner's loop:
 *
 *   when scanner_fd() is readable, or scanner_deadline_ms() has come:
 *       while (scanner_next(s, now_ms, &event))
 *           handle(event);
 *   then poll scanner_fd() (it changes at OPENED and GONE) until scanner_deadline_ms().
 *
 * Used by pamit-lane only.
 */
#ifndef PAMIT_SCANNER_H
#define PAMIT_SCANNER_H

#include <stdbool.h>
#include <stdint.h>

#include "scan_frame.h"
#include "scan_profile.h"
#include "serial_line.h"

#define SCANNER_NO_DEADLINE  INT64_MAX
#define SCANNER_RETRY_MIN_MS 100  /* first try after it went away; doubles */
#define SCANNER_RETRY_MAX_MS 3000 /* a person who plugs it in again waits no longer than this */
#define SCANNER_LIVED_MS     1000 /* a line that was there as long as this did not die at once */
#define SCANNER_ANSWER_MS    2000 /* a reader that hears a command has answered it by then */
#define SCANNER_ASK_MS       5000 /* one that did not is asked again so often */

/* A reader of a kind that answers commands is QUIET while it owes an answer: without power behind
 * its USB adapter, at another speed, or hung. One that only ever speaks of documents is OK as long
 * as its line is there: its silence says nothing. */
enum scanner_state {
    SCANNER_GONE = 0,
    SCANNER_OK = 1,
    SCANNER_QUIET = 2,
};

struct scanner;

/* Prepares a scanner; does not open the device yet: that happens at the first scanner_next(), which
 * gives OPENED or GONE. `settings` overrides the profile's when not NULL. `backend` and `profile`
 * are borrowed until close; `path` and `settings` are copied. Returns 0 or -ENOMEM. */
int scanner_open(const struct serial_line_backend *backend, const char *path,
                 const struct scan_profile *profile, const struct serial_settings *settings,
                 struct scanner **out);

/* The next event at `now_ms`: bytes are read, silence is noticed, a device that is gone is tried
 * again when due. Returns false when there is none now. Before GONE is returned the fd is closed: a
 * poller must forget it before calling again. A reader that goes away in the middle of a document
 * gives PARTIAL or GARBAGE first, then GONE. GONE comes once, not for each failed try; QUIET and
 * HEARD come by turns.
 * A call reads 64 KiB at most, and works in time linear in them. */
bool scanner_next(struct scanner *s, int64_t now_ms, struct scan_event *event);

/* To poll for input; -1 while gone. */
int scanner_fd(const struct scanner *s);

/* When to call scanner_next() even if the fd is silent; SCANNER_NO_DEADLINE for never. */
int64_t scanner_deadline_ms(const struct scanner *s);

enum scanner_state scanner_state(const struct scanner *s);

/* Why it is gone or quiet, for the log: "PATH: reason". Empty while OK. Borrowed until the next
 * call. */
const char *scanner_why(const struct scanner *s);

/* NULL is fine. */
void scanner_close(struct scanner *s);

#endif
