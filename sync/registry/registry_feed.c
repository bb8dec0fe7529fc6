/* Steps of the feeds.
 *
 * The last step is as of now: nothing is missing. One before it has no age of its own: a record
 * that changed has moved up, and whatever was imported however long ago may still be missing below.
 * A row of the lists that was withdrawn goes down as gone; one that is past goes down like any
 * other, since it may end early what a kiosk has, and a kiosk stores none that is past.
 */
#include "registry_feed.h"

#include <assert.h>

static enum err placement_take(struct span record, bool withdrawn, void *user)
{
    struct wire_feed *feed = user;
    struct cbor_reader r;
    assert(feed->n_rows < WIRE_FEED_ROWS);
    cbor_reader_init(&r, record);
    enum err err = placement_decode(&r, &feed->placements[feed->n_rows++]);
    if (!err)
        err = cbor_reader_finish(&r);
    return err || withdrawn ? ERR_CORRUPT : ERR_OK;
}

/* Those that count fill the room from its beginning, the others from its end. */
static enum err listing_take(struct span record, bool withdrawn, void *user)
{
    struct wire_feed *feed = user;
    assert(feed->n_rows + feed->n_gone < WIRE_FEED_ROWS);
    const size_t at = withdrawn ? WIRE_FEED_ROWS - ++feed->n_gone : feed->n_rows++;
    struct cbor_reader r;
    cbor_reader_init(&r, record);
    enum err err = listing_decode(&r, &feed->listings[at]);
    if (!err)
        err = cbor_reader_finish(&r);
    return err ? ERR_CORRUPT : ERR_OK;
}

static const struct {
    enum wire_feed_name name;
    registry_record_each *take;
} feeds[REGISTRY_FEEDS] = {
    [REGISTRY_PLACEMENTS] = {WIRE_PLACEMENTS, placement_take},
    [REGISTRY_LISTS] = {WIRE_LISTS, listing_take},
};

enum err registry_feed_make(struct registry_store *store, const struct feed_asked *asked,
                            struct feed_room *room, struct span *out)
{
    const struct registry_range range = {
        .feed = asked->feed, .from = asked->from, .n_max = WIRE_FEED_ROWS};
    struct wire_feed feed = {.name = feeds[asked->feed].name,
                             .from = asked->from,
                             .placements = room->placements,
                             .listings = room->listings};
    struct registry_step step;
    enum err err = store->ops->feed(store, &range, feeds[asked->feed].take, &feed, &step);
    if (err)
        return err;
    memmove(feed.listings + feed.n_rows, feed.listings + WIRE_FEED_ROWS - feed.n_gone,
            feed.n_gone * sizeof feed.listings[0]);
    feed.to = step.to;
    feed.latest = step.latest;
    feed.as_of = step.to == step.latest ? asked->now_ms / 1000 : 0;
    size_t len;
    err = wire_feed_encode(&feed, room->bytes, sizeof room->bytes, &len);
    if (!err)
        *out = span_of(room->bytes, len);
    return err;
}
