/* Frames whose rows end: lines, possibly between STX and ETX; or nothing between the rows.
 *
 * - Bytes gather into a line until a line end. A line that gets too long keeps only its last 90
 *   bytes and is marked cut; a control byte cuts too. What falls off is counted as garbage.
 * - Ended lines stand in a window of three. After each line the newest are compared with the known
 *   shapes (scan_frame_shape.c). Older lines, and what stands before a first row without a line end
 *   between, are garbage. This is the resync: nothing is pushed back.
 * - A line that is a whole document in one run goes out at its last byte: no line end needs to
 * come. Only a run that is known from its first byte; what follows noise waits for its end.
 * - Rows that fit a shape by length but not by digits (a misread name, rows swapped) wait for
 *   silence, then go out as they are: judging them is the parser's business.
 * - Between STX and ETX the reader's word is taken: no shape is asked. A bracket that can't be one
 *   (too many or too long lines, control bytes, over 1024 bytes) is dissolved into plain lines.
 */
#include "scan_frame_part.h"

#include <assert.h>
#include <string.h>

#define PARITY_BIT 0x80

/* Where a run may end as a document. */
static const uint8_t run_lens[] = {72, 88, 90};

static bool brackets_known(const struct scan_frame *f)
{
    return f->profile->framing != SCAN_FRAMING_LINES;
}

static bool brackets_needed(const struct scan_frame *f)
{
    return f->profile->framing == SCAN_FRAMING_STX_ETX;
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
        scan_frame_discard(f, f->lines[i].len, SCAN_GARBAGE_SHAPE);
    f->n_lines = (uint8_t)(f->n_lines - n);
    memmove(f->lines, f->lines + n, f->n_lines * sizeof f->lines[0]);
    memmove(f->cut, f->cut + n, f->n_lines * sizeof f->cut[0]);
}

/* Emits the newest lines if they are a document, with what stood before them as garbage. */
static bool lines_match(struct scan_frame *f)
{
    uint8_t n_lines, before;
    if (!scan_shape_of_newest(f, &n_lines, &before))
        return false;
    lines_discard(f, (uint8_t)(f->n_lines - n_lines));
    struct scan_line *row = &f->lines[0];
    scan_frame_discard(f, before, SCAN_GARBAGE_SHAPE);
    row->len = (uint8_t)(row->len - before);
    memmove(row->text, row->text + before, row->len);
    scan_frame_emit(f, SCAN_EVENT_FRAME);
    return true;
}

/* The reader's brackets turned out to be none: the rest is plain lines, or garbage. */
static void bracket_dissolve(struct scan_frame *f, enum scan_garbage reason)
{
    if (!f->in_bracket)
        return;
    f->in_bracket = false;
    scan_frame_discard(f, 1, reason); /* its STX */
    if (!brackets_needed(f))
        return;
    lines_discard(f, f->n_lines);
    scan_frame_discard(f, f->line.len, reason);
    line_clear(f);
}

/* NULs and nothing else: a break on the line, not a row of which nothing could be read. */
static bool is_break(const struct scan_line *line)
{
    size_t i = 0;
    while (i < line->len && line->text[i] == 0)
        i++;
    return i == line->len;
}

