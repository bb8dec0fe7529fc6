/* A timer that asks for the newest versions.
 *
 * `pamit-registry import` is another process, and a deferral comes in with a kiosk's entries: the
 * store is where both meet, so it is asked rather than told. While nobody waits nothing is asked. A
 * store that can't be read is no news: who waits is answered when its time is up, and told then.
 */
#include "registry_news.h"

#include <assert.h>
#include <stdlib.h>

#define USEC_PER_MS       UINT64_C(1000)
#define TIMER_ACCURACY_US 10000 /* zero would be sd-event's 250 ms */

struct registry_news {
    sd_event_source *timer;
    struct registry_server *server;
    struct registry_store *store;
    struct registry_versions seen;
};

static bool look(struct registry_news *news)
{
    struct registry_versions now;
    if (news->store->ops->versions(news->store, &now) != ERR_OK)
        return false;
    const bool changed = now.placements != news->seen.placements || now.lists != news->seen.lists ||
                         now.policy != news->seen.policy;
    news->seen = now;
    return changed;
}

/* The next is due from now: the first was due when the machine was switched on. */
static int on_timer(sd_event_source *source, uint64_t usec, void *user)
{
    (void)usec;
    struct registry_news *news = user;
    const int failed = sd_event_source_set_time_relative(source, REGISTRY_NEWS_MS * USEC_PER_MS);
    assert(failed >= 0);
    if (registry_server_is_waited_for(news->server))
        registry_server_release(news->server, look(news));
    return 0;
}

enum err registry_news_open(sd_event *loop, const char *path, struct registry_server *server,
                            struct registry_news **out, char why[REGISTRY_WHY_LEN])
{
    struct registry_news *news = calloc(1, sizeof *news);
    if (!news)
        return ERR_MEMORY;
    news->server = server;
    enum err err = registry_sqlite_open(path, &news->store, why);
    if (!err && (sd_event_add_time(loop, &news->timer, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_US,
                                   on_timer, news) < 0 ||
                 sd_event_source_set_enabled(news->timer, SD_EVENT_ON) < 0))
        err = ERR_MEMORY;
    if (err)
        registry_news_close(news);
    else
        *out = news;
    return err;
}

void registry_news_close(struct registry_news *news)
{
    if (!news)
        return;
    sd_event_source_disable_unref(news->timer);
    if (news->store)
        news->store->ops->close(news->store);
    free(news);
}
