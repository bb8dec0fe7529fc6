/* A strict reader of HTTP/1.1 answers, fed in pieces.
 *
 * The head is collected line by line into one buffer that is as long as a head may be; each line is
 * parsed when its CRLF is there. The body goes straight into the caller's memory. There is no other
 * state, so where the pieces are cut makes no difference (tests/fuzz/fuzz_http.c cuts everywhere).
 *
 * Only headers that decide how the answer is read are looked at: Content-Length, Transfer-Encoding,
 * Connection, Retry-After. The rest must be well formed and is forgotten. Whether the body is worth
 * anything is decided by its signature, not by its headers. A Retry-After that is a date is so long
 * after the answer's own Date: our clock may be wrong by years, and a wait is all that is asked.
 *
 * References: RFC 9112 4 (status line), 5 (field syntax), 6 (message body); RFC 9110 5.6.2 (token),
 * 10.2.3 (Retry-After).
 */
#include "http.h"

#include <assert.h>
#include <stdio.h>
#include <strings.h>

#include "http_date.h"

#define STATUS_MIN 200
#define STATUS_MAX 599

void http_reader_init(struct http_reader *r, void *body, size_t body_cap)
{
    assert(r && (body || body_cap == 0));
    *r = (struct http_reader){.body = body, .body_cap = body_cap, .keep_alive = true};
}

static enum http_progress refuse(struct http_reader *r, const char *why)
{
    r->why = why;
    return HTTP_BAD;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* RFC 9110 5.6.2 */
static bool is_token_char(char c)
{
    if (is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
        return true;
    return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

/* Visible characters, space, tab, and what RFC 9110 5.5 calls obs-text. */
static bool is_field_char(char c)
{
    const unsigned char byte = (unsigned char)c;
    return byte == '\t' || (byte >= ' ' && byte != 0x7F);
}

static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_field_char(text[i]))
            return false;
    }
    return true;
}

/* Digits alone; a number above `max` reads as max + 1. */
static bool parse_number(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    if (*text == '\0')
        return false;
    for (; *text; text++) {
        if (!is_digit(*text))
            return false;
        if (value <= max)
            value = value * 10 + (uint64_t)(*text - '0');
    }
    *out = value <= max ? value : max + 1;
    return true;
}

/* "HTTP/1.1 200 OK" (the reason may be empty, its space may not be missing) */
static enum http_progress parse_status(struct http_reader *r)
{
    static const char version[] = "HTTP/1.1 ";
    const size_t at = sizeof version - 1;
    const char *line = r->line;
    if (r->line_len < at + 4 || memcmp(line, version, at) != 0)
        return refuse(r, "not an HTTP/1.1 status line");
    if (!is_digit(line[at]) || !is_digit(line[at + 1]) || !is_digit(line[at + 2]) ||
        line[at + 3] != ' ' || !is_plain(line, r->line_len))
        return refuse(r, "malformed status line");
    r->status = (line[at] - '0') * 100 + (line[at + 1] - '0') * 10 + (line[at + 2] - '0');
    if (r->status < STATUS_MIN || r->status > STATUS_MAX)
        return refuse(r, "status is not a final one");
    r->part = HTTP_PART_HEADERS;
    return HTTP_MORE;
}

static enum http_progress take_content_length(struct http_reader *r, const char *value)
{
    uint64_t length;
    if (r->has_length)
        return refuse(r, "Content-Length given twice");
    if (!parse_number(value, SIZE_MAX / 16, &length))
        return refuse(r, "malformed Content-Length");
    if (length > r->body_cap)
        return refuse(r, "body larger than was asked for");
    r->has_length = true;
    r->content_length = (size_t)length;
    return HTTP_MORE;
}

static enum http_progress take_transfer_encoding(struct http_reader *r, const char *value)
{
    (void)value;
    return refuse(r, "Transfer-Encoding is not supported");
}

/* Anything but keep-alive ends the connection: closing too often only costs a handshake. */
static enum http_progress take_connection(struct http_reader *r, const char *value)
{
    if (strcasecmp(value, "keep-alive") != 0)
        r->keep_alive = false;
    return HTTP_MORE;
}

static uint32_t retry_cap(int64_t seconds)
{
    if (seconds < 0)
        return 0;
    return seconds > HTTP_RETRY_AFTER_MAX_S ? HTTP_RETRY_AFTER_MAX_S : (uint32_t)seconds;
}

static enum http_progress take_retry_after(struct http_reader *r, const char *value)
{
    uint64_t seconds;
    r->retry_at_s = 0;
    if (parse_number(value, HTTP_RETRY_AFTER_MAX_S, &seconds))
        r->retry_after_s = retry_cap((int64_t)seconds);
    else
        (void)http_date_parse(value, &r->retry_at_s);
    return HTTP_MORE;
}

