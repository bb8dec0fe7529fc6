/* The TLS files of a listening address, as libmicrohttpd wants them. Private to registry_server.c.
 */
#ifndef PAMIT_REGISTRY_PEM_H
#define PAMIT_REGISTRY_PEM_H

#include "registry_config.h"

#define REGISTRY_PEM_MAX (64u << 10)

struct registry_pem {
    char cert[REGISTRY_PEM_MAX + 1];
    char key[REGISTRY_PEM_MAX + 1];
    char client_ca[REGISTRY_PEM_MAX + 1];
};

/* Reads them, and asks GnuTLS for its opinion, which libmicrohttpd would keep to itself. Without
 * `client_ca` clients need no certificate. `why` says which file and what is wrong with it. */
MUST_CHECK enum err registry_pem_read(const struct registry_config *config, const char *client_ca,
                                      struct registry_pem *out, char why[REGISTRY_WHY_LEN]);

#endif
