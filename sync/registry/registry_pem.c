#include "registry_pem.h"

#include <gnutls/gnutls.h>
#include <stdio.h>

#include "key_file.h"

_Static_assert(REGISTRY_WHY_LEN >= KEY_FILE_WHY_LEN, "a reason fits");

static enum err explain(enum err err, const char *what, const char *reason,
                        char why[REGISTRY_WHY_LEN])
{
    snprintf(why, REGISTRY_WHY_LEN, "%.120s: %.120s", what, reason);
    return err;
}

static enum err pem_read(const char *path, bool secret, char out[REGISTRY_PEM_MAX + 1],
                         char why[REGISTRY_WHY_LEN])
{
    size_t len = 0;
    const enum err err = key_file_read(path, secret, (uint8_t *)out, REGISTRY_PEM_MAX, &len, why);
    out[len] = '\0';
    return err;
}

static gnutls_datum_t pem_datum(char *pem)
{
    return (gnutls_datum_t){.data = (unsigned char *)pem, .size = (unsigned)strlen(pem)};
}

static enum err files_check(const struct registry_config *config, const char *client_ca,
                            struct registry_pem *files, char why[REGISTRY_WHY_LEN])
{
    gnutls_certificate_credentials_t credentials;
    if (gnutls_certificate_allocate_credentials(&credentials) < 0)
        return explain(ERR_MEMORY, config->tls_cert, err_text(ERR_MEMORY), why);
    const gnutls_datum_t cert = pem_datum(files->cert), key = pem_datum(files->key),
                         ca = pem_datum(files->client_ca);
    enum err err = ERR_OK;
    int code = gnutls_certificate_set_x509_key_mem(credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
    if (code < 0) {
        snprintf(why, REGISTRY_WHY_LEN, "%.100s with %.100s: %s", config->tls_cert, config->tls_key,
                 gnutls_strerror(code));
        err = ERR_INVALID;
    } else if (client_ca) {
        code = gnutls_certificate_set_x509_trust_mem(credentials, &ca, GNUTLS_X509_FMT_PEM);
        if (code < 0)
            err = explain(ERR_INVALID, client_ca, gnutls_strerror(code), why);
        else if (code == 0)
            err = explain(ERR_INVALID, client_ca, "holds no certificate", why);
    }
    gnutls_certificate_free_credentials(credentials);
    return err;
}

enum err registry_pem_read(const struct registry_config *config, const char *client_ca,
                           struct registry_pem *files, char why[REGISTRY_WHY_LEN])
{
    enum err err = pem_read(config->tls_cert, false, files->cert, why);
    if (!err)
        err = pem_read(config->tls_key, true, files->key, why);
    if (!err && client_ca)
        err = pem_read(client_ca, false, files->client_ca, why);
    return err ? err : files_check(config, client_ca, files, why);
}
