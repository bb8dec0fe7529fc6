/* What a misread MRZ may have been: look-alike substitutions, offered only where exactly one fits.
 *
 * Check digits can't see every confusion (6/G, 1/L, 0/U, P/F and </K have the same value modulo
 * 10), and of unique repairs of two errors about one in twelve is wrong. So a repair is a proposal
 * that a second read or the officer confirms, never a reading. Pure, no allocation; any process.
 */
#ifndef PAMIT_MRZ_REPAIR_H
#define PAMIT_MRZ_REPAIR_H

#include "mrz.h"

#define MRZ_SUBSTITUTIONS_MAX 2

struct mrz_position {
    uint8_t line, column; /* from 1 */
    char from, to;
};

enum mrz_proof {
    MRZ_PROOF_CLASS = 0,    /* what was read can't stand there, and has one look-alike that can */
    MRZ_PROOF_CHECK_DIGITS, /* a character that could stand there is changed */
};

struct mrz_repair {
    unsigned n;
    struct mrz_position position[MRZ_SUBSTITUTIONS_MAX]; /* by line, then column */
    char line[MRZ_LINES_MAX][MRZ_LINE_LEN_MAX + 1];      /* repaired */
    enum mrz_proof proof;
};

/* Looks for sets of 1 to `substitutions_max` (1 or 2) look-alike substitutions that make a whole
 * MRZ of the same format valid, none of them to spare. True: there is exactly one, in `out`. False:
 * none or several, or `mrz` has no format or is valid as read; `out` is empty then. The more is
 * allowed the more is ambiguous: ask for 1, and for 2 only where that finds nothing. */
bool mrz_repair_find(const struct mrz *mrz, unsigned substitutions_max, struct mrz_repair *out);

/* "class", "check_digits": static. */
const char *mrz_proof_name(enum mrz_proof proof);

#endif
