/* The reader of answers: what it takes, what it refuses, and that the cuts between pieces never
 * matter; the request's head. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http.h"

#define BODY_CAP 16
#define OK       "HTTP/1.1 200 OK\r\n"

static const struct row {
    const char *proves;
    const char *bytes;
    enum http_progress progress;
    int status;
    const char *body; /* when done */
    bool closes;
    uint32_t retry_after_s;
    const char *why; /* when bad */
} rows[] = {
    {"a body of its announced length", OK "Content-Length: 5\r\n\r\nhello", HTTP_DONE, 200, "hello",
     false, 0, NULL},
    {"no body when the length is zero", OK "Content-Length: 0\r\n\r\n", HTTP_DONE, 200, "", false,
     0, NULL},
    {"header names in any case, blanks around values",
     OK "cOnTeNt-lEnGtH:\t 2 \t\r\nX-Other: \r\n\r\nhi", HTTP_DONE, 200, "hi", false, 0, NULL},
    {"the longest body that was asked for", OK "Content-Length: 16\r\n\r\n0123456789abcdef",
     HTTP_DONE, 200, "0123456789abcdef", false, 0, NULL},
    {"an empty reason", "HTTP/1.1 409 \r\nContent-Length: 0\r\n\r\n", HTTP_DONE, 409, "", false, 0,
     NULL},
    {"a connection that closes", OK "Connection: close\r\nContent-Length: 0\r\n\r\n", HTTP_DONE,
     200, "", true, 0, NULL},
    {"a connection that stays", OK "Connection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", HTTP_DONE,
     200, "", false, 0, NULL},
    {"Retry-After in seconds", "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n",
     HTTP_DONE, 503, "", false, 120, NULL},
    {"a long Retry-After is capped",
     "HTTP/1.1 503 Busy\r\nRetry-After: 99999999999999999999999\r\nContent-Length: 0\r\n\r\n",
     HTTP_DONE, 503, "", false, HTTP_RETRY_AFTER_MAX_S, NULL},
    {"a Retry-After that is a date is so long after the answer's own",
     "HTTP/1.1 503 Busy\r\nRetry-After: Sat, 21 Nov 2026 22:00:00 GMT\r\n"
     "Date: Sat, 21 Nov 2026 21:57:30 GMT\r\nContent-Length: 0\r\n\r\n",
     HTTP_DONE, 503, "", false, 150, NULL},
    {"one of next year is capped",
     "HTTP/1.1 503 Busy\r\nDate: Sat, 21 Nov 2026 21:57:30 GMT\r\n"
     "Retry-After: Sun, 21 Nov 2027 22:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
     HTTP_DONE, 503, "", false, HTTP_RETRY_AFTER_MAX_S, NULL},
    {"one that is past asks for nothing",
     "HTTP/1.1 503 Busy\r\nDate: Sat, 21 Nov 2026 21:57:30 GMT\r\n"
     "Retry-After: Sat, 21 Nov 2026 21:57:29 GMT\r\nContent-Length: 0\r\n\r\n",
     HTTP_DONE, 503, "", false, 0, NULL},
    {"nor does one without a Date to hold it against",
     "HTTP/1.1 503 Busy\r\nRetry-After: Sat, 21 Nov 2026 22:00:00 GMT\r\nContent-Length: 0\r\n"
     "\r\n",
     HTTP_DONE, 503, "", false, 0, NULL},
    {"nor one that is neither number nor date",
     "HTTP/1.1 503 Busy\r\nDate: Sat, 21 Nov 2026 21:57:30 GMT\r\nRetry-After: soon\r\n"
     "Content-Length: 0\r\n\r\n",
     HTTP_DONE, 503, "", false, 0, NULL},
    {"bytes above ASCII in a value", OK "X: \xc3\xa9\r\nContent-Length: 0\r\n\r\n", HTTP_DONE, 200,
     "", false, 0, NULL},

    {"half a body is not an answer yet", OK "Content-Length: 5\r\n\r\nhel", HTTP_MORE, 0, NULL,
     false, 0, NULL},
    {"a head without its end is not an answer yet", OK "Content-Length: 5\r\n", HTTP_MORE, 0, NULL,
     false, 0, NULL},

    {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "not an HTTP/1.1 status line"},
    {"HTTP/2", "HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "not an HTTP/1.1 status line"},
    {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", HTTP_BAD, 0, NULL, false, 0,
     "not an HTTP/1.1 status line"},
    {"a status of two digits", "HTTP/1.1 20 OK\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed status line"},
    {"a status without a space after it", "HTTP/1.1 200\r\n", HTTP_BAD, 0, NULL, false, 0,
     "not an HTTP/1.1 status line"},
    {"a status of four digits", "HTTP/1.1 2000 OK\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed status line"},
    {"an interim answer", "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 0\r\n\r\n", HTTP_BAD,
     0, NULL, false, 0, "status is not a final one"},
    {"a status beyond 599", "HTTP/1.1 600 OK\r\n", HTTP_BAD, 0, NULL, false, 0,
     "status is not a final one"},
    {"a control byte in the reason", "HTTP/1.1 200 O\x01K\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed status line"},
    {"no length", OK "\r\n", HTTP_BAD, 0, NULL, false, 0, "no Content-Length"},
    {"chunks", OK "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "Transfer-Encoding is not supported"},
    {"two lengths", OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi", HTTP_BAD, 0, NULL, false,
     0, "Content-Length given twice"},
    {"a list of lengths", OK "Content-Length: 2, 2\r\n\r\nhi", HTTP_BAD, 0, NULL, false, 0,
     "malformed Content-Length"},
    {"a negative length", OK "Content-Length: -1\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed Content-Length"},
    {"a length with a sign", OK "Content-Length: +1\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed Content-Length"},
    {"a hexadecimal length", OK "Content-Length: 0x1\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed Content-Length"},
    {"no length after its name", OK "Content-Length:\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed Content-Length"},
    {"a length one too large", OK "Content-Length: 17\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "body larger than was asked for"},
    {"a length that overflows", OK "Content-Length: 18446744073709551617\r\n\r\n", HTTP_BAD, 0,
     NULL, false, 0, "body larger than was asked for"},
    {"bytes after the body", OK "Content-Length: 2\r\n\r\nhi!", HTTP_BAD, 0, NULL, false, 0,
     "bytes after the end of the answer"},
    {"a line that ends in LF alone", OK "Content-Length: 0\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "line does not end in CRLF"},
    {"a CR within a line", OK "X: a\rb\r\n", HTTP_BAD, 0, NULL, false, 0,
     "control character in a header"},
    {"a folded line", OK "X: a\r\n b\r\n", HTTP_BAD, 0, NULL, false, 0, "malformed header name"},
    {"a blank before the colon", OK "Content-Length : 0\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed header name"},
    {"a header without a colon", OK "Content-Length\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed header name"},
    {"a header without a name", OK ": 0\r\n\r\n", HTTP_BAD, 0, NULL, false, 0,
     "malformed header name"},
};

static struct http_reader reader;
static uint8_t body[BODY_CAP];

/* Feeds the bytes in pieces of `piece`. */
static enum http_progress feed(const char *bytes, size_t piece)
{
    const struct span all = span_of_text(bytes);
    enum http_progress progress = HTTP_MORE;
    http_reader_init(&reader, body, sizeof body);
    for (size_t at = 0; at < all.len && progress != HTTP_BAD; at += piece) {
        const size_t len = all.len - at < piece ? all.len - at : piece;
        progress = http_reader_feed(&reader, span_of(all.p + at, len));
    }
    return progress;
}

static void check_row(const struct row *row, size_t piece)
{
    const enum http_progress progress = feed(row->bytes, piece);
    if (progress != row->progress)
        fail_msg("%s (pieces of %zu): %d, %s", row->proves, piece, (int)progress, reader.why);
    if (progress == HTTP_BAD)
        assert_string_equal(reader.why, row->why);
    if (progress != HTTP_DONE)
        return;
    assert_int_equal(reader.status, row->status);
    assert_int_equal(reader.body_len, strlen(row->body));
    assert_memory_equal(body, row->body, reader.body_len);
    assert_int_equal(reader.keep_alive, !row->closes);
    assert_int_equal(reader.retry_after_s, row->retry_after_s);
}

static void answers_are_taken_or_refused_however_they_are_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t piece = 1; piece <= strlen(rows[i].bytes); piece++)
            check_row(&rows[i], piece);
    }
}

static void an_end_is_good_only_after_a_whole_answer(void **state)
{
    (void)state;
    static const char whole[] = OK "Content-Length: 2\r\n\r\nhi";
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        http_reader_init(&reader, body, sizeof body);
        assert_int_equal(http_reader_feed(&reader, span_of(whole, len)), HTTP_MORE);
        assert_int_equal(http_reader_is_fresh(&reader), len == 0);
        assert_int_equal(http_reader_end(&reader), HTTP_BAD);
        assert_string_equal(reader.why, len == 0 ? "connection ended without an answer"
                                                 : "connection ended within the answer");
    }
    assert_int_equal(feed(whole, sizeof whole), HTTP_DONE);
    assert_int_equal(http_reader_end(&reader), HTTP_DONE);
}

