/* Framing: every marking of issue, noise around it, and the promise that a burst has one garbage
 * report. Each row is fed three ways: at once, byte by byte, and in runs of seven. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan_frame.h"

/* Synthetic documents. */
#define A1      "P<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<"
#define A2      "X0000012<5IDN9603147F3109027<<<<<<<<<<<<<<06"
#define B1      "P<IDNHARTONO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"
#define B2      "X0000020<8IDN8801011M2901010<<<<<<<<<<<<<<02"
#define C1      "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<"
#define C2      "D231458907UTO7408122F1204159<<<<<<<6"
#define D1      "I<UTOD231458907<<<<<<<<<<<<<<<"
#define D2      "7408122F1204159UTO<<<<<<<<<<<6"
#define D3      "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
#define STX     "\x02"
#define ETX     "\x03"
#define SILENCE "\x01" /* in a row: call scan_frame_timeout() here */

/* What came out, as text: S, F(line|line), P(line), G<bytes>:<reason>. */
struct trace {
    char text[4096];
    size_t len;
};

static void trace_event(struct trace *t, const struct scan_event *e)
{
    static const char *const reasons[] = {"none",    "long",   "control", "shape",
                                          "outside", "length", "bcc",     "cut"};
    char *at = t->text + t->len;
    size_t room = sizeof t->text - t->len;
    if (e->kind == SCAN_EVENT_STARTED) {
        t->len += (size_t)snprintf(at, room, "S ");
    } else if (e->kind == SCAN_EVENT_GARBAGE) {
        t->len += (size_t)snprintf(at, room, "G%u:%s ", e->garbage_bytes, reasons[e->garbage]);
    } else {
        t->len += (size_t)snprintf(at, room, "%c(", e->kind == SCAN_EVENT_FRAME ? 'F' : 'P');
        for (unsigned i = 0; i < e->n_lines; i++)
            t->len +=
                (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "%s%.*s", i ? "|" : "",
                                 e->lines[i].len, (const char *)e->lines[i].text);
        t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, ") ");
    }
    assert_true(t->len < sizeof t->text);
}

static void feed(struct scan_frame *f, const uint8_t *p, size_t len, size_t run, struct trace *t)
{
    struct scan_event event;
    for (size_t at = 0; at < len;) {
        size_t part = len - at < run ? len - at : run;
        size_t used = 0;
        while (scan_frame_push(f, p + at, part, &used, &event)) {
            trace_event(t, &event);
            at += used;
            part -= used;
        }
        at += used;
    }
}

static void silence(struct scan_frame *f, struct trace *t)
{
    struct scan_event event;
    while (scan_frame_timeout(f, &event))
        trace_event(t, &event);
    assert_false(scan_frame_pending(f));
}

/* Feeds `input`, with a silence at each SILENCE. */
static void play(const char *profile, const char *input, size_t run, struct trace *t)
{
    struct scan_frame f;
    scan_frame_init(&f, scan_profile_find(profile));
    *t = (struct trace){.len = 0};
    while (*input) {
        size_t n = strcspn(input, SILENCE);
        feed(&f, (const uint8_t *)input, n, run, t);
        input += n;
        if (*input) {
            silence(&f, t);
            input++;
        }
    }
    if (t->len > 0)
        t->text[t->len - 1] = '\0';
}

struct row {
    const char *says;
    const char *profile;
    const char *input;
    const char *expected;
};

