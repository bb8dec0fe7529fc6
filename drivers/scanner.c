/* A scanner that never gives up.
 *
 * Order matters in scanner_next(): what was read is told before the device is asked again, and a
 * document cut off by the plug is told before the loss of the device, so that the screen never says
 * "reading" of a reader that is gone.
 *
 * Commands are few bytes and never waited for: what the line does not take is tried again later.
 * After a read the reader is armed again once everything that it said has been told: one command
 * for garbage and the frame behind it.
 *
 * An adapter's line is there also when no reader is behind it. So one that answers commands owes an
 * answer from the moment that one is begun, also one that the line does not take; any byte is an
 * answer. While it owes one it is asked for ever: whoever gives it power back needs do nothing
 * else.
 *
 * A line that opens and dies at once (a half-seated plug, a pty without its other end) must not
 * make a busy loop: the back-off starts anew only after the line has lived for a while.
 */
#include "scanner.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define READ_LEN       4096
#define READS_PER_CALL 16 /* then the owner's loop gets its turn */
#define WRITE_RETRY_MS 50 /* a line that was full */

struct scanner {
    const struct serial_line_backend *backend;
    const struct scan_profile *profile;
    struct serial_settings settings;
    char *path;
    struct serial_line *line; /* NULL while gone */
    struct scan_frame frame;
    uint8_t buf[READ_LEN];
    size_t buf_pos, buf_len;
    const struct scan_command *command; /* being sent, NULL when none */
    uint8_t command_sent;
    bool rearm_due;
    int64_t command_ms; /* the last try to send one */
    bool owes_answer;   /* since owes_ms */
    bool quiet;         /* ... and for too long */
    int64_t owes_ms;
    int64_t last_byte_ms;
    int64_t opened_ms;
    int64_t next_try_ms;
    int64_t retry_ms;
    bool tried;     /* the line has been tried at least once */
    bool gone_told; /* the owner knows that it is gone */
    char why[DEVICE_WHY_LEN];
};

int scanner_open(const struct serial_line_backend *backend, const char *path,
                 const struct scan_profile *profile, const struct serial_settings *settings,
                 struct scanner **out)
{
    assert(backend && path && profile && out);
    struct scanner *s = calloc(1, sizeof *s);
    char *copy = strdup(path);
    if (!s || !copy) {
        free(s);
        free(copy);
        return -ENOMEM;
    }
    s->backend = backend;
    s->profile = profile;
    s->settings = settings ? *settings : profile->settings;
    s->path = copy;
    s->retry_ms = SCANNER_RETRY_MIN_MS;
    scan_frame_init(&s->frame, profile);
    *out = s;
    return 0;
}

/* Runs the framing over what was read. */
static bool frame_next(struct scanner *s, struct scan_event *event)
{
    size_t used = 0;
    bool some =
        scan_frame_push(&s->frame, s->buf + s->buf_pos, s->buf_len - s->buf_pos, &used, event);
    s->buf_pos += used;
    return some;
}

static void line_lost(struct scanner *s, int error, int64_t now_ms)
{
    serial_line_close(s->line);
    s->line = NULL;
    if (error == -ENODEV)
        device_why(s->why, ENODEV, "%s: disconnected", s->path);
    else
        device_why(s->why, -error, "%s: reading failed (%s)", s->path, strerror(-error));
    if (now_ms - s->opened_ms >= SCANNER_LIVED_MS)
        s->retry_ms = SCANNER_RETRY_MIN_MS;
    s->next_try_ms = now_ms + s->retry_ms;
    s->gone_told = false;
}

/* Begins to send. */
static void command_begin(struct scanner *s, const struct scan_command *command, int64_t now_ms)
{
    s->command = command;
    s->command_sent = 0;
    if (s->owes_answer || s->profile->answer.len == 0)
        return;
    s->owes_answer = true;
    s->owes_ms = now_ms;
}

/* Tries to open the line. Returns true when it is there. */
static bool line_try(struct scanner *s, int64_t now_ms)
{
    if (s->tried)
        s->retry_ms =
            s->retry_ms * 2 < SCANNER_RETRY_MAX_MS ? s->retry_ms * 2 : SCANNER_RETRY_MAX_MS;
    s->tried = true;
    s->next_try_ms = now_ms + s->retry_ms;
    if (serial_line_open(s->backend, s->path, &s->settings, &s->line, s->why) < 0)
        return false;
    s->opened_ms = now_ms;
    s->gone_told = false;
    s->why[0] = '\0';
    s->owes_answer = false;
    s->quiet = false;
    command_begin(s, &s->profile->init, now_ms);
    s->command_ms = now_ms;
    s->rearm_due = false;
    return true;
}

/* After how long without one a command is due by itself; 0: never. */
static int64_t ask_every_ms(const struct scanner *s)
{
    return s->quiet ? SCANNER_ASK_MS : (int64_t)s->profile->rearm_every_ms;
}

