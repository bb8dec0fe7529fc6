/* Codes of states and organisations in travel documents. Pure; any process. */
#ifndef PAMIT_COUNTRY_H
#define PAMIT_COUNTRY_H

#include <stdbool.h>

/* `code` is one that a document may carry: ISO 3166-1 alpha-3, or one of ICAO Doc 9303 part 3,
 * section 5, without fillers ("IDN", "D", "XXA"). */
bool country_known(const char *code);

/* The ISO 3166-1 alpha-3 code of the state that a document's code stands for: "DEU" for "D", "GBR"
 * for each class of British nationals; itself if it is one. NULL: it stands for none, as an
 * organisation's, a person's without nationality, or one that ISO has not. Static, or `code`. */
const char *country_iso(const char *code);

#endif
