/* Frames with a header: 'I' + 16-bit length + rows, and SOH + length word + "OU" + STX + flag +
 * rows + ETX + BCC (whose readers they are, and the sources: scan_profile.c).
 *
 * Bytes are held from a byte on that may be a frame's first, and looked at one by one. As soon as
 * one can't stand where it stands, that first byte is garbage, and the rest is looked at again from
 * the next byte that may begin a frame: a good frame is found right behind, or inside of, a broken
 * one. At most 1024 bytes are held, so this is constant memory. It is linear time because no frame
 * begins inside of another's rows: SOH can't stand there, nor 'I' and the high byte of a length, 0
 * to 4. (So NUL, where it means what was not read, is no such mark behind an 'I'.)
 *
 * A frame with a right BCC is believed whatever its rows are. 'I' has no check and is a letter of
 * every second row, so a frame that begins with it goes out at once only if its rows are a
 * document's; else it waits: what follows without silence shows that it was none, silence that it
 * was misread.
 *
 * What broke off may take the next frame's first byte for its last one. So an 'I' at the end of a
 * document's rows waits for the byte behind it: what can be the high byte of a length shows that
 * the 'I' begins a frame and that the rows lost a byte; anything else, or silence, that a name ends
 * in it. A frame that lost its 'I', behind a whole one that ends in 'I', is the same bytes: then
 * the first is lost, as a name with a letter that is not its own must not be believed. An answer
 * never ends in 'I'. SOH as a right BCC is one: in SOH ... ETX 01 'a' 00 "OU" ... the first frame
 * lost its BCC, which was 01, or the second its SOH. No byte tells which, so the first goes out,
 * being whole either way, and this good frame alone is not found behind what broke off.
 *
 * Silence after half a frame: a whole one that stands inside of it is found; else its rows are told
 * as PARTIAL. The reader's answer to a command is nothing, not even STARTED.
 *
 * The BCC is ISO 1745's: exclusive or of all behind SOH, ETX included. The length word counts what
 * follows it; one that counts the whole frame is taken too, as manuals can be read both ways.
 */
#include "scan_frame_part.h"

#include <string.h>

enum {
    LENGTH_HIGH_MAX = SCAN_FRAME_LEN_MAX >> 8,
    LENGTH_TEXT = 3, /* where rows begin */
    SOH_TEXT = 7,
    SOH_REST_MIN = 6,    /* behind the length word: "OU", STX, flag, ETX, BCC */
    SOH_COUNTED_NOT = 3, /* SOH and the length word */
};

/* So many bytes are taken at once: about a frame. More would be moved about for nothing. */
#define CHUNK 128

/* What the byte looked at last makes of the held ones. */
enum verdict {
    MORE = 0,
    WHOLE,  /* a frame */
    ANSWER, /* nothing */
    BROKEN,
};

static uint8_t first_byte(const struct scan_frame *f)
{
    return f->profile->framing == SCAN_FRAMING_LENGTH ? 'I' : SOH;
}

static size_t text_begin(const struct scan_frame *f)
{
    return f->profile->framing == SCAN_FRAMING_LENGTH ? LENGTH_TEXT : SOH_TEXT;
}

/* Whether a frame or an answer may begin with p[0..n), n > 0, as far as two bytes tell. */
static bool may_begin(const struct scan_frame *f, const uint8_t *p, size_t n)
{
    const struct scan_command *answer = &f->profile->answer;
    if (answer->len > 0 && p[0] == answer->bytes[0])
        return n == 1 || p[1] == answer->bytes[1];
    if (p[0] != first_byte(f))
        return false;
    return n == 1 || f->profile->framing != SCAN_FRAMING_LENGTH || p[1] <= LENGTH_HIGH_MAX;
}

/* Where in p[0..n) a frame or an answer may begin, `n` if nowhere. What follows is p[n..len). */
static size_t find_beginning(const struct scan_frame *f, const uint8_t *p, size_t n, size_t len)
{
    const uint8_t first = first_byte(f);
    const uint8_t other = f->profile->answer.len > 0 ? f->profile->answer.bytes[0] : first;
    size_t i = 0;
    while (i < n && !((p[i] == first || p[i] == other) && may_begin(f, p + i, len - i)))
        i++;
    return i;
}

/* Whether p[0..n) is an answer or its beginning. Its last byte is anything but a frame's first. */
static bool is_answer(const struct scan_frame *f, const uint8_t *p, size_t n)
{
    const struct scan_command *answer = &f->profile->answer;
    return answer->len > 0 && n <= answer->len + 1u &&
           memcmp(p, answer->bytes, smaller(n, answer->len)) == 0 &&
           (n <= answer->len || p[answer->len] != first_byte(f));
}

