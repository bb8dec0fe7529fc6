/* Deterministic CBOR, read: the strict half of RFC 8949 4.2.1.
 *
 * Everything signed in Pamit is signed as bytes, and some of it is rebuilt from its parts at the
 * other end; so one value must have one encoding. A reader here therefore refuses what a lenient
 * one would accept: longer forms, indefinite lengths, floats, unsorted or repeated keys, text that
 * is not plain UTF-8, unknown tags, bytes left over.
 *
 * A count in the input is never believed beyond the bytes that are there: an array of n items
 * needs n bytes at least. Nothing is allocated and nothing recurses; cbor_get_raw, the only
 * function that walks a structure it does not know, keeps its place in a stack of CBOR_DEPTH_MAX.
 *
 * Map keys are unsigned integers: no format of ours has others, and with them the byte order that
 * the RFC asks for is the numeric order.
 */
#include "cbor.h"

#include <assert.h>

#include "cbor_head.h"
#include "utf8.h"

void cbor_reader_init(struct cbor_reader *r, struct span in)
{
    assert(r && (in.p || in.len == 0));
    *r = (struct cbor_reader){.in = in};
}

static struct span rest(const struct cbor_reader *r)
{
    return span_of(r->in.p ? r->in.p + r->at : NULL, r->in.len - r->at);
}

/* The next head, consumed, if it is of the kind wanted; else all is bad. */
static bool take_head(struct cbor_reader *r, enum cbor_kind kind, uint64_t *value)
{
    if (r->bad)
        return false;
    const struct cbor_head head = cbor_head_read(rest(r));
    if (head.kind != kind) {
        r->bad = true;
        return false;
    }
    r->at += head.len;
    *value = head.value;
    return true;
}

/* The bytes of a string whose head was just taken: cbor_head_read made sure that they are there. */
static struct span take_string(struct cbor_reader *r, uint64_t len)
{
    const struct span string = span_of(r->in.p + r->at, (size_t)len);
    r->at += (size_t)len;
    return string;
}

uint64_t cbor_get_uint(struct cbor_reader *r, uint64_t max)
{
    uint64_t value;
    if (!take_head(r, CBOR_UINT, &value))
        return 0;
    if (value > max) {
        r->bad = true;
        return 0;
    }
    return value;
}

int64_t cbor_get_int(struct cbor_reader *r)
{
    const bool negative = !r->bad && cbor_head_read(rest(r)).kind == CBOR_NEGATIVE;
    uint64_t value;
    if (!take_head(r, negative ? CBOR_NEGATIVE : CBOR_UINT, &value))
        return 0;
    if (value > INT64_MAX) {
        r->bad = true;
        return 0;
    }
    return negative ? -1 - (int64_t)value : (int64_t)value;
}

static struct span get_string(struct cbor_reader *r, enum cbor_kind kind, size_t len_max)
{
    uint64_t len;
    if (!take_head(r, kind, &len))
        return span_of(NULL, 0);
    const struct span string = take_string(r, len);
    if (string.len > len_max || (kind == CBOR_TEXT && !utf8_is_plain(string))) {
        r->bad = true;
        return span_of(NULL, 0);
    }
    return string;
}

struct span cbor_get_bytes(struct cbor_reader *r, size_t len_max)
{
    return get_string(r, CBOR_BYTES, len_max);
}

void cbor_get_bytes_exact(struct cbor_reader *r, void *out, size_t len)
{
    const struct span bytes = get_string(r, CBOR_BYTES, len);
    if (bytes.len != len)
        r->bad = true;
    if (r->bad)
        memset(out, 0, len);
    else if (len > 0)
        memcpy(out, bytes.p, len);
}

void cbor_get_text(struct cbor_reader *r, char *out, size_t size)
{
    assert(size > 0);
    const struct span text = get_string(r, CBOR_TEXT, size - 1);
    if (text.len > 0)
        memcpy(out, text.p, text.len);
    out[text.len] = '\0';
}

bool cbor_get_bool(struct cbor_reader *r)
{
    uint64_t value;
    return take_head(r, CBOR_BOOL, &value) && value != 0;
}

