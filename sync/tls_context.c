/* What a TLS connection needs from files: whom we trust, and who we are.
 *
 * Everything that can be wrong with a file is found here, at start, with the file's name: once a
 * handshake runs, a wrong file looks like a wrong registry. So the key is checked to be the
 * certificate's, and the certificate to be this kiosk's.
 *
 * Whether the dates of our certificate are good is not asked: that is a question about the clock as
 * much as about the certificate, and the registry answers it.
 */
#include "tls_context.h"

#include <mbedtls/entropy.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "certificate.h"
#include "key_file.h"

#define PEM_MAX 65536

static enum err bad_file(char *why, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static enum err bad_file(char *why, const char *path, const char *format, ...)
{
    const int n = snprintf(why, TLS_WHY_LEN, "%s: ", path);
    if (n < 0 || n >= TLS_WHY_LEN)
        return ERR_INVALID;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why + n, TLS_WHY_LEN - (size_t)n, format, arguments);
    va_end(arguments);
    return ERR_INVALID;
}

/* The whole file as text: mbedTLS wants the NUL, and counts it. */
static enum err read_pem(const char *path, bool secret, uint8_t *pem, size_t *size, char *why)
{
    size_t len;
    const enum err err = key_file_read(path, secret, pem, PEM_MAX - 1, &len, why);
    if (err != ERR_OK)
        return err;
    pem[len] = '\0';
    *size = len + 1;
    return ERR_OK;
}

static enum err load_certs(const char *path, mbedtls_x509_crt *certs, uint8_t *pem, char *why)
{
    size_t size;
    const enum err err = read_pem(path, false, pem, &size, why);
    if (err != ERR_OK)
        return err;
    const int result = mbedtls_x509_crt_parse(certs, pem, size);
    if (result > 0)
        return bad_file(why, path, "%d of its certificates can't be read", result);
    if (result < 0)
        return bad_file(why, path, "holds no certificate in PEM");
    return ERR_OK;
}

static enum err load_key(const char *path, mbedtls_pk_context *key, uint8_t *pem, char *why)
{
    size_t size;
    const enum err err = read_pem(path, true, pem, &size, why);
    if (err != ERR_OK)
        return err;
    if (compat_pk_parse_private(key, pem, size) != 0)
        return bad_file(why, path, "holds no private key in PEM");
    if (!compat_pk_is_p256(key))
        return bad_file(why, path, "is not a key on P-256");
    return ERR_OK;
}

/* Is a certificate, called `what`, of this key and for this kiosk? */
static enum err check_certificate(const struct tls_files *files, const char *what,
                                  const mbedtls_x509_crt *cert, const mbedtls_pk_context *key,
                                  char *why)
{
    if (compat_pk_check_pair(&cert->pk, key) != 0)
        return bad_file(why, files->tls_key, "is not the key of %s", what);
    char name[CERTIFICATE_NAME_LEN];
    certificate_name(cert, name);
    if (strcmp(name, files->kiosk) != 0)
        return bad_file(why, what, "is the certificate of \"%s\", this kiosk is \"%s\"", name,
                        files->kiosk);
    return ERR_OK;
}

static enum err load_files(const struct tls_files *files, struct tls_context *context, char *why)
{
    uint8_t *pem = malloc(PEM_MAX);
    if (!pem)
        return ERR_MEMORY;
    enum err err = load_certs(files->ca_cert, &context->ca, pem, why);
    if (err == ERR_OK)
        err = load_certs(files->tls_cert, &context->own, pem, why);
    if (err == ERR_OK)
        err = load_key(files->tls_key, &context->key, pem, why);
    mbedtls_platform_zeroize(pem, PEM_MAX);
    free(pem);
    if (err != ERR_OK)
        return err;
    return check_certificate(files, files->tls_cert, &context->own, &context->key, why);
}

enum err tls_certificate_check(const struct tls_files *files, struct span der,
                               char why[TLS_WHY_LEN])
{
    static const char what[] = "what the registry issued";
    mbedtls_x509_crt cert;
    mbedtls_pk_context key;
    uint8_t *pem = malloc(PEM_MAX);
    snprintf(why, TLS_WHY_LEN, "%s", err_text(ERR_MEMORY));
    if (!pem)
        return ERR_MEMORY;
    mbedtls_x509_crt_init(&cert);
    mbedtls_pk_init(&key);
    enum err err = load_key(files->tls_key, &key, pem, why);
    if (err == ERR_OK && mbedtls_x509_crt_parse_der(&cert, der.p, der.len) != 0)
        err = bad_file(why, what, "is no certificate");
    if (err == ERR_OK)
        err = check_certificate(files, what, &cert, &key, why);
    mbedtls_pk_free(&key);
    mbedtls_x509_crt_free(&cert);
    mbedtls_platform_zeroize(pem, PEM_MAX);
    free(pem);
    return err;
}

