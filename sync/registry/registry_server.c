/* libmicrohttpd on a thread of our own.
 *
 * It waits for the sockets; what came in with one turn, from whomever, is handled, and then settled
 * with one commit. More connections are let in than there may be, by a few: one that comes while
 * all are taken is needed to see who has to leave (registry_clients.h).
 */
#include "registry_server.h"

#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "registry_listen.h"
#include "registry_pem.h"
#include "registry_requests.h"
#include "registry_tls.h"

#define CONNECTION_BYTES     (16u << 10) /* of memory, for the request's line and headers */
#define STRANGER_CONNECTIONS 64u         /* to a door that asks for no certificate */
#define CROWD                32u         /* who come while others leave for them */
#define TURN_MS              200         /* until it is seen that the server is to end */
#define PARKED_MAX           64u         /* with one commit */
#define US_PER_S             INT64_C(1000000)

struct registry_server {
    struct registry_requests requests;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    _Atomic bool ends;
    uint16_t port;
};

static enum err explain(enum err err, const char *what, const char *reason,
                        char why[REGISTRY_WHY_LEN])
{
    snprintf(why, REGISTRY_WHY_LEN, "%.120s: %.120s", what, reason);
    return err;
}

/* ---- the thread ------------------------------------------------------------------------------ */

static void *serve(void *user)
{
    struct registry_server *server = user;
    struct registry_requests *requests = &server->requests;
    while (!server->ends) {
        size_t before = 0;
        MHD_run_wait(server->daemon, TURN_MS);
        /* Who has come meanwhile goes along. */
        while (requests->n_parked > before && requests->n_parked < PARKED_MAX) {
            before = requests->n_parked;
            MHD_run_wait(server->daemon, 0);
        }
        registry_requests_settle(requests);
    }
    return NULL;
}

/* ---- open and close -------------------------------------------------------------------------- */

static unsigned connections_max(const struct registry_config *config,
                                const struct registry_door *door)
{
    const unsigned most = config->max_connections;
    return door->client_ca || most < STRANGER_CONNECTIONS ? most : STRANGER_CONNECTIONS;
}

unsigned registry_server_connections(const struct registry_config *config,
                                     const struct registry_door *door)
{
    return connections_max(config, door) + CROWD;
}

static enum err daemon_start(const struct registry_config *config, struct registry_pem *files,
                             int fd, struct registry_server *server, char why[REGISTRY_WHY_LEN])
{
    const struct registry_door *door = &server->requests.door;
    /* Without a trust list libmicrohttpd asks for no certificate. */
    const struct MHD_OptionItem trust[] = {
        {door->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, files->client_ca},
        {MHD_OPTION_END, 0, NULL}};
    server->port = registry_listen_port(fd);
    server->daemon = MHD_start_daemon(
        MHD_USE_TLS | MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        registry_requests_answer, &server->requests, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_HTTPS_MEM_CERT, files->cert, MHD_OPTION_HTTPS_MEM_KEY, files->key,
        MHD_OPTION_ARRAY, trust, MHD_OPTION_HTTPS_PRIORITIES, REGISTRY_TLS_PRIORITIES,
        MHD_OPTION_NOTIFY_CONNECTION, registry_requests_connection, &server->requests,
        MHD_OPTION_NOTIFY_COMPLETED, registry_requests_over, &server->requests,
        MHD_OPTION_CONNECTION_LIMIT, registry_server_connections(config, door),
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)config->timeout_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_END);
    if (!server->daemon)
        return explain(ERR_IO, door->address, "the HTTPS server does not start", why);
    if (pthread_create(&server->thread, NULL, serve, server) == 0)
        return ERR_OK;
    MHD_quiesce_daemon(server->daemon); /* what is listened to is the caller's */
    MHD_stop_daemon(server->daemon);
    return explain(ERR_MEMORY, door->address, "the server's thread does not start", why);
}

static void requests_set(const struct registry_config *config, const struct registry_door *door,
                         struct registry_requests *out)
{
    out->door = *door;
    out->max_body = config->max_body;
    out->max_connections = connections_max(config, door);
    out->timeout_s = config->timeout_s;
    out->keep_s = door->client_ca ? config->keep_s : config->timeout_s;
    out->rate = (struct rate){.burst = config->max_rate, .refill_us = US_PER_S / config->max_rate};
}

enum err registry_server_open(const struct registry_config *config,
                              const struct registry_door *door, struct registry_server **out,
                              char why[REGISTRY_WHY_LEN])
{
    struct registry_server *server = calloc(1, sizeof *server);
    struct registry_pem *files = calloc(1, sizeof *files);
    int fd = -1;
    enum err err = server && files ? ERR_OK : explain(ERR_MEMORY, "server", "no memory", why);
    if (!err)
        err = registry_pem_read(config, door->client_ca, files, why);
    if (!err)
        err = registry_listen(door->address, door->port, &fd, why);
    if (!err)
        err = registry_hold_open(&server->requests.hold);
    if (!err) {
        requests_set(config, door, &server->requests);
        err = daemon_start(config, files, fd, server, why);
    }
    if (err && fd >= 0)
        close(fd);
    if (files)
        gnutls_memset(files, 0, sizeof *files);
    free(files);
    if (err && server)
        registry_hold_close(server->requests.hold);
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
    return !registry_hold_is_empty(server->requests.hold);
}

void registry_server_release(const struct registry_server *server, bool news)
{
    registry_hold_release(server->requests.hold, clock_ms(CLOCK_MONOTONIC), news);
}

void registry_server_close(struct registry_server *server)
{
    if (!server)
        return;
    registry_hold_end(server->requests.hold);
    server->ends = true;
    pthread_join(server->thread, NULL);
    MHD_stop_daemon(server->daemon);
    registry_hold_close(server->requests.hold);
    free(server);
}
