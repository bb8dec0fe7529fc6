/* From a reader's bytes to the lines of one document: what comes out, and in which order.
 *
 * Readers mark documents in few ways, but what arrives is rarely clean: noise when the plug goes
 * in, half a swipe, a bar code, two documents in one burst. So nothing is believed on one mark
 * alone, and what turns out to be no frame is looked at again from its second byte: a good frame is
 * found behind anything, in constant memory and linear time. How is said in scan_frame_line.c and
 * scan_frame_block.c, one machine for frames whose rows end, one for frames with a header.
 *
 * Garbage is told once, with its count and first reason, when the burst is over or a frame follows.
 */
#include "scan_frame_part.h"

#include <assert.h>
#include <string.h>

/* A burst that never ends is told about anyway, every so many bytes. */
#define GARBAGE_TOLD_BYTES (64u << 20)

/* One machine for a framing. */
struct machine {
    bool (*is_speech)(const struct scan_frame *f, uint8_t b);
    size_t (*take)(struct scan_frame *f, const uint8_t *p, size_t len, bool *done);
    void (*silence)(struct scan_frame *f);
    bool (*begun)(const struct scan_frame *f);
};

static const struct machine line_machine = {scan_line_is_speech, scan_line_take, scan_line_silence,
                                            scan_line_begun};
static const struct machine block_machine = {scan_block_is_speech, scan_block_take,
                                             scan_block_silence, scan_block_begun};

static const struct machine *machine_of(const struct scan_frame *f)
{
    switch (f->profile->framing) {
    case SCAN_FRAMING_LENGTH:
    case SCAN_FRAMING_SOH_BCC:
        return &block_machine;
    case SCAN_FRAMING_AUTO:
    case SCAN_FRAMING_LINES:
    case SCAN_FRAMING_STX_ETX:
        break;
    }
    return &line_machine;
}

void scan_frame_init(struct scan_frame *f, const struct scan_profile *profile)
{
    assert(profile);
    memset(f, 0, sizeof *f);
    f->profile = profile;
}

bool scan_frame_pending(const struct scan_frame *f)
{
    return f->started || f->has_out || machine_of(f)->begun(f);
}

void scan_frame_discard(struct scan_frame *f, size_t n, enum scan_garbage reason)
{
    if (n == 0)
        return;
    if (f->garbage == SCAN_GARBAGE_NONE)
        f->garbage = reason;
    uint32_t room = UINT32_MAX - f->garbage_bytes;
    f->garbage_bytes += n < room ? (uint32_t)n : room;
}

void scan_frame_emit(struct scan_frame *f, enum scan_event_kind kind)
{
    assert(!f->has_out && f->n_lines > 0);
    f->out.kind = kind;
    f->out.n_lines = 0;
    f->out.garbage = SCAN_GARBAGE_NONE;
    f->out.garbage_bytes = 0;
    if (kind == SCAN_EVENT_FRAME && f->n_lines == 1)
        f->out.n_lines = scan_shape_split(&f->lines[0], f->out.lines);
    if (f->out.n_lines == 0) {
        f->out.n_lines = f->n_lines;
        memcpy(f->out.lines, f->lines, f->n_lines * sizeof f->lines[0]);
    }
    f->has_out = true;
    f->n_lines = 0;
}

static bool started(struct scan_frame *f, struct scan_event *event)
{
    f->started = true;
    *event = (struct scan_event){.kind = SCAN_EVENT_STARTED};
    return true;
}

/* The next event of those that are ready: first the garbage, if any, then `f->out`, if any. */
static bool event_next(struct scan_frame *f, struct scan_event *event)
{
    if (f->garbage_bytes > 0) {
        *event = (struct scan_event){
            .kind = SCAN_EVENT_GARBAGE, .garbage = f->garbage, .garbage_bytes = f->garbage_bytes};
        f->garbage = SCAN_GARBAGE_NONE;
        f->garbage_bytes = 0;
        return true;
    }
    if (!f->has_out)
        return false;
    *event = f->out;
    f->has_out = false;
    return true;
}

bool scan_frame_push(struct scan_frame *f, const uint8_t *p, size_t len, size_t *used,
                     struct scan_event *event)
{
    const struct machine *machine = machine_of(f);
    size_t i = 0;
    bool done = f->has_out;
    while (!done) {
        const uint8_t *next = scan_block_next(f);
        if (!next && i == len)
            break;
        if (!f->started && machine->is_speech(f, next ? *next : p[i])) {
            *used = i;
            return started(f, event);
        }
        i += machine->take(f, p + i, len - i, &done);
        done = done || f->garbage_bytes >= GARBAGE_TOLD_BYTES;
    }
    *used = i;
    if (!done)
        return false;
    f->started = machine->begun(f);
    return event_next(f, event);
}

bool scan_frame_timeout(struct scan_frame *f, struct scan_event *event)
{
    size_t used;
    if (scan_frame_push(f, (const uint8_t *)"", 0, &used, event))
        return true;
    const struct machine *machine = machine_of(f);
    if (!f->started && machine->begun(f))
        return started(f, event);
    if (f->started)
        machine->silence(f);
    f->started = false;
    return event_next(f, event);
}

const char *scan_garbage_text(enum scan_garbage garbage)
{
    switch (garbage) {
    case SCAN_GARBAGE_NONE:
        return "none";
    case SCAN_GARBAGE_TOO_LONG:
        return "line or frame too long";
    case SCAN_GARBAGE_CONTROL:
        return "control byte";
    case SCAN_GARBAGE_SHAPE:
        return "lines of no document";
    case SCAN_GARBAGE_OUTSIDE:
        return "outside a frame";
    case SCAN_GARBAGE_LENGTH:
        return "wrong length";
    case SCAN_GARBAGE_BCC:
        return "wrong check character";
    case SCAN_GARBAGE_CUT:
        return "frame cut short";
    }
    return "?";
}
