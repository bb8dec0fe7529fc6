/* The journal's tables, keys and sealing contexts.
 *
 * A payload's day follows from its header, so no column says it: what is stored twice can differ.
 * Nothing here deletes a day key or a payload. One that is not there, or does not unwrap, is damage
 * unless a PURGE entry covers it, and whoever reads the entry says so.
 *
 * EPOCH and PURGE have no day: they prove what the journal may lack, and must be read when the days
 * they were written on are long gone.
 */
#include "journal_format.h"

#include <assert.h>

#include "key_check.h"

#define DAY_MS          86400000
#define DAY_CONTEXT_LEN 17

const struct database_kind journal_kind = {
    .what = "journal",
    .application_id = 0x504d4a31, /* "PMJ1" */
    .version = 2,
    .schema = "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), kiosk TEXT NOT NULL,"
              " signer BLOB NOT NULL, key_check BLOB NOT NULL) STRICT;"
              "CREATE TABLE entry(seq INTEGER PRIMARY KEY, header BLOB NOT NULL,"
              " signature BLOB NOT NULL, payload BLOB) STRICT;"
              "CREATE TABLE day_key(day INTEGER PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;"
              "CREATE TABLE recovery(no INTEGER PRIMARY KEY, source TEXT NOT NULL,"
              " next INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;"
              "CREATE TABLE crossing(key INTEGER NOT NULL, seq INTEGER NOT NULL,"
              " day INTEGER NOT NULL, direction INTEGER NOT NULL, decision INTEGER NOT NULL,"
              " PRIMARY KEY(key, seq)) STRICT, WITHOUT ROWID;",
};

static void put_big_endian(uint8_t *p, uint64_t value, size_t bytes)
{
    for (size_t i = bytes; i > 0; i--) {
        p[i - 1] = (uint8_t)value;
        value >>= 8;
    }
}

struct span payload_context(const struct entry_header *header, uint8_t out[PAYLOAD_CONTEXT_LEN])
{
    memcpy(out, "pamit entry ", 12);
    put_big_endian(out + 12, header->epoch, 4);
    put_big_endian(out + 16, header->seq, 8);
    return span_of(out, PAYLOAD_CONTEXT_LEN);
}

static struct span day_context(int64_t day, uint8_t out[DAY_CONTEXT_LEN])
{
    memcpy(out, "pamit day", 9);
    put_big_endian(out + 9, (uint64_t)day, 8);
    return span_of(out, DAY_CONTEXT_LEN);
}

int64_t entry_day(const struct entry_header *header)
{
    return header->time.wall_ms / DAY_MS - (header->time.wall_ms % DAY_MS < 0);
}

void stored_entry_read(sqlite3_stmt *statement, struct stored_entry *out)
{
    out->seq = (uint64_t)sqlite3_column_int64(statement, 0);
    out->header = database_column(statement, 1);
    out->signature = database_column(statement, 2);
    out->payload = database_column(statement, 3);
}

enum err stored_entry_head(sqlite3_stmt *statement, struct journal_head *out)
{
    struct stored_entry stored;
    struct entry_header header;

    stored_entry_read(statement, &stored);
    if (entry_header_decode(stored.header, ENTRY_WHOLE, &header) || header.seq != stored.seq)
        return ERR_CORRUPT;
    *out = (struct journal_head){.epoch = header.epoch, .seq = header.seq};
    sign_hash(stored.header, out->hash);
    return ERR_OK;
}

/* ---- day keys ----------------------------------------------------------------------------- */

enum err day_keys_open(struct database *database, const struct seal_root *root,
                       struct day_keys *out)
{
    struct day_keys keys = {.database = database};
    enum err err = ERR_OK;

    if (root)
        err = seal_key_derive(root, "pamit journal wrap", &keys.wrap);
    if (!err && keys.wrap)
        err = key_check_verify(keys.wrap, database);
    if (!err && keys.wrap)
        err = seal_key_derive(root, "pamit journal keep", &keys.keep);
    if (!err)
        err = database_prepare(database, "SELECT wrapped FROM day_key WHERE day = ?1", &keys.find);
    if (err)
        day_keys_close(&keys);
    else
        *out = keys;
    return err;
}

void day_keys_forget(struct day_keys *keys)
{
    if (keys->key)
        seal_key_close(keys->key);
    keys->key = NULL;
}

void day_keys_close(struct day_keys *keys)
{
    day_keys_forget(keys);
    purge_set_close(&keys->purges);
    sqlite3_finalize(keys->find);
    if (keys->keep)
        seal_key_close(keys->keep);
    if (keys->wrap)
        seal_key_close(keys->wrap);
    *keys = (struct day_keys){0};
}

