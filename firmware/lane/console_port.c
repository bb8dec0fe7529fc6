/* SOCK_SEQPACKET keeps messages whole, so there is no framing and no partial state. Never blocks: a
 * full buffer means the console is stuck, and a view it would show later would be old. A message is
 * wiped once it is handled: a NIK that was keyed outlives nothing.
 */
#include "console_port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

struct console_port {
    console_message_fn message;
    void *user;
    uid_t console_uid;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    int listen_fd;
    int peer_fd; /* -1: none */
    sd_event *loop;
    sd_event_source *listen_source;
    sd_event_source *peer_source;
    struct view_message in;
    uint8_t bytes[VIEW_MESSAGE_MAX];
};

static void drop_peer(struct console_port *port, const char *why)
{
    port->peer_source = sd_event_source_disable_unref(port->peer_source);
    close(port->peer_fd);
    port->peer_fd = -1;
    log_event(LOG_CONSOLE_GONE, "why=\"%s\"", why);
}

static int on_peer(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)events;
    struct console_port *port = user;
    ssize_t len = recv(fd, port->bytes, sizeof port->bytes, MSG_DONTWAIT | MSG_TRUNC);
    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (len <= 0) {
        drop_peer(port, len ? strerror(errno) : "closed");
        return 0;
    }
    if ((size_t)len > sizeof port->bytes ||
        view_message_decode(span_of(port->bytes, (size_t)len), &port->in) != ERR_OK)
        drop_peer(port, "not a message of this protocol version");
    else
        port->message(&port->in, port->user);
    explicit_bzero(port->bytes, sizeof port->bytes);
    explicit_bzero(&port->in, sizeof port->in);
    return 0;
}

static bool peer_allowed(const struct console_port *port, int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
        return false;
    if (peer.uid == port->console_uid || peer.uid == geteuid())
        return true;
    log_event(LOG_CONSOLE_REFUSED, "uid=%u", (unsigned)peer.uid);
    return false;
}

static int on_listen(sd_event_source *source, int listen_fd, uint32_t events, void *user)
{
    (void)source;
    (void)events;
    struct console_port *port = user;
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return 0;
    if (!peer_allowed(port, fd)) {
        close(fd);
        return 0;
    }
    if (port->peer_fd >= 0)
        drop_peer(port, "replaced by a new one");
    if (sd_event_add_io(port->loop, &port->peer_source, fd, EPOLLIN, on_peer, port) < 0) {
        close(fd);
        return 0;
    }
    port->peer_fd = fd;
    log_event(LOG_CONSOLE_CONNECTED, "");
    return 0;
}

/* A socket file may be left from a lane that was killed; one that answers belongs to a live lane.
 */
static bool answers(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    bool live = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0)
        close(fd);
    return live;
}

static enum err listen_at(struct console_port *port)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, port->path);
    if (answers(&address))
        return ERR_BUSY;
    unlink(port->path);
    port->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (port->listen_fd < 0 ||
        bind(port->listen_fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
        chmod(port->path, 0660) < 0 || listen(port->listen_fd, 4) < 0)
        return err_from_errno(errno);
    if (sd_event_add_io(port->loop, &port->listen_source, port->listen_fd, EPOLLIN, on_listen,
                        port) < 0)
        return ERR_MEMORY;
    return ERR_OK;
}

enum err console_port_open(sd_event *loop, const char *path, uid_t console_uid,
                           console_message_fn message, void *user, struct console_port **out,
                           char why[CONSOLE_PORT_WHY_LEN])
{
    struct console_port *port = calloc(1, sizeof *port);
    enum err err = ERR_MEMORY;
    if (port && strlen(path) >= sizeof port->path)
        err = ERR_SIZE;
    else if (port) {
        port->loop = loop;
        port->message = message;
        port->user = user;
        port->console_uid = console_uid;
        port->listen_fd = -1;
        port->peer_fd = -1;
        strcpy(port->path, path);
        err = listen_at(port);
    }
    if (err) {
        snprintf(why, CONSOLE_PORT_WHY_LEN, "%s: %s", path, err_text(err));
        if (port && port->listen_fd >= 0)
            close(port->listen_fd);
        free(port);
        return err;
    }
    *out = port;
    return ERR_OK;
}

void console_port_close(struct console_port *port)
{
    if (!port)
        return;
    sd_event_source_disable_unref(port->peer_source);
    sd_event_source_disable_unref(port->listen_source);
    if (port->peer_fd >= 0)
        close(port->peer_fd);
    close(port->listen_fd);
    unlink(port->path);
    free(port);
}

bool console_port_connected(const struct console_port *port)
{
    return port->peer_fd >= 0;
}

void console_port_send(struct console_port *port, const struct view_message *message)
{
    if (port->peer_fd < 0)
        return;
    uint8_t bytes[VIEW_MESSAGE_MAX];
    size_t len;
    enum err err = view_message_encode(message, bytes, sizeof bytes, &len);
    if (err)
        drop_peer(port, err_text(err));
    else if (send(port->peer_fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        drop_peer(port, strerror(errno));
}
