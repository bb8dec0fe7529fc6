/* When a certificate begins and ends, and whose it is: for who asks for a new one in time, and who
 * says what is wrong with it. Verifying is TLS's business. pamit-sync and pamit. */
#ifndef PAMIT_CERTIFICATE_H
#define PAMIT_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "sign.h"

#define CERTIFICATE_WHY_LEN  256
#define CERTIFICATE_NAME_LEN 64 /* of a common name: X.520 ub-common-name */

/* UTC seconds. */
struct certificate_dates {
    int64_t from, to;
};

/* Those of the first certificate in a PEM file. ERR_MISSING, ERR_INVALID, ... with `why`. */
MUST_CHECK enum err certificate_dates_load(const char *path, struct certificate_dates *out,
                                           char why[CERTIFICATE_WHY_LEN]);

/* Is the first certificate in a PEM file of the key with this point, and for this kiosk?
 * ERR_INVALID with `why`, if not; else as above. */
MUST_CHECK enum err certificate_owner_check(const char *path, const uint8_t point[SIGN_POINT_LEN],
                                            const char *kiosk, char why[CERTIFICATE_WHY_LEN]);

enum certificate_age {
    CERTIFICATE_ENDED = 0, /* only enrolling again helps */
    CERTIFICATE_OLD,       /* a new one is due */
    CERTIFICATE_YOUNG,
};
/* The registry lets a certificate begin as long before it makes it as it lasts from then on: with a
 * quarter left between its dates, half of the time that it was made for is over. */
enum certificate_age certificate_age(const struct certificate_dates *dates, int64_t now_s);

struct mbedtls_x509_crt;
/* The first common name of its subject; "" if it has none that fits. */
void certificate_name(const struct mbedtls_x509_crt *cert, char out[CERTIFICATE_NAME_LEN]);

struct mbedtls_x509_time;
/* As seconds since 1970; both days of a leap second are the same. */
int64_t certificate_seconds(const struct mbedtls_x509_time *time);

#endif
