/* A header and a line of CSV are any bytes: refused with a reason, or a record that encodes. */
#include <assert.h>
#include <string.h>

#include "placement_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool is_said(const struct json_fault *fault)
{
    return fault->found && fault->why[0] && memchr(fault->why, 0, sizeof fault->why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct json_fault fault = {0};
    struct placement_csv csv;
    struct placement record;
    const uint8_t *end = len ? memchr(data, '\n', len) : NULL;
    const size_t header = end ? (size_t)(end - data) : len;
    if (!placement_csv_begin(span_of(data, header), &csv, &fault)) {
        assert(is_said(&fault));
        return 0;
    }
    const struct span line = end ? span_of(end + 1, len - header - 1) : span_of("", 0);
    if (!placement_csv_read(&csv, line, &record, &fault)) {
        assert(is_said(&fault));
        return 0;
    }
    uint8_t bytes[PLACEMENT_CBOR_MAX];
    struct cbor_writer w;
    const char *why;
    cbor_writer_init(&w, bytes, sizeof bytes);
    assert(placement_encode(&record, &w, &why) == ERR_OK);
    return 0;
}
