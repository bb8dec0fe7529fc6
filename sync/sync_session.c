/* Contacts: what to ask next, what to believe of the answer, when to come back.
 *
 * After each good answer `phase_choose` looks at what is known and says what is next: a receipt if
 * we don't know how far the registry is, then entries as long as it lacks some, then policy, then
 * placements. So entries written during a long download go up between two of its steps, and a gap
 * that the registry reports is just a new number to go on from.
 *
 * Two kinds of trouble: what ends the contact (no connection, a refusal, a fork), and what leaves
 * it usable (a feed that does not verify): the latter is remembered, the rest of the contact is
 * done, and then it counts as failed too. Either way the back-off decides when to try again.
 *
 * Nothing here drops an entry, counts attempts, or gives up. That the registry holds another
 * history than ours is logged as critical at each contact until people have solved it.
 */
#include "sync_session.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "backoff.h"
#include "fetch.h"
#include "link.h"
#include "log.h"
#include "receipt_check.h"
#include "sync_stores.h"
#include "upload.h"
#include "utf8.h"

#define USEC_PER_MS     UINT64_C(1000)
#define GAPS_MAX        3   /* in one contact: more means that we do not understand each other */
#define REASON_MAX      100 /* of a registry's own words that we repeat */
#define INTERVAL_JITTER 10  /* one part in: contacts of a fleet drift apart */

enum phase {
    PHASE_WAIT = 0, /* no contact under way */
    PHASE_RECEIPT,
    PHASE_UPLOAD,
    PHASE_POLICY,
    PHASE_FEED,
    PHASE_END,
};

struct sync_session {
    sd_event *loop;
    struct sync_parts parts;
    struct link *link;
    struct upload *upload;
    struct sync_stores stores;
    sd_event_source *poll, *contact;
    struct backoff backoff;
    struct placement *rows; /* of one feed step */

    enum phase phase;
    bool online; /* the last contact succeeded */
    struct receipt_terms terms;
    bool next_known; /* `next` is from a receipt of this contact or the good one before */
    uint64_t next;   /* of the last receipt, whenever that was; 0: none yet */
    uint64_t policy_offered, placements_offered;

    /* of the contact under way */
    bool policy_wanted, feed_wanted;
    unsigned gaps;
    uint64_t batch_from;
    size_t batch_entries;
    uint64_t asked_us;
    size_t n_max;                   /* entries of the next batch; outlives contacts */
    char problem[LINK_WHY_LEN];     /* what will make this contact count as failed; "" nothing */
    char last_reason[LINK_WHY_LEN]; /* why the last one failed; "" it did not */
};

static void phase_next(struct sync_session *s);

static uint64_t now_us(const struct sync_session *s)
{
    uint64_t now;
    const int failed = sd_event_now(s->loop, CLOCK_MONOTONIC, &now);
    assert(failed >= 0);
    return now;
}

static uint32_t random_bits(void)
{
    uint32_t bits;
    seal_random(&bits, sizeof bits);
    return bits;
}

static void arm_contact(struct sync_session *s, uint64_t delay_ms)
{
    int failed = sd_event_source_set_time(s->contact, now_us(s) + delay_ms * USEC_PER_MS);
    if (failed >= 0)
        failed = sd_event_source_set_enabled(s->contact, SD_EVENT_ONESHOT);
    assert(failed >= 0);
}

/* ---- how a contact ends ------------------------------------------------------------------- */

static void contact_failed(struct sync_session *s, enum log_id id, uint32_t retry_after_s,
                           const char *reason)
{
    const uint32_t delay_ms = backoff_next_ms(&s->backoff, random_bits(), retry_after_s);
    if (id == LOG_SYNC_FORKED || strcmp(s->last_reason, reason) != 0)
        log_event(id, "reason=\"%s\" retry_ms=%u", reason, (unsigned)delay_ms);
    snprintf(s->last_reason, sizeof s->last_reason, "%s", reason);
    sync_stores_refusal(&s->stores, reason);
    s->phase = PHASE_WAIT;
    s->online = false;
    s->next_known = false;
    if (s->parts.once)
        sd_event_exit(s->loop, EXIT_FAILURE);
    else
        arm_contact(s, delay_ms);
}

