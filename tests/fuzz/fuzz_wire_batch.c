/* A request's body under any bytes: decompressed within its cap and decoded; what is accepted has
 * one encoding, and its entries relink or are refused. The first byte chooses: compressed, or
 * plain. */
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

static void relink_all(const struct wire_batch *batch)
{
    uint8_t hash[SIGN_HASH_LEN] = {0};
    for (size_t i = 0; i < batch->n_entries; i++) {
        struct entry_header header;
        uint8_t prev[SIGN_HASH_LEN], whole[ENTRY_HEADER_MAX];
        size_t whole_len = 0;
        memcpy(prev, hash, sizeof prev);
        const enum err err =
            wire_relink(&batch->entries[i], prev, &header, whole, &whole_len, hash);
        must(err == ERR_OK || err == ERR_INVALID || err == ERR_SIZE);
        must(err != ERR_OK || (whole_len > 0 && whole_len <= ENTRY_HEADER_MAX));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0)
        return 0;
    must(sign_init() == ERR_OK);
    uint8_t *plain = malloc(WIRE_BATCH_MAX), *again = malloc(WIRE_BATCH_MAX);
    struct wire_batch *batch = malloc(sizeof *batch);
    must(plain && again && batch);
    struct span bytes = span_of(data + 1, len - 1);
    size_t plain_len = 0;
    if (data[0] % 2 == 1 && wire_decompress(bytes, plain, WIRE_BATCH_MAX, &plain_len) == ERR_OK) {
        must(plain_len <= WIRE_BATCH_MAX);
        bytes = span_of(plain, plain_len);
    }
    if (wire_batch_decode(bytes, batch) == ERR_OK) {
        size_t again_len;
        must(wire_batch_encode(batch, again, WIRE_BATCH_MAX, &again_len) == ERR_OK);
        must(again_len == bytes.len && memcmp(again, bytes.p, again_len) == 0);
        relink_all(batch);
    }
    free(batch);
    free(again);
    free(plain);
    return 0;
}
