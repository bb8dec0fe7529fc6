/* What a benchmark of a counter stands on: keys, policy, and a cache of fictional people, which is
 * kept for its size and seed. Whatever fails ends the benchmark. */
#ifndef PAMIT_BENCH_PROVIDE_H
#define PAMIT_BENCH_PROVIDE_H

#include "bench.h"
#include "cache.h"
#include "policy.h"
#include "population.h"
#include "sign.h"

#define PROVIDE_SEED     1
#define PROVIDE_PATH_LEN 256
#define PROVIDE_AS_OF_S  1795219200 /* 2026-11-21T00:00:00Z: when everything is current */

/* Ends the benchmark unless `err` is ERR_OK. */
void provide_need(enum err err, const char *what);

/* Makes the folder, and starts crypto. */
void provide_folder(const char *folder);
/* "FOLDER/NAME". */
void provide_path(const char *folder, const char *name, char path[PROVIDE_PATH_LEN]);

void provide_file(const char *path, const void *bytes, size_t len);

/* Removes a database and what goes with it. */
void provide_no_database(const char *path);

/* FOLDER/storage.key, the storage key. */
struct seal_root *provide_root(const char *folder);
/* FOLDER/entry.pem, the entry key; FOLDER/policy.pub is its public half. */
struct sign_key *provide_signer(const char *folder);

/* The example of tests/data/contract, decoded; good for ever. */
const struct policy *provide_policy(void);

/* A cache like a kiosk's: sealed by the builder, WAL turned on by its writer. Says what building it
 * took, in a process of its own, and its size; `label` begins each line. */
void provide_cache(const struct population *population, const char *label, const char *folder,
                   const struct seal_root *root, char path[PROVIDE_PATH_LEN]);
/* Stores the policy there, signed. */
void provide_cache_policy(const char *path, const struct seal_root *root,
                          const struct sign_key *signer);

#endif
