/* The state of the lane between events; shared by lane*.c only. */
#ifndef PAMIT_LANE_STATE_H
#define PAMIT_LANE_STATE_H

#include "commit.h"
#include "console_port.h"
#include "counter.h"
#include "flow.h"
#include "journal_reader.h"
#include "journal_retention.h"
#include "join.h"
#include "judge.h"
#include "lane.h"
#include "space.h"
#include "uplink.h"

/* One traveller, judged. Shown only once its PRESENTED has a seq. */
struct crossing {
    uint64_t seq;      /* of its PRESENTED; 0 while that is being stored */
    uint64_t replaces; /* the PRESENTED that this one judges anew; 0: none */
    int64_t shown_ms;
    int64_t shown_boottime_ms;
    int64_t lit_ms; /* when its light began, by counter_now_ms; 0: it has not */
    struct document document;
    struct context context;
    struct judgement judgement;
};

/* What lane_retention.c needs. */
struct lane_retention {
    struct retention *job;          /* the worker's while it is under way */
    struct verify_key *receipt_key; /* the worker's own */
    enum err err;                   /* how it ended */
    int64_t due_boottime_ms;
    int64_t registry_ms, seen_boottime_ms; /* the registry's newest time, and when it was seen */
};

/* A verdict that the lane before this one showed and nobody decided. */
struct left_open {
    uint64_t seq; /* its PRESENTED; 0: there is none */
    int64_t shown_boottime_ms;
    struct document document;
};

/* The decision that was recorded last, while it may be taken back. */
struct recorded {
    struct journal_head entry; /* seq 0: there is none */
    uint64_t answers;          /* its PRESENTED */
    int64_t wall_ms, boottime_ms;
    enum decision decision;
    enum role role;
    char number[DOCUMENT_NUMBER_LEN];
};

struct lane {
    const struct kiosk_config *config;
    const struct lane_parts *parts;
    sd_event *loop;
    struct commit *commit;
    struct console_port *console;
    struct counter *counter;
    sd_event_source *deadline;
    sd_event_source *second;

    enum flow_state state;
    struct clock clock;
    enum clock_quality clock_told; /* what the log and the page know it by */
    struct {
        int64_t from_ms, wall_ms, boottime_ms;
    } setting; /* of the clock, while that is being stored */
    struct journal_head head;
    uint64_t first_seq;        /* of the journal: numbers before it were given out elsewhere */
    uint64_t checkpointed_seq; /* head when the WAL was last folded in */
    struct context context;    /* for the next traveller, or the one at the counter */
    struct context sailing;    /* what holds for everybody until it is set anew */

    struct document read; /* the document that FLOW_ON_DOCUMENT or FLOW_ON_KEYED is about */
    bool held;            /* ... and it waits for the commit under way */
    bool held_unreadable; /* a scan without a document waits for it, and nothing came since */
    bool has_current; /* the counter is about the document last taken: nothing else came since */
    int64_t settled_boottime_ms; /* when its verdict appeared, was recorded, or it came again */
    bool recorded_again;         /* RECORDED is shown of a double swipe: not lit again */
    struct view_unreadable unreadable;
    struct mrz misread; /* what unreadable.proposal is about */
    uint64_t proposals; /* the id of the last one */

    unsigned scans_this_second; /* bad ones */

    struct crossing storing; /* its PRESENTED is being stored */
    struct crossing shown;
    struct context wanted;     /* what FLOW_ON_CONTEXT is about */
    struct view_action action; /* the decision that is being stored, or was last */
    uint64_t asked_seq;        /* the entry that the page's last request was about */
    enum decision decided;     /* the last one that is durable, with its entry */
    uint64_t decided_seq;
    uint64_t decided_answers; /* the PRESENTED it answers */
    struct recorded recorded;
    struct view_void voiding; /* the VOID that is being stored, or was last */
    uint64_t voided_seq;      /* the last one that is durable */
    uint64_t undecided_seq;
    uint64_t quieted_seq; /* the stop whose sound a key has ended */

    enum panel_pattern lit; /* what the panel was told last, and of which entry */
    uint64_t lit_seq;

    struct left_open left_open; /* until the next document */

    struct view_counts counts;
    int32_t counts_day;
    enum verdict_result counted; /* of the last PRESENTED, for one that replaces it */
    bool painted; /* the page confirmed the shown verdict, or its absence is logged */
    bool covered; /* a panel of the page is open over it */
    struct view_link link;
    struct lane_retention retention;
    uint32_t notices;       /* that others gave: bit n, notice n */
    enum space_level space; /* of the journal's disk */
    bool complaint_seen;    /* pamit-sync's, of the journal: it was looked at */
    struct join *join;
    struct join_step joining; /* the step under way, or the last one */
    bool taking_over;         /* there may be entries to take over */
    bool join_failed_logged;
    unsigned n_taken_over, n_passed; /* of the recovery under way */
    int64_t played_again_ms;         /* registry time of a receipt that begins no epoch */
};

