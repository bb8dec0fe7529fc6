/* The page's own files, inside the program: what is served is what was built and signed. */
#ifndef PAMIT_ASSETS_H
#define PAMIT_ASSETS_H

#include <stdbool.h>

#include "span.h"

struct asset {
    const char *type; /* Content-Type */
    struct span content;
};

/* `path` as requested, "/style.css". False: no such file. What `*out` points to is good for ever.
 */
bool asset_find(const char *path, struct asset *out);

#endif
