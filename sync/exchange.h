/* One request and its answer over one connection, step by step, without waiting and without a loop.
 *
 * link.c runs the steps in the order of the enum: each does what it can and says what it waits for.
 * A connection that was kept from an earlier exchange begins at EXCHANGE_SEND. pamit-sync.
 */
#ifndef PAMIT_EXCHANGE_H
#define PAMIT_EXCHANGE_H

#include "http.h"
#include "resolver.h"
#include "tls.h"

#define EXCHANGE_WHY_LEN 256

enum exchange_step {
    EXCHANGE_IDLE = 0,
    EXCHANGE_RESOLVE,
    EXCHANGE_CONNECT,
    EXCHANGE_HANDSHAKE,
    EXCHANGE_SEND,
    EXCHANGE_RECEIVE,
    EXCHANGE_END, /* reader holds the answer */
};

enum exchange_progress {
    EXCHANGE_FAILED = 0, /* err and why are set */
    EXCHANGE_DONE,
    EXCHANGE_WANT_READ,
    EXCHANGE_WANT_WRITE,
};

struct exchange_peer {
    const char *host; /* as in its certificate */
    uint32_t port;
    struct tls_context *tls;
};

struct exchange {
    struct exchange_peer peer; /* the host is borrowed, the TLS context kept */
    enum exchange_step step;
    struct resolver *resolver;
    struct addrinfo *addresses, *address; /* what is left to try begins at `address` */
    int fd;                               /* -1: none */
    struct tls *tls;
    struct span unsent; /* borrowed until EXCHANGE_RECEIVE */
    int queued;         /* bytes the other side had not acknowledged, when last asked */
    size_t request_len;
    struct http_reader reader;
    enum err err; /* why it failed */
    char why[EXCHANGE_WHY_LEN];
};

MUST_CHECK enum err exchange_init(const struct exchange_peer *peer, struct exchange *out);
void exchange_done(struct exchange *exchange);

/* Takes a request; `body` is room for an answer's, borrowed until the end. Goes on with the kept
 * connection if there is one. EXCHANGE_FAILED or EXCHANGE_DONE: run the steps. */
enum exchange_progress exchange_begin(struct exchange *exchange, struct span request, void *body,
                                      size_t body_cap);
/* Runs the current step. Not for IDLE and END. */
enum exchange_progress exchange_run(struct exchange *exchange);
/* The descriptor that the current step waits for. */
int exchange_fd(const struct exchange *exchange);

/* After a connect that failed or took too long: is there another address? Goes to it; that closes
 * the socket. */
bool exchange_has_next_address(const struct exchange *exchange);
void exchange_next_address(struct exchange *exchange);
/* Bytes of the request that went, and of the answer that came, so far. */
size_t exchange_moved(const struct exchange *exchange);
/* True if the other side acknowledged more of what we sent since this was last asked. */
bool exchange_is_draining(struct exchange *exchange);

/* Forgets the connection; the next exchange makes a new one. */
void exchange_disconnect(struct exchange *exchange);
void exchange_fail(struct exchange *exchange, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
