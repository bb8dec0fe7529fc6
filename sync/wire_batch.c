/* The batch of entries that a kiosk uploads: what is left out, and how it comes back.
 *
 * An entry's whole header is about 200 bytes of which 64 are two hashes that the receiver can
 * compute itself, and another 64 would be its signature. So a batch carries headers without hashes
 * and one signature, the last entry's. The receiver knows the hash of the header before the first
 * (it holds that entry), links each entry to it in turn, and checks the one signature: as the last
 * header names the hash of the one before it, and that one its own predecessor's and payload's, a
 * changed byte anywhere in the batch makes it fail.
 *
 * This file judges the form of a batch and nothing of what is in it: whose entries they are, and
 * whether their numbers follow each other, is for the registry to compare with what it holds.
 */
#include "wire.h"

#include <assert.h>

enum batch_key {
    BATCH_VERSION = 1,
    BATCH_EPOCH,
    BATCH_FROM,
    BATCH_NONCE,
    BATCH_ITEMS,
    BATCH_SIGNATURE,
    BATCH_KEYS = BATCH_SIGNATURE,
};

#define ITEMS_KEPT   2 /* header, payload */
#define ITEMS_PURGED 3 /* header, null, payload_hash */

static void put_entry(struct cbor_writer *w, const struct wire_entry *entry)
{
    cbor_put_array(w, entry->payload.p ? ITEMS_KEPT : ITEMS_PURGED);
    cbor_put_bytes(w, entry->header);
    if (entry->payload.p) {
        cbor_put_bytes(w, entry->payload);
    } else {
        cbor_put_null(w);
        cbor_put_bytes(w, span_of(entry->payload_hash, SIGN_HASH_LEN));
    }
}

enum err wire_batch_encode(const struct wire_batch *batch, void *out, size_t cap, size_t *len)
{
    assert(batch->n_entries >= 1 && batch->n_entries <= WIRE_BATCH_ENTRIES);
    assert(batch->epoch >= 1 && batch->from >= 1);
    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, BATCH_KEYS);
    cbor_put_uint(&w, BATCH_VERSION);
    cbor_put_uint(&w, WIRE_VERSION);
    cbor_put_uint(&w, BATCH_EPOCH);
    cbor_put_uint(&w, batch->epoch);
    cbor_put_uint(&w, BATCH_FROM);
    cbor_put_uint(&w, batch->from);
    cbor_put_uint(&w, BATCH_NONCE);
    cbor_put_bytes(&w, span_of(batch->nonce, sizeof batch->nonce));
    cbor_put_uint(&w, BATCH_ITEMS);
    cbor_put_array(&w, batch->n_entries);
    for (size_t i = 0; i < batch->n_entries; i++)
        put_entry(&w, &batch->entries[i]);
    cbor_put_uint(&w, BATCH_SIGNATURE);
    cbor_put_bytes(&w, span_of(batch->signature, sizeof batch->signature));

    struct span encoded;
    const enum err err = cbor_writer_finish(&w, &encoded);
    if (err == ERR_OK)
        *len = encoded.len;
    return err;
}

/* An array's items must be as many as the entry's second item asks for: a payload ends it, a null
 * is followed by the hash of what was purged. */
static void get_entry(struct cbor_reader *r, struct wire_entry *out)
{
    const size_t n_items = cbor_get_array(r, ITEMS_PURGED);
    *out = (struct wire_entry){.header = cbor_get_bytes(r, ENTRY_HEADER_MAX)};
    if (cbor_is_null(r)) {
        cbor_get_bytes_exact(r, out->payload_hash, sizeof out->payload_hash);
        r->bad |= n_items != ITEMS_PURGED;
    } else {
        out->payload = cbor_get_bytes(r, ENTRY_PAYLOAD_MAX);
        r->bad |= n_items != ITEMS_KEPT;
    }
}

/* Keys are fixed and all present, so a map of them is read in order. */
static void get_known_key(struct cbor_reader *r, enum batch_key key)
{
    r->bad |= cbor_get_uint(r, BATCH_KEYS) != key;
}

enum err wire_batch_decode(struct span bytes, struct wire_batch *out)
{
    if (bytes.len > WIRE_BATCH_MAX)
        return ERR_SIZE;
    struct cbor_reader r;
    cbor_reader_init(&r, bytes);
    r.bad |= cbor_get_map(&r, BATCH_KEYS) != BATCH_KEYS;
    get_known_key(&r, BATCH_VERSION);
    r.bad |= cbor_get_uint(&r, WIRE_VERSION) != WIRE_VERSION;
    get_known_key(&r, BATCH_EPOCH);
    out->epoch = (uint32_t)cbor_get_uint(&r, UINT32_MAX);
    get_known_key(&r, BATCH_FROM);
    out->from = cbor_get_uint(&r, INT64_MAX);
    get_known_key(&r, BATCH_NONCE);
    cbor_get_bytes_exact(&r, out->nonce, sizeof out->nonce);
    get_known_key(&r, BATCH_ITEMS);
    out->n_entries = cbor_get_array(&r, WIRE_BATCH_ENTRIES);
    for (size_t i = 0; i < out->n_entries; i++)
        get_entry(&r, &out->entries[i]);
    get_known_key(&r, BATCH_SIGNATURE);
    cbor_get_bytes_exact(&r, out->signature, sizeof out->signature);
    if (cbor_reader_finish(&r) != ERR_OK)
        return ERR_INVALID;
    return out->epoch >= 1 && out->from >= 1 && out->n_entries >= 1 ? ERR_OK : ERR_INVALID;
}

enum err wire_relink(const struct wire_entry *entry, const uint8_t prev[SIGN_HASH_LEN],
                     struct entry_header *header, uint8_t bytes[ENTRY_HEADER_MAX], size_t *len,
                     uint8_t hash[SIGN_HASH_LEN])
{
    struct entry_header linked;
    enum err err = entry_header_decode(entry->header, ENTRY_UNLINKED, &linked);
    if (err != ERR_OK)
        return err;
    if (entry->payload.p)
        sign_hash(entry->payload, linked.payload_hash);
    else
        memcpy(linked.payload_hash, entry->payload_hash, SIGN_HASH_LEN);
    memcpy(linked.prev, prev, SIGN_HASH_LEN);

    uint8_t whole[ENTRY_HEADER_MAX];
    size_t whole_len;
    err = entry_header_encode(&linked, ENTRY_WHOLE, whole, sizeof whole, &whole_len);
    if (err != ERR_OK)
        return err;
    *header = linked;
    memcpy(bytes, whole, whole_len);
    *len = whole_len;
    sign_hash(span_of(whole, whole_len), hash);
    return ERR_OK;
}
