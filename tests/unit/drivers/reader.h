/* A reader for tests: the bytes it sends for a document, by its profile. */
#ifndef PAMIT_TEST_READER_H
#define PAMIT_TEST_READER_H

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

/* Synthetic documents: TD3, TD2, TD1. */
extern const struct reader_document reader_documents[3];

#endif
