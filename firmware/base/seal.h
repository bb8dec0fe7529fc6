/* Secrets at rest: one storage key per kiosk, from which everything else is derived.
 *
 * HKDF-SHA-256 (RFC 5869) with a label gives each use its own key; AES-256-GCM (NIST SP 800-38D)
 * seals; HMAC-SHA-256 (RFC 2104) keys look-ups. A box is nonce (12, random) || ciphertext ||
 * tag (16). Callers: pamit-lane, pamit-sync, pamit. The root may be derived from by several threads
 * at once; a derived key may be used by several only under the caller's lock, different keys need
 * none. mbedTLS 2.28 holds 32 keys of this header and sign.h at a time; one more is ERR_MEMORY. So
 * close what was used.
 */
#ifndef PAMIT_SEAL_H
#define PAMIT_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "span.h"

#define SEAL_ROOT_LEN 32
#define SEAL_KEY_LEN  32
#define SEAL_OVERHEAD 28
#define SEAL_MAC_LEN  32
#define SEAL_WHY_LEN  256

struct seal_root;
struct seal_key; /* AES-256-GCM */
struct mac_key;  /* HMAC-SHA-256 */

/* Reads the storage key: a file of exactly 32 bytes that only its owner may read. Needs sign_init.
 * ERR_MISSING, ERR_DENIED, ERR_INVALID with `why`. */
MUST_CHECK enum err seal_root_load(const char *path, struct seal_root **out,
                                   char why[SEAL_WHY_LEN]);
void seal_root_close(struct seal_root *root);

/* Labels in use: "pamit cache seal", "pamit cache index", "pamit journal wrap",
 * "pamit journal deferral". */
MUST_CHECK enum err seal_key_derive(const struct seal_root *root, const char *label,
                                    struct seal_key **out);
MUST_CHECK enum err seal_key_from_bytes(const uint8_t bytes[SEAL_KEY_LEN], struct seal_key **out);
void seal_key_close(struct seal_key *key);
MUST_CHECK enum err mac_key_derive(const struct seal_root *root, const char *label,
                                   struct mac_key **out);
void mac_key_close(struct mac_key *key);

/* Seals `plain`, bound to `context` (additional authenticated data). `out` has room for
 * plain.len + SEAL_OVERHEAD; ERR_SIZE else. */
MUST_CHECK enum err seal_box(const struct seal_key *key, struct span context, struct span plain,
                             void *out, size_t cap, size_t *len);
/* ERR_AUTH if it was not sealed with this key and context. `out` may not overlap `box`. */
MUST_CHECK enum err seal_open(const struct seal_key *key, struct span context, struct span box,
                              void *out, size_t cap, size_t *len);

void mac_compute(const struct mac_key *key, struct span bytes, uint8_t out[SEAL_MAC_LEN]);

/* Fills `out` from the system's generator; aborts if there is none. */
void seal_random(void *out, size_t len);

#endif