static const uint8_t *held(const struct scan_block *b)
{
    return b->bytes + b->begin;
}

/* Holds `n` more, for which there is room. */
static void hold(struct scan_block *b, const uint8_t *p, size_t n)
{
    if (b->begin + b->n_held + n > sizeof b->bytes) {
        memmove(b->bytes, held(b), b->n_held);
        b->begin = 0;
    }
    memcpy(b->bytes + b->begin + b->n_held, p, n);
    b->n_held = (uint16_t)(b->n_held + n);
}

static bool is_row_end(uint8_t byte)
{
    return byte == CR || byte == LF;
}

/* Forgets the first `n` held bytes, and row ends behind them; the others are to be looked at. */
static void drop(struct scan_block *b, size_t n)
{
    while (n < b->n_held && is_row_end(held(b)[n]))
        n++;
    b->n_held = (uint16_t)(b->n_held - n);
    b->begin = (uint16_t)(b->n_held > 0 ? b->begin + n : 0);
    b->pos = b->text_end = 0;
    b->n_lines = b->line_len = 0;
}

/* The bytes looked at are no frame: another may begin among them. A second byte that shows that the
 * first was no beginning is outside of frames, as if the two had come together. */
static void reject(struct scan_frame *f, enum scan_garbage reason)
{
    struct scan_block *b = &f->block;
    size_t n = 1;
    if (b->pos > 2)
        n += find_beginning(f, held(b) + 1, (size_t)b->pos - 1, (size_t)b->n_held - 1);
    scan_frame_discard(f, n, reason);
    drop(b, n);
}

/* A byte of the rows. Returns why it can't be one, or NONE. */
static enum scan_garbage text_byte(struct scan_block *b, uint8_t byte)
{
    if (is_row_end(byte)) {
        b->n_lines = (uint8_t)(b->n_lines + (b->line_len > 0));
        b->line_len = 0;
        return SCAN_GARBAGE_NONE;
    }
    if (!is_plain(byte))
        return SCAN_GARBAGE_CONTROL;
    if (b->line_len == SCAN_FRAME_LINE_LEN_MAX)
        return SCAN_GARBAGE_TOO_LONG;
    if (b->line_len == 0 && b->n_lines == SCAN_FRAME_LINES_MAX)
        return SCAN_GARBAGE_SHAPE;
    b->line_len++;
    return SCAN_GARBAGE_NONE;
}

/* Makes lines of the rows in held[from..to). */
static void lines_read(struct scan_frame *f, size_t from, size_t to)
{
    const uint8_t *p = held(&f->block);
    f->n_lines = 0;
    while (from < to) {
        size_t end = from;
        while (end < to && !is_row_end(p[end]))
            end++;
        if (end > from) {
            f->lines[f->n_lines].len = (uint8_t)(end - from);
            memcpy(f->lines[f->n_lines].text, p + from, end - from);
            f->cut[f->n_lines++] = false;
        }
        from = end + 1;
    }
}

static bool rows_convince(struct scan_frame *f)
{
    uint8_t n_lines, before;
    lines_read(f, LENGTH_TEXT, f->block.text_end);
    bool convince = scan_shape_of_newest(f, &n_lines, &before) && n_lines == f->n_lines && !before;
    f->n_lines = 0;
    return convince;
}

/* The two bytes of the length. */
static enum scan_garbage length_header(struct scan_block *b, uint8_t byte)
{
    if (b->pos == 2 && byte > LENGTH_HIGH_MAX)
        return SCAN_GARBAGE_OUTSIDE;
    if (b->pos < LENGTH_TEXT)
        return SCAN_GARBAGE_NONE;
    const size_t len = (size_t)held(b)[1] << 8 | held(b)[2];
    if (len == 0 || LENGTH_TEXT + len > SCAN_FRAME_LEN_MAX)
        return SCAN_GARBAGE_LENGTH;
    b->text_end = (uint16_t)(LENGTH_TEXT + len);
    return SCAN_GARBAGE_NONE;
}

/* 'I', length, rows. */
static enum verdict length_step(struct scan_frame *f, uint8_t byte, enum scan_garbage *why)
{
    struct scan_block *b = &f->block;
    const bool behind_mark = b->pos > LENGTH_TEXT + 1 && held(b)[b->pos - 2] == 'I';
    if (b->pos <= LENGTH_TEXT) {
        *why = length_header(b, byte);
    } else if (behind_mark && byte == 0) {
        *why = SCAN_GARBAGE_CUT;
    } else if (b->pos <= b->text_end) {
        *why = text_byte(b, byte);
    } else if (behind_mark && byte > LENGTH_HIGH_MAX && rows_convince(f)) {
        b->pos = b->text_end;
        return WHOLE;
    } else if (!is_row_end(byte)) {
        *why = SCAN_GARBAGE_SHAPE;
    }
    if (*why)
        return BROKEN;
    return b->pos == b->text_end && byte != 'I' && rows_convince(f) ? WHOLE : MORE;
}

