/* A URL as far as enrolling needs one. */
#include "enrol_url.h"

#include <string.h>

#define PORT_DIGITS 5

static const char scheme[] = "https://";

bool enrol_url_host_is_sound(const char *host)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.";
    const size_t len = strlen(host);
    bool has_letter = false;
    for (size_t i = 0; i < len; i++)
        has_letter |= (host[i] | 32) >= 'a' && (host[i] | 32) <= 'z';
    return len > 0 && len < ENROL_URL_HOST_LEN && strspn(host, allowed) == len && host[0] != '-' &&
           host[0] != '.' && !strstr(host, "..") && has_letter;
}

/* The whole of `text`, 1 .. 65535. */
static bool port_parse(const char *text, uint32_t *out)
{
    uint32_t port = 0;
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > PORT_DIGITS || text[digits])
        return false;
    for (size_t i = 0; i < digits; i++)
        port = port * 10 + (uint32_t)(text[i] - '0');
    if (port == 0 || port > UINT16_MAX)
        return false;
    *out = port;
    return true;
}

bool enrol_url_parse(const char *text, struct enrol_url *out, const char **why)
{
    char rest[ENROL_URL_HOST_LEN + PORT_DIGITS + 2];
    struct enrol_url url = {.port = ENROL_URL_PORT_DEFAULT};
    *why = "it does not begin with https://";
    if (strncmp(text, scheme, sizeof scheme - 1) != 0)
        return false;
    text += sizeof scheme - 1;
    size_t len = strlen(text);
    if (len > 0 && text[len - 1] == '/')
        len--;
    *why = "the host's name is too long";
    if (len >= sizeof rest)
        return false;
    memcpy(rest, text, len);
    rest[len] = '\0';
    char *colon = strchr(rest, ':');
    *why = "there is no path behind the host and its port";
    if (strchr(rest, '/'))
        return false;
    *why = "it has to be a host's name, no address";
    if (rest[0] == '[')
        return false;
    *why = "its port is none of 1 to 65535";
    if (colon && !port_parse(colon + 1, &url.port))
        return false;
    if (colon)
        *colon = '\0';
    *why = "what is between https:// and the port has to be a host's name, no address";
    if (!enrol_url_host_is_sound(rest))
        return false;
    memcpy(url.host, rest, strlen(rest) + 1);
    *out = url;
    return true;
}
