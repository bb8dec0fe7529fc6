/* View messages, read: walks the shapes of view_shape.h.
 *
 * Lane and console are of one release, so this is strict: every member is there, in order, within
 * its bounds; nothing else is. Another protocol number is told apart (ERR_OLD) because that is what
 * a half-finished update looks like.
 */
#include "view.h"

#include <assert.h>

#include "view_shape.h"

static void get_date(struct cbor_reader *r, uint8_t *at)
{
    const uint64_t number = cbor_get_uint(r, 99991231);
    const struct date date = {.year = (int16_t)(number / 10000),
                              .month = (uint8_t)(number / 100 % 100),
                              .day = (uint8_t)(number % 100)};
    if (date.month > 12 || date.day > 31)
        r->bad = true;
    memcpy(at, &date, sizeof date);
}

static void get_enums(struct cbor_reader *r, const struct view_part *part, uint8_t *at)
{
    const size_t n = part->size / sizeof(uint32_t);
    if (cbor_get_array(r, n) != n)
        r->bad = true;
    for (size_t i = 0; i < n; i++) {
        const uint32_t value = (uint32_t)cbor_get_uint(r, part->max);
        memcpy(at + i * sizeof value, &value, sizeof value);
    }
}

static void get_sex(struct cbor_reader *r, uint8_t *at)
{
    const uint64_t sex = cbor_get_uint(r, UINT8_MAX);
    if (sex != 'M' && sex != 'F' && sex != 'X' && sex != 0)
        r->bad = true;
    *at = (uint8_t)sex;
}

static void get_u8(struct cbor_reader *r, const struct view_part *part, uint8_t *at)
{
    const uint64_t value = cbor_get_uint(r, part->max);
    if (value < part->min)
        r->bad = true;
    *at = (uint8_t)value;
}

static void get_u32(struct cbor_reader *r, const struct view_part *part, uint8_t *at)
{
    const uint32_t value = (uint32_t)cbor_get_uint(r, part->max);
    if (value < part->min)
        r->bad = true;
    memcpy(at, &value, sizeof value);
}

/* All types that are not made of other shapes. */
static void get_plain(struct cbor_reader *r, const struct view_part *part, uint8_t *at)
{
    switch (part->type) {
    case VIEW_PART_BOOL:
        *(bool *)at = cbor_get_bool(r);
        return;
    case VIEW_PART_ENUM:
    case VIEW_PART_U32:
        get_u32(r, part, at);
        return;
    case VIEW_PART_U8:
        get_u8(r, part, at);
        return;
    case VIEW_PART_U16: {
        const uint16_t value = (uint16_t)cbor_get_uint(r, part->max);
        memcpy(at, &value, sizeof value);
        return;
    }
    case VIEW_PART_U64: {
        const uint64_t value = cbor_get_uint(r, UINT64_MAX);
        memcpy(at, &value, sizeof value);
        return;
    }
    case VIEW_PART_I64: {
        const int64_t value = cbor_get_int(r);
        memcpy(at, &value, sizeof value);
        return;
    }
    case VIEW_PART_TEXT:
        cbor_get_text(r, (char *)at, part->size);
        return;
    case VIEW_PART_SEX:
        get_sex(r, at);
        return;
    case VIEW_PART_DATE:
        get_date(r, at);
        return;
    case VIEW_PART_ENUMS:
        get_enums(r, part, at);
        return;
    case VIEW_PART_SHAPE:
    case VIEW_PART_LIST:
        break;
    }
    assert(false); /* get_shape does these */
}

static void get_shape(struct cbor_reader *r, const struct view_shape *shape, uint8_t *base)
{
    if (cbor_get_map(r, shape->n_parts) != shape->n_parts)
        r->bad = true;
    for (size_t i = 0; i < shape->n_parts && !r->bad; i++) {
        const struct view_part *part = &shape->parts[i];
        uint8_t *at = base + part->offset;
        if (cbor_get_uint(r, i) != i)
            r->bad = true;
        if (part->type == VIEW_PART_SHAPE) {
            get_shape(r, part->shape, at);
        } else if (part->type == VIEW_PART_LIST) {
            const size_t count = cbor_get_array(r, part->max);
            memcpy(base + part->count_offset, &count, sizeof count);
            for (size_t j = 0; j < count; j++)
                get_shape(r, part->shape, at + j * part->size);
        } else {
            get_plain(r, part, at);
        }
    }
}

enum err view_message_decode(struct span bytes, struct view_message *out)
{
    assert(out);
    struct cbor_reader r;
    cbor_reader_init(&r, bytes);
    if (cbor_get_array(&r, 3) != 3)
        return ERR_INVALID;
    const uint64_t protocol = cbor_get_uint(&r, UINT32_MAX);
    if (r.bad)
        return ERR_INVALID;
    if (protocol != VIEW_PROTOCOL)
        return ERR_OLD;
    struct view_message message = {0};
    message.type = (enum view_message_type)cbor_get_uint(&r, VIEW_MESSAGE_TYPES - 1);
    const struct view_shape *shape = view_shape_of(message.type);
    if (!shape)
        return ERR_INVALID;
    get_shape(&r, shape, (uint8_t *)&message.body);
    const enum err err = cbor_reader_finish(&r);
    if (err == ERR_OK)
        *out = message;
    explicit_bzero(&message, sizeof message); /* it may hold a NIK */
    return err;
}
