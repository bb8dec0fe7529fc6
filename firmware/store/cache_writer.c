/* The cache's writers: pamit-sync applies verified steps of the feeds; a builder makes a whole
 * cache.
 *
 * A step is one transaction of at most CACHE_DELTA_MAX rows: version, age and rows move together or
 * not at all, and a reader sees the state before or the state after. A record is replaced whole,
 * with all its look-up rows, which are found by its id: the NIK they may come from is not kept.
 *
 * Age never falls: a step from the middle of a long import is dated before that import, but what
 * was known to be current until later still is.
 */
#include "cache.h"

#include <assert.h>
#include <stdlib.h>

#include "cache_format.h"
#include "cache_listings.h"
#include "key_check.h"

_Static_assert(CACHE_WHY_LEN == DATABASE_WHY_LEN, "one size of reasons");

struct cache_writer {
    struct database database;
    struct cache_keys keys;
    sqlite3_stmt *put_placement, *drop_lookups, *put_lookup;
    struct cache_listings listings;
};

static enum err cache_begin(struct cache_writer *writer)
{
    uint8_t check[KEY_CHECK_LEN];
    sqlite3_stmt *insert = NULL;
    enum err err = key_check_make(writer->keys.seal, check);

    if (!err)
        err = database_begin(&writer->database);
    if (err)
        return err;
    err = database_create(&writer->database);
    if (!err)
        err = database_prepare(&writer->database, "INSERT INTO meta(id, key_check) VALUES(1, ?1)",
                               &insert);
    if (!err) {
        sqlite3_bind_blob(insert, 1, check, sizeof check, SQLITE_STATIC);
        err = database_step_done(insert);
        sqlite3_finalize(insert);
    }
    if (!err)
        return database_commit(&writer->database);
    database_rollback(&writer->database);
    return err;
}

static enum err writer_set_up(struct cache_writer *writer, const struct seal_root *root,
                              const char **reason)
{
    enum err err = cache_keys_derive(root, &writer->keys);

    if (!err && writer->database.fresh)
        err = cache_begin(writer);
    if (!err) {
        err = cache_keys_check(&writer->keys, &writer->database);
        if (err == ERR_AUTH)
            *reason = "sealed with another storage key";
    }
    if (!err)
        err =
            database_prepare(&writer->database, "REPLACE INTO placement(id, sealed) VALUES(?1, ?2)",
                             &writer->put_placement);
    if (!err)
        err = database_prepare(&writer->database, "DELETE FROM lookup WHERE id = ?1",
                               &writer->drop_lookups);
    if (!err)
        err = database_prepare(&writer->database,
                               "INSERT OR IGNORE INTO lookup(text, id, kind) VALUES(?1, ?2, ?3)",
                               &writer->put_lookup);
    if (!err)
        err = cache_listings_init(&writer->listings, &writer->database, &writer->keys);
    return err;
}

enum err cache_writer_open(const char *path, const struct seal_root *root,
                           struct cache_writer **out, char why[CACHE_WHY_LEN])
{
    const char *reason = NULL;
    struct cache_writer *writer = calloc(1, sizeof *writer);

    if (!writer)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    enum err err = database_open(path, &cache_kind, DATABASE_WRITE, &writer->database, why);
    if (err) {
        free(writer);
        return err;
    }
    err = writer_set_up(writer, root, &reason);
    if (err) {
        database_say(why, path, err, reason ? reason : err_text(err));
        cache_writer_close(writer);
        return err;
    }
    *out = writer;
    return ERR_OK;
}

/* All but the file. */
static void writer_done(struct cache_writer *writer)
{
    sqlite3_finalize(writer->put_placement);
    sqlite3_finalize(writer->drop_lookups);
    sqlite3_finalize(writer->put_lookup);
    cache_listings_done(&writer->listings);
    cache_keys_close(&writer->keys);
}

