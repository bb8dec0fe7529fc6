/* The phases of a contact, and what they share. Private to sync_contact.c, sync_phases.c and the
 * files named below. */
#ifndef PAMIT_SYNC_PHASES_H
#define PAMIT_SYNC_PHASES_H

#include "fetch.h"
#include "link.h"
#include "receipt_check.h"
#include "sync_contact.h"
#include "sync_stores.h"
#include "upload.h"
#include "urgent.h"
#include "wire_enrol.h"

#define SYNC_REASON_LEN EXCHANGE_WHY_LEN

enum phase {
    PHASE_NONE = 0, /* no contact under way */
    PHASE_RECEIPT,  /* how far is the registry? */
    PHASE_RENEW,    /* our certificate, which is old by the receipt's time */
    PHASE_URGENT,   /* of what it lacks, the deferrals, if all of it takes more than one batch */
    PHASE_UPLOAD,   /* what it lacks */
    PHASE_POLICY,
    PHASE_LISTS, /* before placements: of both, what is missing here is what may clear somebody */
    PHASE_PLACEMENTS,
    PHASE_END,
};

struct sync_contact {
    sd_event *loop;
    struct sync_parts parts;
    sync_contact_ended ended;
    void *user;
    struct link *link;
    struct upload *upload;
    struct urgent *urgent;
    struct sync_stores stores;
    struct placement *placements; /* of one feed step */
    struct listing *listings;

    enum phase phase;
    struct receipt_terms terms; /* of the request under way */
    bool next_known; /* `next` is from a receipt of this contact or the good one before */
    uint64_t next;   /* of ours, the first that the registry lacks by the last receipt, whenever
                      * that was; 0: none yet */
    bool is_parted;  /* the last receipt does not agree with the journal: */
    struct receipt parted;
    int64_t registry_ms; /* its clock then */
    size_t n_max;        /* entries of the next batch */
    struct urgent_cursor urgent_cursor;
    struct urgent_request urgent_next; /* what is to be sent ahead; n_copies 0: nothing */
    int64_t renewal_tried_ms;          /* CLOCK_BOOTTIME; 0: not yet */
    struct cache_versions
        refused; /* offered since the last contact with everything began, in vain */
    uint8_t csr[WIRE_CSR_MAX];

    /* of the contact under way */
    enum sync_contact_scope scope;
    bool urgent_failed; /* nothing more goes ahead */
    bool policy_wanted, feed_wanted[WIRE_FEEDS];
    struct cache_versions offered; /* by its last receipt */
    unsigned gaps;
    unsigned steps; /* of feeds */
    uint64_t batch_from;
    size_t batch_entries;
    uint64_t asked_us;
    int64_t asked_boottime_ms, answered_boottime_ms;
    char problem[SYNC_REASON_LEN]; /* why a feed stays as old as it is; "" none does */
    char reason[SYNC_REASON_LEN];  /* why it failed */
};

struct phase_steps {
    void (*ask)(struct sync_contact *c);
    void (*answer)(struct sync_contact *c, const struct link_answer *answer); /* any status */
};
extern const struct phase_steps phase_steps[];

/* ---- the certificate: sync_renew.c ---------------------------------------------------------- */

/* After a receipt: is it time to ask? */
bool renewal_is_due(const struct sync_contact *c);
void renewal_ask(struct sync_contact *c);
void renewal_answer(struct sync_contact *c, const struct link_answer *answer);
/* A receipt came: a certificate on trial is proven by it. */
void renewal_proven(struct sync_contact *c);
/* A request failed: back to the old certificate if the new one may be why. */
void renewal_refused(struct sync_contact *c, enum err err, const char *reason);

/* ---- what several phases do: sync_phases.c -------------------------------------------------- */

void phase_get(struct sync_contact *c, const char *target);
/* Ends the contact over an answer's status. */
void phase_refused(struct sync_contact *c, const struct link_answer *answer);
/* Believes an answer's receipt and keeps it, whether the journal agrees or not; false: the contact
 * has ended. */
bool phase_take_receipt(struct sync_contact *c, const struct link_answer *answer);

/* ---- what comes down: sync_feeds.c ---------------------------------------------------------- */

/* What a receipt offers beyond what the cache has. */
void feeds_note_versions(struct sync_contact *c, const struct receipt *receipt);
void policy_ask(struct sync_contact *c);
void policy_answer(struct sync_contact *c, const struct link_answer *answer);
void lists_ask(struct sync_contact *c);
void lists_answer(struct sync_contact *c, const struct link_answer *answer);
void placements_ask(struct sync_contact *c);
void placements_answer(struct sync_contact *c, const struct link_answer *answer);

/* ---- what goes up: sync_upload.c ------------------------------------------------------------ */

void urgent_ask(struct sync_contact *c);
void urgent_answer(struct sync_contact *c, const struct link_answer *answer);
void upload_ask(struct sync_contact *c);
void upload_answer(struct sync_contact *c, const struct link_answer *answer);
/* Is there something to be sent ahead of the backlog that ends with entry `last`? */
bool contact_has_urgent(struct sync_contact *c, uint64_t last);
/* ---- the contact itself: sync_contact.c ----------------------------------------------------- */

/* Goes on with whatever is next, or ends the contact. */
void contact_go_on(struct sync_contact *c);
/* Ends the contact. */
void contact_fail(struct sync_contact *c, enum log_id id, uint32_t retry_after_s,
                  const char *reason);
void contact_ask(struct sync_contact *c, const struct link_request *request);
/* Since the request under way was asked. */
uint64_t contact_took_ms(const struct sync_contact *c);

#endif
