/* A registry's folder and its real pamit-registry, for benchmarks: CA, keys, certificate, store and
 * configuration, then the process. Whatever fails ends the benchmark. */
#ifndef PAMIT_BENCH_CENTRE_H
#define PAMIT_BENCH_CENTRE_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <sys/types.h>

#include "provide.h"
#include "registry_store.h"

struct centre {
    char folder[PROVIDE_PATH_LEN], store[PROVIDE_PATH_LEN];
    gnutls_x509_crt_t ca;
    gnutls_x509_privkey_t ca_key;
    gnutls_x509_privkey_t tls_key; /* of all kiosks: certificates tell them apart */
    struct verify_key *receipts;
    unsigned serial;
    pid_t pid;
    uint16_t port;
};

void centre_open(struct centre *centre, const char *folder, unsigned connections);
void centre_close(struct centre *centre);

/* A new P-256 key, into a file. */
void centre_key(const char *path);
/* A kiosk's certificate. */
void centre_certify(struct centre *centre, const char *kiosk, gnutls_x509_crt_t *out);

/* pamit-registry, once it listens. */
void centre_start(struct centre *centre);
void centre_stop(struct centre *centre);
/* What its process has used of the cores, user and system. */
double centre_cpu_s(const struct centre *centre);
double centre_resident_mb(const struct centre *centre);

#endif
