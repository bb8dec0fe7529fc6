/* A travel document as the counter uses it: an MRZ with its dates resolved against a day. Pure. */
#ifndef PAMIT_DOCUMENT_H
#define PAMIT_DOCUMENT_H

#include "mrz.h"

enum document_capture {
    DOCUMENT_KEYED = 0, /* typed by the officer: marked for ever (R024) */
    DOCUMENT_SCANNED,
};

struct document {
    enum document_capture capture;
    struct mrz mrz;
    char number[MRZ_NUMBER_LEN_MAX + 1];
    char country[4]; /* of issue, ICAO alpha-3 */
    char nationality[4];
    char name[80];     /* "PRIMARY SECONDARY": the words in MRZ order */
    char sex;          /* 'M', 'F', 'X' (the MRZ's filler: unspecified) */
    struct date birth; /* unknown parts 0 */
    struct date expiry;
};

/* Fills a document from a valid MRZ, judged on `today` (9303-3, 4.8): birth in the latest century
 * that is not in the future (unknown if there is none: the clock is wrong), expiry in 20xx. The
 * capture is SCANNED: whoever had it typed says so afterwards. */
void document_from_mrz(const struct mrz *mrz, struct date today, struct document *out);

#endif
