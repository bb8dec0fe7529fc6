/* The plain kind of record that imports consist of, read several times as fast as jansson does. */
#ifndef PAMIT_JSON_FLAT_H
#define PAMIT_JSON_FLAT_H

#include <jansson.h>

#include "span.h"

/* What json_loadb(.., JSON_REJECT_DUPLICATES, ..) would make of it, to be decref'ed; NULL: it is
 * not that plain, or no memory: ask jansson, which says what is wrong if anything is. */
json_t *json_flat_read(struct span text);

#endif
