/* libmicrohttpd, made strict.
 *
 * One thread with epoll serves every connection: a request is short, the store has one writer, and
 * a client that stalls costs a socket and no thread. What a client may use is bounded: the number
 * of connections, the time it may be silent, the memory of a connection (for headers), and the
 * body, which must say its length beforehand.
 *
 * A client is known before its first byte of HTTP is read (registry_tls.c).
 */
#include "registry_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "key_file.h"
#include "log.h"
#include "registry_tls.h"
#include "wire.h"

#define PEM_LEN_MAX            (64u << 10)
#define BACKLOG                128
#define CONNECTION_BYTES       (16u << 10) /* of memory, for the request's line and headers */
#define DROP_MAX               (1u << 20)  /* of a body that is refused */
#define STATUS_LENGTH_REQUIRED 411
#define STATUS_TOO_LARGE       413

_Static_assert(REGISTRY_WHY_LEN >= KEY_FILE_WHY_LEN, "a reason fits");
_Static_assert(DROP_MAX >= WIRE_BODY_MAX, "what is allowed is never beyond what is dropped");

struct registry_server {
    struct registry_service *service;
    struct MHD_Daemon *daemon;
    size_t max_body;
    uint16_t port;
};

/* One request while its body comes in. */
struct exchange {
    unsigned refused; /* 0, or the status that waits until the body is over */
    size_t len, cap;  /* of a refused one nothing is kept, it is only counted */
    uint8_t body[];
};

/* ---- one request ----------------------------------------------------------------------------- */

static enum MHD_Result reply_queue(struct MHD_Connection *connection,
                                   const struct registry_reply *reply)
{
    /* libmicrohttpd copies it and takes a pointer that is not const. */
    union {
        const uint8_t *given;
        void *taken;
    } body = {.given = reply->body.p};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->body.len, body.taken, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    const char *type = reply->is_envelope ? "application/cose; cose-type=\"cose-sign1\""
                                          : "text/plain; charset=utf-8";
    enum MHD_Result ok = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (ok && reply->allow)
        ok = MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
    if (ok && reply->retry_after_s) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", reply->retry_after_s);
        ok = MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    if (ok)
        ok = MHD_queue_response(connection, reply->status, response);
    MHD_destroy_response(response);
    return ok;
}

static enum MHD_Result reply_refusal(struct MHD_Connection *connection, unsigned status)
{
    const char *reason =
        status == STATUS_TOO_LARGE ? "the body is too large" : "say the body's length";
    log_event(LOG_REGISTRY_REQUEST_REFUSED, "status=%u reason=\"%s\"", status, reason);
    const struct registry_reply reply = {.status = status, .body = span_of_text(reason)};
    return reply_queue(connection, &reply);
}

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
static enum MHD_Result request_begin(const struct registry_server *server,
                                     struct MHD_Connection *connection, void **state)
{
    const unsigned long long len = body_length(connection);
    unsigned refused = 0;
    if (header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING))
        refused = STATUS_LENGTH_REQUIRED;
    else if (len > server->max_body)
        refused = STATUS_TOO_LARGE;
    if (len > DROP_MAX)
        return reply_refusal(connection, refused);
    struct exchange *exchange = malloc(sizeof *exchange + (refused ? 0 : (size_t)len));
    if (!exchange)
        return MHD_NO;
    exchange->refused = refused;
    exchange->len = 0;
    exchange->cap = refused ? DROP_MAX : (size_t)len;
    *state = exchange;
    return MHD_YES;
}

static enum MHD_Result body_take(struct exchange *exchange, const char *data, size_t *len)
{
    if (*len > exchange->cap - exchange->len)
        return MHD_NO;
    if (!exchange->refused)
        memcpy(exchange->body + exchange->len, data, *len);
    exchange->len += *len;
    *len = 0;
    return MHD_YES;
}

static int64_t wall_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Marks a connection whose session was told to require a certificate. */
static const char verified[] = "verified";

