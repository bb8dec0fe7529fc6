/* libmicrohttpd, made strict.
 *
 * A request is short and the store has one writer, so one thread serves all. What a client may use
 * is bounded: connections (registry_callers.c), the time it may be silent, the body, which must say
 * its length beforehand, and how often a kiosk may ask: what is beyond is held back until its time
 * has come, which costs nobody anything.
 *
 * Entries that several kiosks sent by the same turn of the loop are made durable by one commit:
 * their requests are parked until then, and so is whatever is asked in between.
 */
#include "registry_requests.h"

#include <stdlib.h>

#include "clock.h"
#include "log.h"
#include "registry_callers.h"
#include "registry_response.h"
#include "sign.h"
#include "wire.h"

#define DROP_MAX               (1u << 20) /* of a body that is refused */
#define STATUS_LENGTH_REQUIRED 411
#define HELD_LOG_MS            60000
#define STATUS_TOO_LARGE       413

_Static_assert(DROP_MAX >= WIRE_BODY_MAX, "what is allowed is never beyond what is dropped");

/* One request, from its headers to its answer. */
struct registry_exchange {
    char kiosk[ENTRY_KIOSK_LEN];
    unsigned refused; /* 0, or the status that waits until the body is over */
    int64_t until_ms; /* when one that is held for news is answered; 0: it was not */
    bool counted;     /* by the rate */
    bool alone;       /* what it was stored with could not be kept */
    unsigned status;  /* of an answer that waits for a commit; 0: none does */
    struct MHD_Response *response;
    struct registry_exchange *next_parked;
    struct MHD_Connection *connection;
    size_t len, cap; /* of a refused one nothing is kept, it is only counted */
    uint8_t body[];
};

/* ---- answers --------------------------------------------------------------------------------- */

static enum MHD_Result response_queue(const struct registry_requests *requests,
                                      struct MHD_Connection *connection, unsigned status,
                                      struct MHD_Response *response)
{
    if (!response)
        return MHD_NO;
    /* A handshake costs five times what an idle contact does. */
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
                              status == MHD_HTTP_OK ? requests->keep_s : requests->timeout_s);
    const enum MHD_Result ok = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return ok;
}

/* `kiosk`: "" of a stranger. */
static enum MHD_Result refusal_queue(const struct registry_requests *requests,
                                     struct MHD_Connection *connection, const char *kiosk,
                                     unsigned status)
{
    const char *reason =
        status == STATUS_TOO_LARGE ? "the body is too large" : "say the body's length";
    log_event(LOG_REGISTRY_REQUEST_REFUSED, "kiosk=%s status=%u reason=\"%s\"", kiosk, status,
              reason);
    const struct registry_reply reply = {.status = status, .body = span_of_text(reason)};
    return response_queue(requests, connection, status, registry_response_make(&reply));
}

/* ---- a request and its body ------------------------------------------------------------------ */

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* The body's announced length; 0 without one. libmicrohttpd has refused what is not a number, and
 * will read no more than that. */
static unsigned long long body_length(struct MHD_Connection *connection)
{
    const char *text = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return text ? strtoull(text, NULL, 10) : 0;
}

/* A client reads no answer while it is still sending, so a refused body is let in, up to a bound,
 * and dropped. */
static enum MHD_Result request_begin(struct registry_requests *requests,
                                     struct MHD_Connection *connection, void **state)
{
    const unsigned long long len = body_length(connection);
    char kiosk[ENTRY_KIOSK_LEN] = "";
    unsigned refused = 0;
    if (requests->door.client_ca && registry_caller_kiosk(connection, kiosk) != ERR_OK)
        return MHD_NO;
    if (header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING))
        refused = STATUS_LENGTH_REQUIRED;
    else if (len > requests->max_body)
        refused = STATUS_TOO_LARGE;
    if (len > DROP_MAX)
        return refusal_queue(requests, connection, kiosk, refused);
    const size_t room = refused ? 0 : (size_t)len;
    struct registry_exchange *exchange = malloc(sizeof *exchange + room);
    if (!exchange)
        return MHD_NO;
    *exchange = (struct registry_exchange){
        .refused = refused, .connection = connection, .cap = refused ? DROP_MAX : room};
    memcpy(exchange->kiosk, kiosk, sizeof kiosk);
    *state = exchange;
    return MHD_YES;
}