/* Sends what is due, as far as the line takes it. Returns 0, or what serial_line_write() said. */
static int commands_send(struct scanner *s, int64_t now_ms)
{
    const int64_t every_ms = ask_every_ms(s);
    if (!s->command && every_ms > 0 && now_ms - s->command_ms >= every_ms)
        s->rearm_due = true;
    if (!s->command && s->rearm_due) {
        command_begin(s, &s->profile->rearm, now_ms);
        s->rearm_due = false;
    }
    if (!s->command)
        return 0;
    const size_t rest = (size_t)s->command->len - s->command_sent;
    int n = 0;
    if (rest > 0)
        n = serial_line_write(s->line, s->command->bytes + s->command_sent, rest);
    if (n < 0)
        return n;
    s->command_sent = (uint8_t)(s->command_sent + n);
    s->command_ms = now_ms;
    if (s->command_sent == s->command->len)
        s->command = NULL;
    return 0;
}

/* An outcome is told: the reader may have to be armed for the next. */
static bool outcome(struct scanner *s, const struct scan_event *event)
{
    s->rearm_due = s->rearm_due || event->kind != SCAN_EVENT_STARTED;
    return true;
}

/* Nothing has come. */
static bool silent_next(struct scanner *s, int64_t now_ms, struct scan_event *event)
{
    if (scan_frame_pending(&s->frame) &&
        now_ms - s->last_byte_ms >= (int64_t)s->profile->silence_ms)
        return scan_frame_timeout(&s->frame, event) && outcome(s, event);
    if (s->quiet || !s->owes_answer || now_ms - s->owes_ms < SCANNER_ANSWER_MS)
        return false;
    s->quiet = true;
    device_why(s->why, ETIMEDOUT, "%s: does not answer", s->path);
    *event = (struct scan_event){.kind = SCAN_EVENT_QUIET};
    return true;
}

/* Something has. Whether the owner has to be told that. */
static bool heard(struct scanner *s, int64_t now_ms, struct scan_event *event)
{
    const bool was_quiet = s->quiet;
    s->last_byte_ms = now_ms;
    s->owes_answer = false;
    s->quiet = false;
    if (was_quiet) {
        s->why[0] = '\0';
        *event = (struct scan_event){.kind = SCAN_EVENT_HEARD};
    }
    return was_quiet;
}

/* While the line is gone: first the rest of what it said, then it is tried when due, and the owner
 * is told once that it is gone. */
static bool gone_next(struct scanner *s, int64_t now_ms, struct scan_event *event)
{
    if (scan_frame_pending(&s->frame))
        return scan_frame_timeout(&s->frame, event);
    bool due = !s->tried || now_ms >= s->next_try_ms;
    bool told = s->gone_told || !s->tried;
    if (told && due && line_try(s, now_ms)) {
        *event = (struct scan_event){.kind = SCAN_EVENT_OPENED};
        return true;
    }
    if (s->gone_told)
        return false;
    s->gone_told = true;
    *event = (struct scan_event){.kind = SCAN_EVENT_GONE};
    return true;
}

bool scanner_next(struct scanner *s, int64_t now_ms, struct scan_event *event)
{
    for (int reads = 0; reads <= READS_PER_CALL; reads++) {
        if (frame_next(s, event))
            return outcome(s, event);
        if (!s->line)
            return gone_next(s, now_ms, event);
        if (reads == READS_PER_CALL)
            break;
        int n = commands_send(s, now_ms);
        if (n == 0)
            n = serial_line_read(s->line, s->buf, sizeof s->buf);
        if (n < 0) {
            line_lost(s, n, now_ms);
        } else if (n == 0) {
            return silent_next(s, now_ms, event);
        } else {
            s->buf_pos = 0;
            s->buf_len = (size_t)n;
            if (heard(s, now_ms, event))
                return true;
        }
    }
    return false;
}

int scanner_fd(const struct scanner *s)
{
    return s->line ? serial_line_poll_fd(s->line) : -1;
}

int64_t scanner_deadline_ms(const struct scanner *s)
{
    if (!s->line)
        return s->next_try_ms;
    int64_t deadline_ms = SCANNER_NO_DEADLINE;
    if (s->command || s->rearm_due)
        deadline_ms = s->command_ms + WRITE_RETRY_MS;
    else if (ask_every_ms(s) > 0)
        deadline_ms = s->command_ms + ask_every_ms(s);
    if (s->owes_answer && !s->quiet && s->owes_ms + SCANNER_ANSWER_MS < deadline_ms)
        deadline_ms = s->owes_ms + SCANNER_ANSWER_MS;
    const int64_t silent_ms = s->last_byte_ms + (int64_t)s->profile->silence_ms;
    return scan_frame_pending(&s->frame) && silent_ms < deadline_ms ? silent_ms : deadline_ms;
}

enum scanner_state scanner_state(const struct scanner *s)
{
    if (!s->line)
        return SCANNER_GONE;
    return s->quiet ? SCANNER_QUIET : SCANNER_OK;
}

const char *scanner_why(const struct scanner *s)
{
    return s->why;
}

void scanner_close(struct scanner *s)
{
    if (!s)
        return;
    serial_line_close(s->line);
    free(s->path);
    free(s);
}
