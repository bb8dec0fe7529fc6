/* Why lines are no valid MRZ, as far as it is the reader's doing: what a technician or the officer
 * can put right. Never a verdict, and nothing is changed. Pure, no allocation; any process.
 */
#ifndef PAMIT_MRZ_FAULT_H
#define PAMIT_MRZ_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

enum mrz_fault_kind {
    MRZ_FAULT_NONE = 0,
    MRZ_FAULT_UNREAD,          /* marks for characters the reader could not read: _ ? space NUL */
    MRZ_FAULT_HIGH_BIT,        /* bit 7 is a parity bit: line and reader are set differently */
    MRZ_FAULT_KEYBOARD_LAYOUT, /* `symbol` stands where the fillers belong */
    MRZ_FAULT_LOWER_CASE,
    MRZ_FAULT_CHARACTERS, /* something else outside A-Z 0-9 <: `symbol` */
    MRZ_FAULT_ROWS_MIXED, /* each row has the length of a format, but not of the same */
    MRZ_FAULT_ROW_CUT,    /* one row is shorter than the others ask for: the first column missing */
    MRZ_FAULT_ROW_LONG,   /* one row is longer: the first column too many */
    MRZ_FAULT_ROW_COUNT,  /* too few or too many rows of one format's length */
    MRZ_FAULT_ROWS_SWAPPED, /* in another order they are a valid MRZ */
    MRZ_FAULT_KINDS,
};

struct mrz_fault {
    enum mrz_fault_kind kind;
    unsigned line, column; /* where it shows first, from 1; 0: of no single place */
    unsigned count;        /* how many characters it concerns; 0: not of characters */
    unsigned symbol;       /* the wrong character as a code point (Latin-1 or UTF-8); 0: none */
};

/* What is wrong with the lines as delivered. False: nothing that is known here, `out` is NONE. */
bool mrz_fault_find(const struct span *lines, size_t n_lines, struct mrz_fault *out);

/* "unread", "high_bit" ...: static. */
const char *mrz_fault_name(enum mrz_fault_kind kind);

#endif
