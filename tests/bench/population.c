/* Every fact is drawn from splitmix64 of (seed, what, number), so facts don't depend on each other
 * or on order. */
#include "population.h"

#include <stdio.h>
#include <string.h>

#include "name.h"

enum kind {
    KIND_PERSON = 1,
    KIND_PLACEMENT,
    KIND_LISTED, /* + enum listing_kind */
    KIND_TRAVELLER = KIND_LISTED + LISTING_KINDS,
};

static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t population_draw(const struct population *population, uint32_t kind, uint64_t index)
{
    return mix(mix(population->seed ^ ((uint64_t)kind << 56)) ^ index);
}

/* The next number below `below`, from a state that walks on. */
static uint32_t next(uint64_t *state, uint32_t below)
{
    *state = mix(*state);
    return (uint32_t)((*state >> 32) * below >> 32);
}

/* ---- people --------------------------------------------------------------------------------- */

#define WORDS_MAX 5
#define NAME_MAX  39 /* of an MRZ */
#define RARE      20000

struct person {
    char sex;
    struct date birth;
    size_t n_words;
    char word[WORDS_MAX][16];
};

/* In how many of a thousand. */
struct common {
    const char *word;
    unsigned share;
};

static const struct common first_of_women[] = {
    {"SITI", 140}, {"NUR", 60}, {"SRI", 60},  {"DEWI", 30},  {"NI", 25},   {"RINA", 15},
    {"DWI", 15},   {"EKA", 12}, {"YULI", 12}, {"ENDANG", 8}, {"TRI", 10},  {"FITRI", 10},
    {"MARIA", 20}, {"INA", 8},  {"UMI", 10},  {"WIWIN", 5},  {"ROSITA", 5}};
static const struct common first_of_men[] = {
    {"MUHAMMAD", 110}, {"AHMAD", 45},   {"ABDUL", 40}, {"AGUS", 20}, {"MOCHAMAD", 20},
    {"MUH", 15},       {"DWI", 15},     {"EKO", 15},   {"I", 20},    {"BUDI", 10},
    {"ANDI", 12},      {"YOHANES", 15}, {"SUPRI", 8},  {"DEDI", 8},  {"RUDI", 8},
    {"NUR", 15},       {"SUGENG", 5}};
static const struct common others[] = {
    {"RAHMAWATI", 20}, {"NUR", 20},     {"AYU", 20},     {"PUTRI", 15}, {"RAHMAN", 15},
    {"HIDAYAT", 15},   {"SAPUTRA", 15}, {"LESTARI", 15}, {"WATI", 12},  {"SARI", 15},
    {"SETIAWAN", 12},  {"AMINAH", 10},  {"RAHAYU", 10},  {"ROHMAN", 8}, {"WULANDARI", 8}};

/* Rank r of many words comes about as often as 1/r: the product of two draws leans to small ones.
 */
static void rare_word(uint64_t *state, char out[16])
{
    static const char *const onset[] = {"B", "D", "G", "H", "J", "K", "L", "M",
                                        "N", "P", "R", "S", "T", "W", "Y", "NG"};
    static const char *const rhyme[] = {"A", "I", "U", "O", "E", "AN", "IN", "ANG", "AR", "UR"};
    const uint32_t rank = (uint32_t)((uint64_t)next(state, RARE) * next(state, RARE) / RARE);
    uint64_t shape = mix(rank);

    out[0] = '\0';
    for (uint32_t i = 0, n = 2 + next(&shape, 2); i < n; i++) {
        strcat(out, onset[next(&shape, 16)]);
        strcat(out, rhyme[next(&shape, 10)]);
    }
}

static void draw_word(uint64_t *state, const struct common *common, size_t n, char out[16])
{
    unsigned at = next(state, 1000);

    for (size_t i = 0; i < n; i++) {
        if (at < common[i].share) {
            strcpy(out, common[i].word);
            return;
        }
        at -= common[i].share;
    }
    rare_word(state, out);
}

