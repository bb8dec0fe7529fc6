/* How placements lie in cache.db: shared by its writers and its readers.
 *
 * placement(id, record, texts, sealed): the record's CBOR without NIK, sealed with "pamit cache
 * seal" and bound to `record`, which is HMAC("I" || placement_id) cut to 8 bytes. id is a number in
 * order of arrival, so that rows are appended and neighbours in time share pages. `texts` are its
 * rows of lookup, as cache_texts_pack writes them: the NIK one may come from is not kept.
 * lookup(text, id, kind): HMAC(class || look-up text) cut to 8 bytes -> record, and which kind of
 * text it was. Current and previous numbers share a class, so that one look-up finds both.
 * listing(text, id, sealed): HMAC("L" || look-up text) cut to 8 bytes -> a row of the lists, sealed
 * and bound to both; once for each of its texts, so that one look-up is one range of one table. id
 * is HMAC("R" || listing_encode_identity) cut to 8 bytes: rows have no name of their own.
 * feed, list_feed: version and age; policy: the newest bundle, as signed; meta: whose storage key.
 * An HMAC cut to 8 bytes may rarely hit another record: placement_match compares the fields.
 * Internal to store.
 */
#ifndef PAMIT_CACHE_FORMAT_H
#define PAMIT_CACHE_FORMAT_H

#include "cache.h"
#include "database.h"

#define CACHE_SEALED_MAX  (PLACEMENT_CBOR_MAX + SEAL_OVERHEAD)
#define CACHE_LISTING_MAX (LISTING_CBOR_MAX + SEAL_OVERHEAD)

#define CACHE_TEXT_LEN  9 /* of one text in `texts`: its HMAC, its kind */
#define CACHE_TEXTS_MAX (LOOKUPS_MAX * CACHE_TEXT_LEN)

#define CACHE_RECORD_INDEX "CREATE INDEX placement_record ON placement(record);"

extern const struct database_kind cache_kind;

struct cache_keys {
    struct seal_key *seal;
    struct mac_key *index;
};

MUST_CHECK enum err cache_keys_derive(const struct seal_root *root, struct cache_keys *out);
void cache_keys_close(struct cache_keys *keys);
/* ERR_AUTH: the cache is sealed with another storage key. */
MUST_CHECK enum err cache_keys_check(const struct cache_keys *keys, struct database *database);

int64_t cache_record_id(const struct cache_keys *keys, const char *placement_id);
int64_t cache_text_id(const struct cache_keys *keys, const struct lookup *lookup);

/* One row of lookup, but for whose it is. */
struct cache_text {
    int64_t text;
    enum match_key kind;
};

/* All texts of a record. */
struct cache_texts {
    size_t count;
    struct cache_text text[LOOKUPS_MAX];
};

void cache_texts_of(const struct cache_keys *keys, const struct placement *placement,
                    struct cache_texts *out);
size_t cache_texts_pack(const struct cache_texts *texts, uint8_t out[CACHE_TEXTS_MAX]);
/* ERR_CORRUPT: nothing that cache_texts_pack wrote. */
MUST_CHECK enum err cache_texts_unpack(struct span packed, struct cache_texts *out);

/* The record without its NIK, as a box of at most CACHE_SEALED_MAX bytes, and back. ERR_INVALID: it
 * is not complete. ERR_AUTH: not this key's, or another row's; ERR_CORRUPT. */
MUST_CHECK enum err cache_record_seal(const struct cache_keys *keys, int64_t record,
                                      const struct placement *placement,
                                      uint8_t box[CACHE_SEALED_MAX], size_t *len);
MUST_CHECK enum err cache_record_open(const struct cache_keys *keys, int64_t record,
                                      struct span box, struct placement *out);

/* A row of the lists. */
int64_t cache_listing_text_id(const struct cache_keys *keys, const struct listing_text *text);
MUST_CHECK enum err cache_listing_id(const struct cache_keys *keys, const struct listing *listing,
                                     int64_t *id);
MUST_CHECK enum err cache_listing_seal(const struct cache_keys *keys, int64_t text, int64_t id,
                                       const struct listing *listing,
                                       uint8_t box[CACHE_LISTING_MAX], size_t *len);
MUST_CHECK enum err cache_listing_open(const struct cache_keys *keys, int64_t text, int64_t id,
                                       struct span box, struct listing *out);

#endif
