/* What `pamit mrz` says of one document: a row of JSON for programs, a report for people. */
#ifndef PAMIT_MRZ_ANSWER_H
#define PAMIT_MRZ_ANSWER_H

#include <jansson.h>

#include "mrz.h"
#include "mrz_fault.h"
#include "mrz_input.h"
#include "mrz_repair.h"

/* A document, parsed. */
struct mrz_answer {
    const json_t *id; /* borrowed */
    const struct mrz_row *row;
    struct mrz mrz;
    bool has_repair;
    struct mrz_repair repair;
};

/* The row of --json: all keys of the contract, and "error" where the row could not be read. Its
 * caller owns it. */
json_t *mrz_answer_json(const struct mrz_answer *answer);

/* The report on standard output: fields, check digits, what is wrong in sentences, and a repair as
 * a proposal. `today` tells centuries. */
void mrz_answer_report(const struct mrz_answer *answer, struct date today);

#endif
