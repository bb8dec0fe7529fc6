/* One row per line, nothing guessed. What a whole row must have is core's listing_complete. */
#include "list_json.h"

#include <stddef.h>

#include "reason.h"

enum list_field_type {
    LIST_KIND,
    LIST_TEXT,
    LIST_DATE,
    LIST_REASON,
};

struct list_field {
    const char *name;
    enum list_field_type type;
    size_t offset, size;
};

#define FIELD(member, type)                                                                        \
    {                                                                                              \
#member, type, offsetof(struct listing, member), sizeof((struct listing *)0)->member       \
    }

static const struct list_field fields[] = {
    FIELD(kind, LIST_KIND),     FIELD(passport_no, LIST_TEXT), FIELD(passport_country, LIST_TEXT),
    FIELD(name_mrz, LIST_TEXT), FIELD(birth_date, LIST_DATE),  FIELD(placement_id, LIST_TEXT),
    FIELD(from, LIST_DATE),     FIELD(expires, LIST_DATE),     FIELD(issued_by, LIST_TEXT),
    FIELD(reason, LIST_REASON),
};

static const struct list_field *field_find(const char *name)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static void kind_take(const json_t *value, const char *path, struct listing *out,
                      struct json_fault *fault)
{
    char text[32];
    json_take_text(value, path, text, sizeof text, fault);
    if (!fault->found && !listing_kind_parse(text, &out->kind))
        json_refuse(fault, path, "is none of the known names");
}

static void reason_take(const json_t *value, const char *path, struct listing *out,
                        struct json_fault *fault)
{
    char text[REASON_TEXT_LEN];
    json_take_text(value, path, text, sizeof text, fault);
    if (!fault->found && !reason_parse(text, &out->reason))
        json_refuse(fault, path, "is no reason's code");
}

static void field_take(const json_t *value, const struct list_field *field, struct listing *out,
                       struct json_fault *fault)
{
    char *place = (char *)out + field->offset;
    switch (field->type) {
    case LIST_KIND:
        kind_take(value, field->name, out, fault);
        return;
    case LIST_TEXT:
        json_take_text(value, field->name, place, field->size, fault);
        return;
    case LIST_DATE: {
        const struct date date = json_take_date(value, field->name, fault);
        memcpy(place, &date, sizeof date);
        return;
    }
    case LIST_REASON:
        reason_take(value, field->name, out, fault);
        return;
    }
}

bool list_json_read(struct span line, struct listing *out, struct json_fault *fault)
{
    json_t *object = json_object_read(line, fault);
    if (!object)
        return false;
    struct listing row = {0};
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        const struct list_field *field = field_find(name);
        if (field)
            field_take(value, field, &row, fault);
        else
            json_refuse(fault, json_key_words(name), "is no field of a list");
    }
    if (!fault->found && !listing_complete(&row, &name))
        json_refuse(fault, name, json_object_get(object, name) ? "is not valid" : "is missing");
    if (row.passport_country[0])
        json_check_country(row.passport_country, "passport_country", fault);
    json_decref(object);
    if (!fault->found)
        *out = row;
    return !fault->found;
}
