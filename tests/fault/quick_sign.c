/* What was signed is kept in a hash table by the digest's first bytes: digest, then signature. It
 * only grows while entries are made, by one thread; while they are verified, by several, nobody
 * writes it. */
#include "quick_sign.h"

#include <assert.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "sign_digest.h"

#define SCALAR_LEN 32

struct pair {
    uint8_t digest[SIGN_HASH_LEN], signature[SIGN_LEN];
};

static const struct sign_key *ours;
static uint8_t our_point[SIGN_POINT_LEN];
static gnutls_privkey_t signer;
static struct pair *known;
static size_t known_mask, known_free;

enum err __real_sign_digest(const struct sign_key *key, const uint8_t digest[SIGN_HASH_LEN],
                            uint8_t signature[SIGN_LEN]);
enum err __wrap_sign_digest(const struct sign_key *key, const uint8_t digest[SIGN_HASH_LEN],
                            uint8_t signature[SIGN_LEN]);
enum err __real_verify_digest(const struct verify_key *key, const uint8_t digest[SIGN_HASH_LEN],
                              const uint8_t signature[SIGN_LEN]);
enum err __wrap_verify_digest(const struct verify_key *key, const uint8_t digest[SIGN_HASH_LEN],
                              const uint8_t signature[SIGN_LEN]);

void quick_sign_use(const struct sign_key *key, const char *pem, size_t n)
{
    const gnutls_datum_t text = {.data = (unsigned char *)(uintptr_t)pem,
                                 .size = (unsigned)strlen(pem)};
    size_t room = 64;

    while (room < 2 * n)
        room *= 2;
    free(known);
    if (signer)
        gnutls_privkey_deinit(signer);
    known = calloc(room, sizeof *known);
    known_mask = room - 1;
    known_free = n;
    ours = key;
    sign_key_point(key, our_point);
    assert(known && gnutls_privkey_init(&signer) == 0);
    assert(gnutls_privkey_import_x509_raw(signer, &text, GNUTLS_X509_FMT_PEM, NULL, 0) == 0);
}

/* Where the digest is, or where it would go. No digest is all zero. */
static struct pair *place_of(const uint8_t digest[SIGN_HASH_LEN])
{
    static const uint8_t none[SIGN_HASH_LEN];
    size_t at;

    memcpy(&at, digest, sizeof at);
    for (at &= known_mask; memcmp(known[at].digest, none, sizeof none) != 0 &&
                           memcmp(known[at].digest, digest, sizeof none) != 0;)
        at = (at + 1) & known_mask;
    return &known[at];
}

/* A number of GnuTLS, with or without leading zeros, in 32 bytes. */
static void number_put(gnutls_datum_t number, uint8_t out[SCALAR_LEN])
{
    while (number.size > SCALAR_LEN) {
        number.data++;
        number.size--;
    }
    memset(out, 0, SCALAR_LEN);
    memcpy(out + SCALAR_LEN - number.size, number.data, number.size);
}

enum err __wrap_sign_digest(const struct sign_key *key, const uint8_t digest[SIGN_HASH_LEN],
                            uint8_t signature[SIGN_LEN])
{
    uint8_t copy[SIGN_HASH_LEN];
    gnutls_datum_t hash = {.data = copy, .size = sizeof copy}, der, r, s;

    if (key != ours || known_free == 0)
        return __real_sign_digest(key, digest, signature);
    memcpy(copy, digest, sizeof copy);
    if (gnutls_privkey_sign_hash2(signer, GNUTLS_SIGN_ECDSA_SHA256, 0, &hash, &der))
        return ERR_IO;
    assert(gnutls_decode_rs_value(&der, &r, &s) == 0);
    number_put(r, signature);
    number_put(s, signature + SCALAR_LEN);
    gnutls_free(der.data);
    gnutls_free(r.data);
    gnutls_free(s.data);
    struct pair *pair = place_of(digest);
    memcpy(pair->digest, digest, sizeof pair->digest);
    memcpy(pair->signature, signature, sizeof pair->signature);
    known_free--;
    return ERR_OK;
}

enum err __wrap_verify_digest(const struct verify_key *key, const uint8_t digest[SIGN_HASH_LEN],
                              const uint8_t signature[SIGN_LEN])
{
    uint8_t point[SIGN_POINT_LEN];

    verify_key_point(key, point);
    if (known && memcmp(point, our_point, sizeof point) == 0) {
        const struct pair *pair = place_of(digest);
        if (memcmp(pair->digest, digest, SIGN_HASH_LEN) == 0 &&
            memcmp(pair->signature, signature, SIGN_LEN) == 0)
            return ERR_OK;
    }
    return __real_verify_digest(key, digest, signature);
}
