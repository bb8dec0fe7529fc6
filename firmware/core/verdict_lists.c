/* Rules about lists: what others have recorded of this document, this person or this placement, and
 * what this counter has deferred itself, which counts at once.
 *
 * listing_match has chosen, of each list, the newest record in force, or that may be. That the
 * lists are old is said by the rule of freshness. On a return only an open complaint is told, so
 * that somebody is there to help.
 *
 * Source: the file contracts, "Lists", "Status" and "Return".
 */
#include <stdio.h>

#include "verdict_rule.h"

static const struct listing *listed(const struct judge *judge, enum listing_kind kind)
{
    const struct listing *listing = &judge->facts->listings->of[kind];
    return listing->kind != LISTING_UNKNOWN ? listing : NULL;
}

static void say_day_and_place(struct judge *judge, uint16_t code, struct date day,
                              const char *place)
{
    char text[DATE_TEXT_LEN];
    date_format(day, text);
    verdict_say(judge, code, text, place);
}

/* Says since when, and by whom. */
static void judge_listing(struct judge *judge, uint16_t code, enum listing_kind kind)
{
    const struct listing *listing = listed(judge, kind);
    if (listing)
        say_day_and_place(judge, code, listing->from, listing->issued_by);
}

void verdict_rule_document_lost(struct judge *judge)
{
    judge_listing(judge, 23, LISTING_DOCUMENT_LOST);
}

/* The newest of what the list says and what this counter did. */
void verdict_rule_deferred_before(struct judge *judge)
{
    const struct listing *listing = listed(judge, LISTING_DEFERRAL);
    const struct deferred_here *here = judge->facts->deferred_here;
    if (here && date_known(here->newest) &&
        (!listing || date_compare(here->newest, listing->from) >= 0))
        say_day_and_place(judge, 70, here->newest, here->place);
    else
        judge_listing(judge, 70, LISTING_DEFERRAL);
}

/* The row of a list that is of this very day; NULL: none, or nobody knows which day it is. */
static const struct listing *listed_today(const struct judge *judge, enum listing_kind kind)
{
    const struct listing *listing = listed(judge, kind);
    const bool is_today = listing && verdict_day_known(judge->facts) &&
                          date_compare(listing->from, judge->facts->today) == 0;
    return is_today ? listing : NULL;
}

/* Here or elsewhere, on this day, where it is known which that is: deferred, or deferred before and
 * turned away once more. A counter that can't tell whom it deferred does not clear. */
void verdict_rule_deferred_today(struct judge *judge)
{
    const struct listing *deferral = listed_today(judge, LISTING_DEFERRAL);
    const struct listing *repeat = listed_today(judge, LISTING_REPEAT);
    const struct deferred_here *here = judge->facts->deferred_here;
    struct date today = judge->facts->today;
    if (!here)
        return;
    if (verdict_day_known(judge->facts) && here->today)
        say_day_and_place(judge, 71, today, here->place);
    else if (deferral || repeat)
        say_day_and_place(judge, 71, today, (deferral ? deferral : repeat)->issued_by);
    else if (here->unknown)
        verdict_say_at_least(judge, 93, COLOUR_AMBER, "journal", "");
}

void verdict_rule_subject_of_interest(struct judge *judge)
{
    judge_listing(judge, 72, LISTING_SOI);
}

/* Says since when, and until when it counts. */
void verdict_rule_deported_before(struct judge *judge)
{
    const struct listing *listing = listed(judge, LISTING_DEPORTED);
    if (listing)
        verdict_say_dates(judge, 74, listing->from, listing->expires);
}

/* One reason for both: somebody is waiting to hear from this worker. */
void verdict_rule_hold_or_complaint(struct judge *judge)
{
    const struct match *match = judge->facts->match;
    const struct listing *complaint = listed(judge, LISTING_COMPLAINT);
    bool held = match->grade != MATCH_NONE && match->placement.hold != HOLD_NONE;
    if (held || complaint)
        verdict_say(judge, 75, placement_hold_name(held ? match->placement.hold : HOLD_COMPLAINT),
                    complaint ? complaint->issued_by : "");
}
