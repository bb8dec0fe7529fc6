/* Deterministic CBOR (RFC 8949 4.2.1), bounded, on caller's memory: nothing is allocated.
 *
 * Built on libcbor's encoder and streaming decoder. Only what Pamit's formats use exists: unsigned
 * and negative integers, byte and text strings, arrays, maps with integer keys, booleans, null.
 * Floats, tags other than COSE's, indefinite lengths and non-shortest forms are refused.
 *
 * Both sides are sticky: after a first failure every further call does nothing (a getter gives
 * zero, an empty span or empty text), and the caller asks once at the end. Pure; any process.
 */
#ifndef PAMIT_CBOR_H
#define PAMIT_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "span.h"

/* libcbor.so exports functions that have three of these names. Hidden, ours stay inside the program
 * that links them and never replace libcbor's for some other library in the process. */
#pragma GCC visibility push(hidden)

struct cbor_writer {
    uint8_t *p;
    size_t cap;
    size_t len;
    bool overflow;
};

void cbor_writer_init(struct cbor_writer *w, void *p, size_t cap);
void cbor_put_uint(struct cbor_writer *w, uint64_t value);
void cbor_put_int(struct cbor_writer *w, int64_t value);
void cbor_put_bytes(struct cbor_writer *w, struct span bytes);
void cbor_put_text(struct cbor_writer *w, const char *text); /* UTF-8, NUL-terminated */
void cbor_put_bool(struct cbor_writer *w, bool value);
void cbor_put_null(struct cbor_writer *w);
void cbor_put_array(struct cbor_writer *w, size_t n_items);
/* A map of `n_pairs`; the caller writes keys in ascending order of their encoding (0, 1, 2 ...). */
void cbor_put_map(struct cbor_writer *w, size_t n_pairs);
void cbor_put_tag(struct cbor_writer *w, uint64_t tag);
/* Copies an item that is already encoded. */
void cbor_put_raw(struct cbor_writer *w, struct span item);
/* ERR_SIZE if it did not fit. On success `*out` is the encoding, in the writer's memory. */
MUST_CHECK enum err cbor_writer_finish(const struct cbor_writer *w, struct span *out);

#define CBOR_DEPTH_MAX 8

struct cbor_reader {
    struct span in; /* borrowed until the last use of the reader and of spans it gave */
    size_t at;
    bool bad;
};

void cbor_reader_init(struct cbor_reader *r, struct span in);
uint64_t cbor_get_uint(struct cbor_reader *r, uint64_t max); /* above max: bad */
int64_t cbor_get_int(struct cbor_reader *r);
struct span cbor_get_bytes(struct cbor_reader *r, size_t len_max);
/* Exactly `len` bytes, copied. */
void cbor_get_bytes_exact(struct cbor_reader *r, void *out, size_t len);
/* Valid UTF-8 without NUL or control characters, copied with its NUL; longer than size - 1: bad. */
void cbor_get_text(struct cbor_reader *r, char *out, size_t size);
bool cbor_get_bool(struct cbor_reader *r);
size_t cbor_get_array(struct cbor_reader *r, size_t n_max);
size_t cbor_get_map(struct cbor_reader *r, size_t n_max);
/* A map's next key; must be greater than `*previous` (start with -1), which it updates. */
int64_t cbor_get_key(struct cbor_reader *r, int64_t *previous);
uint64_t cbor_get_tag(struct cbor_reader *r);
bool cbor_is_null(struct cbor_reader *r); /* consumes a null and says so; else consumes nothing */
/* The encoding of the next item, whole, checked for determinism and depth. */
struct span cbor_get_raw(struct cbor_reader *r);
/* ERR_INVALID if anything was bad or bytes are left over. */
MUST_CHECK enum err cbor_reader_finish(const struct cbor_reader *r);

#pragma GCC visibility pop

#endif
