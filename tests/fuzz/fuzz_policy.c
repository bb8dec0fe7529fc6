/* Any bytes through the policy decoder; what it accepts is encoded again and colours every reason.
 *
 * Held besides memory safety: a policy that decodes has a version, comes back the same, and never
 * lowers a red of law.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct policy policy, back;
    if (policy_decode(span_of(data, len), NULL, &policy) != ERR_OK)
        return 0;
    assert(policy.version > 0 && policy.n_colours <= POLICY_COLOURS_MAX);
    uint8_t bytes[1024];
    struct cbor_writer w;
    cbor_writer_init(&w, bytes, sizeof bytes);
    enum err err = policy_encode(&policy, span_of(NULL, 0), &w);
    assert(err == ERR_OK);
    err = policy_decode(span_of(bytes, w.len), NULL, &back);
    assert(err == ERR_OK && memcmp(&back, &policy, sizeof back) == 0);
    for (size_t i = 0; i < reasons_count; i++)
        if (reasons[i].basis == BASIS_LAW && reasons[i].colour == COLOUR_RED)
            assert(policy_colour(&policy, &reasons[i]) == COLOUR_RED);
    return 0;
}