static enum http_progress take_date(struct http_reader *r, const char *value)
{
    (void)http_date_parse(value, &r->date_s);
    return HTTP_MORE;
}

static const struct {
    const char *name;
    enum http_progress (*take)(struct http_reader *r, const char *value);
} known_headers[] = {
    {"Content-Length", take_content_length},
    {"Transfer-Encoding", take_transfer_encoding},
    {"Connection", take_connection},
    {"Retry-After", take_retry_after},
    {"Date", take_date},
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* "Name: value", the value without the blanks around it. */
static enum http_progress parse_header(struct http_reader *r)
{
    char *line = r->line;
    size_t name_len = 0;
    while (name_len < r->line_len && is_token_char(line[name_len]))
        name_len++;
    if (name_len == 0 || name_len == r->line_len || line[name_len] != ':')
        return refuse(r, "malformed header name");
    if (!is_plain(line, r->line_len))
        return refuse(r, "control character in a header");
    line[name_len] = '\0';
    char *value = line + name_len + 1;
    char *end = line + r->line_len;
    while (value < end && is_blank(*value))
        value++;
    while (end > value && is_blank(end[-1]))
        end--;
    *end = '\0';
    for (size_t i = 0; i < sizeof known_headers / sizeof known_headers[0]; i++) {
        if (strcasecmp(line, known_headers[i].name) == 0)
            return known_headers[i].take(r, value);
    }
    return HTTP_MORE;
}

static enum http_progress end_body(struct http_reader *r)
{
    if (r->body_len < r->content_length)
        return HTTP_MORE;
    r->part = HTTP_PART_END;
    return HTTP_DONE;
}

static enum http_progress end_head(struct http_reader *r)
{
    if (!r->has_length)
        return refuse(r, "no Content-Length");
    if (r->retry_at_s != 0 && r->date_s != 0)
        r->retry_after_s = retry_cap(r->retry_at_s - r->date_s);
    r->part = HTTP_PART_BODY;
    return end_body(r);
}

/* One byte of the head; a line is complete at its LF. */
static enum http_progress take_head_byte(struct http_reader *r, char c)
{
    if (r->head_len == HTTP_HEAD_MAX)
        return refuse(r, "head too long");
    r->head_len++;
    if (c != '\n') {
        r->line[r->line_len++] = c;
        return HTTP_MORE;
    }
    if (r->line_len == 0 || r->line[r->line_len - 1] != '\r')
        return refuse(r, "line does not end in CRLF");
    r->line_len--;
    enum http_progress progress;
    if (r->part == HTTP_PART_STATUS)
        progress = parse_status(r);
    else if (r->line_len == 0)
        progress = end_head(r);
    else
        progress = parse_header(r);
    r->line_len = 0;
    return progress;
}

static size_t take_body(struct http_reader *r, struct span bytes)
{
    const size_t wanted = r->content_length - r->body_len;
    const size_t len = bytes.len < wanted ? bytes.len : wanted;
    memcpy(r->body + r->body_len, bytes.p, len);
    r->body_len += len;
    return len;
}

enum http_progress http_reader_feed(struct http_reader *r, struct span bytes)
{
    if (r->why)
        return HTTP_BAD;
    enum http_progress progress = r->part == HTTP_PART_END ? HTTP_DONE : HTTP_MORE;
    size_t at = 0;
    while (at < bytes.len && progress == HTTP_MORE) {
        if (r->part == HTTP_PART_BODY) {
            at += take_body(r, span_of(bytes.p + at, bytes.len - at));
            progress = end_body(r);
        } else {
            progress = take_head_byte(r, (char)bytes.p[at++]);
        }
    }
    if (progress == HTTP_DONE && at < bytes.len)
        return refuse(r, "bytes after the end of the answer");
    return progress;
}

enum http_progress http_reader_end(struct http_reader *r)
{
    if (r->why)
        return HTTP_BAD;
    if (r->part == HTTP_PART_END)
        return HTTP_DONE;
    if (http_reader_is_fresh(r))
        return refuse(r, "connection ended without an answer");
    return refuse(r, "connection ended within the answer");
}

bool http_reader_is_fresh(const struct http_reader *r)
{
    return r->head_len == 0;
}

enum err http_request_write(const struct http_request *request, char *out, size_t cap, size_t *len)
{
    int n = snprintf(out, cap, "%s %s HTTP/1.1\r\nHost: %s:%u\r\n", request->method,
                     request->target, request->host, (unsigned)request->port);
    assert(n > 0);
    size_t used = (size_t)n;
    if (used < cap && request->content_type) {
        n = snprintf(out + used, cap - used, "Content-Type: %s\r\nContent-Length: %zu\r\n",
                     request->content_type, request->body_len);
        assert(n > 0);
        used += (size_t)n;
    }
    if (used + 2 > cap)
        return ERR_SIZE;
    memcpy(out + used, "\r\n", 2);
    *len = used + 2;
    return ERR_OK;
}
