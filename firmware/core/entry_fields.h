/* Entry payloads by table: one row per field says how a struct is written to CBOR and read back.
 *
 * A struct becomes a map from the row's key to its value. A field that is zero (unknown, none,
 * empty) is left out, and reading refuses one that is written nevertheless, so that a payload has
 * exactly one encoding. Unknown keys are skipped: a newer kiosk may know more. Internal to core's
 * entry codecs. Pure.
 */
#ifndef PAMIT_ENTRY_FIELDS_H
#define PAMIT_ENTRY_FIELDS_H

#include "entry.h"

enum entry_field_type {
    EFIELD_TEXT,  /* char[size] */
    EFIELD_CHAR,  /* char: a text of one character */
    EFIELD_BYTES, /* uint8_t[size] */
    EFIELD_UINT,  /* an unsigned or enum of `size` bytes (1, 2, 4, 8), at most max */
    EFIELD_INT,   /* int64_t */
    EFIELD_BOOL,  /* bool: written only when true */
    EFIELD_DATE,  /* struct date, as the number YYYYMMDD; unknown parts are 00 */
    EFIELD_GROUP, /* a struct of its own: `fields` */
    EFIELD_LIST,  /* struct[n_max] of `size` bytes each, how many in a size_t at `count_offset` */
    EFIELD_TEXTS, /* char[n_max][size]: up to the first empty one */
    EFIELD_ENUMS, /* enum[n_max], each at most max: all are written */
};

struct entry_field {
    unsigned key; /* ascending through a table, from 1 (0 is the salt), never reused */
    enum entry_field_type type;
    size_t offset, size;
    uint64_t max;
    size_t n_max, count_offset;
    const struct entry_fields *fields;
};

struct entry_fields {
    const struct entry_field *field;
    size_t count;
};

#define ENTRY_FIELDS_OF(table)                                                                     \
    {                                                                                              \
        .field = (table), .count = sizeof(table) / sizeof(table)[0]                                \
    }

/* A row's offset and size of a member. */
#define ENTRY_MEMBER(type, member)                                                                 \
    .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

/* Writes a payload: {0: salt, ...}. ERR_SIZE: it does not fit. What it wrote need not be readable
 * (text that is not UTF-8, a number above its bound): the caller reads it back. */
MUST_CHECK enum err entry_fields_encode(const struct entry_fields *fields, const void *from,
                                        const uint8_t salt[ENTRY_SALT_LEN], void *out, size_t cap,
                                        size_t *len);
/* Reads one into `to`, which is zeroed first. ERR_INVALID; `to` is then meaningless. */
MUST_CHECK enum err entry_fields_decode(const struct entry_fields *fields, struct span bytes,
                                        void *to, size_t to_len);

#endif
