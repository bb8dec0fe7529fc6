/* One storage key, and what is derived from it (HKDF-SHA-256, RFC 5869: no salt, the label as
 * info).
 *
 * Nonces are random: 96 bits allow 2^32 boxes under one key before a repeat is likelier than 2^-32
 * (NIST SP 800-38D 8.3). A cache of 7 million rows stays below that for 600 full imports, and a
 * journal's day key seals thousands.
 *
 * A derived key leaves HKDF through a buffer that is wiped, rather than from key to key inside PSA,
 * because in mbedTLS 2.28 only what psa_key.h has is made safe for threads.
 */
#include "seal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "key_file.h"
#include "mbedtls_compat.h"
#include "psa_key.h"

#define NONCE_LEN 12
#define TAG_LEN   16

_Static_assert(NONCE_LEN + TAG_LEN == SEAL_OVERHEAD, "a box is nonce, ciphertext and tag");
_Static_assert(SEAL_WHY_LEN >= KEY_FILE_WHY_LEN, "a reason fits");

struct seal_root {
    psa_key_id_t id;
};

struct seal_key {
    psa_key_id_t id;
};

struct mac_key {
    psa_key_id_t id;
};

static enum err root_from_bytes(struct span material, struct seal_root **out)
{
    struct seal_root *root = malloc(sizeof *root);
    if (!root)
        return ERR_MEMORY;
    const enum err err = psa_key_import(PSA_KEY_TYPE_DERIVE, PSA_ALG_HKDF(PSA_ALG_SHA_256),
                                        PSA_KEY_USAGE_DERIVE, material, &root->id);
    if (err)
        free(root);
    else
        *out = root;
    return err;
}

enum err seal_root_load(const char *path, struct seal_root **out, char why[SEAL_WHY_LEN])
{
    uint8_t bytes[SEAL_ROOT_LEN];
    size_t len;
    enum err err = key_file_read(path, true, bytes, sizeof bytes, &len, why);
    if (err)
        goto wipe;
    if (len != SEAL_ROOT_LEN) {
        snprintf(why, SEAL_WHY_LEN, "%s: is %zu bytes long, a storage key is %d", path, len,
                 SEAL_ROOT_LEN);
        err = ERR_INVALID;
        goto wipe;
    }
    err = root_from_bytes(span_of(bytes, len), out);
    if (err)
        snprintf(why, SEAL_WHY_LEN, "%s: key not usable: %s", path, err_text(err));
wipe:
    mbedtls_platform_zeroize(bytes, sizeof bytes);
    return err;
}

void seal_root_close(struct seal_root *root)
{
    if (!root)
        return;
    psa_key_destroy(root->id);
    free(root);
}

/* HKDF of the root with `label`. The caller wipes `out`. */
static enum err root_derive(const struct seal_root *root, const char *label,
                            uint8_t out[SEAL_KEY_LEN])
{
    psa_key_derivation_operation_t hkdf = PSA_KEY_DERIVATION_OPERATION_INIT;
    psa_status_t status = psa_key_derivation_setup(&hkdf, PSA_ALG_HKDF(PSA_ALG_SHA_256));
    if (status == PSA_SUCCESS)
        status = psa_key_give(root->id, &hkdf);
    if (status == PSA_SUCCESS)
        status = psa_key_derivation_input_bytes(&hkdf, PSA_KEY_DERIVATION_INPUT_INFO,
                                                (const uint8_t *)label, strlen(label));
    if (status == PSA_SUCCESS)
        status = psa_key_derivation_output_bytes(&hkdf, out, SEAL_KEY_LEN);
    psa_key_derivation_abort(&hkdf);
    return psa_key_err(status);
}

enum err seal_key_derive(const struct seal_root *root, const char *label, struct seal_key **out)
{
    uint8_t bytes[SEAL_KEY_LEN];
    enum err err = root_derive(root, label, bytes);
    if (!err)
        err = seal_key_from_bytes(bytes, out);
    mbedtls_platform_zeroize(bytes, sizeof bytes);
    return err;
}

enum err seal_key_from_bytes(const uint8_t bytes[SEAL_KEY_LEN], struct seal_key **out)
{
    struct seal_key *key = malloc(sizeof *key);
    if (!key)
        return ERR_MEMORY;
    const enum err err =
        psa_key_import(PSA_KEY_TYPE_AES, PSA_ALG_GCM, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT,
                       span_of(bytes, SEAL_KEY_LEN), &key->id);
    if (err)
        free(key);
    else
        *out = key;
    return err;
}

void seal_key_close(struct seal_key *key)
{
    if (!key)
        return;
    psa_key_destroy(key->id);
    free(key);
}

enum err mac_key_derive(const struct seal_root *root, const char *label, struct mac_key **out)
{
    struct mac_key *key = malloc(sizeof *key);
    if (!key)
        return ERR_MEMORY;
    uint8_t bytes[SEAL_KEY_LEN];
    enum err err = root_derive(root, label, bytes);
    if (!err)
        err = psa_key_import(PSA_KEY_TYPE_HMAC, PSA_ALG_HMAC(PSA_ALG_SHA_256),
                             PSA_KEY_USAGE_SIGN_MESSAGE, span_of(bytes, sizeof bytes), &key->id);
    mbedtls_platform_zeroize(bytes, sizeof bytes);
    if (err)
        free(key);
    else
        *out = key;
    return err;
}

void mac_key_close(struct mac_key *key)
{
    if (!key)
        return;
    psa_key_destroy(key->id);
    free(key);
}

enum err seal_box(const struct seal_key *key, struct span context, struct span plain, void *out,
                  size_t cap, size_t *len)
{
    if (cap < SEAL_OVERHEAD || plain.len > cap - SEAL_OVERHEAD)
        return ERR_SIZE;
    uint8_t *box = out;
    size_t sealed;
    seal_random(box, NONCE_LEN);
    const enum err err = psa_key_err(psa_aead_encrypt(key->id, PSA_ALG_GCM, box, NONCE_LEN,
                                                      context.p, context.len, plain.p, plain.len,
                                                      box + NONCE_LEN, cap - NONCE_LEN, &sealed));
    if (!err)
        *len = NONCE_LEN + sealed;
    return err;
}

enum err seal_open(const struct seal_key *key, struct span context, struct span box, void *out,
                   size_t cap, size_t *len)
{
    if (box.len < SEAL_OVERHEAD)
        return ERR_AUTH;
    if (box.len - SEAL_OVERHEAD > cap)
        return ERR_SIZE;
    size_t opened;
    const enum err err =
        psa_key_err(psa_aead_decrypt(key->id, PSA_ALG_GCM, box.p, NONCE_LEN, context.p, context.len,
                                     box.p + NONCE_LEN, box.len - NONCE_LEN, out, cap, &opened));
    if (!err)
        *len = opened;
    return err;
}

void mac_compute(const struct mac_key *key, struct span bytes, uint8_t out[SEAL_MAC_LEN])
{
    size_t len;
    const psa_status_t status = psa_mac_compute(key->id, PSA_ALG_HMAC(PSA_ALG_SHA_256), bytes.p,
                                                bytes.len, out, SEAL_MAC_LEN, &len);
    assert(status == PSA_SUCCESS && len == SEAL_MAC_LEN); /* fails only on a key that is closed */
}

void seal_random(void *out, size_t len)
{
    const psa_status_t status = psa_generate_random(out, len);
    assert(status == PSA_SUCCESS);
}
