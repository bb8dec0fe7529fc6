/* Two timers and a back-off.
 *
 * `contact` fires when a contact with everything is due; `poll` looks for new entries in between,
 * but only while the last contact was good: after a failure the back-off alone decides, or each new
 * entry would be a new attempt against a registry that asked for rest. A new epoch ends a fork, and
 * with it the wait.
 *
 * A feed that is refused keeps no contact from being good: entries go up and news are waited for as
 * ever, and only what was refused waits on a back-off of its own.
 *
 * While the last contact was good, `watch` waits at the registry for news. When it is lost, a
 * contact finds out why, and says so; but all kiosks lose theirs at the same moment when the
 * registry is started anew, so each comes back at a moment of its own within WATCH_SPREAD waits.
 * Where contacts are good and waits are not, as behind a box that cuts them short, they are lost
 * again and again: from the second in a row on a back-off of their own decides. So one does where
 * a wait told of news that the contact did not find, as when a registry's copies differ.
 *
 * An outage is one line in the log, not one for each attempt, except a fork: that one is for people
 * to solve, and said until they have.
 */
#include "sync_session.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "backoff.h"
#include "sync_watch.h"

#define USEC_PER_MS       UINT64_C(1000)
#define TIMER_ACCURACY_US 10000 /* zero would be sd-event's 250 ms */
#define INTERVAL_JITTER   10    /* one part in: contacts of a fleet drift apart */
#define WATCH_SPREAD      30    /* times the shortest back-off: half a minute */
#define REASON_LEN        256

struct sync_session {
    sd_event *loop;
    sd_event_source *poll, *contact_due;
    enum sync_session_mode mode;
    const struct kiosk_config *config;
    struct sync_contact *contact;
    struct sync_watch *watch; /* NULL: not wanted */
    bool watch_rests;         /* until the next contact with everything was good */
    bool watch_lost;          /* and has not waited since */
    struct cache_versions watch_held;
    bool news; /* the watch told of what is newer than that: a contact is due */
    struct backoff watch_backoff, news_backoff, feed_backoff;
    enum sync_contact_scope scope; /* of the contact under way */
    struct backoff backoff;
    bool online;                  /* the last contact was good */
    char last_reason[REASON_LEN]; /* why it was not, or a feed was refused; "" all is well */
};

static uint32_t random_bits(void)
{
    uint32_t bits;
    seal_random(&bits, sizeof bits);
    return bits;
}

static void arm_contact(struct sync_session *s, uint64_t delay_ms)
{
    uint64_t now;
    int failed = sd_event_now(s->loop, CLOCK_MONOTONIC, &now);
    if (failed >= 0)
        failed = sd_event_source_set_time(s->contact_due, now + delay_ms * USEC_PER_MS);
    if (failed >= 0)
        failed = sd_event_source_set_enabled(s->contact_due, SD_EVENT_ONESHOT);
    assert(failed >= 0);
}

/* The next contact is in `delay_ms`, or when it was due if that is sooner. */
static void arm_contact_within(struct sync_session *s, uint64_t delay_ms)
{
    uint64_t now, due;
    int failed = sd_event_now(s->loop, CLOCK_MONOTONIC, &now);
    if (failed >= 0)
        failed = sd_event_source_get_time(s->contact_due, &due);
    assert(failed >= 0);
    if (due > now + delay_ms * USEC_PER_MS)
        arm_contact(s, delay_ms);
}

static uint64_t interval_ms(const struct sync_session *s)
{
    const uint64_t whole = (uint64_t)s->config->sync_interval_s * 1000;
    return whole - random_bits() % (whole / INTERVAL_JITTER);
}

static void watch_begin(struct sync_session *s)
{
    if (s->watch && !s->watch_rests && !s->news &&
        sync_contact_versions(s->contact, &s->watch_held))
        sync_watch_begin(s->watch, &s->watch_held);
}

static uint64_t watch_spread_ms(const struct sync_session *s)
{
    const uint64_t spread = (uint64_t)s->config->backoff_min_ms * WATCH_SPREAD;
    return spread < BACKOFF_CAP_MS ? spread : BACKOFF_CAP_MS;
}

/* When a contact is to find out why. */
static uint64_t watch_lost_ms(struct sync_session *s, const struct sync_watch_result *result)
{
    const bool again = s->watch_lost && !result->waited;
    s->watch_lost = true;
    if (!again)
        backoff_reset(&s->watch_backoff);
    if (again || result->retry_after_s > 0)
        return backoff_next_ms(&s->watch_backoff, random_bits(), result->retry_after_s);
    return random_bits() % watch_spread_ms(s);
}

static void on_watch_ended(const struct sync_watch_result *result, void *user)
{
    struct sync_session *s = user;
    if (!s->online)
        return; /* the back-off decides */
    switch (result->end) {
    case SYNC_WATCH_NEWS:
        s->watch_lost = false;
        s->news = true;
        arm_contact(s, 0);
        break;
    case SYNC_WATCH_LOST:
        s->watch_rests = true;
        arm_contact_within(s, watch_lost_ms(s, result));
        break;
    case SYNC_WATCH_UNHEARD:
        s->watch_rests = true;
    }
}

static void log_once(struct sync_session *s, enum log_id id, const char *reason, uint32_t delay_ms)
{
    if (id == LOG_SYNC_FORKED || strcmp(s->last_reason, reason) != 0)
        log_event(id, "reason=\"%s\" retry_ms=%u", reason, (unsigned)delay_ms);
    snprintf(s->last_reason, sizeof s->last_reason, "%s", reason);
}

static void begin(struct sync_session *s, enum sync_contact_scope scope)
{
    s->scope = scope;
    sync_contact_begin(s->contact, scope);
}

