/* Running the steps of an exchange on the loop, each with its deadline.
 *
 * A deadline is measured from the last progress, not from the start: at the 9.6 kbit/s that some
 * sites have, 64 KB take a minute. What the kernel has taken but the other side has not yet
 * acknowledged counts as progress while it shrinks, else a slow line would time out with its socket
 * buffer full of bytes that are on their way. Progress is cheap to feign, so there is a pace to be
 * kept as well.
 *
 * A kept connection that dies is noticed while idle (it becomes readable) or, if the two cross on
 * the wire, by an end, or nothing at all, before the first byte of an answer: then, and only then,
 * the request is sent once more on a fresh connection.
 */
#include "link.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/epoll.h>

#define USEC_PER_S UINT64_C(1000000)

struct link {
    sd_event *loop;
    sd_event_source *io, *deadline, *start;
    struct exchange exchange;
    bool kept; /* this connection has answered a request before */
    uint64_t give_up_us, paced_from_us;
    uint32_t patience_s;

    size_t answer_max;
    uint8_t *body; /* of the answer */
    link_done done;
    void *user;
    size_t request_len;
    uint8_t request[LINK_HEAD_MAX + LINK_BODY_MAX];
};

static const struct {
    uint64_t timeout_s;
    const char *what; /* took too long */
} steps[] = {
    [EXCHANGE_RESOLVE] = {LINK_RESOLVE_TIMEOUT_S, "looking up the registry's name"},
    [EXCHANGE_CONNECT] = {LINK_CONNECT_TIMEOUT_S, "connecting to the registry"},
    [EXCHANGE_HANDSHAKE] = {LINK_HANDSHAKE_TIMEOUT_S, "the TLS handshake"},
    [EXCHANGE_SEND] = {LINK_SEND_TIMEOUT_S, "sending to the registry"},
    [EXCHANGE_RECEIVE] = {LINK_ANSWER_TIMEOUT_S, "waiting for the registry's answer"},
};

static uint64_t now_us(const struct link *link)
{
    uint64_t now;
    const int failed = sd_event_now(link->loop, CLOCK_MONOTONIC, &now);
    assert(failed >= 0);
    return now;
}

/* When it ends, with or without progress, unless more bytes move. */
static uint64_t limit_us(const struct link *link)
{
    const uint64_t free_us = (LINK_PACE_FREE_S + link->patience_s) * USEC_PER_S;
    const uint64_t earned_us = exchange_moved(&link->exchange) * USEC_PER_S / LINK_PACE_MIN;
    const uint64_t paced_us = link->paced_from_us + free_us + earned_us;
    return paced_us < link->give_up_us ? paced_us : link->give_up_us;
}

static void arm_deadline(struct link *link)
{
    uint64_t timeout_s = steps[link->exchange.step].timeout_s;
    if (link->exchange.step == EXCHANGE_RECEIVE)
        timeout_s += link->patience_s;
    if (link->exchange.step < EXCHANGE_HANDSHAKE)
        link->paced_from_us = now_us(link);
    uint64_t at = now_us(link) + timeout_s * USEC_PER_S;
    if (at > limit_us(link))
        at = limit_us(link);
    int failed = sd_event_source_set_time(link->deadline, at);
    if (failed >= 0)
        failed = sd_event_source_set_enabled(link->deadline, SD_EVENT_ONESHOT);
    assert(failed >= 0);
}

static void disconnect(struct link *link)
{
    link->io = sd_event_source_disable_unref(link->io);
    exchange_disconnect(&link->exchange);
    link->kept = false;
}

static void end(struct link *link, const struct link_answer *answer)
{
    link->exchange.step = EXCHANGE_IDLE;
    (void)sd_event_source_set_enabled(link->deadline, SD_EVENT_OFF);
    link->done(answer, link->user);
}

static void end_answered(struct link *link)
{
    const struct http_reader *reader = &link->exchange.reader;
    const struct link_answer answer = {
        .status = reader->status,
        .retry_after_s = reader->retry_after_s,
        .body = span_of(link->body, reader->body_len),
    };
    link->kept = reader->keep_alive;
    if (link->kept)
        (void)sd_event_source_set_io_events(link->io, EPOLLIN);
    else
        disconnect(link);
    end(link, &answer);
}

/* Nothing of an answer came on a connection that had worked before: it died while we did not look,
 * or a box on the way has forgotten it, which says nothing. */
static bool was_stale(const struct link *link)
{
    const bool silent = link->exchange.err == ERR_CLOSED || link->exchange.err == ERR_TIMEOUT;
    return link->kept && silent && http_reader_is_fresh(&link->exchange.reader);
}

static void begin(struct link *link);

static void end_failed(struct link *link)
{
    const bool again = was_stale(link);
    disconnect(link);
    if (again) {
        begin(link);
        return;
    }
    const struct link_answer answer = {.err = link->exchange.err, .why = link->exchange.why};
    end(link, &answer);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *user);

/* Makes the loop wake us when what the step waits for is there. */
static bool wait_for(struct link *link, uint32_t events)
{
    const int fd = exchange_fd(&link->exchange);
    if (link->io && sd_event_source_get_io_fd(link->io) == fd)
        return sd_event_source_set_io_events(link->io, events) >= 0;
    link->io = sd_event_source_disable_unref(link->io);
    return sd_event_add_io(link->loop, &link->io, fd, events, on_io, link) >= 0;
}

