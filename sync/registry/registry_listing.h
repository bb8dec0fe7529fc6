/* A row of the lists on its way into the store. */
#ifndef PAMIT_REGISTRY_LISTING_H
#define PAMIT_REGISTRY_LISTING_H

#include "listing.h"
#include "registry_store.h"

#define REGISTRY_LISTING_ID_LEN (2 * SIGN_HASH_LEN + 1)

struct registry_listing {
    struct registry_record record; /* points into this struct: it is not to be moved */
    char id[REGISTRY_LISTING_ID_LEN];
    uint8_t bytes[LISTING_CBOR_MAX];
    struct listing_text texts[LISTING_TEXTS_MAX];
};

/* Two rows are one if they agree in everything but `expires` and `reason`: the id is made of what
 * makes them the same. ERR_INVALID: `*field` (static) says which is not as it should be. */
MUST_CHECK enum err registry_listing_make(const struct listing *listing,
                                          struct registry_listing *out, const char **field);

#endif
