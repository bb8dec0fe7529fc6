/* Who may ask the console for what: loopback is not a trust boundary.
 *
 * Any page in any browser on this machine can send requests to 127.0.0.1, and a hostile name
 * server can make its own page's origin resolve to it. So: an exact Host (no rebinding); for what
 * shows or changes anything a secret, as the cookie that the printed address was exchanged for, or
 * as a bearer token for tools; and no request that says it comes from another page. Pure.
 */
#ifndef PAMIT_GUARD_H
#define PAMIT_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUARD_SECRET_LEN  65 /* 32 random bytes in hex, and NUL */
#define GUARD_COOKIE_NAME "pamit_console"

struct guard {
    uint16_t port;
    char token[GUARD_SECRET_LEN];  /* in the printed address and for tools */
    char cookie[GUARD_SECRET_LEN]; /* what it is exchanged for */
};

enum guard_access {
    GUARD_CHANGE = 0, /* a POST: needs the secret, the right origin, and JSON */
    GUARD_READ,       /* people's data: needs the secret */
    GUARD_STATIC,     /* the page's own files: the same for everybody */
};

/* The headers that count; NULL: absent. */
struct guard_request {
    const char *host;
    size_t n_host;
    const char *origin;
    const char *fetch_site; /* Sec-Fetch-Site */
    const char *content_type;
    const char *cookie;        /* the value of ours */
    const char *authorization; /* the whole header */
};

enum guard_answer {
    GUARD_REFUSED_HOST = 0,
    GUARD_REFUSED_ORIGIN,
    GUARD_REFUSED_SECRET,
    GUARD_REFUSED_TYPE,
    GUARD_ALLOWED,
};

enum guard_answer guard_check(const struct guard *guard, const struct guard_request *request,
                              enum guard_access access);
/* Is it the token? Takes the same time wherever it differs. */
bool guard_token_matches(const struct guard *guard, const char *token);
/* "host", "origin" ...; static. */
const char *guard_answer_name(enum guard_answer answer);

#endif
