/* How placements lie in cache.db: shared by its writer and its readers.
 *
 * placement(id, sealed): the record's CBOR without NIK, sealed with "pamit cache seal" and bound to
 * id, which is HMAC("I" || placement_id) cut to 8 bytes.
 * lookup(text, id, kind): HMAC(class || look-up text) cut to 8 bytes -> record, and which kind of
 * text it was. Current and previous numbers share a class, so that one look-up finds both.
 * feed: version and age; policy: the newest bundle, as signed; meta: whose storage key.
 * An HMAC cut to 8 bytes may rarely hit another record: placement_match compares the fields.
 * Internal to store.
 */
#ifndef PAMIT_CACHE_FORMAT_H
#define PAMIT_CACHE_FORMAT_H

#include "cache.h"
#include "database.h"

#define CACHE_SEALED_MAX (PLACEMENT_CBOR_MAX + SEAL_OVERHEAD)

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

#define CACHE_CONTEXT_LEN 24
struct span cache_record_context(int64_t id, uint8_t out[CACHE_CONTEXT_LEN]);

#endif
