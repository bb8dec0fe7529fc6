/* Dates in HTTP's headers (RFC 9110 5.6.7). Pure; http.c. */
#ifndef PAMIT_HTTP_DATE_H
#define PAMIT_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* In any of the three forms that a recipient has to take; `*out_s` is UTC seconds since 1970. A
 * year of two digits is one of 1970 to 2069. False: it is none, and `*out_s` is untouched. */
bool http_date_parse(const char *text, int64_t *out_s);

#endif
