/* Mutual TLS, the registry's side: GnuTLS, inside libmicrohttpd. Private to registry_server.c,
 * registry_callers.c and registry_ca.c. */
#ifndef PAMIT_REGISTRY_TLS_H
#define PAMIT_REGISTRY_TLS_H

#include <gnutls/abstract.h>
#include <stdbool.h>

#include "registry_store.h"

/* TLS 1.2 and 1.3 with at least 128 bits of security, nothing older. */
#define REGISTRY_TLS_PRIORITIES "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* A hash that tells keys apart. */
MUST_CHECK enum err registry_tls_key_hash(gnutls_pubkey_t key, uint8_t out[SIGN_HASH_LEN]);

/* `proven` is called within the handshake once a client has shown that it has the key of its
 * certificate, whose kiosk it is told, and the key's hash. */
struct registry_tls_listener {
    void (*proven)(const char kiosk[ENTRY_KIOSK_LEN], const uint8_t tls_key[SIGN_HASH_LEN],
                   void *user);
    void *user;
};

/* Call for every new session, before its handshake: a client without a certificate of ours, or with
 * one that is expired, not yet valid, for another purpose or without a kiosk's id, will fail in the
 * handshake, and nothing it sent is read. The listener has to live as long as the session. */
void registry_tls_require_client(gnutls_session_t session,
                                 const struct registry_tls_listener *listener);

/* The kiosk of a session whose handshake succeeded: its certificate's one common name. ERR_AUTH:
 * the certificate has expired since. */
MUST_CHECK enum err registry_tls_kiosk(gnutls_session_t session, int64_t now_ms,
                                       char out[ENTRY_KIOSK_LEN]);

/* Is a certificate (PEM) one for `host`? ERR_INVALID: it is not. */
MUST_CHECK enum err registry_tls_names(struct span pem, const char *host);

#endif
