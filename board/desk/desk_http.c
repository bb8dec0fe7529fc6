/* The desk's page over libmicrohttpd, driven by our own loop.
 *
 * One daemon per address, each with its epoll fd in the loop and a timer for its timeouts. Event
 * streams suspend themselves when the page has seen everything and are resumed from a deferred
 * event, so a change that happens inside a request never re-enters the library. A heartbeat resumes
 * them anyway: a suspended connection does not notice that its browser is gone.
 */
#include "desk_http.h"

#include <assert.h>
#include <errno.h>
#include <jansson.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "desk_command.h"
#include "desk_web.h"
#include "log.h"

#define ADDRESSES    2
#define STREAMS_MAX  16
#define HEARTBEAT_US (15 * 1000000ull)
#define IDLE_S       30
#define TOKEN_LEN    32
#define COOKIE_LEN   64

struct server {
    struct desk_http *http;
    struct MHD_Daemon *daemon; /* NULL: not listening */
    sd_event_source *io, *timer;
};

struct stream {
    struct desk_http *http;
    struct MHD_Connection *connection; /* NULL: free */
    bool suspended;
    uint64_t seen; /* version of the status sent last */
    char *text;    /* being sent */
    size_t at, len;
};

struct desk_http {
    struct desk *desk;
    uint16_t port;
    char token[TOKEN_LEN + 1];
    char cookie[COOKIE_LEN]; /* its name */
    uint64_t version;        /* of the status; rises with each change */
    bool stopping;
    sd_event_source *changed, *heartbeat, *token_file;
    struct server servers[ADDRESSES];
    struct stream streams[STREAMS_MAX];
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

/* Puts the status into the stream's text. */
static bool stream_fill(struct stream *stream)
{
    json_t *status = desk_status(stream->http->desk);
    char *text = json_dumps(status, JSON_COMPACT);
    json_decref(status);
    free(stream->text);
    stream->text = NULL;
    int n = text ? asprintf(&stream->text, "data: %s\n\n", text) : -1;
    free(text);
    stream->at = 0;
    stream->len = n > 0 ? (size_t)n : 0;
    stream->seen = stream->http->version;
    return n > 0;
}

static ssize_t on_stream_read(void *user, uint64_t pos, char *buf, size_t max)
{
    (void)pos;
    struct stream *stream = user;
    if (stream->http->stopping)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (stream->at == stream->len) {
        if (stream->seen == stream->http->version) {
            stream->suspended = true;
            MHD_suspend_connection(stream->connection);
            return 0;
        }
        if (!stream_fill(stream))
            return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t n = stream->len - stream->at < max ? stream->len - stream->at : max;
    memcpy(buf, stream->text + stream->at, n);
    stream->at += n;
    return (ssize_t)n;
}

static void on_stream_end(void *user)
{
    struct stream *stream = user;
    free(stream->text);
    *stream = (struct stream){.http = stream->http};
}

static enum MHD_Result serve_events(struct desk_http *http, struct MHD_Connection *connection)
{
    struct stream *stream = http->streams;
    while (stream < http->streams + STREAMS_MAX && stream->connection)
        stream++;
    if (stream == http->streams + STREAMS_MAX)
        return refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "too many pages");
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, 4096, on_stream_read, stream, on_stream_end);
    if (!response)
        return MHD_NO;
    stream->connection = connection;
    stream->seen = 0;
    MHD_add_response_header(response, "Content-Type", "text/event-stream");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result r = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
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
    return api ? serve_api(http, connection, request) : serve_events(http, connection);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **state)
{
    (void)version;
    struct server *server = user;
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
    return serve(server->http, connection, path, method, request);
}

static void on_completed(void *user, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)user, (void)connection, (void)code;
    free(*state);
    *state = NULL;
}

/* Lets the library work, and asks when it wants to again. */
static void server_run(struct server *server)
{
    if (!server->daemon)
        return;
    MHD_run(server->daemon);
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    bool wants = MHD_get_timeout(server->daemon, &timeout_ms) == MHD_YES;
    sd_event_source_set_enabled(server->timer, wants ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
    if (wants)
        sd_event_source_set_time_relative(server->timer, timeout_ms * 1000);
}

static int on_server_io(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)fd, (void)events;
    server_run(user);
    return 0;
}

