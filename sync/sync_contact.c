/* Contacts: what is next, and how they end.
 *
 * After each good answer `phase_choose` looks at what is known and says what is next: a receipt if
 * we don't know how far the registry is, then a new certificate if ours is old, then deferrals from
 * anywhere in a backlog, then, in turn, a step of what comes down (policy, lists, placements, in
 * this order) and a batch of the entries that the registry lacks. So neither a backlog nor a long
 * download stands before the other; a deferral that is made elsewhere meanwhile comes down (each
 * receipt tells of it, and every STEPS_MAX steps there is one), and a gap that the registry reports
 * is just a new number to go on from.
 *
 * Two kinds of trouble: what ends the contact (no connection, a refusal, a fork), and what leaves
 * it usable (a feed that does not verify): the latter is remembered and told at the end, the rest
 * of the contact is done, and what was refused is not asked for again before the next contact with
 * everything.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "sync_phases.h"

#define USEC_PER_MS UINT64_C(1000)

_Static_assert(WIRE_BODY_MAX <= LINK_BODY_MAX, "a batch fits a request");

static uint64_t now_us(const struct sync_contact *c)
{
    uint64_t now;
    const int failed = sd_event_now(c->loop, CLOCK_MONOTONIC, &now);
    assert(failed >= 0);
    return now;
}

static void end(struct sync_contact *c, const struct sync_contact_result *result)
{
    c->phase = PHASE_NONE;
    c->ended(result, c->user);
}

void contact_fail(struct sync_contact *c, enum log_id id, uint32_t retry_after_s,
                  const char *reason)
{
    const bool stands = id == LOG_SYNC_REFUSED || id == LOG_SYNC_FORKED;
    snprintf(c->reason, sizeof c->reason, "%s", reason);
    sync_stores_failure(&c->stores, c->reason, stands);
    c->next_known = false;
    const struct sync_contact_result result = {
        .id = id, .reason = c->reason, .retry_after_s = retry_after_s, .next = c->next};
    end(c, &result);
}

static void contact_succeed(struct sync_contact *c)
{
    const bool came = c->problem[0] == '\0';
    if (c->scope == SYNC_ALL || !came)
        sync_stores_feeds(&c->stores, c->problem);
    const struct sync_contact_result result = {.good = true,
                                               .whole = came && c->stores.cache && c->stores.state,
                                               .feed_why = came ? NULL : c->problem,
                                               .next = c->next,
                                               .tls_version = link_tls_version(c->link)};
    end(c, &result);
}

static enum phase phase_down(const struct sync_contact *c)
{
    if (c->policy_wanted)
        return PHASE_POLICY;
    if (c->feed_wanted[WIRE_LISTS])
        return PHASE_LISTS;
    return c->feed_wanted[WIRE_PLACEMENTS] ? PHASE_PLACEMENTS : PHASE_END;
}

/* After `c->phase`, which is done. */
static enum phase phase_choose(struct sync_contact *c, const struct journal_head *head)
{
    if (!c->next_known)
        return PHASE_RECEIPT;
    if (renewal_is_due(c))
        return PHASE_RENEW;
    if (contact_has_urgent(c, head->seq))
        return PHASE_URGENT;
    const enum phase down = phase_down(c);
    const bool came_down = c->phase >= PHASE_POLICY;
    return head->seq >= c->next && (came_down || down == PHASE_END) ? PHASE_UPLOAD : down;
}

void contact_go_on(struct sync_contact *c)
{
    struct journal_head head;
    if (!sync_stores_head(&c->stores, &head)) {
        contact_fail(c, LOG_SYNC_STORE_FAILED, 0, c->stores.logged.journal);
        return;
    }
    c->phase = phase_choose(c, &head);
    if (c->phase == PHASE_END)
        contact_succeed(c);
    else
        phase_steps[c->phase].ask(c);
}

static void on_answer(const struct link_answer *answer, void *user)
{
    struct sync_contact *c = user;
    c->answered_boottime_ms = sync_stores_boottime_ms(&c->stores);
    if (answer->err == ERR_OK) {
        phase_steps[c->phase].answer(c, answer);
        return;
    }
    if (c->phase == PHASE_UPLOAD)
        c->n_max = upload_adapt(c->n_max, false, 0);
    renewal_refused(c, answer->err, answer->why);
    contact_fail(c, answer->err == ERR_AUTH ? LOG_SYNC_REFUSED : LOG_SYNC_OFFLINE, 0, answer->why);
}

