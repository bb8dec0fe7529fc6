/* X.509 (RFC 5280) by GnuTLS: reading requests, signing certificates.
 *
 * Nothing of a request goes into a certificate but its key: name, dates and uses are ours. So a
 * request can ask for nothing.
 */
#include "registry_ca.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "key_file.h"
#include "registry_tls.h"
#include "seal.h"

#define PEM_LEN_MAX (64u << 10)
#define SERIAL_LEN  16
#define KEY_ID_LEN  20
#define DAY_S       (24 * 3600)

struct registry_ca {
    gnutls_x509_crt_t cert;
    gnutls_x509_privkey_t key;
    uint32_t days;
    size_t der_len;
    uint8_t der[WIRE_CERT_MAX];
};

struct registry_csr {
    gnutls_x509_crq_t crq;
    gnutls_pubkey_t key;
};

static enum err explain(enum err err, const char *path, const char *reason, char *why)
{
    snprintf(why, REGISTRY_WHY_LEN, "%.180s: %.60s", path, reason);
    return err;
}

/* ---- the CA ---------------------------------------------------------------------------------- */

typedef int import_function(struct registry_ca *ca, const gnutls_datum_t *pem);

static int cert_import(struct registry_ca *ca, const gnutls_datum_t *pem)
{
    return gnutls_x509_crt_import(ca->cert, pem, GNUTLS_X509_FMT_PEM);
}

static int key_import(struct registry_ca *ca, const gnutls_datum_t *pem)
{
    return gnutls_x509_privkey_import2(ca->key, pem, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN);
}

static enum err file_import(struct registry_ca *ca, const char *path, bool secret,
                            import_function *import, char *why)
{
    uint8_t *pem = malloc(PEM_LEN_MAX);
    size_t len;
    if (!pem)
        return explain(ERR_MEMORY, path, err_text(ERR_MEMORY), why);
    enum err err = key_file_read(path, secret, pem, PEM_LEN_MAX, &len, why);
    if (!err) {
        const gnutls_datum_t datum = {.data = pem, .size = (unsigned)len};
        const int code = import(ca, &datum);
        if (code < 0)
            err = explain(ERR_INVALID, path, gnutls_strerror(code), why);
    }
    gnutls_memset(pem, 0, PEM_LEN_MAX);
    free(pem);
    return err;
}

/* The key is the certificate's, and the certificate is a CA's. */
static enum err pair_check(struct registry_ca *ca, const struct registry_ca_files *files, char *why)
{
    uint8_t of_cert[KEY_ID_LEN], of_key[KEY_ID_LEN];
    size_t cert_len = sizeof of_cert, key_len = sizeof of_key;
    if (gnutls_x509_crt_get_ca_status(ca->cert, NULL) <= 0)
        return explain(ERR_INVALID, files->cert, "is no certificate of a CA", why);
    if (gnutls_x509_crt_get_key_id(ca->cert, GNUTLS_KEYID_USE_SHA1, of_cert, &cert_len) < 0 ||
        gnutls_x509_privkey_get_key_id(ca->key, GNUTLS_KEYID_USE_SHA1, of_key, &key_len) < 0 ||
        cert_len != key_len || memcmp(of_cert, of_key, cert_len) != 0)
        return explain(ERR_INVALID, files->key, "is not the key of the CA", why);
    ca->der_len = sizeof ca->der;
    if (gnutls_x509_crt_export(ca->cert, GNUTLS_X509_FMT_DER, ca->der, &ca->der_len) < 0)
        return explain(ERR_INVALID, files->cert, "is too large", why);
    return ERR_OK;
}

enum err registry_ca_open(const struct registry_ca_files *files, struct registry_ca **out,
                          char why[REGISTRY_WHY_LEN])
{
    struct registry_ca *ca = calloc(1, sizeof *ca);
    if (!ca)
        return explain(ERR_MEMORY, files->cert, err_text(ERR_MEMORY), why);
    ca->days = files->days;
    enum err err = ERR_OK;
    if (gnutls_x509_crt_init(&ca->cert) < 0 || gnutls_x509_privkey_init(&ca->key) < 0)
        err = explain(ERR_MEMORY, files->cert, err_text(ERR_MEMORY), why);
    if (!err)
        err = file_import(ca, files->cert, false, cert_import, why);
    if (!err)
        err = file_import(ca, files->key, true, key_import, why);
    if (!err)
        err = pair_check(ca, files, why);
    if (err)
        registry_ca_close(ca);
    else
        *out = ca;
    return err;
}

void registry_ca_close(struct registry_ca *ca)
{
    if (!ca)
        return;
    gnutls_x509_crt_deinit(ca->cert);
    gnutls_x509_privkey_deinit(ca->key);
    free(ca);
}

struct span registry_ca_certificate(const struct registry_ca *ca)
{
    return span_of(ca->der, ca->der_len);
}

/* ---- requests -------------------------------------------------------------------------------- */

static bool csr_is_for(gnutls_x509_crq_t crq, const char *kiosk)
{
    char name[ENTRY_KIOSK_LEN], second[ENTRY_KIOSK_LEN];
    size_t len = sizeof name, second_len = sizeof second;
    return gnutls_x509_crq_get_dn_by_oid(crq, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &len) >= 0 &&
           gnutls_x509_crq_get_dn_by_oid(crq, GNUTLS_OID_X520_COMMON_NAME, 1, 0, second,
                                         &second_len) == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
           len == strlen(kiosk) && memcmp(name, kiosk, len) == 0;
}

