/* Framing of rows that end with line ends, STX..ETX, or nothing: every marking, noise around it,
 * and the promise that a burst has one garbage report. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "frame_trace.h"

#define STX "\x02"
#define ETX "\x03"

/* Rows as a 7E1 reader sends them, read with 8 data bits: even parity in bit 7. */
#define PARITY_ROW "P<\xc9\xc4\xcb"
#define PARITY_CR  "\x8d"

/* 931 CRs: with the rest of a bracket 1024 bytes. */
#define CR_10  "\r\r\r\r\r\r\r\r\r\r"
#define CR_100 CR_10 CR_10 CR_10 CR_10 CR_10 CR_10 CR_10 CR_10 CR_10 CR_10
#define CR_931 CR_100 CR_100 CR_100 CR_100 CR_100 CR_100 CR_100 CR_100 CR_100 CR_10 CR_10 CR_10 "\r"

static const struct frame_row rows[] = {
    {"CR ends lines", "auto", BYTES(A1 "\r" A2 "\r"), "S " FA},
    {"LF ends lines", "auto", BYTES(A1 "\n" A2 "\n"), "S " FA},
    {"CR LF ends lines", "auto", BYTES(A1 "\r\n" A2 "\r\n"), "S " FA},
    {"CR CR at the end is no second document", "auto", BYTES(A1 "\r" A2 "\r\r" SILENCE), "S " FA},
    {"an empty line before is nothing", "auto", BYTES("\r\n" A1 "\r" A2 "\r"), "S " FA},
    {"STX lines ETX", "auto", BYTES(STX A1 "\r" A2 "\r" ETX), "S " FA},
    {"STX lines ETX CR LF", "stx-etx", BYTES(STX A1 "\r" A2 ETX "\r\n" SILENCE), "S " FA},
    {"the lines profile does without brackets", "lines", BYTES(A1 "\r" A2 "\r"), "S " FA},
    {"no line end after the last row: silence ends it", "auto", BYTES(A1 "\r" A2 SILENCE), "S " FA},
    {"2x36", "auto", BYTES(C1 "\r\n" C2 "\r\n"), "S " FC},
    {"3x30", "auto", BYTES(D1 "\r\n" D2 "\r\n" D3 "\r\n"), "S F(" D1 "|" D2 "|" D3 ")"},
    {"in brackets any lines are a frame", "auto", BYTES(STX "NO READ\r" ETX), "S F(NO READ)"},
    {"bit 7, _, ? and space pass as they are", "auto",
     BYTES(STX "P<IDN\xc1_? <"
               "\r" ETX),
     "S F(P<IDN\xc1_? <)"},
    {"two documents in one burst", "auto", BYTES(A1 "\r" A2 "\r" B1 "\r" B2 "\r"),
     "S F(" A1 "|" A2 ") S F(" B1 "|" B2 ")"},
    {"the same document twice", "auto", BYTES(A1 "\r" A2 "\r" SILENCE A1 "\r" A2 "\r"),
     "S F(" A1 "|" A2 ") S F(" A1 "|" A2 ")"},
    {"a second row left over is not married to the next document", "auto",
     BYTES(A2 "\r" B1 "\r" B2 "\r"), "S G44:shape F(" B1 "|" B2 ")"},
    {"a first row left over is not married to the next document", "auto",
     BYTES(A1 "\r" B1 "\r" B2 "\r"), "S G44:shape F(" B1 "|" B2 ")"},
    {"two second rows are no document", "auto", BYTES(A2 "\r" B2 "\r" B1 "\r" B2 "\r"),
     "S G88:shape F(" B1 "|" B2 ")"},
    {"rows swapped wait for silence and stay swapped", "auto", BYTES(A2 "\r" A1 "\r" SILENCE),
     "S F(" A2 "|" A1 ")"},
    {"half a frame, then silence", "auto", BYTES(A1 "\r" SILENCE), "S P(" A1 ")"},
    {"half a row, then silence", "auto", BYTES("P<IDNRAH" SILENCE), "S P(P<IDNRAH)"},
    {"half a bracket, then silence", "auto",
     BYTES(STX A1 "\r"
                  "X00" SILENCE),
     "S P(" A1 "|X00)"},
    {"a lost ETX costs only time", "auto", BYTES(STX A1 "\r" A2 "\r" SILENCE), "S " FA},
    {"a lost STX costs nothing", "auto", BYTES(A1 "\r" A2 ETX), "S " FA},
    {"STX alone", "auto", BYTES(STX SILENCE), "S G1:shape"},
    {"an empty bracket", "auto", BYTES(STX ETX), "S G2:shape"},
    {"a bracket broken off by the next", "auto", BYTES(STX A1 "\r" STX A1 "\r" A2 ETX),
     "S G45:shape F(" A1 "|" A2 ")"},
    {"too many lines in a bracket: its document is still found", "auto",
     BYTES(STX "1\r2\r3\r4\r" A1 "\r" A2 "\r" ETX), "S G5:shape F(" A1 "|" A2 ")"},
    {"... but not where brackets are needed", "stx-etx", BYTES(STX "1\r2\r3\r4\r" ETX SILENCE),
     "S G6:shape"},
    {"noise of control bytes before the first row", "auto", BYTES("\x7f\x05\x06" A1 "\r" A2 "\r"),
     "S G3:control F(" A1 "|" A2 ")"},
    {"noise of letters before the first row", "auto", BYTES("zz" A1 "\r" A2 "\r"),
     "S G2:shape F(" A1 "|" A2 ")"},
    {"... unless what follows them does not begin like a document", "auto",
     BYTES("zzX<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<\r" A2 "\r" SILENCE),
     "S P(zzX<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<|" A2 ")"},
    {"a line of noise before", "auto", BYTES("GARBAGE 123\r" A1 "\r" A2 "\r"),
     "S G11:shape F(" A1 "|" A2 ")"},
    {"a line of 91 is too long, told once", "auto",
     BYTES("012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
           "7890"
           "\r" SILENCE),
     "S G91:long"},
    {"a line of 90 is not: after silence it is three rows", "auto",
     BYTES("012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"
           "789"
           "\r" SILENCE),
     "S F(012345678901234567890123456789|012345678901234567890123456789|"
     "012345678901234567890123456789)"},
    {"a control byte inside a row spoils it", "auto", BYTES("P<IDNRAH\x05TI<\r" SILENCE),
     "S G12:control"},
    {"a good frame follows a spoilt one", "auto", BYTES("P<IDN\x05TI<\r" A2 "\r" A1 "\r" A2 "\r"),
     "S G53:control F(" A1 "|" A2 ")"},
    {"outside needed brackets all is garbage", "stx-etx", BYTES("hello" STX A1 "\r" A2 ETX),
     "S G5:outside F(" A1 "|" A2 ")"},
    {"a row behind a control byte may be the end of a longer one", "auto",
     BYTES(A1 "\r\x05" A2 "\r" SILENCE), "S G89:control"},
    {"STX and ETX are control bytes to a profile without brackets", "lines",
     BYTES(STX A1 "\r" A2 "\r" ETX SILENCE), "S " FA},
    {"... which spoil a row", "lines", BYTES(A1 "\r" A2 ETX SILENCE), "S G89:control"},

    {"nothing between the rows: 72 bytes are 2x36, at once", "auto", BYTES(C1 C2), "S " FC},
    {"... 88 are 2x44, at once, though its first 72 are 2x36 by length", "auto", BYTES(A1 A2),
     "S " FA},
    {"... 90 are 3x30, at once", "lines", BYTES(D1 D2 D3), "S " FD},
    {"... and a line end behind it is nothing", "auto", BYTES(A1 A2 "\r" SILENCE), "S " FA},
    {"... two of them", "auto", BYTES(A1 A2 B1 B2), "S " FA " S " FB},
    {"... of different kinds", "auto", BYTES(C1 C2 D1 D2 D3 A1 A2), "S " FC " S " FD " S " FA},
    {"... misread in a date: waits for silence, then length decides", "auto",
     BYTES(A1 "X0000012<5IDN96?3147F3109027<<<<<<<<<<<<<<06" SILENCE),
     "S F(" A1 "|X0000012<5IDN96?3147F3109027<<<<<<<<<<<<<<06)"},
    {"... 87 bytes are a part", "auto",
     BYTES(A1 "X0000012<5IDN9603147F3109027<<<<<<<<<<<<<<0" SILENCE),
     "S P(" A1 "X0000012<5IDN9603147F3109027<<<<<<<<<<<<<<0)"},
    {"... behind noise the line end decides", "auto", BYTES("zz" C1 C2 "\r"), "S G2:shape " FC},
    {"... behind more noise than a line holds too", "auto", BYTES(B1 B1 A1 A2 "\r"),
     "S G88:long " FA},
    {"... behind noise without a line end silence decides", "auto", BYTES("zz" A1 A2 SILENCE),
     "S G2:shape " FA},
    {"... a row too few, then a document", "auto", BYTES(A1 B1 B2 SILENCE), "S G44:long " FB},
    {"... between STX and ETX", "stx-etx", BYTES(STX A1 A2 ETX), "S " FA},
    {"a parity bit does not hide the end of a row", "auto",
     BYTES(PARITY_ROW PARITY_CR PARITY_ROW PARITY_CR "\n" SILENCE),
     "S P(" PARITY_ROW "|" PARITY_ROW ")"},
    {"parity bits stay as they are", "lines", BYTES(PARITY_ROW "\r" SILENCE),
     "S P(" PARITY_ROW ")"},

    {"NUL is a mark of what was not read", "auto",
     BYTES("P<IDNRAH\0AWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<\r" A2 "\r"),
     "S F(P<IDNRAH~AWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<|" A2 ")"},
    {"... also at a row's first and last place", "auto",
     BYTES("\0<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<\0\r" A2 "\r"),
     "S F(~<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<~|" A2 ")"},
    {"_ ? and space are marks too", "lines",
     BYTES("P<IDNRAH_AWATI<<S?TI<< <<<<<<<<<<<<<<<<<<<<<\r" A2 "\r"),
     "S F(P<IDNRAH_AWATI<<S?TI<< <<<<<<<<<<<<<<<<<<<<<|" A2 ")"},
    {"NULs alone are a break on the line", "auto", BYTES("\0\0\0" SILENCE), "S G3:control"},
    {"a break before a row is garbage", "auto", BYTES("\0\0" A1 "\r" A2 "\r"), "S G2:shape " FA},

    {"a bracket of 1024 bytes is a frame", "stx-etx", BYTES(STX CR_931 A1 "\r" A2 "\r\r" ETX),
     "S " FA},
    {"... one of 1025 is not", "stx-etx", BYTES(STX CR_931 "\r" A1 "\r" A2 "\r\r" ETX SILENCE),
     "S G90:long"},
    {"SOD and EOD around a bracket are nothing", "desko",
     BYTES("\x1c" STX A1 "\r" A2 "\r" ETX "\x1d" SILENCE), "S " FA},
    {"... letters are not", "desko", BYTES("O" STX A1 "\r" A2 "\r" ETX SILENCE),
     "S G1:outside " FA},
    {"... of any reader", "auto", BYTES("\x1c" STX A1 "\r" A2 "\r" ETX "\x1d" SILENCE), "S " FA},
    {"... with rows too", "lines", BYTES("\x1c" A1 "\r" A2 "\r\x1d" SILENCE), "S " FA},
    {"... but not in the middle of garbage", "desko", BYTES("O\x1c" STX A1 "\r" A2 "\r" ETX),
     "S G2:outside " FA},
    {"... and control bytes alone are nothing", "auto", BYTES("\x05\x16\x1c" SILENCE), ""},
    {"a handheld that sends one run and CR", "honeywell", BYTES(A1 A2 "\r" SILENCE), "S " FA},
    {"a handheld that sends row by row", "code", BYTES(A1 "\r" A2 "\r"), "S " FA},
};

