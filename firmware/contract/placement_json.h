/* A placement record as one line of JSON, by the names and types of placement_fields. Pure. */
#ifndef PAMIT_PLACEMENT_JSON_H
#define PAMIT_PLACEMENT_JSON_H

#include "placement.h"
#include "json_take.h"

/* False with "FIELD: reason" in `fault`: an unknown field, a bad value or a missing one; values are
 * never repeated in it. */
MUST_CHECK bool placement_json_read(struct span line, struct placement *out,
                                    struct json_fault *fault);
/* The same of an object that is read already. */
MUST_CHECK bool placement_json_take(const json_t *object, struct placement *out,
                                    struct json_fault *fault);

#endif