static size_t draw_count(uint64_t *state)
{
    const unsigned at = next(state, 100);
    return at < 20 ? 1 : at < 65 ? 2 : at < 92 ? 3 : at < 99 ? 4 : 5;
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void draw_person(const struct population *population, uint64_t index, struct person *out)
{
    uint64_t state = population_draw(population, KIND_PERSON, index);
    size_t len = 0;

    out->sex = next(&state, 100) < 62 ? 'F' : 'M';
    out->birth = (struct date){(int16_t)(1965 + next(&state, 42)), (uint8_t)(1 + next(&state, 12)),
                               (uint8_t)(1 + next(&state, 28))};
    const unsigned unknown = next(&state, 100);
    if (unknown < 2)
        out->birth.month = unknown ? 12 : 1, out->birth.day = unknown ? 31 : 1;
    const size_t wanted = draw_count(&state);
    for (out->n_words = 0; out->n_words < wanted; out->n_words++) {
        char *word = out->word[out->n_words];
        if (out->n_words > 0)
            draw_word(&state, others, COUNT(others), word);
        else if (out->sex == 'F')
            draw_word(&state, first_of_women, COUNT(first_of_women), word);
        else
            draw_word(&state, first_of_men, COUNT(first_of_men), word);
        len += strlen(word) + 1;
        if (len > NAME_MAX + 1)
            break;
    }
}

/* The last word first. */
static void write_mrz(const struct person *person, char *out, size_t size)
{
    size_t len = (size_t)snprintf(out, size, "%s", person->word[person->n_words - 1]);
    for (size_t i = 0; i + 1 < person->n_words; i++)
        len += (size_t)snprintf(out + len, size - len, " %s", person->word[i]);
}

/* As on an identity card: in order, small letters but for the first. */
static void write_full(const struct person *person, char *out, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < person->n_words; i++)
        len += (size_t)snprintf(out + len, size - len, "%s%s", i ? " " : "", person->word[i]);
    for (size_t i = 1; i < len; i++)
        if (out[i] != ' ' && out[i - 1] != ' ')
            out[i] = (char)(out[i] - 'A' + 'a');
}

/* ---- records -------------------------------------------------------------------------------- */

static struct date day_of(int16_t year, uint64_t *state)
{
    return (struct date){year, (uint8_t)(1 + next(state, 12)), (uint8_t)(1 + next(state, 28))};
}

static void draw_status(uint64_t *state, struct placement *out)
{
    static const enum placement_status statuses[] = {
        PLACEMENT_READY,     PLACEMENT_ACTIVE,    PLACEMENT_ACTIVE, PLACEMENT_ACTIVE,
        PLACEMENT_ON_LEAVE,  PLACEMENT_COMPLETED, PLACEMENT_ACTIVE, PLACEMENT_COMPLETED,
        PLACEMENT_CANCELLED, PLACEMENT_IN_PROCESS};
    static const char *const countries[] = {"TWN", "HKG", "MYS", "SGP", "JPN", "KOR", "SAU", "BRN"};

    out->status = statuses[next(state, 10)];
    out->scheme = next(state, 8) ? SCHEME_P2P : SCHEME_REENTRY;
    out->employer_type = next(state, 3) ? EMPLOYER_INDIVIDUAL : EMPLOYER_LEGAL_ENTITY;
    snprintf(out->dest_country, sizeof out->dest_country, "%s", countries[next(state, 8)]);
    out->documents = 0x7ff;
}

static void draw_papers(uint64_t *state, uint32_t index, struct placement *out)
{
    snprintf(out->employer_name, sizeof out->employer_name, "Majikan Contoh %u", index % 90001);
    snprintf(out->occupation, sizeof out->occupation, "%s",
             next(state, 2) ? "CAREGIVER" : "HOUSE MAID");
    snprintf(out->p3mi_id, sizeof out->p3mi_id, "SIP3MI-%04u", next(state, 424));
    snprintf(out->contract_no, sizeof out->contract_no, "PK-%08u", index);
    out->contract_start = day_of(2025, state);
    out->contract_end = day_of(2028, state);
    snprintf(out->visa_no, sizeof out->visa_no, "V%09u", index);
    snprintf(out->visa_type, sizeof out->visa_type, "WORK");
    out->visa_expiry = day_of(2027, state);
    snprintf(out->bpjstk_no, sizeof out->bpjstk_no, "%011u", index);
    out->bpjstk_until = day_of(2028, state);
    out->opp_date = day_of(2025, state);
    snprintf(out->opp_unit, sizeof out->opp_unit, "BP3MI-%02u", next(state, 23));
    snprintf(out->approved_unit, sizeof out->approved_unit, "BP3MI-%02u", next(state, 23));
    out->approved_at = 1760000000 + next(state, 30000000);
    out->expires_cache_on = day_of(2029, state);
}

void population_placement(const struct population *population, uint32_t index,
                          struct placement *out)
{
    uint64_t state = population_draw(population, KIND_PLACEMENT, index);
    struct person person;

