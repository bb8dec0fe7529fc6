/* Framing under arbitrary bytes, in arbitrary runs, with silences anywhere.
 *
 * Input: byte 0 picks the profile; byte 1 the length of runs; the rest is what the reader sends,
 * where 0x01 also stands for a silence. Invariants:
 * - every STARTED is followed by an outcome, at the latest at a silence; nothing is pending after
 * one;
 * - events are well formed: 1..3 lines of 1..90 bytes, garbage has a reason and a count that is not
 *   more than was sent;
 * - what is given out as lines was sent, byte for byte;
 * - how the bytes were cut into runs makes no difference;
 * - a good document after all this and a line end is found.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scan_frame.h"

#define SILENCE 0x01
#define ROW1    "P<IDNRAHMAWATI<<SITI<<<<<<<<<<<<<<<<<<<<<<<<"
#define ROW2    "X0000012<5IDN9603147F3109027<<<<<<<<<<<<<<06"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct watch {
    const uint8_t *sent;
    size_t n_sent;
    bool open; /* STARTED without an outcome yet */
    bool good_seen;
    uint64_t digest; /* of all events, to compare two runs */
};

static void digest(struct watch *w, const void *p, size_t len)
{
    const uint8_t *at = p;
    for (size_t i = 0; i < len; i++)
        w->digest = (w->digest ^ at[i]) * 1099511628211u;
}

static void check_lines(struct watch *w, const struct scan_event *event)
{
    assert(event->n_lines >= 1 && event->n_lines <= SCAN_FRAME_LINES_MAX);
    for (unsigned i = 0; i < event->n_lines; i++) {
        const struct scan_line *line = &event->lines[i];
        assert(line->len >= 1 && line->len <= SCAN_FRAME_LINE_LEN_MAX);
        assert(memmem(w->sent, w->n_sent, line->text, line->len));
        digest(w, line->text, line->len);
    }
    w->good_seen = event->kind == SCAN_EVENT_FRAME && event->n_lines == 2 &&
                   event->lines[0].len == 44 && memcmp(event->lines[0].text, ROW1, 44) == 0 &&
                   event->lines[1].len == 44 && memcmp(event->lines[1].text, ROW2, 44) == 0;
}

static void check(struct watch *w, const struct scan_event *event)
{
    digest(w, &event->kind, sizeof event->kind);
    switch (event->kind) {
    case SCAN_EVENT_STARTED:
        assert(!w->open);
        w->open = true;
        return;
    case SCAN_EVENT_FRAME:
    case SCAN_EVENT_PARTIAL:
        check_lines(w, event);
        break;
    case SCAN_EVENT_GARBAGE:
        assert(event->garbage != SCAN_GARBAGE_NONE);
        assert(event->garbage_bytes >= 1 && event->garbage_bytes <= w->n_sent);
        digest(w, &event->garbage_bytes, sizeof event->garbage_bytes);
        break;
    case SCAN_EVENT_NONE:
    case SCAN_EVENT_OPENED:
    case SCAN_EVENT_GONE:
        abort();
    }
    w->open = false;
}

static void silence(struct scan_frame *f, struct watch *w)
{
    struct scan_event event;
    while (scan_frame_timeout(f, &event))
        check(w, &event);
    assert(!w->open && !scan_frame_pending(f));
}

static void feed(struct scan_frame *f, struct watch *w, const uint8_t *p, size_t len, size_t run)
{
    while (len > 0) {
        struct scan_event event;
        size_t part = len < run ? len : run, used = 0;
        bool some = scan_frame_push(f, p, part, &used, &event);
        assert(used <= part && (some || used == part));
        p += used;
        len -= used;
        if (some)
            check(w, &event);
    }
    struct scan_event event;
    size_t used;
    while (scan_frame_push(f, p, 0, &used, &event))
        check(w, &event);
}

static uint64_t play(const struct scan_profile *profile, const uint8_t *p, size_t len, size_t run)
{
    uint8_t *sent = malloc(len + 128);
    assert(sent);
    size_t n = 0;
    memcpy(sent, p, len);
    static const char good[] = "\r\n\x02" ROW1 "\r\n" ROW2 "\r\n\x03";
    bool brackets = profile->frame_start != 0;
    for (size_t i = 0; i < sizeof good - 1; i++)
        if (brackets || (good[i] != 0x02 && good[i] != 0x03))
            sent[len + n++] = (uint8_t)good[i];

    struct watch w = {.sent = sent, .n_sent = len + n, .digest = 14695981039346656037u};
    struct scan_frame f;
    scan_frame_init(&f, profile);
    for (size_t at = 0; at < len;) {
        const uint8_t *end = memchr(sent + at, SILENCE, len - at);
        size_t part = end ? (size_t)(end - sent) - at : len - at;
        feed(&f, &w, sent + at, part, run);
        if (end)
            silence(&f, &w);
        at += part + (end ? 1 : 0);
    }
    feed(&f, &w, sent + len, n, run);
    silence(&f, &w);
    assert(w.good_seen);
    free(sent);
    return w.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    const struct scan_profile *profile = scan_profile_at(data[0] % 3u);
    assert(profile);
    size_t run = data[1] > 0 ? data[1] : 1;
    uint64_t in_runs = play(profile, data + 2, size - 2, run);
    assert(in_runs == play(profile, data + 2, size - 2, size));
    return 0;
}
