/* mbedTLS 2.28 (Debian 12) and 3.6 (Debian 13): the differences, in this one place.
 *
 * Everything here has one meaning for callers; which calls of the library give it depends on its
 * version. mbedTLS 3 hides the fields of its structs and has functions for what we need of them;
 * 2.28 has the fields and not the functions. Used by base and by the TLS side of pamit-sync.
 */
#ifndef PAMIT_MBEDTLS_COMPAT_H
#define PAMIT_MBEDTLS_COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <psa/crypto.h>

/* Parses a private key, PEM (`pem_size` counts its NUL, which must be there) or DER. 0 on success.
 */
static inline int compat_pk_parse_private(mbedtls_pk_context *pk, const uint8_t *pem,
                                          size_t pem_size)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    return mbedtls_pk_parse_key(pk, pem, pem_size, NULL, 0, mbedtls_psa_get_random,
                                MBEDTLS_PSA_RANDOM_STATE);
#else
    return mbedtls_pk_parse_key(pk, pem, pem_size, NULL, 0);
#endif
}

/* True for a key, private or public, on P-256. */
static inline bool compat_pk_is_p256(const mbedtls_pk_context *pk)
{
    if (!mbedtls_pk_can_do(pk, MBEDTLS_PK_ECKEY))
        return false;
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    return mbedtls_ecp_keypair_get_group_id(mbedtls_pk_ec(*pk)) == MBEDTLS_ECP_DP_SECP256R1;
#else
    return mbedtls_pk_ec(*pk)->grp.id == MBEDTLS_ECP_DP_SECP256R1;
#endif
}

/* Writes the private number of a P-256 key, big-endian. 0 on success. */
static inline int compat_pk_write_scalar(const mbedtls_pk_context *pk, uint8_t out[32])
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    size_t len;
    return mbedtls_ecp_write_key_ext(mbedtls_pk_ec(*pk), &len, out, 32);
#else
    return mbedtls_ecp_write_key(mbedtls_pk_ec(*pk), out, 32);
#endif
}

/* Writes the public point of a P-256 key, uncompressed (SEC 1 2.3.3). 0 on success. */
static inline int compat_pk_write_point(const mbedtls_pk_context *pk, uint8_t out[65])
{
    size_t len;
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    return mbedtls_ecp_write_public_key(mbedtls_pk_ec(*pk), MBEDTLS_ECP_PF_UNCOMPRESSED, &len, out,
                                        65);
#else
    const mbedtls_ecp_keypair *pair = mbedtls_pk_ec(*pk);
    return mbedtls_ecp_point_write_binary(&pair->grp, &pair->Q, MBEDTLS_ECP_PF_UNCOMPRESSED, &len,
                                          out, 65);
#endif
}

/* 0 if `private_key` is the private half of `public_key`. */
static inline int compat_pk_check_pair(const mbedtls_pk_context *public_key,
                                       const mbedtls_pk_context *private_key)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    return mbedtls_pk_check_pair(public_key, private_key, mbedtls_psa_get_random,
                                 MBEDTLS_PSA_RANDOM_STATE);
#else
    return mbedtls_pk_check_pair(public_key, private_key);
#endif
}

/* Nothing older than TLS 1.2. */
static inline void compat_ssl_conf_min_tls12(mbedtls_ssl_config *config)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
#else
    mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

/* Nothing newer, either. */
static inline void compat_ssl_conf_max_tls12(mbedtls_ssl_config *config)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    mbedtls_ssl_conf_max_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
#else
    mbedtls_ssl_conf_max_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

/* The number of the alert that a call just reported as MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: the
 * library has no function for it in any version, and without it a refusal has no reason. */
static inline int compat_ssl_alert(const mbedtls_ssl_context *ssl)
{
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    return ssl->MBEDTLS_PRIVATE(in_msg)[1];
#else
    return ssl->in_msg[1];
#endif
}

/* True if mbedtls_ssl_read only says that a TLS 1.3 session ticket came: read again. */
static inline bool compat_ssl_is_ticket(int result)
{
#if defined(MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
    return result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET;
#else
    (void)result;
    return false;
#endif
}

#endif
