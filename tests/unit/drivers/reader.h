/* A reader for tests: the bytes it sends for a document, by its profile. */
#ifndef PAMIT_TEST_READER_H
#define PAMIT_TEST_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan_profile.h"

enum reader_style {
    READER_ROWS = 0, /* each row ends with CR LF */
    READER_RUN,      /* nothing between the rows */
    READER_BRACKETS, /* rows, between STX and ETX also where the profile does not ask for them */
    READER_STYLES,
};

struct reader_document {
    const char *rows[3];
    size_t n_rows;
};

#define READER_LEN_MAX 128

/* Fills `out`, returns the length. */
size_t reader_send(const struct scan_profile *profile, enum reader_style style,
                   const struct reader_document *document, uint8_t out[READER_LEN_MAX]);

/* Whether a mark begins what reader_send() filled in, not a row: then nothing need stand between
 * it and what came before. */
bool reader_is_marked(const struct scan_profile *profile, const uint8_t *sent);

/* Synthetic documents: TD3, TD2, TD1, and a TD1 whose name fills its row up to an 'I'. */
#define READER_DOCUMENTS 4
extern const struct reader_document reader_documents[READER_DOCUMENTS];

#endif
