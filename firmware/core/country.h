/* Codes of states and organisations in travel documents. Pure; any process. */
#ifndef PAMIT_COUNTRY_H
#define PAMIT_COUNTRY_H

#include <stdbool.h>

/* `code` is one that a document may carry: ISO 3166-1 alpha-3, or one of ICAO Doc 9303 part 3,
 * section 5, without fillers ("IDN", "D", "XXA"). */
bool country_known(const char *code);

#endif
