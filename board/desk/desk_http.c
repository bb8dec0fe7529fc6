/* The desk's page: who may ask for what.
 *
 * A change that happens inside a request must not re-enter the HTTP library, so open pages are told
 * from a deferred event. A heartbeat tells them anyway: a suspended connection does not notice that
 * its browser is gone.
 */
#include "desk_http.h"

#include <errno.h>
#include <jansson.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/random.h>

#include "desk_command.h"
#include "desk_events.h"
#include "desk_server.h"
#include "desk_web.h"
#include "log.h"

#define HEARTBEAT_US (15 * 1000000ull)
#define TOKEN_LEN    32
#define COOKIE_LEN   64

struct desk_http {
    struct desk *desk;
    uint16_t port;
    char token[TOKEN_LEN + 1];
    char cookie[COOKIE_LEN]; /* its name */
    sd_event_source *changed, *heartbeat, *token_file;
    struct desk_events *events;
    struct desk_server *server;
};

/* A request's body, gathered over several calls. */
struct request {
    size_t len;
    bool too_long;
    char body[DESK_HTTP_BODY_MAX];
};

static enum MHD_Result respond(struct MHD_Connection *connection, unsigned status, const char *type,
                               const void *p, size_t len)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, (void *)(uintptr_t)p, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    enum MHD_Result r = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return r;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *why)
{
    log_event(LOG_REQUEST_REFUSED, "status=%u why=%s", status, why);
    return respond(connection, status, "text/plain; charset=utf-8", why, strlen(why));
}

/* Serves one of the page's files; the page itself brings the cookie and the rules. */
static enum MHD_Result serve_file(struct desk_http *http, struct MHD_Connection *connection,
                                  const struct desk_web_file *file)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        file->len, (void *)(uintptr_t)file->p, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    char cookie[160], rules[512];
    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict", http->cookie,
             http->token);
    snprintf(rules, sizeof rules,
             "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
             "connect-src 'self'; frame-src http://127.0.0.1:%u http://localhost:%u; "
             "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
             http->desk->page_port, http->desk->page_port);
    MHD_add_response_header(response, "Content-Type", file->type);
    MHD_add_response_header(response, "Content-Security-Policy", rules);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "same-origin");
    if (strcmp(file->path, "/") == 0)
        MHD_add_response_header(response, "Set-Cookie", cookie);
    enum MHD_Result r = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return r;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value ? value : "";
}

static bool host_good(const struct desk_http *http, struct MHD_Connection *connection)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char want[64];
        snprintf(want, sizeof want, "%s:%u", names[i], http->port);
        if (strcmp(header(connection, "Host"), want) == 0)
            return true;
    }
    return false;
}

/* A change must come from our own page. host_good() has been asked before. */
static bool origin_good(struct MHD_Connection *connection)
{
    const char *origin = header(connection, "Origin");
    const char *site = header(connection, "Sec-Fetch-Site");
    return strncmp(origin, "http://", 7) == 0 &&
           strcmp(origin + 7, header(connection, "Host")) == 0 &&
           (!site[0] || strcmp(site, "same-origin") == 0);
}

static bool cookie_good(const struct desk_http *http, struct MHD_Connection *connection)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, http->cookie);
    return value && strcmp(value, http->token) == 0;
}

static enum MHD_Result serve_api(struct desk_http *http, struct MHD_Connection *connection,
                                 const struct request *request)
{
    if (!origin_good(connection))
        return refuse(connection, MHD_HTTP_FORBIDDEN, "Origin is not this page");
    if (strcmp(header(connection, "Content-Type"), "application/json") != 0)
        return refuse(connection, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "wants application/json");
    if (request->too_long)
        return refuse(connection, MHD_HTTP_CONTENT_TOO_LARGE, "body too long");

    const char *verb = NULL, *argument = "";
    json_t *body = json_loadb(request->body, request->len, JSON_REJECT_DUPLICATES, NULL);
    if (!body || json_unpack(body, "{s:s, s?s !}", "command", &verb, "argument", &argument) < 0) {
        json_decref(body);
        return refuse(connection, MHD_HTTP_BAD_REQUEST, "wants {\"command\", \"argument\"}");
    }
    json_t *reply = desk_command(http->desk, verb, argument);
    char *text = json_dumps(reply, JSON_COMPACT);
    json_decref(reply);
    json_decref(body);
    if (!text)
        return MHD_NO;
    enum MHD_Result r = respond(connection, MHD_HTTP_OK, "application/json", text, strlen(text));
    free(text);
    return r;
}

