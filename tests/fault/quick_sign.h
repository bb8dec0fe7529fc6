/* Signatures by GnuTLS, put in by the linker (--wrap=sign_digest,--wrap=verify_digest).
 *
 * For tests of many entries: it signs thirty times as fast as mbedTLS 2.28, and what it signed here
 * need not be verified again each time. Whatever else is verified, such as a signature with one bit
 * flipped, is for the code under test.
 */
#ifndef PAMIT_QUICK_SIGN_H
#define PAMIT_QUICK_SIGN_H

#include "sign.h"

/* From here on what `key`, whose PEM file this is, should sign. Up to `n` signatures are known. */
void quick_sign_use(const struct sign_key *key, const char *pem, size_t n);

#endif
