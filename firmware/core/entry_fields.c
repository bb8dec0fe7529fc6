/* The walk over a payload's table, in both directions.
 *
 * Depth is that of the tables (two), never that of the input: an unknown key's value is skipped by
 * cbor_get_raw, which has a bound of its own.
 */
#include "entry_fields.h"

#include <assert.h>
#include <string.h>

#include "date.h"

#define PAIRS_MAX 32 /* of one map, known and unknown keys together */

static uint64_t uint_load(const void *p, size_t size)
{
    uint8_t one;
    uint16_t two;
    uint32_t four;
    uint64_t eight;

    switch (size) {
    case sizeof one:
        memcpy(&one, p, size);
        return one;
    case sizeof two:
        memcpy(&two, p, size);
        return two;
    case sizeof four:
        memcpy(&four, p, size);
        return four;
    default:
        assert(size == sizeof eight);
        memcpy(&eight, p, size);
        return eight;
    }
}

static void uint_store(void *p, size_t size, uint64_t value)
{
    uint8_t one = (uint8_t)value;
    uint16_t two = (uint16_t)value;
    uint32_t four = (uint32_t)value;

    switch (size) {
    case sizeof one:
        memcpy(p, &one, size);
        break;
    case sizeof two:
        memcpy(p, &two, size);
        break;
    case sizeof four:
        memcpy(p, &four, size);
        break;
    default:
        assert(size == sizeof value);
        memcpy(p, &value, size);
    }
}

static bool all_zero(const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (p[i])
            return false;
    }
    return true;
}

static size_t list_count(const struct entry_field *field, const uint8_t *base)
{
    size_t count;
    memcpy(&count, base + field->count_offset, sizeof count);
    assert(count <= field->n_max);
    return count;
}

static size_t texts_count(const struct entry_field *field, const uint8_t *base)
{
    size_t n = 0;
    while (n < field->n_max && base[field->offset + n * field->size])
        n++;
    return n;
}

static size_t present(const struct entry_fields *fields, const uint8_t *base);

/* Is the field worth writing? */
static bool is_present(const struct entry_field *field, const uint8_t *base)
{
    const uint8_t *p = base + field->offset;

    switch (field->type) {
    case EFIELD_TEXT:
    case EFIELD_CHAR:
    case EFIELD_TEXTS:
        return *p != 0;
    case EFIELD_BYTES:
    case EFIELD_UINT:
    case EFIELD_INT:
    case EFIELD_BOOL:
    case EFIELD_DATE:
    case EFIELD_ENUMS:
        return !all_zero(p, field->size);
    case EFIELD_GROUP:
        return present(field->fields, p) > 0;
    case EFIELD_LIST:
        return list_count(field, base) > 0;
    }
    return false;
}

static size_t present(const struct entry_fields *fields, const uint8_t *base)
{
    size_t n = 0;
    for (size_t i = 0; i < fields->count; i++)
        n += is_present(&fields->field[i], base);
    return n;
}

static uint32_t date_to_number(const uint8_t *p)
{
    struct date date;
    memcpy(&date, p, sizeof date);
    return (uint32_t)date.year * 10000u + date.month * 100u + date.day;
}

static void pairs_put(struct cbor_writer *w, const struct entry_fields *fields,
                      const uint8_t *base);

static void list_put(struct cbor_writer *w, const struct entry_field *field, const uint8_t *base)
{
    size_t n = list_count(field, base);

    cbor_put_array(w, n);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *item = base + field->offset + i * field->size;
        cbor_put_map(w, present(field->fields, item));
        pairs_put(w, field->fields, item);
    }
}

static void texts_put(struct cbor_writer *w, const struct entry_field *field, const uint8_t *base)
{
    size_t n = texts_count(field, base);

    cbor_put_array(w, n);
    for (size_t i = 0; i < n; i++)
        cbor_put_text(w, (const char *)base + field->offset + i * field->size);
}

static void value_put(struct cbor_writer *w, const struct entry_field *field, const uint8_t *base)
{
    const uint8_t *p = base + field->offset;
    int64_t number;

    switch (field->type) {
    case EFIELD_TEXT:
        cbor_put_text(w, (const char *)p);
        break;
    case EFIELD_CHAR:
        cbor_put_text(w, (char[]){(char)*p, 0});
        break;
    case EFIELD_BYTES:
        cbor_put_bytes(w, span_of(p, field->size));
        break;
    case EFIELD_UINT:
        cbor_put_uint(w, uint_load(p, field->size));
        break;
    case EFIELD_INT:
        memcpy(&number, p, sizeof number);
        cbor_put_int(w, number);
        break;
    case EFIELD_BOOL:
        cbor_put_bool(w, true);
        break;
    case EFIELD_DATE:
        cbor_put_uint(w, date_to_number(p));
        break;
    case EFIELD_GROUP:
        cbor_put_map(w, present(field->fields, p));
        pairs_put(w, field->fields, p);
        break;
    case EFIELD_LIST:
        list_put(w, field, base);
        break;
    case EFIELD_TEXTS:
        texts_put(w, field, base);
        break;
    case EFIELD_ENUMS:
        cbor_put_array(w, field->n_max);
        for (size_t i = 0; i < field->n_max; i++)
            cbor_put_uint(w, uint_load(p + i * sizeof(uint32_t), sizeof(uint32_t)));
        break;
    }
}

