/* Text from outside: is it UTF-8 (RFC 3629) that can be shown on one line? Pure; any process. */
#ifndef PAMIT_UTF8_H
#define PAMIT_UTF8_H

#include <stdbool.h>

#include "span.h"

/* True if `text` is well-formed UTF-8 without control characters (C0, DEL, C1; so no NUL). */
bool utf8_is_plain(struct span text);

#endif