/* The loop must let go of a socket before it is closed: the next one may have the same number. */
static bool try_next_address(struct link *link)
{
    if (!exchange_has_next_address(&link->exchange))
        return false;
    link->io = sd_event_source_disable_unref(link->io);
    exchange_next_address(&link->exchange);
    return true;
}

/* As far as it goes without waiting. */
static enum exchange_progress run_steps(struct link *link)
{
    for (;;) {
        const enum exchange_progress progress = exchange_run(&link->exchange);
        if (progress == EXCHANGE_FAILED && try_next_address(link))
            continue;
        if (progress != EXCHANGE_DONE || link->exchange.step == EXCHANGE_END)
            return progress;
    }
}

static void run(struct link *link)
{
    enum exchange_progress progress = run_steps(link);
    if (progress == EXCHANGE_DONE) {
        end_answered(link);
        return;
    }
    if (progress != EXCHANGE_FAILED &&
        !wait_for(link, progress == EXCHANGE_WANT_READ ? EPOLLIN : EPOLLOUT)) {
        exchange_fail(&link->exchange, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
        progress = EXCHANGE_FAILED;
    }
    if (progress == EXCHANGE_FAILED)
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
    if (link->exchange.step == EXCHANGE_IDLE)
        disconnect(link); /* nothing was asked: what comes can only be its end */
    else
        run(link);
    return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source;
    struct link *link = user;
    const bool sending = link->exchange.step >= EXCHANGE_SEND && usec < limit_us(link);
    if (sending && exchange_is_draining(&link->exchange)) {
        arm_deadline(link);
        return 0;
    }
    if (try_next_address(link)) {
        run(link);
        return 0;
    }
    exchange_fail(&link->exchange, ERR_TIMEOUT, "%s took too long",
                  steps[link->exchange.step].what);
    end_failed(link);
    return 0;
}

static void begin(struct link *link)
{
    const struct span request = span_of(link->request, link->request_len);
    if (exchange_begin(&link->exchange, request, link->body, link->answer_max) == EXCHANGE_DONE)
        run(link);
    else
        end_failed(link);
}

static int on_start(sd_event_source *source, void *user)
{
    (void)source;
    begin(user);
    return 0;
}

void link_ask(struct link *link, const struct link_request *request, link_done done, void *user)
{
    assert(link->exchange.step == EXCHANGE_IDLE && request->body.len <= LINK_BODY_MAX);
    const struct http_request head = {
        .method = request->method,
        .target = request->target,
        .host = link->exchange.peer.host,
        .port = link->exchange.peer.port,
        .content_type = request->content_type,
        .body_len = request->body.len,
    };
    size_t len;
    const enum err err = http_request_write(&head, (char *)link->request, LINK_HEAD_MAX, &len);
    assert(err == ERR_OK);
    if (request->body.len > 0)
        memcpy(link->request + len, request->body.p, request->body.len);
    link->request_len = len + request->body.len;
    link->patience_s = request->patience_s;
    link->done = done;
    link->user = user;
    link->paced_from_us = now_us(link);
    link->give_up_us = link->paced_from_us + LINK_EXCHANGE_MAX_S * USEC_PER_S;
    const int failed = sd_event_source_set_enabled(link->start, SD_EVENT_ONESHOT);
    assert(failed >= 0);
}

void link_use(struct link *link, struct tls_context *tls)
{
    assert(link->exchange.step == EXCHANGE_IDLE);
    if (link->exchange.peer.tls == tls)
        return;
    disconnect(link);
    tls_context_keep(tls);
    tls_context_close(link->exchange.peer.tls);
    link->exchange.peer.tls = tls;
}

const char *link_tls_version(const struct link *link)
{
    return link->exchange.tls ? tls_version(link->exchange.tls) : "";
}

static enum err add_sources(struct link *link)
{
    if (sd_event_add_time(link->loop, &link->deadline, CLOCK_MONOTONIC, 0, 0, on_deadline, link) <
            0 ||
        sd_event_add_defer(link->loop, &link->start, on_start, link) < 0 ||
        sd_event_source_set_enabled(link->deadline, SD_EVENT_OFF) < 0 ||
        sd_event_source_set_enabled(link->start, SD_EVENT_OFF) < 0)
        return ERR_MEMORY;
    return ERR_OK;
}

enum err link_open(sd_event *loop, const struct exchange_peer *peer, size_t answer_max,
                   struct link **out)
{
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        return ERR_MEMORY;
    link->loop = sd_event_ref(loop);
    link->answer_max = answer_max;
    enum err err = exchange_init(peer, &link->exchange);
    link->body = malloc(answer_max);
    if (err == ERR_OK && !link->body)
        err = ERR_MEMORY;
    if (err == ERR_OK)
        err = add_sources(link);
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
    exchange_done(&link->exchange);
    sd_event_source_disable_unref(link->deadline);
    sd_event_source_disable_unref(link->start);
    sd_event_unref(link->loop);
    free(link->body);
    free(link);
}
