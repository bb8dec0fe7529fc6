/* Is a database sealed with our storage key? meta.key_check is a box that only that key opens, so
 * that a wrong key is told apart from a damaged file before anything is read or written.
 * Internal to store.
 */
#ifndef PAMIT_KEY_CHECK_H
#define PAMIT_KEY_CHECK_H

#include "database.h"
#include "seal.h"

#define KEY_CHECK_LEN (SEAL_OVERHEAD + 16)

MUST_CHECK enum err key_check_make(const struct seal_key *key, uint8_t out[KEY_CHECK_LEN]);
/* ERR_AUTH: another key; ERR_CORRUPT: there is no such row. */
MUST_CHECK enum err key_check_verify(const struct seal_key *key, struct database *database);

#endif
