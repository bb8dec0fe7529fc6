/* What every store of the registry has to do, whatever is behind it: one suite for all back ends.
 *
 * A back end's test program gives the ways to make, open and remove a store, and runs the suite.
 */
#ifndef PAMIT_REGISTRY_STORE_SUITE_H
#define PAMIT_REGISTRY_STORE_SUITE_H

#include "registry_store.h"

struct suite_backend {
    const char *name;
    void *(*make)(void);                         /* an empty store's place */
    struct registry_store *(*open)(void *place); /* any number of times, also at once */
    void (*remove)(void *place);                 /* after all are closed */
};

/* A part of it, which it runs: codes to enrol with. */
int registry_store_codes_suite(const struct suite_backend *backend);
/* Runs it; returns the number of tests that failed. */
int registry_store_suite(const struct suite_backend *backend);

#endif
