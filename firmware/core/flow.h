/* The flow of a crossing at the counter, as one table of state x event.
 *
 * flow_step says what the lane does next; it does no I/O, reads no clock and keeps nothing. The
 * lane carries out the actions in the order of their bits and feeds deadlines and completed commits
 * back as events. Two promises live here: a verdict is shown only by STORED in PRESENTING (record
 * before act), and a stop is left only by a supervisor's decision that is stored. Pure.
 */
#ifndef PAMIT_FLOW_H
#define PAMIT_FLOW_H

#include <stdint.h>

#define FLOW_STATES(X)                                                                             \
    X(READY)           /* nothing on the reader */                                                 \
    X(READING)         /* bytes come in */                                                         \
    X(UNREADABLE)      /* what came is no valid document: no verdict */                            \
    X(PROPOSED)        /* ... but one correction would make it valid: an officer's to confirm */   \
    X(PRESENTING)      /* judged; PRESENTED is being stored; nothing is shown yet */               \
    X(WAITING)         /* SESUAI or RUJUK is shown; an officer's decision is awaited */            \
    X(LOCKED)          /* TUNDA is shown; only a supervisor's decision ends it */                  \
    X(DECIDING)        /* from WAITING: DECIDED is being stored */                                 \
    X(DECIDING_LOCKED) /* from LOCKED: DECIDED is being stored */                                  \
    X(RECORDED)        /* DECIDED is durable and said so */                                        \
    X(VOIDING)         /* from READY or RECORDED: VOID is being stored */                          \
    X(VOIDED)          /* VOID is durable and said so */                                           \
    X(STORAGE)         /* a PRESENTED could not be stored: nobody is judged */                     \
    X(STORAGE_WAITING) /* a DECIDED could not be stored: the verdict waits behind the fault */     \
    X(STORAGE_LOCKED)  /* the same, and the verdict is a stop */

#define FLOW_EVENTS(X)                                                                             \
    X(BYTES)      /* the first bytes of a scan */                                                  \
    X(DOCUMENT)   /* a valid document was read */                                                  \
    X(KEYED)      /* the officer keyed a document, or confirmed a proposal */                      \
    X(REPEATED)   /* the document that the counter is about came again at once: a double swipe */  \
    X(UNREADABLE) /* a scan ended without a document */                                            \
    X(PROPOSAL)   /* ... but with a correction to propose */                                       \
    X(SCANNER_GONE) /* the reader was pulled out, or is back */                                    \
    X(STORED)       /* the commit under way is durable */                                          \
    X(STORED_STOP)  /* ... and the PRESENTED it holds is a TUNDA */                                \
    X(STORE_FAILED) /* the commit under way failed: nothing is acknowledged */                     \
    X(DECIDE)       /* an allowed decision that answers the shown entry */                         \
    X(VOID)         /* the decision that was recorded last is to be taken back */                  \
    X(CONTEXT)      /* the officer changed voyage, purpose or category */                          \
    X(DISMISS)      /* a key that only closes or quiets what is shown */                           \
    X(DEADLINE)     /* the state's time is over */

enum flow_state {
#define FLOW_STATE_ROW(name) FLOW_##name,
    FLOW_STATES(FLOW_STATE_ROW)
#undef FLOW_STATE_ROW
        FLOW_STATE_COUNT
};

enum flow_event {
#define FLOW_EVENT_ROW(name) FLOW_ON_##name,
    FLOW_EVENTS(FLOW_EVENT_ROW)
#undef FLOW_EVENT_ROW
        FLOW_EVENT_COUNT
};

/* What the lane does, in this order. */
enum flow_action {
    FLOW_HOLD = 1 << 0,           /* keep the scan: it comes again when the commit is done */
    FLOW_IGNORE_SCAN = 1 << 1,    /* a scan that can't count now; say so in the log */
    FLOW_REFUSE_BUSY = 1 << 2,    /* tell the page: an entry is being stored */
    FLOW_REFUSE_STALE = 1 << 3,   /* tell the page: nothing is open that this could answer */
    FLOW_REFUSE_LOCKED = 1 << 4,  /* tell the page: not while a stop is open */
    FLOW_REFUSE_STORAGE = 1 << 5, /* tell the page: nothing can be stored */
    FLOW_NOTE_UNDECIDED = 1 << 6, /* the shown verdict is left without a decision */
    FLOW_SET_CONTEXT = 1 << 7,    /* take the context over */
    FLOW_PRESENT = 1 << 8,        /* judge the document and store PRESENTED */
    FLOW_REJUDGE = 1 << 9,        /* judge the shown document anew and store PRESENTED */
    FLOW_DECIDE = 1 << 10,        /* store DECIDED */
    FLOW_VOID = 1 << 11,          /* store VOID */
    FLOW_PROBE = 1 << 12,         /* store a HEALTH entry: does the storage work again? */
    FLOW_QUIET = 1 << 13,         /* acknowledge the stop's sound */
    FLOW_SHOW = 1 << 14,          /* page, lamps and buzzer take the new state */
};

struct flow_move {
    enum flow_state next;
    uint32_t actions;     /* of enum flow_action */
    uint32_t deadline_ms; /* from now until FLOW_ON_DEADLINE; 0: the one that runs goes on
                           * while the state stays, and there is none in a new state */
};

#define FLOW_READING_MS    5000  /* a scan without an end is given up */
#define FLOW_UNREADABLE_MS 10000 /* then back to ready */
#define FLOW_RECORDED_MS   4000
#define FLOW_PROBE_MS      2000 /* between trials of a failing storage */

struct flow_move flow_step(enum flow_state state, enum flow_event event);

const char *flow_state_name(enum flow_state state);
const char *flow_event_name(enum flow_event event);

#endif