static int random_bytes(void *unused, unsigned char *out, size_t len)
{
    (void)unused;
    return psa_generate_random(out, len) == PSA_SUCCESS ? 0 : MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
}

/* The earliest that it may be, where the system's clock is not to be gone by: the floor. But that
 * is the registry's word, whose own clock may have been ahead; so if ours was set, and to before
 * it, one of the two is wrong, and it may be as early as ours says. */
static int64_t earliest_ms(const struct clock *clock, const struct clock_reading *now)
{
    const bool doubted = now->wall_ms >= CLOCK_SET_S * 1000 && now->wall_ms < clock->floor_ms;
    return doubted ? now->wall_ms : clock->floor_ms;
}

/* For mbedTLS: judges the dates of each certificate of the chain again where the system's clock is
 * not to be gone by: one that had not ended by the earliest that it may be may be good. */
static int judge_dates(void *user, mbedtls_x509_crt *cert, int depth, uint32_t *flags)
{
    const struct tls_context *context = user;
    struct clock_reading now;
    (void)depth;
    clock_read(context->clock, &now);
    if (now.quality == CLOCK_SYNCED)
        return 0;
    *flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    if (certificate_seconds(&cert->valid_to) < earliest_ms(context->clock, &now) / 1000)
        *flags |= MBEDTLS_X509_BADCERT_EXPIRED;
    return 0;
}

/* With the certificate of ours if there is one. */
static enum err configure(struct tls_context *context)
{
    mbedtls_ssl_config *config = &context->config;
    if (mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0)
        return ERR_MEMORY;
    compat_ssl_conf_min_tls12(config);
    mbedtls_ssl_conf_rng(config, random_bytes, NULL);
    mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_ca_chain(config, &context->ca, NULL);
    mbedtls_ssl_conf_verify(config, judge_dates, context);
    mbedtls_ssl_conf_session_tickets(config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    if (mbedtls_pk_get_type(&context->key) == MBEDTLS_PK_NONE)
        return ERR_OK;
    return mbedtls_ssl_conf_own_cert(config, &context->own, &context->key) == 0 ? ERR_OK
                                                                                : ERR_MEMORY;
}

static struct tls_context *context_new(const struct clock *clock)
{
    struct tls_context *context = malloc(sizeof *context);
    if (!context)
        return NULL;
    mbedtls_ssl_config_init(&context->config);
    mbedtls_x509_crt_init(&context->ca);
    mbedtls_x509_crt_init(&context->own);
    mbedtls_pk_init(&context->key);
    context->clock = clock;
    context->owners = 1;
    return context;
}

/* Gives a context that `err` says is good, or closes it. */
static enum err context_give(struct tls_context *context, enum err err, struct tls_context **out)
{
    if (err)
        tls_context_close(context);
    else
        *out = context;
    return err;
}

enum err tls_context_open(const struct tls_files *files, const struct clock *clock,
                          struct tls_context **out, char why[TLS_WHY_LEN])
{
    struct tls_context *context = context_new(clock);
    snprintf(why, TLS_WHY_LEN, "%s", err_text(ERR_MEMORY));
    if (!context)
        return ERR_MEMORY;
    enum err err = load_files(files, context, why);
    if (err == ERR_OK)
        err = configure(context);
    return context_give(context, err, out);
}

enum err tls_context_open_to(struct span ca_der, const struct clock *clock,
                             struct tls_context **out)
{
    struct tls_context *context = context_new(clock);
    if (!context)
        return ERR_MEMORY;
    enum err err = ERR_OK;
    if (mbedtls_x509_crt_parse_der(&context->ca, ca_der.p, ca_der.len) != 0)
        err = ERR_INVALID;
    if (err == ERR_OK)
        err = configure(context);
    return context_give(context, err, out);
}

/* TLS 1.2, since some versions of mbedTLS 3 verify in TLS 1.3 whatever they are told. */
enum err tls_context_open_unverified(struct tls_context **out)
{
    struct tls_context *context = context_new(NULL);
    if (!context)
        return ERR_MEMORY;
    const enum err err = configure(context);
    if (err == ERR_OK) {
        compat_ssl_conf_max_tls12(&context->config);
        mbedtls_ssl_conf_authmode(&context->config, MBEDTLS_SSL_VERIFY_NONE);
    }
    return context_give(context, err, out);
}

void tls_context_keep(struct tls_context *context)
{
    context->owners++;
}

void tls_context_close(struct tls_context *context)
{
    if (!context || --context->owners > 0)
        return;
    mbedtls_ssl_config_free(&context->config);
    mbedtls_x509_crt_free(&context->ca);
    mbedtls_x509_crt_free(&context->own);
    mbedtls_pk_free(&context->key);
    free(context);
}
