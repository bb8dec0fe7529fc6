/* What is read the short way is what jansson reads, in the same order; the rest is left to it. */
#include <assert.h>

#include "json_flat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    json_t *flat = json_flat_read(span_of(data, len));
    if (!flat)
        return 0;
    json_t *whole = json_loadb((const char *)data, len, JSON_REJECT_DUPLICATES, NULL);
    assert(whole && json_equal(flat, whole));
    for (void *a = json_object_iter(flat), *b = json_object_iter(whole); a;
         a = json_object_iter_next(flat, a), b = json_object_iter_next(whole, b))
        assert(strcmp(json_object_iter_key(a), json_object_iter_key(b)) == 0);
    json_decref(whole);
    json_decref(flat);
    return 0;
}