static enum err unwrap(const struct day_keys *keys, int64_t day, struct span wrapped,
                       struct seal_key **out)
{
    uint8_t context[DAY_CONTEXT_LEN], bytes[SEAL_KEY_LEN];
    size_t len = 0;
    enum err err =
        seal_open(keys->wrap, day_context(day, context), wrapped, bytes, sizeof bytes, &len);

    if (!err)
        err = len == sizeof bytes ? seal_key_from_bytes(bytes, out) : ERR_AUTH;
    explicit_bzero(bytes, sizeof bytes);
    return err == ERR_SIZE || err == ERR_INVALID ? ERR_AUTH : err;
}

static enum err day_key_find(struct day_keys *keys, int64_t day, const struct seal_key **out)
{
    enum err err;

    if (!keys->key || keys->day != day) {
        struct seal_key *key = NULL;
        sqlite3_bind_int64(keys->find, 1, day);
        const int rc = database_step(keys->find);
        if (rc == SQLITE_ROW)
            err = unwrap(keys, day, database_column(keys->find, 0), &key);
        else
            err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
        sqlite3_reset(keys->find);
        if (err)
            return err;
        day_keys_forget(keys);
        keys->key = key;
        keys->day = day;
    }
    *out = keys->key;
    return ERR_OK;
}

/* The key of a kind that is kept, or of the entry's day. ERR_MISSING: there is none. */
static enum err payload_key_find(struct day_keys *keys, const struct entry_header *header,
                                 const struct seal_key **out)
{
    assert(keys->wrap);
    if (!entry_kind_is_kept(header->kind))
        return day_key_find(keys, entry_day(header), out);
    *out = keys->keep;
    return ERR_OK;
}

enum err payload_key_make(struct day_keys *keys, const struct entry_header *header,
                          const struct seal_key **out)
{
    enum err err = payload_key_find(keys, header, out);

    if (err != ERR_MISSING)
        return err;

    const int64_t day = entry_day(header);
    uint8_t context[DAY_CONTEXT_LEN], bytes[SEAL_KEY_LEN], wrapped[SEAL_KEY_LEN + SEAL_OVERHEAD];
    size_t len = 0;
    sqlite3_stmt *insert = NULL;

    seal_random(bytes, sizeof bytes);
    err = seal_box(keys->wrap, day_context(day, context), span_of(bytes, sizeof bytes), wrapped,
                   sizeof wrapped, &len);
    explicit_bzero(bytes, sizeof bytes);
    if (!err)
        err = database_prepare(keys->database, "INSERT INTO day_key(day, wrapped) VALUES(?1, ?2)",
                               &insert);
    if (!err) {
        sqlite3_bind_int64(insert, 1, day);
        sqlite3_bind_blob(insert, 2, wrapped, (int)len, SQLITE_STATIC);
        err = database_step_done(insert);
        sqlite3_finalize(insert);
    }
    return err ? err : day_key_find(keys, day, out);
}

/* ---- payloads ----------------------------------------------------------------------------- */

static enum err sealed_open(struct day_keys *keys, const struct stored_entry *stored,
                            const struct entry_header *header, uint8_t out[ENTRY_PAYLOAD_MAX],
                            size_t *len)
{
    uint8_t context[PAYLOAD_CONTEXT_LEN], hash[SIGN_HASH_LEN];
    const struct seal_key *key = NULL;
    size_t opened = 0;
    enum err err = payload_key_find(keys, header, &key);

    if (!err)
        err = seal_open(key, payload_context(header, context), stored->payload, out,
                        ENTRY_PAYLOAD_MAX, &opened);
    if (err == ERR_MISSING || err == ERR_AUTH || err == ERR_SIZE || err == ERR_INVALID)
        return ERR_CORRUPT;
    if (err)
        return err;
    sign_hash(span_of(out, opened), hash);
    if (memcmp(hash, header->payload_hash, sizeof hash) != 0)
        return ERR_CORRUPT;
    *len = opened;
    return ERR_OK;
}

enum err payload_open(struct day_keys *keys, const struct stored_entry *stored,
                      const struct entry_header *header, uint8_t out[ENTRY_PAYLOAD_MAX],
                      size_t *len)
{
    bool purged = purge_set_covers(&keys->purges, header);
    enum err err = purged ? ERR_OK : sealed_open(keys, stored, header, out, len);

    if (err == ERR_CORRUPT && !entry_kind_is_kept(header->kind)) {
        /* Damage, unless since we last looked it was purged, or its day was and has a new key. */
        const enum err refreshed = purge_set_refresh(keys);
        if (refreshed && refreshed != ERR_CORRUPT)
            return refreshed;
        day_keys_forget(keys);
        purged = purge_set_covers(&keys->purges, header);
        err = purged ? ERR_OK : sealed_open(keys, stored, header, out, len);
    }
    if (purged)
        *len = 0;
    return err;
}
