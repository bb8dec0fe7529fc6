/* Event streams over suspended connections.
 *
 * Every kind of event has a slot with its newest JSON (or its newest few) and a count of changes; a
 * stream remembers the counts it has sent. libmicrohttpd asks stream_read for bytes when the socket
 * takes some: it gets the next event whose count is ahead, or suspends the connection; a change
 * resumes all.
 *
 * The order of the slots is the order of sending: first that the lane is gone, so that a stale view
 * is never painted for even a moment.
 */
#include "page_feed.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum slot_kind {
    SLOT_LANE,
    SLOT_VIEW,
    SLOT_REFUSED,
    SLOT_BUTTON,
    SLOT_HEARTBEAT,
    SLOTS,
};

#define KEPT_MAX 16 /* more keys than anybody presses before a page reads them */

static const struct {
    const char *name;
    unsigned kept;
} slot_kinds[SLOTS] = {
    {"lane", 1}, {"view", 1}, {"refused", 1}, {"button", KEPT_MAX}, {"heartbeat", 1}};

struct slot {
    json_t *values[KEPT_MAX]; /* change n is at n % kept; NULL: no longer true */
    uint64_t changes;
};

struct stream {
    struct page_feed *feed;
    struct MHD_Connection *connection; /* NULL: free */
    bool suspended;
    uint64_t sent[SLOTS];
    char *pending; /* an event that is partly sent */
    size_t pending_len, pending_at;
};

struct page_feed {
    struct slot slots[SLOTS];
    bool lane;
    bool ending;
    void (*unwatched)(void *user);
    void *user;
    struct stream streams[PAGE_FEED_STREAMS_MAX];
};

static void streams_wake(struct page_feed *feed)
{
    for (size_t i = 0; i < PAGE_FEED_STREAMS_MAX; i++) {
        struct stream *stream = &feed->streams[i];
        if (!stream->connection || !stream->suspended)
            continue;
        stream->suspended = false;
        MHD_resume_connection(stream->connection);
    }
}

static void slot_set(struct page_feed *feed, enum slot_kind kind, json_t *value)
{
    if (!value)
        return;
    struct slot *slot = &feed->slots[kind];
    json_t **place = &slot->values[slot->changes % slot_kinds[kind].kept];
    json_decref(*place);
    *place = value;
    slot->changes++;
    streams_wake(feed);
}

static void slot_clear(struct slot *slot)
{
    for (unsigned i = 0; i < KEPT_MAX; i++) {
        json_decref(slot->values[i]);
        slot->values[i] = NULL;
    }
}

static void lane_set(struct page_feed *feed, bool lane)
{
    if (feed->lane == lane && feed->slots[SLOT_LANE].changes > 0)
        return;
    feed->lane = lane;
    slot_set(feed, SLOT_LANE, json_pack("{s:b}", "connected", lane));
}

enum err page_feed_open(void (*unwatched)(void *user), void *user, struct page_feed **out)
{
    assert(unwatched && out);
    struct page_feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        return ERR_MEMORY;
    feed->unwatched = unwatched;
    feed->user = user;
    lane_set(feed, false);
    *out = feed;
    return ERR_OK;
}

void page_feed_close(struct page_feed *feed)
{
    if (!feed)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        slot_clear(&feed->slots[i]);
    free(feed);
}

void page_feed_end(struct page_feed *feed)
{
    feed->ending = true;
    streams_wake(feed);
}

void page_feed_set_view(struct page_feed *feed, json_t *view)
{
    lane_set(feed, true);
    slot_set(feed, SLOT_VIEW, view);
}

void page_feed_set_refused(struct page_feed *feed, json_t *refused)
{
    if (refused)
        json_object_set_new(refused, "count",
                            json_integer((json_int_t)feed->slots[SLOT_REFUSED].changes + 1));
    slot_set(feed, SLOT_REFUSED, refused);
}

void page_feed_set_heartbeat(struct page_feed *feed, json_t *heartbeat)
{
    lane_set(feed, true);
    slot_set(feed, SLOT_HEARTBEAT, heartbeat);
}

