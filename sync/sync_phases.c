/* What each phase asks, and what becomes of the answer.
 *
 * An answer is believed only as far as it verifies: a receipt by receipt_check.h, a feed step and a
 * policy bundle by fetch.h. A status that a phase does not know ends the contact.
 *
 * Nothing here drops an entry. That the registry holds another history than ours is critical, and
 * said at each contact until people have solved it.
 */
#include "sync_phases.h"

#include <inttypes.h>
#include <stdio.h>

#include "journal_receipt.h"
#include "utf8.h"

#define GAPS_MAX   3   /* in one contact: more means that we do not understand each other */
#define STEPS_MAX  20  /* of feeds, then a receipt again: a download may take hours */
#define REASON_MAX 100 /* of a registry's own words that we repeat */

/* An answer with a status that ends the contact. */
static void refused(struct sync_contact *c, const struct link_answer *answer)
{
    char reason[SYNC_REASON_LEN];
    const bool quotable =
        answer->body.len > 0 && answer->body.len <= REASON_MAX && utf8_is_plain(answer->body);
    snprintf(reason, sizeof reason, "the registry refused with HTTP %d%s%.*s", answer->status,
             quotable ? ": " : "", quotable ? (int)answer->body.len : 0,
             quotable ? (const char *)answer->body.p : "");
    contact_fail(c, LOG_SYNC_REFUSED, answer->retry_after_s, reason);
}

static enum err feed_apply(struct cache_writer *cache, const struct wire_feed *feed)
{
    if (feed->name == WIRE_LISTS) {
        const struct cache_listing_delta delta = {.from = feed->from,
                                                  .to = feed->to,
                                                  .as_of = feed->as_of,
                                                  .rows = feed->listings,
                                                  .n_rows = feed->n_rows,
                                                  .gone = feed->listings + feed->n_rows,
                                                  .n_gone = feed->n_gone};
        return cache_apply_listings(cache, &delta);
    }
    const struct cache_delta delta = {.from = feed->from,
                                      .to = feed->to,
                                      .as_of = feed->as_of,
                                      .rows = feed->placements,
                                      .n_rows = feed->n_rows};
    return cache_apply(cache, &delta);
}

/* ---- receipts ----------------------------------------------------------------------------- */

/* Where a receipt says that the cache has all there is, its data are as of now, and no empty step
 * has to be asked for. Of lists it says so only by a version: without one the registry may be older
 * than lists are. */
static void note_current(struct sync_contact *c, enum wire_feed_name name, uint64_t version,
                         int64_t registry_s)
{
    const struct wire_feed nothing = {.name = name,
                                      .from = version,
                                      .to = version,
                                      .latest = version,
                                      .as_of = registry_s,
                                      .placements = c->placements,
                                      .listings = c->listings};
    if (!c->feed_wanted[name] || version == 0 ||
        registry_s > fetch_as_of_max(sync_stores_wall_ms(&c->stores) / 1000, registry_s))
        return;
    const enum err err = feed_apply(c->stores.cache, &nothing);
    c->feed_wanted[name] = err != ERR_OK;
    if (err == ERR_CORRUPT)
        sync_stores_cache_failed(&c->stores, err);
}

/* What the registry offers beyond what the cache has. */
static void note_versions(struct sync_contact *c, const struct receipt *receipt)
{
    struct cache_versions ours, known;
    c->offered = (struct cache_versions){.placements = receipt->placements_version,
                                         .lists = receipt->lists_version,
                                         .policy = receipt->policy_version};
    if (!sync_stores_versions(&c->stores, &ours) || !sync_contact_versions(c, &known)) {
        c->policy_wanted = false;
        c->feed_wanted[WIRE_PLACEMENTS] = c->feed_wanted[WIRE_LISTS] = false;
        return;
    }
    c->policy_wanted |= c->offered.policy > known.policy;
    c->feed_wanted[WIRE_PLACEMENTS] |= c->offered.placements > known.placements;
    c->feed_wanted[WIRE_LISTS] |= c->offered.lists > known.lists;
    if (receipt->placements_version == ours.placements)
        note_current(c, WIRE_PLACEMENTS, ours.placements, receipt->registry_ms / 1000);
    if (c->stores.cache && receipt->lists_version == ours.lists)
        note_current(c, WIRE_LISTS, ours.lists, receipt->registry_ms / 1000);
}

