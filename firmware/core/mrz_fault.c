/* What a reader does to lines before they come here, told from what it leaves behind.
 *
 * Method: characters first, since nothing else can be said of lines that are none. A parity bit, a
 * lower case and a foreign filler are each undone on a copy to see whether an MRZ appears; only
 * that copy is changed, and it never leaves this file. Then the rows: their number, their lengths,
 * their order. The first thing a technician would put right is what is said.
 */
#include "mrz_fault.h"

#include <assert.h>
#include <string.h>

#include "mrz.h"
#include "mrz_check.h"

#define HIGH_BIT 0x80
#define ROWS_MAX 4
#define ROW_MAX  (2 * MRZ_LINE_LEN_MAX) /* every character of a row as two bytes of UTF-8 */
#define SYMBOLS  256                    /* Latin-1: what keyboards in this mode can send */

/* One format of each size, the narrowest first. */
static const enum mrz_format sizes[] = {MRZ_FORMAT_TD1, MRZ_FORMAT_TD2, MRZ_FORMAT_TD3};
#define SIZES (sizeof sizes / sizeof *sizes)

/* The lines with each character as one code point up to 255. */
struct rows {
    size_t n;
    uint8_t text[ROWS_MAX][ROW_MAX];
    size_t len[ROWS_MAX];
};

struct place {
    unsigned line, column, count;
};

/* ---- reading ------------------------------------------------------------------------------- */

/* UTF-8 of U+0080 to U+00FF is two bytes, C2 or C3 and a continuation. */
static size_t read_symbol(struct span rest, bool utf8, uint8_t *out)
{
    if (utf8 && rest.len >= 2 && (rest.p[0] & 0xfe) == 0xc2 && (rest.p[1] & 0xc0) == 0x80) {
        *out = (uint8_t)(rest.p[0] << 6 | (rest.p[1] & 0x3f));
        return 2;
    }
    *out = rest.p[0];
    return 1;
}

static void read_rows(const struct span *lines, size_t n_lines, bool utf8, struct rows *out)
{
    memset(out, 0, sizeof *out);
    out->n = n_lines < ROWS_MAX ? n_lines : ROWS_MAX;
    for (size_t i = 0; i < out->n; i++)
        for (size_t at = 0; at < lines[i].len && out->len[i] < ROW_MAX;) {
            const struct span rest = span_of(lines[i].p + at, lines[i].len - at);
            at += read_symbol(rest, utf8, &out->text[i][out->len[i]++]);
        }
}

static bool parse_rows(const struct rows *rows, struct mrz *out)
{
    struct span lines[ROWS_MAX];
    for (size_t i = 0; i < rows->n; i++)
        lines[i] = span_of(rows->text[i], rows->len[i]);
    return mrz_parse(lines, rows->n, out);
}

static bool is_valid(const struct rows *rows)
{
    struct mrz mrz;
    return parse_rows(rows, &mrz) && mrz_valid(&mrz);
}

/* ---- characters ---------------------------------------------------------------------------- */