void cache_writer_close(struct cache_writer *writer)
{
    if (!writer)
        return;
    writer_done(writer);
    database_close(&writer->database);
    free(writer);
}

/* ---- rows --------------------------------------------------------------------------------- */

static enum err lookups_put(struct cache_writer *writer, int64_t id,
                            const struct placement *placement)
{
    struct lookup lookups[LOOKUPS_MAX];
    const size_t n = placement_index(placement, lookups);
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < n; i++) {
        sqlite3_bind_int64(writer->put_lookup, 1, cache_text_id(&writer->keys, &lookups[i]));
        sqlite3_bind_int64(writer->put_lookup, 2, id);
        sqlite3_bind_int(writer->put_lookup, 3, (int)lookups[i].key);
        err = database_step_done(writer->put_lookup);
    }
    return err;
}

static enum err row_put(struct cache_writer *writer, const struct placement *placement)
{
    uint8_t box[CACHE_SEALED_MAX];
    size_t len = 0;
    const int64_t id = cache_record_id(&writer->keys, placement->placement_id);
    enum err err = cache_record_seal(&writer->keys, id, placement, box, &len);

    if (err)
        return err;
    sqlite3_bind_int64(writer->put_placement, 1, id);
    sqlite3_bind_blob(writer->put_placement, 2, box, (int)len, SQLITE_STATIC);
    err = database_step_done(writer->put_placement);
    sqlite3_clear_bindings(writer->put_placement);
    if (!err) {
        sqlite3_bind_int64(writer->drop_lookups, 1, id);
        err = database_step_done(writer->drop_lookups);
    }
    return err ? err : lookups_put(writer, id, placement);
}

/* ---- the feeds ---------------------------------------------------------------------------- */

struct feed {
    const char *read, *write;
};

static const struct feed placement_feed = {
    "SELECT version, as_of FROM feed",
    "REPLACE INTO feed(id, version, as_of) VALUES(1, ?1, ?2)",
};
static const struct feed list_feed = {
    "SELECT version, as_of FROM list_feed",
    "REPLACE INTO list_feed(id, version, as_of) VALUES(1, ?1, ?2)",
};

/* Two numbers of a one-row table; both 0 if it has none yet. */
static enum err pair_read(struct database *database, const char *sql, int64_t *first,
                          int64_t *second)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(database, sql, &select);

    if (err)
        return err;
    const int rc = database_step(select);
    *first = rc == SQLITE_ROW ? sqlite3_column_int64(select, 0) : 0;
    *second = rc == SQLITE_ROW ? sqlite3_column_int64(select, 1) : 0;
    err = database_err(rc);
    sqlite3_finalize(select);
    return err;
}

static enum err feed_write(struct database *database, const struct feed *feed, uint64_t version,
                           int64_t as_of)
{
    sqlite3_stmt *replace = NULL;
    enum err err = database_prepare(database, feed->write, &replace);

    if (err)
        return err;
    sqlite3_bind_int64(replace, 1, (sqlite3_int64)version);
    sqlite3_bind_int64(replace, 2, as_of);
    err = database_step_done(replace);
    sqlite3_finalize(replace);
    return err;
}

/* A step of either feed: what differs is which rows it has. */
struct step {
    const struct feed *feed;
    uint64_t from, to;
    int64_t as_of;
    const struct placement *placements;
    const struct listing *listings, *gone;
    size_t n_rows, n_gone;
};

#define SECONDS_PER_DAY 86400

static enum err listings_write(struct cache_writer *writer, const struct step *step)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < step->n_gone; i++)
        err = cache_listings_drop(&writer->listings, &step->gone[i]);
    for (size_t i = 0; !err && i < step->n_rows; i++)
        err = cache_listings_put(&writer->listings, &step->listings[i]);
    return err ? err : cache_listings_sweep(&writer->listings, step->as_of / SECONDS_PER_DAY);
}

