/* Between the parts of the framing machine; for scan_frame*.c only.
 *
 *   scan_frame.c        what comes out, and in which order
 *   scan_frame_line.c   rows with line ends, STX..ETX, or nothing between them
 *   scan_frame_block.c  frames that begin with a header
 *   scan_frame_shape.c  what the rows of a document look like
 */
#ifndef PAMIT_SCAN_FRAME_PART_H
#define PAMIT_SCAN_FRAME_PART_H

#include "scan_frame.h"

enum {
    SOH = 0x01,
    STX = 0x02,
    ETX = 0x03,
    LF = 0x0a,
    CR = 0x0d,
    FIRST_PRINTABLE = 0x20,
};

/* What may stand in a row: everything printable, and NUL, which some readers send for what they
 * could not read. */
static inline bool is_plain(uint8_t b)
{
    return (b >= FIRST_PRINTABLE) | (b == 0);
}

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- scan_frame.c ---- */

void scan_frame_discard(struct scan_frame *f, size_t n, enum scan_garbage reason);

/* The ended lines go out as one event and are forgotten; a frame that is one run is split. */
void scan_frame_emit(struct scan_frame *f, enum scan_event_kind kind);

/* ---- scan_frame_shape.c ---- */

/* Whether the newest ended lines are a document. Sets how many lines it takes, and how many bytes
 * stand before it in the first of them. */
bool scan_shape_of_newest(const struct scan_frame *f, uint8_t *n_lines, uint8_t *before);

/* Whether all ended lines together have the lengths of a document, as rows or as one run. */
bool scan_shape_of_lengths(const struct scan_frame *f);

/* Whether p[0..len) is a whole document in one run, so that nothing need be waited for. */
bool scan_shape_of_run(const uint8_t *p, size_t len);

/* Makes rows of a run. Returns how many, 0 when `line` is none; then `rows` is untouched. */
uint8_t scan_shape_split(const struct scan_line *line, struct scan_line rows[SCAN_FRAME_LINES_MAX]);

/* ---- scan_frame_line.c and scan_frame_block.c: the two machines ---- */

/* Whether the next byte, `b`, says something: after silence it is STARTED. */
bool scan_line_is_speech(const struct scan_frame *f, uint8_t b);
bool scan_block_is_speech(const struct scan_frame *f, uint8_t b);

/* Takes bytes of p[0..len); returns how many: at least one if scan_block_next() is not held. Sets
 * *done when an outcome is ready. */
size_t scan_line_take(struct scan_frame *f, const uint8_t *p, size_t len, bool *done);
size_t scan_block_take(struct scan_frame *f, const uint8_t *p, size_t len, bool *done);

/* Silence: what is held becomes an outcome. */
void scan_line_silence(struct scan_frame *f);
void scan_block_silence(struct scan_frame *f);

/* Whether a frame has begun. */
bool scan_line_begun(const struct scan_frame *f);
bool scan_block_begun(const struct scan_frame *f);

/* The held byte to be looked at next, NULL when none: pushed back, or not reached yet. */
const uint8_t *scan_block_next(const struct scan_frame *f);

#endif