/* lane.c: an event of the flow, with what it is about already in the lane. */
void lane_on(struct lane *lane, enum flow_event event);
/* Tells the page why its action does not count. */
void lane_refuse(struct lane *lane, uint64_t seq, enum view_refusal why);
/* ... or what is wrong with the document that it keyed. */
void lane_refuse_keyed(struct lane *lane, const enum document_flaw flaws[DOCUMENT_FIELD_COUNT]);

/* lane_entries.c: the counter as entries name it, and begin to store one. */
struct entry_place lane_place(const struct lane *lane);
void lane_present(struct lane *lane, const struct document *document, uint64_t replaces);
void lane_decide(struct lane *lane);
void lane_probe(struct lane *lane);

/* lane_void.c: what was recorded is taken back. */
void lane_on_void(struct lane *lane, const struct view_void *wanted);
void lane_void(struct lane *lane); /* begins to store it */
enum flow_event lane_voided(struct lane *lane, uint64_t seq);
/* A decision was recorded; the next traveller is judged; a second has gone by. */
void lane_recorded(struct lane *lane, const struct journal_head *entry);
void lane_recorded_end(struct lane *lane);
void lane_recorded_watch(struct lane *lane, const struct clock_reading *now);

/* lane_scan.c */
#define SCAN_LOGS_MAX 20 /* bad scans a second that are logged one by one */
void lane_on_scan(const struct scan_event *event, void *user);
/* A document was read or keyed: FLOW_ON_DOCUMENT or FLOW_ON_KEYED, or a double swipe. */
void lane_take(struct lane *lane, const struct document *document, enum flow_event event);
/* The scan that was held while a commit was under way, if any. */
void lane_take_held(struct lane *lane);

/* lane_clock.c */
void lane_set_clock(struct lane *lane, const struct view_set_clock *wanted);
/* The entry that says so is stored, or is not. */
void lane_clock_stored(struct lane *lane, const struct commit_result *result);
/* Takes over what an entry of this boot says a supervisor set; true if it does. For the newest that
 * does, at start. */
bool lane_clock_restore(struct lane *lane, const struct journal_row *row);
/* True if the clock's quality is another one than was told; it is told now. */
bool lane_clock_watch(struct lane *lane, const struct clock_reading *now);

/* lane_stores.c: damage of the three files, told and answered; and the room for entries. */
void lane_watch_stores(struct lane *lane);
void lane_watch_space(struct lane *lane);
void lane_store_failed(struct lane *lane, enum err err);

/* lane_input.c */
/* Why what a supervisor says does not count; VIEW_REFUSAL_COUNT: it does. */
enum view_refusal lane_objection_to_supervisor(const struct lane *lane, const char *officer_id);
void lane_on_button(unsigned number, bool pressed, void *user);
void lane_on_message(const struct view_message *message, void *user);

/* lane_show.c: the page, lamps and buzzer take the lane's state. */
void lane_show(struct lane *lane);
/* The page alone; lamps and buzzer alone. */
void lane_show_page(struct lane *lane);
void lane_show_panel(struct lane *lane);

/* Asks uplink and judge how things stand, into lane->link. */
void lane_link_refresh(struct lane *lane, const struct clock_reading *now);

/* lane_retention.c. Opened before there is a commit thread, closed after. */
MUST_CHECK enum err lane_retention_open(struct lane *lane, char why[LANE_WHY_LEN]);
void lane_retention_close(struct lane *lane);
/* Every second: begins the job when it is due. */
void lane_retention_look(struct lane *lane, const struct clock_reading *now);
/* lane.c: the journal's last entry, as told by a step that ended. */
void lane_take_head(struct lane *lane, const struct journal_head *head);
/* lane_join.c: goes on with whatever is to be done about two histories; often called. */
void lane_join_look(struct lane *lane);

/* lane_restore.c */
void lane_counts_add(struct lane *lane, enum verdict_result result, bool replaces);
void lane_counts_roll(struct lane *lane, const struct clock_reading *now);
/* Takes over today's counts and an open stop from the journal, at start. `why` names file and
 * reason on failure. */
MUST_CHECK enum err lane_restore(struct lane *lane, char why[LANE_WHY_LEN]);

#endif
