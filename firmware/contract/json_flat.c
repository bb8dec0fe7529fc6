/* One object whose values are texts, small whole numbers, or lists of texts, without a backslash.
 *
 * jansson's scanner spends 200 instructions on a byte, two thirds of what an import takes. This one
 * finds a text's end with one search and lets jansson judge its UTF-8. It refuses nothing: whatever
 * it does not know at a glance (escapes, control characters, fractions, signs, other values, keys
 * that are long or twice) is jansson's to read, or to refuse in its words. So it can only be wrong
 * where it says yes: tests/fuzz/fuzz_json_flat.c holds each yes against jansson's.
 */
#include "json_flat.h"

#include <stdbool.h>
#include <string.h>

#define KEY_LEN_MAX 40
#define DIGITS_MAX  18 /* no more than fits a json_int_t */

struct scan {
    const char *at, *end;
};

static void space_skip(struct scan *scan)
{
    while (scan->at < scan->end && memchr(" \t\r\n", *scan->at, 4))
        scan->at++;
}

/* Steps over it, and over space before it. */
static bool mark_take(struct scan *scan, char mark)
{
    space_skip(scan);
    if (scan->at == scan->end || *scan->at != mark)
        return false;
    scan->at++;
    return true;
}

/* Behind the opening quote; ends behind the closing one. */
static bool text_take(struct scan *scan, struct span *out)
{
    const char *const from = scan->at;
    for (; scan->at < scan->end && *scan->at != '"'; scan->at++)
        if (*scan->at == '\\' || (unsigned char)*scan->at < ' ')
            return false;
    *out = span_of(from, (size_t)(scan->at - from));
    return mark_take(scan, '"');
}

static json_t *text_of(struct scan *scan)
{
    struct span text;
    return text_take(scan, &text) ? json_stringn((const char *)text.p, text.len) : NULL;
}

/* A sign, a fraction or an exponent behind it is none of the marks that may follow. */
static json_t *number_of(struct scan *scan)
{
    const char *const from = scan->at;
    json_int_t number = 0;
    for (; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++) {
        if (scan->at - from == DIGITS_MAX)
            return NULL;
        number = number * 10 + (*scan->at - '0');
    }
    const bool is_plain = scan->at > from && (*from != '0' || scan->at - from == 1);
    return is_plain ? json_integer(number) : NULL;
}

/* Behind the opening bracket; not an empty one. */
static bool list_fill(struct scan *scan, json_t *list)
{
    do
        if (!mark_take(scan, '"') || json_array_append_new(list, text_of(scan)) != 0)
            return false;
    while (mark_take(scan, ','));
    return mark_take(scan, ']');
}

static json_t *list_of(struct scan *scan)
{
    json_t *list = json_array();
    if (list && list_fill(scan, list))
        return list;
    json_decref(list);
    return NULL;
}

static json_t *value_of(struct scan *scan)
{
    if (mark_take(scan, '"'))
        return text_of(scan);
    return mark_take(scan, '[') ? list_of(scan) : number_of(scan);
}

static bool pair_take(struct scan *scan, json_t *object)
{
    char key[KEY_LEN_MAX + 1];
    struct span text;
    if (!mark_take(scan, '"') || !text_take(scan, &text) || text.len > KEY_LEN_MAX)
        return false;
    memcpy(key, text.p, text.len);
    key[text.len] = '\0';
    return mark_take(scan, ':') && json_object_set_new(object, key, value_of(scan)) == 0;
}

static bool object_fill(struct scan *scan, json_t *object)
{
    size_t n_pairs = 0;
    if (!mark_take(scan, '{'))
        return false;
    do {
        if (!pair_take(scan, object))
            return false;
        n_pairs++;
    } while (mark_take(scan, ','));
    if (!mark_take(scan, '}'))
        return false;
    space_skip(scan);
    return scan->at == scan->end && json_object_size(object) == n_pairs;
}

json_t *json_flat_read(struct span text)
{
    struct scan scan = {.at = (const char *)text.p, .end = (const char *)text.p + text.len};
    json_t *object = json_object();
    if (object && object_fill(&scan, object))
        return object;
    json_decref(object);
    return NULL;
}
