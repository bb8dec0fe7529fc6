/* Rows of the lists, written.
 *
 * Problem: rows end, and must not lie here for ever; but when a row ends is sealed, and an index of
 * it in plain would tell of whom the lists speak until when. Method: a step of the feed looks at
 * some of the rows, in the order of the table and round again, beginning anywhere so that a process
 * that is often restarted gets everywhere too. At a contact in five minutes 2,000 rows are 576,000
 * a day. Until it is swept a past row is just not in force (listing_match).
 *
 * A row that does not open stays: whoever looks it up must hear of it.
 */
#include "cache_listings.h"

enum err cache_listings_init(struct cache_listings *listings, struct database *database,
                             const struct cache_keys *keys)
{
    *listings = (struct cache_listings){.database = database, .keys = keys};
    seal_random(&listings->swept_text, sizeof listings->swept_text);
    enum err err = database_prepare(
        database, "REPLACE INTO listing(text, id, sealed) VALUES(?1, ?2, ?3)", &listings->put);
    if (!err)
        err = database_prepare(database, "DELETE FROM listing WHERE text = ?1 AND id = ?2",
                               &listings->drop);
    if (!err)
        err = database_prepare(database,
                               "SELECT text, id, sealed FROM listing WHERE (text, id) > (?1, ?2) "
                               "ORDER BY text, id LIMIT 1",
                               &listings->next);
    return err;
}

void cache_listings_done(struct cache_listings *listings)
{
    sqlite3_finalize(listings->put);
    sqlite3_finalize(listings->drop);
    sqlite3_finalize(listings->next);
}

enum err cache_listings_put(struct cache_listings *listings, const struct listing *listing)
{
    struct listing_text texts[LISTING_TEXTS_MAX];
    uint8_t box[CACHE_LISTING_MAX];
    int64_t id = 0;
    enum err err = cache_listing_id(listings->keys, listing, &id);
    const size_t n = err ? 0 : listing_index(listing, texts);

    for (size_t i = 0; !err && i < n; i++) {
        const int64_t text = cache_listing_text_id(listings->keys, &texts[i]);
        size_t len = 0;
        err = cache_listing_seal(listings->keys, text, id, listing, box, &len);
        if (err)
            break;
        sqlite3_bind_int64(listings->put, 1, text);
        sqlite3_bind_int64(listings->put, 2, id);
        sqlite3_bind_blob(listings->put, 3, box, (int)len, SQLITE_STATIC);
        err = database_step_done(listings->put);
        sqlite3_clear_bindings(listings->put);
    }
    return err;
}

static enum err row_drop(struct cache_listings *listings, int64_t text, int64_t id)
{
    sqlite3_bind_int64(listings->drop, 1, text);
    sqlite3_bind_int64(listings->drop, 2, id);
    return database_step_done(listings->drop);
}

enum err cache_listings_drop(struct cache_listings *listings, const struct listing *listing)
{
    struct listing_text texts[LISTING_TEXTS_MAX];
    int64_t id = 0;
    enum err err = cache_listing_id(listings->keys, listing, &id);
    const size_t n = err ? 0 : listing_index(listing, texts);

    for (size_t i = 0; !err && i < n; i++)
        err = row_drop(listings, cache_listing_text_id(listings->keys, &texts[i]), id);
    return err;
}

/* ---- sweeping ------------------------------------------------------------------------------- */

/* Goes on to the next row and says whether it is past; ERR_MISSING: there is none. */
static enum err sweep_look(struct cache_listings *listings, int64_t day, bool *past)
{
    struct listing listing;
    sqlite3_bind_int64(listings->next, 1, listings->swept_text);
    sqlite3_bind_int64(listings->next, 2, listings->swept_id);
    const int rc = database_step(listings->next);
    const enum err err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);

    if (!err) {
        const int64_t text = sqlite3_column_int64(listings->next, 0);
        const int64_t id = sqlite3_column_int64(listings->next, 1);
        *past = !cache_listing_open(listings->keys, text, id, database_column(listings->next, 2),
                                    &listing) &&
                date_to_days(listing.expires) < day;
        listings->swept_text = text;
        listings->swept_id = id;
    }
    sqlite3_reset(listings->next);
    return err;
}

enum err cache_listings_sweep(struct cache_listings *listings, int64_t day)
{
    unsigned ends = 0;

    for (unsigned i = 0; i < CACHE_SWEEP_ROWS && ends < 2; i++) {
        bool past = false;
        enum err err = sweep_look(listings, day, &past);
        if (err == ERR_MISSING) {
            ends++;
            listings->swept_text = listings->swept_id = INT64_MIN;
            continue;
        }
        if (!err && past)
            err = row_drop(listings, listings->swept_text, listings->swept_id);
        if (err)
            return err;
    }
    return ERR_OK;
}
