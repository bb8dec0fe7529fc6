/* An event as a line of CSV, made from its JSON: one projection, two notations.
 *
 * RFC 4180: CRLF, quotes around what has a comma, a quote or a line end, quotes doubled. A
 * spreadsheet runs a cell that begins with = + - @, a tab or a carriage return: that gets an
 * apostrophe (OWASP, CSV injection), since names and notes come from outside. Where it takes ; or a
 * tab for the separator, as it does by itself in Indonesia, cells begin within our values, and our
 * quotes are none: so also after these, after a comma, a quote and a line end.
 */
#include "event.h"

#include <string.h>

/* Columns in their fixed order. A dot goes into an object; "integrity" means its last entry. */
static const char *const columns[] = {
    "event_id",
    "schema_ver",
    "direction",
    "entries",
    "device_id",
    "tpi_code",
    "counter",
    "mode",
    "t_utc",
    "t_presented_utc",
    "tz",
    "t_quality",
    "uncertainty_s",
    "boot_id",
    "mono_ms",
    "officer_id",
    "role",
    "second_officer_id",
    "auth_method",
    "doc_type",
    "doc_no",
    "doc_country",
    "doc_expiry",
    "capture",
    "check_digits",
    "corrections",
    "name",
    "sex",
    "birth_date",
    "birth_date_alternative",
    "nationality",
    "nik_hash",
    "dest_country",
    "carrier_kind",
    "carrier_no",
    "purpose_declared",
    "category",
    "cache_seq",
    "cache_as_of",
    "lists_as_of",
    "policy_ver",
    "placement_id",
    "match_key",
    "match_grade",
    "result",
    "reasons",
    "decision",
    "note",
    "duration_s",
    "void",
    "prev_hash",
    "hash",
    "sig",
    "recovered",
    "double_of",
    "acked_at",
    "time_corrected",
    "time_corrected_uncertainty_s",
    "sex_iso5218",
    "doc_country_iso3166",
    "nationality_iso3166",
    "dest_country_iso3166",
    "origin_region",
    "origin_province",
    "origin_basis",
    "pair",
    "pair_basis",
    "attempt_of",
};

#define COLUMNS    (sizeof columns / sizeof columns[0])
#define FIELD_ROOM 2048

_Static_assert(ENTRY_NOTE_LEN < FIELD_ROOM, "the longest text fits");

static void append(char field[FIELD_ROOM], const char *text)
{
    const size_t used = strlen(field);
    snprintf(field + used, FIELD_ROOM - used, "%s", text);
}

static void append_value(char field[FIELD_ROOM], const json_t *value)
{
    char number[32] = "";

    if (json_is_string(value))
        append(field, json_string_value(value));
    else if (json_is_integer(value))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(number, sizeof number, "%.3f", json_real_value(value));
    append(field, number);
}

/* A list joined by ';', an object's values joined by '/'. */
static void field_text(const json_t *value, char field[FIELD_ROOM])
{
    size_t i;
    const char *key;
    json_t *item;

    field[0] = 0;
    if (json_is_array(value)) {
        json_array_foreach(value, i, item)
        {
            append(field, i ? ";" : "");
            append_value(field, item);
        }
    } else if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, key, item)
        {
            append(field, field[0] ? "/" : "");
            append_value(field, item);
        }
    } else {
        append_value(field, value);
    }
}

static void field_write(const char *field, FILE *out)
{
    const bool quoted = strpbrk(field, ",\"\r\n") != NULL;
    char before = ','; /* a cell may begin */

    if (quoted)
        putc('"', out);
    for (; *field; field++) {
        if (strchr(",;\t\"\r\n", before) && strchr("=+-@\t\r", *field))
            putc('\'', out);
        if (*field == '"')
            putc('"', out);
        putc(*field, out);
        before = *field;
    }
    if (quoted)
        putc('"', out);
}

bool event_csv_header(FILE *out)
{
    for (size_t i = 0; i < COLUMNS; i++)
        fprintf(out, "%s%s", i ? "," : "", columns[i]);
    fputs("\r\n", out);
    return !ferror(out);
}

bool event_csv_row(const json_t *event, FILE *out)
{
    const json_t *integrity = json_object_get(event, "integrity");
    const json_t *last = json_array_get(integrity, json_array_size(integrity) - 1);
    char field[FIELD_ROOM];

    for (size_t i = 0; i < COLUMNS; i++) {
        const json_t *value = json_object_get(event, columns[i]);
        field_text(value ? value : json_object_get(last, columns[i]), field);
        if (i)
            putc(',', out);
        field_write(field, out);
    }
    fputs("\r\n", out);
    return !ferror(out);
}
