/* Reason codes: every ground a verdict or an officer can give (domain.md, reason codes).
 *
 * The one table of codes, colours, basis and words; the page's and the slips' catalogues are made
 * from it. Pure.
 */
#ifndef PAMIT_REASON_H
#define PAMIT_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Worst last, so that the worst of two is the greater; zero is "says nothing of its own". */
enum colour {
    COLOUR_NONE = 0,
    COLOUR_GREEN,
    COLOUR_AMBER,
    COLOUR_RED,
};

/* Law, circular or policy, data quality, indicator. */
enum reason_basis {
    BASIS_NONE = 0,
    BASIS_LAW,
    BASIS_CIRCULAR,
    BASIS_DATA,
    BASIS_INDICATOR,
};

/* Who may give it. */
enum reason_origin {
    REASON_BY_RULE = 0,
    REASON_BY_OFFICER,
    REASON_BY_EITHER, /* a rule, or an officer after the fact */
};

struct reason {
    uint16_t code; /* 1 for R001 */
    enum colour colour;
    enum reason_basis basis;
    enum reason_origin origin;
    const char *id; /* words, Indonesian */
    const char *en; /* words, English */
};

extern const struct reason reasons[];
extern const size_t reasons_count;

/* NULL if there is no such code. */
const struct reason *reason_find(uint16_t code);

#define REASON_TEXT_LEN 5 /* "R001" and NUL */
void reason_format(uint16_t code, char out[REASON_TEXT_LEN]);
bool reason_parse(const char *text, uint16_t *code);

/* A reason as said of one traveller: with the two facts that differ, as data. Dates are
 * "YYYY-MM-DD", times "YYYY-MM-DDThh:mm:ssZ", numbers decimal, enums by name, "" for none. */
#define REASON_FACT_LEN 80
struct reason_said {
    uint16_t code;
    enum colour colour;             /* after policy */
    char found[REASON_FACT_LEN];    /* on the document, the traveller, or in the data's age */
    char expected[REASON_FACT_LEN]; /* in the record or the rule */
};

#endif
