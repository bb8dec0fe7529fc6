/* The cache's readers: the lane looks travellers up.
 *
 * One look-up of a document is several texts; their hits are gathered first, then each record is
 * opened once, best kind of hit first.
 *
 * Common pairs of words can hit more records than anybody wants opened. Hits by number come
 * first, then records that the most pairs of the name hit; what lies beyond CANDIDATES_MAX is not
 * found, and somebody who is not found is referred, never cleared.
 */
#include "cache.h"

#include <assert.h>
#include <stdlib.h>

#include "cache_format.h"

#define HITS_MAX 512 /* records that one document's texts hit; beyond: not looked at */

struct cache_reader {
    struct database database;
    struct cache_keys keys;
    sqlite3_stmt *begin, *end, *by_text, *by_id, *listings, *feed, *list_feed, *policy,
        *policy_version;
};

/* 16 MB: all inner pages of 2.1 million placements, and most of 7 million. */
#define READER_PAGES "PRAGMA cache_size=-16384"

static enum err reader_set_up(struct cache_reader *reader, const struct seal_root *root,
                              const char **reason)
{
    struct database *database = &reader->database;
    const struct {
        sqlite3_stmt **statement;
        const char *sql;
    } rows[] = {
        {&reader->begin, "BEGIN"},
        {&reader->end, "ROLLBACK"},
        {&reader->by_text, "SELECT id, kind FROM lookup WHERE text = ?1"},
        {&reader->by_id, "SELECT record, sealed FROM placement WHERE id = ?1"},
        {&reader->listings, "SELECT id, sealed FROM listing WHERE text = ?1"},
        {&reader->feed, "SELECT version, as_of FROM feed"},
        {&reader->list_feed, "SELECT version, as_of FROM list_feed"},
        {&reader->policy, "SELECT version, envelope FROM policy"},
        {&reader->policy_version, "SELECT version FROM policy"},
    };
    enum err err = cache_keys_derive(root, &reader->keys);

    if (!err) {
        err = cache_keys_check(&reader->keys, database);
        if (err == ERR_AUTH)
            *reason = "sealed with another storage key";
    }
    if (!err)
        err = database_run(database, READER_PAGES);
    for (size_t i = 0; !err && i < sizeof rows / sizeof *rows; i++)
        err = database_prepare(database, rows[i].sql, rows[i].statement);
    return err;
}

enum err cache_reader_open(const char *path, const struct seal_root *root,
                           struct cache_reader **out, char why[CACHE_WHY_LEN])
{
    const char *reason = NULL;
    struct cache_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    enum err err = database_open(path, &cache_kind, DATABASE_GLANCE, &reader->database, why);
    if (err) {
        free(reader);
        return err;
    }
    err = reader_set_up(reader, root, &reason);
    if (err) {
        database_say(why, path, err, reason ? reason : err_text(err));
        cache_reader_close(reader);
        return err;
    }
    *out = reader;
    return ERR_OK;
}

void cache_reader_close(struct cache_reader *reader)
{
    if (!reader)
        return;
    sqlite3_finalize(reader->begin);
    sqlite3_finalize(reader->end);
    sqlite3_finalize(reader->by_text);
    sqlite3_finalize(reader->by_id);
    sqlite3_finalize(reader->listings);
    sqlite3_finalize(reader->feed);
    sqlite3_finalize(reader->list_feed);
    sqlite3_finalize(reader->policy);
    sqlite3_finalize(reader->policy_version);
    cache_keys_close(&reader->keys);
    database_close(&reader->database);
    free(reader);
}

bool cache_reader_has_moved(const struct cache_reader *reader)
{
    return database_has_moved(&reader->database);
}

/* False: nothing was ever applied. */
static enum err feed_read(sqlite3_stmt *feed, bool *known, uint64_t *version, int64_t *as_of)
{
    const int rc = database_step(feed);
    const enum err err = database_err(rc);

    *known = rc == SQLITE_ROW;
    if (*known) {
        *version = (uint64_t)sqlite3_column_int64(feed, 0);
        *as_of = sqlite3_column_int64(feed, 1);
    }
    sqlite3_reset(feed);
    return err;
}

enum err cache_reader_state(struct cache_reader *reader, struct data_state *out)
{
    struct data_state state = {0};
    bool lists_known;
    enum err err = feed_read(reader->feed, &state.placements_usable, &state.placements_version,
                             &state.placements_as_of);

    if (!err)
        err = feed_read(reader->list_feed, &lists_known, &state.lists_version, &state.lists_as_of);
    if (!err)
        *out = state;
    return err;
}

enum err cache_reader_begin(struct cache_reader *reader)
{
    return database_step_done(reader->begin);
}

void cache_reader_end(struct cache_reader *reader)
{
    /* Failures may have ended it already; and to end reading can't fail. */
    if (!sqlite3_get_autocommit(reader->database.handle))
        (void)!database_step_done(reader->end);
}

/* ---- finding ------------------------------------------------------------------------------ */

struct hit {
    int64_t id;
    enum match_key kind; /* the best of its texts: the enum ascends from best to worst */
    unsigned texts;      /* how many of the document's texts hit it */
};

struct hits {
    size_t count;
    struct hit hit[HITS_MAX];
};

static void hit_note(struct hits *hits, int64_t id, enum match_key kind)
{
    for (size_t i = 0; i < hits->count; i++) {
        struct hit *hit = &hits->hit[i];
        if (hit->id != id)
            continue;
        hit->texts++;
        if (kind < hit->kind)
            hit->kind = kind;
        return;
    }
    if (hits->count < HITS_MAX)
        hits->hit[hits->count++] = (struct hit){.id = id, .kind = kind, .texts = 1};
}

