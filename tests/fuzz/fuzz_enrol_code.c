/* Codes as they may be typed: what is taken for one is written in one way, and read again. */
#include <stdlib.h>

#include "enrol_code.h"

#define TEXT_MAX 512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char text[TEXT_MAX] = "", again[ENROL_CODE_TEXT_LEN];
    struct enrol_code code, read;
    unsigned group;

    if (len >= sizeof text)
        return 0;
    memcpy(text, data, len);
    if (enrol_code_parse(text, &code, &group) != ENROL_CODE_GOOD) {
        if (group > ENROL_CODE_GROUPS)
            abort();
        return 0;
    }
    enrol_code_format(&code, again);
    if (enrol_code_parse(again, &read, &group) != ENROL_CODE_GOOD ||
        memcmp(&code, &read, sizeof code) != 0)
        abort();
    return 0;
}
