/* One contact with the registry: a receipt, the entries it lacks, newer policy, lists and
 * placements.
 *
 * sync_session.c says when; this says what, and how it ended. pamit-sync.
 */
#ifndef PAMIT_SYNC_CONTACT_H
#define PAMIT_SYNC_CONTACT_H

#include <systemd/sd-event.h>

#include "cache.h"
#include "identity.h"
#include "kiosk_config.h"
#include "log.h"
#include "seal.h"
#include "sign.h"

/* All borrowed until sync_contact_close. */
struct sync_parts {
    const struct kiosk_config *config;
    struct clock *clock; /* held against what the registry says */
    const struct seal_root *root;
    struct identity *identity;
    const struct verify_key *receipt_key;
    const struct verify_key *policy_key;
};

struct sync_contact_result {
    bool good;              /* the registry was reached, and has all that it lacked */
    bool whole;             /* good, every feed came, and every database works */
    const char *feed_why;   /* when good: why a feed is as old as it was, one line; NULL: none is */
    enum log_id id;         /* when not good: what kind of trouble, */
    const char *reason;     /* one line (as feed_why good until the next contact begins), */
    uint32_t retry_after_s; /* and what the registry asked for */
    uint64_t next;          /* of the last receipt */
    const char *tls_version;
};

typedef void (*sync_contact_ended)(const struct sync_contact_result *result, void *user);

struct sync_contact;

MUST_CHECK enum err sync_contact_open(sd_event *loop, const struct sync_parts *parts,
                                      sync_contact_ended ended, void *user,
                                      struct sync_contact **out);
void sync_contact_close(struct sync_contact *contact);

/* Opens what databases it can. False: there is no journal, so nothing to say; logged. */
bool sync_contact_ready(struct sync_contact *contact);

enum sync_contact_scope {
    SYNC_NEW_ENTRIES, /* send them, from where the last receipt left us */
    SYNC_ALL,         /* from a new receipt to the feeds, even if they have nothing newer */
};
/* Begins; `ended` is called once, perhaps from here. Ready, and no contact under way. */
void sync_contact_begin(struct sync_contact *contact, enum sync_contact_scope scope);

/* True between sync_contact_begin and `ended`. */
bool sync_contact_is_busy(const struct sync_contact *contact);
/* Of what the registry need not tell: what the cache has, or has refused in the last contact with
 * everything or since. False: there is no cache that works. */
bool sync_contact_versions(struct sync_contact *contact, struct cache_versions *out);
/* Between contacts: sync_stores_patrol. */
bool sync_contact_patrol(struct sync_contact *contact);
/* True if the journal has entries that the last receipt does not cover. False, too, if there is no
 * receipt yet or the journal can't be read. */
bool sync_contact_has_news(struct sync_contact *contact);
/* True if the last contact ended because the registry holds another history, and the journal has
 * begun an epoch since that goes on from it. */
bool sync_contact_has_joined(struct sync_contact *contact);

#endif
