#include "core_samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct date sample_day(const char *text)
{
    struct date date = {0};
    if (*text && !date_parse(text, &date)) {
        fprintf(stderr, "%s is no date\n", text);
        abort();
    }
    return date;
}

struct document sample_document(const char *first, const char *second)
{
    const struct span lines[] = {span_of_text(first), span_of_text(second)};
    struct mrz mrz;
    struct document document;
    if (!mrz_parse(lines, 2, &mrz) || !mrz_valid(&mrz)) {
        fprintf(stderr, "%s: no valid MRZ\n", second);
        abort();
    }
    document_from_mrz(&mrz, sample_day("2026-11-21"), &document);
    return document;
}

struct document sample_siti(void)
{
    return sample_document("P<IDNRAHMAWATI<<SITI<NURHALIZA<<<<<<<<<<<<<<",
                           "X0000001<4IDN9804120F3405019<<<<<<<<<<<<<<<2");
}

struct placement sample_placement(void)
{
    return (struct placement){
        .placement_id = "PMI-2026-000001",
        .rec_seq = 1,
        .rec_updated_at = 1790823600,
        .source = SOURCE_SISKO,
        .status = PLACEMENT_READY,
        .scheme = SCHEME_P2P,
        .name_full = "Siti Nurhaliza Rahmawati",
        .name_mrz = "RAHMAWATI SITI NURHALIZA",
        .sex = 'F',
        .birth_date = {1998, 4, 12},
        .nik = "3204125204980001",
        .passport_no = "X0000001",
        .passport_country = "IDN",
        .passport_expiry = {2034, 5, 1},
        .origin_region = "3204",
        .dest_country = "TWN",
        .employer_type = EMPLOYER_INDIVIDUAL,
        .employer_name = "Keluarga Contoh",
        .occupation = "CAREGIVER",
        .p3mi_id = "SIP3MI-0001",
        .contract_no = "K-1",
        .contract_start = {2026, 12, 1},
        .contract_end = {2029, 11, 30},
        .visa_no = "V-1",
        .visa_type = "WORK",
        .visa_expiry = {2027, 3, 1},
        .documents = 0x7FF, /* marital to opp */
        .bpjstk_no = "B-1",
        .bpjstk_until = {2029, 12, 31},
        .opp_date = {2026, 10, 20},
        .opp_unit = "BP3MI-JABAR",
        .window_from = {2026, 11, 1},
        .window_to = {2027, 1, 31},
        .embark_tpi = "CGK",
        .approved_unit = "BP3MI-JABAR",
        .approved_at = 1792555200,
        .flags = 1,
        .expires_cache_on = {2030, 11, 30},
    };
}

void sample_placements(struct placement out[SAMPLE_PLACEMENTS])
{
    out[0] = sample_placement();
    out[1] = (struct placement){
        .placement_id = "PMI-2026-000002",
        .rec_seq = 2,
        .rec_updated_at = 1790910000,
        .status = PLACEMENT_CANCELLED,
        .scheme = SCHEME_P2P,
        .name_full = "Dewi Anggraini",
        .name_mrz = "ANGGRAINI DEWI",
        .sex = 'F',
        .birth_date = {2000, 1, 9},
        .passport_no = "X0000002",
        .passport_country = "IDN",
        .dest_country = "HKG",
        .employer_type = EMPLOYER_INDIVIDUAL,
        .p3mi_id = "SIP3MI-0001",
        .contract_end = {2028, 11, 30},
        .documents = 0x10,
    };
    out[2] = (struct placement){
        .placement_id = "PMI-2026-000003",
        .rec_seq = 3,
        .rec_updated_at = 1790996400,
        .status = PLACEMENT_READY,
        .scheme = SCHEME_P2P,
        .name_full = "Agus Supriyadi",
        .name_mrz = "SUPRIYADI AGUS",
        .sex = 'M',
        .birth_date = {1989, 7, 3},
        .passport_no = "X0000003",
        .passport_country = "IDN",
        .dest_country = "MYS",
        .employer_type = EMPLOYER_LEGAL_ENTITY,
        .p3mi_id = "SIP3MI-0002",
        .contract_end = {2028, 10, 31},
        .visa_expiry = {2027, 2, 1},
        .documents = 0x7FF,
        .bpjstk_until = {2028, 12, 31},
        .window_from = {2026, 11, 1},
        .window_to = {2027, 1, 31},
    };
    out[3] = (struct placement){
        .placement_id = "PMI-2024-000004",
        .rec_seq = 4,
        .rec_updated_at = 1780282800,
        .status = PLACEMENT_ON_LEAVE,
        .scheme = SCHEME_REENTRY,
        .name_full = "Suharto",
        .name_mrz = "SUHARTO",
        .sex = 'M',
        .birth_date = {1985, 12, 30},
        .passport_no = "X0000104",
        .passport_country = "IDN",
        .passport_prev = {"B0000004"},
        .dest_country = "KOR",
        .employer_type = EMPLOYER_LEGAL_ENTITY,
        .contract_end = {2027, 11, 30},
        .visa_expiry = {2027, 11, 30},
        .documents = 0xB0,
    };
}

