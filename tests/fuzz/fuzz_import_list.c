/* A line of a lists' file is any bytes: refused with a reason, or a row that encodes and comes back
 * the same, and that some text finds. */
#include <assert.h>
#include <string.h>

#include "list_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct json_fault fault = {0};
    struct listing row, back;
    if (!list_json_read(span_of(data, len), &row, &fault)) {
        assert(fault.found && fault.why[0] && memchr(fault.why, 0, sizeof fault.why));
        return 0;
    }
    uint8_t bytes[LISTING_CBOR_MAX];
    struct listing_text texts[LISTING_TEXTS_MAX];
    struct cbor_writer w;
    struct cbor_reader r;
    struct span encoded;
    const char *why;
    cbor_writer_init(&w, bytes, sizeof bytes);
    assert(listing_encode(&row, &w, &why) == ERR_OK);
    assert(cbor_writer_finish(&w, &encoded) == ERR_OK);
    cbor_reader_init(&r, encoded);
    assert(listing_decode(&r, &back) == ERR_OK && cbor_reader_finish(&r) == ERR_OK);
    assert(back.kind == row.kind && strcmp(back.passport_no, row.passport_no) == 0);
    assert(listing_index(&row, texts) >= 1);
    return 0;
}
