/* The one table of a placement record's fields, and the words of its enums and masks.
 *
 * Problem: the same forty fields travel as JSON, as CBOR and in the cache. Method: each is a row
 * that says where it lives, of what type it is and which words its values have; codec, import and
 * export walk the rows. To add a field, add a member and a row with the next free key; keys are
 * never reused, since records outlive programs. Order and names follow the record of the domain.
 */
#include "placement.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

_Static_assert(sizeof(enum placement_status) == sizeof(int), "FIELD_ENUM is read as an int");
_Static_assert(sizeof(enum placement_hold) == sizeof(int), "FIELD_ENUM is read as an int");

static const char *const source_names[] = {"UNKNOWN", "SISKO", "SUPPL", "COURIER", NULL};

static const char *const status_names[] = {
    [PLACEMENT_STATUS_UNKNOWN] = "UNKNOWN",
    [PLACEMENT_IN_PROCESS] = "IN_PROCESS",
    [PLACEMENT_READY] = "READY",
    [PLACEMENT_DEPARTED] = "DEPARTED",
    [PLACEMENT_ACTIVE] = "ACTIVE",
    [PLACEMENT_ON_LEAVE] = "ON_LEAVE",
    [PLACEMENT_COMPLETED] = "COMPLETED",
    [PLACEMENT_CANCELLED] = "CANCELLED",
    [PLACEMENT_SUSPENDED] = "SUSPENDED",
    [PLACEMENT_REVOKED] = "REVOKED",
    [PLACEMENT_REVOKED + 1] = NULL,
};

const char *const placement_scheme_names[] = {
    [SCHEME_UNKNOWN] = "UNKNOWN",
    [SCHEME_G2G] = "G2G",
    [SCHEME_G2P] = "G2P",
    [SCHEME_P2P] = "P2P",
    [SCHEME_UKPS] = "UKPS",
    [SCHEME_SELF] = "SELF",
    [SCHEME_SSW] = "SSW",
    [SCHEME_SPSK] = "SPSK",
    [SCHEME_REENTRY] = "REENTRY",
    [SCHEME_CREW_MERCHANT] = "CREW_MERCHANT",
    [SCHEME_CREW_FISHING] = "CREW_FISHING",
    [SCHEME_CREW_FISHING + 1] = NULL,
};

const char *const placement_employer_names[] = {"UNKNOWN", "LEGAL_ENTITY", "INDIVIDUAL", "VESSEL",
                                                NULL};

static const char *const hold_names[] = {"NONE", "COMPLAINT", "INVESTIGATION", "FAMILY_REPORT",
                                         NULL};

const char *const placement_document_names[] = {
    [PAPER_MARITAL] = "marital",
    [PAPER_FAMILY_PERMIT] = "family_permit",
    [PAPER_COMPETENCE] = "competence",
    [PAPER_HEALTH] = "health",
    [PAPER_PASSPORT] = "passport",
    [PAPER_VISA] = "visa",
    [PAPER_PLACEMENT_AGREEMENT] = "placement_agreement",
    [PAPER_CONTRACT] = "contract",
    [PAPER_JKN] = "jkn",
    [PAPER_JKK_JKM] = "jkk_jkm",
    [PAPER_OPP] = "opp",
    [PAPER_CREW_BOOK] = "crew_book",
    [PAPER_RESPONSIBILITY_STATEMENT] = "responsibility_statement",
    [PAPER_LEAVE_LETTER] = "leave_letter",
    [PAPERS] = NULL,
};

static const char *const flag_names[] = {"first_time", "deported_before", "minor_at_contract",
                                         "duplicate_identity", NULL};

#define WHERE(member) offsetof(struct placement, member), sizeof(((struct placement *)0)->member)
#define ROW(key, member, type)                                                                     \
    {                                                                                              \
        key, #member, type, WHERE(member), 1, NULL, false                                          \
    }
#define MUST(key, member, type)                                                                    \
    {                                                                                              \
        key, #member, type, WHERE(member), 1, NULL, true                                           \
    }