/* The lane, which sees the receipt in sync.db, begins a new epoch; until then nothing is sent: it
 * would be of a branch that is left. */
static void parted(struct sync_contact *c, const struct receipt *receipt,
                   enum receipt_standing standing)
{
    char reason[SYNC_REASON_LEN];
    c->parted = *receipt;
    c->is_parted = true;
    snprintf(reason, sizeof reason, "%s entry %" PRIu64,
             standing == RECEIPT_AHEAD ? "storage went back in time: the registry already has"
                                       : "two histories: the registry has another",
             receipt->next - 1);
    contact_fail(c, LOG_SYNC_FORKED, 0, reason);
}

/* Believes an answer's receipt and keeps it, whether the journal agrees or not, or ends the
 * contact. */
static bool take_receipt(struct sync_contact *c, const struct link_answer *answer)
{
    struct receipt receipt;
    const char *why;
    if (receipt_open(&c->terms, answer->body, &receipt, &why) != ERR_OK) {
        contact_fail(c, LOG_SYNC_REFUSED, 0, why);
        return false;
    }
    struct journal_standing judged;
    if (!sync_stores_judge(&c->stores, &receipt, &judged)) {
        contact_fail(c, LOG_SYNC_STORE_FAILED, 0, c->stores.logged.journal);
        return false;
    }
    sync_stores_receipt(&c->stores, &receipt, answer->body, c->asked_boottime_ms,
                        c->answered_boottime_ms);
    c->is_parted = false;
    c->registry_ms = receipt.registry_ms;
    renewal_proven(c);
    if (judged.standing != RECEIPT_AGREES) {
        parted(c, &receipt, judged.standing);
        return false;
    }
    if (judged.from != c->next && receipt.next > 1)
        log_event(LOG_RECEIPT_STORED, "epoch=%u next=%" PRIu64 " head=%" PRIu64,
                  (unsigned)receipt.epoch, receipt.next, judged.head.seq);
    c->next_known = true;
    c->next = judged.from;
    note_versions(c, &receipt);
    return true;
}

/* ---- each phase: what is asked, and what becomes of the answer ----------------------------- */

static void get(struct sync_contact *c, const char *target)
{
    const struct link_request request = {.method = "GET", .target = target};
    contact_ask(c, &request);
}

static void receipt_ask(struct sync_contact *c)
{
    char target[FETCH_TARGET_LEN];
    seal_random(c->terms.nonce, sizeof c->terms.nonce);
    fetch_receipt_target(c->terms.nonce, target);
    get(c, target);
}

static void receipt_answer(struct sync_contact *c, const struct link_answer *answer)
{
    if (answer->status != 200)
        refused(c, answer);
    else if (take_receipt(c, answer))
        contact_go_on(c);
}

/* Whatever is wrong with what is looked at, the upload meets it and says so. */
bool contact_has_urgent(struct sync_contact *c, uint64_t last)
{
    const struct journal_range backlog = {.from = c->next, .before = last + 1};
    if (c->urgent_failed || last < c->next || last - c->next < c->n_max)
        return false;
    return urgent_next(c->urgent, &c->urgent_cursor, c->stores.journal, &backlog,
                       &c->urgent_next) == ERR_OK;
}

static void urgent_ask(struct sync_contact *c)
{
    const struct link_request request = {.method = "POST",
                                         .target = fetch_urgent_target,
                                         .content_type = fetch_entries_type,
                                         .body = c->urgent_next.body};
    contact_ask(c, &request);
}

/* What is refused, or fails on the way, goes in its turn: a front with a rule of its own must not
 * keep the backlog from going up. Who is told to stay away, or to come later, does. */
static void urgent_answer(struct sync_contact *c, const struct link_answer *answer)
{
    const bool is_refusal = answer->status >= 400 && answer->status < 500;
    if (answer->status == 403 || answer->status == 429 ||
        (answer->status != 200 && answer->status < 400)) {
        refused(c, answer);
        return;
    }
    c->urgent_failed = answer->status >= 500;
    if (answer->status == 200 || is_refusal)
        urgent_sent(&c->urgent_cursor, &c->urgent_next);
    if (answer->status == 200)
        log_event(LOG_URGENT_SENT, "copies=%zu", c->urgent_next.n_copies);
    contact_go_on(c);
}