/* ---- policy ---------------------------------------------------------------------------------- */

/* Pairs of a column's number and its value; a row is written as a map of them. */
static void put_text_at(struct cbor_writer *w, unsigned column, const char *text)
{
    cbor_put_uint(w, column);
    cbor_put_text(w, text);
}

static void put_number_at(struct cbor_writer *w, unsigned column, uint64_t number)
{
    cbor_put_uint(w, column);
    cbor_put_uint(w, number);
}

static void put_day_at(struct cbor_writer *w, unsigned column, const char *day)
{
    cbor_put_uint(w, column);
    cbor_put_int(w, date_to_days(sample_day(day)));
}

static void put_documents(struct cbor_writer *w, enum placement_scheme scheme, uint32_t required)
{
    cbor_put_map(w, 2);
    put_number_at(w, 1, scheme);
    put_number_at(w, 2, required);
}

void sample_put_p3mi(struct cbor_writer *w, const struct sample_p3mi *row)
{
    cbor_put_map(w, *row->to ? 6 : 5);
    put_text_at(w, 1, row->id);
    put_text_at(w, 2, "PT Contoh");
    put_number_at(w, 3, row->status);
    put_day_at(w, 4, row->from);
    if (*row->to)
        put_day_at(w, 5, row->to);
    put_text_at(w, 6, "K-1");
}

void sample_put_destination(struct cbor_writer *w, const struct sample_destination *row)
{
    cbor_put_map(w, 5u + (row->employer_type != 0) + (row->occupation != NULL) +
                        (row->scheme != 0) + (row->to != NULL));
    put_text_at(w, 1, row->country);
    if (row->employer_type)
        put_number_at(w, 2, row->employer_type);
    if (row->occupation)
        put_text_at(w, 3, row->occupation);
    if (row->scheme)
        put_number_at(w, 4, row->scheme);
    put_day_at(w, 5, row->from);
    if (row->to)
        put_day_at(w, 6, row->to);
    put_number_at(w, 7, row->effect);
    put_number_at(w, 8, row->except_schemes);
    put_text_at(w, 9, row->legal_ref);
}

static const struct sample_p3mi sample_p3mi[] = {
    {"SIP3MI-0001", LICENCE_ACTIVE, "2020-01-01", ""},
    {"SIP3MI-0002", LICENCE_ACTIVE, "2019-01-01", "2026-09-30"},
    {"SIP3MI-0002", LICENCE_SUSPENDED, "2026-10-01", ""},
    {"SIP3MI-0003", LICENCE_ACTIVE, "2019-01-01", "2026-11-20"},
    {"SIP3MI-0003", LICENCE_REVOKED, "2026-11-21", ""},
    {"SIP3MI-0004", LICENCE_ACTIVE, "2026-11-22", ""},
    {"SIP3MI-0005", LICENCE_ACTIVE, "2019-01-01", "2026-11-21"},
    {"SIP3MI-0005", LICENCE_SUSPENDED, "2026-11-22", ""},
    {"SIP3MI-0006", LICENCE_ACTIVE, "2019-01-01", "2026-11-20"},
    {"SIP3MI-0007", LICENCE_ACTIVE, "2019-01-01", ""},
    {"SIP3MI-0007", LICENCE_SUSPENDED, "2026-01-01", "2026-11-21"},
};

#define SCHEME_BIT(scheme) (1u << (scheme))

