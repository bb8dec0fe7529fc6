/* Requests, from headers to answer.
 *
 * libmicrohttpd calls routes_request once with the headers, again with each part of a body, and a
 * last time to be answered. The guard judges on the first call, the answer is given on the last:
 * a client that is still sending its body would lose an early one. Bodies are bounded, what is too
 * long is read and forgotten; and wiped once they are answered, since they may be what somebody
 * keyed.
 *
 * Every answer carries the same security headers: no script, style or connection but from here,
 * nothing framed except by the desk in desk mode, nothing sniffed, nothing cached.
 */
#include "routes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "assets.h"
#include "log.h"
#include "request_json.h"

struct request {
    enum guard_answer answer;
    enum guard_access access;
    bool wrong_method;
    enum view_message_type message; /* of a POST */
    size_t body_len;                /* may exceed what is kept */
    uint8_t body[REQUEST_BODY_MAX];
};

static const struct {
    const char *path;
    enum view_message_type message;
} posts[] = {
    {"/action", VIEW_MESSAGE_ACTION},   {"/context", VIEW_MESSAGE_CONTEXT},
    {"/keyed", VIEW_MESSAGE_KEYED},     {"/painted", VIEW_MESSAGE_PAINTED},
    {"/dismiss", VIEW_MESSAGE_DISMISS}, {"/clock", VIEW_MESSAGE_CLOCK},
    {"/void", VIEW_MESSAGE_VOID},
};

void routes_prepare(struct routes *routes)
{
    char framers[128] = "'none'";
    if (routes->desk_port != 0)
        snprintf(framers, sizeof framers, "http://127.0.0.1:%u http://localhost:%u",
                 routes->desk_port, routes->desk_port);
    snprintf(routes->content_policy, sizeof routes->content_policy,
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
             "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors %s",
             framers);
}

/* Queues the response with the headers that all have, and lets go of it. */
static enum MHD_Result answer(const struct routes *routes, struct MHD_Connection *connection,
                              unsigned status, struct MHD_Response *response, const char *type)
{
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Content-Security-Policy", routes->content_policy);
    if (routes->desk_port == 0)
        MHD_add_response_header(response, "X-Frame-Options", "DENY");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    const enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result answer_json(const struct routes *routes, struct MHD_Connection *connection,
                                   unsigned status, const json_t *json)
{
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    if (!text)
        return MHD_NO;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (!response)
        free(text);
    return answer(routes, connection, status, response, "application/json");
}

static enum MHD_Result answer_error(const struct routes *routes, struct MHD_Connection *connection,
                                    unsigned status, const char *error)
{
    log_event(LOG_REQUEST_REFUSED, "status=%u reason=\"%s\"", status, error);
    json_t *json = json_pack("{s:s}", "error", error);
    const enum MHD_Result queued = answer_json(routes, connection, status, json);
    json_decref(json);
    return queued;
}

static enum MHD_Result answer_guard(const struct routes *routes, struct MHD_Connection *connection,
                                    enum guard_answer refused)
{
    unsigned status = 0;
    switch (refused) {
    case GUARD_REFUSED_HOST:
        status = 421; /* misdirected request, RFC 9110 15.5.20 */
        break;
    case GUARD_REFUSED_ORIGIN:
        status = 403;
        break;
    case GUARD_REFUSED_SECRET:
        status = 401;
        break;
    case GUARD_REFUSED_TYPE:
        status = 415;
        break;
    case GUARD_ALLOWED:
        break;
    }
    assert(status != 0);
    return answer_error(routes, connection, status, guard_answer_name(refused));
}

/* ---- GET ------------------------------------------------------------------------------------ */

static enum MHD_Result exchange_token(const struct routes *routes,
                                      struct MHD_Connection *connection, const char *token)
{
    if (!guard_token_matches(routes->guard, token))
        return answer_error(routes, connection, 401, "token");
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    char cookie[128];
    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict", GUARD_COOKIE_NAME,
             routes->guard->cookie);
    MHD_add_response_header(response, "Set-Cookie", cookie);
    MHD_add_response_header(response, "Location", "/");
    return answer(routes, connection, MHD_HTTP_SEE_OTHER, response, "text/plain");
}

static enum MHD_Result get_page(const struct routes *routes, struct MHD_Connection *connection,
                                const char *url)
{
    const char *token = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "token");
    if (token && strcmp(url, "/") == 0)
        return exchange_token(routes, connection, token);
    if (strcmp(url, "/settings.json") == 0)
        return answer_json(routes, connection, MHD_HTTP_OK, routes->settings);
    if (strcmp(url, "/reasons.json") == 0)
        return answer_json(routes, connection, MHD_HTTP_OK, routes->reasons);
    struct asset asset;
    if (!asset_find(url, &asset))
        return answer_error(routes, connection, MHD_HTTP_NOT_FOUND, "not found");
    struct MHD_Response *response = MHD_create_response_from_buffer(
        asset.content.len, (void *)(uintptr_t)asset.content.p, MHD_RESPMEM_PERSISTENT);
    return answer(routes, connection, MHD_HTTP_OK, response, asset.type);
}

