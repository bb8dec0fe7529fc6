/* The cache's tables, keyed numbers and sealing contexts. */
#include "cache_format.h"

#include <assert.h>

#include "key_check.h"

const struct database_kind cache_kind = {
    .what = "placement cache",
    .application_id = 0x504d4331, /* "PMC1" */
    .version = 1,
    .schema = "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1),"
              " key_check BLOB NOT NULL) STRICT;"
              "CREATE TABLE feed(id INTEGER PRIMARY KEY CHECK(id = 1), version INTEGER NOT NULL,"
              " as_of INTEGER NOT NULL) STRICT;"
              "CREATE TABLE policy(id INTEGER PRIMARY KEY CHECK(id = 1), version INTEGER NOT NULL,"
              " envelope BLOB NOT NULL) STRICT;"
              "CREATE TABLE placement(id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;"
              "CREATE TABLE lookup(text INTEGER NOT NULL, id INTEGER NOT NULL,"
              " kind INTEGER NOT NULL, PRIMARY KEY(text, id, kind)) STRICT, WITHOUT ROWID;"
              "CREATE INDEX lookup_of_placement ON lookup(id);",
};

enum err cache_keys_derive(const struct seal_root *root, struct cache_keys *out)
{
    struct cache_keys keys = {0};
    enum err err = seal_key_derive(root, "pamit cache seal", &keys.seal);

    if (!err)
        err = mac_key_derive(root, "pamit cache index", &keys.index);
    if (err)
        cache_keys_close(&keys);
    else
        *out = keys;
    return err;
}

void cache_keys_close(struct cache_keys *keys)
{
    if (keys->seal)
        seal_key_close(keys->seal);
    if (keys->index)
        mac_key_close(keys->index);
    *keys = (struct cache_keys){0};
}

enum err cache_keys_check(const struct cache_keys *keys, struct database *database)
{
    return key_check_verify(keys->seal, database);
}

static int64_t keyed(const struct cache_keys *keys, char class, const char *text)
{
    uint8_t bytes[1 + LOOKUP_TEXT_LEN], mac[SEAL_MAC_LEN];
    const size_t len = strlen(text);
    int64_t id;

    assert(len < LOOKUP_TEXT_LEN);
    bytes[0] = (uint8_t) class;
    memcpy(bytes + 1, text, len);
    mac_compute(keys->index, span_of(bytes, 1 + len), mac);
    memcpy(&id, mac, sizeof id); /* the file is read on the machine that wrote it */
    return id;
}

int64_t cache_record_id(const struct cache_keys *keys, const char *placement_id)
{
    return keyed(keys, 'I', placement_id);
}

int64_t cache_text_id(const struct cache_keys *keys, const struct lookup *lookup)
{
    switch (lookup->key) {
    case MATCH_KEY_PASSPORT:
    case MATCH_KEY_OLD_PASSPORT:
        return keyed(keys, 'P', lookup->text);
    case MATCH_KEY_NIK:
        return keyed(keys, 'N', lookup->text);
    case MATCH_KEY_NAME_DOB:
        return keyed(keys, 'D', lookup->text);
    case MATCH_KEY_NONE:
    case MATCH_KEY_MANUAL:
        break;
    }
    assert(0 && "a look-up of no kind");
    return 0;
}

struct span cache_record_context(int64_t id, uint8_t out[CACHE_CONTEXT_LEN])
{
    memcpy(out, "pamit placement ", 16);
    memcpy(out + 16, &id, sizeof id);
    return span_of(out, CACHE_CONTEXT_LEN);
}
