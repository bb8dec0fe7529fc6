/* Who a client is, decided in the handshake.
 *
 * libmicrohttpd, given a trust list (MHD_OPTION_HTTPS_MEM_TRUST), only asks for a certificate: one
 * that fails to verify, or none at all, gets through, and the application is to look afterwards. So
 * each session is told to require one and given a function of ours that GnuTLS calls within the
 * handshake, in TLS 1.2 and 1.3 alike. Neither library tells the client why it was refused, so an
 * alert is sent here, before the refusal: the technician reads the reason at the kiosk.
 *
 * Beyond the chain and its dates a certificate must say clientAuth (GnuTLS takes one without any
 * extended key usage as good for everything; we don't) and have exactly one common name, a kiosk's
 * id as it may be registered: it is written into the log, where blanks and quotes part fields.
 * Whoever has shown that it has its key is told of at once: it may never ask for anything, and yet
 * have a connection. Sessions are never resumed: libmicrohttpd offers no tickets, so each
 * connection is verified; as one may last for days, its certificate's end is looked at again with
 * each request. Revoking is not done here but per request, by the store.
 */
#include "registry_tls.h"

#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "wire_enrol.h"

#define OID_LEN_MAX        128
#define PURPOSES_MAX       16
#define VERIFY_FAILED      GNUTLS_E_CERTIFICATE_ERROR
#define EMPTY_LIST_LEN_MAX 4
#define SPKI_LEN_MAX       512

enum err registry_tls_key_hash(gnutls_pubkey_t key, uint8_t out[SIGN_HASH_LEN])
{
    uint8_t spki[SPKI_LEN_MAX];
    size_t len = sizeof spki;
    if (gnutls_pubkey_export(key, GNUTLS_X509_FMT_DER, spki, &len) < 0)
        return ERR_SIZE;
    sign_hash(span_of(spki, len), out);
    return ERR_OK;
}

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

static enum err certificate_key(gnutls_x509_crt_t crt, uint8_t out[SIGN_HASH_LEN])
{
    gnutls_pubkey_t key;
    if (gnutls_pubkey_init(&key) < 0)
        return ERR_MEMORY;
    enum err err = ERR_INVALID;
    if (gnutls_pubkey_import_x509(key, crt, 0) >= 0)
        err = registry_tls_key_hash(key, out);
    gnutls_pubkey_deinit(key);
    return err;
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
    if (len >= sizeof name)
        return ERR_INVALID;
    name[len] = '\0';
    if (strlen(name) != len || !wire_kiosk_is_sound(name))
        return ERR_INVALID;
    memcpy(out, name, len + 1);
    return ERR_OK;
}

/* What is wrong with a client; reason NULL: nothing. */
struct fault {
    const char *reason;
    gnutls_alert_description_t alert; /* RFC 8446 6.2 */
};

static struct fault certificate_fault(gnutls_session_t session)
{
    gnutls_x509_crt_t crt;
    if (peer_certificate(session, &crt) != ERR_OK)
        return (struct fault){"certificate not readable", GNUTLS_A_BAD_CERTIFICATE};
    struct fault fault = {0};
    char kiosk[ENTRY_KIOSK_LEN];
    if (!certificate_is_for_clients(crt))
        fault = (struct fault){"certificate not for clients", GNUTLS_A_UNSUPPORTED_CERTIFICATE};
    else if (certificate_kiosk(crt, kiosk) != ERR_OK)
        fault = (struct fault){"certificate without a kiosk's id", GNUTLS_A_CERTIFICATE_UNKNOWN};
    gnutls_x509_crt_deinit(crt);
    return fault;
}

static struct fault client_fault(gnutls_session_t session)
{
    unsigned status = 0;
    if (gnutls_certificate_verify_peers3(session, NULL, &status) < 0)
        return (struct fault){"no certificate", GNUTLS_A_CERTIFICATE_REQUIRED};
    if (status & GNUTLS_CERT_EXPIRED)
        return (struct fault){"certificate expired", GNUTLS_A_CERTIFICATE_EXPIRED};
    if (status & GNUTLS_CERT_NOT_ACTIVATED)
        return (struct fault){"certificate not yet valid", GNUTLS_A_CERTIFICATE_EXPIRED};
    if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
        return (struct fault){"certificate of a foreign CA", GNUTLS_A_UNKNOWN_CA};
    if (status)
        return (struct fault){"certificate does not verify", GNUTLS_A_BAD_CERTIFICATE};
    return certificate_fault(session);
}