/* The line is over: it joins the window, which makes room. An empty line is nothing. */
static void line_push(struct scan_frame *f)
{
    if (is_break(&f->line)) {
        scan_frame_discard(f, f->line.len, SCAN_GARBAGE_CONTROL);
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

/* Appends plain bytes; of a line too long, the end is kept. */
static void line_append(struct scan_frame *f, const uint8_t *p, size_t n)
{
    size_t keep = n < SCAN_FRAME_LINE_LEN_MAX ? n : SCAN_FRAME_LINE_LEN_MAX;
    size_t room = SCAN_FRAME_LINE_LEN_MAX - keep;
    size_t old = f->line.len < room ? f->line.len : room;
    size_t lost = f->line.len - old + n - keep;
    if (lost > 0) {
        scan_frame_discard(f, lost, SCAN_GARBAGE_TOO_LONG);
        f->line_cut = true;
        memmove(f->line.text, f->line.text + f->line.len - old, old);
    }
    memcpy(f->line.text + old, p + n - keep, keep);
    f->line.len = (uint8_t)(old + keep);
}

/* How many of `n` more bytes to take before the run has to be looked at. */
static size_t run_part(const struct scan_frame *f, size_t n)
{
    for (size_t i = 0; i < sizeof run_lens; i++)
        if (f->line.len < run_lens[i])
            return smaller(n, (size_t)run_lens[i] - f->line.len);
    return n;
}

/* A run of plain bytes, as far as nothing has to be decided within. */
static size_t take_plain(struct scan_frame *f, const uint8_t *p, size_t n, bool *done)
{
    if (f->line.len == SCAN_FRAME_LINE_LEN_MAX)
        bracket_dissolve(f, SCAN_GARBAGE_TOO_LONG);
    if (f->in_bracket) {
        n = smaller(n, (size_t)SCAN_FRAME_LINE_LEN_MAX - f->line.len);
        n = smaller(n, (size_t)SCAN_FRAME_LEN_MAX - f->bracket_n);
        line_append(f, p, n);
        return n;
    }
    if (brackets_needed(f)) {
        scan_frame_discard(f, n, SCAN_GARBAGE_OUTSIDE);
        return n;
    }
    if (!f->line_cut)
        n = run_part(f, n);
    line_append(f, p, n);
    if (!f->line_cut && scan_shape_of_run(f->line.text, f->line.len)) {
        line_push(f);
        *done = lines_match(f);
    }
    return n;
}

/* STX: whatever was not finished before it never will be. */
static void take_start(struct scan_frame *f)
{
    bracket_dissolve(f, SCAN_GARBAGE_SHAPE);
    line_push(f);
    lines_discard(f, f->n_lines);
    f->in_bracket = true;
    f->bracket_n = 0;
}

/* ETX of a bracket: its lines are the frame. */
static bool take_end(struct scan_frame *f)
{
    line_push(f);
    if (!f->in_bracket) /* the last line was one too many */
        return lines_match(f);
    f->in_bracket = false;
    if (f->n_lines == 0)
        scan_frame_discard(f, 2, SCAN_GARBAGE_SHAPE);
    else
        scan_frame_emit(f, SCAN_EVENT_FRAME);
    return true;
}

static void take_control(struct scan_frame *f)
{
    bracket_dissolve(f, SCAN_GARBAGE_CONTROL);
    scan_frame_discard(f, (size_t)f->line.len + 1,
                       brackets_needed(f) ? SCAN_GARBAGE_OUTSIDE : SCAN_GARBAGE_CONTROL);
    f->line.len = 0;
    f->line_cut = true;
}

/* CR and LF, also with a parity bit that a line of 8 data bits takes for one of theirs: rows that
 * end can be told what is wrong with them. */
static bool is_row_end(uint8_t b)
{
    b &= (uint8_t)~PARITY_BIT;
    return (b == CR) | (b == LF);
}

/* Whether `b` ends a line here. An ETX whose STX was lost is no worse than a line end. */
static bool is_line_end(const struct scan_frame *f, uint8_t b)
{
    if (is_row_end(b))
        return true;
    return b == ETX && f->profile->framing == SCAN_FRAMING_AUTO && !f->in_bracket;
}

/* A control byte when nothing has begun: what some readers put around a frame, or send when it is
 * over. It begins nothing, and above all ends no verdict. */
static bool is_idle(const struct scan_frame *f, uint8_t b)
{
    return !f->started && !is_plain(b) && !(b == STX && brackets_known(f));
}

/* One byte that can't stand in a row. Returns true when it completes an outcome. */
static bool take_mark(struct scan_frame *f, uint8_t b)
{
    if (is_line_end(f, b)) {
        line_push(f);
        return !f->in_bracket && lines_match(f);
    }
    if (b == ETX && f->in_bracket)
        return take_end(f);
    if (b == STX && brackets_known(f))
        take_start(f);
    else if (!is_idle(f, b))
        take_control(f);
    return false;
}

/* Summed, not asked one by one: noise makes branches of them that nobody foretells. */
static size_t plain_run(const uint8_t *p, size_t len)
{
    size_t n = 0;
    while (n < len && is_plain(p[n]) - is_row_end(p[n]) > 0)
        n++;
    return n;
}

bool scan_line_is_speech(const struct scan_frame *f, uint8_t b)
{
    return !is_line_end(f, b) && !is_idle(f, b);
}

bool scan_line_begun(const struct scan_frame *f)
{
    return f->n_lines > 0 || f->line.len > 0 || f->in_bracket;
}

size_t scan_line_take(struct scan_frame *f, const uint8_t *p, size_t len, bool *done)
{
    if (f->in_bracket && f->bracket_n >= SCAN_FRAME_LEN_MAX)
        bracket_dissolve(f, SCAN_GARBAGE_TOO_LONG);
    size_t n = plain_run(p, len);
    if (n > 0) {
        n = take_plain(f, p, n, done);
    } else {
        *done = take_mark(f, p[0]);
        n = 1;
    }
    if (f->in_bracket)
        f->bracket_n = (uint16_t)(f->bracket_n + n);
    return n;
}

void scan_line_silence(struct scan_frame *f)
{
    line_push(f);
    bool known = lines_match(f);
    if (!known && scan_shape_of_lengths(f)) {
        scan_frame_emit(f, SCAN_EVENT_FRAME);
        known = true;
    }
    bool clean = f->garbage_bytes == 0;
    for (unsigned i = 0; i < f->n_lines; i++)
        clean = clean && !f->cut[i];
    if (!known && clean && f->n_lines > 0)
        scan_frame_emit(f, SCAN_EVENT_PARTIAL);
    lines_discard(f, f->n_lines);
    if (!f->has_out && f->garbage_bytes == 0)
        scan_frame_discard(f, 1, SCAN_GARBAGE_SHAPE); /* an STX and nothing else */
    f->in_bracket = false;
    line_clear(f);
}
