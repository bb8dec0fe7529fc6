/* The cache's writer: pamit-sync applies verified steps of the feeds.
 *
 * A step is one transaction of at most CACHE_DELTA_MAX rows: version, age and rows move together or
 * not at all, and a reader sees the state before or the state after.
 *
 * Age never falls: a step from the middle of a long import is dated before that import, but what
 * was known to be current until later still is.
 */
#include "cache.h"

#include <assert.h>
#include <stdlib.h>

#include "cache_file.h"
#include "cache_listings.h"
#include "cache_patrol.h"
#include "cache_placements.h"

_Static_assert(CACHE_WHY_LEN == DATABASE_WHY_LEN, "one size of reasons");

struct cache_writer {
    struct database database;
    struct cache_keys keys;
    struct cache_placements placements;
    struct cache_listings listings;
    struct cache_patrol patrol;
};

static enum err writer_set_up(struct cache_writer *writer, const struct seal_root *root,
                              const char **reason)
{
    enum err err = cache_keys_derive(root, &writer->keys);

    if (!err && writer->database.fresh)
        err = cache_file_create(&writer->database, &writer->keys);
    if (!err) {
        err = cache_keys_check(&writer->keys, &writer->database);
        if (err == ERR_AUTH)
            *reason = "sealed with another storage key";
    }
    if (!err)
        err = cache_placements_init(&writer->placements, &writer->database, &writer->keys);
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
        database_leave(&writer->database);
        cache_writer_close(writer);
        return err;
    }
    *out = writer;
    return ERR_OK;
}

void cache_writer_close(struct cache_writer *writer)
{
    if (!writer)
        return;
    cache_placements_done(&writer->placements);
    cache_listings_done(&writer->listings);
    cache_keys_close(&writer->keys);
    database_close(&writer->database);
    free(writer);
}

bool cache_writer_has_moved(const struct cache_writer *writer)
{
    return database_has_moved(&writer->database);
}

enum err cache_writer_patrol(struct cache_writer *writer, unsigned rows)
{
    return cache_patrol_step(&writer->patrol, &writer->database, rows);
}

/* ---- the feeds ---------------------------------------------------------------------------- */

/* A step of either feed: what differs is which rows it has. */
struct step {
    const struct cache_feed *feed;
    uint64_t from, to;
    int64_t as_of;
    const struct placement *placements;
    const struct listing *listings, *gone;
    size_t n_rows, n_gone;
};

#define SECONDS_PER_DAY 86400
#define IDLE_WAL_PAGES  16 /* so that the next note finds room in the WAL */

static enum err listings_write(struct cache_writer *writer, const struct step *step)
{
    const int64_t day = step->as_of / SECONDS_PER_DAY;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < step->n_gone; i++)
        err = cache_listings_drop(&writer->listings, &step->gone[i]);
    for (size_t i = 0; !err && i < step->n_rows; i++) {
        const struct listing *row = &step->listings[i];
        err = date_to_days(row->expires) < day ? cache_listings_drop(&writer->listings, row)
                                               : cache_listings_put(&writer->listings, row);
    }
    if (err || step->n_rows + step->n_gone == CACHE_DELTA_MAX)
        return err; /* a full step is one of many: the last of them sweeps */
    return cache_listings_sweep(&writer->listings, day);
}

static enum err placements_write(struct cache_writer *writer, const struct step *step)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < step->n_rows; i++)
        err = cache_placements_put(&writer->placements, &step->placements[i]);
    return err;
}

/* Within the open transaction. */
static enum err step_write(struct cache_writer *writer, const struct step *step)
{
    int64_t version, as_of;
    enum err err = cache_pair_read(&writer->database, step->feed->read, &version, &as_of);

    if (err)
        return err;
    if (step->from != (uint64_t)version)
        return ERR_OLD;
    err = step->feed == &cache_list_feed ? listings_write(writer, step)
                                         : placements_write(writer, step);
    if (step->as_of > as_of)
        as_of = step->as_of;
    return err ? err : cache_feed_write(&writer->database, step->feed, step->to, as_of);
}

