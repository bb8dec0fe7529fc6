/* A list of suspended connections.
 *
 * libmicrohttpd takes a suspended connection out of its loop and its timeouts: it costs a socket
 * and its memory, and a client that went away is noticed when it is resumed. The handlers put them
 * here on the server's thread, while the main thread releases; hence the lock. A suspended
 * connection is never freed before it is resumed, so each pointer here is good.
 */
#include "registry_hold.h"

#include <assert.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>

struct held {
    struct held *next;
    struct MHD_Connection *connection;
    int64_t until_ms;
};

struct registry_hold {
    pthread_mutex_t lock;
    struct held *first;
    uint64_t turn;
    bool ended;
};

enum err registry_hold_open(struct registry_hold **out)
{
    struct registry_hold *hold = calloc(1, sizeof *hold);
    if (!hold)
        return ERR_MEMORY;
    if (pthread_mutex_init(&hold->lock, NULL) != 0) {
        free(hold);
        return ERR_MEMORY;
    }
    *out = hold;
    return ERR_OK;
}

void registry_hold_close(struct registry_hold *hold)
{
    if (!hold)
        return;
    assert(!hold->first);
    pthread_mutex_destroy(&hold->lock);
    free(hold);
}

uint64_t registry_hold_turn(struct registry_hold *hold)
{
    pthread_mutex_lock(&hold->lock);
    const uint64_t turn = hold->turn;
    pthread_mutex_unlock(&hold->lock);
    return turn;
}

bool registry_hold_put(struct registry_hold *hold, uint64_t turn, struct MHD_Connection *connection,
                       int64_t until_ms)
{
    struct held *held = malloc(sizeof *held);
    if (!held)
        return false;
    pthread_mutex_lock(&hold->lock);
    const bool holds = !hold->ended && hold->turn == turn;
    if (holds) {
        *held = (struct held){.next = hold->first, .connection = connection, .until_ms = until_ms};
        hold->first = held;
        MHD_suspend_connection(connection);
    }
    pthread_mutex_unlock(&hold->lock);
    if (!holds)
        free(held);
    return holds;
}

static void resume(struct held **at)
{
    struct held *held = *at;
    *at = held->next;
    MHD_resume_connection(held->connection);
    free(held);
}

void registry_hold_release(struct registry_hold *hold, int64_t now_ms, bool all)
{
    pthread_mutex_lock(&hold->lock);
    hold->turn += all;
    for (struct held **at = &hold->first; *at;) {
        if (all || (*at)->until_ms <= now_ms)
            resume(at);
        else
            at = &(*at)->next;
    }
    pthread_mutex_unlock(&hold->lock);
}

void registry_hold_drop(struct registry_hold *hold, const struct MHD_Connection *connection)
{
    pthread_mutex_lock(&hold->lock);
    struct held **at = &hold->first;
    while (*at && (*at)->connection != connection)
        at = &(*at)->next;
    if (*at)
        resume(at);
    pthread_mutex_unlock(&hold->lock);
}

void registry_hold_end(struct registry_hold *hold)
{
    pthread_mutex_lock(&hold->lock);
    hold->ended = true;
    pthread_mutex_unlock(&hold->lock);
    registry_hold_release(hold, 0, true);
}

bool registry_hold_is_empty(struct registry_hold *hold)
{
    pthread_mutex_lock(&hold->lock);
    const bool empty = !hold->first;
    pthread_mutex_unlock(&hold->lock);
    return empty;
}
