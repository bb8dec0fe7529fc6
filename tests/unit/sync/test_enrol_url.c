/* Where to enrol, as typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "enrol_url.h"

#define LABEL_63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"
#define NAME_255 LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63

static const struct {
    const char *proves;
    const char *text;
    const char *host; /* NULL: refused */
    uint32_t port;
} rows[] = {
    {"a name alone has the usual port", "https://registry.example", "registry.example", 8445},
    {"a port of its own", "https://registry.example:1", "registry.example", 1},
    {"the highest port", "https://r.example:65535", "r.example", 65535},
    {"a slash behind", "https://localhost:8445/", "localhost", 8445},
    {"a name with digits and hyphens", "https://r-1.2b.example", "r-1.2b.example", 8445},
    {"no TLS", "http://registry.example", NULL, 0},
    {"no scheme", "registry.example", NULL, 0},
    {"no name", "https://", NULL, 0},
    {"no name before the port", "https://:8445", NULL, 0},
    {"port 0", "https://r.example:0", NULL, 0},
    {"a port beyond the last", "https://r.example:65536", NULL, 0},
    {"a port of six digits", "https://r.example:008445", NULL, 0},
    {"no port behind the colon", "https://r.example:", NULL, 0},
    {"a port that is none", "https://r.example:84a5", NULL, 0},
    {"a path", "https://r.example/enrol", NULL, 0},
    {"a user", "https://me@r.example", NULL, 0},
    {"an address", "https://192.0.2.1", NULL, 0},
    {"an IPv6 address", "https://[2001:db8::1]:8445", NULL, 0},
    {"a name that begins with a hyphen", "https://-r.example", NULL, 0},
    {"an empty label", "https://r..example", NULL, 0},
    {"a space", "https://r .example", NULL, 0},
    {"a name that is too long", "https://" NAME_255, NULL, 0},
};

static void urls_as_they_are_typed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct enrol_url url = {0};
        const char *why = NULL;
        const bool good = enrol_url_parse(rows[i].text, &url, &why);
        if (good != (rows[i].host != NULL) || (!good && !why) || url.port != rows[i].port ||
            strcmp(url.host, good ? rows[i].host : "") != 0)
            fail_msg("%s", rows[i].proves);
    }
}

static const struct {
    const char *text, *says;
} reasons[] = {
    {"http://r.example", "https://"},
    {"https://r.example/v1", "no path"},
    {"https://r.example:8445/v1", "no path"},
    {"https://r.example:0", "1 to 65535"},
    {"https://[2001:db8::1]:8445", "no address"},
    {"https://192.0.2.1", "no address"},
};

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        struct enrol_url url;
        const char *why = "";
        assert_false(enrol_url_parse(reasons[i].text, &url, &why));
        if (!strstr(why, reasons[i].says))
            fail_msg("%s: %s", reasons[i].text, why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(urls_as_they_are_typed),
                                       cmocka_unit_test(what_is_wrong_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
