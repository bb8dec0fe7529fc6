/* A feed step under any bytes: what is accepted can be written again, and its versions rise. Rows
 * may lose keys that this version does not know, so the bytes themselves are not compared. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct placement *rows = malloc(WIRE_FEED_ROWS * sizeof *rows);
    uint8_t *again = malloc(WIRE_FEED_MAX);
    must(rows && again);
    struct wire_feed feed = {.rows = rows};
    if (wire_feed_decode(span_of(data, len), &feed) == ERR_OK) {
        size_t again_len;
        must(feed.n_rows <= WIRE_FEED_ROWS && feed.from <= feed.to && feed.to <= feed.latest);
        must(wire_feed_encode(&feed, again, WIRE_FEED_MAX, &again_len) == ERR_OK);
        must(again_len <= len);
    }
    free(again);
    free(rows);
    return 0;
}
