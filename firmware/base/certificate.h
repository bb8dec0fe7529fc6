/* When a certificate begins and ends: for who asks for a new one in time, and who says how long it
 * lasts. Verifying is TLS's business. pamit-sync and pamit. */
#ifndef PAMIT_CERTIFICATE_H
#define PAMIT_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "span.h"

#define CERTIFICATE_WHY_LEN 256

/* UTC seconds. */
struct certificate_dates {
    int64_t from, to;
};

/* Those of the first certificate in a PEM file. ERR_MISSING, ERR_INVALID, ... with `why`. */
MUST_CHECK enum err certificate_dates_load(const char *path, struct certificate_dates *out,
                                           char why[CERTIFICATE_WHY_LEN]);

enum certificate_age {
    CERTIFICATE_ENDED = 0, /* only enrolling again helps */
    CERTIFICATE_OLD,       /* a new one is due */
    CERTIFICATE_YOUNG,
};
/* The registry lets a certificate begin as long before it makes it as it lasts from then on: with a
 * quarter left between its dates, half of the time that it was made for is over. */
enum certificate_age certificate_age(const struct certificate_dates *dates, int64_t now_s);

struct mbedtls_x509_time;
/* As seconds since 1970; both days of a leap second are the same. */
int64_t certificate_seconds(const struct mbedtls_x509_time *time);

#endif
