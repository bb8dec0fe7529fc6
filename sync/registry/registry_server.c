/* libmicrohttpd, made strict.
 *
 * One thread with epoll serves every connection: a request is short, the store has one writer, and
 * a client that stalls costs a socket and no thread. What a client may use is bounded: the number
 * of connections, of all and of one kiosk or stranger, the time it may be silent, the memory of a
 * connection (for headers), and the body, which must say its length beforehand. Who is refused as a
 * kiosk keeps no connection.
 *
 * A client is known before its first byte of HTTP is read (registry_tls.c).
 */
#include "registry_server.h"

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
#include "registry_clients.h"
#include "registry_hold.h"
#include "registry_listen.h"
#include "registry_tls.h"
#include "wire.h"

#define PEM_LEN_MAX               (64u << 10)
#define CONNECTION_BYTES          (16u << 10) /* of memory, for the request's line and headers */
#define DROP_MAX                  (1u << 20)  /* of a body that is refused */
#define STRANGER_CONNECTIONS      64u         /* to a door that asks for no certificate, */
#define STRANGER_CONNECTIONS_EACH 8u          /* from one address */
#define NEWCOMERS_SHARE           4u          /* one in: of all connections to the kiosks' door */
#define STATUS_LENGTH_REQUIRED    411
#define STATUS_TOO_LARGE          413

_Static_assert(REGISTRY_WHY_LEN >= KEY_FILE_WHY_LEN, "a reason fits");
_Static_assert(DROP_MAX >= WIRE_BODY_MAX, "what is allowed is never beyond what is dropped");

struct registry_server {
    struct registry_door door;
    struct MHD_Daemon *daemon;
    struct registry_hold *hold;
    struct registry_clients clients;
    size_t max_body;
    unsigned timeout_s, keep_s;
    unsigned newcomers; /* who may be about to show who they are, at a time */
    uint16_t port;
};

/* One request while its body comes in. */
struct exchange {
    unsigned refused; /* 0, or the status that waits until the body is over */
    int64_t until_ms; /* when a request that was held is answered; 0: it was not */
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
    const char *type = reply->type ? reply->type : "text/plain; charset=utf-8";
    enum MHD_Result ok = MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    if (ok && reply->allow)
        ok = MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, reply->allow);
    if (ok && reply->status == MHD_HTTP_FORBIDDEN)
        ok = MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
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
    exchange->until_ms = 0;
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

/* For what must not depend on a clock that can be set. */
static int64_t monotonic_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The connection's client, which it has if its session was told to require a certificate. */
static struct registry_client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* The kiosk at the other end. Nobody is taken on trust if our marks are not as they should be. */
static enum err kiosk_of(struct MHD_Connection *connection, char out[ENTRY_KIOSK_LEN])
{
    const struct registry_client *client = client_of(connection);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!client || !info || !info->tls_session)
        return ERR_AUTH;
    if (client->ended)
        return ERR_CLOSED;
    return client->kiosk[0] ? registry_tls_kiosk(info->tls_session, wall_now_ms(), out) : ERR_AUTH;
}

/* The other end's address; of IPv6 the network. All zero if there is none. */
static struct rate_peer peer_of(struct MHD_Connection *connection)
{
    enum { V6_NETWORK = 8 };
    struct rate_peer peer = {0};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    union {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at;
    if (info && info->client_addr && info->client_addr->sa_family == AF_INET) {
        memcpy(&at.v4, info->client_addr, sizeof at.v4);
        memcpy(peer.bytes + V6_NETWORK, &at.v4.sin_addr, sizeof at.v4.sin_addr);
    } else if (info && info->client_addr && info->client_addr->sa_family == AF_INET6) {
        memcpy(&at.v6, info->client_addr, sizeof at.v6);
        memcpy(peer.bytes, &at.v6.sin6_addr, V6_NETWORK);
    }
    return peer;
}

static const char *argument(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name);
}

