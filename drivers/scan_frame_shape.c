/* What the rows of a document look like: lengths, digits and a few columns (ICAO 9303-4, -5, -6,
 * -7).
 *
 * This is not parsing: it only tells where a document begins and ends, and has to let a misread one
 * pass, so that it can be judged. Three strengths are used, by how much could be confused:
 *
 * - Rows that end: their lengths, and that only the names' row has no digits. This tells the rows
 * of neighbouring documents apart: a second row left over from half a swipe is not married to the
 *   next document's first.
 * - One run without row ends: birth, sex, expiry and nationality have to stand in their columns.
 * The first 72 bytes of a passport's 88 must not pass for a 2x36 card: there the nationality's
 * first letter falls among the birth date's digits.
 * - After silence: lengths alone.
 */
#include "scan_frame_part.h"

#include <string.h>

enum digits {
    DIGITS_ANY = 0,
    DIGITS_NONE,
    DIGITS_SOME,
};

/* Columns of the run; each class also takes a filler. */
struct columns {
    uint8_t first, n;
    const char *symbols;
};

#define N_COLUMNS 4
#define DIGITS    "0123456789<"
#define LETTERS   "ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
#define SEXES     "MFX<"

struct shape {
    uint8_t n_lines;
    uint8_t line_len;
    enum digits digits[SCAN_FRAME_LINES_MAX];
    struct columns
        columns[N_COLUMNS]; /* nationality, birth, sex, expiry; dates with check digits */
};

static const struct shape shapes[] = {
    {2, /* TD3, MRV-A */
     44,
     {DIGITS_NONE, DIGITS_SOME},
     {{54, 3, LETTERS}, {57, 7, DIGITS}, {64, 1, SEXES}, {65, 7, DIGITS}}},
    {2, /* TD2, MRV-B */
     36,
     {DIGITS_NONE, DIGITS_SOME},
     {{46, 3, LETTERS}, {49, 7, DIGITS}, {56, 1, SEXES}, {57, 7, DIGITS}}},
    {3, /* TD1 */
     30,
     {DIGITS_ANY, DIGITS_SOME, DIGITS_NONE},
     {{45, 3, LETTERS}, {30, 7, DIGITS}, {37, 1, SEXES}, {38, 7, DIGITS}}},
};

#define N_SHAPES (sizeof shapes / sizeof shapes[0])

static uint8_t run_len(const struct shape *shape)
{
    return (uint8_t)(shape->n_lines * shape->line_len);
}

static bool digits_fit(const uint8_t *p, size_t len, enum digits want)
{
    bool some = false;
    for (size_t i = 0; i < len && !some; i++)
        some = p[i] >= '0' && p[i] <= '9';
    return want == DIGITS_ANY || some == (want == DIGITS_SOME);
}

/* ICAO 9303-3: the first letters of document codes. */
static bool begins_document(const uint8_t *row)
{
    return memchr("ACIPV", row[0], 5) != NULL;
}

/* The first row may be the end of a line: then it must also begin like a document. */
static bool rows_fit(const struct scan_frame *f, const struct shape *shape)
{
    if (f->n_lines < shape->n_lines)
        return false;
    unsigned first = (unsigned)f->n_lines - shape->n_lines;
    for (unsigned i = 1; i < shape->n_lines; i++) {
        const struct scan_line *line = &f->lines[first + i];
        if (f->cut[first + i] || line->len != shape->line_len ||
            !digits_fit(line->text, line->len, shape->digits[i]))
            return false;
    }
    const struct scan_line *line = &f->lines[first];
    if (line->len < shape->line_len)
        return false;
    const uint8_t *row = line->text + line->len - shape->line_len;
    bool whole = !f->cut[first] && line->len == shape->line_len;
    return digits_fit(row, shape->line_len, shape->digits[0]) && (whole || begins_document(row));
}

static bool run_fits(const uint8_t *p, const struct shape *shape)
{
    if (!begins_document(p))
        return false;
    for (size_t i = 0; i < N_COLUMNS; i++) {
        const struct columns *columns = &shape->columns[i];
        for (size_t k = 0; k < columns->n; k++)
            if (p[columns->first + k] == 0 || !strchr(columns->symbols, p[columns->first + k]))
                return false;
    }
    for (size_t i = 0; i < shape->n_lines; i++)
        if (!digits_fit(p + i * shape->line_len, shape->line_len, shape->digits[i]))
            return false;
    return true;
}

bool scan_shape_of_newest(const struct scan_frame *f, uint8_t *n_lines, uint8_t *before)
{
    if (f->n_lines == 0)
        return false;
    const struct scan_line *newest = &f->lines[f->n_lines - 1];
    for (size_t i = 0; i < N_SHAPES; i++) {
        const struct shape *shape = &shapes[i];
        bool rows = rows_fit(f, shape);
        bool run = !rows && newest->len >= run_len(shape) &&
                   run_fits(newest->text + newest->len - run_len(shape), shape);
        if (!rows && !run)
            continue;
        *n_lines = rows ? shape->n_lines : 1;
        const struct scan_line *line = &f->lines[f->n_lines - *n_lines];
        *before = (uint8_t)(line->len - (rows ? shape->line_len : run_len(shape)));
        return true;
    }
    return false;
}

bool scan_shape_of_run(const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < N_SHAPES; i++)
        if (run_len(&shapes[i]) == len)
            return run_fits(p, &shapes[i]);
    return false;
}

static const struct shape *shape_of_len(const struct scan_line *line)
{
    for (size_t i = 0; i < N_SHAPES; i++)
        if (line->len == run_len(&shapes[i]))
            return &shapes[i];
    return NULL;
}

bool scan_shape_of_lengths(const struct scan_frame *f)
{
    if (f->n_lines == 1)
        return !f->cut[0] && shape_of_len(&f->lines[0]);
    for (size_t i = 0; i < N_SHAPES; i++) {
        bool same = f->n_lines == shapes[i].n_lines;
        for (unsigned k = 0; same && k < f->n_lines; k++)
            same = f->lines[k].len == shapes[i].line_len && !f->cut[k];
        if (same)
            return true;
    }
    return false;
}

uint8_t scan_shape_split(const struct scan_line *line, struct scan_line rows[SCAN_FRAME_LINES_MAX])
{
    const struct shape *shape = shape_of_len(line);
    if (!shape)
        return 0;
    for (size_t i = 0; i < shape->n_lines; i++) {
        memcpy(rows[i].text, line->text + i * shape->line_len, shape->line_len);
        rows[i].len = shape->line_len;
    }
    return shape->n_lines;
}
