/* Copies of entries that must not wait for their turn.
 *
 * Unlike a batch's, each entry comes whole, with its own signature: nothing before it need be held
 * to believe it. It is a copy all the same: the chain brings the entry itself, and until then it
 * counts for no more than its signature. CBOR map 1 version, 2 copies, each an array of header,
 * signature and payload.
 */
#include "wire.h"

#include <assert.h>

enum urgent_key {
    URGENT_VERSION = 1,
    URGENT_COPIES,
    URGENT_KEYS = URGENT_COPIES,
};

#define COPY_ITEMS 3

enum err wire_urgent_encode(const struct wire_urgent *urgent, void *out, size_t cap, size_t *len)
{
    assert(urgent->n_copies >= 1 && urgent->n_copies <= WIRE_URGENT_COPIES);
    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, URGENT_KEYS);
    cbor_put_uint(&w, URGENT_VERSION);
    cbor_put_uint(&w, WIRE_VERSION);
    cbor_put_uint(&w, URGENT_COPIES);
    cbor_put_array(&w, urgent->n_copies);
    for (size_t i = 0; i < urgent->n_copies; i++) {
        const struct wire_copy *copy = &urgent->copies[i];
        cbor_put_array(&w, COPY_ITEMS);
        cbor_put_bytes(&w, copy->header);
        cbor_put_bytes(&w, span_of(copy->signature, sizeof copy->signature));
        cbor_put_bytes(&w, copy->payload);
    }
    struct span encoded;
    const enum err err = cbor_writer_finish(&w, &encoded);
    if (err == ERR_OK)
        *len = encoded.len;
    return err;
}

enum err wire_urgent_decode(struct span bytes, struct wire_urgent *out)
{
    if (bytes.len > WIRE_URGENT_MAX)
        return ERR_SIZE;
    struct cbor_reader r;
    cbor_reader_init(&r, bytes);
    r.bad |= cbor_get_map(&r, URGENT_KEYS) != URGENT_KEYS;
    r.bad |= cbor_get_uint(&r, URGENT_KEYS) != URGENT_VERSION;
    r.bad |= cbor_get_uint(&r, WIRE_VERSION) != WIRE_VERSION;
    r.bad |= cbor_get_uint(&r, URGENT_KEYS) != URGENT_COPIES;
    out->n_copies = cbor_get_array(&r, WIRE_URGENT_COPIES);
    for (size_t i = 0; i < out->n_copies; i++) {
        struct wire_copy *copy = &out->copies[i];
        r.bad |= cbor_get_array(&r, COPY_ITEMS) != COPY_ITEMS;
        copy->header = cbor_get_bytes(&r, ENTRY_HEADER_MAX);
        cbor_get_bytes_exact(&r, copy->signature, sizeof copy->signature);
        copy->payload = cbor_get_bytes(&r, ENTRY_PAYLOAD_MAX);
    }
    if (cbor_reader_finish(&r) != ERR_OK)
        return ERR_INVALID;
    return out->n_copies >= 1 ? ERR_OK : ERR_INVALID;
}
