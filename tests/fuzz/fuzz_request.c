/* Any body of any of the page's requests: what is taken can be said to the lane, whole. */
#include <stdint.h>
#include <stdlib.h>

#include "request_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The first byte chooses the kind of request, '0' to '6'. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const enum view_message_type types[] = {
        VIEW_MESSAGE_ACTION, VIEW_MESSAGE_CONTEXT, VIEW_MESSAGE_PAINTED, VIEW_MESSAGE_DISMISS,
        VIEW_MESSAGE_KEYED,  VIEW_MESSAGE_CLOCK,   VIEW_MESSAGE_VOID};
    if (len == 0)
        return 0;
    static struct view_message message, back;
    char why[REQUEST_WHY_LEN];
    const enum view_message_type type =
        types[(uint8_t)(data[0] - '0') % (sizeof types / sizeof types[0])];
    if (request_parse(type, span_of(data + 1, len - 1), &message, why) != ERR_OK)
        return 0;
    uint8_t packet[VIEW_MESSAGE_MAX];
    size_t packet_len;
    if (message.type != type ||
        view_message_encode(&message, packet, sizeof packet, &packet_len) != ERR_OK ||
        view_message_decode(span_of(packet, packet_len), &back) != ERR_OK)
        abort();
    return 0;
}
