/* P-256 keys by mbedTLS's pk module, which writes PEM in 2.28 and 3.6 alike.
 *
 * A key is made in memory, written whole, and never overwritten: the entry key signs a chain, and
 * another one in its place would look like a forger's. Buffers that held a secret are wiped.
 */
#include "device_key.h"

#include <assert.h>
#include <mbedtls/pem.h>
#include <mbedtls/x509_csr.h>
#include <stdio.h>
#include <unistd.h>

#include "key_file.h"
#include "mbedtls_compat.h"

#define PEM_MAX  4096
#define NAME_LEN 80

static enum err explain(enum err err, const char *path, const char *reason, char *why)
{
    snprintf(why, WHOLE_FILE_WHY_LEN, "%.200s: %s", path, reason);
    return err;
}

/* Writes what `fill` gives, unless the file is there. ERR_BUSY is somebody who was quicker. */
static enum err make(const char *path, struct span bytes, bool *made, char *why)
{
    const enum err err = whole_file_write(path, 0600, bytes, WHOLE_FILE_NEW, why);
    *made = !err;
    return err == ERR_BUSY ? ERR_OK : err;
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool key_generate(uint8_t pem[PEM_MAX])
{
    mbedtls_pk_context pk;
    mbedtls_pk_init(&pk);
    const bool good = mbedtls_pk_setup(&pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0 &&
                      mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(pk),
                                          mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE) == 0 &&
                      mbedtls_pk_write_key_pem(&pk, pem, PEM_MAX) == 0;
    mbedtls_pk_free(&pk);
    return good;
}

enum err device_key_make(const char *path, bool *made, char why[WHOLE_FILE_WHY_LEN])
{
    uint8_t pem[PEM_MAX];
    *made = false;
    if (is_there(path))
        return ERR_OK;
    enum err err = ERR_OK;
    if (!key_generate(pem))
        err = explain(ERR_MEMORY, path, "no key could be made", why);
    if (!err)
        err = make(path, span_of_text((const char *)pem), made, why);
    mbedtls_platform_zeroize(pem, sizeof pem);
    return err;
}

enum err device_storage_key_make(const char *path, bool *made, char why[WHOLE_FILE_WHY_LEN])
{
    uint8_t key[SEAL_ROOT_LEN];
    *made = false;
    if (is_there(path))
        return ERR_OK;
    seal_random(key, sizeof key);
    const enum err err = make(path, span_of(key, sizeof key), made, why);
    mbedtls_platform_zeroize(key, sizeof key);
    return err;
}

/* mbedTLS writes from the buffer's end. */
static enum err csr_write(mbedtls_pk_context *key, const char *kiosk, uint8_t *out, size_t cap,
                          size_t *len)
{
    char name[NAME_LEN];
    mbedtls_x509write_csr csr;
    snprintf(name, sizeof name, "CN=%s", kiosk);
    mbedtls_x509write_csr_init(&csr);
    mbedtls_x509write_csr_set_md_alg(&csr, MBEDTLS_MD_SHA256);
    mbedtls_x509write_csr_set_key(&csr, key);
    int result = mbedtls_x509write_csr_set_subject_name(&csr, name);
    if (result == 0)
        result = mbedtls_x509write_csr_der(&csr, out, cap, mbedtls_psa_get_random,
                                           MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_x509write_csr_free(&csr);
    if (result <= 0)
        return ERR_SIZE;
    memmove(out, out + cap - (size_t)result, (size_t)result);
    *len = (size_t)result;
    return ERR_OK;
}

enum err device_key_csr(const char *path, const char *kiosk, uint8_t *out, size_t cap, size_t *len,
                        char why[WHOLE_FILE_WHY_LEN])
{
    uint8_t pem[PEM_MAX];
    size_t pem_len;
    mbedtls_pk_context key;
    _Static_assert(WHOLE_FILE_WHY_LEN == KEY_FILE_WHY_LEN, "one buffer for both");
    enum err err = key_file_read(path, true, pem, sizeof pem - 1, &pem_len, why);
    if (err)
        return err;
    pem[pem_len] = '\0';
    mbedtls_pk_init(&key);
    if (compat_pk_parse_private(&key, pem, pem_len + 1) != 0 || !compat_pk_is_p256(&key))
        err = explain(ERR_INVALID, path, "holds no private key on P-256 in PEM", why);
    else if (csr_write(&key, kiosk, out, cap, len) != ERR_OK)
        err = explain(ERR_SIZE, path, "no certificate request could be made", why);
    mbedtls_pk_free(&key);
    mbedtls_platform_zeroize(pem, sizeof pem);
    return err;
}

void device_point_pem(const uint8_t point[SIGN_POINT_LEN], char out[DEVICE_POINT_PEM_MAX])
{
    /* SEQUENCE { SEQUENCE { id-ecPublicKey, secp256r1 }, BIT STRING }, RFC 5480 2 */
    static const uint8_t head[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                   0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                   0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
    uint8_t der[sizeof head + SIGN_POINT_LEN];
    size_t len;
    memcpy(der, head, sizeof head);
    memcpy(der + sizeof head, point, SIGN_POINT_LEN);
    const int failed =
        mbedtls_pem_write_buffer("-----BEGIN PUBLIC KEY-----\n", "-----END PUBLIC KEY-----\n", der,
                                 sizeof der, (unsigned char *)out, DEVICE_POINT_PEM_MAX, &len);
    assert(failed == 0);
}

enum err device_certificate_pem(struct span der, char *out, size_t cap)
{
    size_t len;
    return mbedtls_pem_write_buffer("-----BEGIN CERTIFICATE-----\n", "-----END CERTIFICATE-----\n",
                                    der.p, der.len, (unsigned char *)out, cap, &len) == 0
               ? ERR_OK
               : ERR_SIZE;
}
