/* What comes down: policy, lists and placements, each by rising version.
 *
 * What does not verify, or is not there although a receipt offered it, leaves the old data as they
 * are and the contact good: it is told, and not asked for again in a hurry (sync_contact.h).
 */
#include <inttypes.h>
#include <stdio.h>

#include "sync_phases.h"

#define STEPS_MAX  20 /* of feeds, then a receipt again: a download may take hours */
#define STATUS_LEN 64

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

/* Where a receipt says that the cache has all there is, its data are as of now, and no empty step
 * has to be asked for. It says so only by a version: without one the registry may be older than
 * the feed is. */
static void note_current(struct sync_contact *c, const struct receipt *receipt,
                         const struct cache_versions *ours)
{
    const int64_t registry_s = receipt->registry_ms / 1000;
    const bool current[WIRE_FEEDS] = {
        [WIRE_PLACEMENTS] = c->feed_wanted[WIRE_PLACEMENTS] && ours->placements > 0 &&
                            receipt->placements_version == ours->placements,
        [WIRE_LISTS] =
            c->feed_wanted[WIRE_LISTS] && ours->lists > 0 && receipt->lists_version == ours->lists,
    };
    if (registry_s > fetch_as_of_max(sync_stores_wall_ms(&c->stores) / 1000, registry_s))
        return;
    const struct cache_versions versions = {.placements =
                                                current[WIRE_PLACEMENTS] ? ours->placements : 0,
                                            .lists = current[WIRE_LISTS] ? ours->lists : 0};
    const enum err err = cache_note_current(c->stores.cache, &versions, registry_s);
    for (unsigned name = 0; name < WIRE_FEEDS && err == ERR_OK; name++)
        c->feed_wanted[name] = c->feed_wanted[name] && !current[name];
    if (err == ERR_CORRUPT)
        sync_stores_cache_failed(&c->stores, err);
}

void feeds_note_versions(struct sync_contact *c, const struct receipt *receipt)
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
    note_current(c, receipt, &ours);
}

/* Why what was offered is of no use. */
static void note_problem(struct sync_contact *c, const char *what, const char *why)
{
    const size_t at = strlen(c->problem);
    snprintf(c->problem + at, sizeof c->problem - at, "%s%s: %s", at > 0 ? "; " : "", what, why);
}

/* Who is told to stay away, or to come later, does. Any other status is about what was asked for,
 * and must not keep entries from going up. */
static bool ends_contact(const struct link_answer *answer)
{
    return answer->status == 403 || answer->status == 429 || answer->status == 503;
}

static const char *status_why(const struct link_answer *answer, char room[STATUS_LEN])
{
    if (answer->status == 404)
        return "the registry has no such feed";
    if (answer->status == 410)
        return "the registry is behind the version we have";
    snprintf(room, STATUS_LEN, "the registry answered with HTTP %d", answer->status);
    return room;
}

static void policy_refuse(struct sync_contact *c, const char *why)
{
    c->refused.policy = c->offered.policy;
    note_problem(c, "policy", why);
}

void policy_ask(struct sync_contact *c)
{
    phase_get(c, fetch_policy_target);
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

void policy_answer(struct sync_contact *c, const struct link_answer *answer)
{
    char room[STATUS_LEN];
    c->policy_wanted = false;
    if (ends_contact(answer)) {
        phase_refused(c, answer);
        return;
    }
    if (answer->status == 200) {
        uint64_t version;
        const enum err err = policy_store(c, answer->body, &version);
        if (err == ERR_OK)
            log_event(LOG_FEED_APPLIED, "feed=policy version=%" PRIu64, version);
        else
            policy_refuse(c, err_text(err));
    } else {
        policy_refuse(c, status_why(answer, room));
    }
    contact_go_on(c);
}

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
    phase_get(c, target);
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
    char room[STATUS_LEN];
    const char *why = status_why(answer, room);
    if (ends_contact(answer)) {
        phase_refused(c, answer);
        return;
    }
    if (answer->status != 200 || feed_store(c, name, answer->body, &why) != ERR_OK)
        feed_refuse(c, name, why);
    contact_go_on(c);
}

void lists_ask(struct sync_contact *c)
{
    feed_ask(c, WIRE_LISTS);
}

void lists_answer(struct sync_contact *c, const struct link_answer *answer)
{
    feed_answer(c, WIRE_LISTS, answer);
}

void placements_ask(struct sync_contact *c)
{
    feed_ask(c, WIRE_PLACEMENTS);
}

void placements_answer(struct sync_contact *c, const struct link_answer *answer)
{
    feed_answer(c, WIRE_PLACEMENTS, answer);
}