static bool step_is_valid(const struct step *step)
{
    const size_t n = step->n_rows + step->n_gone;

    assert(n <= CACHE_DELTA_MAX);
    return step->to <= INT64_MAX && step->to >= step->from && (step->to > step->from || n == 0);
}

/* All of them in one transaction. */
static enum err steps_apply(struct cache_writer *writer, const struct step *steps, size_t n_steps)
{
    for (size_t i = 0; i < n_steps; i++)
        if (!step_is_valid(&steps[i]))
            return ERR_INVALID;

    enum err err = database_begin(&writer->database);
    if (err)
        return err;
    for (size_t i = 0; !err && i < n_steps; i++)
        err = step_write(writer, &steps[i]);
    if (!err)
        return database_commit(&writer->database);
    database_rollback(&writer->database);
    return err;
}

enum err cache_apply(struct cache_writer *writer, const struct cache_delta *delta)
{
    const struct step step = {
        .feed = &cache_placement_feed,
        .from = delta->from,
        .to = delta->to,
        .as_of = delta->as_of,
        .placements = delta->rows,
        .n_rows = delta->n_rows,
    };
    return steps_apply(writer, &step, 1);
}

enum err cache_apply_listings(struct cache_writer *writer, const struct cache_listing_delta *delta)
{
    const struct step step = {
        .feed = &cache_list_feed,
        .from = delta->from,
        .to = delta->to,
        .as_of = delta->as_of,
        .listings = delta->rows,
        .n_rows = delta->n_rows,
        .gone = delta->gone,
        .n_gone = delta->n_gone,
    };
    return steps_apply(writer, &step, 1);
}

/* Is there one to be written? Whether its version is the stored one is then found out. */
static enum err note_is_later(struct cache_writer *writer, const struct step *steps, size_t n,
                              bool *out)
{
    int64_t version, as_of;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < n && !*out; i++) {
        err = cache_pair_read(&writer->database, steps[i].feed->read, &version, &as_of);
        *out = steps[i].from != (uint64_t)version || steps[i].as_of - as_of >= CACHE_AGE_STEP_S;
    }
    return err;
}

enum err cache_note_current(struct cache_writer *writer, const struct cache_versions *versions,
                            int64_t as_of)
{
    struct step steps[2];
    size_t n = 0;

    if (versions->placements)
        steps[n++] = (struct step){.feed = &cache_placement_feed,
                                   .from = versions->placements,
                                   .to = versions->placements,
                                   .as_of = as_of};
    if (versions->lists)
        steps[n++] = (struct step){.feed = &cache_list_feed,
                                   .from = versions->lists,
                                   .to = versions->lists,
                                   .as_of = as_of};
    bool later = false;
    enum err err = note_is_later(writer, steps, n, &later);
    if (!err && later)
        err = steps_apply(writer, steps, n);
    if (!err && writer->database.wal_pages > IDLE_WAL_PAGES)
        (void)!database_checkpoint(&writer->database); /* the next one tries again */
    return err;
}

/* ---- policy ------------------------------------------------------------------------------- */

static enum err policy_write(struct database *database, uint64_t version, struct span envelope)
{
    sqlite3_stmt *replace = NULL;
    int64_t stored, unused;
    enum err err = cache_pair_read(database, "SELECT version, id FROM policy", &stored, &unused);

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
    enum err err =
        cache_pair_read(&writer->database, cache_placement_feed.read, &placements, &unused);

    if (!err)
        err = cache_pair_read(&writer->database, cache_list_feed.read, &lists, &unused);
    if (!err)
        err =
            cache_pair_read(&writer->database, "SELECT version, id FROM policy", &policy, &unused);
    if (!err)
        *out = (struct cache_versions){.placements = (uint64_t)placements,
                                       .lists = (uint64_t)lists,
                                       .policy = (uint64_t)policy};
    return err;
}