    draw_person(population, index, &person);
    *out = (struct placement){.rec_seq = index + 1,
                              .rec_updated_at = 1760000000 + next(&state, 30000000),
                              .source = SOURCE_SISKO,
                              .sex = person.sex,
                              .birth_date = person.birth,
                              .passport_country = "IDN"};
    snprintf(out->placement_id, sizeof out->placement_id, "PMI-%08u-01", index);
    write_full(&person, out->name_full, sizeof out->name_full);
    write_mrz(&person, out->name_mrz, sizeof out->name_mrz);
    snprintf(out->nik, sizeof out->nik, "%04u%012u", 1100 + next(&state, 8000), index);
    snprintf(out->passport_no, sizeof out->passport_no, "X%07u", index);
    out->passport_expiry = day_of(2032, &state);
    if (index % 5 == 0)
        snprintf(out->passport_prev[0], sizeof out->passport_prev[0], "B%07u", index);
    snprintf(out->origin_region, sizeof out->origin_region, "%04u", 1100 + next(&state, 8000));
    draw_status(&state, out);
    draw_papers(&state, index, out);
}

uint32_t population_listed(const struct population *population, enum listing_kind kind,
                           uint32_t index)
{
    return (uint32_t)(population_draw(population, KIND_LISTED + (uint32_t)kind, index) %
                      population->placements);
}

void population_listing(const struct population *population, enum listing_kind kind, uint32_t index,
                        struct listing *out)
{
    struct placement placement;

    population_placement(population, population_listed(population, kind, index), &placement);
    *out = (struct listing){
        .kind = kind, .from = {2026, 1, 1}, .expires = {2026, 12, 31}, .reason = 70};
    snprintf(out->issued_by, sizeof out->issued_by, "CGK");
    if (kind == LISTING_COMPLAINT) {
        memcpy(out->placement_id, placement.placement_id, sizeof out->placement_id);
        return;
    }
    memcpy(out->passport_no, placement.passport_no, sizeof out->passport_no);
    memcpy(out->passport_country, placement.passport_country, sizeof out->passport_country);
    if (kind == LISTING_DOCUMENT_LOST)
        return;
    memcpy(out->name_mrz, placement.name_mrz, sizeof out->name_mrz);
    out->birth_date = placement.birth_date;
}

/* ---- travellers ----------------------------------------------------------------------------- */

enum visit population_visit(const struct population *population, uint32_t index)
{
    static const unsigned share[VISIT_COUNT] = {[VISIT_NUMBER] = 50,
                                                [VISIT_OLD] = 10,
                                                [VISIT_NAME] = 10,
                                                [VISIT_NOBODY] = 20,
                                                [VISIT_LISTED] = 10};
    unsigned at = (unsigned)(population_draw(population, 0, index) % 100), visit = 0;

    while (at >= share[visit])
        at -= share[visit++];
    return (enum visit)visit;
}

/* Which placement a traveller's document has to do with; VISIT_NOBODY's is nobody's. */
static uint32_t whose(const struct population *population, enum visit visit, uint32_t index)
{
    const uint64_t at = population_draw(population, KIND_TRAVELLER + (uint32_t)visit, index);

    switch (visit) {
    case VISIT_OLD:
        return (uint32_t)(at % (population->placements / 5)) * 5;
    case VISIT_LISTED:
        return population_listed(population, LISTING_SOI,
                                 (uint32_t)(at % population->listings_of_kind));
    case VISIT_NOBODY:
        return population->placements + 1000000 + (uint32_t)(at % 1000000);
    case VISIT_NUMBER:
    case VISIT_NAME:
    case VISIT_COUNT:
        break;
    }
    return (uint32_t)(at % population->placements);
}

void population_document(const struct population *population, enum visit visit, uint32_t index,
                         struct document *out, uint32_t *placement)
{
    struct placement of;

    *placement = whose(population, visit, index);
    population_placement(population, *placement, &of);
    *out = (struct document){.capture = DOCUMENT_SCANNED,
                             .type = DOCUMENT_P,
                             .country = "IDN",
                             .nationality = "IDN",
                             .sex = of.sex,
                             .birth = of.birth_date,
                             .expiry = of.passport_expiry};
    snprintf(out->name, sizeof out->name, "%s", of.name_mrz);
    if (visit == VISIT_NUMBER || visit == VISIT_LISTED)
        snprintf(out->number, sizeof out->number, "%s", of.passport_no);
    else if (visit == VISIT_OLD)
        snprintf(out->number, sizeof out->number, "%s", of.passport_prev[0]);
    else
        snprintf(out->number, sizeof out->number, "Z%07u", index);
}
