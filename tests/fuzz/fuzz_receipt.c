/* Receipts from anywhere: what decodes has one encoding. */
#include <stdlib.h>

#include "receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct receipt receipt;
    uint8_t again[RECEIPT_MAX];
    size_t again_len = 0;

    if (receipt_decode(span_of(data, len), &receipt))
        return 0;
    if (receipt_encode(&receipt, again, sizeof again, &again_len) || again_len != len ||
        memcmp(again, data, len) != 0)
        abort();
    return 0;
}