/* Answers, or holds the request until this is called again. */
static enum MHD_Result request_end(struct registry_server *server,
                                   struct MHD_Connection *connection, const char *method,
                                   const char *path, struct exchange *exchange)
{
    char kiosk[ENTRY_KIOSK_LEN] = "";
    const enum err err = server->door.client_ca ? kiosk_of(connection, kiosk) : ERR_OK;
    if (err) {
        if (err != ERR_CLOSED)
            log_event(LOG_REGISTRY_CLIENT_REFUSED, "reason=\"connection without a kiosk whose "
                                                   "certificate is good\"");
        return MHD_NO;
    }
    const int64_t now_ms = monotonic_now_ms();
    struct registry_request request = {
        .method = method,
        .path = path,
        .nonce = argument(connection, "nonce"),
        .from = argument(connection, "from"),
        .wait = argument(connection, "wait"),
        .policy = argument(connection, "policy"),
        .lists = argument(connection, "lists"),
        .placements = argument(connection, "placements"),
        .waited = exchange->until_ms && now_ms >= exchange->until_ms,
        .kiosk = kiosk,
        .peer = peer_of(connection),
        .body = span_of(exchange->body, exchange->len),
        .now_ms = wall_now_ms(),
    };
    struct registry_reply reply = {0};
    const uint64_t turn = registry_hold_turn(server->hold);
    server->door.answer(server->door.user, &request, &reply);
    if (reply.hold_s) {
        if (!exchange->until_ms)
            exchange->until_ms = now_ms + reply.hold_s * INT64_C(1000);
        if (registry_hold_put(server->hold, turn, connection, exchange->until_ms))
            return MHD_YES;
        request.waited = true;
        server->door.answer(server->door.user, &request, &reply);
    }
    /* A handshake costs five times what an idle contact does. */
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
                              reply.status == MHD_HTTP_OK ? server->keep_s : server->timeout_s);
    return reply_queue(connection, &reply);
}

/* Called with the headers, then for each piece of the body, then once with none left.
 *
 * libmicrohttpd that is being stopped queues no answer, says that it did, and asks for it again and
 * again (0.9.75): then the connection is ended. */
static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **state)
{
    struct registry_server *server = user;
    struct exchange *exchange = *state;
    (void)version;
    if (registry_hold_has_ended(server->hold))
        return MHD_NO;
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

/* Ends a connection that is one too many, if there is one. A request that is held on it is let go.
 */
static void surplus_end(struct registry_server *server, const char *kiosk, unsigned most)
{
    const struct registry_client *client = registry_clients_surplus(&server->clients, kiosk, most);
    if (!client)
        return;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(client->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    log_event(LOG_REGISTRY_REQUEST_REFUSED, "kiosk=%s reason=\"too many connections\"",
              client->kiosk);
    if (info)
        (void)shutdown(info->connect_fd, SHUT_RDWR);
    registry_hold_drop(server->hold, client->connection);
}

static void on_proven(const char kiosk[ENTRY_KIOSK_LEN], void *user)
{
    struct registry_client *client = user;
    memcpy(client->kiosk, kiosk, sizeof client->kiosk);
    surplus_end(client->server, kiosk, REGISTRY_KIOSK_CONNECTIONS);
}

static void on_begun(struct registry_server *server, struct MHD_Connection *connection,
                     gnutls_session_t session, void **context)
{
    struct registry_client *client = registry_clients_add(&server->clients, connection);
    *context = client;
    if (client) {
        client->server = server;
        client->listener = (struct registry_tls_listener){on_proven, client};
    }
    registry_tls_require_client(session, client ? &client->listener : NULL);
    surplus_end(server, "", server->newcomers);
}

static void on_connection(void *user, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct registry_server *server = user;
    const union MHD_ConnectionInfo *tls =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!server->door.client_ca)
        return;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        registry_clients_remove(&server->clients, *context);
    } else if (tls && tls->tls_session) {
        on_begun(server, connection, tls->tls_session, context);
    }
}

/* ---- open and close -------------------------------------------------------------------------- */

