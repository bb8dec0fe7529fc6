/* Answers to who enrols, from anybody: what decodes has one encoding. */
#include <stdlib.h>

#include "wire_enrol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct wire_enrolled answer;
    uint8_t again[WIRE_ENROLLED_MAX];
    size_t again_len = 0;

    if (wire_enrolled_decode(span_of(data, len), &answer))
        return 0;
    if (wire_enrolled_encode(&answer, again, sizeof again, &again_len) || again_len != len ||
        memcmp(again, data, len) != 0)
        abort();
    return 0;
}
