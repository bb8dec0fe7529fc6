/* Encoding a row, and the id that rows of the lists lack: the hash of what makes it that row. */
#include "registry_listing.h"

#include <stdio.h>

static enum err encode(enum err (*as)(const struct listing *, struct cbor_writer *, const char **),
                       const struct listing *listing, uint8_t bytes[LISTING_CBOR_MAX],
                       struct span *out, const char **field)
{
    struct cbor_writer w;
    cbor_writer_init(&w, bytes, LISTING_CBOR_MAX);
    *field = "";
    const enum err err = as(listing, &w, field);
    return err ? err : cbor_writer_finish(&w, out);
}

enum err registry_listing_make(const struct listing *listing, struct registry_listing *out,
                               const char **field)
{
    uint8_t hash[SIGN_HASH_LEN];
    struct span identity;
    enum err err = encode(listing_encode_identity, listing, out->bytes, &identity, field);
    if (err)
        return err;
    sign_hash(identity, hash);
    for (size_t i = 0; i < sizeof hash; i++)
        snprintf(&out->id[2 * i], 3, "%02x", hash[i]);
    out->record = (struct registry_record){
        .id = out->id, .texts = out->texts, .n_texts = listing_index(listing, out->texts)};
    return encode(listing_encode, listing, out->bytes, &out->record.bytes, field);
}
