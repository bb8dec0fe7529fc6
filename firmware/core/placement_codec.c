/* A placement record as deterministic CBOR: {key: value} of the fields that are known.
 *
 * Problem: a record crosses versions, from a newer registry to an older kiosk and back out of a
 * cache that an older program filled. Method: both directions walk placement_fields; what is
 * unknown is not written, and a key without a row is skipped. Dates travel as days since
 * 1970-01-01, times as seconds, enums and masks as numbers. Refused: a record that lacks what a
 * whole one has, and any value outside its type, its names or its bounds; one rule, value_valid,
 * serves both directions, so that whatever decodes also encodes.
 */
#include "placement.h"

#include <string.h>

#include "utf8.h"

#define TIME_MAX 253402300799 /* 9999-12-31T23:59:59Z */
#define SEX_TEXT 2

/* ---- one value ----------------------------------------------------------------------------- */

static size_t names_count(const struct placement_field *field)
{
    size_t count = 0;
    while (field->names[count])
        count++;
    return count;
}

/* FIELD_ENUM is an int and FIELD_MASK a uint32_t; both are small and never negative. */
static uint32_t number_load(const void *value)
{
    uint32_t number;
    memcpy(&number, value, sizeof number);
    return number;
}

static struct date date_load(const void *value)
{
    struct date date;
    memcpy(&date, value, sizeof date);
    return date;
}

static int64_t time_load(const void *value)
{
    int64_t time;
    memcpy(&time, value, sizeof time);
    return time;
}

static uint64_t uint_load(const void *value)
{
    uint64_t number;
    memcpy(&number, value, sizeof number);
    return number;
}

/* How many of a list's codes there are: those before the first empty one. */
static size_t codes_count(const struct placement_field *field, const char *codes)
{
    size_t count = 0;
    while (count < field->count && codes[count * field->size])
        count++;
    return count;
}

static bool codes_known(const struct placement_field *field, const char *codes)
{
    for (size_t i = 0; i < field->count; i++)
        if (codes[i * field->size])
            return true;
    return false;
}

static bool value_known(const struct placement_field *field, const void *value)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_SEX:
        return *(const char *)value != '\0';
    case FIELD_DATE:
        return date_known(date_load(value));
    case FIELD_TIME:
        return time_load(value) != 0;
    case FIELD_UINT:
        return uint_load(value) != 0;
    case FIELD_ENUM:
    case FIELD_MASK:
        return number_load(value) != 0;
    case FIELD_CODES:
        return codes_known(field, value);
    }
    return false;
}

static bool code_valid(const char *code, size_t size)
{
    size_t len = strnlen(code, size);
    for (size_t i = 0; i < len; i++)
        if (!(code[i] >= 'A' && code[i] <= 'Z') && !(code[i] >= '0' && code[i] <= '9'))
            return false;
    return len < size;
}

static bool codes_valid(const struct placement_field *field, const char *codes)
{
    size_t count = codes_count(field, codes);
    for (size_t i = 0; i < field->count; i++) {
        const char *code = codes + i * field->size;
        if (i < count ? !code_valid(code, field->size) : *code != '\0')
            return false;
    }
    return true;
}

/* A known value conforms to its type. */
static bool value_valid(const struct placement_field *field, const void *value)
{
    switch (field->type) {
    case FIELD_TEXT: {
        size_t len = strnlen(value, field->size);
        return len < field->size && utf8_is_plain(span_of(value, len));
    }
    case FIELD_CODE:
        return code_valid(value, field->size);
    case FIELD_SEX:
        return memchr("MFX", *(const char *)value, 3) != NULL;
    case FIELD_DATE:
        return date_valid(date_load(value));
    case FIELD_TIME:
        return time_load(value) > 0 && time_load(value) <= TIME_MAX;
    case FIELD_UINT:
        return uint_load(value) <= INT64_MAX;
    case FIELD_ENUM:
        return number_load(value) < names_count(field);
    case FIELD_MASK:
        return number_load(value) >> names_count(field) == 0;
    case FIELD_CODES:
        return codes_valid(field, value);
    }
    return false;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void value_put(const struct placement_field *field, const void *value, struct cbor_writer *w)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_CODE:
        cbor_put_text(w, value);
        break;
    case FIELD_SEX:
        cbor_put_text(w, (const char[SEX_TEXT]){*(const char *)value, '\0'});
        break;
    case FIELD_DATE:
        cbor_put_int(w, date_to_days(date_load(value)));
        break;
    case FIELD_TIME:
        cbor_put_int(w, time_load(value));
        break;
    case FIELD_UINT:
        cbor_put_uint(w, uint_load(value));
        break;
    case FIELD_ENUM:
    case FIELD_MASK:
        cbor_put_uint(w, number_load(value));
        break;
    case FIELD_CODES: {
        size_t count = codes_count(field, value);
        cbor_put_array(w, count);
        for (size_t i = 0; i < count; i++)
            cbor_put_text(w, (const char *)value + i * field->size);
        break;
    }
    }
}

