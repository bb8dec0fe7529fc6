/* Policy: dated parameters of the rules, signed centrally, replaceable without new code.
 *
 * A bundle is a CBOR map inside a COSE_Sign1 of the policy key; whoever verifies it (base/sign)
 * hands its payload here. Keys: 1 version, 2 issued (UTC s), 3 staleness by site class
 * [[placements, lists] remote, online] (h), 4 months of validity, 5 work age (years), 6 double scan
 * (s), 7 retention [payload after receipt, double-scan hash] (days), 8 colours {code: colour}, 9
 * tables (policy_tables.h). 8 and 9 may be absent, unknown keys are skipped. Pure.
 */
#ifndef PAMIT_POLICY_H
#define PAMIT_POLICY_H

#include "cbor.h"
#include "err.h"
#include "policy_tables.h"
#include "reason.h"

enum site_class {
    SITE_REMOTE = 0,
    SITE_ONLINE = 1,
    SITE_CLASSES,
};

#define POLICY_COLOURS_MAX 64
/* What a kiosk accepts: beyond them is a slip, not a policy. */
#define POLICY_HOURS_MAX  (24u * 366 * 10)
#define POLICY_MONTHS_MAX 120u
#define POLICY_AGE_MAX    120u
#define POLICY_SCAN_S_MAX 86400u
#define POLICY_DAYS_MAX   36600u
/* 2,000 licences with history and all else, twice over. */
#define POLICY_CBOR_MAX (512u << 10)

struct policy {
    uint64_t version; /* 0: there is none; rules then use nothing that clears */
    int64_t issued;   /* UTC seconds */
    struct {
        uint32_t placements, lists;
    } staleness_hours[SITE_CLASSES];
    uint32_t passport_min_validity_months;
    uint32_t min_work_age_years;
    uint32_t double_scan_s;
    uint32_t payload_after_receipt_days, double_scan_hash_days;
    size_t n_colours;
    struct {
        uint16_t code;
        enum colour colour;
    } colours[POLICY_COLOURS_MAX];
    const struct policy_index *tables; /* borrowed; NULL: no table has any row */
};

/* Reads a bundle's payload. Tables are always checked; they are found through `index` (the
 * caller's, filled here) as long as it and `payload` stay; NULL: policy->tables is NULL.
 * ERR_INVALID, ERR_SIZE: `out` is untouched, `index` is not to be used. */
MUST_CHECK enum err policy_decode(struct span payload, struct policy_index *index,
                                  struct policy *out);
/* Writes the parameters of `policy`; `tables` is the encoded CBOR map of policy_tables.h, or empty.
 * ERR_INVALID: what a kiosk would refuse; ERR_SIZE. */
MUST_CHECK enum err policy_encode(const struct policy *policy, struct span tables,
                                  struct cbor_writer *w);

/* The colour of a reason under this policy: raised at will, lowered except for the reds of law. */
enum colour policy_colour(const struct policy *policy, const struct reason *reason);

#endif
