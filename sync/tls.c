/* One TLS connection: handshake, write, read; each call goes as far as the socket lets it.
 *
 * Why something failed matters here more than anywhere: "refused" alone sends a technician to the
 * wrong end of the cable. So a failed verification says what about the certificate is wrong, an
 * alert says what the registry did not like, and a connection that just ends during or right after
 * the handshake says that the registry may not accept our certificate, which is what it usually is.
 *
 * The socket is ours to read and write but not to own. mbedTLS keeps a partly written record itself
 * and wants the same bytes again, which tls_write's contract passes on.
 *
 * References: RFC 8446 6 (alerts), 4.4.2.4 (a certificate refused after the client has finished).
 */
#include "tls.h"

#include <assert.h>
#include <errno.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "tls_context.h"

struct tls {
    mbedtls_ssl_context ssl;
    int fd;
    bool secure;      /* the handshake is over */
    bool heard;       /* the other end has said something since */
    int socket_errno; /* of the last failed send or receive */
    char why[TLS_WHY_LEN];
};

static int socket_send(void *user, const unsigned char *bytes, size_t len)
{
    struct tls *tls = user;
    const ssize_t n = send(tls->fd, bytes, len, MSG_NOSIGNAL);
    if (n >= 0)
        return (int)n;
    if (errno == EAGAIN || errno == EINTR)
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    tls->socket_errno = errno;
    return MBEDTLS_ERR_NET_SEND_FAILED;
}

static int socket_receive(void *user, unsigned char *out, size_t cap)
{
    struct tls *tls = user;
    const ssize_t n = recv(tls->fd, out, cap, 0);
    if (n >= 0)
        return (int)n;
    if (errno == EAGAIN || errno == EINTR)
        return MBEDTLS_ERR_SSL_WANT_READ;
    tls->socket_errno = errno;
    return MBEDTLS_ERR_NET_RECV_FAILED;
}

enum err tls_open(const struct tls_context *context, int fd, const char *host, struct tls **out)
{
    struct tls *tls = malloc(sizeof *tls);
    if (!tls)
        return ERR_MEMORY;
    *tls = (struct tls){.fd = fd};
    mbedtls_ssl_init(&tls->ssl);
    int failed = mbedtls_ssl_setup(&tls->ssl, &context->config);
    if (failed == 0)
        failed = mbedtls_ssl_set_hostname(&tls->ssl, host);
    if (failed != 0) {
        tls_close(tls);
        return failed == MBEDTLS_ERR_SSL_BAD_INPUT_DATA ? ERR_INVALID : ERR_MEMORY;
    }
    mbedtls_ssl_set_bio(&tls->ssl, tls, socket_send, socket_receive, NULL);
    *out = tls;
    return ERR_OK;
}

void tls_close(struct tls *tls)
{
    if (!tls)
        return;
    if (tls->secure && tls->why[0] == '\0')
        mbedtls_ssl_close_notify(&tls->ssl); /* a courtesy: whether it arrives changes nothing */
    mbedtls_ssl_free(&tls->ssl);
    free(tls);
}

/* RFC 8446 6.2, those that tell somebody something. */
static const struct {
    int number;
    const char *text;
} alerts[] = {
    {40, "handshake failure: nothing both sides accept"},
    {42, "it does not accept our certificate"},
    {43, "our certificate is of a kind it does not support"},
    {44, "our certificate is revoked"},
    {45, "our certificate has expired, or is not valid yet; pamit enrol brings another"},
    {46, "it does not accept our certificate"},
    {48, "our certificate is of a CA it does not know"},
    {49, "access denied"},
    {51, "our signature does not verify there"},
    {70, "it does not support our version of TLS"},
    {80, "internal error there"},
    {116, "it requires a certificate and got none"},
};

static void explain_alert(struct tls *tls, int number)
{
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
        if (alerts[i].number == number) {
            snprintf(tls->why, sizeof tls->why, "the registry refused: %s (TLS alert %d)",
                     alerts[i].text, number);
            return;
        }
    }
    snprintf(tls->why, sizeof tls->why, "the registry refused with TLS alert %d", number);
}

/* mbedTLS writes one line for each flag; they become one line of ours. */
static void explain_certificate(struct tls *tls)
{
    char lines[TLS_WHY_LEN];
    const uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
    if (mbedtls_x509_crt_verify_info(lines, sizeof lines, "", flags) < 0)
        snprintf(lines, sizeof lines, "reasons 0x%x", (unsigned)flags);
    size_t len = strlen(lines);
    while (len > 0 && lines[len - 1] == '\n')
        lines[--len] = '\0';
    for (char *c = lines; *c; c++) {
        if (*c == '\n')
            *c = ';';
    }
    snprintf(tls->why, sizeof tls->why, "the registry's certificate is refused: %.200s", lines);
}

