/* Two daemons in external epoll mode, one for each loopback address.
 *
 * libmicrohttpd keeps its sockets in an epoll set of its own, whose descriptor becomes readable
 * when there is work. What the set can't show, data left in its buffers and timeouts,
 * MHD_get_timeout tells; so after every run the timer is set anew. A resumed connection shows in
 * neither (measured with 0.9.75: no wake-up descriptor in external mode), so whoever resumes one
 * sets the timer to now: http_server_wake.
 */
#include "http_server.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX      32u
#define CONNECTION_TIMEOUT_S 20u
#define CONNECTION_MEMORY    (16u * 1024)
#define BACKLOG              16
#define ADDRESSES            2
#define TIMER_ACCURACY_US    1000u /* zero would be sd-event's 250 ms: a verdict that much later */

struct listener {
    struct MHD_Daemon *daemon;
    sd_event_source *ready, *timer;
};

struct http_server {
    sd_event *loop;
    struct listener listeners[ADDRESSES];
};

static int listener_run(struct listener *listener)
{
    MHD_run(listener->daemon);
    MHD_UNSIGNED_LONG_LONG wait_ms;
    if (MHD_get_timeout(listener->daemon, &wait_ms) != MHD_YES)
        return sd_event_source_set_enabled(listener->timer, SD_EVENT_OFF);
    const int failed = sd_event_source_set_time_relative(listener->timer, wait_ms * 1000);
    return failed < 0 ? failed : sd_event_source_set_enabled(listener->timer, SD_EVENT_ONESHOT);
}

static int listener_ready(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)fd;
    (void)events;
    return listener_run(user);
}

static int listener_due(sd_event_source *source, uint64_t now_us, void *user)
{
    (void)source;
    (void)now_us;
    return listener_run(user);
}

/* Returns a listening socket or a negative errno value. */
static int socket_listen(const struct sockaddr *address, socklen_t len)
{
    const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    const int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (address->sa_family == AF_INET6 &&
         setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
        bind(fd, address, len) != 0 || listen(fd, BACKLOG) != 0) {
        const int failed = -errno;
        close(fd);
        return failed;
    }
    return fd;
}

/* On success the daemon owns `fd`. */
static enum err listener_open(sd_event *loop, int fd, const struct http_handler *handler,
                              struct listener *listener)
{
    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handler->request, handler->user,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, handler->completed,
        handler->user, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        CONNECTION_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!listener->daemon) {
        close(fd);
        return ERR_IO;
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    int failed =
        sd_event_add_io(loop, &listener->ready, info->epoll_fd, EPOLLIN, listener_ready, listener);
    if (failed >= 0)
        failed = sd_event_add_time_relative(loop, &listener->timer, CLOCK_MONOTONIC, 0,
                                            TIMER_ACCURACY_US, listener_due, listener);
    return failed < 0 ? err_from_errno(-failed) : ERR_OK;
}

enum err http_server_open(sd_event *loop, uint16_t port, const struct http_handler *handler,
                          struct http_server **out)
{
    assert(loop && port != 0 && handler && out);
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        return ERR_MEMORY;
    server->loop = loop;
    const struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
    const int fd4 = socket_listen((const struct sockaddr *)&v4, sizeof v4);
    const int fd6 = socket_listen((const struct sockaddr *)&v6, sizeof v6);
    enum err err = fd4 < 0 ? err_from_errno(-fd4) : ERR_OK;
    if (fd6 == -EADDRINUSE)
        err = err_from_errno(EADDRINUSE);
    if (fd4 >= 0 && err == ERR_OK)
        err = listener_open(loop, fd4, handler, &server->listeners[0]);
    else if (fd4 >= 0)
        close(fd4);
    if (fd6 >= 0 && err == ERR_OK)
        err = listener_open(loop, fd6, handler, &server->listeners[1]);
    else if (fd6 >= 0)
        close(fd6);
    if (err != ERR_OK) {
        http_server_close(server);
        return err;
    }
    *out = server;
    return ERR_OK;
}

void http_server_wake(struct http_server *server)
{
    for (size_t i = 0; i < ADDRESSES; i++) {
        struct listener *listener = &server->listeners[i];
        if (!listener->daemon)
            continue;
        if (sd_event_source_set_time_relative(listener->timer, 0) < 0 ||
            sd_event_source_set_enabled(listener->timer, SD_EVENT_ONESHOT) < 0)
            sd_event_exit(server->loop, EXIT_FAILURE);
    }
}

void http_server_close(struct http_server *server)
{
    if (!server)
        return;
    for (size_t i = 0; i < ADDRESSES; i++) {
        struct listener *listener = &server->listeners[i];
        sd_event_source_disable_unref(listener->ready);
        sd_event_source_disable_unref(listener->timer);
        if (listener->daemon)
            MHD_stop_daemon(listener->daemon);
    }
    free(server);
}
