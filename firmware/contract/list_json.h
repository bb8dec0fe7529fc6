/* A row of the lists as one line of JSON: deferrals, subjects of interest, lost documents ... Pure.
 */
#ifndef PAMIT_LIST_JSON_H
#define PAMIT_LIST_JSON_H

#include "json_take.h"
#include "listing.h"

/* False with "FIELD: reason" in `fault`: an unknown field, a bad value or a missing one; values are
 * never repeated in it. */
MUST_CHECK bool list_json_read(struct span line, struct listing *out, struct json_fault *fault);

#endif