static void contact_succeeded(struct sync_session *s)
{
    if (!s->online)
        log_event(LOG_SYNC_ONLINE, "host=%s next=%" PRIu64, s->parts.config->registry_host,
                  s->next);
    s->phase = PHASE_WAIT;
    s->online = true;
    s->last_reason[0] = '\0';
    backoff_reset(&s->backoff);
    if (s->parts.once) {
        sd_event_exit(s->loop, s->stores.cache && s->stores.state ? EXIT_SUCCESS : EXIT_FAILURE);
        return;
    }
    const uint64_t interval_ms = (uint64_t)s->parts.config->sync_interval_s * 1000;
    arm_contact(s, interval_ms - random_bits() % (interval_ms / INTERVAL_JITTER));
}

static void contact_end(struct sync_session *s)
{
    if (s->problem[0] == '\0') {
        contact_succeeded(s);
        return;
    }
    char reason[LINK_WHY_LEN];
    memcpy(reason, s->problem, sizeof reason);
    contact_failed(s, LOG_FEED_REFUSED, 0, reason);
}

/* The contact goes on, but will count as failed. */
static void remember_problem(struct sync_session *s, const char *what, const char *reason)
{
    snprintf(s->problem, sizeof s->problem, "%s: %s", what, reason);
}

/* An answer with a status that ends the contact. */
static void refused(struct sync_session *s, const struct link_answer *answer)
{
    char reason[LINK_WHY_LEN];
    const bool quotable =
        answer->body.len > 0 && answer->body.len <= REASON_MAX && utf8_is_plain(answer->body);
    snprintf(reason, sizeof reason, "the registry refused with HTTP %d%s%.*s", answer->status,
             quotable ? ": " : "", quotable ? (int)answer->body.len : 0,
             quotable ? (const char *)answer->body.p : "");
    contact_failed(s, LOG_SYNC_REFUSED, answer->retry_after_s, reason);
}

/* ---- receipts ----------------------------------------------------------------------------- */

/* What the registry offers beyond what the cache has. */
static void note_versions(struct sync_session *s, const struct receipt *receipt)
{
    uint64_t placements, policy;
    if (!sync_stores_versions(&s->stores, &placements, &policy)) {
        s->policy_wanted = false;
        s->feed_wanted = false;
        return;
    }
    s->policy_wanted |= receipt->policy_version > policy;
    s->feed_wanted |= receipt->placements_version > placements;
}

static void forked(struct sync_session *s, const struct receipt *receipt,
                   enum receipt_standing standing)
{
    char reason[LINK_WHY_LEN];
    snprintf(reason, sizeof reason, "%s entry %" PRIu64,
             standing == RECEIPT_AHEAD ? "storage went back in time: the registry already has"
                                       : "two histories: the registry has another",
             receipt->next - 1);
    contact_failed(s, LOG_SYNC_FORKED, 0, reason);
}

/* Believes an answer's receipt, or ends the contact. */
static bool take_receipt(struct sync_session *s, const struct link_answer *answer)
{
    struct receipt receipt;
    const char *why;
    if (receipt_open(&s->terms, answer->body, &receipt, &why) != ERR_OK) {
        contact_failed(s, LOG_SYNC_REFUSED, 0, why);
        return false;
    }
    struct journal_head head, at = {0};
    bool readable = sync_stores_head(&s->stores, &head);
    if (readable && receipt.next > 1 && receipt.next - 1 <= head.seq)
        readable = sync_stores_entry(&s->stores, receipt.next - 1, &at);
    if (!readable) {
        contact_failed(s, LOG_SYNC_STORE_FAILED, 0, s->stores.logged.journal);
        return false;
    }
    const enum receipt_standing standing = receipt_compare(&receipt, &head, &at);
    if (standing != RECEIPT_AGREES) {
        forked(s, &receipt, standing);
        return false;
    }
    sync_stores_receipt(&s->stores, &receipt, answer->body);
    if (receipt.next != s->next && receipt.next > 1)
        log_event(LOG_RECEIPT_STORED, "epoch=%u next=%" PRIu64 " head=%" PRIu64,
                  (unsigned)receipt.epoch, receipt.next, head.seq);
    s->next_known = true;
    s->next = receipt.next;
    note_versions(s, &receipt);
    return true;
}

