/* Where a kiosk enrols: https://HOST[:PORT][/]. Pure; pamit-sync. */
#ifndef PAMIT_ENROL_URL_H
#define PAMIT_ENROL_URL_H

#include <stdbool.h>
#include <stdint.h>

#define ENROL_URL_HOST_LEN     254 /* of a DNS name, with its NUL: RFC 1035 2.3.4 */
#define ENROL_URL_PORT_DEFAULT 8445

struct enrol_url {
    char host[ENROL_URL_HOST_LEN]; /* as typed: letters, digits, "-" and "." */
    uint32_t port;
};

/* False: no such URL; `*why` (static) says what is wrong. Host names alone: a certificate is held
 * against a name, and mbedTLS 2.28 knows no addresses there. */
bool enrol_url_parse(const char *text, struct enrol_url *out, const char **why);

/* A host that a name can be, as above. */
bool enrol_url_host_is_sound(const char *host);

#endif