static int on_server_time(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source, (void)usec;
    server_run(user);
    return 0;
}

static int on_changed(sd_event_source *source, void *user)
{
    (void)source;
    struct desk_http *http = user;
    for (int i = 0; i < STREAMS_MAX; i++) {
        struct stream *stream = &http->streams[i];
        if (!stream->suspended)
            continue;
        stream->suspended = false;
        MHD_resume_connection(stream->connection);
    }
    for (int i = 0; i < ADDRESSES; i++)
        server_run(&http->servers[i]);
    return 0;
}

void desk_http_changed(struct desk_http *http)
{
    http->version++;
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

/* Listens on one loopback address. Returns the fd or a negative errno. */
static int listen_on(int family, uint16_t port)
{
    struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    const int yes = 1;
    int r = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (r == 0 && family == AF_INET6)
        r = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (r == 0)
        r = family == AF_INET6 ? bind(fd, (struct sockaddr *)&v6, sizeof v6)
                               : bind(fd, (struct sockaddr *)&v4, sizeof v4);
    if (r == 0)
        r = listen(fd, 16);
    if (r == 0)
        return fd;
    int error = errno;
    close(fd);
    return -error;
}

static int server_open(struct server *server, int family)
{
    struct desk_http *http = server->http;
    int fd = listen_on(family, http->port);
    if (fd < 0)
        return fd;
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)DESK_HTTP_CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        NULL, MHD_OPTION_END);
    if (!server->daemon) {
        close(fd);
        return -EIO;
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    sd_event *loop = http->desk->loop;
    int r = info ? sd_event_add_io(loop, &server->io, info->epoll_fd, EPOLLIN, on_server_io, server)
                 : -EIO;
    if (r >= 0)
        r = sd_event_add_time_relative(loop, &server->timer, CLOCK_MONOTONIC, 0, 1000,
                                       on_server_time, server);
    return r;
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
        r = sd_event_add_defer(loop, &http->changed, on_changed, http);
    if (r >= 0)
        r = sd_event_add_time_relative(loop, &http->heartbeat, CLOCK_MONOTONIC, HEARTBEAT_US, 0,
                                       on_heartbeat, http);
    if (r >= 0)
        r = sd_event_add_inotify(loop, &http->token_file, http->desk->dir,
                                 IN_CLOSE_WRITE | IN_MOVED_TO, on_dir, http);
    if (r >= 0)
        r = server_open(&http->servers[0], AF_INET);
    if (r < 0)
        return r;
    r = server_open(&http->servers[1], AF_INET6);
    return r == -EAFNOSUPPORT || r == -EADDRNOTAVAIL ? 0 : r;
}

int desk_http_open(struct desk *desk, uint16_t port, struct desk_http **out)
{
    struct desk_http *http = calloc(1, sizeof *http);
    if (!http)
        return -ENOMEM;
    http->desk = desk;
    http->port = port;
    http->version = 1;
    snprintf(http->cookie, sizeof http->cookie, "pamit_desk_%u", port);
    for (int i = 0; i < ADDRESSES; i++)
        http->servers[i].http = http;
    for (int i = 0; i < STREAMS_MAX; i++)
        http->streams[i].http = http;
    int r = http_start(http);
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
    http->stopping = true;
    if (http->changed)
        on_changed(http->changed, http); /* the library wants nothing suspended when it stops */
    for (int i = 0; i < ADDRESSES; i++) {
        struct server *server = &http->servers[i];
        sd_event_source_disable_unref(server->io);
        sd_event_source_disable_unref(server->timer);
        if (server->daemon)
            MHD_stop_daemon(server->daemon);
    }
    sd_event_source_disable_unref(http->changed);
    sd_event_source_disable_unref(http->heartbeat);
    sd_event_source_disable_unref(http->token_file);
    free(http);
}
