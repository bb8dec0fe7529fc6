/* Deterministic CBOR, written: each item is a head in its shortest form and, for strings, bytes.
 *
 * The one thing that determinism asks of the caller is the order of a map's keys; a reader of ours
 * refuses any other. What does not fit sets `overflow` and nothing more is written, so that a
 * chain of puts needs one check at its end.
 */
#include "cbor.h"

#include <assert.h>

#include "cbor_head.h"

void cbor_writer_init(struct cbor_writer *w, void *p, size_t cap)
{
    assert(w && (p || cap == 0));
    *w = (struct cbor_writer){.p = p, .cap = cap};
}

static void put_head(struct cbor_writer *w, enum cbor_kind kind, uint64_t value)
{
    if (w->overflow)
        return;
    uint8_t head[CBOR_HEAD_LEN_MAX];
    const size_t len = cbor_head_write((struct cbor_head){kind, value, 0}, head, sizeof head);
    cbor_put_raw(w, span_of(head, len));
}

void cbor_put_raw(struct cbor_writer *w, struct span item)
{
    if (w->overflow || item.len > w->cap - w->len) {
        w->overflow = true;
        return;
    }
    if (item.len > 0)
        memcpy(w->p + w->len, item.p, item.len);
    w->len += item.len;
}

void cbor_put_uint(struct cbor_writer *w, uint64_t value)
{
    put_head(w, CBOR_UINT, value);
}

void cbor_put_int(struct cbor_writer *w, int64_t value)
{
    if (value < 0)
        put_head(w, CBOR_NEGATIVE, (uint64_t)(-1 - value));
    else
        put_head(w, CBOR_UINT, (uint64_t)value);
}

void cbor_put_bytes(struct cbor_writer *w, struct span bytes)
{
    put_head(w, CBOR_BYTES, bytes.len);
    cbor_put_raw(w, bytes);
}

void cbor_put_text(struct cbor_writer *w, const char *text)
{
    const struct span bytes = span_of_text(text);
    put_head(w, CBOR_TEXT, bytes.len);
    cbor_put_raw(w, bytes);
}

void cbor_put_bool(struct cbor_writer *w, bool value)
{
    put_head(w, CBOR_BOOL, value);
}

void cbor_put_null(struct cbor_writer *w)
{
    put_head(w, CBOR_NULL, 0);
}

void cbor_put_array(struct cbor_writer *w, size_t n_items)
{
    put_head(w, CBOR_ARRAY, n_items);
}

void cbor_put_map(struct cbor_writer *w, size_t n_pairs)
{
    put_head(w, CBOR_MAP, n_pairs);
}

void cbor_put_tag(struct cbor_writer *w, uint64_t tag)
{
    put_head(w, CBOR_TAG, tag);
}

enum err cbor_writer_finish(const struct cbor_writer *w, struct span *out)
{
    if (w->overflow)
        return ERR_SIZE;
    *out = span_of(w->p, w->len);
    return ERR_OK;
}
