/* Sample documents, records and parameters that the tests of the core share: the contract's
 * examples as C (fictional people; see the file contracts). */
#ifndef PAMIT_TEST_CORE_SAMPLES_H
#define PAMIT_TEST_CORE_SAMPLES_H

#include "placement.h"
#include "policy.h"

/* "2026-11-21"; aborts the test on anything else, except "" for unknown. */
struct date sample_day(const char *text);
/* 2026-11-21T00:00:00Z */
#define SAMPLE_MIDNIGHT_S ((int64_t)20778 * 86400)

/* The document of two MRZ lines, judged on 2026-11-21. */
struct document sample_document(const char *first, const char *second);
/* Siti Nurhaliza Rahmawati, X0000001, READY, P2P, to Taiwan: matches the first document below. */
struct placement sample_placement(void);
struct document sample_siti(void);
/* The parameters of policy.example.json, with its tables and rows for boundaries of dates. */
struct policy sample_policy(void);
struct span sample_policy_tables(void);
/* All records of placements.example.jsonl as far as they bear on the verdict. */
#define SAMPLE_PLACEMENTS 4
void sample_placements(struct placement out[SAMPLE_PLACEMENTS]);

/* Rows of policy's tables, to be written; "" and NULL: null. */
struct sample_p3mi {
    const char *id;
    enum policy_licence status;
    const char *from, *to;
};
struct sample_destination {
    const char *country;
    enum employer_type employer_type;
    const char *occupation;
    enum placement_scheme scheme;
    const char *from, *to;
    enum policy_effect effect;
    uint32_t except_schemes;
    const char *legal_ref;
};
void sample_put_p3mi(struct cbor_writer *w, const struct sample_p3mi *row);
void sample_put_destination(struct cbor_writer *w, const struct sample_destination *row);

#endif