static bool is_foreign(uint8_t c)
{
    return !(mrz_characters[c] & MRZ_LEGAL);
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

/* How readers mark what they could not read. */
static bool is_unread(uint8_t c)
{
    return c == '_' || c == '?' || c == ' ' || c == '\0';
}

static bool is_high(uint8_t c)
{
    return c & HIGH_BIT;
}

/* Where such characters are, and how many; the place of none is zeros. */
static struct place find(const struct rows *rows, bool (*is)(uint8_t))
{
    struct place place = {0};
    for (size_t i = 0; i < rows->n; i++)
        for (size_t k = 0; k < rows->len[i]; k++)
            if (is(rows->text[i][k]) && place.count++ == 0) {
                place.line = (unsigned)i + 1;
                place.column = (unsigned)k + 1;
            }
    return place;
}

static uint8_t symbol_at(const struct rows *rows, struct place place)
{
    return rows->text[place.line - 1][place.column - 1];
}

static unsigned count_symbol(const struct rows *rows, uint8_t symbol)
{
    unsigned n = 0;
    for (size_t i = 0; i < rows->n; i++)
        for (size_t k = 0; k < rows->len[i]; k++)
            n += rows->text[i][k] == symbol;
    return n;
}

static struct rows replaced(const struct rows *rows, uint8_t from, uint8_t to)
{
    struct rows copy = *rows;
    for (size_t i = 0; i < copy.n; i++)
        for (size_t k = 0; k < copy.len[i]; k++)
            if (copy.text[i][k] == from)
                copy.text[i][k] = to;
    return copy;
}

/* One foreign symbol and no filler anywhere: it is what this keyboard makes of a filler. For marks
 * of what could not be read the MRZ has to be valid with it, else they are just that. */
static bool is_layout(const struct rows *rows, struct place foreign)
{
    const uint8_t symbol = symbol_at(rows, foreign);
    struct mrz mrz;
    if (is_lower(symbol) || count_symbol(rows, symbol) != foreign.count ||
        count_symbol(rows, MRZ_FILLER) > 0)
        return false;
    const struct rows with_fillers = replaced(rows, symbol, MRZ_FILLER);
    return is_unread(symbol) ? is_valid(&with_fillers) : parse_rows(&with_fillers, &mrz);
}

/* Without the eighth bit they are lines of a format. */
static bool is_parity(const struct rows *rows)
{
    struct rows copy = *rows;
    struct mrz mrz;
    for (size_t i = 0; i < copy.n; i++)
        for (size_t k = 0; k < copy.len[i]; k++)
            copy.text[i][k] &= (uint8_t)~HIGH_BIT;
    return find(rows, is_high).count > 0 && parse_rows(&copy, &mrz);
}

static void say(enum mrz_fault_kind kind, struct place place, unsigned symbol,
                struct mrz_fault *out)
{
    *out = (struct mrz_fault){kind, place.line, place.column, place.count, symbol};
}

static void judge_characters(const struct span *lines, size_t n_lines, struct mrz_fault *out)
{
    struct rows bytes, rows;
    read_rows(lines, n_lines, false, &bytes);
    read_rows(lines, n_lines, true, &rows);
    const struct place foreign = find(&rows, is_foreign), lower = find(&rows, is_lower),
                       unread = find(&rows, is_unread);
    if (foreign.count == 0)
        return;
    if (is_layout(&rows, foreign))
        say(MRZ_FAULT_KEYBOARD_LAYOUT, foreign, symbol_at(&rows, foreign), out);
    else if (is_parity(&bytes))
        say(MRZ_FAULT_HIGH_BIT, find(&bytes, is_high), 0, out);
    else if (lower.count > 0)
        say(MRZ_FAULT_LOWER_CASE, lower, 0, out);
    else if (unread.count == foreign.count)
        say(MRZ_FAULT_UNREAD, unread, 0, out);
    else
        say(MRZ_FAULT_CHARACTERS, foreign, symbol_at(&rows, foreign), out);
}

/* ---- rows ---------------------------------------------------------------------------------- */

static bool is_row_len(size_t len)
{
    for (size_t i = 0; i < SIZES; i++)
        if (len == mrz_line_len(sizes[i]))
            return true;
    return false;
}

/* The length its row should have had: the one of the format the other rows fit best, and of several
 * the next longer one. */
static size_t wanted_len(const struct span *lines, size_t n_lines, size_t odd)
{
    size_t wanted = 0, best = 0;
    for (size_t k = 0; k < SIZES; k++) {
        const size_t len = mrz_line_len(sizes[k]);
        size_t fits = 1;
        for (size_t i = 0; i < n_lines; i++)
            fits += i != odd && n_lines == mrz_lines(sizes[k]) && lines[i].len == len;
        if (fits > best || (fits == best && wanted < lines[odd].len)) {
            best = fits;
            wanted = len;
        }
    }
    return wanted;
}

/* Rows of documents have fillers. Of a bar code neither length nor number says anything. */
static bool is_bar_code(const struct span *lines, size_t n_lines)
{
    bool filler = false;
    for (size_t i = 0; i < n_lines && !filler; i++)
        filler = lines[i].len > 0 && memchr(lines[i].p, MRZ_FILLER, lines[i].len);
    return n_lines > 0 && !filler;
}

static void judge_lengths(const struct span *lines, size_t n_lines, struct mrz_fault *out)
{
    size_t odd = 0, other = 0;
    while (odd < n_lines && is_row_len(lines[odd].len))
        odd++;
    while (other < n_lines && lines[other].len == lines[0].len)
        other++;
    if (odd < n_lines) {
        const size_t len = lines[odd].len, wanted = wanted_len(lines, n_lines, odd);
        const bool cut = len < wanted;
        const struct place place = {(unsigned)odd + 1, (unsigned)(cut ? len : wanted) + 1, 0};
        say(cut ? MRZ_FAULT_ROW_CUT : MRZ_FAULT_ROW_LONG, place, 0, out);
    } else if (other < n_lines) {
        say(MRZ_FAULT_ROWS_MIXED, (struct place){.line = (unsigned)other + 1}, 0, out);
    } else {
        say(MRZ_FAULT_ROW_COUNT, (struct place){0}, 0, out);
    }
}

/* All orders of two or three rows but the one that is there. */
static bool is_swapped(const struct span *lines, size_t n_lines)
{
    static const uint8_t orders[][MRZ_LINES_MAX] = {
        {1, 0, 2}, {0, 2, 1}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
    const size_t n_orders = n_lines == 2 ? 1 : sizeof orders / sizeof *orders;
    for (size_t i = 0; i < n_orders; i++) {
        struct span ordered[MRZ_LINES_MAX];
        struct mrz mrz;
        for (size_t k = 0; k < n_lines; k++)
            ordered[k] = lines[orders[i][k]];
        if (mrz_parse(ordered, n_lines, &mrz) && mrz_valid(&mrz))
            return true;
    }
    return false;
}

bool mrz_fault_find(const struct span *lines, size_t n_lines, struct mrz_fault *out)
{
    struct mrz mrz;
    *out = (struct mrz_fault){0};
    if (mrz_parse(lines, n_lines, &mrz)) {
        if (!mrz_valid(&mrz) && is_swapped(lines, n_lines))
            say(MRZ_FAULT_ROWS_SWAPPED, (struct place){0}, 0, out);
        return out->kind != MRZ_FAULT_NONE;
    }
    if (mrz.issues & MRZ_ISSUE_CHARACTERS)
        judge_characters(lines, n_lines, out);
    if (mrz.issues & MRZ_ISSUE_LENGTH && out->kind == MRZ_FAULT_NONE &&
        !is_bar_code(lines, n_lines))
        judge_lengths(lines, n_lines, out);
    return out->kind != MRZ_FAULT_NONE;
}

const char *mrz_fault_name(enum mrz_fault_kind kind)
{
    static const char *const names[MRZ_FAULT_KINDS] = {
        [MRZ_FAULT_NONE] = "none",
        [MRZ_FAULT_UNREAD] = "unread",
        [MRZ_FAULT_HIGH_BIT] = "high_bit",
        [MRZ_FAULT_KEYBOARD_LAYOUT] = "keyboard_layout",
        [MRZ_FAULT_LOWER_CASE] = "lower_case",
        [MRZ_FAULT_CHARACTERS] = "characters",
        [MRZ_FAULT_ROWS_MIXED] = "rows_mixed",
        [MRZ_FAULT_ROW_CUT] = "row_cut",
        [MRZ_FAULT_ROW_LONG] = "row_long",
        [MRZ_FAULT_ROW_COUNT] = "row_count",
        [MRZ_FAULT_ROWS_SWAPPED] = "rows_swapped",
    };
    assert((unsigned)kind < MRZ_FAULT_KINDS);
    return names[kind];
}