/* The kiosk at the other end. Nobody is taken on trust if our marks are not as they should be. */
static enum err kiosk_of(struct MHD_Connection *connection, char out[ENTRY_KIOSK_LEN])
{
    /* libmicrohttpd 1.0 answers each question in the same memory. */
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (!info || info->socket_context != verified)
        return ERR_AUTH;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info || !info->tls_session)
        return ERR_AUTH;
    return registry_tls_kiosk(info->tls_session, out);
}

static enum MHD_Result request_end(const struct registry_server *server,
                                   struct MHD_Connection *connection, const char *method,
                                   const char *path, const struct exchange *exchange)
{
    char kiosk[ENTRY_KIOSK_LEN];
    if (kiosk_of(connection, kiosk) != ERR_OK) {
        log_event(LOG_REGISTRY_CLIENT_REFUSED, "reason=\"connection without a verified kiosk\"");
        return MHD_NO;
    }
    const struct registry_request request = {
        .method = method,
        .path = path,
        .nonce = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "nonce"),
        .from = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "from"),
        .kiosk = kiosk,
        .body = span_of(exchange->body, exchange->len),
        .now_ms = wall_now_ms(),
    };
    struct registry_reply reply;
    registry_service_answer(server->service, &request, &reply);
    return reply_queue(connection, &reply);
}

/* Called with the headers, then for each piece of the body, then once with none left. */
static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **state)
{
    const struct registry_server *server = user;
    struct exchange *exchange = *state;
    (void)version;
    if (!exchange)
        return request_begin(server, connection, state);
    if (*data_len > 0)
        return body_take(exchange, data, data_len);
    if (exchange->refused)
        return reply_refusal(connection, exchange->refused);
    return request_end(server, connection, method, path, exchange);
}

static void on_request_over(void *user, struct MHD_Connection *connection, void **state,
                            enum MHD_RequestTerminationCode code)
{
    (void)user;
    (void)connection;
    (void)code;
    free(*state);
    *state = NULL;
}

/* ---- one connection -------------------------------------------------------------------------- */

static void on_connection(void *user, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    (void)user;
    const union MHD_ConnectionInfo *tls =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (code == MHD_CONNECTION_NOTIFY_STARTED && tls && tls->tls_session) {
        union {
            const char *given;
            void *taken;
        } mark = {.given = verified};
        registry_tls_require_client(tls->tls_session);
        *context = mark.taken;
    }
}

/* ---- open and close -------------------------------------------------------------------------- */

static enum err explain(enum err err, const char *what, const char *reason,
                        char why[REGISTRY_WHY_LEN])
{
    snprintf(why, REGISTRY_WHY_LEN, "%.120s: %.120s", what, reason);
    return err;
}

static enum err listen_at(const struct registry_config *config, int *out,
                          char why[REGISTRY_WHY_LEN])
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {0};
    socklen_t len = sizeof at.v4;
    const int one = 1;
    if (inet_pton(AF_INET, config->address, &at.v4.sin_addr) == 1) {
        at.v4.sin_family = AF_INET;
        at.v4.sin_port = htons((uint16_t)config->port);
    } else if (inet_pton(AF_INET6, config->address, &at.v6.sin6_addr) == 1) {
        at.v6.sin6_family = AF_INET6;
        at.v6.sin6_port = htons((uint16_t)config->port);
        len = sizeof at.v6;
    } else {
        return explain(ERR_INVALID, config->address, "is no IPv4 or IPv6 address", why);
    }
    const int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        bind(fd, &at.any, len) < 0 || listen(fd, BACKLOG) < 0) {
        const int error = errno;
        snprintf(why, REGISTRY_WHY_LEN, "%s port %u: %s", config->address, config->port,
                 strerror(error));
        if (fd >= 0)
            close(fd);
        return err_from_errno(error);
    }
    *out = fd;
    return ERR_OK;
}

static uint16_t port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {0};
    socklen_t len = sizeof at;
    getsockname(fd, &at.any, &len);
    return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

/* What libmicrohttpd hands to GnuTLS while it starts. */
struct tls_files {
    char cert[PEM_LEN_MAX + 1];
    char key[PEM_LEN_MAX + 1];
    char client_ca[PEM_LEN_MAX + 1];
};