#define NAMED(key, member, type, names, must)                                                      \
    {                                                                                              \
        key, #member, type, WHERE(member), 1, names, must                                          \
    }

/* clang-format off */
const struct placement_field placement_fields[] = {
    MUST(1, placement_id, FIELD_TEXT),
    ROW(2, rec_seq, FIELD_UINT),
    ROW(3, rec_updated_at, FIELD_TIME),
    NAMED(4, source, FIELD_ENUM, source_names, false),
    NAMED(5, status, FIELD_ENUM, status_names, true),
    NAMED(6, scheme, FIELD_ENUM, placement_scheme_names, true),
    ROW(7, name_full, FIELD_TEXT),
    ROW(8, name_mrz, FIELD_TEXT),
    MUST(9, sex, FIELD_SEX),
    MUST(10, birth_date, FIELD_DATE),
    ROW(11, nik, FIELD_CODE),
    MUST(12, passport_no, FIELD_CODE),
    MUST(13, passport_country, FIELD_CODE),
    ROW(14, passport_expiry, FIELD_DATE),
    {15, "passport_prev", FIELD_CODES, offsetof(struct placement, passport_prev),
     sizeof(((struct placement *)0)->passport_prev[0]), PLACEMENT_PREV_MAX, NULL, false},
    ROW(16, origin_region, FIELD_CODE),
    MUST(17, dest_country, FIELD_CODE),
    NAMED(18, employer_type, FIELD_ENUM, placement_employer_names, false),
    ROW(19, employer_name, FIELD_TEXT),
    ROW(20, foreign_agency, FIELD_TEXT),
    ROW(21, occupation, FIELD_TEXT),
    ROW(22, p3mi_id, FIELD_TEXT),
    ROW(23, sip2mi_no, FIELD_TEXT),
    ROW(24, job_order_no, FIELD_TEXT),
    ROW(25, contract_no, FIELD_TEXT),
    ROW(26, contract_start, FIELD_DATE),
    ROW(27, contract_end, FIELD_DATE),
    ROW(28, visa_no, FIELD_TEXT),
    ROW(29, visa_type, FIELD_TEXT),
    ROW(30, visa_expiry, FIELD_DATE),
    NAMED(31, documents, FIELD_MASK, placement_document_names, false),
    ROW(32, bpjstk_no, FIELD_TEXT),
    ROW(33, bpjstk_until, FIELD_DATE),
    ROW(34, opp_date, FIELD_DATE),
    ROW(35, opp_unit, FIELD_TEXT),
    ROW(36, e_kpmi_no, FIELD_TEXT),
    ROW(37, e_kpmi_until, FIELD_DATE),
    ROW(38, window_from, FIELD_DATE),
    ROW(39, window_to, FIELD_DATE),
    ROW(40, embark_tpi, FIELD_TEXT),
    ROW(41, approved_unit, FIELD_TEXT),
    ROW(42, approved_at, FIELD_TIME),
    NAMED(43, hold, FIELD_ENUM, hold_names, false),
    NAMED(44, flags, FIELD_MASK, flag_names, false),
    ROW(45, expires_cache_on, FIELD_DATE),
};
/* clang-format on */

const size_t placement_fields_count = COUNT(placement_fields);

/* The table's last entry is the terminator. */
#define NAME_AT(names, value) (names)[(size_t)(value) < COUNT(names) - 1 ? (size_t)(value) : 0]

const char *placement_status_name(enum placement_status status)
{
    return NAME_AT(status_names, status);
}

const char *placement_scheme_name(enum placement_scheme scheme)
{
    return NAME_AT(placement_scheme_names, scheme);
}

const char *placement_hold_name(enum placement_hold hold)
{
    return NAME_AT(hold_names, hold);
}

bool placement_status_valid(enum placement_status status)
{
    return status == PLACEMENT_READY || status == PLACEMENT_ACTIVE || status == PLACEMENT_ON_LEAVE;
}
