/* The frame of a cache's file. */
#include "cache_file.h"

#include "key_check.h"

enum err cache_file_create(struct database *database, const struct cache_keys *keys)
{
    uint8_t check[KEY_CHECK_LEN];
    sqlite3_stmt *insert = NULL;
    enum err err = key_check_make(keys->seal, check);

    if (!err)
        err = database_begin(database);
    if (err)
        return err;
    err = database_create(database);
    if (!err)
        err = database_prepare(database, "INSERT INTO meta(id, key_check) VALUES(1, ?1)", &insert);
    if (!err) {
        sqlite3_bind_blob(insert, 1, check, sizeof check, SQLITE_STATIC);
        err = database_step_done(insert);
        sqlite3_finalize(insert);
    }
    if (!err)
        return database_commit(database);
    database_rollback(database);
    return err;
}

const struct cache_feed cache_placement_feed = {
    "SELECT version, as_of FROM feed",
    "REPLACE INTO feed(id, version, as_of) VALUES(1, ?1, ?2)",
};
const struct cache_feed cache_list_feed = {
    "SELECT version, as_of FROM list_feed",
    "REPLACE INTO list_feed(id, version, as_of) VALUES(1, ?1, ?2)",
};

enum err cache_pair_read(struct database *database, const char *sql, int64_t *first,
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

enum err cache_feed_write(struct database *database, const struct cache_feed *feed,
                          uint64_t version, int64_t as_of)
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
