/* Keys that are made on the device and never leave it, and what proves that it has them.
 * pamit-sync, while it enrols and when it renews. */
#ifndef PAMIT_DEVICE_KEY_H
#define PAMIT_DEVICE_KEY_H

#include <stdbool.h>

#include "seal.h"
#include "sign.h"
#include "whole_file.h"

/* Makes a key on P-256 at `path` (PEM, 0600), unless there is one: that one stays, whatever it is.
 * `*made` says which. Needs sign_init. */
MUST_CHECK enum err device_key_make(const char *path, bool *made, char why[WHOLE_FILE_WHY_LEN]);
/* Likewise the storage key: 32 random bytes. */
MUST_CHECK enum err device_storage_key_make(const char *path, bool *made,
                                            char why[WHOLE_FILE_WHY_LEN]);

/* A certificate request (PKCS #10, RFC 2986, DER) of the key at `path` for `kiosk`, an id that is
 * sound (wire_enrol.h). Fails as sign_key_load does. */
MUST_CHECK enum err device_key_csr(const char *path, const char *kiosk, uint8_t *out, size_t cap,
                                   size_t *len, char why[WHOLE_FILE_WHY_LEN]);

/* A public key as PEM (SubjectPublicKeyInfo, RFC 5480), with its NUL; and a certificate. */
#define DEVICE_POINT_PEM_MAX 256
void device_point_pem(const uint8_t point[SIGN_POINT_LEN], char out[DEVICE_POINT_PEM_MAX]);
MUST_CHECK enum err device_certificate_pem(struct span der, char *out, size_t cap);

#endif
