/* One request, step by step: resolve, connect, handshake, send, receive.
 *
 * Each step is a function that does what it can without waiting and says whether it is done or what
 * it waits for; a table gives their order, names and deadlines, and one function runs them. A
 * deadline is measured from the last progress, not from the start: at the 9.6 kbit/s that some
 * sites have, 64 KB take a minute. What the kernel has taken but the other side has not yet
 * acknowledged counts as progress while it shrinks (SIOCOUTQ), else a slow line would time out with
 * its socket buffer full of bytes that are on their way.
 *
 * A kept connection that dies is noticed while idle (it becomes readable) or, if the two cross on
 * the wire, by an end before the first byte of an answer: then, and only then, the request is sent
 * once more on a fresh connection.
 */
#include "link.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"
#include "resolver.h"

#define READ_PIECE 16384 /* a TLS record */
#define USEC_PER_S UINT64_C(1000000)

enum step {
    STEP_IDLE = 0,
    STEP_RESOLVE,
    STEP_CONNECT,
    STEP_HANDSHAKE,
    STEP_SEND,
    STEP_RECEIVE,
    STEP_END,
};

enum progress {
    PROGRESS_FAILED = 0, /* link->err and link->why are set */
    PROGRESS_DONE,
    PROGRESS_WANT_READ,
    PROGRESS_WANT_WRITE,
};

struct link {
    sd_event *loop;
    struct link_peer peer;
    struct resolver *resolver;
    sd_event_source *io, *deadline, *start;

    enum step step;
    bool kept;                            /* this connection has answered a request before */
    struct addrinfo *addresses, *address; /* what is left to try begins at `address` */
    int fd;
    struct tls *tls;
    int queued; /* bytes the other side had not acknowledged, when last asked */
    uint64_t give_up_us;

    size_t request_len;
    struct span unsent;
    struct http_reader reader;
    size_t answer_max;
    uint8_t *body;

    link_done done;
    void *user;
    enum err err;
    char why[LINK_WHY_LEN];
    uint8_t request[LINK_REQUEST_MAX];
};

