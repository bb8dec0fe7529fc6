/* ES256 over a digest: what cose.c builds on. Private to base. */
#ifndef PAMIT_SIGN_DIGEST_H
#define PAMIT_SIGN_DIGEST_H

#include "sign.h"

/* The signature of a SHA-256 digest, r || s; the same for the same key and digest (RFC 6979). */
MUST_CHECK enum err sign_digest(const struct sign_key *key, const uint8_t digest[SIGN_HASH_LEN],
                                uint8_t signature[SIGN_LEN]);
/* ERR_AUTH if it does not verify. */
MUST_CHECK enum err verify_digest(const struct verify_key *key, const uint8_t digest[SIGN_HASH_LEN],
                                  const uint8_t signature[SIGN_LEN]);

#endif
