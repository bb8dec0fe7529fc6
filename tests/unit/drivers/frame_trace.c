#include "frame_trace.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void trace_put(struct trace *t, char c)
{
    assert_true(t->len + 1 < sizeof t->text);
    t->text[t->len++] = c;
    t->text[t->len] = '\0';
}

static void trace_lines(struct trace *t, const struct scan_event *e)
{
    trace_put(t, e->kind == SCAN_EVENT_FRAME ? 'F' : 'P');
    for (unsigned i = 0; i < e->n_lines; i++) {
        trace_put(t, i ? '|' : '(');
        for (unsigned k = 0; k < e->lines[i].len; k++)
            trace_put(t, e->lines[i].text[k] ? (char)e->lines[i].text[k] : '~');
    }
    trace_put(t, ')');
}

static void trace_event(struct trace *t, const struct scan_event *e)
{
    static const char *const reasons[] = {"none",    "long",   "control", "shape",
                                          "outside", "length", "bcc",     "cut"};
    if (t->len > 0)
        trace_put(t, ' ');
    if (e->kind == SCAN_EVENT_STARTED)
        trace_put(t, 'S');
    else if (e->kind == SCAN_EVENT_GARBAGE)
        t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "G%u:%s",
                                   e->garbage_bytes, reasons[e->garbage]);
    else
        trace_lines(t, e);
    assert_true(t->len < sizeof t->text);
}

void trace_feed(struct scan_frame *f, const uint8_t *p, size_t len, size_t run, struct trace *t)
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
        assert_int_equal(used, part);
        at += used;
    }
}

void trace_silence(struct scan_frame *f, struct trace *t)
{
    struct scan_event event;
    while (scan_frame_timeout(f, &event))
        trace_event(t, &event);
    assert_false(scan_frame_pending(f));
}

static void play(const struct frame_row *row, size_t run, struct trace *t)
{
    struct scan_frame f;
    const struct scan_profile *profile = scan_profile_find(row->profile);
    assert_non_null(profile);
    scan_frame_init(&f, profile);
    *t = (struct trace){.len = 0};
    const char *input = row->input, *end = row->input + row->input_len;
    while (input < end) {
        const char *silence = memchr(input, SILENCE[0], (size_t)(end - input));
        size_t n = (size_t)((silence ? silence : end) - input);
        trace_feed(&f, (const uint8_t *)input, n, run, t);
        if (silence)
            trace_silence(&f, t);
        input += n + (silence ? 1 : 0);
    }
}

void frame_rows_check(const struct frame_row *rows, size_t n)
{
    static const size_t runs[] = {4096, 1, 7};
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof runs / sizeof runs[0]; k++) {
            struct trace t;
            play(&rows[i], runs[k], &t);
            if (strcmp(t.text, rows[i].expected) != 0)
                fail_msg("%s (runs of %zu):\n  got      %s\n  expected %s", rows[i].says, runs[k],
                         t.text, rows[i].expected);
        }
}
