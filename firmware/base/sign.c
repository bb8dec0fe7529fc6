/* P-256 keys from files into PSA, and signatures over digests.
 *
 * A PEM file is parsed by mbedTLS's pk module; from there only the private number or the public
 * point goes on into a volatile PSA key, and every buffer that held a secret is wiped.
 *
 * Signatures are deterministic (RFC 6979, PSA_ALG_DETERMINISTIC_ECDSA): a kiosk signs early after
 * power-up on small boards, and a weak random number in ECDSA gives the private key away. Any
 * ES256 verifier accepts them.
 */
#include "sign.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "key_file.h"
#include "mbedtls_compat.h"
#include "psa_key.h"
#include "sign_digest.h"

#define SCALAR_LEN 32
/* A P-256 key with its parameters spelt out is under 600 bytes of PEM; this leaves room for text.
 */
#define PEM_LEN_MAX 4096

_Static_assert(SIGN_WHY_LEN >= KEY_FILE_WHY_LEN, "a reason fits");

struct verify_key {
    psa_key_id_t id;
    uint8_t point[SIGN_POINT_LEN];
};

struct sign_key {
    psa_key_id_t id;
    uint8_t point[SIGN_POINT_LEN];
};

enum err sign_init(void)
{
    return psa_key_err(psa_crypto_init());
}

void sign_hash(struct span bytes, uint8_t out[SIGN_HASH_LEN])
{
    size_t len;
    const psa_status_t status =
        psa_hash_compute(PSA_ALG_SHA_256, bytes.p, bytes.len, out, SIGN_HASH_LEN, &len);
    assert(status == PSA_SUCCESS && len == SIGN_HASH_LEN); /* fails only without sign_init */
}

void sign_point_id(const uint8_t point[SIGN_POINT_LEN], uint8_t out[SIGN_KEY_ID_LEN])
{
    uint8_t hash[SIGN_HASH_LEN];
    sign_hash(span_of(point, SIGN_POINT_LEN), hash);
    memcpy(out, hash, SIGN_KEY_ID_LEN);
}

static enum err bad_pem(const char *path, const char *reason, char *why)
{
    snprintf(why, SIGN_WHY_LEN, "%s: %s", path, reason);
    return ERR_INVALID;
}

static const char *private_reason(int code)
{
    switch (code) {
    case MBEDTLS_ERR_PK_PASSWORD_REQUIRED:
    case MBEDTLS_ERR_PK_PASSWORD_MISMATCH:
        return "is protected by a password";
    default:
        return "holds no private key in PEM";
    }
}

/* The private number and the public point of the key in `pem`, which ends with a NUL. */
static enum err private_parse(const char *path, const uint8_t *pem, size_t pem_size,
                              uint8_t scalar[SCALAR_LEN], uint8_t point[SIGN_POINT_LEN], char *why)
{
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    enum err err = ERR_OK;
    const int code = compat_pk_parse_private(&pk, pem, pem_size);
    if (code != 0)
        err = bad_pem(path, private_reason(code), why);
    else if (!compat_pk_is_p256(&pk))
        err = bad_pem(path, "holds a private key that is not on the curve P-256", why);
    else if (compat_pk_write_scalar(&pk, scalar) != 0 || compat_pk_write_point(&pk, point) != 0)
        err = bad_pem(path, "holds a private key that is not whole", why);
    mbedtls_pk_free(&pk);
    return err;
}

static enum err private_import(const char *path, const uint8_t scalar[SCALAR_LEN],
                               const uint8_t point[SIGN_POINT_LEN], struct sign_key **out,
                               char *why)
{
    struct sign_key *key = calloc(1, sizeof *key);
    enum err err = ERR_MEMORY;
    if (key)
        err = psa_key_import(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1),
                             PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256), PSA_KEY_USAGE_SIGN_HASH,
                             span_of(scalar, SCALAR_LEN), &key->id);
    if (err) {
        free(key);
        snprintf(why, SIGN_WHY_LEN, "%s: key not usable: %s", path, err_text(err));
        return err;
    }
    memcpy(key->point, point, SIGN_POINT_LEN);
    *out = key;
    return ERR_OK;
}

