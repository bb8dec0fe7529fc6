/* From a reader's bytes to the lines of one document.
 *
 * Readers mark documents in few ways, but what arrives is rarely clean: noise when the plug goes
 * in, half a swipe, a bar code, two documents in one burst. So nothing is believed on one mark
 * alone:
 *
 * - Bytes gather into a line until a line end. A line that gets too long keeps only its last 90
 * bytes and is marked cut; a control byte cuts too. What falls off is counted as garbage.
 * - Ended lines stand in a window of three. After each line the newest two or three are compared
 * with the known shapes (ICAO 9303-4, -5, -6: 2x44, 3x30, 2x36). Only the names' row has no digits,
 *   which tells the rows of neighbouring documents apart: a second row left over from half a swipe
 * is not married to the next document's first.
 * - Older lines, and what stands before a first row without a line end between, are garbage. This
 * is the resync: a good frame is found behind anything, with nothing pushed back to the reader of
 *   the line, in constant memory and one pass.
 * - Rows that fit a shape by length but not by digits (a misread name) wait for silence, then go
 * out as they are: judging them is the parser's business.
 * - Between STX and ETX the reader's word is taken: no shape is asked. A bracket that can't be one
 *   (too many or too long lines, control bytes) is dissolved into plain lines.
 *
 * Garbage is told once, with its count, when the burst is over or a frame follows.
 */
#include "scan_frame.h"

#include <assert.h>
#include <string.h>

/* A burst that never ends is told about anyway, every so many bytes. */
#define GARBAGE_TOLD_BYTES (64u << 20)

enum {
    LF = 0x0a,
    CR = 0x0d,
    FIRST_PRINTABLE = 0x20,
};

enum digits {
    DIGITS_ANY = 0,
    DIGITS_NONE,
    DIGITS_SOME,
};

struct shape {
    uint8_t n_lines;
    uint8_t line_len;
    enum digits digits[SCAN_FRAME_LINES_MAX];
};

static const struct shape shapes[] = {
    {2, 44, {DIGITS_NONE, DIGITS_SOME}},             /* TD3, MRV-A */
    {2, 36, {DIGITS_NONE, DIGITS_SOME}},             /* TD2, MRV-B */
    {3, 30, {DIGITS_ANY, DIGITS_SOME, DIGITS_NONE}}, /* TD1 */
};

#define N_SHAPES (sizeof shapes / sizeof shapes[0])

void scan_frame_init(struct scan_frame *f, const struct scan_profile *profile)
{
    assert(profile);
    memset(f, 0, sizeof *f);
    f->profile = profile;
}

bool scan_frame_pending(const struct scan_frame *f)
{
    return f->started || f->has_out;
}

static void garbage_add(struct scan_frame *f, size_t n, enum scan_garbage reason)
{
    if (n == 0)
        return;
    if (f->garbage == SCAN_GARBAGE_NONE)
        f->garbage = reason;
    uint32_t room = UINT32_MAX - f->garbage_bytes;
    f->garbage_bytes += n < room ? (uint32_t)n : room;
}

/* Puts an event together: first the garbage, if any, then `f->out`, if any. */
static bool event_next(struct scan_frame *f, struct scan_event *event)
{
    if (f->garbage_bytes > 0) {
        *event = (struct scan_event){
            .kind = SCAN_EVENT_GARBAGE, .garbage = f->garbage, .garbage_bytes = f->garbage_bytes};
        f->garbage = SCAN_GARBAGE_NONE;
        f->garbage_bytes = 0;
        return true;
    }
    if (!f->has_out)
        return false;
    *event = f->out;
    f->has_out = false;
    return true;
}

static void line_clear(struct scan_frame *f)
{
    f->line.len = 0;
    f->line_cut = false;
}

/* The oldest `n` ended lines leave the window as garbage. */
static void lines_discard(struct scan_frame *f, uint8_t n)
{
    assert(n <= f->n_lines);
    for (uint8_t i = 0; i < n; i++)
        garbage_add(f, f->lines[i].len, SCAN_GARBAGE_SHAPE);
    f->n_lines = (uint8_t)(f->n_lines - n);
    memmove(f->lines, f->lines + n, f->n_lines * sizeof f->lines[0]);
    memmove(f->cut, f->cut + n, f->n_lines * sizeof f->cut[0]);
}

