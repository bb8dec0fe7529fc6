/* One step of the placements feed: the rows that take a cache from one version to the next.
 *
 * A version is a number that only rises. A step says where it starts, where it ends and how far the
 * registry is, so that a kiosk knows whether to ask again; no rows and `from` = `to` = `latest` is
 * how the registry says "you have everything, as of this time". The envelope around it (COSE_Sign1
 * by the receipt key) is not this file's.
 */
#include "wire.h"

#include <assert.h>

enum feed_key {
    FEED_VERSION = 1,
    FEED_NAME,
    FEED_FROM,
    FEED_TO,
    FEED_LATEST,
    FEED_AS_OF,
    FEED_PLACEMENTS,
    FEED_KEYS = FEED_PLACEMENTS,
};

static const char feed_name[] = "placements";

/* Rows need a version of their own to rise to. */
static bool versions_rise(const struct wire_feed *feed)
{
    if (feed->to < feed->from || feed->latest < feed->to)
        return false;
    return feed->n_rows == 0 || feed->to > feed->from;
}

enum err wire_feed_encode(const struct wire_feed *feed, void *out, size_t cap, size_t *len)
{
    assert(feed->n_rows <= WIRE_FEED_ROWS && versions_rise(feed));
    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, FEED_KEYS);
    cbor_put_uint(&w, FEED_VERSION);
    cbor_put_uint(&w, WIRE_VERSION);
    cbor_put_uint(&w, FEED_NAME);
    cbor_put_text(&w, feed_name);
    cbor_put_uint(&w, FEED_FROM);
    cbor_put_uint(&w, feed->from);
    cbor_put_uint(&w, FEED_TO);
    cbor_put_uint(&w, feed->to);
    cbor_put_uint(&w, FEED_LATEST);
    cbor_put_uint(&w, feed->latest);
    cbor_put_uint(&w, FEED_AS_OF);
    cbor_put_int(&w, feed->as_of);
    cbor_put_uint(&w, FEED_PLACEMENTS);
    cbor_put_array(&w, feed->n_rows);
    for (size_t i = 0; i < feed->n_rows; i++) {
        const char *why;
        const enum err err = placement_encode(&feed->rows[i], &w, &why);
        if (err != ERR_OK)
            return err;
    }
    struct span encoded;
    const enum err err = cbor_writer_finish(&w, &encoded);
    if (err == ERR_OK)
        *len = encoded.len;
    return err;
}

static void get_known_key(struct cbor_reader *r, enum feed_key key)
{
    r->bad |= cbor_get_uint(r, FEED_KEYS) != key;
}

enum err wire_feed_decode(struct span payload, struct wire_feed *inout)
{
    if (payload.len > WIRE_FEED_MAX)
        return ERR_SIZE;
    struct wire_feed feed = {.rows = inout->rows};
    char name[sizeof feed_name];
    struct cbor_reader r;
    cbor_reader_init(&r, payload);
    r.bad |= cbor_get_map(&r, FEED_KEYS) != FEED_KEYS;
    get_known_key(&r, FEED_VERSION);
    r.bad |= cbor_get_uint(&r, WIRE_VERSION) != WIRE_VERSION;
    get_known_key(&r, FEED_NAME);
    cbor_get_text(&r, name, sizeof name);
    r.bad |= strcmp(name, feed_name) != 0;
    get_known_key(&r, FEED_FROM);
    feed.from = cbor_get_uint(&r, INT64_MAX);
    get_known_key(&r, FEED_TO);
    feed.to = cbor_get_uint(&r, INT64_MAX);
    get_known_key(&r, FEED_LATEST);
    feed.latest = cbor_get_uint(&r, INT64_MAX);
    get_known_key(&r, FEED_AS_OF);
    feed.as_of = cbor_get_int(&r);
    get_known_key(&r, FEED_PLACEMENTS);
    feed.n_rows = cbor_get_array(&r, WIRE_FEED_ROWS);
    for (size_t i = 0; i < feed.n_rows && !r.bad; i++) {
        if (placement_decode(&r, &feed.rows[i]) != ERR_OK)
            return ERR_INVALID;
    }
    if (cbor_reader_finish(&r) != ERR_OK || !versions_rise(&feed))
        return ERR_INVALID;
    *inout = feed;
    return ERR_OK;
}
