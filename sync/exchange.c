/* The steps of an exchange: resolve, connect, handshake, send, receive; a table, and one function
 * for each.
 *
 * Failures end in `err` and `why`: the line that a technician reads in the log and on the page.
 */
#include "exchange.h"

#include <assert.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_PIECE 16384 /* a TLS record */

enum err exchange_init(const struct exchange_peer *peer, struct exchange *out)
{
    *out = (struct exchange){.peer = *peer, .fd = -1};
    tls_context_keep(peer->tls);
    return resolver_open(peer->host, peer->port, &out->resolver);
}

void exchange_done(struct exchange *exchange)
{
    exchange_disconnect(exchange);
    resolver_close(exchange->resolver);
    exchange->resolver = NULL;
    tls_context_close(exchange->peer.tls);
    exchange->peer.tls = NULL;
}

void exchange_fail(struct exchange *exchange, enum err err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(exchange->why, sizeof exchange->why, format, arguments);
    va_end(arguments);
    exchange->err = err;
}

static void close_socket(struct exchange *exchange)
{
    tls_close(exchange->tls);
    exchange->tls = NULL;
    if (exchange->fd >= 0)
        close(exchange->fd);
    exchange->fd = -1;
}

static void forget_addresses(struct exchange *exchange)
{
    if (exchange->addresses)
        freeaddrinfo(exchange->addresses);
    exchange->addresses = NULL;
    exchange->address = NULL;
}

void exchange_disconnect(struct exchange *exchange)
{
    close_socket(exchange);
    forget_addresses(exchange);
}

enum exchange_progress exchange_begin(struct exchange *exchange, struct span request, void *body,
                                      size_t body_cap)
{
    exchange->unsent = request;
    exchange->queued = (int)request.len;
    exchange->request_len = request.len;
    http_reader_init(&exchange->reader, body, body_cap);
    if (exchange->tls) {
        exchange->step = EXCHANGE_SEND;
        return EXCHANGE_DONE;
    }
    exchange->step = EXCHANGE_RESOLVE;
    const enum err err = resolver_start(exchange->resolver);
    if (err == ERR_OK)
        return EXCHANGE_DONE;
    exchange_fail(exchange, err, "can't look up the registry's name: %s", err_text(err));
    return EXCHANGE_FAILED;
}

static enum exchange_progress step_resolve(struct exchange *exchange)
{
    const char *why;
    const enum err err = resolver_take(exchange->resolver, &exchange->addresses, &why);
    if (err == ERR_BUSY)
        return EXCHANGE_WANT_READ;
    if (err != ERR_OK) {
        exchange_fail(exchange, err, "the registry's name %s is not found: %s", exchange->peer.host,
                      why);
        return EXCHANGE_FAILED;
    }
    exchange->address = exchange->addresses;
    return EXCHANGE_DONE;
}

