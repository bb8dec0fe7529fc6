/* One request after the other, each for long_poll_s, until there is news.
 *
 * The answer is a receipt like any other: what it says is believed only if it verifies, and all
 * that is taken from it is that a contact is due. A contact may fetch the news while a request
 * waits for them: its answer then comes early and tells of nothing new, and is no reason to stop.
 * But a registry that does not wait, or one whose clock runs ahead of our patience, must not be
 * asked in a circle: of answers without news before half of the time, the second in a row is the
 * end.
 */
#include "sync_watch.h"

#include <assert.h>
#include <stdlib.h>

#include "fetch.h"
#include "link.h"
#include "receipt_check.h"

#define USEC_PER_S UINT64_C(1000000)
#define EARLY_MAX  2 /* answers without a reason, in a row */

struct sync_watch {
    sd_event *loop;
    struct link *link;
    const struct identity *identity;
    sync_watch_ended ended;
    void *user;
    uint32_t wait_s;
    struct receipt_terms terms;
    struct cache_versions held, asked_held; /* now, and when it was asked */
    unsigned early;
    uint64_t asked_us;
    bool waits, waited;
};

static uint64_t now_us(const struct sync_watch *watch)
{
    uint64_t now;
    const int failed = sd_event_now(watch->loop, CLOCK_MONOTONIC, &now);
    assert(failed >= 0);
    return now;
}

static void on_answer(const struct link_answer *answer, void *user);

static void ask(struct sync_watch *watch)
{
    char target[FETCH_TARGET_LEN];
    seal_random(watch->terms.nonce, sizeof watch->terms.nonce);
    fetch_news_target(watch->terms.nonce, watch->wait_s, &watch->held, target);
    const struct link_request request = {
        .method = "GET", .target = target, .patience_s = watch->wait_s};
    watch->asked_us = now_us(watch);
    watch->asked_held = watch->held;
    link_use(watch->link, identity_tls(watch->identity));
    link_ask(watch->link, &request, on_answer, watch);
}

bool sync_watch_is_newer(const struct cache_versions *versions, const struct cache_versions *held)
{
    return versions->policy > held->policy || versions->lists > held->lists ||
           versions->placements > held->placements;
}

static bool is_newer(const struct receipt *receipt, const struct cache_versions *held)
{
    const struct cache_versions versions = {.placements = receipt->placements_version,
                                            .lists = receipt->lists_version,
                                            .policy = receipt->policy_version};
    return sync_watch_is_newer(&versions, held);
}

static void end(struct sync_watch *watch, enum sync_watch_end how, uint32_t retry_after_s)
{
    const struct sync_watch_result result = {
        .end = how, .waited = watch->waited, .retry_after_s = retry_after_s};
    watch->waits = false;
    watch->ended(&result, watch->user);
}

static void end_with_news(struct sync_watch *watch)
{
    watch->waited = true;
    end(watch, SYNC_WATCH_NEWS, 0);
}

/* May it be asked again after an answer that tells of nothing new? */
static bool is_heard(struct sync_watch *watch, const struct receipt *receipt)
{
    const bool early = now_us(watch) - watch->asked_us < watch->wait_s * USEC_PER_S / 2;
    watch->early = early && !is_newer(receipt, &watch->asked_held) ? watch->early + 1 : 0;
    watch->waited |= !early;
    return watch->early < EARLY_MAX;
}

static void on_answer(const struct link_answer *answer, void *user)
{
    struct sync_watch *watch = user;
    struct receipt receipt;
    const char *why;
    if (answer->err || answer->status != 200 ||
        receipt_open(&watch->terms, answer->body, &receipt, &why) != ERR_OK)
        end(watch, SYNC_WATCH_LOST, answer->err ? 0 : answer->retry_after_s);
    else if (is_newer(&receipt, &watch->held))
        end_with_news(watch);
    else if (is_heard(watch, &receipt))
        ask(watch);
    else
        end(watch, SYNC_WATCH_UNHEARD, 0);
}

void sync_watch_begin(struct sync_watch *watch, const struct cache_versions *held)
{
    watch->held = *held;
    if (watch->waits)
        return;
    watch->waits = true;
    watch->waited = false;
    watch->early = 0;
    ask(watch);
}

enum err sync_watch_open(sd_event *loop, const struct sync_parts *parts, sync_watch_ended ended,
                         void *user, struct sync_watch **out)
{
    const struct kiosk_config *config = parts->config;
    struct sync_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return ERR_MEMORY;
    *watch = (struct sync_watch){
        .loop = sd_event_ref(loop),
        .identity = parts->identity,
        .ended = ended,
        .user = user,
        .wait_s = config->long_poll_s,
        .terms = {.key = parts->receipt_key, .kiosk = config->kiosk_id},
    };
    const struct exchange_peer peer = {.host = config->registry_host,
                                       .port = config->registry_port,
                                       .tls = identity_tls(parts->identity)};
    const enum err err = link_open(loop, &peer, RECEIPT_MAX, &watch->link);
    if (err)
        sync_watch_close(watch);
    else
        *out = watch;
    return err;
}

void sync_watch_close(struct sync_watch *watch)
{
    if (!watch)
        return;
    link_close(watch->link);
    sd_event_unref(watch->loop);
    free(watch);
}