/* An alert that can't be sent is lost: the connection ends anyway. */
static void client_refuse(gnutls_session_t session, struct fault fault)
{
    log_event(LOG_REGISTRY_CLIENT_REFUSED, "reason=\"%s\"", fault.reason);
    (void)gnutls_alert_send(session, GNUTLS_AL_FATAL, fault.alert);
}

/* Called by GnuTLS within the handshake; not 0 ends it. */
static int client_verify(gnutls_session_t session)
{
    const struct fault fault = client_fault(session);
    if (!fault.reason)
        return 0;
    client_refuse(session, fault);
    return VERIFY_FAILED;
}

/* The client's last message: its CertificateVerify, which is before it, was good. The session's
 * pointer to a database of sessions is ours, as there is none; libmicrohttpd has the other one. */
static void client_proves(gnutls_session_t session)
{
    const struct registry_tls_listener *listener = gnutls_db_get_ptr(session);
    gnutls_x509_crt_t crt;
    char kiosk[ENTRY_KIOSK_LEN];
    uint8_t tls_key[SIGN_HASH_LEN];
    if (!listener || peer_certificate(session, &crt) != ERR_OK)
        return;
    if (certificate_kiosk(crt, kiosk) == ERR_OK && certificate_key(crt, tls_key) == ERR_OK)
        listener->proven(kiosk, tls_key, listener->user);
    gnutls_x509_crt_deinit(crt);
}

/* Before GnuTLS parses a message. A client that sends no certificate is refused by GnuTLS itself,
 * and silently: the list (RFC 5246 7.4.6; RFC 8446 4.4.2, behind an empty context) is then empty.
 */
static int message_passes(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                          const gnutls_datum_t *message)
{
    (void)when;
    if (!incoming)
        return 0;
    if (type == GNUTLS_HANDSHAKE_CERTIFICATE_PKT && message->size <= EMPTY_LIST_LEN_MAX)
        client_refuse(session, (struct fault){"no certificate", GNUTLS_A_CERTIFICATE_REQUIRED});
    if (type == GNUTLS_HANDSHAKE_FINISHED)
        client_proves(session);
    return 0;
}

void registry_tls_require_client(gnutls_session_t session,
                                 const struct registry_tls_listener *listener)
{
    union {
        const struct registry_tls_listener *given;
        void *taken;
    } pointer = {.given = listener};
    gnutls_db_set_ptr(session, pointer.taken);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE,
                                       message_passes);
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    gnutls_session_set_verify_function(session, client_verify);
}

enum err registry_tls_kiosk(gnutls_session_t session, int64_t now_ms, char out[ENTRY_KIOSK_LEN])
{
    gnutls_x509_crt_t crt;
    enum err err = peer_certificate(session, &crt);
    if (err)
        return err;
    const time_t ends = gnutls_x509_crt_get_expiration_time(crt);
    err = now_ms / 1000 > (int64_t)ends ? ERR_AUTH : certificate_kiosk(crt, out);
    gnutls_x509_crt_deinit(crt);
    return err;
}

enum err registry_tls_names(struct span pem, const char *host)
{
    union {
        const uint8_t *given;
        unsigned char *taken;
    } bytes = {.given = pem.p};
    const gnutls_datum_t datum = {.data = bytes.taken, .size = (unsigned)pem.len};
    gnutls_x509_crt_t crt;
    if (gnutls_x509_crt_init(&crt) < 0)
        return ERR_MEMORY;
    const bool named = gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_PEM) >= 0 &&
                       gnutls_x509_crt_check_hostname(crt, host) != 0;
    gnutls_x509_crt_deinit(crt);
    return named ? ERR_OK : ERR_INVALID;
}
