/* The checks of guard.h, cheapest first.
 *
 * Sec-Fetch-Site (W3C Fetch Metadata) is sent by browsers only and can't be set by a page's script:
 * where it is present it must be same-origin. Origin (RFC 6454, Fetch 3.2) is sent by browsers with
 * every POST: with a cookie it must be there and be ours. A bearer token is never sent by a browser
 * of itself, so a tool that has it needs no Origin.
 *
 * SameSite cookies know no ports: another page on 127.0.0.1 would send ours along. That is why the
 * cookie alone is never enough for a change.
 */
#include "guard.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define HOST_LEN   32
#define ORIGIN_LEN (HOST_LEN + 8)

static bool host_is_ours(const struct guard *guard, const char *host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char ours[HOST_LEN];
        snprintf(ours, sizeof ours, "%s:%u", names[i], guard->port);
        if (strcmp(host, ours) == 0)
            return true;
    }
    return false;
}

static bool secret_matches(const char *ours, const char *given)
{
    if (!given || strlen(given) != GUARD_SECRET_LEN - 1)
        return false;
    unsigned differs = 0;
    for (size_t i = 0; i < GUARD_SECRET_LEN - 1; i++)
        differs |= (unsigned char)ours[i] ^ (unsigned char)given[i];
    return differs == 0;
}

bool guard_token_matches(const struct guard *guard, const char *token)
{
    return secret_matches(guard->token, token);
}

static bool bearer_matches(const struct guard *guard, const char *authorization)
{
    static const char scheme[] = "Bearer ";
    return authorization && strncmp(authorization, scheme, sizeof scheme - 1) == 0 &&
           secret_matches(guard->token, authorization + sizeof scheme - 1);
}

/* The origin of the page that was served under this Host. */
static bool origin_is_ours(const struct guard_request *request)
{
    char ours[ORIGIN_LEN];
    snprintf(ours, sizeof ours, "http://%s", request->host);
    return strcmp(request->origin, ours) == 0;
}

static bool type_is_json(const char *type)
{
    return type && (strcmp(type, "application/json") == 0 ||
                    strcmp(type, "application/json; charset=utf-8") == 0);
}

enum guard_answer guard_check(const struct guard *guard, const struct guard_request *request,
                              enum guard_access access)
{
    assert(guard && request);
    if (request->n_host != 1 || !host_is_ours(guard, request->host))
        return GUARD_REFUSED_HOST;
    if (access == GUARD_STATIC)
        return GUARD_ALLOWED;
    if (request->fetch_site && strcmp(request->fetch_site, "same-origin") != 0)
        return GUARD_REFUSED_ORIGIN;
    if (request->origin && !origin_is_ours(request))
        return GUARD_REFUSED_ORIGIN;
    const bool bearer = bearer_matches(guard, request->authorization);
    if (!bearer && !secret_matches(guard->cookie, request->cookie))
        return GUARD_REFUSED_SECRET;
    if (access == GUARD_READ)
        return GUARD_ALLOWED;
    if (!bearer && !request->origin)
        return GUARD_REFUSED_ORIGIN;
    return type_is_json(request->content_type) ? GUARD_ALLOWED : GUARD_REFUSED_TYPE;
}

const char *guard_answer_name(enum guard_answer answer)
{
    switch (answer) {
    case GUARD_REFUSED_HOST:
        return "host";
    case GUARD_REFUSED_ORIGIN:
        return "origin";
    case GUARD_REFUSED_SECRET:
        return "token";
    case GUARD_REFUSED_TYPE:
        return "content-type";
    case GUARD_ALLOWED:
        break;
    }
    return "allowed";
}
