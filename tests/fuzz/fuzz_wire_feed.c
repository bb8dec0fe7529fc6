/* A step of either feed under any bytes: what is accepted can be written again, and its versions
 * rise. Rows may lose keys that this version does not know, so the bytes themselves are not
 * compared. */
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
    struct placement *placements = malloc(WIRE_FEED_ROWS * sizeof *placements);
    struct listing *listings = malloc(WIRE_FEED_ROWS * sizeof *listings);
    uint8_t *again = malloc(WIRE_FEED_MAX);
    must(placements && listings && again);
    for (enum wire_feed_name name = WIRE_PLACEMENTS; name < WIRE_FEEDS; name++) {
        struct wire_feed feed = {.name = name, .placements = placements, .listings = listings};
        if (wire_feed_decode(span_of(data, len), &feed) != ERR_OK)
            continue;
        size_t again_len;
        must(feed.name == name && feed.n_rows + feed.n_gone <= WIRE_FEED_ROWS);
        must(feed.from <= feed.to && feed.to <= feed.latest);
        must(wire_feed_encode(&feed, again, WIRE_FEED_MAX, &again_len) == ERR_OK);
        must(again_len <= len);
    }
    free(again);
    free(listings);
    free(placements);
    return 0;
}
