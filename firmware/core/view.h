/* What the lane and the console say to each other: twelve versioned CBOR messages.
 *
 * One SOCK_SEQPACKET unix socket, one message a packet, the lane listens, peer uid checked. The
 * lane owns verdict, lamps and journal; the page is a view. Everything the page can show is in one
 * message, VIEW, sent whole on every change: a page that connects late or misses one is right again
 * with the next. The lane sends codes and data; the page owns the words. An action names the entry
 * it answers; a stale one is refused with REFUSED.
 *
 * lane -> console: VIEW, HEARTBEAT (every second), REFUSED, BUTTON
 * console -> lane: HELLO (first), PAINTED, ACTION, CONTEXT, DISMISS, KEYED, CLOCK, VOID
 *
 * Each message is an array [version, type, body map]. Pure; pamit-lane and pamit-console.
 */
#ifndef PAMIT_VIEW_H
#define PAMIT_VIEW_H

#include "clock.h"
#include "context.h"
#include "decision.h"
#include "entry.h"
#include "mrz_fault.h"
#include "verdict.h"

#define VIEW_PROTOCOL    1
#define VIEW_MESSAGE_MAX 8192
#define VIEW_TEXT_LEN    64

enum view_message_type {
    VIEW_MESSAGE_NONE = 0,
    VIEW_MESSAGE_VIEW,
    VIEW_MESSAGE_HEARTBEAT,
    VIEW_MESSAGE_REFUSED,
    VIEW_MESSAGE_HELLO,
    VIEW_MESSAGE_PAINTED,
    VIEW_MESSAGE_ACTION,
    VIEW_MESSAGE_CONTEXT,
    VIEW_MESSAGE_DISMISS, /* back to ready from "not readable" or "recorded" */
    VIEW_MESSAGE_BUTTON,
    VIEW_MESSAGE_KEYED,
    VIEW_MESSAGE_CLOCK,
    VIEW_MESSAGE_VOID,
    VIEW_MESSAGE_TYPES
};

/* Names of the page's screens; the lane's flow chooses. */
#define VIEW_SCREENS(X)                                                                            \
    X(STARTING)   /* nothing known yet */                                                          \
    X(READY)      /* put a passport on the reader */                                               \
    X(READING)    /* bytes come in */                                                              \
    X(UNREADABLE) /* no MRZ, or a check digit fails: no verdict */                                 \
    X(VERDICT)    /* PRESENTED is durable; an officer's decision is awaited */                     \
    X(RECORDED)   /* DECIDED is durable */                                                         \
    X(STORAGE)    /* entries can't be stored: nobody is cleared */                                 \
    X(VOIDED)     /* VOID is durable: what was recorded is taken back */

enum view_screen {
#define VIEW_SCREEN_ROW(name) VIEW_##name,
    VIEW_SCREENS(VIEW_SCREEN_ROW)
#undef VIEW_SCREEN_ROW
        VIEW_SCREEN_COUNT
};
const char *view_screen_name(enum view_screen screen);

/* What people at the counter have to know about the kiosk while it goes on serving; the worst
 * first. Bit n of view.notices: notice n stands. */
#define VIEW_NOTICES(X)                                                                            \
    X(SCAN_AGAIN)          /* the verdict at the counter was lost: scan its traveller again */     \
    X(STORAGE_NOT_DURABLE) /* what is stored may be lost with the power */                         \
    X(SPACE_FULL)          /* no room for entries soon */                                          \
    X(CLOCK_UNKNOWN)       /* nobody knows what day it is: set the clock */                        \
    X(JOURNAL_DAMAGED)     /* the journal's file was damaged, is kept aside, a new one is used */  \
    X(SCANNER_QUIET)       /* the reader's line is there, but the reader does not answer */        \
    X(BUTTON_STUCK)        /* a button has been down for longer than anybody presses one */        \
    X(ENTRY_UNREADABLE)    /* an entry of the journal can't be read */                             \
    X(WAL_REMOVED)         /* a part of the journal was removed: its last entries may be gone */   \
    X(NEW_EPOCH)           /* the registry held another history: ours goes on in a new epoch */    \
    X(CACHE_DAMAGED)       /* the placement data are damaged, kept aside, and fetched anew */      \
    X(SYNC_DAMAGED)        /* likewise what sync knows of the registry */                          \
    X(SPACE_LITTLE)        /* four fifths of the room for entries are used */