static const void *value_at(const struct placement *placement, const struct placement_field *field)
{
    return (const char *)placement + field->offset;
}

/* One of the two names is there; the table says the rest. */
static bool has_name(const struct placement *placement, const char **why)
{
    if (*placement->name_mrz || *placement->name_full)
        return true;
    *why = "name_mrz";
    return false;
}

bool placement_complete(const struct placement *placement, const char **why)
{
    for (size_t i = 0; i < placement_fields_count; i++) {
        const struct placement_field *field = &placement_fields[i];
        const void *value = value_at(placement, field);
        bool known = value_known(field, value);
        if (known ? !value_valid(field, value) : field->mandatory) {
            *why = field->name;
            return false;
        }
    }
    return has_name(placement, why);
}

enum err placement_encode(const struct placement *placement, struct cbor_writer *w,
                          const char **why)
{
    if (!placement_complete(placement, why))
        return ERR_INVALID;
    size_t count = 0;
    for (size_t i = 0; i < placement_fields_count; i++)
        count += value_known(&placement_fields[i], value_at(placement, &placement_fields[i]));
    cbor_put_map(w, count);
    for (size_t i = 0; i < placement_fields_count; i++) {
        const struct placement_field *field = &placement_fields[i];
        if (!value_known(field, value_at(placement, field)))
            continue;
        cbor_put_uint(w, field->key);
        value_put(field, value_at(placement, field), w);
    }
    return w->overflow ? ERR_SIZE : ERR_OK;
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool get_date(struct cbor_reader *r, void *value)
{
    int64_t days = cbor_get_int(r);
    if (days < INT32_MIN || days > INT32_MAX)
        return false;
    struct date date = date_from_days((int32_t)days);
    memcpy(value, &date, sizeof date);
    return true;
}

static void get_codes(struct cbor_reader *r, const struct placement_field *field, char *codes)
{
    size_t count = cbor_get_array(r, field->count);
    for (size_t i = 0; i < count; i++)
        cbor_get_text(r, codes + i * field->size, field->size);
}

/* The value as it came; whether it conforms is asked of all types alike afterwards. */
static bool value_get(struct cbor_reader *r, const struct placement_field *field, void *value)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_CODE:
        cbor_get_text(r, value, field->size);
        return true;
    case FIELD_SEX: {
        char text[SEX_TEXT];
        cbor_get_text(r, text, sizeof text);
        *(char *)value = text[0];
        return true;
    }
    case FIELD_DATE:
        return get_date(r, value);
    case FIELD_TIME: {
        int64_t time = cbor_get_int(r);
        memcpy(value, &time, sizeof time);
        return true;
    }
    case FIELD_UINT: {
        uint64_t number = cbor_get_uint(r, INT64_MAX);
        memcpy(value, &number, sizeof number);
        return true;
    }
    case FIELD_ENUM:
    case FIELD_MASK: {
        uint32_t number = (uint32_t)cbor_get_uint(r, INT32_MAX);
        memcpy(value, &number, sizeof number);
        return true;
    }
    case FIELD_CODES:
        get_codes(r, field, value);
        return true;
    }
    return false;
}

/* Keys ascend through the table as through the record: the search goes on from the last one. */
static const struct placement_field *field_of_key(int64_t key, size_t *from)
{
    for (size_t i = *from; i < placement_fields_count; i++)
        if (placement_fields[i].key == (uint64_t)key) {
            *from = i + 1;
            return &placement_fields[i];
        }
    return NULL;
}

/* A field that is written is known: an empty text or a zero says nothing and is refused, so that
 * one record has one encoding. */
static bool field_get(struct cbor_reader *r, struct placement *out, int64_t *previous, size_t *from)
{
    const struct placement_field *field = field_of_key(cbor_get_key(r, previous), from);
    if (!field) {
        cbor_get_raw(r);
        return !r->bad;
    }
    void *value = (char *)out + field->offset;
    return value_get(r, field, value) && !r->bad && value_known(field, value) &&
           value_valid(field, value);
}

/* The values that are there conform: what is left to ask is which are not. */
static bool is_whole(const struct placement *placement)
{
    const char *unused;
    for (size_t i = 0; i < placement_fields_count; i++) {
        const struct placement_field *field = &placement_fields[i];
        if (field->mandatory && !value_known(field, value_at(placement, field)))
            return false;
    }
    return has_name(placement, &unused);
}

enum err placement_decode(struct cbor_reader *r, struct placement *out)
{
    struct placement placement = {0};
    int64_t previous = -1;
    size_t from = 0, count = cbor_get_map(r, SIZE_MAX);
    bool good = !r->bad;
    for (size_t i = 0; i < count && good; i++)
        good = field_get(r, &placement, &previous, &from);
    if (!good || !is_whole(&placement)) {
        r->bad = true;
        return ERR_INVALID;
    }
    *out = placement;
    return ERR_OK;
}
