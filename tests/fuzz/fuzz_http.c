/* The answer reader under any bytes: where they are cut makes no difference, and nothing is written
 * beyond the body's room (the sanitizer's heap is its judge). The first byte sets the pieces. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define BODY_CAP 300

static void must(bool holds)
{
    if (!holds)
        abort();
}

static enum http_progress feed(struct http_reader *reader, uint8_t *body, struct span bytes,
                               size_t piece)
{
    enum http_progress progress = HTTP_MORE;
    http_reader_init(reader, body, BODY_CAP);
    for (size_t at = 0; at < bytes.len && progress != HTTP_BAD; at += piece) {
        const size_t rest = bytes.len - at;
        progress = http_reader_feed(reader, span_of(bytes.p + at, rest < piece ? rest : piece));
    }
    return progress;
}

static void compare(const struct http_reader *whole, const struct http_reader *cut,
                    enum http_progress progress)
{
    if (progress == HTTP_BAD)
        must(strcmp(whole->why, cut->why) == 0);
    if (progress != HTTP_DONE)
        return;
    must(whole->status == cut->status && whole->status >= 200 && whole->status <= 599);
    must(whole->body_len == cut->body_len && whole->body_len <= BODY_CAP);
    must(memcmp(whole->body, cut->body, whole->body_len) == 0);
    must(whole->keep_alive == cut->keep_alive && whole->retry_after_s == cut->retry_after_s);
    must(whole->retry_after_s <= HTTP_RETRY_AFTER_MAX_S);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0)
        return 0;
    struct http_reader *readers = malloc(2 * sizeof *readers);
    uint8_t *bodies[2] = {malloc(BODY_CAP), malloc(BODY_CAP)};
    must(readers && bodies[0] && bodies[1]);
    const struct span bytes = span_of(data + 1, len - 1);
    const enum http_progress progress = feed(&readers[0], bodies[0], bytes, len);
    must(feed(&readers[1], bodies[1], bytes, (size_t)data[0] + 1) == progress);
    compare(&readers[0], &readers[1], progress);
    must(http_reader_end(&readers[0]) == (progress == HTTP_DONE ? HTTP_DONE : HTTP_BAD));
    free(bodies[0]);
    free(bodies[1]);
    free(readers);
    return 0;
}
