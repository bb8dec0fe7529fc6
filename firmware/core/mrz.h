/* The machine-readable zone of a travel document: ICAO Doc 9303, part 3 (general), part 4 (TD3).
 *
 * mrz_parse takes the lines a reader delivered, exactly as delivered, and says what they hold; it
 * never pads, drops, inserts or changes a character. Pure, no allocation; any process.
 */
#ifndef PAMIT_MRZ_H
#define PAMIT_MRZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "date.h"
#include "span.h"

#define MRZ_LINES_MAX    3
#define MRZ_LINE_LEN_MAX 44
#define MRZ_TD3_LINES    2
#define MRZ_TD3_LINE_LEN 44

enum mrz_format {
    MRZ_FORMAT_NONE = 0,
    MRZ_FORMAT_TD3,
};

/* The state of one check digit (part 3, 4.9). */
enum mrz_check {
    MRZ_CHECK_FAILS = 0,
    MRZ_CHECK_HOLDS,
    MRZ_CHECK_NONE, /* not printed: an empty personal number with a filler, part 4, 4.2.2.2 */
};

enum mrz_place {
    MRZ_PLACE_NUMBER = 0, /* document number */
    MRZ_PLACE_BIRTH,
    MRZ_PLACE_EXPIRY,
    MRZ_PLACE_OPTIONAL, /* personal number */
    MRZ_PLACE_COMPOSITE,
    MRZ_PLACES,
};

/* What is wrong with the lines; a set of bits. */
enum mrz_issue {
    MRZ_ISSUE_SHAPE = 1 << 0,       /* not 2 lines of 44 */
    MRZ_ISSUE_CHARACTERS = 1 << 1,  /* outside A-Z 0-9 < */
    MRZ_ISSUE_CLASS = 1 << 2,       /* a digit where only letters may be, or the reverse */
    MRZ_ISSUE_CHECK_DIGIT = 1 << 3, /* one fails */
    MRZ_ISSUE_BIRTH_DATE = 1 << 4,  /* no calendar day in either century */
    MRZ_ISSUE_EXPIRY_DATE = 1 << 5,
    MRZ_ISSUE_SEX = 1 << 6,
    MRZ_ISSUE_DOCUMENT_CODE = 1 << 7, /* a TD3's code does not begin with P */
    MRZ_ISSUE_UNSUPPORTED = 1 << 8,   /* the shape of another format of 9303 */
};

struct mrz {
    enum mrz_format format;
    char line[MRZ_LINES_MAX][MRZ_LINE_LEN_MAX + 1]; /* as read, NUL-terminated */
    char document_code[3];                          /* fillers stripped at the right, as below */
    char issuing_state[4];
    char document_number[10];
    char nationality[4];
    char birth_date_raw[7];
    char sex; /* 'M', 'F' or '<' */
    char expiry_raw[7];
    char primary[40]; /* fillers become single spaces */
    char secondary[40];
    char optional[15];
    bool name_may_be_truncated; /* the last column of the name field is not a filler */
    enum mrz_check check[MRZ_PLACES];
    uint32_t issues; /* of enum mrz_issue */
};

/* Reads `n_lines` lines. True: it has the shape and characters of a supported format, fields are
 * filled, and `issues` tells what is wrong with them. False: no MRZ; only `issues` and what fits of
 * the raw lines are filled. `out` is written in both cases. */
bool mrz_parse(const struct span *lines, size_t n_lines, struct mrz *out);

/* All check digits hold (or are not printed), and classes, calendar, sex and code conform. */
bool mrz_valid(const struct mrz *mrz);

/* The check digit of `len` characters of A-Z 0-9 <, weights 7 3 1 (part 3, 4.9): '0'..'9'. */
char mrz_check_digit(const char *text, size_t len);

/* "document_number", "birth_date" ...: static. */
const char *mrz_place_name(enum mrz_place place);
/* The name of one issue bit: "shape", "characters" ...: static. */
const char *mrz_issue_name(enum mrz_issue issue);

#endif