static void request_gather(struct request *request, const char *data, size_t len)
{
    if (len > sizeof request->body - request->len) {
        request->too_long = true;
        return;
    }
    memcpy(request->body + request->len, data, len);
    request->len += len;
}

static enum MHD_Result serve(struct desk_http *http, struct MHD_Connection *connection,
                             const char *path, const char *method, const struct request *request)
{
    if (!host_good(http, connection))
        return refuse(connection, MHD_HTTP_MISDIRECTED_REQUEST, "Host is not this desk");
    bool get = strcmp(method, "GET") == 0, api = strcmp(path, "/api") == 0;
    if (get)
        for (const struct desk_web_file *file = desk_web_files; file->path; file++)
            if (strcmp(path, file->path) == 0)
                return serve_file(http, connection, file);
    if (!api && strcmp(path, "/events") != 0)
        return refuse(connection, MHD_HTTP_NOT_FOUND, "no such page");
    if (api == get || (api && strcmp(method, "POST") != 0))
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "method");
    if (!cookie_good(http, connection))
        return refuse(connection, MHD_HTTP_FORBIDDEN, "cookie missing: open the desk's page first");
    return api ? serve_api(http, connection, request) : desk_events_serve(http->events, connection);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **state)
{
    (void)version;
    struct desk_http *http = user;
    struct request *request = *state;
    if (!request) {
        *state = request = malloc(sizeof *request);
        if (!request)
            return MHD_NO;
        request->len = 0;
        request->too_long = false;
        return MHD_YES;
    }
    if (*len > 0) {
        request_gather(request, data, *len);
        *len = 0;
        return MHD_YES;
    }
    return serve(http, connection, path, method, request);
}

static void on_completed(void *user, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)user, (void)connection, (void)code;
    free(*state);
    *state = NULL;
}

static int on_changed(sd_event_source *source, void *user)
{
    (void)source;
    struct desk_http *http = user;
    desk_events_resume(http->events);
    desk_server_run(http->server);
    return 0;
}

void desk_http_changed(struct desk_http *http)
{
    desk_events_changed(http->events);
    sd_event_source_set_enabled(http->changed, SD_EVENT_ONESHOT);
}

static int on_heartbeat(sd_event_source *source, uint64_t usec, void *user)
{
    (void)usec;
    desk_http_changed(user);
    sd_event_source_set_time_relative(source, HEARTBEAT_US);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* A console that starts anew leaves a new key: open pages need it. */
static int on_dir(sd_event_source *source, const struct inotify_event *event, void *user)
{
    (void)source;
    if (event->len > 0 && strcmp(event->name, DESK_TOKEN_FILE) == 0)
        desk_http_changed(user);
    return 0;
}

static int token_make(char token[TOKEN_LEN + 1])
{
    uint8_t random[TOKEN_LEN / 2];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return -EIO;
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(token + 2 * i, 3, "%02x", random[i]);
    return 0;
}

static int http_start(struct desk_http *http)
{
    sd_event *loop = http->desk->loop;
    int r = token_make(http->token);
    if (r >= 0)
        r = desk_server_open(loop, http->port, on_request, on_completed, http, &http->server);
    if (r >= 0)
        r = sd_event_add_defer(loop, &http->changed, on_changed, http);
    if (r >= 0)
        r = sd_event_add_time_relative(loop, &http->heartbeat, CLOCK_MONOTONIC, HEARTBEAT_US, 0,
                                       on_heartbeat, http);
    if (r >= 0)
        r = sd_event_add_inotify(loop, &http->token_file, http->desk->dir,
                                 IN_CLOSE_WRITE | IN_MOVED_TO, on_dir, http);
    return r;
}

int desk_http_open(struct desk *desk, uint16_t port, struct desk_http **out)
{
    struct desk_http *http = calloc(1, sizeof *http);
    if (!http)
        return -ENOMEM;
    http->desk = desk;
    http->port = port;
    snprintf(http->cookie, sizeof http->cookie, "pamit_desk_%u", port);
    http->events = desk_events_new(desk);
    int r = http->events ? http_start(http) : -ENOMEM;
    if (r < 0) {
        desk_http_close(http);
        return r;
    }
    *out = http;
    return 0;
}

void desk_http_close(struct desk_http *http)
{
    if (!http)
        return;
    if (http->server) { /* the library wants nothing suspended when it stops */
        desk_events_end(http->events);
        desk_server_run(http->server);
    }
    desk_server_close(http->server);
    desk_events_free(http->events);
    sd_event_source_disable_unref(http->changed);
    sd_event_source_disable_unref(http->heartbeat);
    sd_event_source_disable_unref(http->token_file);
    free(http);
}