static enum MHD_Result get_data(const struct routes *routes, struct MHD_Connection *connection,
                                const char *url)
{
    if (strcmp(url, "/events") == 0) {
        struct MHD_Response *stream = page_feed_stream(routes->feed, connection);
        if (!stream)
            return answer_error(routes, connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                                "too many event streams");
        return answer(routes, connection, MHD_HTTP_OK, stream, "text/event-stream");
    }
    json_t *state = page_feed_state(routes->feed);
    const enum MHD_Result queued = answer_json(routes, connection, MHD_HTTP_OK, state);
    json_decref(state);
    return queued;
}

/* ---- POST ----------------------------------------------------------------------------------- */

static enum MHD_Result post(struct routes *routes, struct MHD_Connection *connection,
                            const struct request *request)
{
    if (request->body_len > REQUEST_BODY_MAX)
        return answer_error(routes, connection, 413, "body too long");
    struct view_message message;
    char why[REQUEST_WHY_LEN];
    if (request_parse(request->message, span_of(request->body, request->body_len), &message, why) !=
        ERR_OK)
        return answer_error(routes, connection, MHD_HTTP_BAD_REQUEST, why);
    const enum err err = lane_link_send(routes->link, &message);
    if (err == ERR_OK && message.type == VIEW_MESSAGE_PAINTED)
        routes->painted_seq = message.body.painted.seq;
    explicit_bzero(&message, sizeof message);
    if (err != ERR_OK)
        return answer_error(routes, connection, MHD_HTTP_SERVICE_UNAVAILABLE,
                            err == ERR_BUSY ? "lane is busy" : "no lane");
    json_t *accepted = json_object();
    const enum MHD_Result queued = answer_json(routes, connection, MHD_HTTP_ACCEPTED, accepted);
    json_decref(accepted);
    return queued;
}

/* ---- what libmicrohttpd calls --------------------------------------------------------------- */

static enum MHD_Result count_host(void *user, enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    (void)kind;
    (void)value;
    if (strcasecmp(key, "Host") == 0)
        ++*(size_t *)user;
    return MHD_YES;
}

static struct guard_request read_headers(struct MHD_Connection *connection)
{
    struct guard_request headers = {
        .host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host"),
        .origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin"),
        .fetch_site = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-Fetch-Site"),
        .content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type"),
        .cookie = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, GUARD_COOKIE_NAME),
        .authorization = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization"),
    };
    MHD_get_connection_values(connection, MHD_HEADER_KIND, count_host, &headers.n_host);
    return headers;
}

static struct request *request_begin(const struct routes *routes, struct MHD_Connection *connection,
                                     const char *url, const char *method)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    const bool is_data = strcmp(url, "/state") == 0 || strcmp(url, "/events") == 0;
    request->access = is_data ? GUARD_READ : GUARD_STATIC;
    for (size_t i = 0; i < sizeof posts / sizeof posts[0]; i++) {
        if (strcmp(url, posts[i].path) == 0) {
            request->access = GUARD_CHANGE;
            request->message = posts[i].message;
        }
    }
    const char *right =
        request->access == GUARD_CHANGE ? MHD_HTTP_METHOD_POST : MHD_HTTP_METHOD_GET;
    request->wrong_method = strcmp(method, right) != 0;
    if (request->wrong_method)
        request->access = GUARD_READ; /* told to those only who may ask at all */
    const struct guard_request headers = read_headers(connection);
    request->answer = guard_check(routes->guard, &headers, request->access);
    return request;
}

static void request_keep(struct request *request, const char *upload, size_t len)
{
    if (request->body_len + len <= sizeof request->body)
        memcpy(request->body + request->body_len, upload, len);
    request->body_len += len;
}

enum MHD_Result routes_request(void *user, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_len, void **state)
{
    (void)version;
    struct routes *routes = user;
    struct request *request = *state;
    if (!request) {
        *state = request_begin(routes, connection, url, method);
        return *state ? MHD_YES : MHD_NO;
    }
    if (*upload_len > 0) {
        request_keep(request, upload, *upload_len);
        *upload_len = 0;
        return MHD_YES;
    }
    if (request->answer != GUARD_ALLOWED)
        return answer_guard(routes, connection, request->answer);
    if (request->wrong_method)
        return answer_error(routes, connection, MHD_HTTP_METHOD_NOT_ALLOWED, "method");
    if (request->access == GUARD_CHANGE)
        return post(routes, connection, request);
    return request->access == GUARD_READ ? get_data(routes, connection, url)
                                         : get_page(routes, connection, url);
}

void routes_completed(void *user, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    (void)user;
    (void)connection;
    (void)code;
    if (*state)
        explicit_bzero(*state, sizeof(struct request));
    free(*state);
    *state = NULL;
}
