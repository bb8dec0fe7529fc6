/* Where to enrol, and the line that enrolling leaves: what is taken has a sound host and a port. */
#include <stdlib.h>
#include <string.h>

#include "enrol_url.h"

#define TEXT_MAX 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char text[TEXT_MAX] = "";
    struct enrol_url url;
    const char *why;

    if (len >= sizeof text)
        return 0;
    memcpy(text, data, len);
    if (enrol_url_parse(text, &url, &why)) {
        if (!enrol_url_host_is_sound(url.host) || !strstr(text, url.host) || url.port == 0 ||
            url.port > UINT16_MAX)
            abort();
    }
    return 0;
}