static void explain_end(struct tls *tls)
{
    const char *how = tls->socket_errno ? strerrordesc_np(tls->socket_errno) : "closed";
    if (tls->secure && tls->heard)
        snprintf(tls->why, sizeof tls->why, "connection lost (%s)", how);
    else
        snprintf(tls->why, sizeof tls->why,
                 "the registry ended the connection %s (%s); does it accept our certificate?",
                 tls->secure ? "after the handshake, without an answer" : "during the handshake",
                 how);
}

/* Only a failed verification leaves flags; some of its failures (a key usage) have a code that says
 * less than they do. */
static bool certificate_failed(const struct tls *tls)
{
    const uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
    return flags != 0 && flags != UINT32_MAX; /* UINT32_MAX: there was no certificate yet */
}

static void explain(struct tls *tls, int code)
{
    if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
        explain_alert(tls, compat_ssl_alert(&tls->ssl));
    } else if (certificate_failed(tls)) {
        explain_certificate(tls);
    } else {
        char text[128];
        mbedtls_strerror(code, text, sizeof text);
        snprintf(tls->why, sizeof tls->why, "TLS failed: %s (-0x%04x)", text, (unsigned)-code);
    }
}

/* What a result of mbedTLS that is no success means for the caller. */
static enum tls_progress progress_of(struct tls *tls, int code)
{
    assert(code <= 0);
    switch (code) {
    case MBEDTLS_ERR_SSL_WANT_READ:
        return TLS_WANT_READ;
    case MBEDTLS_ERR_SSL_WANT_WRITE:
        return TLS_WANT_WRITE;
    case 0: /* of mbedtls_ssl_read: the end, without a close_notify */
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
    case MBEDTLS_ERR_SSL_CONN_EOF:
    case MBEDTLS_ERR_NET_SEND_FAILED:
    case MBEDTLS_ERR_NET_RECV_FAILED:
        explain_end(tls);
        return TLS_ENDED;
    default:
        explain(tls, code);
        return TLS_FAILED;
    }
}

/* Under TLS 1.2 the registry refuses our certificate while we still send the rest of our flight:
 * our sending fails, and its alert, in the clear at that point (RFC 5246 6.2.1, 7.2), is left
 * unread. Returns its number, or -1. */
static int unread_alert(const struct tls *tls)
{
    enum { TYPE = 0, VERSION = 1, LENGTH = 4, NUMBER = 6, RECORD_LEN = 7, TYPE_ALERT = 21 };
    uint8_t record[RECORD_LEN];
    if (recv(tls->fd, record, sizeof record, MSG_DONTWAIT) != RECORD_LEN)
        return -1;
    const bool is_alert = record[TYPE] == TYPE_ALERT && record[VERSION] == 3 &&
                          record[LENGTH - 1] == 0 && record[LENGTH] == 2;
    return is_alert ? record[NUMBER] : -1;
}

enum tls_progress tls_handshake(struct tls *tls)
{
    const int result = mbedtls_ssl_handshake(&tls->ssl);
    if (result == MBEDTLS_ERR_NET_SEND_FAILED) {
        const int number = unread_alert(tls);
        if (number >= 0) {
            explain_alert(tls, number);
            return TLS_FAILED;
        }
    }
    if (result != 0)
        return progress_of(tls, result);
    tls->secure = true;
    return TLS_DONE;
}

/* A registry that refuses our certificate under TLS 1.3 says so and closes; our next write then
 * fails, while the alert with the reason is still there to be read. */
static int last_words(struct tls *tls, int result)
{
    unsigned char byte;
    const int read = mbedtls_ssl_read(&tls->ssl, &byte, sizeof byte);
    return read == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE ? read : result;
}

enum tls_progress tls_write(struct tls *tls, struct span *left)
{
    while (left->len > 0) {
        int result = mbedtls_ssl_write(&tls->ssl, left->p, left->len);
        if (result == MBEDTLS_ERR_NET_SEND_FAILED)
            result = last_words(tls, result);
        if (result < 0)
            return progress_of(tls, result);
        *left = span_of(left->p + result, left->len - (size_t)result);
    }
    return TLS_DONE;
}

enum tls_progress tls_read(struct tls *tls, void *out, size_t cap, size_t *len)
{
    int result;
    do {
        result = mbedtls_ssl_read(&tls->ssl, out, cap);
    } while (compat_ssl_is_ticket(result));
    if (result <= 0)
        return progress_of(tls, result);
    tls->heard = true;
    *len = (size_t)result;
    return TLS_DONE;
}

const char *tls_version(const struct tls *tls)
{
    return mbedtls_ssl_get_version(&tls->ssl);
}

const char *tls_why(const struct tls *tls)
{
    return tls->why;
}
