/* Rules about what the look-up found: identity, number, status, window, destination.
 *
 * Source: the file contracts, "Names", "Finding" and "Status". Every record rule speaks of the
 * record that was chosen, also when the identity conflicts: the officer sees all of it at once.
 */
#include <stdio.h>
#include <string.h>

#include "verdict_rule.h"

static bool is_found(const struct facts *facts)
{
    return facts->match->grade != MATCH_NONE;
}

static const struct placement *record(const struct facts *facts)
{
    return &facts->match->placement;
}

/* Nothing found where nothing could be looked up says nothing about the person. Among more records
 * of this birth date and these words than can be looked at there may be the right one, and who may
 * be too young for the work that they declare is not said to be no worker: no category clears
 * either. */
void verdict_rule_nothing_found(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    if (is_found(facts) || !facts->data->placements_usable)
        return;
    char as_of[CLOCK_TEXT_LEN];
    verdict_format_time(facts->data->placements_as_of, as_of);
    if (context_is_not_worker(facts->context) && !facts->match->may_miss &&
        !verdict_may_be_too_young(facts))
        verdict_say(judge, 3, purpose_name(facts->context->category), "");
    else
        verdict_say(judge, 10, as_of, "");
}

void verdict_rule_matches(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    if (facts->match->grade != MATCH_EXACT)
        return;
    bool goes_back =
        record(facts)->status == PLACEMENT_ON_LEAVE || record(facts)->scheme == SCHEME_REENTRY;
    verdict_say(judge, goes_back ? 2 : 1, "", "");
}

static void say_names(struct judge *judge, uint16_t code)
{
    char found[DOCUMENT_NAME_LEN], expected[DOCUMENT_NAME_LEN];
    placement_name_difference(judge->facts->document, record(judge->facts), found, expected);
    verdict_say(judge, code, found, expected);
}

void verdict_rule_name_near(struct judge *judge)
{
    if (judge->facts->match->grade == MATCH_NEAR)
        say_names(judge, 11);
}

/* The first of birth date, sex and name that differs. An age that may be too low never clears. */
void verdict_rule_identity_conflict(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    const struct document *document = facts->document;
    if (facts->match->grade != MATCH_CONFLICT)
        return;
    if (!date_valid(document->birth) ||
        date_compare(document->birth, record(facts)->birth_date) != 0)
        verdict_say_dates_at_least(judge, 12,
                                   verdict_may_be_too_young(facts) ? COLOUR_AMBER : COLOUR_NONE,
                                   document->birth, record(facts)->birth_date);
    else if (document->sex != record(facts)->sex)
        verdict_say(judge, 12, (const char[2]){document->sex, '\0'},
                    (const char[2]){record(facts)->sex, '\0'});
    else
        say_names(judge, 12);
}

/* The number, with its country where that is all that differs. */
static void format_number(const char *country, const char *number, bool alone,
                          char out[REASON_FACT_LEN])
{
    snprintf(out, REASON_FACT_LEN, "%s%s%s", alone ? "" : country, alone ? "" : " ", number);
}

/* Found by a previous number, or by NIK or name only, which never clears whatever policy says. */
void verdict_rule_number_differs(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    const struct document *document = facts->document;
    if (!is_found(facts) || facts->match->key == MATCH_KEY_PASSPORT)
        return;
    enum colour floor = facts->match->key == MATCH_KEY_OLD_PASSPORT ? COLOUR_NONE : COLOUR_AMBER;
    bool alone = strcmp(document->number, record(facts)->passport_no) != 0;
    char found[REASON_FACT_LEN], expected[REASON_FACT_LEN];
    format_number(document->country, document->number, alone, found);
    format_number(record(facts)->passport_country, record(facts)->passport_no, alone, expected);
    verdict_say_at_least(judge, 13, floor, found, expected);
}

void verdict_rule_several_placements(struct judge *judge)
{
    if (is_found(judge->facts) && judge->facts->match->several_valid)
        verdict_say(judge, 14, record(judge->facts)->placement_id, "");
}

void verdict_rule_status(struct judge *judge)
{
    if (!is_found(judge->facts))
        return;
    enum placement_status status = record(judge->facts)->status;
    bool ended = status == PLACEMENT_CANCELLED || status == PLACEMENT_REVOKED;
    if (ended)
        verdict_say(judge, 16, placement_status_name(status), "");
    else if (!placement_status_valid(status))
        verdict_say(judge, 15, placement_status_name(status), "");
}

void verdict_rule_window(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    if (!is_found(facts))
        return;
    struct date from = record(facts)->window_from, to = record(facts)->window_to;
    if (date_known(from) && date_compare(facts->today, from) < 0)
        verdict_say_dates(judge, 17, facts->today, from);
    else if (date_known(to) && date_compare(facts->today, to) > 0)
        verdict_say_dates(judge, 17, facts->today, to);
}

void verdict_rule_destination(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    const char *going = facts->context->dest_country;
    if (is_found(facts) && *going && strcmp(going, record(facts)->dest_country) != 0)
        verdict_say(judge, 18, going, record(facts)->dest_country);
}
