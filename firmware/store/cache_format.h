/* How placements lie in cache.db: shared by its writer and its readers.
 *
 * placement(id, sealed): the record's CBOR without NIK, sealed with "pamit cache seal" and bound to
 * id, which is HMAC("I" || placement_id) cut to 8 bytes.
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

/* The record without its NIK, as a box of at most CACHE_SEALED_MAX bytes, and back. ERR_INVALID: it
 * is not complete. ERR_AUTH: not this key's, or another row's; ERR_CORRUPT. */
MUST_CHECK enum err cache_record_seal(const struct cache_keys *keys, int64_t id,
                                      const struct placement *placement,
                                      uint8_t box[CACHE_SEALED_MAX], size_t *len);
MUST_CHECK enum err cache_record_open(const struct cache_keys *keys, int64_t id, struct span box,
                                      struct placement *out);

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