/* ---- one phase: what is asked, and what becomes of the answer ------------------------------ */

static void on_answer(const struct link_answer *answer, void *user);

static void ask(struct sync_session *s, const struct link_request *request)
{
    s->asked_us = now_us(s);
    link_ask(s->link, request, on_answer, s);
}

static void get(struct sync_session *s, const char *target)
{
    const struct link_request request = {.method = "GET", .target = target};
    ask(s, &request);
}

static void receipt_ask(struct sync_session *s)
{
    char target[FETCH_TARGET_LEN];
    seal_random(s->terms.nonce, sizeof s->terms.nonce);
    fetch_receipt_target(s->terms.nonce, target);
    get(s, target);
}

static void receipt_answer(struct sync_session *s, const struct link_answer *answer)
{
    if (answer->status != 200)
        refused(s, answer);
    else if (take_receipt(s, answer))
        phase_next(s);
}

static void upload_ask(struct sync_session *s)
{
    struct upload_batch batch;
    seal_random(s->terms.nonce, sizeof s->terms.nonce);
    const enum err err =
        upload_build(s->upload, s->stores.journal, s->next, s->n_max, s->terms.nonce, &batch);
    if (err != ERR_OK) {
        sync_stores_journal_failed(&s->stores, err, s->next);
        contact_failed(s, LOG_SYNC_STORE_FAILED, 0, s->stores.logged.journal);
        return;
    }
    s->batch_from = s->next;
    s->batch_entries = batch.n_entries;
    const struct link_request request = {.method = "POST",
                                         .target = fetch_entries_target,
                                         .content_type = fetch_entries_type,
                                         .body = batch.body};
    ask(s, &request);
}

static void upload_accepted(struct sync_session *s, const struct link_answer *answer)
{
    const uint64_t took_ms = (now_us(s) - s->asked_us) / USEC_PER_MS;
    if (s->batch_entries == s->n_max || took_ms > UPLOAD_QUICK_MS)
        s->n_max = upload_adapt(s->n_max, true, took_ms);
    if (!take_receipt(s, answer))
        return;
    if (s->next > s->batch_from)
        phase_next(s);
    else
        contact_failed(s, LOG_SYNC_REFUSED, 0, "the registry took none of the entries sent");
}

static void upload_gap(struct sync_session *s, const struct link_answer *answer)
{
    if (!take_receipt(s, answer))
        return;
    if (++s->gaps <= GAPS_MAX)
        phase_next(s);
    else
        contact_failed(s, LOG_SYNC_REFUSED, 0, "the registry reports a gap again and again");
}

static void upload_answer(struct sync_session *s, const struct link_answer *answer)
{
    switch (answer->status) {
    case 200:
        upload_accepted(s, answer);
        break;
    case 409:
        upload_gap(s, answer);
        break;
    case 422:
        contact_failed(s, LOG_SYNC_FORKED, 0,
                       "two histories: the registry holds other entries under our numbers");
        break;
    case 413:
        if (s->n_max > 1) {
            s->n_max = upload_adapt(s->n_max, false, 0);
            phase_next(s);
            break;
        }
        refused(s, answer);
        break;
    default:
        s->n_max = upload_adapt(s->n_max, false, 0);
        refused(s, answer);
    }
}

static void policy_ask(struct sync_session *s)
{
    get(s, fetch_policy_target);
}

static enum err policy_store(struct sync_session *s, struct span envelope, uint64_t *version)
{
    uint64_t placements, stored;
    if (!sync_stores_versions(&s->stores, &placements, &stored))
        return ERR_MISSING;
    enum err err = fetch_policy_open(s->parts.policy_key, envelope, stored, version);
    if (err == ERR_OK)
        err = cache_put_policy(s->stores.cache, *version, envelope);
    return err;
}

