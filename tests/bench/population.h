/* A country of fictional people for benchmarks: the same seed and number always give the same
 * placement, document or row of a list, so nothing has to be kept.
 *
 * Names are spread as Indonesian ones are: a fifth of all people have one word, a few words are
 * everybody's (MUHAMMAD, SITI, NUR, SRI), most are rare. Birthdays of 1 January and 31 December
 * stand out, since they are what a registrar writes when nobody knows.
 */
#ifndef PAMIT_BENCH_POPULATION_H
#define PAMIT_BENCH_POPULATION_H

#include "document.h"
#include "listing.h"
#include "placement.h"

/* Of what is made here: part of the name of a file that is kept. */
#define POPULATION_VERSION 1

struct population {
    uint64_t seed;
    uint32_t placements;       /* below 10 million: passport numbers X0000000... are theirs */
    uint32_t listings_of_kind; /* rows of each kind of list */
};

/* A repeatable random number for the `index`-th thing of a kind. */
uint64_t population_draw(const struct population *population, uint32_t kind, uint64_t index);

/* `index` may go beyond `placements`: people who come later. */
void population_placement(const struct population *population, uint32_t index,
                          struct placement *out);
/* A row that is about the document of one placement or another, in force all through 2026. */
void population_listing(const struct population *population, enum listing_kind kind, uint32_t index,
                        struct listing *out);
/* Which placement that is. */
uint32_t population_listed(const struct population *population, enum listing_kind kind,
                           uint32_t index);

enum visit {
    VISIT_NUMBER, /* the current number of a placement */
    VISIT_OLD,    /* a previous number of one */
    VISIT_NAME,   /* an unknown number, name and birth date of one */
    VISIT_NOBODY, /* a tourist: no placement, the names of everybody */
    VISIT_LISTED, /* the current number of one, whose document is on a list */
    VISIT_COUNT,
};

/* How the `index`-th traveller of a counter comes: half by number, a tenth each by a previous one,
 * by name and on a list, a fifth nobody. */
enum visit population_visit(const struct population *population, uint32_t index);

/* The document of the `index`-th traveller, who comes as `visit`; `placement` says whose it is. */
void population_document(const struct population *population, enum visit visit, uint32_t index,
                         struct document *out, uint32_t *placement);

#endif
