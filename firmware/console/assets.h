/* The page's own files, inside the program: what is served is what was built and signed. */
#ifndef PAMIT_ASSETS_H
#define PAMIT_ASSETS_H

#include "span.h"

struct asset {
    const char *path; /* as requested: "/style.css" */
    const char *type; /* Content-Type */
    struct span content;
};

/* NULL: no such file. The content is good for ever. */
const struct asset *asset_find(const char *path);

#endif
