/* Simulated kiosks: each with a certificate, an entry key, and batches of signed entries that are
 * made beforehand, so that making them is no part of what is measured; and threads that send them,
 * one for each kiosk. Whatever fails while they are made ends the benchmark. */
#ifndef PAMIT_BENCH_FLEET_H
#define PAMIT_BENCH_FLEET_H

#include <pthread.h>
#include <stdatomic.h>

#include "centre.h"
#include "fleet_line.h"
#include "wire.h"

struct fleet_batch {
    uint8_t *body;
    size_t len, n_entries;
};

struct fleet_kiosk {
    char id[ENTRY_KIOSK_LEN];
    gnutls_x509_crt_t crt;
    struct fleet_batch *batches;
};

struct fleet {
    struct centre *centre;
    struct fleet_kiosk *kiosks;
    size_t n_kiosks;
    size_t n_entries, n_batches, batch_len; /* of each */
    _Atomic uint64_t acknowledged, failed, connected;
    pthread_mutex_t checking; /* all verify with one key, whose tables mbedTLS makes as it goes */
    char why[ENTRY_KIOSK_LEN + FLEET_WHY_LEN + 2]; /* the first one failed */
};

/* Registers `n_kiosks` and makes `n_entries` of each, in batches of `batch_len`. */
void fleet_open(struct fleet *fleet, struct centre *centre, size_t n_kiosks, size_t n_entries,
                size_t batch_len);
void fleet_close(struct fleet *fleet);

/* Each kiosk connects, all at once, asks how far the registry is, and sends its batches from
 * `first` up to `end`, one after the other, each when the one before has its receipt. The last
 * receipt is verified. Returns when all are done. */
void fleet_send(struct fleet *fleet, size_t first, size_t end);

#endif