static void a_head_is_bounded(void **state)
{
    (void)state;
    static const char line[] = "X-Filler: 0123456789012345678901234567890123456789\r\n";
    http_reader_init(&reader, body, sizeof body);
    enum http_progress progress = http_reader_feed(&reader, span_of_text(OK));
    size_t fed = strlen(OK);
    while (progress == HTTP_MORE && fed < 2 * HTTP_HEAD_MAX) {
        progress = http_reader_feed(&reader, span_of_text(line));
        fed += strlen(line);
    }
    assert_int_equal(progress, HTTP_BAD);
    assert_string_equal(reader.why, "head too long");
    assert_in_range(fed, HTTP_HEAD_MAX, HTTP_HEAD_MAX + strlen(line));

    http_reader_init(&reader, body, sizeof body);
    for (fed = 0, progress = HTTP_MORE; progress == HTTP_MORE; fed++)
        progress = http_reader_feed(&reader, span_of_text("x"));
    assert_int_equal(fed, HTTP_HEAD_MAX + 1);
}

static void what_was_refused_stays_refused(void **state)
{
    (void)state;
    assert_int_equal(feed(OK "\r\n", SIZE_MAX), HTTP_BAD);
    assert_int_equal(http_reader_feed(&reader, span_of_text("HTTP/1.1 200 OK\r\n")), HTTP_BAD);
    assert_int_equal(http_reader_end(&reader), HTTP_BAD);
    assert_string_equal(reader.why, "no Content-Length");
}