static void policy_answer(struct sync_session *s, const struct link_answer *answer)
{
    s->policy_wanted = false;
    if (answer->status == 200) {
        uint64_t version;
        const enum err err = policy_store(s, answer->body, &version);
        if (err == ERR_OK)
            log_event(LOG_FEED_APPLIED, "feed=policy version=%" PRIu64, version);
        else
            remember_problem(s, "policy", err_text(err));
    } else if (answer->status == 404) {
        remember_problem(s, "policy", "offered by the receipt, but not there");
    } else {
        refused(s, answer);
        return;
    }
    phase_next(s);
}

static void feed_ask(struct sync_session *s)
{
    uint64_t placements, policy;
    if (!sync_stores_versions(&s->stores, &placements, &policy)) {
        s->feed_wanted = false;
        phase_next(s);
        return;
    }
    char target[FETCH_TARGET_LEN];
    fetch_feed_target(placements, target);
    get(s, target);
}

static enum err feed_store(struct sync_session *s, struct span envelope)
{
    uint64_t placements, policy;
    struct wire_feed feed = {.rows = s->rows};
    if (!sync_stores_versions(&s->stores, &placements, &policy))
        return ERR_MISSING;
    enum err err = fetch_feed_open(s->parts.receipt_key, envelope, placements, &feed);
    if (err != ERR_OK)
        return err;
    const struct cache_delta delta = {.from = feed.from,
                                      .to = feed.to,
                                      .as_of = feed.as_of,
                                      .rows = feed.rows,
                                      .n_rows = feed.n_rows};
    err = cache_apply(s->stores.cache, &delta);
    if (err != ERR_OK)
        return err;
    s->feed_wanted = feed.to < feed.latest;
    if (feed.to > feed.from)
        log_event(LOG_FEED_APPLIED, "feed=placements version=%" PRIu64 " rows=%zu", feed.to,
                  feed.n_rows);
    return ERR_OK;
}

static void feed_answer(struct sync_session *s, const struct link_answer *answer)
{
    if (answer->status == 200) {
        const enum err err = feed_store(s, answer->body);
        if (err != ERR_OK) {
            s->feed_wanted = false;
            remember_problem(s, "placements", err_text(err));
        }
    } else if (answer->status == 410) {
        s->feed_wanted = false;
        remember_problem(s, "placements", "the registry is behind the version we have");
    } else {
        refused(s, answer);
        return;
    }
    phase_next(s);
}

static const struct {
    void (*ask)(struct sync_session *s);
    void (*answer)(struct sync_session *s, const struct link_answer *answer);
} phases[] = {
    [PHASE_RECEIPT] = {receipt_ask, receipt_answer},
    [PHASE_UPLOAD] = {upload_ask, upload_answer},
    [PHASE_POLICY] = {policy_ask, policy_answer},
    [PHASE_FEED] = {feed_ask, feed_answer},
};

/* ---- what is next ------------------------------------------------------------------------- */

static enum phase phase_choose(const struct sync_session *s, const struct journal_head *head)
{
    if (!s->next_known)
        return PHASE_RECEIPT;
    if (head->seq >= s->next)
        return PHASE_UPLOAD;
    if (s->policy_wanted)
        return PHASE_POLICY;
    return s->feed_wanted ? PHASE_FEED : PHASE_END;
}

static void phase_next(struct sync_session *s)
{
    struct journal_head head;
    if (!s->stores.journal || !sync_stores_head(&s->stores, &head)) {
        contact_failed(s, LOG_SYNC_STORE_FAILED, 0, s->stores.logged.journal);
        return;
    }
    s->phase = phase_choose(s, &head);
    if (s->phase == PHASE_END)
        contact_end(s);
    else
        phases[s->phase].ask(s);
}

