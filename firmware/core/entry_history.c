/* Entries about the history itself: where it goes on (EPOCH), what it takes over (RECOVERED).
 *
 * An EPOCH is the only entry whose number may leave others out, so it has to say which: those
 * between the journal's end and the registry's, and where a journal begins also those that another
 * file may have given out. What it says is held against its header here, and against the entry
 * before it by whoever has that.
 *
 * A RECOVERED carries the bytes that were signed, so that the original can still be checked by
 * anybody with the kiosk's key. There is only one level: what is itself a RECOVERED is taken over
 * as the original that it holds.
 */
#include "entry.h"

enum {
    KEY_SALT = 0,
    KEY_HEADER,
    KEY_SIGNATURE,
    KEY_PAYLOAD,
    KEYS,
};

_Static_assert(ENTRY_PAYLOAD_MAX - ENTRY_ORIGINAL_MAX >=
                   1 + (2 + ENTRY_SALT_LEN) + (4 + ENTRY_HEADER_MAX) + (3 + SIGN_LEN) + 4,
               "any entry fits a RECOVERED");

static uint64_t largest(uint64_t a, uint64_t b, uint64_t c)
{
    const uint64_t larger = a > b ? a : b;

    return larger > c ? larger : c;
}

bool entry_epoch_fits(const struct entry_header *header, const struct entry_epoch *epoch)
{
    const uint64_t higher = largest(epoch->own_epoch, epoch->previous_epoch, epoch->given_epoch);
    const uint64_t later = largest(epoch->own_seq, epoch->previous_seq, epoch->given_seq);
    const bool first = epoch->own_seq == 0;

    return header->kind == ENTRY_EPOCH && header->epoch - 1 == higher && header->seq - 1 == later &&
           (first || (epoch->given_epoch == 0 && epoch->given_seq == 0)) &&
           epoch->own_held <= epoch->own_seq &&
           memcmp(header->prev, epoch->previous_head, sizeof header->prev) == 0;
}

enum err entry_recovered_encode(const struct entry_recovered *payload,
                                const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap,
                                size_t *len)
{
    struct cbor_writer w;
    struct span written;
    struct entry_recovered back;
    struct entry_header original;

    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, payload->payload.p ? KEYS : KEY_PAYLOAD);
    cbor_put_uint(&w, KEY_SALT);
    cbor_put_bytes(&w, span_of(salt, ENTRY_SALT_LEN));
    cbor_put_uint(&w, KEY_HEADER);
    cbor_put_bytes(&w, payload->header);
    cbor_put_uint(&w, KEY_SIGNATURE);
    cbor_put_bytes(&w, span_of(payload->signature, sizeof payload->signature));
    if (payload->payload.p) {
        cbor_put_uint(&w, KEY_PAYLOAD);
        cbor_put_bytes(&w, payload->payload);
    }
    enum err err = cbor_writer_finish(&w, &written);
    if (!err)
        err = entry_recovered_decode(written, &back, &original);
    if (!err)
        *len = written.len;
    return err;
}

/* Is this the original's payload, as far as it is there? */
static bool payload_is_named(const struct entry_recovered *entry,
                             const struct entry_header *original)
{
    uint8_t hash[SIGN_HASH_LEN];

    if (!entry->payload.p)
        return true;
    sign_hash(entry->payload, hash);
    return memcmp(hash, original->payload_hash, sizeof hash) == 0;
}

enum err entry_recovered_decode(struct span bytes, struct entry_recovered *out,
                                struct entry_header *original)
{
    uint8_t salt[ENTRY_SALT_LEN];
    struct entry_recovered read = {0};
    struct entry_header header;
    struct cbor_reader r;
    int64_t previous = -1;

    cbor_reader_init(&r, bytes);
    const size_t n = cbor_get_map(&r, KEYS);
    bool sound = n >= KEY_PAYLOAD && cbor_get_key(&r, &previous) == KEY_SALT;
    cbor_get_bytes_exact(&r, salt, sizeof salt);
    sound &= cbor_get_key(&r, &previous) == KEY_HEADER;
    read.header = cbor_get_bytes(&r, ENTRY_HEADER_MAX);
    sound &= cbor_get_key(&r, &previous) == KEY_SIGNATURE;
    cbor_get_bytes_exact(&r, read.signature, sizeof read.signature);
    if (n == KEYS) {
        sound &= cbor_get_key(&r, &previous) == KEY_PAYLOAD;
        read.payload = cbor_get_bytes(&r, ENTRY_ORIGINAL_MAX);
    }
    if (cbor_reader_finish(&r) || !sound)
        return ERR_INVALID;
    if (entry_header_decode(read.header, ENTRY_WHOLE, &header) || header.kind == ENTRY_RECOVERED ||
        !payload_is_named(&read, &header))
        return ERR_INVALID;
    *out = read;
    *original = header;
    return ERR_OK;
}
