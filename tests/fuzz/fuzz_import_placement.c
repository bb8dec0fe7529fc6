/* A line of an import is any bytes: refused with a reason, or a record that encodes and comes back
 * the same. */
#include <assert.h>
#include <string.h>

#include "placement_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct json_fault fault = {0};
    struct placement record, back;
    if (!placement_json_read(span_of(data, len), &record, &fault)) {
        assert(fault.found && fault.why[0] && memchr(fault.why, 0, sizeof fault.why));
        return 0;
    }
    uint8_t bytes[PLACEMENT_CBOR_MAX];
    struct cbor_writer w;
    struct cbor_reader r;
    struct span encoded;
    const char *why;
    cbor_writer_init(&w, bytes, sizeof bytes);
    assert(placement_encode(&record, &w, &why) == ERR_OK);
    assert(cbor_writer_finish(&w, &encoded) == ERR_OK);
    cbor_reader_init(&r, encoded);
    assert(placement_decode(&r, &back) == ERR_OK && cbor_reader_finish(&r) == ERR_OK);
    assert(strcmp(back.placement_id, record.placement_id) == 0);
    return 0;
}