static enum err explain(enum err err, const char *what, const char *reason,
                        char why[REGISTRY_WHY_LEN])
{
    snprintf(why, REGISTRY_WHY_LEN, "%.120s: %.120s", what, reason);
    return err;
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
static enum err tls_files_check(const struct registry_config *config, const char *client_ca,
                                struct tls_files *files, char why[REGISTRY_WHY_LEN])
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
    } else if (client_ca) {
        code = gnutls_certificate_set_x509_trust_mem(credentials, &ca, GNUTLS_X509_FMT_PEM);
        if (code < 0)
            err = explain(ERR_INVALID, client_ca, gnutls_strerror(code), why);
        else if (code == 0)
            err = explain(ERR_INVALID, client_ca, "holds no certificate", why);
    }
    gnutls_certificate_free_credentials(credentials);
    return err;
}

static enum err tls_files_read(const struct registry_config *config, const char *client_ca,
                               struct tls_files *files, char why[REGISTRY_WHY_LEN])
{
    enum err err = pem_read(config->tls_cert, false, files->cert, why);
    if (!err)
        err = pem_read(config->tls_key, true, files->key, why);
    if (!err && client_ca)
        err = pem_read(client_ca, false, files->client_ca, why);
    return err ? err : tls_files_check(config, client_ca, files, why);
}

unsigned registry_server_connections(const struct registry_config *config,
                                     const struct registry_door *door)
{
    const unsigned most = config->max_connections;
    return door->client_ca || most < STRANGER_CONNECTIONS ? most : STRANGER_CONNECTIONS;
}

static enum err daemon_start(const struct registry_config *config, struct tls_files *files, int fd,
                             struct registry_server *server, char why[REGISTRY_WHY_LEN])
{
    /* Without a trust list libmicrohttpd asks for no certificate. */
    const struct MHD_OptionItem trust[] = {
        {server->door.client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, files->client_ca},
        {MHD_OPTION_END, 0, NULL}};
    server->port = registry_listen_port(fd);
    server->daemon = MHD_start_daemon(
        MHD_USE_TLS | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        on_request, server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_HTTPS_MEM_CERT, files->cert,
        MHD_OPTION_HTTPS_MEM_KEY, files->key, MHD_OPTION_ARRAY, trust, MHD_OPTION_HTTPS_PRIORITIES,
        REGISTRY_TLS_PRIORITIES, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_request_over, server, MHD_OPTION_CONNECTION_LIMIT,
        registry_server_connections(config, &server->door), MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        server->door.client_ca ? 0u : STRANGER_CONNECTIONS_EACH, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)config->timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!server->daemon)
        return explain(ERR_IO, server->door.address, "the HTTPS server does not start", why);
    return ERR_OK;
}

enum err registry_server_open(const struct registry_config *config,
                              const struct registry_door *door, struct registry_server **out,
                              char why[REGISTRY_WHY_LEN])
{
    struct registry_server *server = calloc(1, sizeof *server);
    struct tls_files *files = calloc(1, sizeof *files);
    int fd = -1;
    enum err err = server && files ? ERR_OK : explain(ERR_MEMORY, "server", "no memory", why);
    if (!err)
        err = tls_files_read(config, door->client_ca, files, why);
    if (!err)
        err = registry_listen(door->address, door->port, &fd, why);
    if (!err)
        err = registry_hold_open(&server->hold);
    if (!err) {
        server->door = *door;
        server->max_body = config->max_body;
        server->timeout_s = config->timeout_s;
        server->newcomers = 1 + config->max_connections / NEWCOMERS_SHARE;
        server->keep_s = door->client_ca ? config->keep_s : config->timeout_s;
        err = daemon_start(config, files, fd, server, why);
    }
    if (err && fd >= 0)
        close(fd);
    if (files)
        gnutls_memset(files, 0, sizeof *files);
    free(files);
    if (err && server)
        registry_hold_close(server->hold);
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

bool registry_server_is_waited_for(const struct registry_server *server)
{
    return !registry_hold_is_empty(server->hold);
}

void registry_server_release(const struct registry_server *server, bool news)
{
    registry_hold_release(server->hold, monotonic_now_ms(), news);
}

void registry_server_close(struct registry_server *server)
{
    if (!server)
        return;
    registry_hold_end(server->hold);
    MHD_stop_daemon(server->daemon);
    registry_hold_close(server->hold);
    free(server);
}
