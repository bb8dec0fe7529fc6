/* The machine-readable zone of a travel document: ICAO Doc 9303 part 3 (general), part 4 (TD3,
 * passports), part 5 (TD1) and part 6 (TD2, cards), part 7 (MRV-A and MRV-B, visas).
 *
 * mrz_parse takes the lines a reader delivered, exactly as delivered, and says what they hold; it
 * never pads, drops, inserts or changes a character. What may be wrong with lines that are no MRZ
 * is mrz_fault.h; what one misread character may have been is mrz_repair.h. Pure, no allocation;
 * any process.
 */
#ifndef PAMIT_MRZ_H
#define PAMIT_MRZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "date.h"
#include "span.h"

#define MRZ_LINES_MAX        3
#define MRZ_LINE_LEN_MAX     44
#define MRZ_NUMBER_LEN_MAX   23 /* 9 columns, and 14 of a TD1's optional field (part 5, 4.2.4) */
#define MRZ_NAME_LEN_MAX     39
#define MRZ_OPTIONAL_LEN_MAX 16

/* Numbers are recorded in entries: only ever add. */
enum mrz_format {
    MRZ_FORMAT_NONE = 0,
    MRZ_FORMAT_TD3,   /* 2 x 44 */
    MRZ_FORMAT_TD1,   /* 3 x 30 */
    MRZ_FORMAT_TD2,   /* 2 x 36 */
    MRZ_FORMAT_MRV_A, /* 2 x 44, begins with V */
    MRZ_FORMAT_MRV_B, /* 2 x 36, begins with V */
    MRZ_FORMATS,
};

/* The state of one check digit (part 3, 4.9). */
enum mrz_check {
    MRZ_CHECK_FAILS = 0,
    MRZ_CHECK_HOLDS,
    MRZ_CHECK_NONE, /* the format has none, or a filler over a TD3's empty personal number */
};

enum mrz_place {
    MRZ_PLACE_NUMBER = 0, /* document number */
    MRZ_PLACE_BIRTH,
    MRZ_PLACE_EXPIRY,
    MRZ_PLACE_OPTIONAL, /* personal number: TD3 only */
    MRZ_PLACE_COMPOSITE,
    MRZ_PLACES,
};

/* What does not conform; a set of bits. The first three alone say that there is no MRZ. A check
 * digit that fails is no issue: it is in `check`. */
enum mrz_issue {
    MRZ_ISSUE_LENGTH = 1 << 0,         /* number or length of the lines are those of no format */
    MRZ_ISSUE_CHARACTERS = 1 << 1,     /* outside A-Z 0-9 < */
    MRZ_ISSUE_FRENCH_ID_CARD = 1 << 2, /* 2 x 36 of its own layout, issued until 2021 */
    MRZ_ISSUE_DOCUMENT_CODE = 1 << 3,
    MRZ_ISSUE_ISSUING_STATE = 1 << 4, /* a digit in it */
    MRZ_ISSUE_NAME = 1 << 5,          /* a digit in it */
    MRZ_ISSUE_NATIONALITY = 1 << 6,   /* a digit in it */
    MRZ_ISSUE_BIRTH_DATE = 1 << 7,    /* no calendar day in either century */
    MRZ_ISSUE_EXPIRY_DATE = 1 << 8,   /* no calendar day in 20xx */
    MRZ_ISSUE_SEX = 1 << 9,
};
#define MRZ_ISSUES 10

/* What is odd though it may be right; a set of bits that never makes an MRZ invalid. */
enum mrz_warning {
    MRZ_WARNING_ISSUING_STATE = 1 << 0, /* not in ISO 3166-1 or part 3, section 5 */
    MRZ_WARNING_NATIONALITY = 1 << 1,
    MRZ_WARNING_NAME_THIRD_PART = 1 << 2, /* a second double filler: kept in the secondary */
    MRZ_WARNING_NAME_EMPTY_PRIMARY = 1 << 3,
    MRZ_WARNING_NUMBER_EMPTY = 1 << 4,
    MRZ_WARNING_NUMBER_UNUSUAL = 1 << 5, /* IDN passport: not a letter and seven digits */
};
#define MRZ_WARNINGS 6

/* How the check digit of a number longer than its nine columns was made (parts 5 and 6): over the
 * characters of the number, or with the filler that stands for the digit among them. */
enum mrz_long_digit {
    MRZ_LONG_DIGIT_NONE = 0, /* no long number, or its digit fails */
    MRZ_LONG_DIGIT_FILLER_EXCLUDED,
    MRZ_LONG_DIGIT_FILLER_INCLUDED,
};

struct mrz {
    enum mrz_format format;
    char line[MRZ_LINES_MAX][MRZ_LINE_LEN_MAX + 1]; /* as read, NUL-terminated */
    char document_code[3];                          /* fillers stripped at the right, as below */
    char issuing_state[4];
    char document_number[MRZ_NUMBER_LEN_MAX + 1]; /* long numbers joined */
    char nationality[4];
    char birth_date_raw[7];
    char sex; /* as printed: 'M', 'F' or '<', or what is wrong */
    char expiry_raw[7];
    char primary[MRZ_NAME_LEN_MAX + 1]; /* fillers become single spaces */
    char secondary[MRZ_NAME_LEN_MAX + 1];
    char optional[MRZ_OPTIONAL_LEN_MAX + 1];
    char optional2[12];             /* TD1 only */
    bool long_number;               /* it goes on in the optional field */
    char optional_after_number[15]; /* what follows a long number and its digit */
    enum mrz_long_digit long_digit;
    bool name_may_be_truncated; /* the last column of the name field is not a filler */
    enum mrz_check check[MRZ_PLACES];
    uint32_t issues;   /* of enum mrz_issue */
    uint32_t warnings; /* of enum mrz_warning */
};

/* Reads `n_lines` lines. True: they have the shape and characters of a format, the fields are
 * filled with what was read, and `check` and `issues` tell what is wrong with them. False: no MRZ;
 * only `issues` and what fits of the raw lines are filled. `out` is written in both cases. */
bool mrz_parse(const struct span *lines, size_t n_lines, struct mrz *out);

/* All check digits that are printed hold. False where there is no MRZ. */
bool mrz_checks_hold(const struct mrz *mrz);
/* ... and classes, calendar, sex and document code conform. */
bool mrz_valid(const struct mrz *mrz);

/* The check digit of `len` characters of A-Z 0-9 <, weights 7 3 1 (part 3, 4.9): '0'..'9'. */
char mrz_check_digit(const char *text, size_t len);

/* Of a format that is not NONE. */
size_t mrz_lines(enum mrz_format format);
size_t mrz_line_len(enum mrz_format format);

/* Words of the tools' JSON, static. `issue` and `warning` are one bit. */
const char *mrz_format_name(enum mrz_format format); /* "TD1" ... "MRV-B"; "none" */
const char *mrz_place_name(enum mrz_place place);    /* "document_number" ... */
const char *mrz_issue_name(enum mrz_issue issue);    /* "length" ... "bad_sex" */
const char *mrz_warning_name(enum mrz_warning warning);

#endif
