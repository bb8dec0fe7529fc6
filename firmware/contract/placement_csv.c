/* One rule for both notations: a line of CSV becomes the JSON object that says the same, and what
 * may be in a record is placement_json.c's to say.
 *
 * Refused rather than guessed at: a quote that is not closed on its line, or stands within a value
 * that is not quoted, and a line with more or fewer values than columns, as a comma too many makes
 * them: each later value would be taken for another field's.
 */
#include "placement_csv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "err.h"
#include "json_lines.h"
#include "placement_json.h"

#define UINT_DIGITS_MAX 18 /* no more than fits a json_int_t */
#define COLUMN_WORDS    24

/* ---- values ---------------------------------------------------------------------------------- */

struct values {
    const char *at, *end;
    size_t n;                         /* the value that is read, from 1 */
    char text[JSON_LINE_LEN_MAX + 1]; /* it, with its NUL */
    size_t len;
    struct json_fault *fault;
};

static bool values_refuse(struct values *v, const char *reason)
{
    char column[COLUMN_WORDS];
    snprintf(column, sizeof column, "column %zu", v->n);
    json_refuse(v->fault, column, "%s", reason);
    return false;
}

static bool values_init(struct values *v, struct span line, struct json_fault *fault)
{
    v->at = (const char *)line.p;
    v->end = v->at + line.len;
    v->n = 0;
    v->fault = fault;
    if (line.len > JSON_LINE_LEN_MAX)
        json_refuse(fault, "", "the line is too long");
    return line.len <= JSON_LINE_LEN_MAX;
}

/* Behind the opening quote; ends behind the closing one. */
static bool quoted_take(struct values *v)
{
    for (; v->at < v->end; v->at++) {
        if (*v->at == '"' && (v->at + 1 == v->end || v->at[1] != '"')) {
            v->at++;
            return (v->at == v->end || *v->at == ',') ||
                   values_refuse(v, "has something behind its closing quote");
        }
        v->at += *v->at == '"';
        v->text[v->len++] = *v->at;
    }
    return values_refuse(v, "has a quote that is not closed on its line");
}

static bool plain_take(struct values *v)
{
    for (; v->at < v->end && *v->at != ','; v->at++) {
        if (*v->at == '"')
            return values_refuse(v, "has a quote, and is not quoted");
        v->text[v->len++] = *v->at;
    }
    return true;
}

/* The next value into `text`; false with a fault. */
static bool value_next(struct values *v)
{
    v->n++;
    v->len = 0;
    const bool is_quoted = v->at < v->end && *v->at == '"';
    v->at += is_quoted;
    if (!(is_quoted ? quoted_take(v) : plain_take(v)))
        return false;
    v->text[v->len] = '\0';
    return !memchr(v->text, '\0', v->len) || values_refuse(v, "a text with a NUL");
}

/* Is there one more? Steps over the comma. */
static bool values_go_on(struct values *v)
{
    if (v->at == v->end)
        return false;
    v->at++;
    return true;
}

/* ---- columns --------------------------------------------------------------------------------- */

static const struct placement_field *column_find(const char *name)
{
    for (size_t i = 0; i < placement_fields_count; i++)
        if (strcmp(placement_fields[i].name, name) == 0)
            return &placement_fields[i];
    return NULL;
}

static bool column_take(struct values *v, struct placement_csv *out)
{
    const struct placement_field *field = column_find(v->text);
    if (!field)
        return values_refuse(v, strchr(v->text, ';') || strchr(v->text, '\t')
                                    ? "is no field of a placement: commas separate columns"
                                    : "is no field of a placement");
    for (size_t i = 0; i < out->n_columns; i++)
        if (out->column[i] == field)
            return values_refuse(v, "is there twice");
    assert(out->n_columns < PLACEMENT_CSV_COLUMNS); /* each field at most once */
    out->column[out->n_columns++] = field;
    return true;
}

bool placement_csv_begin(struct span line, struct placement_csv *out, struct json_fault *fault)
{
    struct values v;
    struct placement_csv csv = {0};
    bool good = values_init(&v, line, fault);
    do
        good = good && value_next(&v) && column_take(&v, &csv);
    while (good && values_go_on(&v));
    if (good)
        *out = csv;
    return good;
}

/* ---- records --------------------------------------------------------------------------------- */

/* NULL: not UTF-8. */
static json_t *list_of(char *text)
{
    json_t *list = json_array();
    for (char *item = text, *next; item && list; item = next) {
        next = strchr(item, ';');
        if (next)
            *next++ = '\0';
        if (json_array_append_new(list, json_string(item)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* A text that is no number stays one, to be refused as what it is not. */
static json_t *value_of(struct values *v, enum placement_field_type type)
{
    switch (type) {
    case FIELD_UINT:
        if (v->len <= UINT_DIGITS_MAX && strspn(v->text, "0123456789") == v->len)
            return json_integer(strtoll(v->text, NULL, 10));
        break;
    case FIELD_MASK:
    case FIELD_CODES:
        return list_of(v->text);
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_SEX:
    case FIELD_DATE:
    case FIELD_TIME:
    case FIELD_ENUM:
        break;
    }
    return json_stringn(v->text, v->len);
}

static bool value_put(struct values *v, const struct placement_field *field, json_t *object)
{
    if (v->len == 0)
        return true;
    return json_object_set_new(object, field->name, value_of(v, field->type)) == 0 ||
           values_refuse(v, "not UTF-8");
}

static bool object_fill(const struct placement_csv *csv, struct values *v, json_t *object)
{
    bool more = true;
    for (size_t i = 0; i < csv->n_columns; i++) {
        if (!more)
            return values_refuse(v, "is the last of the line, and there are more columns");
        if (!value_next(v) || !value_put(v, csv->column[i], object))
            return false;
        more = values_go_on(v);
    }
    return !more || values_refuse(v, "is the last, and there are more values");
}

bool placement_csv_read(const struct placement_csv *csv, struct span line, struct placement *out,
                        struct json_fault *fault)
{
    struct values v;
    json_t *object = json_object();
    const bool good = object && values_init(&v, line, fault) && object_fill(csv, &v, object) &&
                      placement_json_take(object, out, fault);
    if (!object)
        json_refuse(fault, "", "%s", err_text(ERR_MEMORY));
    json_decref(object);
    return good;
}
