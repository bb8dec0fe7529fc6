/* Placement records as CSV (RFC 4180), for systems that export tables.
 *
 * The first line names the columns, in any order, by the names of placement_fields; a value is
 * written as in JSON, without its quotes; a list's names or codes are joined by ';'. What is empty
 * is unknown. A record is one line, since no field of one holds a line's end. Pure.
 */
#ifndef PAMIT_PLACEMENT_CSV_H
#define PAMIT_PLACEMENT_CSV_H

#include "json_take.h"
#include "placement.h"

#define PLACEMENT_CSV_COLUMNS 64

struct placement_csv {
    size_t n_columns;
    const struct placement_field *column[PLACEMENT_CSV_COLUMNS]; /* static */
};

/* The first line. False with "column N: reason" in `fault`: a column that nobody knows, or twice.
 */
MUST_CHECK bool placement_csv_begin(struct span line, struct placement_csv *out,
                                    struct json_fault *fault);
/* Any other line; as placement_json_read. */
MUST_CHECK bool placement_csv_read(const struct placement_csv *csv, struct span line,
                                   struct placement *out, struct json_fault *fault);

#endif