static enum err pem_read(const char *path, bool secret, char out[PEM_LEN_MAX + 1],
                         char why[REGISTRY_WHY_LEN])
{
    size_t len = 0;
    const enum err err = key_file_read(path, secret, (uint8_t *)out, PEM_LEN_MAX, &len, why);
    out[len] = '\0';
    return err;
}

static gnutls_datum_t pem_datum(char *pem)
{
    return (gnutls_datum_t){.data = (unsigned char *)pem, .size = (unsigned)strlen(pem)};
}

/* GnuTLS's own opinion of the files, which libmicrohttpd would keep to itself. */
static enum err tls_files_check(const struct registry_config *config, struct tls_files *files,
                                char why[REGISTRY_WHY_LEN])
{
    gnutls_certificate_credentials_t credentials;
    if (gnutls_certificate_allocate_credentials(&credentials) < 0)
        return explain(ERR_MEMORY, config->tls_cert, err_text(ERR_MEMORY), why);
    const gnutls_datum_t cert = pem_datum(files->cert), key = pem_datum(files->key),
                         ca = pem_datum(files->client_ca);
    enum err err = ERR_OK;
    int code = gnutls_certificate_set_x509_key_mem(credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
    if (code < 0) {
        snprintf(why, REGISTRY_WHY_LEN, "%.100s with %.100s: %s", config->tls_cert, config->tls_key,
                 gnutls_strerror(code));
        err = ERR_INVALID;
    } else {
        code = gnutls_certificate_set_x509_trust_mem(credentials, &ca, GNUTLS_X509_FMT_PEM);
        if (code < 0)
            err = explain(ERR_INVALID, config->client_ca, gnutls_strerror(code), why);
        else if (code == 0)
            err = explain(ERR_INVALID, config->client_ca, "holds no certificate", why);
    }
    gnutls_certificate_free_credentials(credentials);
    return err;
}

static enum err tls_files_read(const struct registry_config *config, struct tls_files *files,
                               char why[REGISTRY_WHY_LEN])
{
    enum err err = pem_read(config->tls_cert, false, files->cert, why);
    if (!err)
        err = pem_read(config->tls_key, true, files->key, why);
    if (!err)
        err = pem_read(config->client_ca, false, files->client_ca, why);
    return err ? err : tls_files_check(config, files, why);
}

static enum err daemon_start(const struct registry_config *config, const struct tls_files *files,
                             int fd, struct registry_server *server, char why[REGISTRY_WHY_LEN])
{
    server->port = port_of(fd);
    server->daemon = MHD_start_daemon(
        MHD_USE_TLS | MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_HTTPS_MEM_CERT, files->cert,
        MHD_OPTION_HTTPS_MEM_KEY, files->key, MHD_OPTION_HTTPS_MEM_TRUST, files->client_ca,
        MHD_OPTION_HTTPS_PRIORITIES, REGISTRY_TLS_PRIORITIES, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_NOTIFY_COMPLETED, on_request_over, server,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)config->max_connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)config->timeout_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_END);
    if (!server->daemon)
        return explain(ERR_IO, config->address, "the HTTPS server does not start", why);
    return ERR_OK;
}

enum err registry_server_open(const struct registry_config *config,
                              struct registry_service *service, struct registry_server **out,
                              char why[REGISTRY_WHY_LEN])
{
    struct registry_server *server = calloc(1, sizeof *server);
    struct tls_files *files = calloc(1, sizeof *files);
    int fd = -1;
    enum err err = server && files ? ERR_OK : explain(ERR_MEMORY, "server", "no memory", why);
    if (!err)
        err = tls_files_read(config, files, why);
    if (!err)
        err = listen_at(config, &fd, why);
    if (!err) {
        server->service = service;
        server->max_body = config->max_body;
        err = daemon_start(config, files, fd, server, why);
        if (err)
            close(fd);
    }
    if (files)
        gnutls_memset(files, 0, sizeof *files);
    free(files);
    if (err)
        free(server);
    else
        *out = server;
    return err;
}

uint16_t registry_server_port(const struct registry_server *server)
{
    return server->port;
}

void registry_server_close(struct registry_server *server)
{
    if (!server)
        return;
    MHD_stop_daemon(server->daemon);
    free(server);
}
