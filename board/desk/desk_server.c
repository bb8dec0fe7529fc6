/* libmicrohttpd in our own loop: one daemon per address, each with its epoll fd in the loop and a
 * timer for its timeouts. */
#include "desk_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESSES 2

struct listener {
    struct MHD_Daemon *daemon; /* NULL: not listening */
    sd_event_source *io, *timer;
};

struct desk_server {
    sd_event *loop;
    struct listener listeners[ADDRESSES];
};

/* Lets the library work, and asks when it wants to again. */
static void listener_run(struct listener *listener)
{
    MHD_run(listener->daemon);
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    bool wants = MHD_get_timeout(listener->daemon, &timeout_ms) == MHD_YES;
    sd_event_source_set_enabled(listener->timer, wants ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
    if (wants)
        sd_event_source_set_time_relative(listener->timer, timeout_ms * 1000);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)fd, (void)events;
    listener_run(user);
    return 0;
}

static int on_time(sd_event_source *source, uint64_t usec, void *user)
{
    (void)source, (void)usec;
    listener_run(user);
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

struct callbacks {
    MHD_AccessHandlerCallback serve;
    MHD_RequestCompletedCallback done;
    void *user;
};

static int listener_open(struct desk_server *server, struct listener *listener, int fd,
                         const struct callbacks *callbacks)
{
    listener->daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, callbacks->serve,
                         callbacks->user, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
                         (unsigned)DESK_SERVER_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
                         (unsigned)DESK_SERVER_IDLE_S, MHD_OPTION_NOTIFY_COMPLETED, callbacks->done,
                         callbacks->user, MHD_OPTION_END);
    if (!listener->daemon) {
        close(fd);
        return -EIO;
    }
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    int r = info ? sd_event_add_io(server->loop, &listener->io, info->epoll_fd, EPOLLIN, on_io,
                                   listener)
                 : -EIO;
    if (r >= 0)
        r = sd_event_add_time_relative(server->loop, &listener->timer, CLOCK_MONOTONIC, 0, 1000,
                                       on_time, listener);
    return r;
}

int desk_server_open(sd_event *loop, uint16_t port, MHD_AccessHandlerCallback serve,
                     MHD_RequestCompletedCallback done, void *user, struct desk_server **out)
{
    static const int families[ADDRESSES] = {AF_INET, AF_INET6};
    const struct callbacks callbacks = {.serve = serve, .done = done, .user = user};
    struct desk_server *server = calloc(1, sizeof *server);
    if (!server)
        return -ENOMEM;
    server->loop = loop;
    int r = 0;
    for (int i = 0; r >= 0 && i < ADDRESSES; i++) {
        int fd = listen_on(families[i], port);
        if (families[i] == AF_INET6 && (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL))
            continue;
        r = fd < 0 ? fd : listener_open(server, &server->listeners[i], fd, &callbacks);
    }
    if (r < 0) {
        desk_server_close(server);
        return r;
    }
    *out = server;
    return 0;
}

void desk_server_run(struct desk_server *server)
{
    for (int i = 0; i < ADDRESSES; i++)
        if (server->listeners[i].daemon)
            listener_run(&server->listeners[i]);
}

void desk_server_close(struct desk_server *server)
{
    if (!server)
        return;
    for (int i = 0; i < ADDRESSES; i++) {
        struct listener *listener = &server->listeners[i];
        sd_event_source_disable_unref(listener->io);
        sd_event_source_disable_unref(listener->timer);
        if (listener->daemon)
            MHD_stop_daemon(listener->daemon);
    }
    free(server);
}
