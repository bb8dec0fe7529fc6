/* Who a client is, decided in the handshake.
 *
 * libmicrohttpd, given a trust list (MHD_OPTION_HTTPS_MEM_TRUST), only asks for a certificate: one
 * that fails to verify, or none at all, gets through, and the application is to look afterwards. So
 * each session is told to require one and given a function of ours that GnuTLS calls within the
 * handshake, in TLS 1.2 and 1.3 alike; its refusal ends the connection with an alert.
 *
 * Beyond the chain and its dates a certificate must say clientAuth (GnuTLS takes one without any
 * extended key usage as good for everything; we don't) and have exactly one common name, the
 * kiosk's id. Sessions are never resumed: libmicrohttpd offers no tickets, so each connection is
 * verified. Revoking is not done here but per request, by the store.
 */
#include "registry_tls.h"

#include <gnutls/x509.h>
#include <stdio.h>

#include "log.h"
#include "utf8.h"

#define OID_LEN_MAX        128
#define PURPOSES_MAX       16
#define VERIFY_FAILED      GNUTLS_E_CERTIFICATE_ERROR
#define EMPTY_LIST_LEN_MAX 4

/* The client's own certificate; deinit it. */
static enum err peer_certificate(gnutls_session_t session, gnutls_x509_crt_t *out)
{
    unsigned n_certs = 0;
    const gnutls_datum_t *certs = gnutls_certificate_get_peers(session, &n_certs);
    if (!certs || n_certs == 0)
        return ERR_MISSING;
    gnutls_x509_crt_t crt;
    if (gnutls_x509_crt_init(&crt) < 0)
        return ERR_MEMORY;
    if (gnutls_x509_crt_import(crt, &certs[0], GNUTLS_X509_FMT_DER) < 0) {
        gnutls_x509_crt_deinit(crt);
        return ERR_INVALID;
    }
    *out = crt;
    return ERR_OK;
}

static bool certificate_is_for_clients(gnutls_x509_crt_t crt)
{
    for (unsigned i = 0; i < PURPOSES_MAX; i++) {
        char oid[OID_LEN_MAX];
        size_t len = sizeof oid;
        if (gnutls_x509_crt_get_key_purpose_oid(crt, i, oid, &len, NULL) < 0)
            return false;
        if (strcmp(oid, GNUTLS_KP_TLS_WWW_CLIENT) == 0)
            return true;
    }
    return false;
}

static enum err certificate_kiosk(gnutls_x509_crt_t crt, char out[ENTRY_KIOSK_LEN])
{
    char name[ENTRY_KIOSK_LEN];
    char second[ENTRY_KIOSK_LEN];
    size_t len = sizeof name, second_len = sizeof second;
    if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &len) < 0)
        return ERR_INVALID;
    if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 1, 0, second,
                                      &second_len) != GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return ERR_INVALID;
    if (len == 0 || len >= sizeof name || !utf8_is_plain(span_of(name, len)))
        return ERR_INVALID;
    memcpy(out, name, len);
    out[len] = '\0';
    return ERR_OK;
}

static const char *certificate_fault(gnutls_session_t session, unsigned status)
{
    if (status & GNUTLS_CERT_EXPIRED)
        return "certificate expired";
    if (status & GNUTLS_CERT_NOT_ACTIVATED)
        return "certificate not yet valid";
    if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
        return "certificate of a foreign CA";
    if (status)
        return "certificate does not verify";
    gnutls_x509_crt_t crt;
    if (peer_certificate(session, &crt) != ERR_OK)
        return "certificate not readable";
    const char *fault = NULL;
    char kiosk[ENTRY_KIOSK_LEN];
    if (!certificate_is_for_clients(crt))
        fault = "certificate not for clients";
    else if (certificate_kiosk(crt, kiosk) != ERR_OK)
        fault = "certificate without a kiosk's id";
    gnutls_x509_crt_deinit(crt);
    return fault;
}

/* Called by GnuTLS within the handshake; not 0 ends it. */
static int client_verify(gnutls_session_t session)
{
    unsigned status = 0;
    const int code = gnutls_certificate_verify_peers3(session, NULL, &status);
    const char *fault = code < 0 ? "no certificate" : certificate_fault(session, status);
    if (!fault)
        return 0;
    log_event(LOG_REGISTRY_CLIENT_REFUSED, "reason=\"%s\"", fault);
    return VERIFY_FAILED;
}

/* GnuTLS refuses a client that sends no certificate by itself, and silently. Called before it
 * parses the message, in which the list (RFC 5246 7.4.6; RFC 8446 4.4.2, behind an empty context)
 * is then empty. */
static int certificate_arrives(gnutls_session_t session, unsigned type, unsigned when,
                               unsigned incoming, const gnutls_datum_t *message)
{
    (void)session;
    (void)type;
    (void)when;
    if (incoming && message->size <= EMPTY_LIST_LEN_MAX)
        log_event(LOG_REGISTRY_CLIENT_REFUSED, "reason=\"no certificate\"");
    return 0;
}

void registry_tls_require_client(gnutls_session_t session)
{
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_CERTIFICATE_PKT, GNUTLS_HOOK_PRE,
                                       certificate_arrives);
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    gnutls_session_set_verify_function(session, client_verify);
}

enum err registry_tls_kiosk(gnutls_session_t session, char out[ENTRY_KIOSK_LEN])
{
    gnutls_x509_crt_t crt;
    enum err err = peer_certificate(session, &crt);
    if (err)
        return err;
    err = certificate_kiosk(crt, out);
    gnutls_x509_crt_deinit(crt);
    return err;
}