static enum err text_find(struct cache_reader *reader, const struct lookup *lookup,
                          struct hits *hits)
{
    int rc;

    sqlite3_bind_int64(reader->by_text, 1, cache_text_id(&reader->keys, lookup));
    while ((rc = database_step(reader->by_text)) == SQLITE_ROW) {
        const int kind = sqlite3_column_int(reader->by_text, 1);
        if (kind <= MATCH_KEY_NONE || kind >= MATCH_KEY_MANUAL) {
            rc = SQLITE_CORRUPT;
            break;
        }
        hit_note(hits, sqlite3_column_int64(reader->by_text, 0), (enum match_key)kind);
    }
    sqlite3_reset(reader->by_text);
    return database_err(rc);
}

static int hit_compare(const void *left, const void *right)
{
    const struct hit *a = left, *b = right;

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->texts != b->texts)
        return a->texts > b->texts ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static enum err record_find(struct cache_reader *reader, int64_t id, struct placement *out)
{
    enum err err;

    sqlite3_bind_int64(reader->by_id, 1, id);
    const int rc = database_step(reader->by_id);
    if (rc == SQLITE_ROW)
        err = cache_record_open(&reader->keys, sqlite3_column_int64(reader->by_id, 0),
                                database_column(reader->by_id, 1), out);
    else
        err = rc == SQLITE_DONE ? ERR_CORRUPT : database_err(rc);
    sqlite3_reset(reader->by_id);
    return err;
}

enum err cache_reader_find(struct cache_reader *reader, const struct lookup *lookups,
                           size_t n_lookups, struct candidate out[CANDIDATES_MAX], size_t *n_found)
{
    struct hits hits;
    enum err err = ERR_OK;

    hits.count = 0;
    assert(!sqlite3_get_autocommit(reader->database.handle));
    for (size_t i = 0; !err && i < n_lookups; i++)
        err = text_find(reader, &lookups[i], &hits);
    if (err)
        return err;
    qsort(hits.hit, hits.count, sizeof hits.hit[0], hit_compare);
    const size_t n = hits.count < CANDIDATES_MAX ? hits.count : CANDIDATES_MAX;
    for (size_t i = 0; !err && i < n; i++) {
        out[i].key = hits.hit[i].kind;
        err = record_find(reader, hits.hit[i].id, &out[i].placement);
    }
    if (!err)
        *n_found = n;
    return err;
}

/* ---- lists -------------------------------------------------------------------------------- */

struct listings {
    struct listing *out;
    size_t count, damaged; /* LISTINGS_MAX together */
    int64_t id[LISTINGS_MAX];
};

static bool listing_is_there(const struct listings *found, int64_t id)
{
    for (size_t i = 0; i < found->count; i++)
        if (found->id[i] == id)
            return true;
    return false;
}

/* A row that does not open leaves the others. */
static enum err listings_find(struct cache_reader *reader, const struct listing_text *text,
                              struct listings *found)
{
    const int64_t text_id = cache_listing_text_id(&reader->keys, text);
    enum err err = ERR_OK;
    int rc = SQLITE_DONE;

    sqlite3_bind_int64(reader->listings, 1, text_id);
    while (err != ERR_SIZE && (rc = database_step(reader->listings)) == SQLITE_ROW) {
        const int64_t id = sqlite3_column_int64(reader->listings, 0);
        if (listing_is_there(found, id))
            continue;
        if (found->count + found->damaged == LISTINGS_MAX) {
            err = ERR_SIZE;
            continue;
        }
        const enum err row =
            cache_listing_open(&reader->keys, text_id, id, database_column(reader->listings, 1),
                               &found->out[found->count]);
        if (row) {
            found->damaged++;
            err = row;
        } else {
            found->id[found->count++] = id;
        }
    }
    sqlite3_reset(reader->listings);
    return err ? err : database_err(rc);
}

enum err cache_reader_find_listings(struct cache_reader *reader, const struct listing_text *texts,
                                    size_t n_texts, struct listing out[LISTINGS_MAX],
                                    size_t *n_found)
{
    struct listings found;
    enum err err = ERR_OK;

    found.out = out;
    found.count = found.damaged = 0;
    assert(!sqlite3_get_autocommit(reader->database.handle));
    for (size_t i = 0; i < n_texts; i++) {
        const enum err of_text = listings_find(reader, &texts[i], &found);
        if (!err)
            err = of_text;
    }
    *n_found = found.count;
    return err;
}

/* ---- policy ------------------------------------------------------------------------------- */

enum err cache_reader_policy_version(struct cache_reader *reader, uint64_t *version)
{
    const int rc = database_step(reader->policy_version);
    const enum err err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);

    if (rc == SQLITE_ROW)
        *version = (uint64_t)sqlite3_column_int64(reader->policy_version, 0);
    sqlite3_reset(reader->policy_version);
    return err;
}

enum err cache_reader_policy(struct cache_reader *reader, void *out, size_t cap, size_t *len,
                             uint64_t *version)
{
    enum err err;
    const int rc = database_step(reader->policy);

    if (rc == SQLITE_ROW) {
        const struct span envelope = database_column(reader->policy, 1);
        err = envelope.len > cap ? ERR_SIZE : ERR_OK;
        if (!err) {
            if (envelope.len)
                memcpy(out, envelope.p, envelope.len);
            *len = envelope.len;
            *version = (uint64_t)sqlite3_column_int64(reader->policy, 0);
        }
    } else {
        err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    }
    sqlite3_reset(reader->policy);
    return err;
}
