/* The table of day keys, written anew without those of some days.
 *
 * A row that is deleted is overwritten (secure_delete), but copies of it may lie where SQLite once
 * moved it. The table is small: all its pages are given up, which overwrites them, and what stays
 * is stored again.
 */
#include <stdlib.h>

#include "retention_parts.h"

struct wrapped_key {
    int64_t day;
    size_t len;
    uint8_t bytes[SEAL_KEY_LEN + SEAL_OVERHEAD];
};

bool retention_is_purged(const struct entry_purge *purge, int64_t day)
{
    for (size_t i = 0; i < purge->n_days; i++)
        if (purge->day[i].day == day)
            return true;
    return false;
}

/* The keys that stay, in memory of their own. */
static enum err keys_read(struct database *database, const struct entry_purge *purge,
                          struct wrapped_key **out, size_t *n)
{
    struct wrapped_key *keys = NULL;
    sqlite3_stmt *select = NULL;
    size_t room = 0;
    int rc = SQLITE_DONE;
    enum err err =
        database_prepare(database, "SELECT day, wrapped FROM day_key ORDER BY day", &select);

    *n = 0;
    while (!err && (rc = database_step(select)) == SQLITE_ROW) {
        const struct span wrapped = database_column(select, 1);
        const int64_t day = sqlite3_column_int64(select, 0);
        if (retention_is_purged(purge, day))
            continue;
        if (*n == room) {
            room = room ? 2 * room : 64;
            struct wrapped_key *grown = realloc(keys, room * sizeof *keys);
            err = grown ? ERR_OK : ERR_MEMORY;
            keys = grown ? grown : keys;
        }
        if (!err && wrapped.len > sizeof keys[0].bytes)
            err = ERR_CORRUPT;
        if (err)
            break;
        keys[*n] = (struct wrapped_key){.day = day, .len = wrapped.len};
        memcpy(keys[*n].bytes, wrapped.p, wrapped.len);
        ++*n;
    }
    sqlite3_finalize(select);
    *out = keys;
    return err ? err : database_err(rc);
}

enum err retention_keys_destroy(struct database *database, const struct entry_purge *purge)
{
    struct wrapped_key *keys = NULL;
    sqlite3_stmt *insert = NULL;
    size_t n = 0;
    enum err err = keys_read(database, purge, &keys, &n);

    if (!err)
        err = database_run(database, "DELETE FROM day_key");
    if (!err)
        err =
            database_prepare(database, "INSERT INTO day_key(day, wrapped) VALUES(?1, ?2)", &insert);
    for (size_t i = 0; !err && i < n; i++) {
        sqlite3_bind_int64(insert, 1, keys[i].day);
        sqlite3_bind_blob(insert, 2, keys[i].bytes, (int)keys[i].len, SQLITE_STATIC);
        err = database_step_done(insert);
    }
    sqlite3_finalize(insert);
    free(keys);
    return err;
}
