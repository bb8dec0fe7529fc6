/* The cache's tables, keyed numbers and sealing contexts. */
#include "cache_format.h"

#include <assert.h>

#include "key_check.h"

#define PLACEMENTS                                                                                 \
    "CREATE TABLE placement(id INTEGER PRIMARY KEY, record INTEGER NOT NULL,"                      \
    " texts BLOB NOT NULL, sealed BLOB NOT NULL) STRICT;" CACHE_RECORD_INDEX                       \
    "CREATE TABLE lookup(text INTEGER NOT NULL, id INTEGER NOT NULL,"                              \
    " kind INTEGER NOT NULL, PRIMARY KEY(text, id, kind)) STRICT, WITHOUT ROWID;"
#define LISTS                                                                                      \
    "CREATE TABLE list_feed(id INTEGER PRIMARY KEY CHECK(id = 1), version INTEGER NOT NULL,"       \
    " as_of INTEGER NOT NULL) STRICT;"                                                             \
    "CREATE TABLE listing(text INTEGER NOT NULL, id INTEGER NOT NULL, sealed BLOB NOT NULL,"       \
    " PRIMARY KEY(text, id)) STRICT, WITHOUT ROWID;"

const struct database_kind cache_kind = {
    .what = "placement cache",
    .application_id = 0x504d4331, /* "PMC1" */
    .version = 3,
    .schema = "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1),"
              " key_check BLOB NOT NULL) STRICT;"
              "CREATE TABLE feed(id INTEGER PRIMARY KEY CHECK(id = 1), version INTEGER NOT NULL,"
              " as_of INTEGER NOT NULL) STRICT;"
              "CREATE TABLE policy(id INTEGER PRIMARY KEY CHECK(id = 1), version INTEGER NOT NULL,"
              " envelope BLOB NOT NULL) STRICT;" PLACEMENTS LISTS,
    /* Version 2 found names by single words. Policy and lists stay; the feed brings the placements
     * anew. */
    .upgrade = "DELETE FROM feed; DROP TABLE lookup; DROP TABLE placement;" PLACEMENTS,
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

#define KEYED_LEN_MAX LISTING_CBOR_MAX

static int64_t keyed(const struct cache_keys *keys, char class, struct span text)
{
    uint8_t bytes[1 + KEYED_LEN_MAX], mac[SEAL_MAC_LEN];
    int64_t id;

    assert(text.len <= KEYED_LEN_MAX);
    bytes[0] = (uint8_t) class;
    memcpy(bytes + 1, text.p, text.len);
    mac_compute(keys->index, span_of(bytes, 1 + text.len), mac);
    explicit_bzero(bytes, 1 + text.len);
    memcpy(&id, mac, sizeof id); /* the file is read on the machine that wrote it */
    return id;
}

int64_t cache_record_id(const struct cache_keys *keys, const char *placement_id)
{
    return keyed(keys, 'I', span_of_text(placement_id));
}

_Static_assert(DOCUMENT_NIK_HASH == sizeof(int64_t), "a NIK's hash is the id of its text");

static int64_t text_id_of_hash(const uint8_t nik_hash[DOCUMENT_NIK_HASH])
{
    int64_t id;

    memcpy(&id, nik_hash, sizeof id);
    return id;
}

int64_t cache_text_id(const struct cache_keys *keys, const struct lookup *lookup)
{
    switch (lookup->key) {
    case MATCH_KEY_PASSPORT:
    case MATCH_KEY_OLD_PASSPORT:
        return keyed(keys, 'P', span_of_text(lookup->text));
    case MATCH_KEY_NIK:
        if (!*lookup->text)
            return text_id_of_hash(lookup->nik_hash);
        return keyed(keys, 'N', span_of_text(lookup->text));
    case MATCH_KEY_NAME_DOB:
        return keyed(keys, 'D', span_of_text(lookup->text));
    case MATCH_KEY_NONE:
    case MATCH_KEY_MANUAL:
        break;
    }
    assert(0 && "a look-up of no kind");
    return 0;
}

enum err cache_nik_hash(const struct seal_root *root, const char nik[DOCUMENT_NIK_LEN],
                        uint8_t out[DOCUMENT_NIK_HASH])
{
    struct lookup lookup;
    struct cache_keys keys = {0};
    const enum err err = mac_key_derive(root, "pamit cache index", &keys.index);

    if (err)
        return err;
    placement_nik_lookup(nik, &lookup);
    const int64_t id = cache_text_id(&keys, &lookup);
    memcpy(out, &id, sizeof id);
    explicit_bzero(&lookup, sizeof lookup);
    cache_keys_close(&keys);
    return ERR_OK;
}

/* ---- texts -------------------------------------------------------------------------------- */

void cache_texts_of(const struct cache_keys *keys, const struct placement *placement,
                    struct cache_texts *out)
{
    struct lookup lookups[LOOKUPS_MAX];

    out->count = placement_index(placement, lookups);
    for (size_t i = 0; i < out->count; i++)
        out->text[i] = (struct cache_text){cache_text_id(keys, &lookups[i]), lookups[i].key};
}

size_t cache_texts_pack(const struct cache_texts *texts, uint8_t out[CACHE_TEXTS_MAX])
{
    for (size_t i = 0; i < texts->count; i++) {
        uint8_t *at = out + i * CACHE_TEXT_LEN;
        memcpy(at, &texts->text[i].text, sizeof texts->text[i].text);
        at[CACHE_TEXT_LEN - 1] = (uint8_t)texts->text[i].kind;
    }
    return texts->count * CACHE_TEXT_LEN;
}

enum err cache_texts_unpack(struct span packed, struct cache_texts *out)
{
    if (packed.len % CACHE_TEXT_LEN != 0 || packed.len > CACHE_TEXTS_MAX)
        return ERR_CORRUPT;
    out->count = packed.len / CACHE_TEXT_LEN;
    for (size_t i = 0; i < out->count; i++) {
        const uint8_t *at = packed.p + i * CACHE_TEXT_LEN;
        memcpy(&out->text[i].text, at, sizeof out->text[i].text);
        out->text[i].kind = (enum match_key)at[CACHE_TEXT_LEN - 1];
    }
    return ERR_OK;
}

/* ---- records ------------------------------------------------------------------------------ */

#define CONTEXT_LEN_MAX 32

/* What a box is bound to: what it is, and the columns of its row. */
static struct span context_of(uint8_t out[CONTEXT_LEN_MAX], const char *what, const int64_t *ids,
                              size_t n_ids)
{
    const size_t len = strlen(what);

    assert(len + n_ids * sizeof *ids <= CONTEXT_LEN_MAX);
    memcpy(out, what, len);
    memcpy(out + len, ids, n_ids * sizeof *ids);
    return span_of(out, len + n_ids * sizeof *ids);
}

static struct span record_context(int64_t record, uint8_t out[CONTEXT_LEN_MAX])
{
    return context_of(out, "pamit placement ", &record, 1);
}

enum err cache_record_seal(const struct cache_keys *keys, int64_t record,
                           const struct placement *placement, uint8_t box[CACHE_SEALED_MAX],
                           size_t *len)
{
    struct placement kept = *placement;
    uint8_t plain[PLACEMENT_CBOR_MAX], context[CONTEXT_LEN_MAX];
    struct cbor_writer w;
    struct span written;
    const char *field;

    memset(kept.nik, 0, sizeof kept.nik);
    cbor_writer_init(&w, plain, sizeof plain);
    enum err err = placement_encode(&kept, &w, &field);
    if (!err)
        err = cbor_writer_finish(&w, &written);
    if (!err)
        err = seal_box(keys->seal, record_context(record, context), written, box, CACHE_SEALED_MAX,
                       len);
    return err;
}

enum err cache_record_open(const struct cache_keys *keys, int64_t record, struct span box,
                           struct placement *out)
{
    uint8_t context[CONTEXT_LEN_MAX], plain[PLACEMENT_CBOR_MAX];
    struct cbor_reader r;
    size_t len = 0;
    enum err err =
        seal_open(keys->seal, record_context(record, context), box, plain, sizeof plain, &len);

    if (err)
        return err == ERR_AUTH ? ERR_AUTH : ERR_CORRUPT;
    cbor_reader_init(&r, span_of(plain, len));
    err = placement_decode(&r, out);
    if (!err)
        err = cbor_reader_finish(&r);
    return err ? ERR_CORRUPT : ERR_OK;
}

/* ---- lists -------------------------------------------------------------------------------- */

_Static_assert(LISTING_TEXT_LEN <= KEYED_LEN_MAX, "look-up texts fit");

int64_t cache_listing_text_id(const struct cache_keys *keys, const struct listing_text *text)
{
    return keyed(keys, 'L', span_of_text(text->text));
}

static struct span listing_context(int64_t text, int64_t id, uint8_t out[CONTEXT_LEN_MAX])
{
    return context_of(out, "pamit listing ", (const int64_t[]){text, id}, 2);
}

static enum err listing_write(const struct listing *listing, uint8_t plain[LISTING_CBOR_MAX],
                              struct span *written)
{
    struct cbor_writer w;
    const char *field;

    cbor_writer_init(&w, plain, LISTING_CBOR_MAX);
    const enum err err = listing_encode(listing, &w, &field);
    return err ? err : cbor_writer_finish(&w, written);
}

enum err cache_listing_id(const struct cache_keys *keys, const struct listing *listing, int64_t *id)
{
    uint8_t plain[LISTING_CBOR_MAX];
    struct cbor_writer w;
    struct span written;
    const char *field;

    cbor_writer_init(&w, plain, sizeof plain);
    enum err err = listing_encode_identity(listing, &w, &field);
    if (!err)
        err = cbor_writer_finish(&w, &written);
    if (!err)
        *id = keyed(keys, 'R', written);
    return err;
}

enum err cache_listing_seal(const struct cache_keys *keys, int64_t text, int64_t id,
                            const struct listing *listing, uint8_t box[CACHE_LISTING_MAX],
                            size_t *len)
{
    uint8_t plain[LISTING_CBOR_MAX], context[CONTEXT_LEN_MAX];
    struct span written;
    const enum err err = listing_write(listing, plain, &written);

    return err ? err
               : seal_box(keys->seal, listing_context(text, id, context), written, box,
                          CACHE_LISTING_MAX, len);
}

enum err cache_listing_open(const struct cache_keys *keys, int64_t text, int64_t id,
                            struct span box, struct listing *out)
{
    uint8_t context[CONTEXT_LEN_MAX], plain[LISTING_CBOR_MAX];
    struct cbor_reader r;
    size_t len = 0;
    enum err err =
        seal_open(keys->seal, listing_context(text, id, context), box, plain, sizeof plain, &len);

    if (err)
        return err == ERR_AUTH ? ERR_AUTH : ERR_CORRUPT;
    cbor_reader_init(&r, span_of(plain, len));
    err = listing_decode(&r, out);
    if (!err)
        err = cbor_reader_finish(&r);
    return err ? ERR_CORRUPT : ERR_OK;
}