static void upload_ask(struct sync_contact *c)
{
    struct upload_batch batch;
    seal_random(c->terms.nonce, sizeof c->terms.nonce);
    const enum err err =
        upload_build(c->upload, c->stores.journal, c->next, c->n_max, c->terms.nonce, &batch);
    if (err != ERR_OK) {
        sync_stores_journal_failed(&c->stores, err, c->next);
        contact_fail(c, LOG_SYNC_STORE_FAILED, 0, c->stores.logged.journal);
        return;
    }
    c->batch_from = c->next;
    c->batch_entries = batch.n_entries;
    const struct link_request request = {.method = "POST",
                                         .target = fetch_entries_target,
                                         .content_type = fetch_entries_type,
                                         .body = batch.body};
    contact_ask(c, &request);
}

static void upload_accepted(struct sync_contact *c, const struct link_answer *answer)
{
    const uint64_t took_ms = contact_took_ms(c);
    if (c->batch_entries == c->n_max || took_ms > UPLOAD_QUICK_MS)
        c->n_max = upload_adapt(c->n_max, true, took_ms);
    if (!take_receipt(c, answer))
        return;
    if (c->next > c->batch_from)
        contact_go_on(c);
    else
        contact_fail(c, LOG_SYNC_REFUSED, 0, "the registry took none of the entries sent");
}

static void upload_gap(struct sync_contact *c, const struct link_answer *answer)
{
    if (!take_receipt(c, answer))
        return;
    if (++c->gaps <= GAPS_MAX)
        contact_go_on(c);
    else
        contact_fail(c, LOG_SYNC_REFUSED, 0, "the registry reports a gap again and again");
}

static void upload_answer(struct sync_contact *c, const struct link_answer *answer)
{
    switch (answer->status) {
    case 200:
        upload_accepted(c, answer);
        break;
    case 409:
        upload_gap(c, answer);
        break;
    case 422:
        contact_fail(c, LOG_SYNC_FORKED, 0,
                     "two histories: the registry holds other entries under our numbers");
        break;
    case 413:
        if (c->n_max > 1) {
            c->n_max = upload_adapt(c->n_max, false, 0);
            contact_go_on(c);
            break;
        }
        refused(c, answer);
        break;
    default:
        c->n_max = upload_adapt(c->n_max, false, 0);
        refused(c, answer);
    }
}

/* Why what was offered is of no use. */
static void note_problem(struct sync_contact *c, const char *what, const char *why)
{
    snprintf(c->problem, sizeof c->problem, "%s: %s", what, why);
}

static void policy_refuse(struct sync_contact *c, const char *why)
{
    c->refused.policy = c->offered.policy;
    note_problem(c, "policy", why);
}

static void policy_ask(struct sync_contact *c)
{
    get(c, fetch_policy_target);
}

static enum err policy_store(struct sync_contact *c, struct span envelope, uint64_t *version)
{
    struct cache_versions ours;
    if (!sync_stores_versions(&c->stores, &ours))
        return ERR_MISSING;
    enum err err = fetch_policy_open(c->parts.policy_key, envelope, ours.policy, version);
    if (err != ERR_OK)
        return err;
    err = cache_put_policy(c->stores.cache, *version, envelope);
    if (err == ERR_CORRUPT)
        sync_stores_cache_failed(&c->stores, err);
    return err;
}

static void policy_answer(struct sync_contact *c, const struct link_answer *answer)
{
    c->policy_wanted = false;
    if (answer->status == 200) {
        uint64_t version;
        const enum err err = policy_store(c, answer->body, &version);
        if (err == ERR_OK)
            log_event(LOG_FEED_APPLIED, "feed=policy version=%" PRIu64, version);
        else
            policy_refuse(c, err_text(err));
    } else if (answer->status == 404) {
        policy_refuse(c, "offered by the receipt, but not there");
    } else {
        refused(c, answer);
        return;
    }
    contact_go_on(c);
}