static void fail(struct link *link, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void fail(struct link *link, enum err err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(link->why, sizeof link->why, format, arguments);
    va_end(arguments);
    link->err = err;
}

static void forget_addresses(struct link *link)
{
    if (link->addresses)
        freeaddrinfo(link->addresses);
    link->addresses = NULL;
    link->address = NULL;
}

static void close_socket(struct link *link)
{
    link->io = sd_event_source_disable_unref(link->io);
    tls_close(link->tls);
    link->tls = NULL;
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
}

static void disconnect(struct link *link)
{
    close_socket(link);
    forget_addresses(link);
    link->kept = false;
}

/* ---- steps -------------------------------------------------------------------------------- */

static enum progress step_resolve(struct link *link)
{
    const char *why;
    const enum err err = resolver_take(link->resolver, &link->addresses, &why);
    if (err == ERR_BUSY)
        return PROGRESS_WANT_READ;
    if (err != ERR_OK) {
        fail(link, err, "the registry's name %s is not found: %s", link->peer.host, why);
        return PROGRESS_FAILED;
    }
    link->address = link->addresses;
    return PROGRESS_DONE;
}

/* Begins to connect to the next address. 0, EINPROGRESS, or why not. */
static int connect_next(struct link *link)
{
    const struct addrinfo *address = link->address;
    link->fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                      address->ai_protocol);
    if (link->fd < 0)
        return errno;
    const int on = 1;
    (void)setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connect(link->fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
}

/* How the connect under way went. */
static int connect_result(const struct link *link)
{
    int error = 0;
    socklen_t len = sizeof error;
    if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        return errno;
    if (error != 0)
        return error;
    struct sockaddr_storage peer;
    len = sizeof peer;
    if (getpeername(link->fd, (struct sockaddr *)&peer, &len) == 0)
        return 0;
    return errno == ENOTCONN ? EINPROGRESS : errno;
}

static enum progress step_connect(struct link *link)
{
    int error = link->fd >= 0 ? connect_result(link) : connect_next(link);
    while (error != 0 && error != EINPROGRESS && link->address->ai_next) {
        close_socket(link);
        link->address = link->address->ai_next;
        error = connect_next(link);
    }
    if (error == EINPROGRESS)
        return PROGRESS_WANT_WRITE;
    if (error != 0) {
        fail(link, err_from_errno(error), "can't connect to %s:%u: %s", link->peer.host,
             (unsigned)link->peer.port, strerrordesc_np(error));
        return PROGRESS_FAILED;
    }
    const enum err err = tls_open(link->peer.tls, link->fd, link->peer.host, &link->tls);
    if (err != ERR_OK) {
        fail(link, err, "can't start TLS: %s", err_text(err));
        return PROGRESS_FAILED;
    }
    return PROGRESS_DONE;
}

/* What TLS waits for, we wait for. */
static enum progress progress_of(struct link *link, enum tls_progress progress)
{
    switch (progress) {
    case TLS_DONE:
        return PROGRESS_DONE;
    case TLS_WANT_READ:
        return PROGRESS_WANT_READ;
    case TLS_WANT_WRITE:
        return PROGRESS_WANT_WRITE;
    case TLS_ENDED:
        fail(link, ERR_CLOSED, "%s", tls_why(link->tls));
        return PROGRESS_FAILED;
    case TLS_FAILED:
        break;
    }
    fail(link, ERR_AUTH, "%s", tls_why(link->tls));
    return PROGRESS_FAILED;
}

static enum progress step_handshake(struct link *link)
{
    return progress_of(link, tls_handshake(link->tls));
}

static enum progress step_send(struct link *link)
{
    return progress_of(link, tls_write(link->tls, &link->unsent));
}

static enum progress refuse_answer(struct link *link)
{
    fail(link, ERR_INVALID, "the registry's answer is no good: %s", link->reader.why);
    return PROGRESS_FAILED;
}

static enum progress step_receive(struct link *link)
{
    uint8_t piece[READ_PIECE];
    for (;;) {
        size_t len;
        const enum tls_progress progress = tls_read(link->tls, piece, sizeof piece, &len);
        if (progress == TLS_ENDED && !http_reader_is_fresh(&link->reader)) {
            (void)http_reader_end(&link->reader); /* a whole answer was returned before its end */
            return refuse_answer(link);
        }
        if (progress != TLS_DONE)
            return progress_of(link, progress);
        switch (http_reader_feed(&link->reader, span_of(piece, len))) {
        case HTTP_MORE:
            break;
        case HTTP_DONE:
            return PROGRESS_DONE;
        case HTTP_BAD:
            return refuse_answer(link);
        }
    }
}

static const struct {
    enum progress (*run)(struct link *link);
    uint64_t timeout_s;
    const char *what; /* took too long */
} steps[] = {
    [STEP_RESOLVE] = {step_resolve, LINK_RESOLVE_TIMEOUT_S, "looking up the registry's name"},
    [STEP_CONNECT] = {step_connect, LINK_CONNECT_TIMEOUT_S, "connecting to the registry"},
    [STEP_HANDSHAKE] = {step_handshake, LINK_HANDSHAKE_TIMEOUT_S, "the TLS handshake"},
    [STEP_SEND] = {step_send, LINK_SEND_TIMEOUT_S, "sending to the registry"},
    [STEP_RECEIVE] = {step_receive, LINK_ANSWER_TIMEOUT_S, "waiting for the registry's answer"},
};

/* ---- running them ------------------------------------------------------------------------- */

static uint64_t now_us(const struct link *link)
{
    uint64_t now;
    const int failed = sd_event_now(link->loop, CLOCK_MONOTONIC, &now);
    assert(failed >= 0);
    return now;
}

static void arm_deadline(struct link *link)
{
    uint64_t at = now_us(link) + steps[link->step].timeout_s * USEC_PER_S;
    if (at > link->give_up_us)
        at = link->give_up_us;
    int failed = sd_event_source_set_time(link->deadline, at);
    if (failed >= 0)
        failed = sd_event_source_set_enabled(link->deadline, SD_EVENT_ONESHOT);
    assert(failed >= 0);
}

static void end_exchange(struct link *link, const struct link_answer *answer)
{
    link->step = STEP_IDLE;
    (void)sd_event_source_set_enabled(link->deadline, SD_EVENT_OFF);
    link->done(answer, link->user);
}

/* Nothing of an answer came on a connection that had worked before: it died while we did not look.
 */
static bool was_stale(const struct link *link)
{
    return link->kept && http_reader_is_fresh(&link->reader) &&
           (link->step == STEP_SEND || link->step == STEP_RECEIVE) && link->err != ERR_TIMEOUT;
}

static void begin_connection(struct link *link);

static void end_failed(struct link *link)
{
    const bool again = was_stale(link);
    disconnect(link);
    if (again) {
        begin_connection(link);
        return;
    }
    const struct link_answer answer = {.err = link->err, .why = link->why};
    end_exchange(link, &answer);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *user);

static void end_answered(struct link *link)
{
    const struct link_answer answer = {
        .status = link->reader.status,
        .retry_after_s = link->reader.retry_after_s,
        .body = span_of(link->body, link->reader.body_len),
    };
    forget_addresses(link);
    if (link->reader.keep_alive) {
        link->kept = true;
        (void)sd_event_source_set_io_events(link->io, EPOLLIN);
    } else {
        disconnect(link);
    }
    end_exchange(link, &answer);
}

/* Makes the loop wake us when what we wait for is there. */
static enum err wait_for(struct link *link, uint32_t events)
{
    const int fd = link->step == STEP_RESOLVE ? resolver_fd(link->resolver) : link->fd;
    if (link->io && sd_event_source_get_io_fd(link->io) == fd)
        return sd_event_source_set_io_events(link->io, events) < 0 ? ERR_MEMORY : ERR_OK;
    link->io = sd_event_source_disable_unref(link->io);
    return sd_event_add_io(link->loop, &link->io, fd, events, on_io, link) < 0 ? ERR_MEMORY
                                                                               : ERR_OK;
}

static void run(struct link *link)
{
    enum progress progress = PROGRESS_DONE;
    while (link->step != STEP_END) {
        progress = steps[link->step].run(link);
        if (progress != PROGRESS_DONE)
            break;
        link->step++;
    }
    if (link->step == STEP_END) {
        end_answered(link);
        return;
    }
    if (progress != PROGRESS_FAILED &&
        wait_for(link, progress == PROGRESS_WANT_READ ? EPOLLIN : EPOLLOUT) != ERR_OK) {
        fail(link, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
        progress = PROGRESS_FAILED;
    }
    if (progress == PROGRESS_FAILED)
        end_failed(link);
    else
        arm_deadline(link);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)fd;
    (void)events;
    struct link *link = user;
    if (link->step == STEP_IDLE)
        disconnect(link); /* nothing was asked: what comes can only be its end */
    else
        run(link);
    return 0;
}

/* True while the other side still acknowledges what we sent. */
static bool queue_shrinks(struct link *link)
{
    int queued = 0;
    if (link->fd < 0 || ioctl(link->fd, SIOCOUTQ, &queued) != 0)
        return false;
    const bool shrinks = queued < link->queued;
    link->queued = queued;
    return shrinks;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source;
    struct link *link = user;
    const bool sending = link->step == STEP_SEND || link->step == STEP_RECEIVE;
    if (sending && usec < link->give_up_us && queue_shrinks(link)) {
        arm_deadline(link);
        return 0;
    }
    if (link->step == STEP_CONNECT && link->address->ai_next) {
        close_socket(link);
        link->address = link->address->ai_next;
        run(link);
        return 0;
    }
    fail(link, ERR_TIMEOUT, "%s took too long", steps[link->step].what);
    end_failed(link);
    return 0;
}

static void begin_connection(struct link *link)
{
    link->unsent = span_of(link->request, link->request_len);
    link->queued = (int)link->request_len;
    http_reader_init(&link->reader, link->body, link->answer_max);
    if (link->kept) {
        link->step = STEP_SEND;
        run(link);
        return;
    }
    link->step = STEP_RESOLVE;
    const enum err err = resolver_start(link->resolver);
    if (err == ERR_OK) {
        run(link);
        return;
    }
    fail(link, err, "can't look up the registry's name: %s", err_text(err));
    end_failed(link);
}

static int on_start(sd_event_source *source, void *user)
{
    (void)source;
    begin_connection(user);
    return 0;
}

void link_ask(struct link *link, const struct link_request *request, link_done done, void *user)
{
    assert(link->step == STEP_IDLE && request->body.len <= LINK_REQUEST_MAX - 1024);
    const struct http_request head = {
        .method = request->method,
        .target = request->target,
        .host = link->peer.host,
        .port = link->peer.port,
        .content_type = request->content_type,
        .body_len = request->body.len,
    };
    size_t len;
    const enum err err =
        http_request_write(&head, (char *)link->request, sizeof link->request, &len);
    assert(err == ERR_OK && len + request->body.len <= sizeof link->request);
    if (request->body.len > 0)
        memcpy(link->request + len, request->body.p, request->body.len);
    link->request_len = len + request->body.len;
    link->done = done;
    link->user = user;
    link->give_up_us = now_us(link) + LINK_EXCHANGE_MAX_S * USEC_PER_S;
    const int failed = sd_event_source_set_enabled(link->start, SD_EVENT_ONESHOT);
    assert(failed >= 0);
}

enum err link_open(sd_event *loop, const struct link_peer *peer, size_t answer_max,
                   struct link **out)
{
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        return ERR_MEMORY;
    link->loop = sd_event_ref(loop);
    link->peer = *peer;
    link->fd = -1;
    link->answer_max = answer_max;
    link->body = malloc(answer_max);
    enum err err = link->body ? resolver_open(peer->host, peer->port, &link->resolver) : ERR_MEMORY;
    if (err == ERR_OK &&
        (sd_event_add_time(loop, &link->deadline, CLOCK_MONOTONIC, 0, 0, on_deadline, link) < 0 ||
         sd_event_add_defer(loop, &link->start, on_start, link) < 0 ||
         sd_event_source_set_enabled(link->deadline, SD_EVENT_OFF) < 0 ||
         sd_event_source_set_enabled(link->start, SD_EVENT_OFF) < 0))
        err = ERR_MEMORY;
    if (err != ERR_OK) {
        link_close(link);
        return err;
    }
    *out = link;
    return ERR_OK;
}

void link_close(struct link *link)
{
    if (!link)
        return;
    disconnect(link);
    sd_event_source_disable_unref(link->deadline);
    sd_event_source_disable_unref(link->start);
    resolver_close(link->resolver);
    sd_event_unref(link->loop);
    free(link->body);
    free(link);
}
