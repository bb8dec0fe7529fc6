/* Dates of certificates. */
#include "certificate.h"

#include <mbedtls/x509_crt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "key_file.h"

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

enum err certificate_dates_load(const char *path, struct certificate_dates *out,
                                char why[CERTIFICATE_WHY_LEN])
{
    uint8_t *pem = malloc(PEM_MAX);
    size_t len;
    snprintf(why, CERTIFICATE_WHY_LEN, "%.200s: %s", path, err_text(ERR_MEMORY));
    enum err err = pem ? key_file_read(path, false, pem, PEM_MAX - 1, &len, why) : ERR_MEMORY;
    if (!err) {
        mbedtls_x509_crt cert;
        mbedtls_x509_crt_init(&cert);
        pem[len] = '\0';
        if (mbedtls_x509_crt_parse(&cert, pem, len + 1) < 0) {
            snprintf(why, CERTIFICATE_WHY_LEN, "%.200s: holds no certificate in PEM", path);
            err = ERR_INVALID;
        } else {
            *out = (struct certificate_dates){.from = certificate_seconds(&cert.valid_from),
                                              .to = certificate_seconds(&cert.valid_to)};
        }
        mbedtls_x509_crt_free(&cert);
    }
    free(pem);
    return err;
}

enum certificate_age certificate_age(const struct certificate_dates *dates, int64_t now_s)
{
    if (now_s > dates->to)
        return CERTIFICATE_ENDED;
    return dates->to - now_s < (dates->to - dates->from) / 4 ? CERTIFICATE_OLD : CERTIFICATE_YOUNG;
}