static enum err placements_write(struct cache_writer *writer, const struct step *step)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < step->n_rows; i++)
        err = row_put(writer, &step->placements[i]);
    return err;
}

/* Within the open transaction. */
static enum err step_write(struct cache_writer *writer, const struct step *step)
{
    int64_t version, as_of;
    enum err err = pair_read(&writer->database, step->feed->read, &version, &as_of);

    if (err)
        return err;
    if (step->from != (uint64_t)version)
        return ERR_OLD;
    err = step->feed == &list_feed ? listings_write(writer, step) : placements_write(writer, step);
    if (step->as_of > as_of)
        as_of = step->as_of;
    return err ? err : feed_write(&writer->database, step->feed, step->to, as_of);
}

static enum err step_apply(struct cache_writer *writer, const struct step *step)
{
    const size_t n = step->n_rows + step->n_gone;

    assert(n <= CACHE_DELTA_MAX);
    if (step->to > INT64_MAX || step->to < step->from || (step->to == step->from && n > 0))
        return ERR_INVALID;

    enum err err = database_begin(&writer->database);
    if (err)
        return err;
    err = step_write(writer, step);
    if (!err)
        return database_commit(&writer->database);
    database_rollback(&writer->database);
    return err;
}

enum err cache_apply(struct cache_writer *writer, const struct cache_delta *delta)
{
    const struct step step = {
        .feed = &placement_feed,
        .from = delta->from,
        .to = delta->to,
        .as_of = delta->as_of,
        .placements = delta->rows,
        .n_rows = delta->n_rows,
    };
    return step_apply(writer, &step);
}

enum err cache_apply_listings(struct cache_writer *writer, const struct cache_listing_delta *delta)
{
    const struct step step = {
        .feed = &list_feed,
        .from = delta->from,
        .to = delta->to,
        .as_of = delta->as_of,
        .listings = delta->rows,
        .n_rows = delta->n_rows,
        .gone = delta->gone,
        .n_gone = delta->n_gone,
    };
    return step_apply(writer, &step);
}

/* ---- policy ------------------------------------------------------------------------------- */

static enum err policy_write(struct database *database, uint64_t version, struct span envelope)
{
    sqlite3_stmt *replace = NULL;
    int64_t stored, unused;
    enum err err = pair_read(database, "SELECT version, id FROM policy", &stored, &unused);

    if (err)
        return err;
    if (version <= (uint64_t)stored)
        return ERR_OLD;
    err = database_prepare(database, "REPLACE INTO policy(id, version, envelope) VALUES(1, ?1, ?2)",
                           &replace);
    if (err)
        return err;
    sqlite3_bind_int64(replace, 1, (sqlite3_int64)version);
    sqlite3_bind_blob64(replace, 2, envelope.p, envelope.len, SQLITE_STATIC);
    err = database_step_done(replace);
    sqlite3_finalize(replace);
    return err;
}

enum err cache_put_policy(struct cache_writer *writer, uint64_t version, struct span envelope)
{
    if (version > INT64_MAX || envelope.len == 0)
        return ERR_INVALID;

    enum err err = database_begin(&writer->database);
    if (err)
        return err;
    err = policy_write(&writer->database, version, envelope);
    if (!err)
        return database_commit(&writer->database);
    database_rollback(&writer->database);
    return err;
}

enum err cache_writer_versions(struct cache_writer *writer, struct cache_versions *out)
{
    int64_t placements, lists, policy, unused;
    enum err err = pair_read(&writer->database, placement_feed.read, &placements, &unused);

    if (!err)
        err = pair_read(&writer->database, list_feed.read, &lists, &unused);
    if (!err)
        err = pair_read(&writer->database, "SELECT version, id FROM policy", &policy, &unused);
    if (!err)
        *out = (struct cache_versions){.placements = (uint64_t)placements,
                                       .lists = (uint64_t)lists,
                                       .policy = (uint64_t)policy};
    return err;
}

/* ---- building ------------------------------------------------------------------------------- */

