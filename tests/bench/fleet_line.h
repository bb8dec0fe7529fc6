/* A simulated kiosk's connection: mutual TLS by GnuTLS, and as much HTTP as it takes. Blocks. */
#ifndef PAMIT_BENCH_FLEET_LINE_H
#define PAMIT_BENCH_FLEET_LINE_H

#include "centre.h"

#define FLEET_REPLY_MAX 4096
#define FLEET_WHY_LEN   160

struct fleet_line {
    int fd;
    gnutls_session_t session;
    gnutls_certificate_credentials_t credentials;
    uint8_t reply[FLEET_REPLY_MAX]; /* the last one, whole */
    struct span body;               /* of it */
    char why[FLEET_WHY_LEN];        /* what went wrong; "" before */
};

/* False: no connection. Closed in any case by fleet_line_close. */
bool fleet_line_open(struct fleet_line *line, const struct centre *centre, gnutls_x509_crt_t crt);
void fleet_line_close(struct fleet_line *line);
/* Asks for `target` ("GET /v1/..."), and returns the status; 0: the connection broke. */
unsigned fleet_line_ask(struct fleet_line *line, const char *target, struct span body);

#endif
