/* The cache is written by another process and may be missing, replaced or damaged at any time. Each
 * judging therefore starts from judge_refresh, and an error while reading drops the connection:
 * this traveller is referred, the next refresh tries again. A cache that another process holds is
 * not waited for, since lamps and buttons wait in the same loop: until the next refresh there are
 * no data, and only if that lasts is it said.
 */
#include "judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "findings.h"
#include "journal_crossing.h"
#include "lane_mode.h"
#include "log.h"

/* A signed policy as stored, and the index of its tables. */
struct bundle {
    uint8_t envelope[POLICY_CBOR_MAX + SIGN_COSE_OVERHEAD];
    struct policy_index index;
};

struct judge {
    const struct kiosk_config *config;
    const struct seal_root *root;
    char place[REASON_FACT_LEN]; /* this counter, as a reason names it */
    struct verify_key *policy_key;
    struct crossing_reader *crossings; /* NULL while not usable */
    bool crossings_logged;
    struct cache_reader *cache; /* NULL while not usable */
    bool degraded_logged;
    bool cache_damaged, journal_damaged;
    unsigned busy; /* refreshes and look-ups in a row that found it held */
    bool lists_logged;
    uint64_t policy_failed; /* version last not taken: said once */
    bool policy_bad;        /* it never will be: not read again */
    struct data_state data;
    struct policy policy;
    struct bundle bundles[2]; /* the policy in force borrows from one; the next is read into */
    unsigned next_bundle;     /* the other */
};

static enum site_class site_of(const struct kiosk_config *config)
{
    return config->site == KIOSK_ONLINE ? SITE_ONLINE : SITE_REMOTE;
}

enum err judge_open(const struct kiosk_config *config, const struct seal_root *root,
                    struct judge **out, char why[SIGN_WHY_LEN])
{
    struct judge *judge = calloc(1, sizeof *judge);
    if (!judge)
        return ERR_MEMORY;
    judge->config = config;
    judge->root = root;
    snprintf(judge->place, sizeof judge->place, "%.38s %.38s", config->tpi_code, config->counter);
    enum err err = verify_key_load(config->policy_key, &judge->policy_key, why);
    if (err) {
        free(judge);
        return err;
    }
    *out = judge;
    return ERR_OK;
}

void judge_close(struct judge *judge)
{
    if (!judge)
        return;
    cache_reader_close(judge->cache);
    crossing_reader_close(judge->crossings);
    verify_key_close(judge->policy_key);
    free(judge);
}

#define BUSY_SAID_AFTER 5

/* No data until the next refresh; the connection is kept only if the cache is merely held. */
static void lose_cache(struct judge *judge, enum err err, const char *why)
{
    judge->cache_damaged = err == ERR_CORRUPT || (judge->cache_damaged && err == ERR_BUSY);
    judge->data = (struct data_state){0};
    if (err == ERR_BUSY) {
        if (++judge->busy < BUSY_SAID_AFTER)
            return;
    } else {
        cache_reader_close(judge->cache);
        judge->cache = NULL;
    }
    if (!judge->degraded_logged)
        log_event(LOG_CACHE_DEGRADED, "why=\"%s\"", why);
    judge->degraded_logged = true;
}

/* Verifies and decodes the stored bundle; the one in use stays unless all of it is good. */
static enum err take_policy(struct judge *judge)
{
    size_t len;
    uint64_t version;
    struct bundle *bundle = &judge->bundles[judge->next_bundle];
    enum err err = cache_reader_policy(judge->cache, bundle->envelope, sizeof bundle->envelope,
                                       &len, &version);
    if (err)
        return err;
    struct span payload;
    err = cose_open(judge->policy_key, span_of(bundle->envelope, len), &payload);
    if (err)
        return err;
    struct policy policy;
    err = policy_decode(payload, &bundle->index, &policy);
    if (err)
        return err;
    if (policy.version != version)
        return ERR_OLD;
    judge->policy = policy;
    judge->next_bundle = !judge->next_bundle;
    log_event(LOG_POLICY_READY, "version=%" PRIu64, policy.version);
    return ERR_OK;
}

/* A bundle may have half a megabyte: it is read only if it is newer, and once if it is bad. */
static void refresh_policy(struct judge *judge)
{
    uint64_t version = 0;
    enum err err = cache_reader_policy_version(judge->cache, &version);
    if (!err && (version <= judge->policy.version ||
                 (judge->policy_bad && version == judge->policy_failed)))
        return;
    if (!err)
        err = take_policy(judge);
    if (!err || err == ERR_BUSY || err == ERR_MISSING)
        return;
    if (version != judge->policy_failed)
        log_event(LOG_POLICY_REFUSED, "version=%" PRIu64 " why=\"%s\"", version, err_text(err));
    judge->policy_failed = version;
    judge->policy_bad = err == ERR_AUTH || err == ERR_INVALID || err == ERR_SIZE || err == ERR_OLD;
}

void judge_refresh(struct judge *judge)
{
    char why[CACHE_WHY_LEN];
    enum err err = ERR_OK;
    if (judge->cache && cache_reader_has_moved(judge->cache)) {
        cache_reader_close(judge->cache); /* its writer set it aside, or a new one took its place */
        judge->cache = NULL;
    }
    if (!judge->cache)
        err = cache_reader_open(judge->config->cache, judge->root, &judge->cache, why);
    if (err) {
        lose_cache(judge, err, why);
        return;
    }
    err = cache_reader_state(judge->cache, &judge->data);
    if (err) {
        lose_cache(judge, err, err_text(err));
        return;
    }
    judge->busy = 0;
    judge->cache_damaged = false;
    /* A registry that never had placements knows nothing of anybody: that is not "no record". */
    if (judge->data.placements_version == 0)
        judge->data.placements_usable = false;
    refresh_policy(judge);
    if (judge->degraded_logged && judge->data.placements_usable) {
        judge->degraded_logged = false;
        log_event(LOG_CACHE_READY, "version=%" PRIu64, judge->data.placements_version);
    }
}

