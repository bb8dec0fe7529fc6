/* The table of state x event. Every cell is written, also where nothing happens (STAY).
 *
 * Why a scan is treated as it is: while a commit is under way it is held, so that a passport laid
 * down early is not lost, nor seems to have got the verdict that is being stored; over SESUAI or
 * RUJUK it begins the next traveller and the open verdict is noted as undecided, also when it could
 * not be read, or the next passport would seem to have got the green of the last; over TUNDA it is
 * ignored, or one scan would sweep a stop away. For the same reason a change of context never
 * re-judges a stop.
 *
 * A keyed document goes wherever a scan may, and where it may not the page is told, since somebody
 * typed it. The same document again at once is one transit (the lane says REPEATED): it moves
 * nothing, but where its bytes have taken RECORDED off the screen that comes back. A proposal waits
 * for the officer without end: it goes with a key, a keyed document or the next scan.
 *
 * What was recorded may be taken back while nobody else stands there: on RECORDED, and on READY
 * after it. Anything that came from the reader since says that somebody does, or may.
 *
 * What a failed commit leaves behind: after PRESENTING the traveller has no verdict; after DECIDING
 * the verdict is open as before, behind the fault; after VOIDING what was recorded stands. Whoever
 * comes to a counter behind a fault can't be judged, and ends what was open there, but for a stop:
 * when the fault is over, no light of the last traveller's comes back.
 */
#include "flow.h"

#include <assert.h>

#define STAY(state)                                                                                \
    {                                                                                              \
        FLOW_##state, 0, 0                                                                         \
    }
#define GO(state, does)                                                                            \
    {                                                                                              \
        FLOW_##state, (does), 0                                                                    \
    }
#define FOR(state, does, ms)                                                                       \
    {                                                                                              \
        FLOW_##state, (does), (ms)                                                                 \
    }

/* What every state in which a commit is under way answers to the rest of the world. */
#define WHILE_STORING(state)                                                                       \
    [FLOW_ON_BYTES] = STAY(state), [FLOW_ON_DOCUMENT] = GO(state, FLOW_HOLD),                      \
    [FLOW_ON_KEYED] = GO(state, FLOW_REFUSE_BUSY), [FLOW_ON_REPEATED] = STAY(state),               \
    [FLOW_ON_UNREADABLE] = GO(state, FLOW_HOLD), [FLOW_ON_PROPOSAL] = GO(state, FLOW_HOLD),        \
    [FLOW_ON_SCANNER_GONE] = GO(state, FLOW_SHOW), [FLOW_ON_DECIDE] = GO(state, FLOW_REFUSE_BUSY), \
    [FLOW_ON_VOID] = GO(state, FLOW_REFUSE_BUSY), [FLOW_ON_CONTEXT] = GO(state, FLOW_REFUSE_BUSY), \
    [FLOW_ON_DISMISS] = STAY(state), [FLOW_ON_DEADLINE] = STAY(state)

/* ... and every state in which the storage fails: a probe's outcome matters, and whether somebody
 * else is at the counter: then it goes on as `after`, does `does` besides, and probes within `ms`.
 */
#define WHILE_FAILING(state, after, does, ms)                                                      \
    [FLOW_ON_BYTES] = STAY(state), [FLOW_ON_DOCUMENT] = FOR(after, (does) | FLOW_IGNORE_SCAN, ms), \
    [FLOW_ON_KEYED] = FOR(after, (does) | FLOW_REFUSE_STORAGE, ms),                                \
    [FLOW_ON_REPEATED] = GO(state, FLOW_IGNORE_SCAN),                                              \
    [FLOW_ON_UNREADABLE] = FOR(after, (does) | FLOW_IGNORE_SCAN, ms),                              \
    [FLOW_ON_PROPOSAL] = FOR(after, (does) | FLOW_IGNORE_SCAN, ms),                                \
    [FLOW_ON_SCANNER_GONE] = GO(state, FLOW_SHOW),                                                 \
    [FLOW_ON_STORE_FAILED] = FOR(state, 0, FLOW_PROBE_MS),                                         \
    [FLOW_ON_DECIDE] = GO(state, FLOW_REFUSE_STORAGE),                                             \
    [FLOW_ON_VOID] = GO(state, FLOW_REFUSE_STORAGE),                                               \
    [FLOW_ON_CONTEXT] = GO(state, FLOW_REFUSE_STORAGE), [FLOW_ON_DISMISS] = STAY(state),           \
    [FLOW_ON_DEADLINE] = GO(state, FLOW_PROBE)