static bool key_is_p256(gnutls_pubkey_t key)
{
    gnutls_ecc_curve_t curve;
    return gnutls_pubkey_get_pk_algorithm(key, NULL) == GNUTLS_PK_ECDSA &&
           gnutls_pubkey_export_ecc_raw(key, &curve, NULL, NULL) >= 0 &&
           curve == GNUTLS_ECC_CURVE_SECP256R1;
}

/* What is wrong with a request; NULL: nothing. */
static const char *csr_fault(const struct registry_csr *csr, struct span der, const char *kiosk)
{
    union {
        const uint8_t *given;
        unsigned char *taken;
    } bytes = {.given = der.p};
    const gnutls_datum_t datum = {.data = bytes.taken, .size = (unsigned)der.len};
    if (gnutls_x509_crq_import(csr->crq, &datum, GNUTLS_X509_FMT_DER) < 0)
        return "the certificate request is malformed";
    if (gnutls_pubkey_import_x509_crq(csr->key, csr->crq, 0) < 0 || !key_is_p256(csr->key))
        return "the certificate request is not for a key on P-256";
    if (gnutls_x509_crq_verify(csr->crq, 0) < 0)
        return "the certificate request is not signed by its key";
    if (!csr_is_for(csr->crq, kiosk))
        return "the certificate request names another kiosk";
    return NULL;
}

enum err registry_csr_open(struct span der, const char *kiosk, struct registry_csr **out,
                           const char **why)
{
    struct registry_csr *csr = calloc(1, sizeof *csr);
    *why = err_text(ERR_MEMORY);
    if (!csr)
        return ERR_MEMORY;
    if (gnutls_x509_crq_init(&csr->crq) < 0 || gnutls_pubkey_init(&csr->key) < 0) {
        registry_csr_close(csr);
        return ERR_MEMORY;
    }
    *why = der.len == 0 || der.len > WIRE_CSR_MAX ? "the certificate request is too long"
                                                  : csr_fault(csr, der, kiosk);
    if (*why) {
        registry_csr_close(csr);
        return ERR_INVALID;
    }
    *out = csr;
    return ERR_OK;
}

void registry_csr_close(struct registry_csr *csr)
{
    if (!csr)
        return;
    if (csr->crq)
        gnutls_x509_crq_deinit(csr->crq);
    if (csr->key)
        gnutls_pubkey_deinit(csr->key);
    free(csr);
}

enum err registry_csr_key(const struct registry_csr *csr, uint8_t out[SIGN_HASH_LEN])
{
    return registry_tls_key_hash(csr->key, out);
}

/* ---- certificates ---------------------------------------------------------------------------- */

static bool identity_set(gnutls_x509_crt_t crt, const struct registry_csr *csr, const char *kiosk)
{
    uint8_t serial[SERIAL_LEN];
    seal_random(serial, sizeof serial);
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and of one length: 4.1.2.2 */
    return gnutls_x509_crt_set_version(crt, 3) >= 0 &&
           gnutls_x509_crt_set_serial(crt, serial, sizeof serial) >= 0 &&
           gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, kiosk,
                                         (unsigned)strlen(kiosk)) >= 0 &&
           gnutls_x509_crt_set_pubkey(crt, csr->key) >= 0;
}

/* It begins long ago, so that it is good, too, once a clock that was ahead is put right: a kiosk
 * renews while the one before has not ended, so by then that clock is ahead by its days at most. */
static bool dates_set(gnutls_x509_crt_t crt, int64_t now_s, uint32_t days)
{
    const int64_t life_s = (int64_t)days * DAY_S;
    return gnutls_x509_crt_set_activation_time(crt, (time_t)(now_s - life_s)) >= 0 &&
           gnutls_x509_crt_set_expiration_time(crt, (time_t)(now_s + life_s)) >= 0;
}

static bool uses_set(gnutls_x509_crt_t crt, const struct registry_ca *ca)
{
    uint8_t key_id[KEY_ID_LEN];
    size_t len = sizeof key_id;
    if (gnutls_x509_crt_set_ca_status(crt, 0) < 0 ||
        gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE) < 0 ||
        gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_CLIENT, 0) < 0)
        return false;
    /* What names the CA's key has to be what the CA calls it, where it says so: 4.2.1.1. */
    if (gnutls_x509_crt_get_subject_key_id(ca->cert, key_id, &len, NULL) < 0)
        return true;
    return gnutls_x509_crt_set_authority_key_id(crt, key_id, len) >= 0;
}

enum err registry_ca_issue(const struct registry_ca *ca, const struct registry_csr *csr,
                           const char *kiosk, int64_t now_ms, uint8_t *out, size_t cap, size_t *len)
{
    gnutls_x509_crt_t crt;
    if (gnutls_x509_crt_init(&crt) < 0)
        return ERR_MEMORY;
    enum err err = ERR_OK;
    if (!identity_set(crt, csr, kiosk) || !dates_set(crt, now_ms / 1000, ca->days) ||
        !uses_set(crt, ca) ||
        gnutls_x509_crt_sign2(crt, ca->cert, ca->key, GNUTLS_DIG_SHA256, 0) < 0)
        err = ERR_MEMORY;
    size_t room = cap;
    if (!err && gnutls_x509_crt_export(crt, GNUTLS_X509_FMT_DER, out, &room) < 0)
        err = ERR_SIZE;
    if (!err)
        *len = room;
    gnutls_x509_crt_deinit(crt);
    return err;
}