bool judge_cache_damaged(const struct judge *judge)
{
    return judge->cache_damaged;
}

bool judge_journal_damaged(const struct judge *judge)
{
    return judge->journal_damaged;
}

void judge_data_age(const struct judge *judge, int64_t now_ms, struct data_age *out)
{
    const int64_t now_s = now_ms / 1000, lists = judge->data.lists_as_of;
    const int64_t placements = judge->data.placements_usable ? judge->data.placements_as_of : 0;
    const enum site_class site = site_of(judge->config);
    out->oldest = placements < lists ? placements : lists;
    out->newest = placements < lists ? lists : placements;
    out->stale = now_s - placements > judge->policy.staleness_hours[site].placements * 3600LL ||
                 now_s - lists > judge->policy.staleness_hours[site].lists * 3600LL;
}

const struct policy *judge_policy(const struct judge *judge)
{
    return &judge->policy;
}

enum err judge_key_nik(const struct judge *judge, const char nik[DOCUMENT_NIK_LEN],
                       uint8_t out[DOCUMENT_NIK_HASH])
{
    return cache_nik_hash(judge->root, nik, out);
}

/* The placement stands, and whoever it is is referred. */
static void lose_lists(struct judge *judge, enum err err)
{
    judge->cache_damaged |= err == ERR_CORRUPT;
    if (err != ERR_BUSY && err != ERR_SIZE) {
        cache_reader_close(judge->cache);
        judge->cache = NULL; /* the next refresh opens it again */
    }
    if (!judge->lists_logged)
        log_event(LOG_LISTS_DEGRADED, "why=\"%s\"", err_text(err));
    judge->lists_logged = true;
}

/* Placements that fail meanwhile are no data, and those of no registry never were: none is found.
 * What the lists say stands. */
static void find(struct judge *judge, const struct document *document, struct date today,
                 struct findings *out)
{
    enum err err = findings_look_up(judge->cache, document, today, out);
    if (!err)
        err = out->placements;
    if (err)
        lose_cache(judge, err, err_text(err));
    else if (out->lists)
        lose_lists(judge, out->lists);
    else
        judge->lists_logged = false;
    if (!judge->data.placements_usable)
        out->match = (struct match){0};
}

/* ---- crossings of this counter -------------------------------------------------------------- */

/* The connection is dropped unless the journal is merely held; the next traveller tries again. */
static void lose_crossings(struct judge *judge, enum err err, const char *why)
{
    judge->journal_damaged |= err == ERR_CORRUPT;
    if (err != ERR_BUSY) {
        crossing_reader_close(judge->crossings);
        judge->crossings = NULL;
    }
    if (!judge->crossings_logged)
        log_event(LOG_DEFERRALS_DEGRADED, "why=\"%s\"", why);
    judge->crossings_logged = true;
}

/* ERR_OK, or the connection was lost and nothing is known. */
static enum err find_crossings(struct judge *judge, const struct document *document,
                               struct date today, struct crossing_hits *out)
{
    char why[JOURNAL_WHY_LEN];
    struct crossing_subject subject;
    enum err err = ERR_OK;
    crossing_subject_of(document, lane_mode(judge->config), &subject);
    if (!judge->crossings)
        err = crossing_reader_open(judge->config->journal, judge->root, &judge->crossings, why);
    if (!err) {
        err = crossing_reader_find(judge->crossings, &subject, today, out);
        snprintf(why, sizeof why, "%s", err_text(err));
    }
    if (err)
        lose_crossings(judge, err, why);
    else
        judge->crossings_logged = false;
    return err;
}

/* What can't be asked is not known, and refers. Who has crossed the other way since may cross this
 * way again. */
static void recall(struct judge *judge, const struct document *document, enum direction direction,
                   struct date today, struct deferred_here *deferred, struct entry_crossing *seen)
{
    struct crossing_hits hits = {0};
    *deferred = (struct deferred_here){.place = judge->place};
    deferred->unknown = find_crossings(judge, document, today, &hits) != ERR_OK;
    deferred->today = hits.deferred_on_day;
    deferred->newest = hits.deferred_newest;
    *seen = hits.last.direction == direction ? hits.last : (struct entry_crossing){0};
}

/* ---- a traveller ---------------------------------------------------------------------------- */

void judge_traveller(struct judge *judge, const struct document *document,
                     const struct context *context, const struct clock_reading *now,
                     struct judgement *out)
{
    judge_refresh(judge);
    const struct date today = date_of_wall(now->wall_ms, now->zone);
    const struct date trusted = now->quality != CLOCK_UNKNOWN ? today : (struct date){0};
    struct findings findings = {0};
    if (judge->cache && !judge->busy)
        find(judge, document, trusted, &findings);
    struct deferred_here here;
    recall(judge, document, context->direction, today, &here, &out->seen);
    out->match = findings.match;
    out->data = judge->data;
    out->policy_version = judge->policy.version;
    struct facts facts = {
        .document = document,
        .context = context,
        .match = &out->match,
        .listings = &findings.listings,
        .lists_unknown = findings.lists != ERR_OK,
        .deferred_here = &here,
        .data = &out->data,
        .policy = &judge->policy,
        .site = site_of(judge->config),
        .clock_quality = now->quality,
        .today = today,
    };
    verdict_judge(&facts, &out->verdict);
}