static void every_row_comes_out_the_same_however_it_arrives(void **state)
{
    (void)state;
    frame_rows_check(rows, sizeof rows / sizeof rows[0]);
}

static void ten_megabytes_without_a_line_end_are_one_report(void **state)
{
    (void)state;
    static uint8_t noise[10 << 20];
    memset(noise, 'A', sizeof noise);
    struct scan_frame f;
    scan_frame_init(&f, &scan_profile_auto);
    struct trace t = {.len = 0};
    trace_feed(&f, noise, sizeof noise, 4096, &t);
    trace_silence(&f, &t);
    assert_string_equal(t.text, "S G10485760:long");

    t = (struct trace){.len = 0};
    trace_feed(&f, noise, sizeof noise, 4096, &t);
    trace_feed(&f, (const uint8_t *)"\r" A1 "\r" A2 "\r", 91, 91, &t);
    assert_string_equal(t.text, "S G10485760:long F(" A1 "|" A2 ")");
}

/* The report every 64 MB must not make the rest of the burst look like the whole of a line. */
static void noise_without_end_is_told_about_now_and_then(void **state)
{
    (void)state;
    static uint8_t noise[1 << 20];
    memset(noise, 'A', sizeof noise);
    struct scan_frame f;
    scan_frame_init(&f, &scan_profile_auto);
    struct trace t = {.len = 0};
    for (int i = 0; i < 64; i++)
        trace_feed(&f, noise, sizeof noise, 4096, &t);
    trace_feed(&f, noise, SCAN_FRAME_LINE_LEN_MAX, 4096, &t);
    trace_silence(&f, &t);
    assert_string_equal(t.text, "S G67108864:long G90:shape");
}

static void ten_megabytes_of_line_ends_and_short_lines_are_one_report(void **state)
{
    (void)state;
    static uint8_t noise[10 << 20];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = i % 3 == 2 ? '\r' : '7';
    struct scan_frame f;
    scan_frame_init(&f, &scan_profile_auto);
    struct trace t = {.len = 0};
    trace_feed(&f, noise, sizeof noise, 4096, &t);
    trace_silence(&f, &t);
    assert_string_equal(t.text, "S G6990507:shape");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_out_the_same_however_it_arrives),
        cmocka_unit_test(ten_megabytes_without_a_line_end_are_one_report),
        cmocka_unit_test(noise_without_end_is_told_about_now_and_then),
        cmocka_unit_test(ten_megabytes_of_line_ends_and_short_lines_are_one_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
