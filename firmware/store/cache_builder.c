/* A whole cache, made in one go.
 *
 * Problem: keyed texts are random numbers, so rows that come in any order would each touch another
 * page of a table larger than memory. Method: records are appended; their texts and the rows of
 * lists are put aside in temporary tables, sorted (SQLite's sorter spills to temporary files, so
 * that memory stays small) and then written in order. Temporary tables have the names of the real
 * ones, which they hide from the writers' statements; the last step says "main".
 *
 * That a record or a row came twice is only seen when all are sorted; then all but one go.
 */
#include <stdlib.h>

#include "cache_file.h"
#include "cache_listings.h"
#include "cache_placements.h"

#define BUILD_ROWS_MAX 50000 /* in one transaction */

struct cache_builder {
    struct database database;
    struct cache_keys keys;
    struct cache_placements placements;
    struct cache_listings listings;
    size_t rows; /* of the open transaction */
    char path[]; /* where it goes */
};

static const char aside[] = "DROP INDEX placement_record;"
                            "CREATE TEMP TABLE lookup(text, id, kind);"
                            "CREATE TEMP TABLE listing(text, id, sealed);";

static enum err builder_set_up(struct cache_builder *builder, const struct seal_root *root)
{
    struct database *database = &builder->database;
    enum err err = cache_keys_derive(root, &builder->keys);

    if (!err)
        err = cache_file_create(database, &builder->keys);
    if (!err)
        err = database_run(database, aside);
    if (!err)
        err = cache_placements_init(&builder->placements, database, &builder->keys);
    if (!err)
        err = cache_listings_init(&builder->listings, database, &builder->keys);
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
    enum err err = database_build_open(path, &cache_kind, &builder->database, why);
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

/* All but the file. */
static void builder_done(struct cache_builder *builder)
{
    cache_placements_done(&builder->placements);
    cache_listings_done(&builder->listings);
    cache_keys_close(&builder->keys);
}

void cache_builder_abandon(struct cache_builder *builder)
{
    if (!builder)
        return;
    builder_done(builder);
    database_build_abandon(&builder->database, builder->path);
    free(builder);
}

/* Bounds what a transaction holds. */
static enum err row_count(struct cache_builder *builder)
{
    if (++builder->rows < BUILD_ROWS_MAX)
        return ERR_OK;
    builder->rows = 0;
    const enum err err = database_commit(&builder->database);
    return err ? err : database_begin(&builder->database);
}

enum err cache_builder_put(struct cache_builder *builder, const struct placement *placement)
{
    const enum err err = cache_placements_add(&builder->placements, placement);
    return err ? err : row_count(builder);
}

enum err cache_builder_put_listing(struct cache_builder *builder, const struct listing *listing)
{
    const enum err err = cache_listings_put(&builder->listings, listing);
    return err ? err : row_count(builder);
}

/* ---- in order ------------------------------------------------------------------------------- */

/* Of rows with one id that of the highest rec_seq stays, or the last of those. */
static enum err record_choose(struct cache_builder *builder, sqlite3_stmt *of_record,
                              int64_t record, int64_t *stays)
{
    struct placement placement;
    uint64_t highest = 0;
    enum err err = ERR_OK;
    int rc = SQLITE_DONE;

    sqlite3_bind_int64(of_record, 1, record);
    while (!err && (rc = database_step(of_record)) == SQLITE_ROW) {
        err = cache_record_open(&builder->keys, record, database_column(of_record, 1), &placement);
        if (err || placement.rec_seq < highest)
            continue;
        highest = placement.rec_seq;
        *stays = sqlite3_column_int64(of_record, 0);
    }
    sqlite3_reset(of_record);
    return err ? err : database_err(rc);
}

/* Each record that is there more than once, with the row that stays. */
static enum err again_note(struct cache_builder *builder, sqlite3_stmt *again,
                           sqlite3_stmt *of_record, sqlite3_stmt *note)
{
    enum err err = ERR_OK;
    int rc = SQLITE_DONE;

    while (!err && (rc = database_step(again)) == SQLITE_ROW) {
        const int64_t record = sqlite3_column_int64(again, 0);
        int64_t stays = 0;
        err = record_choose(builder, of_record, record, &stays);
        sqlite3_bind_int64(note, 1, record);
        sqlite3_bind_int64(note, 2, stays);
        if (!err)
            err = database_step_done(note);
    }
    return err ? err : database_err(rc);
}

static enum err again_find(struct cache_builder *builder)
{
    struct database *database = &builder->database;
    sqlite3_stmt *again = NULL, *of_record = NULL, *note = NULL;
    enum err err =
        database_run(database, "CREATE TEMP TABLE stays(record INTEGER PRIMARY KEY, id);");

