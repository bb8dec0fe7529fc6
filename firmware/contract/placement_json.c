/* One record per line, nothing guessed: an unknown field or a bad value is refused.
 *
 * placement_fields says how each field is written and where it goes; a field added there is
 * imported without a change here. What a whole record must have is core's placement_complete.
 */
#include "placement_json.h"

#include <stdio.h>
#include <string.h>

#include "country.h"
#include "name.h"
#include "region.h"

#define NIK_DIGITS 16

/* Files mostly have their fields in the table's order: the search goes on from the last one. */
static const struct placement_field *field_find(const char *name, size_t *from)
{
    for (size_t n = 0; n < placement_fields_count; n++) {
        const size_t i = (*from + n) % placement_fields_count;
        if (strcmp(placement_fields[i].name, name) != 0)
            continue;
        *from = i + 1;
        return &placement_fields[i];
    }
    return NULL;
}

static void codes_take(const json_t *value, const struct placement_field *field, char *out,
                       struct json_fault *fault)
{
    if (!json_is_array(value) || json_array_size(value) > field->count)
        json_refuse(fault, field->name, "is no list of at most %zu codes", field->count);
    for (size_t i = 0; i < json_array_size(value) && !fault->found; i++)
        json_take_text(json_array_get(value, i), field->name, out + i * field->size, field->size,
                       fault);
}

static void sex_take(const json_t *value, const struct placement_field *field, char *out,
                     struct json_fault *fault)
{
    char text[2];
    json_take_text(value, field->name, text, sizeof text, fault);
    *out = text[0];
}

static void field_take(const json_t *value, const struct placement_field *field, void *record,
                       struct json_fault *fault)
{
    char *out = (char *)record + field->offset;
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_CODE:
        json_take_text(value, field->name, out, field->size, fault);
        return;
    case FIELD_SEX:
        sex_take(value, field, out, fault);
        return;
    case FIELD_DATE: {
        const struct date date = json_take_date(value, field->name, fault);
        memcpy(out, &date, sizeof date);
        return;
    }
    case FIELD_TIME: {
        const int64_t time = json_take_time(value, field->name, fault);
        memcpy(out, &time, sizeof time);
        return;
    }
    case FIELD_UINT: {
        const uint64_t number = json_take_uint(value, field->name, INT64_MAX, fault);
        memcpy(out, &number, sizeof number);
        return;
    }
    case FIELD_ENUM: {
        const unsigned place = json_take_name(value, field->name, field->names, fault);
        memcpy(out, &place, sizeof place);
        return;
    }
    case FIELD_MASK: {
        const uint32_t bits = json_take_names(value, field->name, field->names, fault);
        memcpy(out, &bits, sizeof bits);
        return;
    }
    case FIELD_CODES:
        codes_take(value, field, out, fault);
        return;
    }
}

/* A span of days that ends before it begins would silently refer everybody. */
static void span_check(struct date from, struct date to, const char *from_name, const char *to_name,
                       struct json_fault *fault)
{
    if (date_known(from) && date_known(to) && date_compare(to, from) < 0)
        json_refuse(fault, to_name, "is before %s", from_name);
}

/* Of a document's country that is not asked: its code may be newer than we are, and then finds
 * nobody. A destination that no state has would refer everybody who goes there. */
static void state_check(const char *code, const char *path, struct json_fault *fault)
{
    const char *iso = country_iso(code);
    if (!iso || strcmp(iso, code) != 0)
        json_refuse(fault, path, "is no code of ISO 3166-1");
}

/* One of which nothing is left to compare would be nobody's. */
static void name_check(const char *name, const char *path, struct json_fault *fault)
{
    struct name_words words;
    name_split(name, &words);
    if (*name && words.count == 0)
        json_refuse(fault, path, "has no word");
}

static void record_check(const json_t *object, const struct placement *record,
                         struct json_fault *fault)
{
    const char *field;
    if (fault->found)
        return;
    if (!placement_complete(record, &field))
        json_refuse(fault, field, json_object_get(object, field) ? "is not valid" : "is missing");
    else if (record->nik[0] &&
             (strlen(record->nik) != NIK_DIGITS || strspn(record->nik, "0123456789") != NIK_DIGITS))
        json_refuse(fault, "nik", "has not %d digits", NIK_DIGITS);
    json_check_country(record->passport_country, "passport_country", fault);
    state_check(record->dest_country, "dest_country", fault);
    name_check(record->name_mrz, "name_mrz", fault);
    if (record->origin_region[0] && !region_is_formed(record->origin_region))
        json_refuse(fault, "origin_region", "has not %d digits", REGION_DIGITS);
    span_check(record->window_from, record->window_to, "window_from", "window_to", fault);
    span_check(record->contract_start, record->contract_end, "contract_start", "contract_end",
               fault);
}

bool placement_json_take(const json_t *object, struct placement *out, struct json_fault *fault)
{
    struct placement record = {0};
    const char *name;
    json_t *value;
    size_t from = 0;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct placement_field *field = field_find(name, &from);
        if (field)
            field_take(value, field, &record, fault);
        else
            json_refuse(fault, json_key_words(name), "is no field of a placement");
        if (fault->found)
            break;
    }
    record_check(object, &record, fault);
    if (!fault->found)
        *out = record;
    return !fault->found;
}

bool placement_json_read(struct span line, struct placement *out, struct json_fault *fault)
{
    json_t *object = json_object_read(line, fault);
    const bool good = object && placement_json_take(object, out, fault);
    json_decref(object);
    return good;
}
