/* Batches: entries read from the journal, stripped for the wire, encoded, compressed.
 *
 * A batch ends at `n_max` entries, at the end of an epoch, at the end of the journal, or before the
 * encoding would pass WIRE_BATCH_MAX. If the compressed body then does not fit a request, half of
 * the entries are left for the next one; a single entry always fits.
 *
 * Of an entry whose payload is purged the hash goes up. It went up once with its payload, or it
 * would not be purged; a registry that asks again has lost it.
 *
 * An entry that the journal can't give ends the batch before it: what is sound goes up first, and
 * only when it is the first one does the caller hear of it. Nothing goes up behind a hole: each
 * entry is chained to the one before. The lane sets such a journal aside, and takes over what can
 * be read.
 */
#include "upload.h"

#include <assert.h>
#include <stdlib.h>

/* CBOR heads around one entry, and around all of them. */
#define ENTRY_OVERHEAD (1 + 3 + 3 + 1 + 2 + SIGN_HASH_LEN)
#define BATCH_OVERHEAD 128

_Static_assert(BATCH_OVERHEAD + ENTRY_OVERHEAD + ENTRY_HEADER_MAX + ENTRY_PAYLOAD_MAX <
                   WIRE_BODY_MAX / 2,
               "one entry fits a request, compressible or not");

struct upload {
    struct wire_batch batch;
    uint8_t signatures[WIRE_BATCH_ENTRIES][SIGN_LEN]; /* of each entry: any may become the last */
    struct journal_row row;
    size_t used;                   /* of bytes */
    uint8_t bytes[WIRE_BATCH_MAX]; /* headers and payloads that the batch points to */
    uint8_t plain[WIRE_BATCH_MAX];
    uint8_t body[WIRE_BODY_MAX];
};

enum err upload_open(struct upload **out)
{
    *out = malloc(sizeof **out);
    return *out ? ERR_OK : ERR_MEMORY;
}

void upload_close(struct upload *upload)
{
    free(upload);
}

static struct span keep(struct upload *upload, const void *bytes, size_t len)
{
    uint8_t *at = upload->bytes + upload->used;
    memcpy(at, bytes, len);
    upload->used += len;
    return span_of(at, len);
}

/* Adds the row that was just read. ERR_SIZE: it does not fit. */
static enum err add_row(struct upload *upload)
{
    const struct journal_row *row = &upload->row;
    uint8_t header[ENTRY_HEADER_MAX];
    size_t header_len;
    const enum err err =
        entry_header_encode(&row->header, ENTRY_UNLINKED, header, sizeof header, &header_len);
    if (err != ERR_OK)
        return err;
    const size_t n = upload->batch.n_entries;
    const size_t room = sizeof upload->bytes - BATCH_OVERHEAD - n * ENTRY_OVERHEAD - upload->used;
    if (header_len + row->payload_len + ENTRY_OVERHEAD > room)
        return ERR_SIZE;
    struct wire_entry *entry = &upload->batch.entries[n];
    assert(row->payload_opened || row->purged);
    *entry = (struct wire_entry){.header = keep(upload, header, header_len)};
    if (row->purged)
        memcpy(entry->payload_hash, row->header.payload_hash, SIGN_HASH_LEN);
    else
        entry->payload = keep(upload, row->payload, row->payload_len);
    memcpy(upload->signatures[n], row->signature, SIGN_LEN);
    upload->batch.n_entries = n + 1;
    return ERR_OK;
}

/* There is no entry `from`: the journal has ended, or it has a hole. */
static enum err hole_look(struct journal_reader *reader, uint64_t from)
{
    const enum err err = journal_reader_seek(reader, &from);
    return err ? err : ERR_CORRUPT;
}

/* Reads entries into the batch until it is full or something ends it. */
static enum err collect(struct upload *upload, struct journal_reader *reader, size_t n_max)
{
    enum err err = ERR_OK;
    struct wire_batch *batch = &upload->batch;
    while (err == ERR_OK && batch->n_entries < n_max) {
        err = journal_reader_get(reader, batch->from + batch->n_entries, &upload->row);
        if (err != ERR_OK)
            break;
        if (batch->n_entries == 0)
            batch->epoch = upload->row.header.epoch;
        else if (upload->row.header.epoch != batch->epoch)
            break;
        err = add_row(upload);
    }
    if (err == ERR_MISSING && batch->n_entries == 0)
        err = hole_look(reader, batch->from);
    return batch->n_entries > 0 ? ERR_OK : err;
}

/* Encodes and compresses the first entries, fewer and fewer until they fit. */
static enum err pack(struct upload *upload, size_t *body_len)
{
    struct wire_batch *batch = &upload->batch;
    for (;;) {
        memcpy(batch->signature, upload->signatures[batch->n_entries - 1], SIGN_LEN);
        size_t plain_len;
        enum err err = wire_batch_encode(batch, upload->plain, sizeof upload->plain, &plain_len);
        if (err == ERR_OK)
            err = wire_compress(span_of(upload->plain, plain_len), upload->body,
                                sizeof upload->body, body_len);
        if (err != ERR_SIZE || batch->n_entries == 1)
            return err;
        batch->n_entries /= 2;
    }
}

enum err upload_build(struct upload *upload, struct journal_reader *reader, uint64_t from,
                      size_t n_max, const uint8_t nonce[RECEIPT_NONCE_LEN],
                      struct upload_batch *out)
{
    assert(n_max >= 1 && n_max <= WIRE_BATCH_ENTRIES && from >= 1);
    upload->used = 0;
    upload->batch.n_entries = 0;
    upload->batch.from = from;
    memcpy(upload->batch.nonce, nonce, RECEIPT_NONCE_LEN);
    size_t body_len;
    enum err err = collect(upload, reader, n_max);
    if (err == ERR_OK)
        err = pack(upload, &body_len);
    if (err != ERR_OK)
        return err;
    *out = (struct upload_batch){.n_entries = upload->batch.n_entries,
                                 .body = span_of(upload->body, body_len)};
    return ERR_OK;
}

size_t upload_adapt(size_t n_max, bool acknowledged, uint64_t took_ms)
{
    assert(n_max >= 1 && n_max <= WIRE_BATCH_ENTRIES);
    if (!acknowledged || took_ms > UPLOAD_SLOW_MS)
        return n_max > 1 ? n_max / 2 : 1;
    if (took_ms > UPLOAD_QUICK_MS)
        return n_max;
    return n_max > WIRE_BATCH_ENTRIES / 2 ? WIRE_BATCH_ENTRIES : n_max * 2;
}