/* Begins to connect to the address that is next. 0, EINPROGRESS, or why not. */
static int connect_start(struct exchange *exchange)
{
    const struct addrinfo *address = exchange->address;
    exchange->fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                          address->ai_protocol);
    if (exchange->fd < 0)
        return errno;
    const int on = 1;
    (void)setsockopt(exchange->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connect(exchange->fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
}

/* How the connect under way went. */
static int connect_result(const struct exchange *exchange)
{
    int error = 0;
    socklen_t len = sizeof error;
    if (getsockopt(exchange->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        return errno;
    if (error != 0)
        return error;
    struct sockaddr_storage peer;
    len = sizeof peer;
    if (getpeername(exchange->fd, (struct sockaddr *)&peer, &len) == 0)
        return 0;
    return errno == ENOTCONN ? EINPROGRESS : errno;
}

bool exchange_has_next_address(const struct exchange *exchange)
{
    return exchange->step == EXCHANGE_CONNECT && exchange->address->ai_next;
}

void exchange_next_address(struct exchange *exchange)
{
    assert(exchange_has_next_address(exchange));
    close_socket(exchange);
    exchange->address = exchange->address->ai_next;
}

static enum exchange_progress step_connect(struct exchange *exchange)
{
    const int error = exchange->fd >= 0 ? connect_result(exchange) : connect_start(exchange);
    if (error == EINPROGRESS)
        return EXCHANGE_WANT_WRITE;
    if (error != 0) {
        exchange_fail(exchange, err_from_errno(error), "can't connect to %s:%u: %s",
                      exchange->peer.host, (unsigned)exchange->peer.port, strerrordesc_np(error));
        return EXCHANGE_FAILED;
    }
    const enum err err =
        tls_open(exchange->peer.tls, exchange->fd, exchange->peer.host, &exchange->tls);
    if (err != ERR_OK) {
        exchange_fail(exchange, err, "can't start TLS: %s", err_text(err));
        return EXCHANGE_FAILED;
    }
    forget_addresses(exchange);
    return EXCHANGE_DONE;
}

/* What TLS waits for, we wait for. */
static enum exchange_progress progress_of(struct exchange *exchange, enum tls_progress progress)
{
    switch (progress) {
    case TLS_DONE:
        return EXCHANGE_DONE;
    case TLS_WANT_READ:
        return EXCHANGE_WANT_READ;
    case TLS_WANT_WRITE:
        return EXCHANGE_WANT_WRITE;
    case TLS_ENDED:
        exchange_fail(exchange, ERR_CLOSED, "%s", tls_why(exchange->tls));
        return EXCHANGE_FAILED;
    case TLS_FAILED:
        break;
    }
    exchange_fail(exchange, ERR_AUTH, "%s", tls_why(exchange->tls));
    return EXCHANGE_FAILED;
}

static enum exchange_progress step_handshake(struct exchange *exchange)
{
    return progress_of(exchange, tls_handshake(exchange->tls));
}

static enum exchange_progress step_send(struct exchange *exchange)
{
    return progress_of(exchange, tls_write(exchange->tls, &exchange->unsent));
}

static enum exchange_progress refuse_answer(struct exchange *exchange)
{
    exchange_fail(exchange, ERR_INVALID, "the registry's answer is no good: %s",
                  exchange->reader.why);
    return EXCHANGE_FAILED;
}

static enum exchange_progress step_receive(struct exchange *exchange)
{
    uint8_t piece[READ_PIECE];
    for (;;) {
        size_t len;
        const enum tls_progress progress = tls_read(exchange->tls, piece, sizeof piece, &len);
        if (progress == TLS_ENDED && !http_reader_is_fresh(&exchange->reader)) {
            (void)http_reader_end(&exchange->reader); /* a whole answer has been returned already */
            return refuse_answer(exchange);
        }
        if (progress != TLS_DONE)
            return progress_of(exchange, progress);
        switch (http_reader_feed(&exchange->reader, span_of(piece, len))) {
        case HTTP_MORE:
            break;
        case HTTP_DONE:
            return EXCHANGE_DONE;
        case HTTP_BAD:
            return refuse_answer(exchange);
        }
    }
}

enum exchange_progress exchange_run(struct exchange *exchange)
{
    static enum exchange_progress (*const steps[])(struct exchange *) = {
        [EXCHANGE_RESOLVE] = step_resolve,     [EXCHANGE_CONNECT] = step_connect,
        [EXCHANGE_HANDSHAKE] = step_handshake, [EXCHANGE_SEND] = step_send,
        [EXCHANGE_RECEIVE] = step_receive,
    };
    assert(exchange->step > EXCHANGE_IDLE && exchange->step < EXCHANGE_END);
    const enum exchange_progress progress = steps[exchange->step](exchange);
    if (progress == EXCHANGE_DONE)
        exchange->step++;
    return progress;
}

int exchange_fd(const struct exchange *exchange)
{
    return exchange->step == EXCHANGE_RESOLVE ? resolver_fd(exchange->resolver) : exchange->fd;
}

size_t exchange_moved(const struct exchange *exchange)
{
    const struct http_reader *reader = &exchange->reader;
    return exchange->request_len - exchange->unsent.len + reader->head_len + reader->body_len;
}

bool exchange_is_draining(struct exchange *exchange)
{
    int queued = 0;
    if (exchange->fd < 0 || ioctl(exchange->fd, SIOCOUTQ, &queued) != 0)
        return false;
    const bool draining = queued < exchange->queued;
    exchange->queued = queued;
    return draining;
}
