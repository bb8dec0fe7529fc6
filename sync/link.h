/* The connection to the registry: one request at a time, its answer by callback, on the loop.
 *
 * Connects when asked, keeps the connection for the next request while the registry does, and
 * connects again by itself where a kept one turns out to be dead before an answer began (every
 * request of ours may be sent twice: the registry takes entries by number). Every wait has a
 * deadline. pamit-sync.
 */
#ifndef PAMIT_LINK_H
#define PAMIT_LINK_H

#include <systemd/sd-event.h>

#include "exchange.h"

/* How long each may take without any progress. */
#define LINK_RESOLVE_TIMEOUT_S   10
#define LINK_CONNECT_TIMEOUT_S   10 /* for each address */
#define LINK_HANDSHAKE_TIMEOUT_S 10
#define LINK_SEND_TIMEOUT_S      10
#define LINK_ANSWER_TIMEOUT_S    10
/* From the handshake on: so long, and a second for each LINK_PACE_MIN bytes of request and answer.
 * Who sends a byte now and then makes progress, and must not keep entries waiting; the slowest line
 * that a site has (9.6 kbit/s) is nine times as fast, and shakes hands twice in ten seconds. */
#define LINK_PACE_FREE_S 30
#define LINK_PACE_MIN    128
/* The whole of it, at whatever pace: WIRE_FEED_MAX at 9.6 kbit/s fits. */
#define LINK_EXCHANGE_MAX_S 1800

#define LINK_HEAD_MAX 1024
#define LINK_BODY_MAX (64u << 10) /* of a request */

struct link;

struct link_request {
    const char *method;
    const char *target;
    const char *content_type; /* NULL: no body */
    struct span body;         /* at most LINK_BODY_MAX; copied */
    uint32_t patience_s;      /* how much longer than others its answer may take */
};

struct link_answer {
    enum err err;    /* ERR_OK: there is an answer, whatever its status */
    const char *why; /* when not: one line */
    int status;
    uint32_t retry_after_s;
    struct span body;
};

/* `answer` and what it points to are good until the next link_ask. */
typedef void (*link_done)(const struct link_answer *answer, void *user);

/* `answer_max`: the largest body of an answer. `peer`'s host is borrowed until link_close, its TLS
 * context kept. */
MUST_CHECK enum err link_open(sd_event *loop, const struct exchange_peer *peer, size_t answer_max,
                              struct link **out);
/* Ends a request under way without its callback. */
void link_close(struct link *link);

/* Sends a request; `done` is called once, from the loop, never from here. No other request may be
 * under way. */
void link_ask(struct link *link, const struct link_request *request, link_done done, void *user);

/* From the next request on: as this one says, by a new connection if it is another. No request may
 * be under way. */
void link_use(struct link *link, struct tls_context *tls);

/* "TLSv1.3", of the connection there is; "" if there is none. */
const char *link_tls_version(const struct link *link);

#endif
