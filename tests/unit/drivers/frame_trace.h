/* Tables of framing tests: what a reader sends, and what comes out, as text.
 *
 * In the input SILENCE stands for a call of scan_frame_timeout(). In the output: S(TARTED),
 * F(line|line) for a frame, P(line) for a part of one, G<bytes>:<reason> for garbage; NUL in a line
 * is shown as ~. */
#ifndef PAMIT_TEST_FRAME_TRACE_H
#define PAMIT_TEST_FRAME_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "scan_frame.h"

#define SILENCE "\x1f"

struct frame_row {
    const char *says;
    const char *profile;
    const char *input;
    size_t input_len;
    const char *expected;
};

/* Literal bytes with NULs, as two members. */
#define BYTES(literal) (literal), sizeof(literal) - 1

struct trace {
    char text[4096];
    size_t len;
};

void trace_feed(struct scan_frame *f, const uint8_t *p, size_t len, size_t run, struct trace *t);
void trace_silence(struct scan_frame *f, struct trace *t);

/* Each row is fed three ways: at once, byte by byte, and in runs of seven. */
void frame_rows_check(const struct frame_row *rows, size_t n);

/* Synthetic documents. */
#define A1 "P<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<"
#define A2 "X0000012<5IDN9603147F3109027<<<<<<<<<<<<<<06"
#define B1 "P<IDNHARTONO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"
#define B2 "X0000020<8IDN8801011M2901010<<<<<<<<<<<<<<02"
#define C1 "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<"
#define C2 "D231458907UTO7408122F1204159<<<<<<<6"
#define D1 "I<UTOD231458907<<<<<<<<<<<<<<<"
#define D2 "7408122F1204159UTO<<<<<<<<<<<6"
#define D3 "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
#define FA "F(" A1 "|" A2 ")"
#define FB "F(" B1 "|" B2 ")"
#define FC "F(" C1 "|" C2 ")"
#define FD "F(" D1 "|" D2 "|" D3 ")"

#endif
