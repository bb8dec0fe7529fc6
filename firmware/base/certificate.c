/* Dates and owners of certificates. */
#include "certificate.h"

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "key_file.h"
#include "mbedtls_compat.h"

#define PEM_MAX 65536

_Static_assert(CERTIFICATE_WHY_LEN == KEY_FILE_WHY_LEN, "one buffer for both");

int64_t certificate_seconds(const struct mbedtls_x509_time *time)
{
    struct tm utc = {.tm_year = time->year - 1900,
                     .tm_mon = time->mon - 1,
                     .tm_mday = time->day,
                     .tm_hour = time->hour,
                     .tm_min = time->min,
                     .tm_sec = time->sec};
    return timegm(&utc);
}

/* `cert` is initialised, and the caller's to free. */
static enum err load(const char *path, mbedtls_x509_crt *cert, char *why)
{
    uint8_t *pem = malloc(PEM_MAX);
    size_t len;
    snprintf(why, CERTIFICATE_WHY_LEN, "%.200s: %s", path, err_text(ERR_MEMORY));
    enum err err = pem ? key_file_read(path, false, pem, PEM_MAX - 1, &len, why) : ERR_MEMORY;
    if (!err) {
        pem[len] = '\0';
        if (mbedtls_x509_crt_parse(cert, pem, len + 1) < 0) {
            snprintf(why, CERTIFICATE_WHY_LEN, "%.200s: holds no certificate in PEM", path);
            err = ERR_INVALID;
        }
    }
    free(pem);
    return err;
}

enum err certificate_dates_load(const char *path, struct certificate_dates *out,
                                char why[CERTIFICATE_WHY_LEN])
{
    mbedtls_x509_crt cert;
    mbedtls_x509_crt_init(&cert);
    const enum err err = load(path, &cert, why);
    if (!err)
        *out = (struct certificate_dates){.from = certificate_seconds(&cert.valid_from),
                                          .to = certificate_seconds(&cert.valid_to)};
    mbedtls_x509_crt_free(&cert);
    return err;
}

void certificate_name(const mbedtls_x509_crt *cert, char out[CERTIFICATE_NAME_LEN])
{
    out[0] = '\0';
    for (const mbedtls_x509_name *part = &cert->subject; part; part = part->next) {
        if (MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &part->oid) != 0 ||
            part->val.len >= CERTIFICATE_NAME_LEN)
            continue;
        memcpy(out, part->val.p, part->val.len);
        out[part->val.len] = '\0';
        return;
    }
}

enum err certificate_owner_check(const char *path, const uint8_t point[SIGN_POINT_LEN],
                                 const char *kiosk, char why[CERTIFICATE_WHY_LEN])
{
    uint8_t its_point[SIGN_POINT_LEN];
    char name[CERTIFICATE_NAME_LEN];
    mbedtls_x509_crt cert;
    mbedtls_x509_crt_init(&cert);
    enum err err = load(path, &cert, why);
    if (!err) {
        certificate_name(&cert, name);
        const bool is_its_key = compat_pk_is_p256(&cert.pk) &&
                                compat_pk_write_point(&cert.pk, its_point) == 0 &&
                                memcmp(its_point, point, sizeof its_point) == 0;
        if (!is_its_key)
            snprintf(why, CERTIFICATE_WHY_LEN, "%.200s: is the certificate of another key", path);
        else if (strcmp(name, kiosk) != 0)
            snprintf(why, CERTIFICATE_WHY_LEN, "%.120s: is the certificate of \"%.60s\"", path,
                     name);
        err = is_its_key && strcmp(name, kiosk) == 0 ? ERR_OK : ERR_INVALID;
    }
    mbedtls_x509_crt_free(&cert);
    return err;
}

enum certificate_age certificate_age(const struct certificate_dates *dates, int64_t now_s)
{
    if (now_s > dates->to)
        return CERTIFICATE_ENDED;
    return dates->to - now_s < (dates->to - dates->from) / 4 ? CERTIFICATE_OLD : CERTIFICATE_YOUNG;
}
