#include "fleet_line.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENT_S   300
#define OTHERS_MAX 8

/* Keeps what went wrong first. */
static bool broke(struct fleet_line *line, const char *what, const char *reason)
{
    if (!line->why[0])
        snprintf(line->why, sizeof line->why, "%s: %s", what, reason);
    return false;
}

static bool tls_broke(struct fleet_line *line, const char *what, ssize_t code)
{
    return broke(line, what, code == 0 ? "the registry closed" : gnutls_strerror((int)code));
}

static bool tcp_connect(struct fleet_line *line, uint16_t port)
{
    const struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct timeval silent = {.tv_sec = SILENT_S};
    const int one = 1;

    line->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line->fd < 0 || setsockopt(line->fd, SOL_SOCKET, SO_RCVTIMEO, &silent, sizeof silent) < 0 ||
        setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0 ||
        connect(line->fd, (const struct sockaddr *)&at, sizeof at) < 0)
        return broke(line, "connect", strerrordesc_np(errno));
    return true;
}

static bool handshake(struct fleet_line *line, const struct centre *centre, gnutls_x509_crt_t crt)
{
    gnutls_x509_crt_t chain[] = {crt}, ca[] = {centre->ca};
    int code;

    if (gnutls_certificate_allocate_credentials(&line->credentials) < 0 ||
        gnutls_certificate_set_x509_key(line->credentials, chain, 1, centre->tls_key) < 0 ||
        gnutls_certificate_set_x509_trust(line->credentials, ca, 1) < 0 ||
        gnutls_init(&line->session, GNUTLS_CLIENT) < 0 ||
        gnutls_set_default_priority(line->session) < 0 ||
        gnutls_credentials_set(line->session, GNUTLS_CRD_CERTIFICATE, line->credentials) < 0)
        return broke(line, "session", "can't be made");
    gnutls_session_set_verify_cert(line->session, "localhost", 0);
    gnutls_handshake_set_timeout(line->session, SILENT_S * 1000);
    gnutls_transport_set_int(line->session, line->fd);
    do
        code = gnutls_handshake(line->session);
    while (code < 0 && !gnutls_error_is_fatal(code));
    return code == 0 || tls_broke(line, "handshake", code);
}

bool fleet_line_open(struct fleet_line *line, const struct centre *centre, gnutls_x509_crt_t crt)
{
    *line = (struct fleet_line){.fd = -1};
    return tcp_connect(line, centre->port) && handshake(line, centre, crt);
}

void fleet_line_close(struct fleet_line *line)
{
    if (line->session)
        gnutls_deinit(line->session);
    if (line->credentials)
        gnutls_certificate_free_credentials(line->credentials);
    if (line->fd >= 0)
        close(line->fd);
}

static bool send_all(struct fleet_line *line, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;

    while (len > 0) {
        const ssize_t sent = gnutls_record_send(line->session, at, len);
        if (sent <= 0)
            return tls_broke(line, "send", sent);
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* How long the reply in `text` is, once its headers are there; 0 before. */
static size_t reply_len(const char *text, size_t *body_at)
{
    const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\nContent-Length:");

    if (!end || !length || length > end)
        return 0;
    *body_at = (size_t)(end - text) + 4;
    return *body_at + strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
}

static unsigned reply_read(struct fleet_line *line)
{
    size_t have = 0, whole = 0, body_at = 0;
    unsigned others = 0;

    do {
        const ssize_t got =
            gnutls_record_recv(line->session, line->reply + have, sizeof line->reply - 1 - have);
        if ((got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED) && ++others < OTHERS_MAX)
            continue; /* TLS 1.3 sent something of its own */
        if (got <= 0) {
            tls_broke(line, "read", got);
            return 0;
        }
        have += (size_t)got;
        line->reply[have] = '\0';
        whole = reply_len((const char *)line->reply, &body_at);
    } while (whole == 0 || have < whole);
    line->body = span_of(line->reply + body_at, whole - body_at);
    return (unsigned)strtoul((const char *)line->reply + strlen("HTTP/1.1 "), NULL, 10);
}

unsigned fleet_line_ask(struct fleet_line *line, const char *target, struct span body)
{
    char head[256];
    const int len =
        snprintf(head, sizeof head, "%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n",
                 target, body.len);

    gnutls_record_cork(line->session);
    if (!send_all(line, head, (size_t)len) || !send_all(line, body.p, body.len))
        return 0;
    const int code = gnutls_record_uncork(line->session, GNUTLS_RECORD_WAIT);
    if (code < 0) {
        tls_broke(line, "send", code);
        return 0;
    }
    return reply_read(line);
}