/* Gives the ended lines out as one event and forgets them. */
static void lines_emit(struct scan_frame *f, enum scan_event_kind kind)
{
    assert(!f->has_out && f->n_lines > 0);
    f->out = (struct scan_event){.kind = kind, .n_lines = f->n_lines};
    memcpy(f->out.lines, f->lines, f->n_lines * sizeof f->lines[0]);
    f->has_out = true;
    f->n_lines = 0;
}

static bool digits_fit(const uint8_t *p, size_t len, enum digits want)
{
    bool some = false;
    for (size_t i = 0; i < len && !some; i++)
        some = p[i] >= '0' && p[i] <= '9';
    return want == DIGITS_ANY || some == (want == DIGITS_SOME);
}

/* Whether the newest lines are a document of this shape. The first row may be the end of a line:
 * then it must also begin like a document (ICAO 9303-3 document codes). */
static bool shape_fits(const struct scan_frame *f, const struct shape *shape)
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
    return digits_fit(row, shape->line_len, shape->digits[0]) &&
           (whole || memchr("ACIPV", row[0], 5) != NULL);
}

/* Emits the newest lines if they are a document, with what stood before them as garbage. */
static bool lines_match(struct scan_frame *f)
{
    for (size_t i = 0; i < N_SHAPES; i++) {
        if (!shape_fits(f, &shapes[i]))
            continue;
        lines_discard(f, (uint8_t)(f->n_lines - shapes[i].n_lines));
        struct scan_line *row = &f->lines[0];
        uint8_t before = (uint8_t)(row->len - shapes[i].line_len);
        garbage_add(f, before, SCAN_GARBAGE_SHAPE);
        memmove(row->text, row->text + before, shapes[i].line_len);
        row->len = shapes[i].line_len;
        lines_emit(f, SCAN_EVENT_FRAME);
        return true;
    }
    return false;
}

/* Whether all lines together have a known shape by their lengths alone. */
static bool lines_have_shape(const struct scan_frame *f)
{
    for (size_t i = 0; i < N_SHAPES; i++) {
        bool same = f->n_lines == shapes[i].n_lines;
        for (unsigned k = 0; same && k < f->n_lines; k++)
            same = f->lines[k].len == shapes[i].line_len && !f->cut[k];
        if (same)
            return true;
    }
    return false;
}

/* The reader's brackets turned out to be none: the rest is plain lines, or garbage. */
static void bracket_dissolve(struct scan_frame *f, enum scan_garbage reason)
{
    if (!f->in_bracket)
        return;
    f->in_bracket = false;
    garbage_add(f, 1, reason); /* its start byte */
    if (!f->profile->brackets_needed)
        return;
    lines_discard(f, f->n_lines);
    garbage_add(f, f->line.len, reason);
    line_clear(f);
}

/* The line is over: it joins the window, which makes room. An empty line is nothing. */
static void line_push(struct scan_frame *f)
{
    if (f->line.len == 0) {
        line_clear(f);
        return;
    }
    if (f->n_lines == SCAN_FRAME_LINES_MAX) {
        bracket_dissolve(f, SCAN_GARBAGE_SHAPE);
        if (f->line.len == 0)
            return;
        if (f->n_lines == SCAN_FRAME_LINES_MAX)
            lines_discard(f, 1);
    }
    f->lines[f->n_lines] = f->line;
    f->cut[f->n_lines] = f->line_cut;
    f->n_lines++;
    line_clear(f);
}

/* Appends a run without control bytes; of a line too long, the end is kept. */
static void take_plain(struct scan_frame *f, const uint8_t *p, size_t n)
{
    if (f->line.len + n > SCAN_FRAME_LINE_LEN_MAX)
        bracket_dissolve(f, SCAN_GARBAGE_TOO_LONG);
    if (f->profile->brackets_needed && !f->in_bracket) {
        garbage_add(f, n, SCAN_GARBAGE_OUTSIDE);
        return;
    }
    size_t keep = n < SCAN_FRAME_LINE_LEN_MAX ? n : SCAN_FRAME_LINE_LEN_MAX;
    size_t room = SCAN_FRAME_LINE_LEN_MAX - keep;
    size_t old = f->line.len < room ? f->line.len : room;
    size_t lost = f->line.len - old + n - keep;
    if (lost > 0) {
        garbage_add(f, lost, SCAN_GARBAGE_TOO_LONG);
        f->line_cut = true;
        memmove(f->line.text, f->line.text + f->line.len - old, old);
    }
    memcpy(f->line.text + old, p + n - keep, keep);
    f->line.len = (uint8_t)(old + keep);
}