/* ---- the feeds, alike but for their rows ---------------------------------------------------- */

/* The version of a feed in the cache; false if there is no working cache. */
static bool feed_version(struct sync_contact *c, enum wire_feed_name name, uint64_t *out)
{
    struct cache_versions ours;
    if (!sync_stores_versions(&c->stores, &ours))
        return false;
    *out = name == WIRE_LISTS ? ours.lists : ours.placements;
    return true;
}

static void feed_ask(struct sync_contact *c, enum wire_feed_name name)
{
    uint64_t from;
    if (!feed_version(c, name, &from)) {
        c->feed_wanted[name] = false;
        contact_go_on(c);
        return;
    }
    char target[FETCH_TARGET_LEN];
    fetch_feed_target(name, from, target);
    get(c, target);
}

static enum err feed_store(struct sync_contact *c, enum wire_feed_name name, struct span envelope,
                           const char **why)
{
    struct wire_feed feed = {.name = name, .placements = c->placements, .listings = c->listings};
    struct fetch_feed_terms terms = {
        .key = c->parts.receipt_key,
        .as_of_max =
            fetch_as_of_max(sync_stores_wall_ms(&c->stores) / 1000, c->registry_ms / 1000)};
    *why = err_text(ERR_MISSING);
    if (!feed_version(c, name, &terms.from))
        return ERR_MISSING;
    enum err err = fetch_feed_open(&terms, envelope, &feed, why);
    if (err != ERR_OK)
        return err;
    err = feed_apply(c->stores.cache, &feed);
    *why = err_text(err);
    if (err == ERR_CORRUPT)
        sync_stores_cache_failed(&c->stores, err);
    if (err != ERR_OK)
        return err;
    c->feed_wanted[name] = feed.to < feed.latest;
    if (++c->steps % STEPS_MAX == 0)
        c->next_known = false;
    if (feed.to > feed.from)
        log_event(LOG_FEED_APPLIED, "feed=%s version=%" PRIu64 " gone=%zu rows=%zu",
                  wire_feed_text(name), feed.to, feed.n_gone, feed.n_rows);
    return ERR_OK;
}

static void feed_refuse(struct sync_contact *c, enum wire_feed_name name, const char *why)
{
    c->feed_wanted[name] = false;
    if (name == WIRE_LISTS)
        c->refused.lists = c->offered.lists;
    else
        c->refused.placements = c->offered.placements;
    note_problem(c, wire_feed_text(name), why);
}

static void feed_answer(struct sync_contact *c, enum wire_feed_name name,
                        const struct link_answer *answer)
{
    if (answer->status == 200) {
        const char *why;
        if (feed_store(c, name, answer->body, &why) != ERR_OK)
            feed_refuse(c, name, why);
    } else if (answer->status == 410 || answer->status == 404) {
        feed_refuse(c, name,
                    answer->status == 410 ? "the registry is behind the version we have"
                                          : "the registry has no such feed");
    } else {
        refused(c, answer);
        return;
    }
    contact_go_on(c);
}

static void lists_ask(struct sync_contact *c)
{
    feed_ask(c, WIRE_LISTS);
}

static void lists_answer(struct sync_contact *c, const struct link_answer *answer)
{
    feed_answer(c, WIRE_LISTS, answer);
}

static void placements_ask(struct sync_contact *c)
{
    feed_ask(c, WIRE_PLACEMENTS);
}

static void placements_answer(struct sync_contact *c, const struct link_answer *answer)
{
    feed_answer(c, WIRE_PLACEMENTS, answer);
}

const struct phase_steps phase_steps[] = {
    [PHASE_RECEIPT] = {receipt_ask, receipt_answer},
    [PHASE_RENEW] = {renewal_ask, renewal_answer},
    [PHASE_URGENT] = {urgent_ask, urgent_answer},
    [PHASE_UPLOAD] = {upload_ask, upload_answer},
    [PHASE_POLICY] = {policy_ask, policy_answer},
    [PHASE_LISTS] = {lists_ask, lists_answer},
    [PHASE_PLACEMENTS] = {placements_ask, placements_answer},
};
