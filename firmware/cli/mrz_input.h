/* Documents for `pamit mrz` and `pamit check`, one after the other from a file or a pipe.
 *
 * An input whose first byte that is not blank is `{` holds JSON Lines, {"id": any scalar, "lines":
 * ["...", ...]}, where other keys are left alone and blank lines between rows too. Any other input
 * holds plain lines, documents separated by an empty line, line ends LF or CRLF. Memory does not
 * grow with the input: what exceeds a bound below is a bad row, and the next one is read.
 */
#ifndef PAMIT_MRZ_INPUT_H
#define PAMIT_MRZ_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "mrz.h"
#include "span.h"

#define MRZ_INPUT_ROW_MAX   65536 /* bytes of a JSON row, or of all lines of a plain document */
#define MRZ_INPUT_LINES_MAX 256   /* lines of a document */

enum mrz_input_kind {
    MRZ_INPUT_UNKNOWN = 0, /* nothing but blanks was read so far */
    MRZ_INPUT_JSON,
    MRZ_INPUT_PLAIN,
};

struct mrz_input {
    FILE *file; /* the caller's */
    enum mrz_input_kind kind;
    uint64_t line_no; /* of the line read last, from 1 */
    size_t used;      /* bytes of `text` that the row holds already */
    bool pending;     /* the line that told the kind lies in `text`, unused */
    struct span last;
    bool last_cut; /* it did not fit */
    char text[MRZ_INPUT_ROW_MAX];
};

/* One document. `lines` are borrowed until the next row is read or this one done with. */
struct mrz_row {
    const char *error; /* why it could not be read, static: then there are no lines */
    uint64_t line_no;  /* where it begins */
    json_t *id;        /* of a JSON row: as given, or null; a plain document: NULL */
    struct span lines[MRZ_INPUT_LINES_MAX];
    size_t n_lines;
    json_t *json;
};

void mrz_input_init(struct mrz_input *input, FILE *file);
/* Blocks until there is a row or the input ends. False: it has ended, or ferror() tells. A row is
 * to be given to mrz_row_done. */
bool mrz_input_next(struct mrz_input *input, struct mrz_row *out);
/* What the lines of a row without an error hold. */
void mrz_row_parse(const struct mrz_row *row, struct mrz *out);
void mrz_row_done(struct mrz_row *row);

#endif