enum err sign_key_load(const char *path, struct sign_key **out, char why[SIGN_WHY_LEN])
{
    uint8_t pem[PEM_LEN_MAX + 1];
    uint8_t scalar[SCALAR_LEN];
    uint8_t point[SIGN_POINT_LEN];
    size_t len;
    enum err err = key_file_read(path, true, pem, PEM_LEN_MAX, &len, why);
    if (!err) {
        pem[len] = '\0';
        err = private_parse(path, pem, len + 1, scalar, point, why);
    }
    if (!err)
        err = private_import(path, scalar, point, out, why);
    mbedtls_platform_zeroize(pem, sizeof pem);
    mbedtls_platform_zeroize(scalar, sizeof scalar);
    return err;
}

void sign_key_close(struct sign_key *key)
{
    if (!key)
        return;
    psa_key_destroy(key->id);
    free(key);
}

void sign_key_point(const struct sign_key *key, uint8_t out[SIGN_POINT_LEN])
{
    memcpy(out, key->point, SIGN_POINT_LEN);
}

void sign_key_id(const struct sign_key *key, uint8_t out[SIGN_KEY_ID_LEN])
{
    sign_point_id(key->point, out);
}

enum err sign_digest(const struct sign_key *key, const uint8_t digest[SIGN_HASH_LEN],
                     uint8_t signature[SIGN_LEN])
{
    uint8_t made[SIGN_LEN];
    size_t len;
    const enum err err =
        psa_key_err(psa_sign_hash(key->id, PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256), digest,
                                  SIGN_HASH_LEN, made, sizeof made, &len));
    if (err)
        return err;
    assert(len == SIGN_LEN);
    memcpy(signature, made, SIGN_LEN);
    return ERR_OK;
}

static enum err public_parse(const char *path, const uint8_t *pem, size_t pem_size,
                             uint8_t point[SIGN_POINT_LEN], char *why)
{
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    enum err err = ERR_OK;
    if (mbedtls_pk_parse_public_key(&pk, pem, pem_size) != 0)
        err = bad_pem(path, "holds no public key in PEM", why);
    else if (!compat_pk_is_p256(&pk) || compat_pk_write_point(&pk, point) != 0)
        err = bad_pem(path, "holds a public key that is not on the curve P-256", why);
    mbedtls_pk_free(&pk);
    return err;
}

enum err verify_key_load(const char *path, struct verify_key **out, char why[SIGN_WHY_LEN])
{
    uint8_t pem[PEM_LEN_MAX + 1];
    uint8_t point[SIGN_POINT_LEN];
    size_t len;
    enum err err = key_file_read(path, false, pem, PEM_LEN_MAX, &len, why);
    if (err)
        return err;
    pem[len] = '\0';
    err = public_parse(path, pem, len + 1, point, why);
    if (err)
        return err;
    err = verify_key_from_point(point, out);
    if (err)
        snprintf(why, SIGN_WHY_LEN, "%s: key not usable: %s", path, err_text(err));
    return err;
}

enum err verify_key_from_point(const uint8_t point[SIGN_POINT_LEN], struct verify_key **out)
{
    struct verify_key *key = calloc(1, sizeof *key);
    if (!key)
        return ERR_MEMORY;
    const enum err err = psa_key_import(PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1),
                                        PSA_ALG_ECDSA(PSA_ALG_SHA_256), PSA_KEY_USAGE_VERIFY_HASH,
                                        span_of(point, SIGN_POINT_LEN), &key->id);
    if (err) {
        free(key);
        return err;
    }
    memcpy(key->point, point, SIGN_POINT_LEN);
    *out = key;
    return ERR_OK;
}

void verify_key_close(struct verify_key *key)
{
    if (!key)
        return;
    psa_key_destroy(key->id);
    free(key);
}

void verify_key_point(const struct verify_key *key, uint8_t out[SIGN_POINT_LEN])
{
    memcpy(out, key->point, SIGN_POINT_LEN);
}

void verify_key_id(const struct verify_key *key, uint8_t out[SIGN_KEY_ID_LEN])
{
    sign_point_id(key->point, out);
}

enum err verify_digest(const struct verify_key *key, const uint8_t digest[SIGN_HASH_LEN],
                       const uint8_t signature[SIGN_LEN])
{
    return psa_key_err(psa_verify_hash(key->id, PSA_ALG_ECDSA(PSA_ALG_SHA_256), digest,
                                       SIGN_HASH_LEN, signature, SIGN_LEN));
}
