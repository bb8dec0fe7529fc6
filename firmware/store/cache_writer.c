/* The cache's writer: pamit-sync applies verified steps of the feed.
 *
 * A step is one transaction of at most CACHE_DELTA_MAX rows: version, age and rows move together or
 * not at all, and a reader sees the state before or the state after. A record is replaced whole,
 * with all its look-up rows, which are found by its id: the NIK they may come from is not kept.
 */
#include "cache.h"

#include <assert.h>
#include <stdlib.h>

#include "cache_format.h"
#include "key_check.h"

_Static_assert(CACHE_WHY_LEN == DATABASE_WHY_LEN, "one size of reasons");

struct cache_writer {
    struct database database;
    struct cache_keys keys;
    sqlite3_stmt *put_placement, *drop_lookups, *put_lookup;
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

void cache_writer_close(struct cache_writer *writer)
{
    if (!writer)
        return;
    sqlite3_finalize(writer->put_placement);
    sqlite3_finalize(writer->drop_lookups);
    sqlite3_finalize(writer->put_lookup);
    cache_keys_close(&writer->keys);
    database_close(&writer->database);
    free(writer);
}

/* ---- the feed ----------------------------------------------------------------------------- */

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

static enum err feed_read(struct database *database, int64_t *version, int64_t *as_of)
{
    return pair_read(database, "SELECT version, as_of FROM feed", version, as_of);
}

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

/* The record without its NIK, as a box. */
static enum err record_seal(const struct cache_writer *writer, int64_t id,
                            const struct placement *placement, uint8_t box[CACHE_SEALED_MAX],
                            size_t *len)
{
    struct placement kept = *placement;
    uint8_t plain[PLACEMENT_CBOR_MAX], context[CACHE_CONTEXT_LEN];
    struct cbor_writer w;
    struct span written;
    const char *field;

    memset(kept.nik, 0, sizeof kept.nik);
    cbor_writer_init(&w, plain, sizeof plain);
    enum err err = placement_encode(&kept, &w, &field);
    if (!err)
        err = cbor_writer_finish(&w, &written);
    if (!err)
        err = seal_box(writer->keys.seal, cache_record_context(id, context), written, box,
                       CACHE_SEALED_MAX, len);
    return err;
}

static enum err row_put(struct cache_writer *writer, const struct placement *placement)
{
    uint8_t box[CACHE_SEALED_MAX];
    size_t len = 0;
    const int64_t id = cache_record_id(&writer->keys, placement->placement_id);
    enum err err = record_seal(writer, id, placement, box, &len);

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

static enum err feed_write(struct database *database, uint64_t version, int64_t as_of)
{
    sqlite3_stmt *replace = NULL;
    enum err err = database_prepare(
        database, "REPLACE INTO feed(id, version, as_of) VALUES(1, ?1, ?2)", &replace);

    if (err)
        return err;
    sqlite3_bind_int64(replace, 1, (sqlite3_int64)version);
    sqlite3_bind_int64(replace, 2, as_of);
    err = database_step_done(replace);
    sqlite3_finalize(replace);
    return err;
}

/* Within the open transaction. */
static enum err delta_write(struct cache_writer *writer, const struct cache_delta *delta)
{
    int64_t version, as_of;
    enum err err = feed_read(&writer->database, &version, &as_of);

    if (err)
        return err;
    if (delta->from != (uint64_t)version || delta->as_of < as_of)
        return ERR_OLD;
    for (size_t i = 0; !err && i < delta->n_rows; i++)
        err = row_put(writer, &delta->rows[i]);
    return err ? err : feed_write(&writer->database, delta->to, delta->as_of);
}

enum err cache_apply(struct cache_writer *writer, const struct cache_delta *delta)
{
    assert(delta->n_rows <= CACHE_DELTA_MAX);
    if (delta->to > INT64_MAX || delta->to < delta->from ||
        (delta->to == delta->from && delta->n_rows > 0))
        return ERR_INVALID;

    enum err err = database_begin(&writer->database);
    if (err)
        return err;
    err = delta_write(writer, delta);
    if (!err)
        return database_commit(&writer->database);
    database_rollback(&writer->database);
    return err;
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

enum err cache_writer_versions(struct cache_writer *writer, uint64_t *placements, uint64_t *policy)
{
    int64_t feed_version, policy_version, unused;
    enum err err = feed_read(&writer->database, &feed_version, &unused);

    if (!err)
        err = pair_read(&writer->database, "SELECT version, id FROM policy", &policy_version,
                        &unused);
    if (err)
        return err;
    *placements = (uint64_t)feed_version;
    *policy = (uint64_t)policy_version;
    return ERR_OK;
}