void page_feed_add_button(struct page_feed *feed, json_t *button)
{
    slot_set(feed, SLOT_BUTTON, button);
}

void page_feed_lane_gone(struct page_feed *feed)
{
    for (size_t i = SLOT_VIEW; i < SLOTS; i++)
        slot_clear(&feed->slots[i]);
    lane_set(feed, false);
}

/* Of a slot that keeps one. */
static json_t *slot_or_null(const struct slot *slot)
{
    return slot->values[0] ? json_incref(slot->values[0]) : json_null();
}

json_t *page_feed_state(const struct page_feed *feed)
{
    return json_pack("{s:b, s:o, s:o}", "lane", feed->lane, "view",
                     slot_or_null(&feed->slots[SLOT_VIEW]), "refused",
                     slot_or_null(&feed->slots[SLOT_REFUSED]));
}

/* The oldest kept value that this stream has not taken, NULL: none. */
static const json_t *slot_next(const struct slot *slot, unsigned kept, uint64_t *taken)
{
    if (slot->changes - *taken > kept)
        *taken = slot->changes - kept;
    const json_t *value = NULL;
    while (!value && *taken < slot->changes)
        value = slot->values[(*taken)++ % kept];
    return value;
}

static bool stream_fill(struct stream *stream, const char *name, const json_t *value)
{
    char *data = json_dumps(value, JSON_COMPACT);
    if (!data)
        return false;
    const int len = asprintf(&stream->pending, "event: %s\ndata: %s\n\n", name, data);
    free(data);
    if (len < 0) {
        stream->pending = NULL;
        return false;
    }
    stream->pending_len = (size_t)len;
    stream->pending_at = 0;
    return true;
}

/* Puts the next event that this stream has not sent into `pending`; false: there is none. */
static bool stream_next(struct stream *stream)
{
    for (size_t kind = 0; kind < SLOTS; kind++) {
        const json_t *value =
            slot_next(&stream->feed->slots[kind], slot_kinds[kind].kept, &stream->sent[kind]);
        if (value)
            return stream_fill(stream, slot_kinds[kind].name, value);
    }
    return false;
}

static ssize_t stream_read(void *cls, uint64_t pos, char *buf, size_t max)
{
    (void)pos;
    struct stream *stream = cls;
    if (stream->feed->ending)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!stream->pending && !stream_next(stream)) {
        stream->suspended = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    const size_t left = stream->pending_len - stream->pending_at;
    const size_t len = left < max ? left : max;
    memcpy(buf, stream->pending + stream->pending_at, len);
    stream->pending_at += len;
    if (stream->pending_at == stream->pending_len) {
        free(stream->pending);
        stream->pending = NULL;
    }
    return (ssize_t)len;
}

static void stream_free(void *cls)
{
    struct stream *stream = cls;
    struct page_feed *feed = stream->feed;
    free(stream->pending);
    *stream = (struct stream){0};
    for (size_t i = 0; i < PAGE_FEED_STREAMS_MAX; i++)
        if (feed->streams[i].connection)
            return;
    feed->unwatched(feed->user);
}

#define STREAM_BLOCK_LEN 4096

struct MHD_Response *page_feed_stream(struct page_feed *feed, struct MHD_Connection *connection)
{
    struct stream *stream = NULL;
    for (size_t i = 0; i < PAGE_FEED_STREAMS_MAX && !stream; i++)
        if (!feed->streams[i].connection)
            stream = &feed->streams[i];
    if (!stream || feed->ending)
        return NULL;
    *stream = (struct stream){.feed = feed, .connection = connection};
    stream->sent[SLOT_REFUSED] = feed->slots[SLOT_REFUSED].changes; /* an old one is no news */
    stream->sent[SLOT_BUTTON] = feed->slots[SLOT_BUTTON].changes;
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_BLOCK_LEN, stream_read, stream, stream_free);
    if (!response)
        *stream = (struct stream){0};
    return response;
}