static enum MHD_Result body_take(struct registry_exchange *exchange, const char *data, size_t *len)
{
    if (*len > exchange->cap - exchange->len)
        return MHD_NO;
    if (!exchange->refused)
        memcpy(exchange->body + exchange->len, data, *len);
    exchange->len += *len;
    *len = 0;
    return MHD_YES;
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* One of them, now and then: who floods is to be found, and is not to fill the log either. */
static void held_log(struct registry_requests *requests, const char *kiosk, int64_t now_ms)
{
    if (now_ms < requests->held_log_ms)
        return;
    requests->held_log_ms = now_ms + HELD_LOG_MS;
    log_event(LOG_REGISTRY_HELD, "kiosk=%s", kiosk);
}

/* True: it has asked too often, and is held until its time has come. */
static bool rate_holds(struct registry_requests *requests, struct registry_exchange *exchange)
{
    uint8_t hash[SIGN_HASH_LEN];
    struct rate_peer peer;
    const int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
    if (exchange->counted || !exchange->kiosk[0])
        return false;
    sign_hash(span_of_text(exchange->kiosk), hash);
    memcpy(peer.bytes, hash, sizeof peer.bytes);
    const int64_t wait_ms = rate_wait_ms(&requests->rate, &peer, now_ms);
    if (wait_ms > 0 && registry_hold_put(requests->hold, registry_hold_turn(requests->hold),
                                         exchange->connection, now_ms + wait_ms)) {
        held_log(requests, exchange->kiosk, now_ms);
        return true;
    }
    rate_count(&requests->rate, &peer, now_ms);
    exchange->counted = true;
    return false;
}

static enum MHD_Result park(struct registry_requests *requests, struct registry_exchange *exchange)
{
    exchange->next_parked = requests->parked;
    requests->parked = exchange;
    requests->n_parked++;
    MHD_suspend_connection(exchange->connection);
    return MHD_YES;
}

void registry_requests_settle(struct registry_requests *requests)
{
    const bool kept =
        !requests->door.settle || requests->door.settle(requests->door.user) == ERR_OK;
    for (struct registry_exchange *exchange = requests->parked; exchange;
         exchange = exchange->next_parked) {
        if (!kept) {
            if (exchange->response)
                MHD_destroy_response(exchange->response);
            exchange->response = NULL;
            exchange->alone = true;
        }
        MHD_resume_connection(exchange->connection);
    }
    requests->parked = NULL;
    requests->n_parked = 0;
}

/* ---- answering ------------------------------------------------------------------------------- */

static const char *argument(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Answers `exchange`, or has it held or parked until this is called again. */
static enum MHD_Result request_answer(struct registry_requests *requests,
                                      struct registry_exchange *exchange,
                                      struct registry_request *request)
{
    const struct registry_door *door = &requests->door;
    struct registry_reply reply = {0};
    const int64_t now_ms = clock_ms(CLOCK_MONOTONIC);
    const uint64_t turn = registry_hold_turn(requests->hold);
    request->waited = exchange->until_ms && now_ms >= exchange->until_ms;
    door->answer(door->user, request, &reply);
    if (reply.hold_s) {
        if (!exchange->until_ms)
            exchange->until_ms = now_ms + reply.hold_s * INT64_C(1000);
        if (registry_hold_put(requests->hold, turn, exchange->connection, exchange->until_ms))
            return MHD_YES;
        request->waited = true;
        door->answer(door->user, request, &reply);
    }
    struct MHD_Response *response = reply.status ? registry_response_make(&reply) : NULL;
    if (!reply.settles)
        return response_queue(requests, exchange->connection, reply.status, response);
    exchange->status = reply.status;
    exchange->response = response;
    return park(requests, exchange);
}

static enum MHD_Result request_end(struct registry_requests *requests,
                                   struct MHD_Connection *connection, const char *method,
                                   const char *path, struct registry_exchange *exchange)
{
    if (registry_caller_is_ended(connection))
        return MHD_NO;
    if (exchange->response) {
        struct MHD_Response *response = exchange->response;
        exchange->response = NULL;
        return response_queue(requests, connection, exchange->status, response);
    }
    if (rate_holds(requests, exchange))
        return MHD_YES;
    struct registry_request request = {
        .method = method,
        .path = path,
        .nonce = argument(connection, "nonce"),
        .from = argument(connection, "from"),
        .wait = argument(connection, "wait"),
        .policy = argument(connection, "policy"),
        .lists = argument(connection, "lists"),
        .placements = argument(connection, "placements"),
        .kiosk = exchange->kiosk,
        .tls_key = registry_caller_key(connection),
        .peer = registry_caller_address(connection),
        .body = span_of(exchange->body, exchange->len),
        .now_ms = clock_ms(CLOCK_REALTIME),
        .alone = exchange->alone,
    };
    return request_answer(requests, exchange, &request);
}

/* Called with the headers, then for each piece of the body, then once with none left, and again
 * after it was held or parked. */
enum MHD_Result registry_requests_answer(void *user, struct MHD_Connection *connection,
                                         const char *path, const char *method, const char *version,
                                         const char *data, size_t *data_len, void **state)
{
    struct registry_requests *requests = user;
    struct registry_exchange *exchange = *state;
    (void)version;
    if (!exchange)
        return request_begin(requests, connection, state);
    if (*data_len > 0)
        return body_take(exchange, data, data_len);
    if (exchange->refused)
        return refusal_queue(requests, connection, exchange->kiosk, exchange->refused);
    return request_end(requests, connection, method, path, exchange);
}

void registry_requests_over(void *user, struct MHD_Connection *connection, void **state,
                            enum MHD_RequestTerminationCode code)
{
    struct registry_exchange *exchange = *state;
    (void)user;
    (void)connection;
    (void)code;
    if (exchange && exchange->response)
        MHD_destroy_response(exchange->response);
    free(exchange);
    *state = NULL;
}
