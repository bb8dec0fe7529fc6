/* Inside of struct tls_context, shared by tls_context.c and tls.c alone. */
#ifndef PAMIT_TLS_CONTEXT_H
#define PAMIT_TLS_CONTEXT_H

#include <mbedtls/ssl.h>

#include "clock.h"
#include "mbedtls_compat.h"
#include "tls.h"

struct tls_context {
    unsigned owners;
    mbedtls_ssl_config config;
    mbedtls_x509_crt ca, own;
    mbedtls_pk_context key;
    const struct clock *clock;
};

#endif
