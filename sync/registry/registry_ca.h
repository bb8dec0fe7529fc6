/* Issuing kiosks' certificates (GnuTLS): the CA's key, and what is asked of a certificate request.
 *
 * One object belongs to one thread. Used by registry_enrol.c and registry_service.c.
 */
#ifndef PAMIT_REGISTRY_CA_H
#define PAMIT_REGISTRY_CA_H

#include "registry_store.h"
#include "wire_enrol.h"

struct registry_ca_files {
    const char *cert; /* PEM: the CA's certificate is the first in it */
    const char *key;  /* PEM, 0600 */
    uint32_t days;    /* that a kiosk's certificate lasts */
};

struct registry_ca;

/* ERR_MISSING, ERR_DENIED, ERR_INVALID (no CA's certificate; the key is another's): `why` says. */
MUST_CHECK enum err registry_ca_open(const struct registry_ca_files *files,
                                     struct registry_ca **out, char why[REGISTRY_WHY_LEN]);
void registry_ca_close(struct registry_ca *ca);
/* Its certificate (DER), good until it is closed. */
struct span registry_ca_certificate(const struct registry_ca *ca);

struct registry_csr;

/* A certificate request (PKCS #10, DER) of `kiosk`: for P-256, signed by the key that it names, and
 * with the kiosk's id as its one common name; else ERR_INVALID and `*why` (static). */
MUST_CHECK enum err registry_csr_open(struct span der, const char *kiosk, struct registry_csr **out,
                                      const char **why);
void registry_csr_close(struct registry_csr *csr);
/* A hash that tells its key apart. */
MUST_CHECK enum err registry_csr_key(const struct registry_csr *csr, uint8_t out[SIGN_HASH_LEN]);

/* A certificate for the request's key: clientAuth, with a random serial number, that lasts the days
 * of `registry_ca_files` and began as long ago. ERR_SIZE, ERR_MEMORY. */
MUST_CHECK enum err registry_ca_issue(const struct registry_ca *ca, const struct registry_csr *csr,
                                      const char *kiosk, int64_t now_ms, uint8_t *out, size_t cap,
                                      size_t *len);

#endif