static void a_request_has_the_head_that_its_body_needs(void **state)
{
    (void)state;
    struct http_request request = {
        .method = "GET", .target = "/v1/policy", .host = "localhost", .port = 8443};
    char head[256];
    size_t len;
    static const char get[] = "GET /v1/policy HTTP/1.1\r\nHost: localhost:8443\r\n\r\n";
    assert_int_equal(http_request_write(&request, head, sizeof head, &len), ERR_OK);
    assert_int_equal(len, strlen(get));
    assert_memory_equal(head, get, len);

    static const char post[] = "POST /v1/entries HTTP/1.1\r\nHost: localhost:8443\r\n"
                               "Content-Type: application/zstd\r\nContent-Length: 65536\r\n\r\n";
    request.method = "POST";
    request.target = "/v1/entries";
    request.content_type = "application/zstd";
    request.body_len = 65536;
    assert_int_equal(http_request_write(&request, head, sizeof head, &len), ERR_OK);
    assert_int_equal(len, strlen(post));
    assert_memory_equal(head, post, len);
    for (size_t cap = 0; cap < strlen(post); cap++)
        assert_int_equal(http_request_write(&request, head, cap, &len), ERR_SIZE);
    assert_int_equal(http_request_write(&request, head, strlen(post), &len), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_taken_or_refused_however_they_are_cut),
        cmocka_unit_test(an_end_is_good_only_after_a_whole_answer),
        cmocka_unit_test(a_head_is_bounded),
        cmocka_unit_test(what_was_refused_stays_refused),
        cmocka_unit_test(a_request_has_the_head_that_its_body_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
