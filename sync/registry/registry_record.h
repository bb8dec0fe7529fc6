/* What the registry tells kiosks, record by record: how it comes into the store, and out of it. */
#ifndef PAMIT_REGISTRY_RECORD_H
#define PAMIT_REGISTRY_RECORD_H

#include <stdbool.h>

#include "listing.h"

struct registry_versions {
    uint64_t placements, lists, policy; /* newest; 0: none */
};

/* What comes down record by record, each feed with versions of its own. */
enum registry_feed {
    REGISTRY_PLACEMENTS = 0,
    REGISTRY_LISTS,
    REGISTRY_FEEDS,
};

/* A record on its way in. */
struct registry_record {
    const char *id;                   /* what makes it the same record as one that is held */
    uint64_t rec_seq;                 /* the source's own order; 0: it has none */
    bool withdrawn;                   /* what is held under this id no longer counts */
    struct span bytes;                /* placement_encode's or listing_encode's */
    const struct listing_text *texts; /* of a row of the lists: what rows_about finds it by */
    size_t n_texts;
    const uint8_t *by; /* the decision that makes it: its header's hash; NULL: an import, a test */
};

struct registry_imported {
    uint64_t changed;   /* given a new version */
    uint64_t unchanged; /* the same record was held */
    uint64_t older;     /* a record with a higher rec_seq was held and stays */
    uint64_t version;   /* newest afterwards */
};

struct registry_range {
    enum registry_feed feed;
    uint64_t from; /* versions above it, */
    size_t n_max;  /* at most so many */
};

struct registry_step {
    uint64_t to, latest;
    size_t n_rows;
};

/* A record on its way out. */
typedef enum err registry_record_each(struct span record, bool withdrawn, void *user);

#endif
