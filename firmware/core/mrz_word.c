/* The words of the tools' JSON for what mrz.h enumerates. */
#include <assert.h>

#include "mrz.h"

/* The name of the one bit that is set. */
static const char *name_of_bit(const char *const *names, unsigned n, unsigned bits)
{
    unsigned bit = 0;
    while (bit < n && bits != 1u << bit)
        bit++;
    assert(bit < n);
    return names[bit];
}

const char *mrz_place_name(enum mrz_place place)
{
    static const char *const names[MRZ_PLACES] = {
        [MRZ_PLACE_NUMBER] = "document_number", [MRZ_PLACE_BIRTH] = "birth_date",
        [MRZ_PLACE_EXPIRY] = "expiry_date",     [MRZ_PLACE_OPTIONAL] = "optional",
        [MRZ_PLACE_COMPOSITE] = "composite",
    };
    assert((unsigned)place < MRZ_PLACES);
    return names[place];
}

const char *mrz_issue_name(enum mrz_issue issue)
{
    static const char *const names[MRZ_ISSUES] = {"length",
                                                  "characters",
                                                  "french_id_card",
                                                  "bad_document_code",
                                                  "bad_issuing_state",
                                                  "bad_name",
                                                  "bad_nationality",
                                                  "bad_birth_date_raw",
                                                  "bad_expiry_raw",
                                                  "bad_sex"};
    return name_of_bit(names, MRZ_ISSUES, issue);
}

const char *mrz_warning_name(enum mrz_warning warning)
{
    static const char *const names[MRZ_WARNINGS] = {
        "unknown_issuing_state", "unknown_nationality",   "name_third_part",
        "name_empty_primary",    "document_number_empty", "unusual_document_number"};
    return name_of_bit(names, MRZ_WARNINGS, warning);
}