/* The length word: seven bits of each byte. */
static size_t soh_length(const struct scan_block *b)
{
    return (size_t)(held(b)[1] & 0x7f) | (size_t)(held(b)[2] & 0x7f) << 7;
}

static enum scan_garbage soh_end(const struct scan_block *b)
{
    const size_t rest = (size_t)b->pos - SOH_COUNTED_NOT;
    uint8_t bcc = 0; /* over itself it gives 0 */
    for (size_t i = 1; i < b->pos; i++)
        bcc ^= held(b)[i];
    if (bcc != 0)
        return SCAN_GARBAGE_BCC;
    return soh_length(b) == rest || soh_length(b) == b->pos ? SCAN_GARBAGE_NONE
                                                            : SCAN_GARBAGE_LENGTH;
}

/* What the header wants at each place; its other places are free. */
static enum scan_garbage soh_header(const struct scan_block *b, uint8_t byte)
{
    static const uint8_t want[SOH_TEXT + 1] = {[4] = 'O', [5] = 'U', [6] = STX};
    if (want[b->pos] && byte != want[b->pos])
        return SCAN_GARBAGE_OUTSIDE;
    if (b->pos == 3 && (soh_length(b) < SOH_REST_MIN || soh_length(b) > SCAN_FRAME_LEN_MAX))
        return SCAN_GARBAGE_LENGTH;
    return SCAN_GARBAGE_NONE;
}

/* SOH, length word, "OU", STX, flag, rows, ETX, BCC. */
static enum verdict soh_step(struct scan_frame *f, uint8_t byte, enum scan_garbage *why)
{
    struct scan_block *b = &f->block;
    if (b->text_end > 0) {
        *why = soh_end(b);
        return *why ? BROKEN : WHOLE;
    }
    if (b->pos <= SOH_TEXT)
        *why = soh_header(b, byte);
    else if ((size_t)b->pos - SOH_COUNTED_NOT > soh_length(b))
        *why = SCAN_GARBAGE_LENGTH;
    else if (byte == ETX)
        b->text_end = (uint16_t)(b->pos - 1);
    else
        *why = text_byte(b, byte);
    return *why ? BROKEN : MORE;
}

/* The bytes looked at are a frame. */
static void frame_end(struct scan_frame *f)
{
    struct scan_block *b = &f->block;
    lines_read(f, text_begin(f), b->text_end);
    if (f->n_lines > 0)
        scan_frame_emit(f, SCAN_EVENT_FRAME);
    else
        scan_frame_discard(f, b->pos, SCAN_GARBAGE_SHAPE);
    drop(b, b->pos);
}

/* Passes over the held bytes of a row that has begun, up to one that may decide something. */
static void row_pass(struct scan_frame *f)
{
    struct scan_block *b = &f->block;
    const uint8_t *p = held(b);
    size_t end = (size_t)b->pos + SCAN_FRAME_LINE_LEN_MAX - b->line_len;
    if (b->line_len == 0)
        return;
    if (f->profile->framing == SCAN_FRAMING_LENGTH)
        end = smaller(end, b->pos < b->text_end ? b->text_end - 1u : 0);
    else
        end = smaller(end, b->text_end ? 0 : soh_length(b) + SOH_COUNTED_NOT);
    end = smaller(end, b->n_held);
    size_t i = b->pos;
    while (i < end && p[i] >= FIRST_PRINTABLE)
        i++;
    b->line_len = (uint8_t)(b->line_len + i - b->pos);
    b->pos = (uint16_t)i;
}

/* The next held byte. */
static enum verdict step(struct scan_frame *f, enum scan_garbage *why)
{
    struct scan_block *b = &f->block;
    const uint8_t byte = held(b)[b->pos++];
    if (held(b)[0] != first_byte(f)) {
        if (!is_answer(f, held(b), b->pos))
            return BROKEN;
        return b->pos > f->profile->answer.len ? ANSWER : MORE;
    }
    return f->profile->framing == SCAN_FRAMING_LENGTH ? length_step(f, byte, why)
                                                      : soh_step(f, byte, why);
}

