/* Any packet from the other end of the lane's socket: what decodes encodes to the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct view_message message;
    if (view_message_decode(span_of(data, len), &message) != ERR_OK)
        return 0;
    uint8_t again[VIEW_MESSAGE_MAX];
    size_t again_len = 0;
    const enum err err = view_message_encode(&message, again, sizeof again, &again_len);
    if (err == ERR_SIZE && len > sizeof again)
        return 0;
    if (err != ERR_OK || again_len != len || memcmp(again, data, len) != 0)
        abort();
    return 0;
}
