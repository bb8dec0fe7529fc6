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
    };
}

struct policy sample_policy(void)
{
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
    };
}