static const struct row rows[] = {
    {"CR ends lines", "auto", A1 "\r" A2 "\r", "S F(" A1 "|" A2 ")"},
    {"LF ends lines", "auto", A1 "\n" A2 "\n", "S F(" A1 "|" A2 ")"},
    {"CR LF ends lines", "auto", A1 "\r\n" A2 "\r\n", "S F(" A1 "|" A2 ")"},
    {"CR CR at the end is no second document", "auto", A1 "\r" A2 "\r\r" SILENCE,
     "S F(" A1 "|" A2 ")"},
    {"an empty line before is nothing", "auto", "\r\n" A1 "\r" A2 "\r", "S F(" A1 "|" A2 ")"},
    {"STX lines ETX", "auto", STX A1 "\r" A2 "\r" ETX, "S F(" A1 "|" A2 ")"},
    {"STX lines ETX CR LF", "stx-etx", STX A1 "\r" A2 ETX "\r\n" SILENCE, "S F(" A1 "|" A2 ")"},
    {"the lines profile does without brackets", "lines", A1 "\r" A2 "\r", "S F(" A1 "|" A2 ")"},
    {"no line end after the last row: silence ends it", "auto", A1 "\r" A2 SILENCE,
     "S F(" A1 "|" A2 ")"},
    {"2x36", "auto", C1 "\r\n" C2 "\r\n", "S F(" C1 "|" C2 ")"},
    {"3x30", "auto", D1 "\r\n" D2 "\r\n" D3 "\r\n", "S F(" D1 "|" D2 "|" D3 ")"},
    {"in brackets any lines are a frame", "auto", STX "NO READ\r" ETX, "S F(NO READ)"},
    {"bit 7, _, ? and space pass as they are", "auto",
     STX "P<IDN\xc1_? <"
         "\r" ETX,
     "S F(P<IDN\xc1_? <)"},

    {"two documents in one burst", "auto", A1 "\r" A2 "\r" B1 "\r" B2 "\r",
     "S F(" A1 "|" A2 ") S F(" B1 "|" B2 ")"},
    {"the same document twice", "auto", A1 "\r" A2 "\r" SILENCE A1 "\r" A2 "\r",
     "S F(" A1 "|" A2 ") S F(" A1 "|" A2 ")"},
    {"a second row left over is not married to the next document", "auto", A2 "\r" B1 "\r" B2 "\r",
     "S G44:shape F(" B1 "|" B2 ")"},
    {"a first row left over is not married to the next document", "auto", A1 "\r" B1 "\r" B2 "\r",
     "S G44:shape F(" B1 "|" B2 ")"},
    {"two second rows are no document", "auto", A2 "\r" B2 "\r" B1 "\r" B2 "\r",
     "S G88:shape F(" B1 "|" B2 ")"},
    {"rows swapped wait for silence and stay swapped", "auto", A2 "\r" A1 "\r" SILENCE,
     "S F(" A2 "|" A1 ")"},
    {"half a frame, then silence", "auto", A1 "\r" SILENCE, "S P(" A1 ")"},
    {"half a row, then silence", "auto", "P<IDNRAH" SILENCE, "S P(P<IDNRAH)"},
    {"half a bracket, then silence", "auto",
     STX A1 "\r"
            "X00" SILENCE,
     "S P(" A1 "|X00)"},
    {"a lost ETX costs only time", "auto", STX A1 "\r" A2 "\r" SILENCE, "S F(" A1 "|" A2 ")"},
    {"a lost STX costs nothing", "auto", A1 "\r" A2 ETX, "S F(" A1 "|" A2 ")"},
    {"STX alone", "auto", STX SILENCE, "S G1:shape"},
    {"an empty bracket", "auto", STX ETX, "S G2:shape"},
    {"a bracket broken off by the next", "auto", STX A1 "\r" STX A1 "\r" A2 ETX,
     "S G45:shape F(" A1 "|" A2 ")"},
    {"too many lines in a bracket: its document is still found", "auto",
     STX "1\r2\r3\r4\r" A1 "\r" A2 "\r" ETX, "S G5:shape F(" A1 "|" A2 ")"},
    {"... but not where brackets are needed", "stx-etx", STX "1\r2\r3\r4\r" ETX SILENCE,
     "S G6:shape"},

    {"noise of control bytes before the first row", "auto", "\x7f\x05\x06" A1 "\r" A2 "\r",
     "S G3:control F(" A1 "|" A2 ")"},
    {"noise of letters before the first row", "auto", "zz" A1 "\r" A2 "\r",
     "S G2:shape F(" A1 "|" A2 ")"},
    {"a line of noise before", "auto", "GARBAGE 123\r" A1 "\r" A2 "\r",
     "S G11:shape F(" A1 "|" A2 ")"},
    {"a line of 91 is too long, told once", "auto",
     "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
     "\r" SILENCE,
     "S G91:long"},
    {"a line of 90 is not: after silence it is three rows", "auto",
     "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
     "\r" SILENCE,
     "S F(012345678901234567890123456789|012345678901234567890123456789|"
     "012345678901234567890123456789)"},
    {"a control byte inside a row spoils it", "auto", "P<IDNRAH\x05TI<\r" SILENCE, "S G12:control"},
    {"a good frame follows a spoilt one", "auto", "P<IDN\x05TI<\r" A2 "\r" A1 "\r" A2 "\r",
     "S G53:control F(" A1 "|" A2 ")"},
    {"outside needed brackets all is garbage", "stx-etx", "hello" STX A1 "\r" A2 ETX,
     "S G5:outside F(" A1 "|" A2 ")"},
    {"STX is a control byte to a profile without brackets", "lines", STX A1 "\r" A2 "\r",
     "S G1:control F(" A1 "|" A2 ")"},
};

static void every_row_comes_out_the_same_however_it_arrives(void **state)
{
    (void)state;
    static const size_t runs[] = {4096, 1, 7};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t k = 0; k < sizeof runs / sizeof runs[0]; k++) {
            struct trace t;
            play(rows[i].profile, rows[i].input, runs[k], &t);
            if (strcmp(t.text, rows[i].expected) != 0)
                fail_msg("%s (runs of %zu):\n  got      %s\n  expected %s", rows[i].says, runs[k],
                         t.text, rows[i].expected);
        }
}

static void ten_megabytes_without_a_line_end_are_one_report(void **state)
{
    (void)state;
    static uint8_t noise[10 << 20];
    memset(noise, 'A', sizeof noise);
    struct scan_frame f;
    scan_frame_init(&f, &scan_profile_auto);
    struct trace t = {.len = 0};
    feed(&f, noise, sizeof noise, 4096, &t);
    silence(&f, &t);
    assert_string_equal(t.text, "S G10485760:long ");

    t = (struct trace){.len = 0};
    feed(&f, noise, sizeof noise, 4096, &t);
    feed(&f, (const uint8_t *)"\r" A1 "\r" A2 "\r", 91, 91, &t);
    assert_string_equal(t.text, "S G10485760:long F(" A1 "|" A2 ") ");
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
        feed(&f, noise, sizeof noise, 4096, &t);
    feed(&f, noise, SCAN_FRAME_LINE_LEN_MAX, 4096, &t);
    silence(&f, &t);
    assert_string_equal(t.text, "S G67108864:long G90:shape ");
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
    feed(&f, noise, sizeof noise, 4096, &t);
    silence(&f, &t);
    assert_string_equal(t.text, "S G6990507:shape ");
}

static void profiles_are_found_by_name(void **state)
{
    (void)state;
    for (unsigned i = 0; scan_profile_at(i); i++)
        assert_ptr_equal(scan_profile_find(scan_profile_at(i)->name), scan_profile_at(i));
    assert_null(scan_profile_find("telepathy"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_out_the_same_however_it_arrives),
        cmocka_unit_test(ten_megabytes_without_a_line_end_are_one_report),
        cmocka_unit_test(noise_without_end_is_told_about_now_and_then),
        cmocka_unit_test(ten_megabytes_of_line_ends_and_short_lines_are_one_report),
        cmocka_unit_test(profiles_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
