/* One step of a feed: the rows that take a cache from one version to the next.
 *
 * A version is a number that only rises. A step says where it starts, where it ends and how far the
 * registry is, so that a kiosk knows whether to ask again; no rows and `from` = `to` = `latest` is
 * how the registry says "you have everything, as of this time". The envelope around it (COSE_Sign1
 * by the receipt key) is not this file's.
 *
 * Lists differ from placements in that a row can be withdrawn: it comes once more, whole, among
 * those that are gone, since all that makes it that row is what it says.
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
    FEED_ROWS,
    FEED_GONE,
};

#define FEED_NAME_LEN 16

static const struct {
    const char *text;
    enum feed_key last; /* its keys are 1 .. last, all there */
} feeds[WIRE_FEEDS] = {
    [WIRE_PLACEMENTS] = {"placements", FEED_ROWS},
    [WIRE_LISTS] = {"lists", FEED_GONE},
};

const char *wire_feed_text(enum wire_feed_name name)
{
    return feeds[name].text;
}

/* Rows need a version of their own to rise to. */
static bool versions_rise(const struct wire_feed *feed)
{
    if (feed->to < feed->from || feed->latest < feed->to)
        return false;
    return feed->n_rows + feed->n_gone == 0 || feed->to > feed->from;
}

/* ---- writing --------------------------------------------------------------------------------- */

static enum err put_listings(struct cbor_writer *w, const struct listing *rows, size_t n)
{
    const char *why;
    enum err err = ERR_OK;
    cbor_put_array(w, n);
    for (size_t i = 0; !err && i < n; i++)
        err = listing_encode(&rows[i], w, &why);
    return err;
}

static enum err put_placements(struct cbor_writer *w, const struct placement *rows, size_t n)
{
    const char *why;
    enum err err = ERR_OK;
    cbor_put_array(w, n);
    for (size_t i = 0; !err && i < n; i++)
        err = placement_encode(&rows[i], w, &why);
    return err;
}

static enum err put_rows(struct cbor_writer *w, const struct wire_feed *feed)
{
    cbor_put_uint(w, FEED_ROWS);
    if (feed->name == WIRE_PLACEMENTS)
        return put_placements(w, feed->placements, feed->n_rows);
    const enum err err = put_listings(w, feed->listings, feed->n_rows);
    if (err)
        return err;
    cbor_put_uint(w, FEED_GONE);
    return put_listings(w, feed->listings + feed->n_rows, feed->n_gone);
}

enum err wire_feed_encode(const struct wire_feed *feed, void *out, size_t cap, size_t *len)
{
    assert(feed->n_rows + feed->n_gone <= WIRE_FEED_ROWS && versions_rise(feed));
    assert(feed->name == WIRE_LISTS || feed->n_gone == 0);
    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, feeds[feed->name].last);
    cbor_put_uint(&w, FEED_VERSION);
    cbor_put_uint(&w, WIRE_VERSION);
    cbor_put_uint(&w, FEED_NAME);
    cbor_put_text(&w, feeds[feed->name].text);
    cbor_put_uint(&w, FEED_FROM);
    cbor_put_uint(&w, feed->from);
    cbor_put_uint(&w, FEED_TO);
    cbor_put_uint(&w, feed->to);
    cbor_put_uint(&w, FEED_LATEST);
    cbor_put_uint(&w, feed->latest);
    cbor_put_uint(&w, FEED_AS_OF);
    cbor_put_int(&w, feed->as_of);
    enum err err = put_rows(&w, feed);
    struct span encoded;
    if (!err)
        err = cbor_writer_finish(&w, &encoded);
    if (!err)
        *len = encoded.len;
    return err;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void get_known_key(struct cbor_reader *r, enum feed_key key)
{
    r->bad |= cbor_get_uint(r, FEED_GONE) != key;
}

/* What does not decode makes the reader bad. */
static size_t get_placements(struct cbor_reader *r, struct placement *rows)
{
    const size_t n = cbor_get_array(r, WIRE_FEED_ROWS);
    for (size_t i = 0; i < n && !r->bad; i++)
        r->bad |= placement_decode(r, &rows[i]) != ERR_OK;
    return n;
}

static size_t get_listings(struct cbor_reader *r, struct listing *rows, size_t n_max)
{
    const size_t n = cbor_get_array(r, n_max);
    for (size_t i = 0; i < n && !r->bad; i++)
        r->bad |= listing_decode(r, &rows[i]) != ERR_OK;
    return n;
}

static void get_rows(struct cbor_reader *r, struct wire_feed *feed)
{
    get_known_key(r, FEED_ROWS);
    if (feed->name == WIRE_PLACEMENTS) {
        feed->n_rows = get_placements(r, feed->placements);
        return;
    }
    feed->n_rows = get_listings(r, feed->listings, WIRE_FEED_ROWS);
    get_known_key(r, FEED_GONE);
    feed->n_gone = get_listings(r, feed->listings + feed->n_rows, WIRE_FEED_ROWS - feed->n_rows);
}

enum err wire_feed_decode(struct span payload, struct wire_feed *inout)
{
    if (payload.len > WIRE_FEED_MAX)
        return ERR_SIZE;
    struct wire_feed feed = {
        .name = inout->name, .placements = inout->placements, .listings = inout->listings};
    char name[FEED_NAME_LEN];
    struct cbor_reader r;
    cbor_reader_init(&r, payload);
    r.bad |= cbor_get_map(&r, FEED_GONE) != feeds[feed.name].last;
    get_known_key(&r, FEED_VERSION);
    r.bad |= cbor_get_uint(&r, WIRE_VERSION) != WIRE_VERSION;
    get_known_key(&r, FEED_NAME);
    cbor_get_text(&r, name, sizeof name);
    r.bad |= strcmp(name, feeds[feed.name].text) != 0;
    get_known_key(&r, FEED_FROM);
    feed.from = cbor_get_uint(&r, INT64_MAX);
    get_known_key(&r, FEED_TO);
    feed.to = cbor_get_uint(&r, INT64_MAX);
    get_known_key(&r, FEED_LATEST);
    feed.latest = cbor_get_uint(&r, INT64_MAX);
    get_known_key(&r, FEED_AS_OF);
    feed.as_of = cbor_get_int(&r);
    get_rows(&r, &feed);
    if (cbor_reader_finish(&r) != ERR_OK || !versions_rise(&feed))
        return ERR_INVALID;
    *inout = feed;
    return ERR_OK;
}