/* STX: whatever was not finished before it never will be. */
static void take_start(struct scan_frame *f)
{
    bracket_dissolve(f, SCAN_GARBAGE_SHAPE);
    line_push(f);
    lines_discard(f, f->n_lines);
    f->in_bracket = true;
}

/* ETX of a bracket: its lines are the frame. */
static bool take_end(struct scan_frame *f)
{
    line_push(f);
    if (!f->in_bracket) /* the last line was one too many */
        return lines_match(f);
    f->in_bracket = false;
    if (f->n_lines == 0)
        garbage_add(f, 2, SCAN_GARBAGE_SHAPE);
    else
        lines_emit(f, SCAN_EVENT_FRAME);
    return true;
}

static void take_control(struct scan_frame *f)
{
    bracket_dissolve(f, SCAN_GARBAGE_CONTROL);
    garbage_add(f, (size_t)f->line.len + 1,
                f->profile->brackets_needed ? SCAN_GARBAGE_OUTSIDE : SCAN_GARBAGE_CONTROL);
    f->line.len = 0;
    f->line_cut = true;
}

/* Whether `b` ends a line here. An end byte whose start byte was lost is no worse than a line end.
 */
static bool is_line_end(const struct scan_frame *f, uint8_t b)
{
    if (b == CR || b == LF)
        return true;
    return f->profile->frame_end != 0 && b == f->profile->frame_end && !f->in_bracket &&
           !f->profile->brackets_needed;
}

/* One byte below 0x20. Returns true when it completes an outcome. */
static bool take_mark(struct scan_frame *f, uint8_t b)
{
    if (is_line_end(f, b)) {
        line_push(f);
        return !f->in_bracket && lines_match(f);
    }
    if (f->profile->frame_start != 0 && b == f->profile->frame_start) {
        take_start(f);
        return false;
    }
    if (f->profile->frame_end != 0 && b == f->profile->frame_end && f->in_bracket)
        return take_end(f);
    take_control(f);
    return false;
}

static size_t plain_run(const uint8_t *p, size_t len)
{
    size_t n = 0;
    while (n < len && p[n] >= FIRST_PRINTABLE)
        n++;
    return n;
}

bool scan_frame_push(struct scan_frame *f, const uint8_t *p, size_t len, size_t *used,
                     struct scan_event *event)
{
    size_t i = 0;
    bool done = f->has_out;
    while (!done && i < len) {
        if (!f->started && !is_line_end(f, p[i])) {
            f->started = true;
            *event = (struct scan_event){.kind = SCAN_EVENT_STARTED};
            *used = i;
            return true;
        }
        size_t n = plain_run(p + i, len - i);
        if (n > 0)
            take_plain(f, p + i, n);
        else
            done = take_mark(f, p[i]);
        i += n > 0 ? n : 1;
        done = done || f->garbage_bytes >= GARBAGE_TOLD_BYTES;
    }
    *used = i;
    if (!done)
        return false;
    f->started = f->n_lines > 0 || f->line.len > 0 || f->in_bracket;
    return event_next(f, event);
}

bool scan_frame_timeout(struct scan_frame *f, struct scan_event *event)
{
    if (!f->has_out && f->started) {
        line_push(f);
        bool known = lines_match(f);
        if (!known && lines_have_shape(f)) {
            lines_emit(f, SCAN_EVENT_FRAME);
            known = true;
        }
        bool clean = f->garbage_bytes == 0;
        for (unsigned i = 0; i < f->n_lines; i++)
            clean = clean && !f->cut[i];
        if (!known && clean && f->n_lines > 0)
            lines_emit(f, SCAN_EVENT_PARTIAL);
        lines_discard(f, f->n_lines);
        if (!f->has_out && f->garbage_bytes == 0)
            garbage_add(f, 1, SCAN_GARBAGE_SHAPE); /* a start byte and nothing else */
        f->started = false;
        f->in_bracket = false;
        line_clear(f);
    }
    return event_next(f, event);
}

const char *scan_garbage_text(enum scan_garbage garbage)
{
    switch (garbage) {
    case SCAN_GARBAGE_NONE:
        return "none";
    case SCAN_GARBAGE_TOO_LONG:
        return "line too long";
    case SCAN_GARBAGE_CONTROL:
        return "control byte";
    case SCAN_GARBAGE_SHAPE:
        return "lines of no document";
    case SCAN_GARBAGE_OUTSIDE:
        return "outside a frame";
    }
    return "?";
}