static void on_answer(const struct link_answer *answer, void *user)
{
    struct sync_session *s = user;
    if (answer->err == ERR_OK) {
        phases[s->phase].answer(s, answer);
        return;
    }
    if (s->phase == PHASE_UPLOAD)
        s->n_max = upload_adapt(s->n_max, false, 0);
    contact_failed(s, answer->err == ERR_AUTH ? LOG_SYNC_REFUSED : LOG_SYNC_OFFLINE, 0,
                   answer->why);
}

/* ---- when --------------------------------------------------------------------------------- */

/* `refresh`: a look at the feed even if it is not newer. */
static void contact_begin(struct sync_session *s, bool refresh)
{
    s->problem[0] = '\0';
    s->gaps = 0;
    s->policy_wanted = false;
    s->feed_wanted = refresh;
    phase_next(s);
}

/* A contact that is due: from the receipt on, and with the feed refreshed for the time as of which
 * the data are good. */
static int on_contact(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source;
    (void)usec;
    struct sync_session *s = user;
    if (s->phase != PHASE_WAIT)
        return 0;
    if (!sync_stores_open(&s->stores)) {
        if (s->parts.once)
            sd_event_exit(s->loop, EXIT_FAILURE);
        else
            arm_contact(s, SYNC_POLL_MS);
        return 0;
    }
    s->next_known = false;
    contact_begin(s, true);
    return 0;
}

static int on_poll(sd_event_source *source, uint64_t usec, void *user)
{
    struct sync_session *s = user;
    int failed = sd_event_source_set_time(source, usec + SYNC_POLL_MS * USEC_PER_MS);
    assert(failed >= 0);
    if (s->phase != PHASE_WAIT || !s->online || !s->stores.journal)
        return 0;
    struct journal_head head;
    if (!sync_stores_head(&s->stores, &head))
        arm_contact(s, SYNC_POLL_MS);
    else if (head.seq >= s->next)
        contact_begin(s, false);
    return 0;
}

static enum err add_timers(struct sync_session *s)
{
    if (sd_event_add_time(s->loop, &s->contact, CLOCK_MONOTONIC, 0, 0, on_contact, s) < 0)
        return ERR_MEMORY;
    if (s->parts.once)
        return ERR_OK;
    if (sd_event_add_time(s->loop, &s->poll, CLOCK_MONOTONIC, 0, 0, on_poll, s) < 0 ||
        sd_event_source_set_enabled(s->poll, SD_EVENT_ON) < 0)
        return ERR_MEMORY;
    return ERR_OK;
}

enum err sync_session_open(sd_event *loop, const struct sync_parts *parts,
                           struct sync_session **out)
{
    struct sync_session *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_MEMORY;
    const struct kiosk_config *config = parts->config;
    s->loop = sd_event_ref(loop);
    s->parts = *parts;
    s->n_max = UPLOAD_FIRST_ENTRIES;
    s->terms = (struct receipt_terms){.key = parts->receipt_key, .kiosk = config->kiosk_id};
    backoff_init(&s->backoff, config->backoff_min_ms, config->backoff_max_ms);
    sync_stores_init(&s->stores, config, parts->root);
    s->rows = calloc(WIRE_FEED_ROWS, sizeof *s->rows);
    const struct link_peer peer = {
        .host = config->registry_host, .port = config->registry_port, .tls = parts->tls};
    enum err err = s->rows ? upload_open(&s->upload) : ERR_MEMORY;
    if (err == ERR_OK)
        err = link_open(loop, &peer, FETCH_ANSWER_MAX, &s->link);
    if (err == ERR_OK)
        err = add_timers(s);
    if (err != ERR_OK) {
        sync_session_close(s);
        return err;
    }
    *out = s;
    return ERR_OK;
}

void sync_session_close(struct sync_session *s)
{
    if (!s)
        return;
    sd_event_source_disable_unref(s->poll);
    sd_event_source_disable_unref(s->contact);
    link_close(s->link);
    upload_close(s->upload);
    sync_stores_done(&s->stores);
    sd_event_unref(s->loop);
    free(s->rows);
    free(s);
}
