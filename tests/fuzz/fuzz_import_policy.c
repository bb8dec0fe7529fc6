/* A policy file is any bytes: refused with a reason, or a payload that a kiosk accepts. */
#include <assert.h>
#include <string.h>

#include "policy_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t payload[POLICY_CBOR_MAX];
    struct json_fault fault = {0};
    struct policy policy, back;
    size_t payload_len;
    if (!policy_json_read(span_of(data, len), &policy, payload, &payload_len, &fault)) {
        assert(fault.found && fault.why[0] && memchr(fault.why, 0, sizeof fault.why));
        return 0;
    }
    assert(policy_decode(span_of(payload, payload_len), NULL, &back) == ERR_OK);
    assert(back.version == policy.version && back.n_colours == policy.n_colours);
    return 0;
}
