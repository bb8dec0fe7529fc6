/* The registry's configuration file, registry.conf: one section, [registry]. All of
 * pamit-registry's commands read it. */
#ifndef PAMIT_REGISTRY_CONFIG_H
#define PAMIT_REGISTRY_CONFIG_H

#include "config.h"
#include "registry_store.h"

#define REGISTRY_PATH_LEN 256
#define REGISTRY_TEXT_LEN 64

struct registry_config {
    char address[REGISTRY_TEXT_LEN]; /* numeric, IPv4 or IPv6; loopback unless told otherwise */
    uint32_t port;                   /* 0: any free one, named in the log */
    char store[REGISTRY_PATH_LEN];
    char tls_cert[REGISTRY_PATH_LEN];    /* PEM: ours, with its chain */
    char tls_key[REGISTRY_PATH_LEN];     /* PEM, 0600 */
    char client_ca[REGISTRY_PATH_LEN];   /* PEM: who issues kiosks' certificates */
    char receipt_key[REGISTRY_PATH_LEN]; /* PEM, 0600: signs receipts and feeds */
    char policy_key[REGISTRY_PATH_LEN];  /* PEM, 0600: `import policy` alone reads it */
    bool enrol;                          /* kiosks may enrol, and renew their certificates: */
    char enrol_address[REGISTRY_TEXT_LEN];
    uint32_t enrol_port;                 /* 0: as above */
    char ca_key[REGISTRY_PATH_LEN];      /* PEM, 0600: of the first certificate in client_ca */
    char policy_pub[REGISTRY_PATH_LEN];  /* PEM, public: what kiosks verify policy by */
    char public_host[REGISTRY_TEXT_LEN]; /* what kiosks are told to connect to; in tls_cert */
    uint32_t public_port;                /* 0: `port` */
    uint32_t certificate_days;           /* that a kiosk's certificate lasts */
    uint32_t max_body;                   /* bytes of one request */
    uint32_t max_connections;            /* each is a descriptor: see LimitNOFILE */
    uint32_t max_rate;                   /* requests of one kiosk in a second; more are held */
    uint32_t timeout_s;                  /* a connection silent for so long is closed, */
    uint32_t keep_s;                     /* once a kiosk was answered on it: after so long */
};

/* Errors as config_load. */
MUST_CHECK enum err registry_config_load(const char *path, struct registry_config *out,
                                         char why[CONFIG_WHY_LEN]);

#endif
