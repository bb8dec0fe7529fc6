/* Keys of P-256, SHA-256, ES256 signatures and COSE_Sign1 (RFC 9052 4.2, RFC 9053 2.1).
 *
 * Private keys are PEM files (PKCS #8 or SEC 1) readable by their owner alone; public keys are PEM
 * SubjectPublicKeyInfo or a raw uncompressed point (SEC 1 2.3.3). Work is done by the PSA Crypto
 * API; keys are imported, never stored by it. Callers: pamit-lane signs entries, pamit-registry
 * receipts, feeds and policy; everybody verifies. One key may be used from several threads only
 * under the caller's lock.
 */
#ifndef PAMIT_SIGN_H
#define PAMIT_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "span.h"

#define SIGN_HASH_LEN   32
#define SIGN_LEN        64 /* r || s, RFC 9053 2.1 */
#define SIGN_POINT_LEN  65 /* 0x04 || x || y */
#define SIGN_KEY_ID_LEN 8  /* first bytes of SHA-256 of the point */
#define SIGN_WHY_LEN    256
/* What COSE_Sign1 adds to a payload, at most. */
#define SIGN_COSE_OVERHEAD 112

struct sign_key;   /* private */
struct verify_key; /* public */

/* Call once per process before anything else here or in seal.h. */
MUST_CHECK enum err sign_init(void);

/* ERR_MISSING, ERR_DENIED (group or others may read it), ERR_INVALID (not a P-256 key); `why` says
 * which file and what is wrong with it. */
MUST_CHECK enum err sign_key_load(const char *path, struct sign_key **out, char why[SIGN_WHY_LEN]);
void sign_key_close(struct sign_key *key);
void sign_key_point(const struct sign_key *key, uint8_t out[SIGN_POINT_LEN]);
void sign_key_id(const struct sign_key *key, uint8_t out[SIGN_KEY_ID_LEN]);

MUST_CHECK enum err verify_key_load(const char *path, struct verify_key **out,
                                    char why[SIGN_WHY_LEN]);
MUST_CHECK enum err verify_key_from_point(const uint8_t point[SIGN_POINT_LEN],
                                          struct verify_key **out);
void verify_key_close(struct verify_key *key);
void verify_key_point(const struct verify_key *key, uint8_t out[SIGN_POINT_LEN]);
void verify_key_id(const struct verify_key *key, uint8_t out[SIGN_KEY_ID_LEN]);

void sign_hash(struct span bytes, uint8_t out[SIGN_HASH_LEN]);

/* What a COSE signature of `payload` by the signer with this key id is made over. */
MUST_CHECK enum err cose_digest(const uint8_t key_id[SIGN_KEY_ID_LEN], struct span payload,
                                uint8_t out[SIGN_HASH_LEN]);
/* The first bytes of a point's hash. */
void sign_point_id(const uint8_t point[SIGN_POINT_LEN], uint8_t out[SIGN_KEY_ID_LEN]);

/* The COSE signature of `payload` alone: of Sig_structure ["Signature1", protected, h'', payload]
 * with protected header {1: -7, 4: key id}. The envelope can be rebuilt from its parts with
 * cose_join. */
MUST_CHECK enum err cose_sign(const struct sign_key *key, struct span payload,
                              uint8_t signature[SIGN_LEN]);
/* ERR_AUTH if it does not verify. */
MUST_CHECK enum err cose_check(const struct verify_key *key, struct span payload,
                               const uint8_t signature[SIGN_LEN]);

/* Writes the tagged COSE_Sign1 of a payload and its signature. `key_id` names the signer. */
MUST_CHECK enum err cose_join(const uint8_t key_id[SIGN_KEY_ID_LEN], struct span payload,
                              const uint8_t signature[SIGN_LEN], void *out, size_t cap,
                              size_t *len);
/* Signs and writes the envelope in one step. */
MUST_CHECK enum err cose_seal(const struct sign_key *key, struct span payload, void *out,
                              size_t cap, size_t *len);
/* Verifies an envelope and gives its payload, borrowed from `envelope`. ERR_INVALID: not a
 * COSE_Sign1 of ours; ERR_AUTH: another key, or the signature is wrong. */
MUST_CHECK enum err cose_open(const struct verify_key *key, struct span envelope,
                              struct span *payload);

#endif
