/* A client is known before its first byte of HTTP is read (registry_tls.c), and counted from then
 * on. Nobody is taken on trust if our marks on a connection are not as they should be. Whoever has
 * to leave is shut down, which libmicrohttpd then notices as any other end. */
#include "registry_callers.h"

#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "clock.h"
#include "log.h"
#include "registry_tls.h"

/* The connection's client, which it has from its beginning on. */
static struct registry_client *client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* A request that is held on it is let go; one that is parked ends with what it waits for. */
static void client_end(const struct registry_client *client)
{
    if (!client)
        return;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(client->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (client->kiosk[0])
        log_event(LOG_REGISTRY_REQUEST_REFUSED, "kiosk=%s reason=\"too many connections\"",
                  client->kiosk);
    if (info)
        (void)shutdown(info->connect_fd, SHUT_RDWR);
    registry_hold_drop(client->requests->hold, client->connection);
}

static gnutls_session_t session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info ? info->tls_session : NULL;
}

bool registry_caller_is_ended(struct MHD_Connection *connection)
{
    const struct registry_client *client = client_of(connection);
    return client && client->ended;
}

enum err registry_caller_kiosk(struct MHD_Connection *connection, char out[ENTRY_KIOSK_LEN])
{
    const struct registry_client *client = client_of(connection);
    gnutls_session_t session = session_of(connection);
    if (client && client->ended)
        return ERR_CLOSED;
    if (!client || !client->kiosk[0] || !session ||
        registry_tls_kiosk(session, clock_ms(CLOCK_REALTIME), out) != ERR_OK) {
        log_event(LOG_REGISTRY_CLIENT_REFUSED,
                  "reason=\"connection without a kiosk whose certificate is good\"");
        return ERR_AUTH;
    }
    return ERR_OK;
}

const uint8_t *registry_caller_key(struct MHD_Connection *connection)
{
    const struct registry_client *client = client_of(connection);
    return client && client->kiosk[0] ? client->tls_key : NULL;
}

struct rate_peer registry_caller_address(struct MHD_Connection *connection)
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

static void on_proven(const char kiosk[ENTRY_KIOSK_LEN], const uint8_t tls_key[SIGN_HASH_LEN],
                      void *user)
{
    struct registry_client *client = user;
    memcpy(client->tls_key, tls_key, sizeof client->tls_key);
    client_end(registry_clients_name(&client->requests->clients, client, kiosk));
}

static void on_begun(struct registry_requests *requests, struct MHD_Connection *connection,
                     gnutls_session_t session, void **context)
{
    const struct rate_peer peer = registry_caller_address(connection);
    struct registry_client *client = registry_clients_add(&requests->clients, connection, &peer);
    *context = client;
    if (client) {
        client->requests = requests;
        client->listener = (struct registry_tls_listener){on_proven, client};
    }
    if (requests->door.client_ca)
        registry_tls_require_client(session, client ? &client->listener : NULL);
    client_end(registry_clients_crowd(&requests->clients, requests->max_connections));
}

void registry_requests_connection(void *user, struct MHD_Connection *connection, void **context,
                                  enum MHD_ConnectionNotificationCode code)
{
    struct registry_requests *requests = user;
    gnutls_session_t session = session_of(connection);
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        registry_clients_remove(&requests->clients, *context);
    } else if (session) {
        on_begun(requests, connection, session, context);
    }
}