enum view_notice {
#define VIEW_NOTICE_ROW(name) NOTICE_##name,
    VIEW_NOTICES(VIEW_NOTICE_ROW)
#undef VIEW_NOTICE_ROW
        NOTICE_COUNT
};
const char *view_notice_name(enum view_notice notice);

/* What an MRZ that is not valid says all the same, as read: to be compared, never to be trusted. */
struct view_partial {
    char number[DOCUMENT_NUMBER_LEN];
    char country[4];
    char nationality[4];
    char name[DOCUMENT_NAME_LEN];
    char sex[2];
    char birth_raw[7]; /* YYMMDD */
    char expiry_raw[7];
};

/* The one set of look-alike substitutions that would make the lines valid: the officer compares it
 * with the document and confirms it by KEYED with its id, or it is dropped. */
struct view_proposal {
    uint64_t id; /* 0: there is none */
    enum mrz_proof proof;
    size_t n_positions;
    struct mrz_position position[MRZ_SUBSTITUTIONS_MAX];
    char line[MRZ_LINES_MAX][MRZ_LINE_LEN_MAX + 1]; /* as proposed */
    struct document_keyed keyed;                    /* the form, prefilled */
};

/* Why a document could not be read. The screen goes after a while, but not with a proposal. */
struct view_unreadable {
    bool garbage;                     /* not even lines of a document, or not all of a frame */
    bool visa;                        /* a visa, and no travel document: nothing else is wrong */
    uint32_t issues;                  /* of enum mrz_issue */
    enum mrz_check check[MRZ_PLACES]; /* when lines had the shape of an MRZ */
    bool has_checks;
    struct view_partial partial; /* likewise, but empty where a fault shows that it is none */
    struct mrz_fault fault;      /* what the reader may be doing wrong; kind NONE: nothing known */
    struct view_proposal proposal;
};

/* The record's part of the screen, when one was found. */
struct view_placement {
    char placement_id[PLACEMENT_ID_LEN];
    char name[PLACEMENT_TEXT_LEN];
    char dest_country[4];
    char occupation[PLACEMENT_TEXT_LEN];
    char p3mi_id[PLACEMENT_ID_LEN];
    char employer_name[PLACEMENT_TEXT_LEN];
    struct date contract_end;
    enum placement_status status;
    enum placement_scheme scheme;
};

struct view_link {
    bool online;
    uint64_t unsent;         /* entries no receipt covers yet */
    int64_t last_contact_ms; /* 0: never */
    int64_t data_as_of_ms;   /* the older of placements and lists; 0: one is not there */
    bool data_stale;         /* older than policy allows for this site */
};

/* What a supervisor may set the clock to. */
struct view_clock {
    bool may_set;
    int64_t earliest_ms, latest_ms, likely_ms; /* likely: what they would most likely set */
};

/* What was recorded last, while it may be taken back. */
struct view_voidable {
    uint64_t seq;     /* of its DECIDED; 0: nothing may */
    uint64_t answers; /* the PRESENTED, by which people know it */
    int64_t wall_ms;
    enum decision decision;
    enum role role;                   /* whose it is to take back, at least */
    char number[DOCUMENT_NUMBER_LEN]; /* of the traveller's document */
};

struct view_counts {
    uint32_t total, clear, refer, stop; /* verdicts of today */
};

struct view {
    /* the counter */
    enum view_screen screen;
    enum entry_mode mode;
    enum clock_zone zone;
    enum clock_quality clock_quality;
    struct view_clock clock;
    int64_t now_ms;
    char kiosk_id[VIEW_TEXT_LEN];
    char tpi_name[VIEW_TEXT_LEN];
    char counter[VIEW_TEXT_LEN];
    char officer_name[VIEW_TEXT_LEN];
    char refer_to[VIEW_TEXT_LEN];
    bool scanner_ok;
    bool panel_ok;
    uint32_t notices; /* bit n: notice n stands */
    struct view_link link;
    struct view_counts counts;
    struct context context; /* as it will be used for the next, or is for the shown crossing */

    /* VIEW_UNREADABLE */
    struct view_unreadable unreadable;

    /* VIEW_READY, VIEW_RECORDED */
    struct view_voidable voidable;

    /* VIEW_VERDICT, VIEW_RECORDED, VIEW_VOIDED */
    uint64_t seq; /* of the PRESENTED */
    int64_t shown_ms;
    struct document document; /* of its mrz only the name's parts travel, and no corrections */
    bool has_placement;
    struct view_placement placement;
    enum match_key match_key;
    enum match_grade match_grade;
    struct verdict verdict;
    struct entry_crossing seen;  /* an earlier one of this document; seq 0: none is known */
    uint32_t allowed_officer;    /* bit n: decision n is open to the officer */
    uint32_t allowed_supervisor; /* ... and to a supervisor */
    enum decision key_go;        /* what the counter's key 1 records now; DECISION_NONE: nothing */
    enum decision key_refer;     /* ... and key 3 */

