/* Copies that came ahead of their chain, under any bytes: what is accepted has one encoding. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct wire_urgent urgent;
    static uint8_t again[WIRE_URGENT_MAX];
    const enum err err = wire_urgent_decode(span_of(data, len), &urgent);
    must(err == ERR_OK || err == ERR_INVALID || err == ERR_SIZE);
    if (err == ERR_OK) {
        size_t again_len = 0;
        must(urgent.n_copies >= 1 && urgent.n_copies <= WIRE_URGENT_COPIES);
        must(wire_urgent_encode(&urgent, again, sizeof again, &again_len) == ERR_OK);
        must(again_len == len && memcmp(again, data, len) == 0);
    }
    return 0;
}
