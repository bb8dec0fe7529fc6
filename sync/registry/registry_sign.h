/* ES256 by GnuTLS, for the one process that verifies and signs for a whole fleet: thirty times as
 * fast as mbedTLS 2.28, which is the kiosk's. What is signed and what it looks like is sign.h's.
 * Used by pamit-registry.
 */
#ifndef PAMIT_REGISTRY_SIGN_H
#define PAMIT_REGISTRY_SIGN_H

#include "sign.h"

struct registry_signer;

/* A private key from its file; errors as sign_key_load. */
MUST_CHECK enum err registry_signer_load(const char *path, struct registry_signer **out,
                                         char why[SIGN_WHY_LEN]);
void registry_signer_close(struct registry_signer *signer);
void registry_signer_point(const struct registry_signer *signer, uint8_t out[SIGN_POINT_LEN]);

/* As cose_sign and cose_seal. */
MUST_CHECK enum err registry_sign(const struct registry_signer *signer, struct span payload,
                                  uint8_t signature[SIGN_LEN]);
MUST_CHECK enum err registry_seal(const struct registry_signer *signer, struct span payload,
                                  void *out, size_t cap, size_t *len);
/* As cose_check, by the public key at `point`. ERR_CORRUPT: that is no point of P-256. */
MUST_CHECK enum err registry_check(const uint8_t point[SIGN_POINT_LEN], struct span payload,
                                   const uint8_t signature[SIGN_LEN]);

#endif
