/* Framing, for every profile, way of sending and document: any garbage, then a good frame: the
 * frame is found, with nothing in it changed; and what is given out was sent, byte for byte, in
 * order, however the bytes are cut into runs. The frame stands directly behind the garbage; only
 * where no mark begins it, a line end stands between: the garbage would be part of its first row.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "property.h"
#include "reader.h"
#include "scan_frame.h"

#define ROUNDS      10000 /* a profile */
#define GARBAGE_MAX 1500
#define SENT_MAX    (GARBAGE_MAX + 2 + READER_LEN_MAX)

static struct property_random rnd;

/* A frame as sent, except that it breaks off, a byte of it is lost, or a byte is another. */
static size_t broken_frame_make(const struct scan_profile *profile, uint8_t *p)
{
    const size_t n = reader_send(profile, (enum reader_style)property_draw(&rnd, READER_STYLES),
                                 &reader_documents[property_draw(&rnd, READER_DOCUMENTS)], p);
    const size_t at = property_draw(&rnd, (uint32_t)n);
    switch (property_draw(&rnd, 3)) {
    case 0:
        return at;
    case 1:
        memmove(p + at, p + at + 1, n - at - 1);
        return n - 1;
    default:
        p[at] = (uint8_t)property_draw(&rnd, 256);
        return n;
    }
}

/* What a line may bring: bytes of any value, of a document, of frame marks, or broken frames. */
static size_t garbage_make(const struct scan_profile *profile, uint8_t *p)
{
    static const char symbols[] = "ABCIPV0123456789<<<<_? \r\n", marks[] = "\x01\x02\x03\r\n\0IC";
    size_t n = 0, want = property_draw(&rnd, GARBAGE_MAX - READER_LEN_MAX);
    want = property_draw(&rnd, 2) ? want : want % READER_LEN_MAX;
    while (n < want) {
        size_t len = 1 + property_draw(&rnd, 60), kind = property_draw(&rnd, 4);
        if (kind == 3)
            len = broken_frame_make(profile, p + n);
        for (size_t i = 0; kind < 3 && i < len; i++)
            p[n + i] = kind == 0   ? (uint8_t)property_draw(&rnd, 256)
                       : kind == 1 ? (uint8_t)symbols[property_draw(&rnd, sizeof symbols - 1)]
                                   : (uint8_t)marks[property_draw(&rnd, sizeof marks - 1)];
        n += len;
    }
    return n;
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
        size_t directly = 0;
        for (int round = 0; round < ROUNDS; round++) {
            const struct reader_document *good =
                &reader_documents[property_draw(&rnd, READER_DOCUMENTS)];
            uint8_t frame[READER_LEN_MAX];
            const size_t len = reader_send(
                profile, (enum reader_style)property_draw(&rnd, READER_STYLES), good, frame);
            size_t n = garbage_make(profile, sent);
            if (reader_is_marked(profile, frame)) {
                directly++;
            } else {
                memcpy(sent + n, "\r\n", 2);
                n += 2;
            }
            memcpy(sent + n, frame, len);
            n += len;
            if (!good_is_found(profile, good, sent, n, 1) ||
                !good_is_found(profile, good, sent, n, 200) ||
                !good_is_found(profile, good, sent, n, SENT_MAX))
                fail_msg("%s, round %d", profile->name, round);
        }
        print_message("%s: %zu of %d directly behind\n", profile->name, directly, ROUNDS);
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
