/* Rules about the traveller and the document in hand, whether a placement is found or not: validity
 * (UU 6/2011 Art. 8 and its elucidation), age (UU 18/2017 Art. 5), and returns.
 *
 * A date that an MRZ gives in part is a span of days. What holds on every day of the span is said;
 * where some days would do and others not, the rule takes the side that does not clear.
 */
#include <stdio.h>

#include "verdict_rule.h"

/* Whoever has a placement and was not asked goes to work: what nobody asked never clears. */
static bool goes_to_work(const struct facts *facts)
{
    enum purpose purpose = facts->context->purpose;
    return purpose == PURPOSE_WORK || purpose == PURPOSE_CREW ||
           (purpose == PURPOSE_NONE && facts->match->grade != MATCH_NONE);
}

/* A partial date is a span of days: its first and its last. Unknown years stay unknown. */
static struct date first_day(struct date date)
{
    if (date_known(date)) {
        date.month = date.month ? date.month : 1;
        date.day = date.day ? date.day : 1;
    }
    return date;
}

static struct date last_day(struct date date)
{
    if (!date_known(date) || date.day)
        return date;
    if (!date.month)
        date.month = 12;
    date.day = 1;
    return date_from_days(date_to_days(date_add_months(date, 1)) - 1);
}

void verdict_rule_return(struct judge *judge)
{
    if (judge->facts->context->direction == DIRECTION_RETURN)
        verdict_say(judge, 4, "", "");
}

/* What nobody's machine read never clears, in either direction. */
void verdict_rule_document_keyed(struct judge *judge)
{
    if (judge->facts->document->capture == DOCUMENT_KEYED)
        verdict_say_at_least(judge, 24, COLOUR_AMBER, "", "");
}

void verdict_rule_document_expired(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    struct date last = last_day(facts->document->expiry);
    if (date_known(last) && date_compare(last, facts->today) < 0)
        verdict_say_dates(judge, 20, facts->document->expiry, facts->today);
}

/* An expiry that is not known, or not to the day, is taken at its earliest. */
void verdict_rule_document_validity(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    struct date required =
        date_add_months(facts->today, (int)facts->policy->passport_min_validity_months);
    if (date_compare(first_day(facts->document->expiry), required) < 0)
        verdict_say_dates(judge, 21, facts->document->expiry, required);
}

/* The age in whole years on the first and the last day that the birth date may be. */
static void ages_of(const struct facts *facts, int *oldest, int *youngest)
{
    struct date birth = facts->document->birth;
    bool known = date_known(birth);
    *oldest = known ? date_age_years(first_day(birth), facts->today) : INT16_MAX;
    *youngest = known ? date_age_years(last_day(birth), facts->today) : 0;
}

bool verdict_may_be_too_young(const struct facts *facts)
{
    int minimum = (int)facts->policy->min_work_age_years, oldest, youngest;
    if (!verdict_day_known(facts))
        return goes_to_work(facts) && minimum > 0;
    ages_of(facts, &oldest, &youngest);
    return goes_to_work(facts) && youngest < minimum && oldest >= minimum;
}

/* Who is too young whatever the unknown part of the birth date. Who may be is not stopped, and not
 * cleared by the rules of what was found. */
void verdict_rule_work_age(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    int minimum = (int)facts->policy->min_work_age_years, oldest, youngest;
    ages_of(facts, &oldest, &youngest);
    if (!goes_to_work(facts) || minimum == 0 || oldest >= minimum)
        return;
    char found[12], expected[12];
    snprintf(found, sizeof found, "%d", oldest);
    snprintf(expected, sizeof expected, "%d", minimum);
    verdict_say(judge, 30, found, expected);
}
