/* Scan frames: a reader's bytes become the lines of one document. Pure; no clock, no allocation.
 *
 * A frame is 1..3 lines of at most 90 bytes, at most 1024 bytes with all its marks. The profile
 * (data, one row per kind of reader) says how the reader marks it. Bytes are never changed, padded
 * or dropped inside a line: bit 7 and the marks of what was not read ('_', '?', space, NUL) are the
 * parser's to judge.
 *
 * What comes out, in order, for each burst of bytes:
 *   STARTED  the first byte after silence or after the last outcome ("reading" on the screen); row
 *            ends and, where rows are what is looked for, control bytes do not start anything
 *   GARBAGE  bytes that are no document: how many, and the first reason. Once per burst, at the
 *            burst's end or just before the frame that follows it, never in between.
 *   FRAME    a document: lines of a known shape (2x44, 2x36, 3x30), or whatever the reader's own
 *            marks enclose
 *   PARTIAL  some lines, then silence: not all of a document
 * Every STARTED is followed by at least one other event, at the latest on scan_frame_timeout().
 */
#ifndef PAMIT_SCAN_FRAME_H
#define PAMIT_SCAN_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan_profile.h"

#define SCAN_FRAME_LINES_MAX    3
#define SCAN_FRAME_LINE_LEN_MAX 90
#define SCAN_FRAME_LEN_MAX      1024 /* with all marks; DESKO's own bound, see scan_profile.c */

struct scan_line {
    uint8_t text[SCAN_FRAME_LINE_LEN_MAX]; /* as read; no NUL at the end */
    uint8_t len;
};

enum scan_event_kind {
    SCAN_EVENT_NONE = 0,
    SCAN_EVENT_STARTED,
    SCAN_EVENT_FRAME,
    SCAN_EVENT_PARTIAL,
    SCAN_EVENT_GARBAGE,
    SCAN_EVENT_OPENED, /* from scanner.h only: the reader is there */
    SCAN_EVENT_GONE,   /* from scanner.h only: the reader went away, or never was there */
    SCAN_EVENT_QUIET,  /* from scanner.h only: its line is there, but it does not answer */
    SCAN_EVENT_HEARD,  /* from scanner.h only: it says something again */
};

enum scan_garbage {
    SCAN_GARBAGE_NONE = 0,
    SCAN_GARBAGE_TOO_LONG, /* a line or frame longer than any document's */
    SCAN_GARBAGE_CONTROL,  /* a control byte that the profile does not know */
    SCAN_GARBAGE_SHAPE,    /* lines that belong to no document, or too many of them */
    SCAN_GARBAGE_OUTSIDE,  /* bytes outside the frame marks that the profile demands */
    SCAN_GARBAGE_LENGTH,   /* a length that the frame does not have, or that can't be */
    SCAN_GARBAGE_BCC,      /* a wrong block check character */
    SCAN_GARBAGE_CUT,      /* a frame that ended before its end */
};

struct scan_event {
    enum scan_event_kind kind;
    uint8_t n_lines; /* FRAME, PARTIAL: 1..3 */
    struct scan_line lines[SCAN_FRAME_LINES_MAX];
    enum scan_garbage garbage; /* GARBAGE: the first reason */
    uint32_t garbage_bytes;    /* GARBAGE: how many, > 0 */
};

/* A frame with a header (SOH, or 'I' and its length) while its bytes come in; scan_frame_block.c.
 */
struct scan_block {
    uint8_t bytes[SCAN_FRAME_LEN_MAX];
    uint16_t begin, n_held; /* bytes[begin..begin + n_held) are held: it, and what it pushed back */
    uint16_t pos;           /* how many of them have been looked at */
    uint16_t text_end;      /* just behind the rows; 0: not reached */
    uint8_t n_lines, line_len; /* of the rows so far */
};

/* The machine. Plain storage of the caller; its fields are scan_frame*.c's own. */
struct scan_frame {
    const struct scan_profile *profile;
    bool started;       /* STARTED was given, its outcome was not */
    bool in_bracket;    /* between STX and ETX */
    bool has_out;       /* `out` waits behind a GARBAGE */
    bool line_cut;      /* the beginning of `line` was lost: it cannot be a whole line */
    uint8_t n_lines;    /* ended ones */
    uint16_t bracket_n; /* bytes since STX, itself included */
    struct scan_line lines[SCAN_FRAME_LINES_MAX]; /* ended lines, oldest first */
    bool cut[SCAN_FRAME_LINES_MAX];
    struct scan_line line; /* the line being read; when too long, its last 90 bytes */
    struct scan_block block;
    enum scan_garbage garbage;
    uint32_t garbage_bytes;
    struct scan_event out;
};

/* Starts, or starts again, with nothing read. `profile` is borrowed while `f` is used. */
void scan_frame_init(struct scan_frame *f, const struct scan_profile *profile);

/* Takes bytes from p[0..len) up to the next event. Sets *used to the bytes taken. Returns true with
 * an event in *event: call again with the rest, also when the rest is empty. Returns false when all
 * bytes are taken and no event waits. */
bool scan_frame_push(struct scan_frame *f, const uint8_t *p, size_t len, size_t *used,
                     struct scan_event *event);

/* The reader has been silent for the profile's silence_ms: what is there is all there will be.
 * Returns true with an event: call again until false. */
bool scan_frame_timeout(struct scan_frame *f, struct scan_event *event);

/* True when bytes are held that a timeout would turn into an event. */
bool scan_frame_pending(const struct scan_frame *f);

/* For the log: "too long", "control byte", ...; never NULL. */
const char *scan_garbage_text(enum scan_garbage garbage);

#endif
