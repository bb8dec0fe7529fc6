/* What is accepted has the listening socket's options (tcp(7)): a kiosk whose line was cut without
 * a word is found out by the kernel within two minutes, not when a held request is answered or a
 * kept connection's time is up.
 */
#include "registry_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG     4096 /* or net.core.somaxconn: a fleet comes back at one moment */
#define IDLE_S      60   /* then it is probed, */
#define PROBE_S     20   /* every so often, */
#define PROBES_LOST 3    /* until it is taken for lost */

static bool option_set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

static bool probe(int fd)
{
    return option_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) &&
           option_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, IDLE_S) &&
           option_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, PROBE_S) &&
           option_set(fd, IPPROTO_TCP, TCP_KEEPCNT, PROBES_LOST);
}

enum err registry_listen(const char *address, uint32_t port, int *out, char why[REGISTRY_WHY_LEN])
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = {0};
    socklen_t len = sizeof at.v4;
    if (inet_pton(AF_INET, address, &at.v4.sin_addr) == 1) {
        at.v4.sin_family = AF_INET;
        at.v4.sin_port = htons((uint16_t)port);
    } else if (inet_pton(AF_INET6, address, &at.v6.sin6_addr) == 1) {
        at.v6.sin6_family = AF_INET6;
        at.v6.sin6_port = htons((uint16_t)port);
        len = sizeof at.v6;
    } else {
        snprintf(why, REGISTRY_WHY_LEN, "%.120s: is no IPv4 or IPv6 address", address);
        return ERR_INVALID;
    }
    const int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !option_set(fd, SOL_SOCKET, SO_REUSEADDR, 1) || !probe(fd) ||
        bind(fd, &at.any, len) < 0 || listen(fd, BACKLOG) < 0) {
        const int error = errno;
        snprintf(why, REGISTRY_WHY_LEN, "%s port %u: %s", address, port, strerror(error));
        if (fd >= 0)
            close(fd);
        return err_from_errno(error);
    }
    *out = fd;
    return ERR_OK;
}

uint16_t registry_listen_port(int fd)
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
