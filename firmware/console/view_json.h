/* A view as the JSON that the page and the tour read. Enums by name, absent parts null. */
#ifndef PAMIT_VIEW_JSON_H
#define PAMIT_VIEW_JSON_H

#include <jansson.h>

#include "view.h"

/* A new reference, NULL when out of memory. */
json_t *view_to_json(const struct view *view);

/* {"seq", "why", "flaws": {"number": "LENGTH", ...}}: likewise. */
json_t *view_refused_to_json(const struct view_refused *refused);

#endif