    if (!err)
        err = database_prepare(
            database, "SELECT record FROM placement GROUP BY record HAVING count(*) > 1", &again);
    if (!err)
        err = database_prepare(
            database, "SELECT id, sealed FROM placement WHERE record = ?1 ORDER BY id", &of_record);
    if (!err)
        err = database_prepare(database, "INSERT INTO stays VALUES(?1, ?2)", &note);
    if (!err)
        err = again_note(builder, again, of_record, note);
    sqlite3_finalize(again);
    sqlite3_finalize(of_record);
    sqlite3_finalize(note);
    return err;
}

static enum err placements_order(struct cache_builder *builder)
{
    struct database *database = &builder->database;
    enum err err = database_run(database, CACHE_RECORD_INDEX);

    if (!err)
        err = again_find(builder);
    return err ? err
               : database_run(
                     database,
                     "CREATE TEMP TABLE gone(id INTEGER PRIMARY KEY);"
                     "INSERT INTO gone SELECT p.id FROM stays s"
                     " JOIN placement p ON p.record = s.record AND p.id <> s.id;"
                     "DELETE FROM placement WHERE id IN (SELECT id FROM gone);"
                     "INSERT OR IGNORE INTO main.lookup SELECT text, id, kind FROM temp.lookup"
                     " WHERE id NOT IN (SELECT id FROM gone) ORDER BY 1, 2, 3;");
}

/* A row of the lists as it is put in order, and the one before. */
struct listing_box {
    int64_t text, id;
    size_t len;
    uint8_t box[CACHE_LISTING_MAX];
};

static enum err box_take(sqlite3_stmt *sorted, struct listing_box *out)
{
    const struct span box = database_column(sorted, 2);

    if (box.len > sizeof out->box)
        return ERR_CORRUPT;
    out->text = sqlite3_column_int64(sorted, 0);
    out->id = sqlite3_column_int64(sorted, 1);
    out->len = box.len;
    memcpy(out->box, box.p, box.len);
    return ERR_OK;
}

/* Does the same row, come before, end later? */
static enum err ends_later(const struct cache_keys *keys, const struct listing_box *before,
                           const struct listing_box *box, bool *out)
{
    struct listing first, second;
    enum err err =
        cache_listing_open(keys, box->text, box->id, span_of(before->box, before->len), &first);
    if (!err)
        err = cache_listing_open(keys, box->text, box->id, span_of(box->box, box->len), &second);
    *out = !err && date_compare(first.expires, second.expires) > 0;
    return err;
}

static enum err listings_copy(struct cache_builder *builder, sqlite3_stmt *sorted,
                              sqlite3_stmt *put)
{
    struct listing_box boxes[2] = {{.len = 0}}, *before = &boxes[0], *box = &boxes[1];
    enum err err = ERR_OK;
    int rc = SQLITE_DONE;

    while (!err && (rc = database_step(sorted)) == SQLITE_ROW) {
        bool later = false;
        err = box_take(sorted, box);
        if (!err && before->len && before->text == box->text && before->id == box->id)
            err = ends_later(&builder->keys, before, box, &later);
        if (err || later)
            continue;
        sqlite3_bind_int64(put, 1, box->text);
        sqlite3_bind_int64(put, 2, box->id);
        sqlite3_bind_blob(put, 3, box->box, (int)box->len, SQLITE_STATIC);
        err = database_step_done(put);
        struct listing_box *const next = before;
        before = box;
        box = next;
    }
    return err ? err : database_err(rc);
}

static enum err listings_order(struct cache_builder *builder)
{
    sqlite3_stmt *sorted = NULL, *put = NULL;
    enum err err = database_prepare(
        &builder->database, "SELECT text, id, sealed FROM temp.listing ORDER BY text, id, rowid",
        &sorted);

    if (!err)
        err = database_prepare(&builder->database, "REPLACE INTO main.listing VALUES(?1, ?2, ?3)",
                               &put);
    if (!err)
        err = listings_copy(builder, sorted, put);
    sqlite3_finalize(sorted);
    sqlite3_finalize(put);
    return err;
}

/* Of no registry: a kiosk that is given this file fetches every row all the same, and its lane
 * believes none before. */
#define BUILT_VERSION 0

static enum err builder_complete(struct cache_builder *builder, int64_t as_of)
{
    struct database *database = &builder->database;
    enum err err = placements_order(builder);

    if (!err)
        err = listings_order(builder);
    if (!err)
        err = cache_feed_write(database, &cache_placement_feed, BUILT_VERSION, as_of);
    if (!err)
        err = cache_feed_write(database, &cache_list_feed, BUILT_VERSION, as_of);
    return err ? err : database_commit(database);
}

enum err cache_builder_finish(struct cache_builder *builder, int64_t as_of, char why[CACHE_WHY_LEN])
{
    enum err err = builder_complete(builder, as_of);

    if (err) {
        database_say(why, builder->path, err, err_text(err));
        cache_builder_abandon(builder);
        return err;
    }
    builder_done(builder);
    err = database_build_close(&builder->database, builder->path, why);
    free(builder);
    return err;
}
