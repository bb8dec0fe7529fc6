/* Placements, written.
 *
 * A record is replaced whole, but of its texts only those that changed: most updates are of a
 * status or a date, and a text lies anywhere in a large table.
 */
#include "cache_placements.h"

enum err cache_placements_init(struct cache_placements *placements, struct database *database,
                               const struct cache_keys *keys)
{
    const struct {
        sqlite3_stmt **statement;
        const char *sql;
    } rows[] = {
        {&placements->get, "SELECT id, texts FROM placement WHERE record = ?1"},
        {&placements->insert, "INSERT INTO placement(record, texts, sealed) VALUES(?1, ?2, ?3)"},
        {&placements->update, "UPDATE placement SET texts = ?2, sealed = ?3 WHERE id = ?1"},
        {&placements->put_text, "INSERT OR IGNORE INTO lookup(text, id, kind) VALUES(?1, ?2, ?3)"},
        {&placements->drop_text, "DELETE FROM lookup WHERE text = ?1 AND id = ?2 AND kind = ?3"},
    };
    enum err err = ERR_OK;

    *placements = (struct cache_placements){.keys = keys, .handle = database->handle};
    for (size_t i = 0; !err && i < sizeof rows / sizeof *rows; i++)
        err = database_prepare(database, rows[i].sql, rows[i].statement);
    return err;
}

void cache_placements_done(struct cache_placements *placements)
{
    sqlite3_finalize(placements->get);
    sqlite3_finalize(placements->insert);
    sqlite3_finalize(placements->update);
    sqlite3_finalize(placements->put_text);
    sqlite3_finalize(placements->drop_text);
}

/* Steps put_text or drop_text for each text of `these` that is not among `those`. */
static enum err texts_step(sqlite3_stmt *statement, int64_t id, const struct cache_texts *these,
                           const struct cache_texts *those)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < these->count; i++) {
        const struct cache_text *text = &these->text[i];
        bool there = false;
        for (size_t k = 0; k < those->count && !there; k++)
            there = those->text[k].text == text->text && those->text[k].kind == text->kind;
        if (there)
            continue;
        sqlite3_bind_int64(statement, 1, text->text);
        sqlite3_bind_int64(statement, 2, id);
        sqlite3_bind_int(statement, 3, (int)text->kind);
        err = database_step_done(statement);
    }
    return err;
}

/* Steps insert or update, whose first parameter is `record` or `id`. */
static enum err row_write(struct cache_placements *placements, sqlite3_stmt *statement,
                          int64_t first, const struct placement *placement,
                          const struct cache_texts *texts)
{
    uint8_t box[CACHE_SEALED_MAX], packed[CACHE_TEXTS_MAX];
    size_t len = 0;
    const size_t packed_len = cache_texts_pack(texts, packed);
    const int64_t record = cache_record_id(placements->keys, placement->placement_id);
    enum err err = cache_record_seal(placements->keys, record, placement, box, &len);

    if (err)
        return err;
    sqlite3_bind_int64(statement, 1, first);
    sqlite3_bind_blob(statement, 2, packed, (int)packed_len, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 3, box, (int)len, SQLITE_STATIC);
    err = database_step_done(statement);
    sqlite3_clear_bindings(statement);
    return err;
}

/* What is stored of a record; ERR_MISSING: nothing. */
static enum err stored_find(struct cache_placements *placements, int64_t record, int64_t *id,
                            struct cache_texts *texts)
{
    sqlite3_bind_int64(placements->get, 1, record);
    const int rc = database_step(placements->get);
    enum err err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);

    if (!err) {
        *id = sqlite3_column_int64(placements->get, 0);
        err = cache_texts_unpack(database_column(placements->get, 1), texts);
    }
    sqlite3_reset(placements->get);
    return err;
}

enum err cache_placements_add(struct cache_placements *placements,
                              const struct placement *placement)
{
    static const struct cache_texts none;
    struct cache_texts texts;
    const int64_t record = cache_record_id(placements->keys, placement->placement_id);

    cache_texts_of(placements->keys, placement, &texts);
    const enum err err = row_write(placements, placements->insert, record, placement, &texts);
    return err ? err
               : texts_step(placements->put_text, sqlite3_last_insert_rowid(placements->handle),
                            &texts, &none);
}

enum err cache_placements_put(struct cache_placements *placements,
                              const struct placement *placement)
{
    struct cache_texts before, after;
    const int64_t record = cache_record_id(placements->keys, placement->placement_id);
    int64_t id = 0;
    enum err err = stored_find(placements, record, &id, &before);

    if (err == ERR_MISSING)
        return cache_placements_add(placements, placement);
    cache_texts_of(placements->keys, placement, &after);
    if (!err)
        err = row_write(placements, placements->update, id, placement, &after);
    if (!err)
        err = texts_step(placements->drop_text, id, &before, &after);
    return err ? err : texts_step(placements->put_text, id, &after, &before);
}
