/* Heads of CBOR items, by libcbor's encoder and streaming decoder.
 *
 * The decoder is handed one item and reports it to a callback together with the bytes it read. An
 * encoding is deterministic (RFC 8949 4.2.1) only if those are as few as the value allows, so a
 * longer one is refused here. Kinds for which no callback is set (floats, undefined, indefinite
 * lengths, break) leave the kind at CBOR_NOTHING and are refused with it.
 *
 * Tags are read by hand: libcbor 0.8 calls the tags 6 to 20 malformed, and COSE_Sign1 is 18.
 */
#include "cbor_head.h"

#include <assert.h>
#include <cbor/callbacks.h>
#include <cbor/encoding.h>
#include <cbor/streaming.h>

static void found(void *context, enum cbor_kind kind, uint64_t value)
{
    struct cbor_head *head = context;
    head->kind = kind;
    head->value = value;
}

static void found_uint8(void *context, uint8_t value)
{
    found(context, CBOR_UINT, value);
}

static void found_uint16(void *context, uint16_t value)
{
    found(context, CBOR_UINT, value);
}

static void found_uint32(void *context, uint32_t value)
{
    found(context, CBOR_UINT, value);
}

static void found_uint64(void *context, uint64_t value)
{
    found(context, CBOR_UINT, value);
}

static void found_negint8(void *context, uint8_t value)
{
    found(context, CBOR_NEGATIVE, value);
}

static void found_negint16(void *context, uint16_t value)
{
    found(context, CBOR_NEGATIVE, value);
}

static void found_negint32(void *context, uint32_t value)
{
    found(context, CBOR_NEGATIVE, value);
}

static void found_negint64(void *context, uint64_t value)
{
    found(context, CBOR_NEGATIVE, value);
}

static void found_bytes(void *context, cbor_data bytes, size_t len)
{
    (void)bytes;
    found(context, CBOR_BYTES, len);
}

static void found_text(void *context, cbor_data bytes, size_t len)
{
    (void)bytes;
    found(context, CBOR_TEXT, len);
}

static void found_array(void *context, size_t n_items)
{
    found(context, CBOR_ARRAY, n_items);
}

static void found_map(void *context, size_t n_pairs)
{
    found(context, CBOR_MAP, n_pairs);
}

static void found_bool(void *context, bool value)
{
    found(context, CBOR_BOOL, value);
}

static void found_null(void *context)
{
    found(context, CBOR_NULL, 0);
}

/* The length of the shortest head for a kind and value. */
static size_t shortest_len(enum cbor_kind kind, uint64_t value)
{
    if (kind == CBOR_BOOL || kind == CBOR_NULL || value < 24)
        return 1;
    return value <= UINT8_MAX ? 2 : value <= UINT16_MAX ? 3 : value <= UINT32_MAX ? 5 : 9;
}

static struct cbor_head tag_read(struct span in)
{
    const unsigned info = in.p[0] & 0x1f;
    const size_t more = info < 24 ? 0 : info <= 27 ? (size_t)1 << (info - 24) : in.len;
    if (more >= in.len)
        return (struct cbor_head){.kind = CBOR_NOTHING};
    uint64_t tag = more ? 0 : info;
    for (size_t i = 1; i <= more; i++)
        tag = tag << 8 | in.p[i];
    return (struct cbor_head){.kind = CBOR_TAG, .value = tag, .len = 1 + more};
}

static const struct cbor_callbacks callbacks = {
    .uint8 = found_uint8,
    .uint16 = found_uint16,
    .uint32 = found_uint32,
    .uint64 = found_uint64,
    .negint8 = found_negint8,
    .negint16 = found_negint16,
    .negint32 = found_negint32,
    .negint64 = found_negint64,
    .byte_string = found_bytes,
    .byte_string_start = cbor_null_byte_string_start_callback,
    .string = found_text,
    .string_start = cbor_null_string_start_callback,
    .array_start = found_array,
    .indef_array_start = cbor_null_indef_array_start_callback,
    .map_start = found_map,
    .indef_map_start = cbor_null_indef_map_start_callback,
    .tag = cbor_null_tag_callback,
    .float2 = cbor_null_float2_callback,
    .float4 = cbor_null_float4_callback,
    .float8 = cbor_null_float8_callback,
    .undefined = cbor_null_undefined_callback,
    .null = found_null,
    .boolean = found_bool,
    .indef_break = cbor_null_indef_break_callback,
};

static struct cbor_head other_read(struct span in)
{
    struct cbor_head head = {.kind = CBOR_NOTHING};
    const struct cbor_decoder_result result = cbor_stream_decode(in.p, in.len, &callbacks, &head);
    if (result.status != CBOR_DECODER_FINISHED)
        return (struct cbor_head){.kind = CBOR_NOTHING};
    const bool is_string = head.kind == CBOR_BYTES || head.kind == CBOR_TEXT;
    head.len = result.read - (is_string ? (size_t)head.value : 0);
    return head;
}

struct cbor_head cbor_head_read(struct span in)
{
    if (in.len == 0)
        return (struct cbor_head){.kind = CBOR_NOTHING};
    const struct cbor_head head = in.p[0] >> 5 == 6 ? tag_read(in) : other_read(in);
    if (head.len != shortest_len(head.kind, head.value))
        return (struct cbor_head){.kind = CBOR_NOTHING};
    return head;
}

size_t cbor_head_write(struct cbor_head head, uint8_t *out, size_t cap)
{
    assert(head.kind != CBOR_NOTHING);
    switch (head.kind) {
    case CBOR_UINT:
        return cbor_encode_uint(head.value, out, cap);
    case CBOR_NEGATIVE:
        return cbor_encode_negint(head.value, out, cap);
    case CBOR_BYTES:
        return cbor_encode_bytestring_start((size_t)head.value, out, cap);
    case CBOR_TEXT:
        return cbor_encode_string_start((size_t)head.value, out, cap);
    case CBOR_ARRAY:
        return cbor_encode_array_start((size_t)head.value, out, cap);
    case CBOR_MAP:
        return cbor_encode_map_start((size_t)head.value, out, cap);
    case CBOR_TAG:
        return cbor_encode_tag(head.value, out, cap);
    case CBOR_BOOL:
        return cbor_encode_bool(head.value != 0, out, cap);
    case CBOR_NULL:
        return cbor_encode_null(out, cap);
    case CBOR_NOTHING:
        break;
    }
    return 0;
}
