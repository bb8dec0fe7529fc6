/* r || s (RFC 9053 2.1) to and from GnuTLS, which speaks the DER of RFC 3279 2.2.3.
 *
 * Its signatures are made deterministic (RFC 6979) as everywhere in Pamit. The key file is read
 * twice: sign_key_load knows what a key file of ours has to be, and says it in the same words.
 */
#include "registry_sign.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "key_file.h"

#define SCALAR_LEN (SIGN_LEN / 2)
#define PEM_MAX    4096

struct registry_signer {
    gnutls_privkey_t key;
    uint8_t point[SIGN_POINT_LEN], id[SIGN_KEY_ID_LEN];
};

/* GnuTLS takes pointers that are not const, and does not write there. */
static gnutls_datum_t datum_of(const void *p, size_t len)
{
    union {
        const void *given;
        unsigned char *taken;
    } bytes = {.given = p};
    return (gnutls_datum_t){.data = bytes.taken, .size = (unsigned)len};
}

static enum err err_of(int code, enum err otherwise)
{
    if (code >= 0)
        return ERR_OK;
    return code == GNUTLS_E_MEMORY_ERROR ? ERR_MEMORY : otherwise;
}

/* ---- signing --------------------------------------------------------------------------------- */

static enum err key_import(const char *path, gnutls_privkey_t key, char why[SIGN_WHY_LEN])
{
    uint8_t pem[PEM_MAX];
    size_t len;
    enum err err = key_file_read(path, true, pem, sizeof pem, &len, why);
    if (err)
        return err;
    const gnutls_datum_t text = datum_of(pem, len);
    const int code = gnutls_privkey_import_x509_raw(key, &text, GNUTLS_X509_FMT_PEM, NULL, 0);
    gnutls_memset(pem, 0, sizeof pem);
    err = err_of(code, ERR_INVALID);
    if (err)
        snprintf(why, SIGN_WHY_LEN, "%s: %s", path, gnutls_strerror(code));
    return err;
}

enum err registry_signer_load(const char *path, struct registry_signer **out,
                              char why[SIGN_WHY_LEN])
{
    struct sign_key *checked;
    enum err err = sign_key_load(path, &checked, why);
    if (err)
        return err;
    struct registry_signer *signer = calloc(1, sizeof *signer);
    if (!signer || gnutls_privkey_init(&signer->key) < 0) {
        sign_key_close(checked);
        free(signer);
        return ERR_MEMORY;
    }
    sign_key_point(checked, signer->point);
    sign_point_id(signer->point, signer->id);
    sign_key_close(checked);
    err = key_import(path, signer->key, why);
    if (err)
        registry_signer_close(signer);
    else
        *out = signer;
    return err;
}

void registry_signer_close(struct registry_signer *signer)
{
    if (!signer)
        return;
    gnutls_privkey_deinit(signer->key);
    free(signer);
}

void registry_signer_point(const struct registry_signer *signer, uint8_t out[SIGN_POINT_LEN])
{
    memcpy(out, signer->point, SIGN_POINT_LEN);
}

/* A number, with or without leading zeros, in SCALAR_LEN bytes. False: it is larger. */
static bool scalar_put(gnutls_datum_t number, uint8_t out[SCALAR_LEN])
{
    while (number.size > SCALAR_LEN && number.data[0] == 0) {
        number.data++;
        number.size--;
    }
    if (number.size > SCALAR_LEN)
        return false;
    memset(out, 0, SCALAR_LEN);
    memcpy(out + SCALAR_LEN - number.size, number.data, number.size);
    return true;
}

static enum err signature_put(const gnutls_datum_t *der, uint8_t out[SIGN_LEN])
{
    gnutls_datum_t r, s;
    const int code = gnutls_decode_rs_value(der, &r, &s);
    if (code < 0)
        return err_of(code, ERR_CORRUPT);
    const bool fits = scalar_put(r, out) && scalar_put(s, out + SCALAR_LEN);
    gnutls_free(r.data);
    gnutls_free(s.data);
    return fits ? ERR_OK : ERR_CORRUPT;
}

enum err registry_sign(const struct registry_signer *signer, struct span payload,
                       uint8_t signature[SIGN_LEN])
{
    uint8_t digest[SIGN_HASH_LEN];
    enum err err = cose_digest(signer->id, payload, digest);
    if (err)
        return err;
    const gnutls_datum_t hash = datum_of(digest, sizeof digest);
    gnutls_datum_t der;
    err = err_of(gnutls_privkey_sign_hash2(signer->key, GNUTLS_SIGN_ECDSA_SHA256,
                                           GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE, &hash, &der),
                 ERR_IO);
    if (err)
        return err;
    err = signature_put(&der, signature);
    gnutls_free(der.data);
    return err;
}

enum err registry_seal(const struct registry_signer *signer, struct span payload, void *out,
                       size_t cap, size_t *len)
{
    uint8_t signature[SIGN_LEN];
    const enum err err = registry_sign(signer, payload, signature);
    return err ? err : cose_join(signer->id, payload, signature, out, cap, len);
}

/* ---- verifying ------------------------------------------------------------------------------- */

static enum err digest_verify(gnutls_pubkey_t key, const uint8_t digest[SIGN_HASH_LEN],
                              const uint8_t signature[SIGN_LEN])
{
    const gnutls_datum_t r = datum_of(signature, SCALAR_LEN),
                         s = datum_of(signature + SCALAR_LEN, SCALAR_LEN),
                         hash = datum_of(digest, SIGN_HASH_LEN);
    gnutls_datum_t der;
    int code = gnutls_encode_rs_value(&der, &r, &s);
    if (code < 0)
        return err_of(code, ERR_AUTH);
    code = gnutls_pubkey_verify_hash2(key, GNUTLS_SIGN_ECDSA_SHA256, 0, &hash, &der);
    gnutls_free(der.data);
    /* A point that is none verifies nothing either. */
    return err_of(code, gnutls_pubkey_verify_params(key) < 0 ? ERR_CORRUPT : ERR_AUTH);
}

enum err registry_check(const uint8_t point[SIGN_POINT_LEN], struct span payload,
                        const uint8_t signature[SIGN_LEN])
{
    uint8_t digest[SIGN_HASH_LEN], id[SIGN_KEY_ID_LEN];
    const gnutls_datum_t x = datum_of(point + 1, SCALAR_LEN),
                         y = datum_of(point + 1 + SCALAR_LEN, SCALAR_LEN);
    gnutls_pubkey_t key;
    sign_point_id(point, id);
    enum err err = cose_digest(id, payload, digest);
    if (err)
        return err;
    if (gnutls_pubkey_init(&key) < 0)
        return ERR_MEMORY;
    err =
        err_of(gnutls_pubkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_SECP256R1, &x, &y), ERR_CORRUPT);
    if (!err)
        err = digest_verify(key, digest, signature);
    gnutls_pubkey_deinit(key);
    return err;
}
