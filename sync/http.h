/* HTTP/1.1 (RFC 9110, 9112), the client's half: writing a request's head, reading an answer.
 *
 * Strict: what the registry never sends is refused, because a lenient reader is where smuggling
 * starts. Every answer has exactly one Content-Length; Transfer-Encoding, interim answers (1xx),
 * folded lines, bare LF and HTTP/1.0 are refused. An answer ends at its length, never at the end of
 * the connection. Pure; pamit-sync.
 */
#ifndef PAMIT_HTTP_H
#define PAMIT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "span.h"

#define HTTP_HEAD_MAX          8192 /* status line and headers */
#define HTTP_RETRY_AFTER_MAX_S 900  /* what a server may ask of us */

enum http_progress {
    HTTP_BAD = 0, /* not an answer of ours; `why` says why; final */
    HTTP_MORE,    /* feed more bytes */
    HTTP_DONE,    /* status and body are whole; final */
};

enum http_part {
    HTTP_PART_STATUS = 0,
    HTTP_PART_HEADERS,
    HTTP_PART_BODY,
    HTTP_PART_END,
};

/* Read `status`, `body_len`, `keep_alive` and `retry_after_s` after HTTP_DONE, `why` after
 * HTTP_BAD; the rest is the reader's own. */
struct http_reader {
    int status;
    size_t body_len;
    bool keep_alive;        /* the connection may carry another request */
    uint32_t retry_after_s; /* 0: none, one that is past, or a date where the answer has no Date */
    const char *why;        /* static text */

    enum http_part part;
    uint8_t *body;
    size_t body_cap;
    int64_t date_s, retry_at_s; /* UTC; 0: not given */
    bool has_length;
    size_t content_length;
    size_t head_len; /* bytes of the head so far */
    size_t line_len;
    char line[HTTP_HEAD_MAX];
};

/* Prepares for one answer; a body of more than `body_cap` bytes is refused as soon as it is
 * announced. `body` is borrowed until the reader's last use. */
void http_reader_init(struct http_reader *r, void *body, size_t body_cap);

/* Takes the next bytes, in pieces of any size. Bytes beyond the answer's end are HTTP_BAD: we never
 * send a second request before the first is answered. */
enum http_progress http_reader_feed(struct http_reader *r, struct span bytes);

/* The connection ended: HTTP_DONE only if the answer was whole, else HTTP_BAD. */
enum http_progress http_reader_end(struct http_reader *r);

/* True before the first byte of an answer. */
bool http_reader_is_fresh(const struct http_reader *r);

struct http_request {
    const char *method; /* "GET" or "POST" */
    const char *target; /* path and query, already encoded */
    const char *host;
    uint32_t port;
    const char *content_type; /* of the body; NULL: there is none */
    size_t body_len;
};

/* Writes the head; the body follows it on the wire. ERR_SIZE. */
MUST_CHECK enum err http_request_write(const struct http_request *request, char *out, size_t cap,
                                       size_t *len);

#endif