#define BUILD_ROWS_MAX 50000 /* in one transaction */

/* A writer whose file nobody sees yet. */
struct cache_builder {
    struct cache_writer writer;
    sqlite3_stmt *get_placement;
    size_t rows; /* of the open transaction */
    char path[]; /* where it goes */
};

static enum err builder_set_up(struct cache_builder *builder, const struct seal_root *root)
{
    const char *unused = NULL;
    struct database *database = &builder->writer.database;
    enum err err = writer_set_up(&builder->writer, root, &unused);

    if (!err)
        err = database_prepare(database, "SELECT sealed FROM placement WHERE id = ?1",
                               &builder->get_placement);
    return err ? err : database_begin(database);
}

enum err cache_builder_open(const char *path, const struct seal_root *root,
                            struct cache_builder **out, char why[CACHE_WHY_LEN])
{
    const size_t path_size = strlen(path) + 1;
    struct cache_builder *builder = calloc(1, sizeof *builder + path_size);

    if (!builder)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    memcpy(builder->path, path, path_size);
    enum err err = database_build_open(path, &cache_kind, &builder->writer.database, why);
    if (err) {
        free(builder);
        return err;
    }
    err = builder_set_up(builder, root);
    if (err) {
        cache_builder_abandon(builder);
        return database_say(why, path, err, err_text(err));
    }
    *out = builder;
    return ERR_OK;
}

void cache_builder_abandon(struct cache_builder *builder)
{
    if (!builder)
        return;
    sqlite3_finalize(builder->get_placement);
    writer_done(&builder->writer);
    database_build_abandon(&builder->writer.database, builder->path);
    free(builder);
}

/* Bounds what a transaction holds. */
static enum err row_count(struct cache_builder *builder)
{
    if (++builder->rows < BUILD_ROWS_MAX)
        return ERR_OK;
    builder->rows = 0;
    const enum err err = database_commit(&builder->writer.database);
    return err ? err : database_begin(&builder->writer.database);
}

/* Is a newer record of the same id there already? */
static enum err newer_find(struct cache_builder *builder, const struct placement *placement,
                           bool *newer)
{
    struct placement there;
    const int64_t id = cache_record_id(&builder->writer.keys, placement->placement_id);

    *newer = false;
    sqlite3_bind_int64(builder->get_placement, 1, id);
    const int rc = database_step(builder->get_placement);
    enum err err = database_err(rc);
    if (rc == SQLITE_ROW)
        err = cache_record_open(&builder->writer.keys, id,
                                database_column(builder->get_placement, 0), &there);
    if (rc == SQLITE_ROW && !err)
        *newer = there.rec_seq > placement->rec_seq;
    sqlite3_reset(builder->get_placement);
    return err;
}

enum err cache_builder_put(struct cache_builder *builder, const struct placement *placement)
{
    bool newer;
    enum err err = newer_find(builder, placement, &newer);

    if (err || newer)
        return err;
    err = row_put(&builder->writer, placement);
    return err ? err : row_count(builder);
}

enum err cache_builder_put_listing(struct cache_builder *builder, const struct listing *listing)
{
    const enum err err = cache_listings_put_longest(&builder->writer.listings, listing);
    return err ? err : row_count(builder);
}

enum err cache_builder_finish(struct cache_builder *builder, int64_t as_of, char why[CACHE_WHY_LEN])
{
    struct database *database = &builder->writer.database;
    enum err err = feed_write(database, &placement_feed, 1, as_of);

    if (!err)
        err = feed_write(database, &list_feed, 1, as_of);
    if (!err)
        err = database_commit(database);
    if (err) {
        database_say(why, builder->path, err, err_text(err));
        cache_builder_abandon(builder);
        return err;
    }
    sqlite3_finalize(builder->get_placement);
    writer_done(&builder->writer);
    err = database_build_close(database, builder->path, why);
    free(builder);
    return err;
}
