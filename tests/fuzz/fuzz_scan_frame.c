/* Framing under arbitrary bytes, in arbitrary runs, with silences anywhere, for every profile.
 *
 * Input: byte 0 picks the profile, how a good frame is sent and which document; byte 1 the length
 * of runs; the rest is what the reader sends, where 0x1f stands for a silence. Invariants:
 * - every STARTED is followed by an outcome, at the latest at a silence; nothing is pending after
 * one;
 * - events are well formed: 1..3 lines of 1..90 bytes, garbage has a reason and a count that is not
 *   more than was sent;
 * - what is given out as lines was sent, byte for byte;
 * - how the bytes were cut into runs makes no difference;
 * - a good frame directly after all this, or after a line end where no mark begins it, is found;
 *   unless its SOH was another frame's check character (drivers/scan_frame_block.c).
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"
#include "scan_frame.h"

#define SILENCE 0x1f

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct watch {
    const uint8_t *sent;
    size_t n_sent;
    const struct reader_document *good;
    bool open;      /* STARTED without an outcome yet */
    bool good_seen; /* in the last frame */
    unsigned n_frames;
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
    w->n_frames += event->kind == SCAN_EVENT_FRAME;
    w->good_seen = event->kind == SCAN_EVENT_FRAME && event->n_lines == w->good->n_rows;
    for (unsigned i = 0; w->good_seen && i < event->n_lines; i++)
        w->good_seen = event->lines[i].len == strlen(w->good->rows[i]) &&
                       memcmp(event->lines[i].text, w->good->rows[i], event->lines[i].len) == 0;
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
    case SCAN_EVENT_QUIET:
    case SCAN_EVENT_HEARD:
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

struct plan {
    const struct scan_profile *profile;
    enum reader_style style;
    const struct reader_document *document;
};

static uint64_t play(const struct plan *plan, const uint8_t *p, size_t len, size_t run)
{
    uint8_t *sent = malloc(len + 2 + READER_LEN_MAX);
    assert(sent);
    memcpy(sent, p, len);
    size_t n = reader_send(plan->profile, plan->style, plan->document, sent + len);
    if (!reader_is_marked(plan->profile, sent + len)) {
        memmove(sent + len + 2, sent + len, n);
        memcpy(sent + len, "\r\n", 2);
        n += 2;
    }

    struct watch w = {
        .sent = sent, .n_sent = len + n, .good = plan->document, .digest = 14695981039346656037u};
    struct scan_frame f;
    scan_frame_init(&f, plan->profile);
    for (size_t at = 0; at < len;) {
        const uint8_t *end = memchr(sent + at, SILENCE, len - at);
        size_t part = end ? (size_t)(end - sent) - at : len - at;
        feed(&f, &w, sent + at, part, run);
        if (end)
            silence(&f, &w);
        at += part + (end ? 1 : 0);
    }
    unsigned before = w.n_frames;
    feed(&f, &w, sent + len, 1, run);
    bool swallowed = plan->profile->framing == SCAN_FRAMING_SOH_BCC && w.n_frames > before;
    feed(&f, &w, sent + len + 1, n - 1, run);
    silence(&f, &w);
    assert(w.good_seen || swallowed);
    free(sent);
    return w.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    unsigned n_profiles = 0;
    while (scan_profile_at(n_profiles))
        n_profiles++;
    unsigned pick = data[0];
    struct plan plan = {.profile = scan_profile_at(pick % n_profiles)};
    pick /= n_profiles;
    plan.style = (enum reader_style)(pick % READER_STYLES);
    plan.document = &reader_documents[pick / READER_STYLES % READER_DOCUMENTS];
    size_t run = data[1] > 0 ? data[1] : 1;
    uint64_t in_runs = play(&plan, data + 2, size - 2, run);
    assert(in_runs == play(&plan, data + 2, size - 2, size));
    return 0;
}
