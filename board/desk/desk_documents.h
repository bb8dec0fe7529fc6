/* The passports in the desk's drawer: DIR/documents.json, made by the run's sample data.
 *
 * [{"name": "siti", "group": "...", "title": "...", "what": "what to expect",
 *   "lines": ["P<IDN...", "X00..."]},
 * ...] All people in it are fictional.
 */
#ifndef PAMIT_DESK_DOCUMENTS_H
#define PAMIT_DESK_DOCUMENTS_H

#include <jansson.h>

#define DESK_DOCUMENTS_MAX 64
#define DESK_WHY_LEN       256

/* Reads and checks the file, anew each time. A new reference, or NULL with the reason in `why`. */
json_t *desk_documents_load(const char *dir, char why[DESK_WHY_LEN]);

/* The document named `name`; borrowed from `documents`. NULL: none. */
const json_t *desk_documents_find(const json_t *documents, const char *name);

#endif
