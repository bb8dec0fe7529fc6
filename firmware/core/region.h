/* Codes of regencies and cities, as Kemendagri gives them. Pure; any process. */
#ifndef PAMIT_REGION_H
#define PAMIT_REGION_H

#include <stdbool.h>

#define REGION_DIGITS 4

/* Four digits, as a regency's or city's code is written without its dot. */
bool region_is_formed(const char *code);
/* `code` is of a province that there is, and numbered as its regencies (01 to 69) or cities (71 to
 * 99) are. That there is such a one is not said: they come and go by law. */
bool region_known(const char *code);

#endif