static size_t get_container(struct cbor_reader *r, enum cbor_kind kind, size_t n_max)
{
    const size_t items_each = kind == CBOR_MAP ? 2 : 1;
    uint64_t n;
    if (!take_head(r, kind, &n))
        return 0;
    if (n > n_max || n > rest(r).len / items_each) {
        r->bad = true;
        return 0;
    }
    return (size_t)n;
}

size_t cbor_get_array(struct cbor_reader *r, size_t n_max)
{
    return get_container(r, CBOR_ARRAY, n_max);
}

size_t cbor_get_map(struct cbor_reader *r, size_t n_max)
{
    return get_container(r, CBOR_MAP, n_max);
}

int64_t cbor_get_key(struct cbor_reader *r, int64_t *previous)
{
    const int64_t key = (int64_t)cbor_get_uint(r, INT64_MAX);
    if (r->bad || key <= *previous) {
        r->bad = true;
        return 0;
    }
    *previous = key;
    return key;
}

/* The tags of RFC 9052, table 1. */
static bool tag_is_cose(uint64_t tag)
{
    switch (tag) {
    case 16: /* Encrypt0 */
    case 17: /* Mac0 */
    case 18: /* Sign1 */
    case 96: /* Encrypt */
    case 97: /* Mac */
    case 98: /* Sign */
        return true;
    default:
        return false;
    }
}

uint64_t cbor_get_tag(struct cbor_reader *r)
{
    uint64_t tag;
    if (!take_head(r, CBOR_TAG, &tag))
        return 0;
    if (!tag_is_cose(tag)) {
        r->bad = true;
        return 0;
    }
    return tag;
}

bool cbor_is_null(struct cbor_reader *r)
{
    if (r->bad || cbor_head_read(rest(r)).kind != CBOR_NULL)
        return false;
    r->at++;
    return true;
}

/* What is still to come in one container that cbor_get_raw is inside of. */
struct level {
    size_t n_items; /* a pair of a map is two */
    bool is_map;
    int64_t previous_key;
};

/* Takes one item; if it opens a container, `*opened` is what to expect in it, else it is empty. */
static void take_item(struct cbor_reader *r, struct level *opened)
{
    *opened = (struct level){.previous_key = -1};
    switch (cbor_head_read(rest(r)).kind) {
    case CBOR_UINT:
        cbor_get_uint(r, UINT64_MAX);
        return;
    case CBOR_NEGATIVE:
        cbor_get_int(r);
        return;
    case CBOR_BYTES:
        get_string(r, CBOR_BYTES, SIZE_MAX);
        return;
    case CBOR_TEXT:
        get_string(r, CBOR_TEXT, SIZE_MAX);
        return;
    case CBOR_ARRAY:
        opened->n_items = cbor_get_array(r, SIZE_MAX);
        return;
    case CBOR_MAP:
        opened->n_items = 2 * cbor_get_map(r, SIZE_MAX);
        opened->is_map = true;
        return;
    case CBOR_TAG:
        cbor_get_tag(r);
        opened->n_items = 1;
        return;
    case CBOR_BOOL:
        cbor_get_bool(r);
        return;
    case CBOR_NULL:
        cbor_is_null(r);
        return;
    case CBOR_NOTHING:
        break;
    }
    r->bad = true;
}

struct span cbor_get_raw(struct cbor_reader *r)
{
    const size_t start = r->at;
    struct level stack[CBOR_DEPTH_MAX + 1] = {{.n_items = 1}};
    size_t depth = 0;
    while (!r->bad) {
        struct level *level = &stack[depth];
        if (level->n_items == 0) {
            if (depth == 0)
                return span_of(r->in.p + start, r->at - start);
            depth--;
            continue;
        }
        const bool is_key = level->is_map && level->n_items % 2 == 0;
        level->n_items--;
        if (is_key) {
            cbor_get_key(r, &level->previous_key);
            continue;
        }
        struct level opened;
        take_item(r, &opened);
        if (opened.n_items == 0)
            continue;
        if (depth == CBOR_DEPTH_MAX)
            r->bad = true;
        else
            stack[++depth] = opened;
    }
    return span_of(NULL, 0);
}

enum err cbor_reader_finish(const struct cbor_reader *r)
{
    return r->bad || r->at != r->in.len ? ERR_INVALID : ERR_OK;
}