/* SAU and KHM as in the contract; the others are countries that there are not. */
static const struct sample_destination sample_destinations[] = {
    {.country = "SAU",
     .employer_type = EMPLOYER_INDIVIDUAL,
     .from = "2015-07-01",
     .effect = EFFECT_BLOCK,
     .except_schemes = SCHEME_BIT(SCHEME_SPSK) | SCHEME_BIT(SCHEME_REENTRY),
     .legal_ref = "Kepmenaker 260/2015"},
    {.country = "KHM", .from = "2020-01-01", .effect = EFFECT_REFER, .legal_ref = "KP2MI advisory"},
    {.country = "XBA", .from = "2026-11-21", .effect = EFFECT_BLOCK, .legal_ref = "from today"},
    {.country = "XBB", .from = "2026-11-22", .effect = EFFECT_BLOCK, .legal_ref = "from tomorrow"},
    {.country = "XBC",
     .from = "2020-01-01",
     .to = "2026-11-21",
     .effect = EFFECT_BLOCK,
     .legal_ref = "until today"},
    {.country = "XBD",
     .from = "2020-01-01",
     .to = "2026-11-20",
     .effect = EFFECT_BLOCK,
     .legal_ref = "until yesterday"},
    {.country = "XBE",
     .occupation = "CAREGIVER",
     .from = "2020-01-01",
     .effect = EFFECT_BLOCK,
     .legal_ref = "caregivers"},
    {.country = "XBF",
     .scheme = SCHEME_P2P,
     .from = "2020-01-01",
     .effect = EFFECT_REFER,
     .legal_ref = "P2P"},
    {.country = "XBG",
     .from = "2020-01-01",
     .effect = EFFECT_NOTE,
     .except_schemes = SCHEME_BIT(SCHEME_P2P),
     .legal_ref = "a note"},
    {.country = "XBH",
     .from = "2020-01-01",
     .effect = EFFECT_BLOCK,
     .except_schemes = SCHEME_BIT(SCHEME_SPSK),
     .legal_ref = "all but SPSK"},
    {.country = "XBH",
     .employer_type = EMPLOYER_INDIVIDUAL,
     .from = "2020-01-01",
     .effect = EFFECT_REFER,
     .legal_ref = "households"},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void put_tables(struct cbor_writer *w)
{
    cbor_put_map(w, 3);
    cbor_put_uint(w, POLICY_DOCUMENTS);
    cbor_put_array(w, 3);
    put_documents(w, SCHEME_P2P, 0x6FC);    /* competence to contract, jkk_jkm, opp */
    put_documents(w, SCHEME_SELF, 0x16B8);  /* health to visa, contract, jkk_jkm, opp, statement */
    put_documents(w, SCHEME_REENTRY, 0xB0); /* passport, visa, contract */
    cbor_put_uint(w, POLICY_P3MI);
    cbor_put_array(w, COUNT(sample_p3mi));
    for (size_t i = 0; i < COUNT(sample_p3mi); i++)
        sample_put_p3mi(w, &sample_p3mi[i]);
    cbor_put_uint(w, POLICY_DESTINATIONS);
    cbor_put_array(w, COUNT(sample_destinations));
    for (size_t i = 0; i < COUNT(sample_destinations); i++)
        sample_put_destination(w, &sample_destinations[i]);
}

struct span sample_policy_tables(void)
{
    static uint8_t bytes[4096];
    struct cbor_writer w;
    struct span tables;
    cbor_writer_init(&w, bytes, sizeof bytes);
    put_tables(&w);
    if (cbor_writer_finish(&w, &tables) != ERR_OK)
        abort();
    return tables;
}

struct policy sample_policy(void)
{
    static struct policy_index index;
    if (index.n_rows == 0 && policy_index_build(sample_policy_tables(), &index) != ERR_OK)
        abort();
    return (struct policy){
        .version = 12,
        .issued = 1793491200,
        .staleness_hours = {[SITE_REMOTE] = {2160, 2160}, [SITE_ONLINE] = {72, 24}},
        .passport_min_validity_months = 6,
        .min_work_age_years = 18,
        .double_scan_s = 120,
        .payload_after_receipt_days = 30,
        .double_scan_hash_days = 180,
        .n_colours = 1,
        .colours = {{21, COLOUR_AMBER}},
        .tables = &index,
    };
}
