/* Policy: dated parameters of the rules, signed centrally, replaceable without new code.
 *
 * A bundle is a CBOR map inside a COSE_Sign1 of the policy key; whoever verifies it (base/sign)
 * hands its payload here. Pure.
 */
#ifndef PAMIT_POLICY_H
#define PAMIT_POLICY_H

#include "cbor.h"
#include "err.h"
#include "reason.h"

enum site_class {
    SITE_REMOTE = 0,
    SITE_ONLINE = 1,
    SITE_CLASSES,
};

#define POLICY_COLOURS_MAX 64
#define POLICY_CBOR_MAX    65536

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
};

/* Reads a bundle's payload. Parts this version has no rule for are skipped. ERR_INVALID. */
MUST_CHECK enum err policy_decode(struct span payload, struct policy *out);
/* Writes the parameters of `policy`; `tables` are the parts kept as they come (licences, texts
 * ...), an encoded CBOR map or empty. */
MUST_CHECK enum err policy_encode(const struct policy *policy, struct span tables,
                                  struct cbor_writer *w);

/* The colour of a reason under this policy: raised at will, lowered except for the reds of law. */
enum colour policy_colour(const struct policy *policy, const struct reason *reason);

#endif
