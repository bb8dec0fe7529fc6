/* Strict JSON, value by value. */
#include "json_take.h"

#include <stdarg.h>
#include <stdio.h>

#include "utf8.h"

#define TIME_TEXT_LEN 20 /* 2026-11-21T07:37:08Z */
#define NAMES_MAX     32 /* bits of a mask */

void json_refuse(struct json_fault *fault, const char *path, const char *reason, ...)
{
    if (fault->found)
        return;
    fault->found = true;
    const int used = snprintf(fault->why, sizeof fault->why, "%s%s", path, path[0] ? ": " : "");
    if (used < 0 || (size_t)used >= sizeof fault->why)
        return;
    va_list values;
    va_start(values, reason);
    vsnprintf(fault->why + used, sizeof fault->why - (size_t)used, reason, values);
    va_end(values);
}

const char *json_error_words(const json_error_t *error)
{
    switch ((int)json_error_code(error)) {
    case json_error_invalid_utf8:
        return "not UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a text with a NUL";
    case json_error_duplicate_key:
        return "a key that is there twice";
    case json_error_numeric_overflow:
        return "a number too large";
    case json_error_stack_overflow:
        return "nested too deeply";
    case json_error_premature_end_of_input:
        return "JSON that ends too early";
    default:
        return "not JSON";
    }
}

#define KEY_WORDS_MAX 40
#define LETTERS       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

const char *json_key_words(const char *key)
{
    const size_t len = strlen(key);
    const bool is_name = len <= KEY_WORDS_MAX && strspn(key, LETTERS) > 0 &&
                         strspn(key, LETTERS "0123456789_-.") == len;
    return is_name ? key : "(a key)";
}

json_t *json_object_read(struct span text, struct json_fault *fault)
{
    json_error_t error;
    json_t *root = json_loadb((const char *)text.p, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!root && error.line > 1)
        json_refuse(fault, "", "%s (line %d, column %d)", json_error_words(&error), error.line,
                    error.column);
    else if (!root)
        json_refuse(fault, "", "%s (column %d)", json_error_words(&error), error.column);
    else if (!json_is_object(root))
        json_refuse(fault, "", "this is no JSON object");
    if (fault->found) {
        json_decref(root);
        return NULL;
    }
    return root;
}

/* The string of a value, or "" with a fault. */
static const char *text_of(const json_t *value, const char *path, struct json_fault *fault)
{
    if (!value)
        json_refuse(fault, path, "is missing");
    else if (!json_is_string(value))
        json_refuse(fault, path, "is no text");
    else
        return json_string_value(value);
    return "";
}

void json_take_text(const json_t *value, const char *path, char *out, size_t size,
                    struct json_fault *fault)
{
    const char *text = text_of(value, path, fault);
    const struct span bytes = span_of_text(text);
    if (bytes.len == 0)
        json_refuse(fault, path, "is empty");
    else if (bytes.len >= size)
        json_refuse(fault, path, "is longer than %zu bytes", size - 1);
    else if (!utf8_is_plain(bytes))
        json_refuse(fault, path, "holds control characters");
    out[0] = '\0';
    if (!fault->found)
        memcpy(out, text, bytes.len + 1);
}

void json_check_country(const char *code, const char *path, struct json_fault *fault)
{
    if (strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3 && strcmp(code, "D") != 0)
        json_refuse(fault, path, "is no code of three letters A-Z");
}

uint64_t json_take_uint(const json_t *value, const char *path, uint64_t max,
                        struct json_fault *fault)
{
    if (!value)
        json_refuse(fault, path, "is missing");
    else if (!json_is_integer(value) || json_integer_value(value) < 0 ||
             (uint64_t)json_integer_value(value) > max)
        json_refuse(fault, path, "is no whole number from 0 to %llu", (unsigned long long)max);
    return fault->found ? 0 : (uint64_t)json_integer_value(value);
}

bool json_take_bool(const json_t *value, const char *path, struct json_fault *fault)
{
    if (!value)
        json_refuse(fault, path, "is missing");
    else if (!json_is_boolean(value))
        json_refuse(fault, path, "is neither true nor false");
    return json_is_true(value);
}

struct date json_take_date(const json_t *value, const char *path, struct json_fault *fault)
{
    struct date date = {0};
    const char *text = text_of(value, path, fault);
    if (!fault->found && !date_parse(text, &date))
        json_refuse(fault, path, "is no day written YYYY-MM-DD");
    return date;
}

/* Two digits below `limit` and the character after them; -1 if they are not there. */
static int two_digits(const char *text, int limit, char after)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' || text[2] != after)
        return -1;
    const int value = (text[0] - '0') * 10 + (text[1] - '0');
    return value < limit ? value : -1;
}

bool json_time_parse(const char *text, int64_t *out)
{
    char day[DATE_TEXT_LEN];
    struct date date;
    if (strlen(text) != TIME_TEXT_LEN || text[10] != 'T')
        return false;
    memcpy(day, text, sizeof day - 1);
    day[sizeof day - 1] = '\0';
    const int hour = two_digits(text + 11, 24, ':');
    const int minute = two_digits(text + 14, 60, ':');
    const int second = two_digits(text + 17, 60, 'Z');
    if (hour < 0 || minute < 0 || second < 0 || !date_parse(day, &date))
        return false;
    *out = (int64_t)date_to_days(date) * 86400 + hour * 3600 + minute * 60 + second;
    return true;
}

int64_t json_take_time(const json_t *value, const char *path, struct json_fault *fault)
{
    int64_t time = 0;
    const char *text = text_of(value, path, fault);
    if (!fault->found && !json_time_parse(text, &time))
        json_refuse(fault, path, "is no time written YYYY-MM-DDThh:mm:ssZ");
    return time;
}

unsigned json_take_name(const json_t *value, const char *path, const char *const *names,
                        struct json_fault *fault)
{
    const char *text = text_of(value, path, fault);
    for (unsigned i = 0; names[i] && !fault->found; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    json_refuse(fault, path, "is none of the known names");
    return 0;
}

uint32_t json_take_names(const json_t *value, const char *path, const char *const *names,
                         struct json_fault *fault)
{
    uint32_t bits = 0;
    if (!value)
        json_refuse(fault, path, "is missing");
    else if (!json_is_array(value))
        json_refuse(fault, path, "is no list of names");
    for (size_t i = 0; i < json_array_size(value) && !fault->found; i++) {
        const unsigned place = json_take_name(json_array_get(value, i), path, names, fault);
        if (place >= NAMES_MAX || (bits & 1u << place))
            json_refuse(fault, path, "holds a name twice");
        else
            bits |= 1u << place;
    }
    return fault->found ? 0 : bits;
}