/* After a contact with everything: where it did not find the news, the next one is due by the
 * back-off, and the watch rests until then. */
static void news_seek(struct sync_session *s)
{
    struct cache_versions found;
    if (!s->news)
        return;
    s->news = false;
    s->watch_rests =
        !sync_contact_versions(s->contact, &found) || !sync_watch_is_newer(&found, &s->watch_held);
    if (s->watch_rests)
        arm_contact_within(s, backoff_next_ms(&s->news_backoff, random_bits(), 0));
    else
        backoff_reset(&s->news_backoff);
}

static void feed_refused(struct sync_session *s, const char *why)
{
    const uint32_t delay_ms = backoff_next_ms(&s->feed_backoff, random_bits(), 0);
    arm_contact_within(s, delay_ms);
    log_once(s, LOG_FEED_REFUSED, why, delay_ms);
}

static void all_ended_well(struct sync_session *s, bool feeds_came)
{
    arm_contact(s, interval_ms(s));
    s->watch_rests = false;
    news_seek(s);
    if (!feeds_came)
        return;
    backoff_reset(&s->feed_backoff);
    s->last_reason[0] = '\0';
}

/* A contact for new entries leaves the timer of the one with everything as it is: a counter that is
 * never idle must not keep the feed from being refreshed. */
static void ended_well(struct sync_session *s, const struct sync_contact_result *result)
{
    if (!s->online)
        log_event(LOG_SYNC_ONLINE, "host=%s tls=%s next=%" PRIu64, s->config->registry_host,
                  result->tls_version, result->next);
    s->online = true;
    backoff_reset(&s->backoff);
    if (s->scope == SYNC_ALL)
        all_ended_well(s, !result->feed_why);
    if (result->feed_why)
        feed_refused(s, result->feed_why);
    watch_begin(s);
}

static void ended_badly(struct sync_session *s, const struct sync_contact_result *result)
{
    const uint32_t delay_ms = backoff_next_ms(&s->backoff, random_bits(), result->retry_after_s);
    log_once(s, result->id, result->reason, delay_ms);
    s->online = false;
    s->news = false;
    arm_contact(s, delay_ms);
}

static void on_ended(const struct sync_contact_result *result, void *user)
{
    struct sync_session *s = user;
    if (result->good)
        ended_well(s, result);
    else
        ended_badly(s, result);
    if (s->mode == SYNC_ONCE)
        sd_event_exit(s->loop, result->good && result->whole ? EXIT_SUCCESS : EXIT_FAILURE);
}

static int on_contact_due(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source;
    (void)usec;
    struct sync_session *s = user;
    if (sync_contact_is_busy(s->contact))
        arm_contact(s, SYNC_POLL_MS);
    else if (sync_contact_ready(s->contact))
        begin(s, SYNC_ALL);
    else if (s->mode == SYNC_ONCE)
        sd_event_exit(s->loop, EXIT_FAILURE);
    else
        arm_contact(s, SYNC_POLL_MS);
    return 0;
}

/* The next is due from now, not from when this was: the first was due when the machine was switched
 * on, and half a second for each since would be made up for. */
static int on_poll(sd_event_source *source, uint64_t usec, void *user)
{
    (void)usec;
    struct sync_session *s = user;
    const int failed = sd_event_source_set_time_relative(source, SYNC_POLL_MS * USEC_PER_MS);
    assert(failed >= 0);
    if (sync_contact_is_busy(s->contact))
        return 0;
    if (!sync_contact_patrol(s->contact))
        arm_contact(s, 0);
    else if (s->online ? sync_contact_has_news(s->contact) : sync_contact_has_joined(s->contact))
        begin(s, SYNC_NEW_ENTRIES);
    return 0;
}

static enum err add_timers(struct sync_session *s)
{
    if (sd_event_add_time(s->loop, &s->contact_due, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_US,
                          on_contact_due, s) < 0)
        return ERR_MEMORY;
    if (s->mode == SYNC_ONCE)
        return ERR_OK;
    if (sd_event_add_time(s->loop, &s->poll, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_US, on_poll, s) <
            0 ||
        sd_event_source_set_enabled(s->poll, SD_EVENT_ON) < 0)
        return ERR_MEMORY;
    return ERR_OK;
}

enum err sync_session_open(sd_event *loop, const struct sync_parts *parts,
                           enum sync_session_mode mode, struct sync_session **out)
{
    struct sync_session *s = calloc(1, sizeof *s);
    if (!s)
        return ERR_MEMORY;
    s->loop = sd_event_ref(loop);
    s->mode = mode;
    s->config = parts->config;
    backoff_init(&s->backoff, s->config->backoff_min_ms, s->config->backoff_max_ms);
    s->news_backoff = s->feed_backoff = s->backoff;
    backoff_init(&s->watch_backoff, (uint32_t)watch_spread_ms(s), s->config->backoff_max_ms);
    enum err err = sync_contact_open(loop, parts, on_ended, s, &s->contact);
    if (err == ERR_OK && mode == SYNC_FOR_EVER && s->config->long_poll_s > 0)
        err = sync_watch_open(loop, parts, on_watch_ended, s, &s->watch);
    if (err == ERR_OK)
        err = add_timers(s);
    if (err != ERR_OK) {
        sync_session_close(s);
        return err;
    }
    *out = s;
    return ERR_OK;
}

void sync_session_close(struct sync_session *session)
{
    if (!session)
        return;
    sd_event_source_disable_unref(session->poll);
    sd_event_source_disable_unref(session->contact_due);
    sync_watch_close(session->watch);
    sync_contact_close(session->contact);
    sd_event_unref(session->loop);
    free(session);
}
