/* Framing, for every profile, way of sending and document: any garbage, then a good frame: the
 * frame is found, with nothing in it changed; and what is given out was sent, byte for byte, in
 * order, however the bytes are cut into runs. Where no mark of its own begins a frame, a line end
 * ends the garbage: it would be part of the first row. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "property.h"
#include "reader.h"
#include "scan_frame.h"

#define ROUNDS      4000 /* a profile */
#define GARBAGE_MAX 1500
#define SENT_MAX    (GARBAGE_MAX + 2 + READER_LEN_MAX)

static struct property_random rnd;

/* What a line may bring: bytes of any value, of a document, of frame marks, or pieces of frames. */
static size_t garbage_make(const struct scan_profile *profile, uint8_t *p)
{
    static const char symbols[] = "ABCIPV0123456789<<<<_? \r\n", marks[] = "\x01\x02\x03\r\n\0IC";
    size_t n = 0, want = property_draw(&rnd, GARBAGE_MAX - READER_LEN_MAX);
    while (n < want) {
        uint8_t frame[READER_LEN_MAX];
        size_t len = 1 + property_draw(&rnd, 60), kind = property_draw(&rnd, 4);
        size_t whole = reader_send(profile, (enum reader_style)property_draw(&rnd, READER_STYLES),
                                   &reader_documents[property_draw(&rnd, 3)], frame);
        if (kind == 3) {
            len = property_draw(&rnd, (uint32_t)whole); /* never all of it */
            memcpy(p + n, frame, len);
        }
        for (size_t i = 0; kind < 3 && i < len; i++)
            p[n + i] = kind == 0   ? (uint8_t)property_draw(&rnd, 256)
                       : kind == 1 ? (uint8_t)symbols[property_draw(&rnd, sizeof symbols - 1)]
                                   : (uint8_t)marks[property_draw(&rnd, sizeof marks - 1)];
        n += len;
    }
    return n;
}

/* 'I' is a letter too: a frame that lost its last byte takes the next one's for it. */
static bool has_mark(enum scan_framing framing)
{
    return framing == SCAN_FRAMING_STX_ETX || framing == SCAN_FRAMING_SOH_BCC;
}

struct watch {
    const uint8_t *sent, *end; /* what has not been given out yet */
    const struct reader_document *good;
    bool found;
};

/* Lines come in the order in which they were sent; each takes its bytes. */
static void event_check(struct watch *w, const struct scan_event *event)
{
    if (event->kind != SCAN_EVENT_FRAME && event->kind != SCAN_EVENT_PARTIAL)
        return;
    w->found = event->kind == SCAN_EVENT_FRAME && event->n_lines == w->good->n_rows;
    for (unsigned i = 0; i < event->n_lines; i++) {
        const struct scan_line *line = &event->lines[i];
        const uint8_t *at = memmem(w->sent, (size_t)(w->end - w->sent), line->text, line->len);
        assert_non_null(at);
        w->sent = at + line->len;
        w->found = w->found && line->len == strlen(w->good->rows[i]) &&
                   memcmp(line->text, w->good->rows[i], line->len) == 0;
    }
}

/* Feeds all, cut into runs of 1 to `run_max`, then silence. */
static bool good_is_found(const struct scan_profile *profile, const struct reader_document *good,
                          const uint8_t *sent, size_t n, uint32_t run_max)
{
    struct watch w = {.sent = sent, .end = sent + n, .good = good};
    struct scan_frame f;
    struct scan_event event;
    scan_frame_init(&f, profile);
    for (size_t at = 0, used = 0; at < n; at += used) {
        size_t run = 1 + property_draw(&rnd, run_max);
        run = run < n - at ? run : n - at;
        if (scan_frame_push(&f, sent + at, run, &used, &event))
            event_check(&w, &event);
    }
    while (scan_frame_timeout(&f, &event))
        event_check(&w, &event);
    assert_false(scan_frame_pending(&f));
    return w.found;
}

static void a_good_frame_behind_any_garbage_is_found(void **state)
{
    (void)state;
    static uint8_t sent[SENT_MAX];
    for (unsigned i = 0; scan_profile_at(i); i++) {
        const struct scan_profile *profile = scan_profile_at(i);
        for (int round = 0; round < ROUNDS; round++) {
            const struct reader_document *good = &reader_documents[property_draw(&rnd, 3)];
            size_t n = garbage_make(profile, sent);
            if (!has_mark(profile->framing)) {
                memcpy(sent + n, "\r\n", 2);
                n += 2;
            }
            n += reader_send(profile, (enum reader_style)property_draw(&rnd, READER_STYLES), good,
                             sent + n);
            if (!good_is_found(profile, good, sent, n, 1) ||
                !good_is_found(profile, good, sent, n, 200) ||
                !good_is_found(profile, good, sent, n, SENT_MAX))
                fail_msg("%s, round %d", profile->name, round);
        }
    }
}

int main(void)
{
    rnd = property_begin();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_frame_behind_any_garbage_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