void contact_ask(struct sync_contact *c, const struct link_request *request)
{
    c->asked_us = now_us(c);
    c->asked_boottime_ms = sync_stores_boottime_ms(&c->stores);
    link_ask(c->link, request, on_answer, c);
}

uint64_t contact_took_ms(const struct sync_contact *c)
{
    return (now_us(c) - c->asked_us) / USEC_PER_MS;
}

bool sync_contact_ready(struct sync_contact *contact)
{
    const bool ready = sync_stores_open(&contact->stores);
    sync_stores_learn_time(&contact->stores, contact->parts.receipt_key);
    return ready;
}

void sync_contact_begin(struct sync_contact *contact, enum sync_contact_scope scope)
{
    assert(contact->phase == PHASE_NONE);
    contact->scope = scope;
    contact->problem[0] = '\0';
    contact->urgent_failed = false;
    contact->gaps = 0;
    contact->steps = 0;
    contact->policy_wanted = false;
    for (size_t i = 0; i < WIRE_FEEDS; i++)
        contact->feed_wanted[i] = scope == SYNC_ALL;
    if (scope == SYNC_ALL) {
        contact->next_known = false;
        contact->refused = (struct cache_versions){0};
    }
    contact_go_on(contact);
}

bool sync_contact_is_busy(const struct sync_contact *contact)
{
    return contact->phase != PHASE_NONE;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

bool sync_contact_versions(struct sync_contact *contact, struct cache_versions *out)
{
    const struct cache_versions *refused = &contact->refused;
    struct cache_versions held;
    if (!sync_stores_versions(&contact->stores, &held))
        return false;
    *out = (struct cache_versions){.placements = later(held.placements, refused->placements),
                                   .lists = later(held.lists, refused->lists),
                                   .policy = later(held.policy, refused->policy)};
    return true;
}

bool sync_contact_patrol(struct sync_contact *contact)
{
    return sync_stores_patrol(&contact->stores);
}

bool sync_contact_has_news(struct sync_contact *contact)
{
    struct journal_head head;
    if (!contact->next_known)
        return false;
    return sync_stores_head(&contact->stores, &head) && head.seq >= contact->next;
}

bool sync_contact_has_joined(struct sync_contact *contact)
{
    struct journal_standing judged;
    return contact->stores.journal && contact->is_parted &&
           sync_stores_judge(&contact->stores, &contact->parted, &judged) &&
           judged.standing == RECEIPT_AGREES;
}

enum err sync_contact_open(sd_event *loop, const struct sync_parts *parts, sync_contact_ended ended,
                           void *user, struct sync_contact **out)
{
    struct sync_contact *c = calloc(1, sizeof *c);
    if (!c)
        return ERR_MEMORY;
    const struct kiosk_config *config = parts->config;
    c->loop = sd_event_ref(loop);
    c->parts = *parts;
    c->ended = ended;
    c->user = user;
    c->n_max = UPLOAD_FIRST_ENTRIES;
    c->terms = (struct receipt_terms){.key = parts->receipt_key, .kiosk = config->kiosk_id};
    sync_stores_init(&c->stores, config, parts->clock, parts->root);
    c->placements = calloc(WIRE_FEED_ROWS, sizeof *c->placements);
    c->listings = calloc(WIRE_FEED_ROWS, sizeof *c->listings);
    const struct exchange_peer peer = {.host = config->registry_host,
                                       .port = config->registry_port,
                                       .tls = identity_tls(parts->identity)};
    enum err err = c->placements && c->listings ? upload_open(&c->upload) : ERR_MEMORY;
    if (err == ERR_OK)
        err = urgent_open(&c->urgent);
    if (err == ERR_OK)
        err = link_open(loop, &peer, FETCH_ANSWER_MAX, &c->link);
    if (err != ERR_OK) {
        sync_contact_close(c);
        return err;
    }
    *out = c;
    return ERR_OK;
}

void sync_contact_close(struct sync_contact *contact)
{
    if (!contact)
        return;
    link_close(contact->link);
    upload_close(contact->upload);
    urgent_close(contact->urgent);
    sync_stores_done(&contact->stores);
    sd_event_unref(contact->loop);
    free(contact->placements);
    free(contact->listings);
    free(contact);
}
