/* Where each field of each format stands: ICAO Doc 9303 part 4, 4.2.2 (TD3), part 5, 4.2.2 (TD1),
 * part 6, 4.2.2 (TD2), part 7, 4.2.2 and 5.2.2 (visas). For the mrz modules.
 */
#ifndef PAMIT_MRZ_FORMAT_H
#define PAMIT_MRZ_FORMAT_H

#include "mrz.h"

enum mrz_field {
    MRZ_FIELD_CODE = 0,
    MRZ_FIELD_STATE,
    MRZ_FIELD_NAME,
    MRZ_FIELD_NUMBER,
    MRZ_FIELD_NATIONALITY,
    MRZ_FIELD_BIRTH,
    MRZ_FIELD_SEX,
    MRZ_FIELD_EXPIRY,
    MRZ_FIELD_OPTIONAL,
    MRZ_FIELD_OPTIONAL2,
    MRZ_FIELDS,
};

/* Columns count from 0. A check digit follows its field. */
struct mrz_run {
    uint8_t line, column, len; /* 0: the format has no such field */
    bool has_digit;
};

#define MRZ_CHECKED_FIELDS 5
#define MRZ_DATE_LEN       6

struct mrz_layout {
    const char *name;
    uint8_t lines, line_len;
    bool is_card;             /* a number may go on in the optional field, no V in the code */
    const char *code_letters; /* the document code begins with one of them */
    struct mrz_run field[MRZ_FIELDS];
    /* What check digits are made over: each field's own where it has one, and the composite over
     * all of them with their digits, in this order; MRZ_FIELD_CODE ends it. */
    enum mrz_field checked[MRZ_CHECKED_FIELDS];
    struct mrz_run composite; /* the digit; without length: the format has none */
};

extern const struct mrz_layout mrz_layouts[MRZ_FORMATS];

/* One field of an MRZ as printed, in its line. */
struct mrz_part {
    const char *text;
    size_t len;
};

static inline struct mrz_part mrz_part(const struct mrz *mrz, const struct mrz_run *run)
{
    return (struct mrz_part){mrz->line[run->line] + run->column, run->len};
}

#endif
