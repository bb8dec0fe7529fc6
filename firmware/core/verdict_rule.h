/* What the rules of the verdict share: how a rule speaks, and the list of rules.
 *
 * For verdict*.c and nobody else. A rule is a pure function that looks at judge->facts and says at
 * most one reason, or nothing. To add one: write it, declare it here, give it a row in verdict.c.
 */
#ifndef PAMIT_VERDICT_RULE_H
#define PAMIT_VERDICT_RULE_H

#include "verdict.h"

struct judge {
    const struct facts *facts;
    struct verdict *verdict;
    uint32_t lacking;    /* verdict_documents_lacking, which several rules ask */
    enum colour ceiling; /* no reason is worse */
};

/* False: facts->today is what a clock says that is not to be trusted. */
bool verdict_day_known(const struct facts *facts);

/* Says a reason with the two facts that differ ("" for none), in the colour policy gives it. */
void verdict_say(struct judge *judge, uint16_t code, const char *found, const char *expected);
/* The same, but policy can't colour it below `floor`. */
void verdict_say_at_least(struct judge *judge, uint16_t code, enum colour floor, const char *found,
                          const char *expected);
/* The same with two dates, unknown parts as zeros; a wholly unknown one is "". */
void verdict_say_dates(struct judge *judge, uint16_t code, struct date found, struct date expected);
void verdict_say_dates_at_least(struct judge *judge, uint16_t code, enum colour floor,
                                struct date found, struct date expected);
/* "YYYY-MM-DDThh:mm:ssZ"; "" for never. */
void verdict_format_time(int64_t utc_s, char out[CLOCK_TEXT_LEN]);

/* How far the machine and its data can be trusted: verdict_trust.c */
void verdict_rule_clock(struct judge *judge);
void verdict_rule_policy(struct judge *judge);
void verdict_rule_data_usable(struct judge *judge);
void verdict_rule_fresh(struct judge *judge);

/* The traveller and the document: verdict_traveller.c */
void verdict_rule_return(struct judge *judge);
void verdict_rule_document_keyed(struct judge *judge);
void verdict_rule_document_expired(struct judge *judge);
void verdict_rule_document_validity(struct judge *judge);
void verdict_rule_work_age(struct judge *judge);
/* Goes to work, and what is known of the birth date and the day allows an age below policy's and
 * one that is not. */
bool verdict_may_be_too_young(const struct facts *facts);

/* What was found: verdict_placement.c */
void verdict_rule_nothing_found(struct judge *judge);
void verdict_rule_matches(struct judge *judge);
void verdict_rule_name_near(struct judge *judge);
void verdict_rule_identity_conflict(struct judge *judge);
void verdict_rule_number_differs(struct judge *judge);
void verdict_rule_several_placements(struct judge *judge);
void verdict_rule_status(struct judge *judge);
void verdict_rule_window(struct judge *judge);
void verdict_rule_destination(struct judge *judge);

/* What policy's tables say of the placement or the journey: verdict_policy.c */
/* Bits of what the record's scheme requires and the record lacks; 0 without a record. */
uint32_t verdict_documents_lacking(const struct facts *facts);
void verdict_rule_visa(struct judge *judge);
void verdict_rule_contract(struct judge *judge);
void verdict_rule_orientation(struct judge *judge);
void verdict_rule_insurance(struct judge *judge);
void verdict_rule_other_documents(struct judge *judge);
void verdict_rule_company_suspended(struct judge *judge);
void verdict_rule_company_revoked(struct judge *judge);
void verdict_rule_company_unknown(struct judge *judge);
void verdict_rule_destination_blocked(struct judge *judge);
void verdict_rule_destination_referred(struct judge *judge);
void verdict_rule_destination_excepted(struct judge *judge);

/* What the lists say: verdict_lists.c */
void verdict_rule_document_lost(struct judge *judge);
void verdict_rule_deferred_before(struct judge *judge);
void verdict_rule_deferred_today(struct judge *judge);
void verdict_rule_subject_of_interest(struct judge *judge);
void verdict_rule_deported_before(struct judge *judge);
void verdict_rule_hold_or_complaint(struct judge *judge);

#endif