    /* VIEW_RECORDED, VIEW_VOIDED */
    enum decision decision;
    uint64_t decided_seq;

    /* A verdict that the next scan left undecided; 0: none. The officer is asked to mind it. */
    uint64_t undecided_seq;
};

enum view_refusal {
    VIEW_REFUSED_STALE = 0, /* it answers an entry that is not open any more */
    VIEW_REFUSED_NOT_ALLOWED,
    VIEW_REFUSED_NEEDS_NOTE,
    VIEW_REFUSED_BUSY,    /* an entry is being stored */
    VIEW_REFUSED_STORAGE, /* it could not be stored: nothing was recorded */
    VIEW_REFUSED_INVALID,
    VIEW_REFUSED_SAME_OFFICER, /* the second officer has to be another one */
    VIEW_REFUSED_FLAWS,        /* what was keyed is no document: `flaws` says why */
    VIEW_REFUSED_TIME_PAST,    /* the clock can't be set to what is certainly over */
    VIEW_REFUSED_TIME_FUTURE,  /* ... nor to what is certainly not yet */
    VIEW_REFUSED_TIME_SYNCED,  /* ... nor at all while it is set by the network */
    VIEW_REFUSAL_COUNT
};
const char *view_refusal_name(enum view_refusal refusal);

/* The answer to an ACTION, VOID, CONTEXT, KEYED or CLOCK that does not count. */
struct view_refused {
    uint64_t seq; /* the entry that was asked about; KEYED, CLOCK: 0 */
    enum view_refusal why;
    enum document_flaw flaws[DOCUMENT_FIELD_COUNT]; /* all NONE but for VIEW_REFUSED_FLAWS */
};

struct view_action {
    uint64_t seq; /* the PRESENTED it answers */
    enum decision decision;
    enum role role;
    char second_officer_id[ENTRY_OFFICER_LEN]; /* the supervisor, when role is SUPERVISOR */
    char note[ENTRY_NOTE_LEN];
};

/* What was recorded last is to be taken back. When that is stored the next VIEW is VOIDED. */
struct view_void {
    uint64_t seq; /* of the DECIDED */
    enum void_reason reason;
    enum role role;
    char second_officer_id[ENTRY_OFFICER_LEN];
};

/* A document that the officer keyed, or confirmed. What is good is judged like a scanned one, and
 * wherever a scan may: the next VIEW shows it. Anything else is answered with REFUSED: FLAWS; STALE
 * (the proposal is not the one that is shown); BUSY; NOT_ALLOWED (a stop is open); STORAGE. */
struct view_keyed {
    uint64_t proposal_id; /* the proposal that the form was prefilled from; 0: none */
    struct document_keyed keyed;
};

/* A supervisor says that it was `new_ms` when the lane's clock showed `old_ms`, which is now, or a
 * moment ago. It is gone by once it is stored: the next VIEW says so. */
struct view_set_clock {
    int64_t old_ms, new_ms;
    enum role role;
    char second_officer_id[ENTRY_OFFICER_LEN];
};

/* The page shows this verdict. Sent again when something covers it or no longer does. */
struct view_painted {
    uint64_t seq; /* 0: no verdict is shown */
    bool covered; /* a panel is open over it: the counter's keys mean what the panel says */
};

/* One of the counter's keys went down or up. Over an uncovered verdict the lane itself records what
 * key_go and key_refer say; everything else is the page's to do. */
struct view_button {
    uint32_t number; /* 1..4, left to right */
    bool pressed;
    bool acted; /* the lane took it: the page does nothing */
};

struct view_message {
    enum view_message_type type;
    union {
        struct view view;
        int64_t heartbeat_ms;
        struct view_refused refused;
        struct view_painted painted;
        struct view_button button;
        struct view_action action;
        struct context context;
        struct view_keyed keyed;
        struct view_set_clock set_clock;
        struct view_void voids;
    } body;
};

MUST_CHECK enum err view_message_encode(const struct view_message *message, void *out, size_t cap,
                                        size_t *len);
/* ERR_INVALID, or ERR_OLD for another protocol version. */
MUST_CHECK enum err view_message_decode(struct span bytes, struct view_message *out);

#endif