static const struct flow_move table[FLOW_STATE_COUNT][FLOW_EVENT_COUNT] =
    {
        [FLOW_READY] =
            {
                [FLOW_ON_BYTES] = FOR(READING, FLOW_SHOW, FLOW_READING_MS),
                [FLOW_ON_DOCUMENT] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_KEYED] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_REPEATED] = FOR(RECORDED, FLOW_SHOW, FLOW_RECORDED_MS),
                [FLOW_ON_UNREADABLE] = FOR(UNREADABLE, FLOW_SHOW, FLOW_UNREADABLE_MS),
                [FLOW_ON_PROPOSAL] = GO(PROPOSED, FLOW_SHOW),
                [FLOW_ON_SCANNER_GONE] = GO(READY, FLOW_SHOW),
                [FLOW_ON_STORED] = STAY(READY),
                [FLOW_ON_STORED_STOP] = STAY(READY),
                [FLOW_ON_STORE_FAILED] = FOR(STORAGE, FLOW_SHOW, FLOW_PROBE_MS),
                [FLOW_ON_DECIDE] = GO(READY, FLOW_REFUSE_STALE),
                [FLOW_ON_VOID] = GO(VOIDING, FLOW_VOID),
                [FLOW_ON_CONTEXT] = GO(READY, FLOW_SET_CONTEXT | FLOW_SHOW),
                [FLOW_ON_DISMISS] = GO(READY, FLOW_SHOW),
                [FLOW_ON_DEADLINE] = STAY(READY),
            },
        [FLOW_READING] =
            {
                [FLOW_ON_BYTES] = STAY(READING),
                [FLOW_ON_DOCUMENT] = GO(PRESENTING, FLOW_PRESENT),
                [FLOW_ON_KEYED] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_REPEATED] = FOR(RECORDED, FLOW_SHOW, FLOW_RECORDED_MS),
                [FLOW_ON_UNREADABLE] = FOR(UNREADABLE, FLOW_SHOW, FLOW_UNREADABLE_MS),
                [FLOW_ON_PROPOSAL] = GO(PROPOSED, FLOW_SHOW),
                [FLOW_ON_SCANNER_GONE] = GO(READY, FLOW_SHOW),
                [FLOW_ON_STORED] = STAY(READING),
                [FLOW_ON_STORED_STOP] = STAY(READING),
                [FLOW_ON_STORE_FAILED] = FOR(STORAGE, FLOW_SHOW, FLOW_PROBE_MS),
                [FLOW_ON_DECIDE] = GO(READING, FLOW_REFUSE_STALE),
                [FLOW_ON_VOID] = GO(READING, FLOW_REFUSE_STALE),
                [FLOW_ON_CONTEXT] = GO(READING, FLOW_SET_CONTEXT | FLOW_SHOW),
                [FLOW_ON_DISMISS] = STAY(READING),
                [FLOW_ON_DEADLINE] = GO(READY, FLOW_SHOW),
            },
        [FLOW_UNREADABLE] =
            {
                [FLOW_ON_BYTES] = FOR(READING, FLOW_SHOW, FLOW_READING_MS),
                [FLOW_ON_DOCUMENT] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_KEYED] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_REPEATED] = STAY(UNREADABLE),
                [FLOW_ON_UNREADABLE] = FOR(UNREADABLE, FLOW_SHOW, FLOW_UNREADABLE_MS),
                [FLOW_ON_PROPOSAL] = GO(PROPOSED, FLOW_SHOW),
                [FLOW_ON_SCANNER_GONE] = GO(READY, FLOW_SHOW),
                [FLOW_ON_STORED] = STAY(UNREADABLE),
                [FLOW_ON_STORED_STOP] = STAY(UNREADABLE),
                [FLOW_ON_STORE_FAILED] = FOR(STORAGE, FLOW_SHOW, FLOW_PROBE_MS),
                [FLOW_ON_DECIDE] = GO(UNREADABLE, FLOW_REFUSE_STALE),
                [FLOW_ON_VOID] = GO(UNREADABLE, FLOW_REFUSE_STALE),
                [FLOW_ON_CONTEXT] = GO(UNREADABLE, FLOW_SET_CONTEXT | FLOW_SHOW),
                [FLOW_ON_DISMISS] = GO(READY, FLOW_SHOW),
                [FLOW_ON_DEADLINE] = GO(READY, FLOW_SHOW),
            },
        [FLOW_PROPOSED] =
            {
                [FLOW_ON_BYTES] = FOR(READING, FLOW_SHOW, FLOW_READING_MS),
                [FLOW_ON_DOCUMENT] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_KEYED] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_REPEATED] = STAY(PROPOSED),
                [FLOW_ON_UNREADABLE] = FOR(UNREADABLE, FLOW_SHOW, FLOW_UNREADABLE_MS),
                [FLOW_ON_PROPOSAL] = GO(PROPOSED, FLOW_SHOW),
                [FLOW_ON_SCANNER_GONE] = GO(PROPOSED, FLOW_SHOW),
                [FLOW_ON_STORED] = STAY(PROPOSED),
                [FLOW_ON_STORED_STOP] = STAY(PROPOSED),
                [FLOW_ON_STORE_FAILED] = FOR(STORAGE, FLOW_SHOW, FLOW_PROBE_MS),
                [FLOW_ON_DECIDE] = GO(PROPOSED, FLOW_REFUSE_STALE),
                [FLOW_ON_VOID] = GO(PROPOSED, FLOW_REFUSE_STALE),
                [FLOW_ON_CONTEXT] = GO(PROPOSED, FLOW_SET_CONTEXT | FLOW_SHOW),
                [FLOW_ON_DISMISS] = GO(READY, FLOW_SHOW),
                [FLOW_ON_DEADLINE] = STAY(PROPOSED),
            },
        [FLOW_PRESENTING] =
            {
                WHILE_STORING(PRESENTING),
                [FLOW_ON_STORED] = GO(WAITING, FLOW_SHOW),
                [FLOW_ON_STORED_STOP] = GO(LOCKED, FLOW_SHOW),
                [FLOW_ON_STORE_FAILED] = FOR(STORAGE, FLOW_SHOW, FLOW_PROBE_MS),
            },
        [FLOW_WAITING] =
            {
                [FLOW_ON_BYTES] = STAY(WAITING),
                [FLOW_ON_DOCUMENT] = GO(PRESENTING, FLOW_NOTE_UNDECIDED | FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_KEYED] = GO(PRESENTING, FLOW_NOTE_UNDECIDED | FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_REPEATED] = STAY(WAITING),
                [FLOW_ON_UNREADABLE] =
                    FOR(UNREADABLE, FLOW_NOTE_UNDECIDED | FLOW_SHOW, FLOW_UNREADABLE_MS),
                [FLOW_ON_PROPOSAL] = GO(PROPOSED, FLOW_NOTE_UNDECIDED | FLOW_SHOW),
                [FLOW_ON_SCANNER_GONE] = GO(WAITING, FLOW_SHOW),
                [FLOW_ON_STORED] = STAY(WAITING),
                [FLOW_ON_STORED_STOP] = STAY(WAITING),
                [FLOW_ON_STORE_FAILED] = FOR(STORAGE_WAITING, FLOW_SHOW, FLOW_PROBE_MS),
                [FLOW_ON_DECIDE] = GO(DECIDING, FLOW_DECIDE),
                [FLOW_ON_VOID] = GO(WAITING, FLOW_REFUSE_STALE),
                [FLOW_ON_CONTEXT] = GO(PRESENTING, FLOW_SET_CONTEXT | FLOW_REJUDGE | FLOW_SHOW),
                [FLOW_ON_DISMISS] = STAY(WAITING),
                [FLOW_ON_DEADLINE] = STAY(WAITING),
            },
        [FLOW_LOCKED] =
            {
                [FLOW_ON_BYTES] = STAY(LOCKED),
                [FLOW_ON_DOCUMENT] = GO(LOCKED, FLOW_IGNORE_SCAN),
                [FLOW_ON_KEYED] = GO(LOCKED, FLOW_REFUSE_LOCKED),
                [FLOW_ON_REPEATED] = GO(LOCKED, FLOW_IGNORE_SCAN),
                [FLOW_ON_UNREADABLE] = GO(LOCKED, FLOW_IGNORE_SCAN),
                [FLOW_ON_PROPOSAL] = GO(LOCKED, FLOW_IGNORE_SCAN),
                [FLOW_ON_SCANNER_GONE] = GO(LOCKED, FLOW_SHOW),
                [FLOW_ON_STORED] = STAY(LOCKED),
                [FLOW_ON_STORED_STOP] = STAY(LOCKED),
                [FLOW_ON_STORE_FAILED] = FOR(STORAGE_LOCKED, FLOW_SHOW, FLOW_PROBE_MS),
                [FLOW_ON_DECIDE] = GO(DECIDING_LOCKED, FLOW_DECIDE),
                [FLOW_ON_VOID] = GO(LOCKED, FLOW_REFUSE_STALE),
                [FLOW_ON_CONTEXT] = GO(LOCKED, FLOW_REFUSE_LOCKED),
                [FLOW_ON_DISMISS] = GO(LOCKED, FLOW_QUIET),
                [FLOW_ON_DEADLINE] = STAY(LOCKED),
            },
        [FLOW_DECIDING] =
            {
                WHILE_STORING(DECIDING),
                [FLOW_ON_STORED] = FOR(RECORDED, FLOW_SHOW, FLOW_RECORDED_MS),
                [FLOW_ON_STORED_STOP] = FOR(RECORDED, FLOW_SHOW, FLOW_RECORDED_MS),
                [FLOW_ON_STORE_FAILED] =
                    FOR(STORAGE_WAITING, FLOW_REFUSE_STORAGE | FLOW_SHOW, FLOW_PROBE_MS),
            },
        [FLOW_DECIDING_LOCKED] =
            {
                WHILE_STORING(DECIDING_LOCKED),
                [FLOW_ON_STORED] = FOR(RECORDED, FLOW_SHOW, FLOW_RECORDED_MS),
                [FLOW_ON_STORED_STOP] = FOR(RECORDED, FLOW_SHOW, FLOW_RECORDED_MS),
                [FLOW_ON_STORE_FAILED] =
                    FOR(STORAGE_LOCKED, FLOW_REFUSE_STORAGE | FLOW_SHOW, FLOW_PROBE_MS),
            },
        [FLOW_RECORDED] =
            {
                [FLOW_ON_BYTES] = FOR(READING, FLOW_SHOW, FLOW_READING_MS),
                [FLOW_ON_DOCUMENT] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_KEYED] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_REPEATED] = STAY(RECORDED),
                [FLOW_ON_UNREADABLE] = FOR(UNREADABLE, FLOW_SHOW, FLOW_UNREADABLE_MS),
                [FLOW_ON_PROPOSAL] = GO(PROPOSED, FLOW_SHOW),
                [FLOW_ON_SCANNER_GONE] = GO(RECORDED, FLOW_SHOW),
                [FLOW_ON_STORED] = STAY(RECORDED),
                [FLOW_ON_STORED_STOP] = STAY(RECORDED),
                [FLOW_ON_STORE_FAILED] = FOR(STORAGE, FLOW_SHOW, FLOW_PROBE_MS),
                [FLOW_ON_DECIDE] = GO(RECORDED, FLOW_REFUSE_STALE),
                [FLOW_ON_VOID] = GO(VOIDING, FLOW_VOID),
                [FLOW_ON_CONTEXT] = GO(RECORDED, FLOW_SET_CONTEXT | FLOW_SHOW),
                [FLOW_ON_DISMISS] = GO(READY, FLOW_SHOW),
                [FLOW_ON_DEADLINE] = GO(READY, FLOW_SHOW),
            },
        [FLOW_VOIDING] =
            {
                WHILE_STORING(VOIDING),
                [FLOW_ON_STORED] = FOR(VOIDED, FLOW_SHOW, FLOW_RECORDED_MS),
                [FLOW_ON_STORED_STOP] = FOR(VOIDED, FLOW_SHOW, FLOW_RECORDED_MS),
                [FLOW_ON_STORE_FAILED] =
                    FOR(STORAGE, FLOW_REFUSE_STORAGE | FLOW_SHOW, FLOW_PROBE_MS),
            },
        [FLOW_VOIDED] =
            {
                [FLOW_ON_BYTES] = FOR(READING, FLOW_SHOW, FLOW_READING_MS),
                [FLOW_ON_DOCUMENT] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_KEYED] = GO(PRESENTING, FLOW_PRESENT | FLOW_SHOW),
                [FLOW_ON_REPEATED] = STAY(VOIDED),
                [FLOW_ON_UNREADABLE] = FOR(UNREADABLE, FLOW_SHOW, FLOW_UNREADABLE_MS),
                [FLOW_ON_PROPOSAL] = GO(PROPOSED, FLOW_SHOW),
                [FLOW_ON_SCANNER_GONE] = GO(VOIDED, FLOW_SHOW),
                [FLOW_ON_STORED] = STAY(VOIDED),
                [FLOW_ON_STORED_STOP] = STAY(VOIDED),
                [FLOW_ON_STORE_FAILED] = FOR(STORAGE, FLOW_SHOW, FLOW_PROBE_MS),
                [FLOW_ON_DECIDE] = GO(VOIDED, FLOW_REFUSE_STALE),
                [FLOW_ON_VOID] = GO(VOIDED, FLOW_REFUSE_STALE),
                [FLOW_ON_CONTEXT] = GO(VOIDED, FLOW_SET_CONTEXT | FLOW_SHOW),
                [FLOW_ON_DISMISS] = GO(READY, FLOW_SHOW),
                [FLOW_ON_DEADLINE] = GO(READY, FLOW_SHOW),
            },
        [FLOW_STORAGE] =
            {
                WHILE_FAILING(STORAGE, STORAGE, 0, 0),
                [FLOW_ON_STORED] = GO(READY, FLOW_SHOW),
                [FLOW_ON_STORED_STOP] = GO(READY, FLOW_SHOW),
            },
        [FLOW_STORAGE_WAITING] =
            {
                WHILE_FAILING(STORAGE_WAITING, STORAGE, FLOW_NOTE_UNDECIDED, FLOW_PROBE_MS),
                [FLOW_ON_STORED] = GO(WAITING, FLOW_SHOW),
                [FLOW_ON_STORED_STOP] = GO(WAITING, FLOW_SHOW),
            },
        [FLOW_STORAGE_LOCKED] =
            {
                WHILE_FAILING(STORAGE_LOCKED, STORAGE_LOCKED, 0, 0),
                [FLOW_ON_STORED] = GO(LOCKED, FLOW_SHOW),
                [FLOW_ON_STORED_STOP] = GO(LOCKED, FLOW_SHOW),
            },
};

struct flow_move flow_step(enum flow_state state, enum flow_event event)
{
    assert((unsigned)state < FLOW_STATE_COUNT && (unsigned)event < FLOW_EVENT_COUNT);
    return table[state][event];
}

const char *flow_state_name(enum flow_state state)
{
    static const char *const names[] = {
#define FLOW_STATE_NAME(name) [FLOW_##name] = #name,
        FLOW_STATES(FLOW_STATE_NAME)
#undef FLOW_STATE_NAME
    };
    assert((unsigned)state < FLOW_STATE_COUNT);
    return names[state];
}

const char *flow_event_name(enum flow_event event)
{
    static const char *const names[] = {
#define FLOW_EVENT_NAME(name) [FLOW_ON_##name] = #name,
        FLOW_EVENTS(FLOW_EVENT_NAME)
#undef FLOW_EVENT_NAME
    };
    assert((unsigned)event < FLOW_EVENT_COUNT);
    return names[event];
}
