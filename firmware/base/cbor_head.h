/* One CBOR item's head (RFC 8949 3): what cbor_write.c and cbor_read.c build on.
 *
 * This and cbor_head.c are the only places that know libcbor: some of its names (cbor_get_int,
 * cbor_get_bool, cbor_is_null) are also names of ours, so the two headers never meet in one file.
 * Private to base.
 */
#ifndef PAMIT_CBOR_HEAD_H
#define PAMIT_CBOR_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

#define CBOR_HEAD_LEN_MAX 9

enum cbor_kind {
    CBOR_NOTHING, /* not an item we accept */
    CBOR_UINT,
    CBOR_NEGATIVE, /* -1 - value */
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_TAG,
    CBOR_BOOL,
    CBOR_NULL,
};

struct cbor_head {
    enum cbor_kind kind;
    uint64_t value; /* the number, the length in bytes, the number of items or pairs, the tag */
    size_t len;     /* of the head alone */
};

/* Reads the head at the start of `in`. Kind CBOR_NOTHING unless it is whole, of an accepted kind,
 * in its shortest form, and, for strings, followed by all the bytes it announces. */
struct cbor_head cbor_head_read(struct span in);

/* Writes a head; returns its length, 0 if `cap` is too small. */
size_t cbor_head_write(struct cbor_head head, uint8_t *out, size_t cap);

#endif
