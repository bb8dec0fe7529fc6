/* The CBOR reader under any bytes: no crash, no read past the end, and one encoding per value.
 *
 * The first byte says how many of the next ones name getters to call in turn; the rest is the
 * input. What a getter takes is encoded again and must be the very bytes that were consumed. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cbor.h"

#define N_GETTERS_MAX 32
#define ROOM          4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Calls one getter and writes what it gave. */
static void get_and_put(struct cbor_reader *r, uint8_t getter, int64_t *key, struct cbor_writer *w)
{
    char text[64];
    uint8_t bytes[16];
    switch (getter % 12) {
    case 0:
        cbor_put_uint(w, cbor_get_uint(r, UINT64_MAX));
        return;
    case 1:
        cbor_put_int(w, cbor_get_int(r));
        return;
    case 2:
        cbor_put_bytes(w, cbor_get_bytes(r, ROOM / 2));
        return;
    case 3:
        cbor_get_bytes_exact(r, bytes, sizeof bytes);
        cbor_put_bytes(w, span_of(bytes, sizeof bytes));
        return;
    case 4:
        cbor_get_text(r, text, sizeof text);
        must(strlen(text) < sizeof text);
        cbor_put_text(w, text);
        return;
    case 5:
        cbor_put_bool(w, cbor_get_bool(r));
        return;
    case 6:
        cbor_put_array(w, cbor_get_array(r, SIZE_MAX));
        return;
    case 7:
        cbor_put_map(w, cbor_get_map(r, SIZE_MAX));
        return;
    case 8:
        cbor_put_uint(w, (uint64_t)cbor_get_key(r, key));
        return;
    case 9:
        cbor_put_tag(w, cbor_get_tag(r));
        return;
    case 10:
        if (cbor_is_null(r))
            cbor_put_null(w);
        return;
    default:
        cbor_put_raw(w, cbor_get_raw(r));
        return;
    }
}

static void getters_call(struct span getters, struct span in)
{
    struct cbor_reader r;
    int64_t key = -1;
    cbor_reader_init(&r, in);
    for (size_t i = 0; i < getters.len; i++) {
        uint8_t room[ROOM];
        struct cbor_writer w;
        struct span again;
        const size_t before = r.at;
        cbor_writer_init(&w, room, sizeof room);
        get_and_put(&r, getters.p[i], &key, &w);
        must(r.at >= before && r.at <= in.len);
        if (r.bad) {
            must(cbor_reader_finish(&r) == ERR_INVALID);
            continue;
        }
        if (cbor_writer_finish(&w, &again) == ERR_OK)
            must(again.len == r.at - before &&
                 (again.len == 0 || memcmp(again.p, in.p + before, again.len) == 0));
    }
}

/* A whole item, and every shorter input, which can't be one. */
static void whole_item_read(struct span in)
{
    struct cbor_reader r;
    cbor_reader_init(&r, in);
    const struct span item = cbor_get_raw(&r);
    if (cbor_reader_finish(&r) != ERR_OK)
        return;
    must(item.p == in.p && item.len == in.len && in.len > 0);
    cbor_reader_init(&r, span_of(in.p, in.len - 1));
    cbor_get_raw(&r);
    must(cbor_reader_finish(&r) == ERR_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    whole_item_read(span_of(data, len));
    if (len == 0)
        return 0;
    size_t n_getters = data[0] % N_GETTERS_MAX;
    if (n_getters > len - 1)
        n_getters = len - 1;
    getters_call(span_of(data + 1, n_getters), span_of(data + 1 + n_getters, len - 1 - n_getters));
    return 0;
}
