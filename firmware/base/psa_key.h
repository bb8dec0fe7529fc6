/* Keys inside the PSA Crypto API: volatile ones only, so that nothing of them reaches a disk.
 *
 * mbedTLS 2.28 holds at most 32 keys at a time (MBEDTLS_PSA_KEY_SLOT_COUNT); importing one more is
 * ERR_MEMORY. Its table of keys is not safe against two threads that import or destroy, nor is its
 * count of a key's users against two that use the same one; the functions here take turns. What
 * else is done with a key is done by one thread at a time, with different keys at once. Private to
 * base.
 */
#ifndef PAMIT_PSA_KEY_H
#define PAMIT_PSA_KEY_H

#include <psa/crypto.h>

#include "err.h"
#include "span.h"

/* The failure that a PSA status stands for. */
enum err psa_key_err(psa_status_t status);

/* Imports `material` for one use. The caller wipes its copy. */
MUST_CHECK enum err psa_key_import(psa_key_type_t type, psa_algorithm_t algorithm,
                                   psa_key_usage_t usage, struct span material, psa_key_id_t *out);
void psa_key_destroy(psa_key_id_t id);

/* Gives a key that threads share to a derivation of one of them, as its secret. */
psa_status_t psa_key_give(psa_key_id_t id, psa_key_derivation_operation_t *derivation);

#endif
