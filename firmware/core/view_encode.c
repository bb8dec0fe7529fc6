/* View messages, written: walks the shapes of view_shape.h.
 *
 * What can't be written as its shape asks (an enum out of its bounds, too many reasons) is a bug of
 * the caller: the values come from our own code or went through a decoder of ours.
 */
#include "view.h"

#include <assert.h>

#include "view_shape.h"

static uint32_t load_u32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t load_u64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static void put_date(struct cbor_writer *w, const uint8_t *at)
{
    struct date date;
    memcpy(&date, at, sizeof date);
    assert(date.year >= 0);
    cbor_put_uint(w, (uint64_t)date.year * 10000 + date.month * 100u + date.day);
}

static void put_enums(struct cbor_writer *w, const struct view_part *part, const uint8_t *at)
{
    const size_t n = part->size / sizeof(uint32_t);
    cbor_put_array(w, n);
    for (size_t i = 0; i < n; i++) {
        const uint32_t value = load_u32(at + i * sizeof value);
        assert(value <= part->max);
        cbor_put_uint(w, value);
    }
}

/* All types that are not made of other shapes. */
static void put_plain(struct cbor_writer *w, const struct view_part *part, const uint8_t *at)
{
    switch (part->type) {
    case VIEW_PART_BOOL:
        cbor_put_bool(w, *(const bool *)at);
        return;
    case VIEW_PART_ENUM:
    case VIEW_PART_U32:
        assert(load_u32(at) >= part->min && load_u32(at) <= part->max);
        cbor_put_uint(w, load_u32(at));
        return;
    case VIEW_PART_U8:
        assert(*at >= part->min && *at <= part->max);
        cbor_put_uint(w, *at);
        return;
    case VIEW_PART_U16: {
        uint16_t value;
        memcpy(&value, at, sizeof value);
        assert(value <= part->max);
        cbor_put_uint(w, value);
        return;
    }
    case VIEW_PART_U64:
        cbor_put_uint(w, load_u64(at));
        return;
    case VIEW_PART_I64:
        cbor_put_int(w, (int64_t)load_u64(at));
        return;
    case VIEW_PART_TEXT:
        assert(memchr(at, 0, part->size));
        cbor_put_text(w, (const char *)at);
        return;
    case VIEW_PART_SEX:
        cbor_put_uint(w, *at);
        return;
    case VIEW_PART_DATE:
        put_date(w, at);
        return;
    case VIEW_PART_ENUMS:
        put_enums(w, part, at);
        return;
    case VIEW_PART_SHAPE:
    case VIEW_PART_LIST:
        break;
    }
    assert(false); /* put_shape does these */
}

/* Shapes nest five deep: view, unreadable, proposal, its positions or its form. */
static void put_shape(struct cbor_writer *w, const struct view_shape *shape, const uint8_t *base)
{
    cbor_put_map(w, shape->n_parts);
    for (size_t i = 0; i < shape->n_parts; i++) {
        const struct view_part *part = &shape->parts[i];
        const uint8_t *at = base + part->offset;
        cbor_put_uint(w, i);
        if (part->type == VIEW_PART_SHAPE) {
            put_shape(w, part->shape, at);
        } else if (part->type == VIEW_PART_LIST) {
            size_t count;
            memcpy(&count, base + part->count_offset, sizeof count);
            assert(count <= part->max);
            cbor_put_array(w, count);
            for (size_t j = 0; j < count; j++)
                put_shape(w, part->shape, at + j * part->size);
        } else {
            put_plain(w, part, at);
        }
    }
}

enum err view_message_encode(const struct view_message *message, void *out, size_t cap, size_t *len)
{
    assert(message && out && len);
    const struct view_shape *shape = view_shape_of(message->type);
    assert(shape);
    struct cbor_writer w;
    cbor_writer_init(&w, out, cap);
    cbor_put_array(&w, 3);
    cbor_put_uint(&w, VIEW_PROTOCOL);
    cbor_put_uint(&w, message->type);
    put_shape(&w, shape, (const uint8_t *)&message->body);
    struct span encoded;
    const enum err err = cbor_writer_finish(&w, &encoded);
    if (err == ERR_OK)
        *len = encoded.len;
    return err;
}
