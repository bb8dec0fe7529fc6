/* The network cable.
 *
 * A link is two sockets and, for each direction, a small buffer between them. A socket is read only
 * when the other's buffer is empty, so nothing grows. The end of one direction is handed on with
 * shutdown(2): the protocol above may still be answering in the other.
 */
#include "desk_relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_LEN 16384

/* One socket of a link, and what waits to be written to it. */
struct side {
    int fd; /* -1: none */
    sd_event_source *source;
    uint8_t waiting[BUFFER_LEN];
    size_t at, len;
    bool ended;      /* it will send no more */
    bool ended_told; /* and it was told that the other side won't either */
};

struct link {
    struct desk_relay *relay;
    struct side side[2]; /* sync, registry */
    bool used;
};

struct desk_relay {
    struct desk *desk;
    uint16_t relay_port, registry_port;
    int listen_fd; /* -1 while pulled */
    sd_event_source *listen_source;
    struct link links[DESK_RELAY_LINKS];
};

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void link_close(struct link *link)
{
    if (!link->used)
        return;
    for (int i = 0; i < 2; i++) {
        struct side *side = &link->side[i];
        side->source = sd_event_source_disable_unref(side->source);
        if (side->fd >= 0)
            close(side->fd);
        *side = (struct side){.fd = -1};
    }
    link->used = false;
    desk_changed(link->relay->desk);
}

/* Moves bytes one way. Returns 0, or a negative errno when the link is broken. */
static int move(struct side *from, struct side *to)
{
    if (to->len == 0 && !from->ended) {
        ssize_t n = recv(from->fd, to->waiting, sizeof to->waiting, 0);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        from->ended = n == 0;
        to->at = 0;
        to->len = n > 0 ? (size_t)n : 0;
    }
    if (to->len > 0) {
        ssize_t n = send(to->fd, to->waiting + to->at, to->len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        to->at += n > 0 ? (size_t)n : 0;
        to->len -= n > 0 ? (size_t)n : 0;
    }
    if (from->ended && to->len == 0 && !to->ended_told) {
        to->ended_told = true;
        if (shutdown(to->fd, SHUT_WR) < 0)
            return -errno;
    }
    return 0;
}

static int wanted_set(const struct side *side, const struct side *other)
{
    uint32_t want = 0;
    if (!side->ended && other->len == 0)
        want |= EPOLLIN;
    if (side->len > 0)
        want |= EPOLLOUT;
    return sd_event_source_set_io_events(side->source, want);
}

static int on_side(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)fd;
    struct link *link = user;
    struct side *a = &link->side[0], *b = &link->side[1];
    int r = events & (EPOLLHUP | EPOLLERR) && !(events & EPOLLIN) ? -EPIPE : 0;
    if (r == 0)
        r = move(a, b);
    if (r == 0)
        r = move(b, a);
    bool over = a->ended_told && b->ended_told;
    if (r < 0 || over || wanted_set(a, b) < 0 || wanted_set(b, a) < 0)
        link_close(link);
    return 0;
}

/* Connects the other end. On loopback connect(2) ends at once, so it may block. */
static int link_open(struct link *link, int sync_fd)
{
    link->used = true;
    link->side[0].fd = sync_fd;
    link->side[1].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in registry = loopback(link->relay->registry_port);
    if (link->side[1].fd < 0 ||
        connect(link->side[1].fd, (struct sockaddr *)&registry, sizeof registry) < 0)
        return -errno;
    for (int i = 0; i < 2; i++) {
        struct side *side = &link->side[i];
        int flags = fcntl(side->fd, F_GETFL);
        if (flags < 0 || fcntl(side->fd, F_SETFL, flags | O_NONBLOCK) < 0)
            return -errno;
        int r = sd_event_add_io(link->relay->desk->loop, &side->source, side->fd, EPOLLIN, on_side,
                                link);
        if (r < 0)
            return r;
    }
    return 0;
}

static int on_listen(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source, (void)events;
    struct desk_relay *relay = user;
    int sync_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    if (sync_fd < 0)
        return 0;
    struct link *link = relay->links;
    while (link < relay->links + DESK_RELAY_LINKS && link->used)
        link++;
    if (link == relay->links + DESK_RELAY_LINKS) {
        close(sync_fd);
        return 0;
    }
    if (link_open(link, sync_fd) < 0)
        link_close(link);
    desk_changed(relay->desk);
    return 0;
}

static int plug(struct desk_relay *relay)
{
    relay->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (relay->listen_fd < 0)
        return -errno;
    const int yes = 1;
    struct sockaddr_in address = loopback(relay->relay_port);
    if (setsockopt(relay->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(relay->listen_fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(relay->listen_fd, DESK_RELAY_LINKS) < 0)
        return -errno;
    return sd_event_add_io(relay->desk->loop, &relay->listen_source, relay->listen_fd, EPOLLIN,
                           on_listen, relay);
}

static void pull(struct desk_relay *relay)
{
    relay->listen_source = sd_event_source_disable_unref(relay->listen_source);
    if (relay->listen_fd >= 0)
        close(relay->listen_fd);
    relay->listen_fd = -1;
    for (unsigned i = 0; i < DESK_RELAY_LINKS; i++)
        link_close(&relay->links[i]);
}

bool desk_relay_plugged(const struct desk_relay *relay)
{
    return relay->listen_fd >= 0;
}

int desk_relay_plug(struct desk_relay *relay, bool plugged)
{
    int r = 0;
    if (plugged == desk_relay_plugged(relay))
        return 0;
    if (plugged)
        r = plug(relay);
    if (!plugged || r < 0)
        pull(relay);
    desk_changed(relay->desk);
    return r;
}

unsigned desk_relay_links(const struct desk_relay *relay)
{
    unsigned n = 0;
    for (unsigned i = 0; i < DESK_RELAY_LINKS; i++)
        n += relay->links[i].used;
    return n;
}

int desk_relay_open(struct desk *desk, uint16_t relay_port, uint16_t registry_port,
                    struct desk_relay **out)
{
    struct desk_relay *relay = calloc(1, sizeof *relay);
    if (!relay)
        return -ENOMEM;
    relay->desk = desk;
    relay->relay_port = relay_port;
    relay->registry_port = registry_port;
    for (unsigned i = 0; i < DESK_RELAY_LINKS; i++)
        relay->links[i] =
            (struct link){.relay = relay, .side = {{.fd = -1}, {.fd = -1}}, .used = false};
    int r = plug(relay);
    if (r < 0) {
        desk_relay_close(relay);
        return r;
    }
    *out = relay;
    return 0;
}

void desk_relay_close(struct desk_relay *relay)
{
    if (!relay)
        return;
    pull(relay);
    free(relay);
}
