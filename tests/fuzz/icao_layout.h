/* Check digits of ICAO 9303 once more, for the fuzzers: written from the standard's tables, sharing
 * nothing with firmware/core/mrz.c but the names of the formats. */
#ifndef PAMIT_ICAO_LAYOUT_H
#define PAMIT_ICAO_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mrz.h"

#define ICAO_RANGES_MAX 4

/* Columns of one line, from 1 as in the standard. */
struct icao_range {
    uint8_t line, first, last;
};

struct icao_digit {
    struct icao_range at;                    /* one column: `last` is not used */
    struct icao_range over[ICAO_RANGES_MAX]; /* line 0 ends the list */
    bool may_be_filler;                      /* where what it is over is empty */
};

struct icao_layout {
    enum mrz_format format;
    uint8_t n_lines, len, n_digits;
    struct icao_digit digit[5]; /* the document number's first */
    struct icao_range birth, expiry, number;
};

#define ICAO_LAYOUTS 5
extern const struct icao_layout icao_layouts[ICAO_LAYOUTS];

/* The lines of one document, wherever they are. */
struct icao_rows {
    uint8_t *at[MRZ_LINES_MAX];
};

/* The value of a character, 0 of one that has none. */
unsigned icao_layout_value(uint8_t c);

uint8_t icao_layout_digit(const struct icao_rows *rows, const struct icao_digit *digit);

/* What is printed is right. */
bool icao_layout_holds(const struct icao_rows *rows, const struct icao_digit *digit);

#endif