static void pairs_put(struct cbor_writer *w, const struct entry_fields *fields, const uint8_t *base)
{
    for (size_t i = 0; i < fields->count; i++) {
        if (!is_present(&fields->field[i], base))
            continue;
        cbor_put_uint(w, fields->field[i].key);
        value_put(w, &fields->field[i], base);
    }
}

static bool map_get(struct cbor_reader *r, const struct entry_fields *fields, uint8_t *base);

static bool date_get(struct cbor_reader *r, uint8_t *p)
{
    uint64_t number = cbor_get_uint(r, 99991231);
    struct date date = {.year = (int16_t)(number / 10000),
                        .month = (uint8_t)(number / 100 % 100),
                        .day = (uint8_t)(number % 100)};
    if (date.month > 12 || date.day > 31)
        return false;
    memcpy(p, &date, sizeof date);
    return true;
}

static bool list_get(struct cbor_reader *r, const struct entry_field *field, uint8_t *base)
{
    size_t n = cbor_get_array(r, field->n_max);

    for (size_t i = 0; i < n; i++) {
        if (!map_get(r, field->fields, base + field->offset + i * field->size))
            return false;
    }
    memcpy(base + field->count_offset, &n, sizeof n);
    return true;
}

static bool texts_get(struct cbor_reader *r, const struct entry_field *field, uint8_t *base)
{
    size_t n = cbor_get_array(r, field->n_max);

    for (size_t i = 0; i < n; i++)
        cbor_get_text(r, (char *)base + field->offset + i * field->size, field->size);
    return texts_count(field, base) == n;
}

static bool enums_get(struct cbor_reader *r, const struct entry_field *field, uint8_t *p)
{
    bool whole = cbor_get_array(r, field->n_max) == field->n_max;

    for (size_t i = 0; whole && i < field->n_max; i++)
        uint_store(p + i * sizeof(uint32_t), sizeof(uint32_t), cbor_get_uint(r, field->max));
    return whole;
}

static bool char_get(struct cbor_reader *r, uint8_t *p)
{
    char text[2] = {0};

    cbor_get_text(r, text, sizeof text);
    *p = (uint8_t)text[0];
    return true;
}

static bool value_get(struct cbor_reader *r, const struct entry_field *field, uint8_t *base)
{
    uint8_t *p = base + field->offset;
    int64_t number;
    bool truth;

    switch (field->type) {
    case EFIELD_TEXT:
        cbor_get_text(r, (char *)p, field->size);
        return true;
    case EFIELD_CHAR:
        return char_get(r, p);
    case EFIELD_BYTES:
        cbor_get_bytes_exact(r, p, field->size);
        return true;
    case EFIELD_UINT:
        uint_store(p, field->size, cbor_get_uint(r, field->max));
        return true;
    case EFIELD_INT:
        number = cbor_get_int(r);
        memcpy(p, &number, sizeof number);
        return true;
    case EFIELD_BOOL:
        truth = cbor_get_bool(r);
        memcpy(p, &truth, sizeof truth);
        return true;
    case EFIELD_DATE:
        return date_get(r, p);
    case EFIELD_GROUP:
        return map_get(r, field->fields, p);
    case EFIELD_LIST:
        return list_get(r, field, base);
    case EFIELD_TEXTS:
        return texts_get(r, field, base);
    case EFIELD_ENUMS:
        return enums_get(r, field, p);
    }
    return false;
}

/* Reads `n` pairs; fields and keys both ascend, so one pass over the table is enough. */
static bool pairs_get(struct cbor_reader *r, size_t n, int64_t *previous,
                      const struct entry_fields *fields, uint8_t *base)
{
    size_t i = 0;

    for (; n > 0 && !r->bad; n--) {
        int64_t key = cbor_get_key(r, previous);
        while (i < fields->count && (int64_t)fields->field[i].key < key)
            i++;
        if (i == fields->count || (int64_t)fields->field[i].key != key) {
            (void)cbor_get_raw(r);
            continue;
        }
        if (!value_get(r, &fields->field[i], base) || !is_present(&fields->field[i], base))
            return false;
    }
    return !r->bad;
}

static bool map_get(struct cbor_reader *r, const struct entry_fields *fields, uint8_t *base)
{
    int64_t previous = -1;
    size_t n = cbor_get_map(r, PAIRS_MAX);

    return pairs_get(r, n, &previous, fields, base);
}

enum err entry_fields_decode(const struct entry_fields *fields, struct span bytes, void *to,
                             size_t to_len)
{
    struct cbor_reader r;
    int64_t previous = -1;

    memset(to, 0, to_len);
    cbor_reader_init(&r, bytes);
    size_t n = cbor_get_map(&r, PAIRS_MAX);
    bool sound = n > 0 && cbor_get_key(&r, &previous) == 0;
    sound = sound && cbor_get_bytes(&r, ENTRY_SALT_LEN).len == ENTRY_SALT_LEN;
    sound = sound && pairs_get(&r, n - 1, &previous, fields, to);
    return sound ? cbor_reader_finish(&r) : ERR_INVALID;
}

enum err entry_fields_encode(const struct entry_fields *fields, const void *from,
                             const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap, size_t *len)
{
    struct cbor_writer w;
    struct span written;

    cbor_writer_init(&w, out, cap);
    cbor_put_map(&w, 1 + present(fields, from));
    cbor_put_uint(&w, 0);
    cbor_put_bytes(&w, span_of(salt, ENTRY_SALT_LEN));
    pairs_put(&w, fields, from);
    enum err err = cbor_writer_finish(&w, &written);
    if (!err)
        *len = written.len;
    return err;
}