/* Looks at held bytes, before STARTED at one, up to one that decides. Returns true when an outcome
 * is ready. */
static bool look(struct scan_frame *f)
{
    struct scan_block *b = &f->block;
    enum scan_garbage why = SCAN_GARBAGE_NONE; /* of BROKEN; none of them: it never began */
    enum verdict verdict;
    do {
        row_pass(f);
        if (b->pos == b->n_held)
            return false;
        verdict = step(f, &why);
    } while (verdict == MORE && f->started);
    switch (verdict) {
    case MORE:
        return false;
    case ANSWER:
        drop(b, b->pos);
        return false;
    case BROKEN:
        reject(f, why ? why : SCAN_GARBAGE_OUTSIDE);
        return false;
    case WHOLE:
        break;
    }
    frame_end(f);
    return true;
}

const uint8_t *scan_block_next(const struct scan_frame *f)
{
    return f->block.pos < f->block.n_held ? held(&f->block) + f->block.pos : NULL;
}

bool scan_block_is_speech(const struct scan_frame *f, uint8_t byte)
{
    const struct scan_block *b = &f->block;
    const struct scan_command *answer = &f->profile->answer;
    if (b->pos == 0 && is_row_end(byte))
        return false;
    if (answer->len == 0)
        return true;
    return b->pos < answer->len ? byte != answer->bytes[b->pos] : byte == first_byte(f);
}

bool scan_block_begun(const struct scan_frame *f)
{
    return f->block.pos > 0;
}

/* 'I' with all its rows, but not those of a document: it is a frame if nothing but row ends
 * follows. */
static bool is_doubtful(const struct scan_frame *f)
{
    const struct scan_block *b = &f->block;
    return f->profile->framing == SCAN_FRAMING_LENGTH && b->text_end > 0 && b->pos >= b->text_end;
}

/* Takes what is outside of frames: row ends, which are nothing, and garbage. */
static size_t outside_take(struct scan_frame *f, const uint8_t *p, size_t len)
{
    size_t n = f->started ? find_beginning(f, p, len, len) : 0;
    while (!f->started && n < len && is_row_end(p[n]))
        n++;
    size_t n_garbage = n;
    for (size_t i = 0; i < n; i++)
        n_garbage -= is_row_end(p[i]);
    scan_frame_discard(f, n_garbage, SCAN_GARBAGE_OUTSIDE);
    return n;
}

size_t scan_block_take(struct scan_frame *f, const uint8_t *p, size_t len, bool *done)
{
    struct scan_block *b = &f->block;
    size_t n = b->n_held > 0 ? 0 : outside_take(f, p, len);
    if (n > 0)
        return n;
    if (b->pos == b->n_held) {
        if (b->n_held == SCAN_FRAME_LEN_MAX) {
            reject(f, SCAN_GARBAGE_TOO_LONG);
            return 0;
        }
        n = f->started ? smaller(len, smaller(CHUNK, (size_t)SCAN_FRAME_LEN_MAX - b->n_held)) : 1;
        hold(b, p, n);
    }
    do {
        if (b->pos == 0)
            drop(b, outside_take(f, held(b), b->n_held));
        *done = look(f);
    } while (!*done && f->started && b->pos < b->n_held);
    return n;
}

/* What is held is less than a frame, or one in doubt: a whole one inside of it is better. */
void scan_block_silence(struct scan_frame *f)
{
    struct scan_block *b = &f->block;
    const enum scan_event_kind kind = is_doubtful(f) ? SCAN_EVENT_FRAME : SCAN_EVENT_PARTIAL;
    const enum scan_garbage garbage = f->garbage;
    const uint32_t garbage_bytes = f->garbage_bytes;
    struct scan_line rows[SCAN_FRAME_LINES_MAX];
    uint8_t n_rows = 0;
    if (b->pos > text_begin(f) && (kind == SCAN_EVENT_FRAME || garbage_bytes == 0)) {
        lines_read(f, text_begin(f), b->text_end && b->text_end < b->pos ? b->text_end : b->pos);
        n_rows = f->n_lines;
        memcpy(rows, f->lines, n_rows * sizeof rows[0]);
        f->n_lines = 0;
    }
    bool done = false;
    while (!done && b->n_held > 0) {
        if (b->pos == b->n_held)
            reject(f, SCAN_GARBAGE_CUT);
        else
            done = look(f);
    }
    if (done || n_rows == 0)
        return;
    f->garbage = garbage;
    f->garbage_bytes = garbage_bytes;
    memcpy(f->lines, rows, n_rows * sizeof rows[0]);
    f->n_lines = n_rows;
    scan_frame_emit(f, kind);
}
