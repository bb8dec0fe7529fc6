/* The verdict: rules, and what they add up to.
 *
 * Problem: advice that an officer can follow, contradict and explain to the person in front of
 * them. Method: each rule is a pure function of the facts that either says nothing or says its
 * reason with the two facts that differ; the table below names them all. The verdict is the worst
 * colour said, and SESUAI needs a green reason that clears of its own. To add a rule, write the
 * function and its row. Colours come from reason.c as policy changes them; a `floor` is what policy
 * can't lower, because a promise stands on it: unknown, stale, keyed and found-by-name-only never
 * clear. A day that nobody vouches for neither clears nor stops: without a trusted clock what goes
 * by the day alone is not judged, what a list says is told but stops nobody, since it may have
 * ended, and R093 refers everybody with the clock named.
 * Refused: dates, countries, companies and limits in rule code; and reasons that only an officer
 * may give.
 *
 * Source: the file contracts ("Verdict" to "Lists"), the domain's reason codes, UU 6/2011, UU
 * 18/2017. A return is recorded, not judged: only rules marked for it speak.
 */
#include "verdict.h"

#include <assert.h>
#include <string.h>

#include "verdict_rule.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- saying ---------------------------------------------------------------------------------- */

/* Says a reason that policy may not colour below `floor`. */
void verdict_say_at_least(struct judge *judge, uint16_t code, enum colour floor, const char *found,
                          const char *expected)
{
    const struct reason *reason = reason_find(code);
    struct verdict *verdict = judge->verdict;
    assert(reason && verdict->n_reasons < VERDICT_REASONS_MAX);
    enum colour colour = policy_colour(judge->facts->policy, reason);
    struct reason_said *said = &verdict->reasons[verdict->n_reasons++];
    said->code = code;
    said->colour = colour > floor ? colour : floor;
    if (said->colour > judge->ceiling)
        said->colour = judge->ceiling;
    text_append(said->found, said->found + sizeof said->found, found);
    text_append(said->expected, said->expected + sizeof said->expected, expected);
}

void verdict_say(struct judge *judge, uint16_t code, const char *found, const char *expected)
{
    verdict_say_at_least(judge, code, COLOUR_NONE, found, expected);
}

/* Two dates, the unknown parts of either as zeros; a wholly unknown one as "". */
void verdict_say_dates_at_least(struct judge *judge, uint16_t code, enum colour floor,
                                struct date found, struct date expected)
{
    char texts[2][DATE_TEXT_LEN] = {"", ""};
    if (date_known(found))
        date_format(found, texts[0]);
    if (date_known(expected))
        date_format(expected, texts[1]);
    verdict_say_at_least(judge, code, floor, texts[0], texts[1]);
}

void verdict_say_dates(struct judge *judge, uint16_t code, struct date found, struct date expected)
{
    verdict_say_dates_at_least(judge, code, COLOUR_NONE, found, expected);
}

void verdict_format_time(int64_t utc_s, char out[CLOCK_TEXT_LEN])
{
    out[0] = '\0';
    if (utc_s > 0 && utc_s <= INT64_MAX / 1000)
        clock_format_utc(utc_s * 1000, out);
}

/* ---- the table ------------------------------------------------------------------------------- */

/* What a rule is without a day that can be trusted. */
enum day_need {
    ANY_DAY = 0, /* the same */
    DAY_FOR_RED, /* never worse than amber: what it tells may have ended, or not have begun */
    DAY_NEEDED,  /* silent */
};

struct rule {
    void (*judge)(struct judge *judge);
    bool on_return; /* speaks of returns too */
    enum day_need day;
};

static const struct rule rules[] = {
    {verdict_rule_clock, true, ANY_DAY},
    {verdict_rule_policy, true, ANY_DAY},
    {verdict_rule_data_usable, true, ANY_DAY},
    {verdict_rule_fresh, false, DAY_NEEDED},
    {verdict_rule_return, true, ANY_DAY},
    {verdict_rule_document_keyed, true, ANY_DAY},
    {verdict_rule_document_expired, false, DAY_NEEDED},
    {verdict_rule_document_validity, false, DAY_NEEDED},
    {verdict_rule_work_age, false, DAY_NEEDED},
    {verdict_rule_nothing_found, false, ANY_DAY},
    {verdict_rule_matches, false, ANY_DAY},
    {verdict_rule_name_near, false, ANY_DAY},
    {verdict_rule_identity_conflict, false, ANY_DAY},
    {verdict_rule_number_differs, false, ANY_DAY},
    {verdict_rule_several_placements, false, ANY_DAY},
    {verdict_rule_status, false, ANY_DAY},
    {verdict_rule_window, false, DAY_NEEDED},
    {verdict_rule_destination, false, ANY_DAY},
    {verdict_rule_visa, false, ANY_DAY},
    {verdict_rule_contract, false, ANY_DAY},
    {verdict_rule_orientation, false, ANY_DAY},
    {verdict_rule_insurance, false, ANY_DAY},
    {verdict_rule_other_documents, false, ANY_DAY},
    {verdict_rule_company_suspended, false, DAY_NEEDED},
    {verdict_rule_company_revoked, false, DAY_NEEDED},
    {verdict_rule_company_unknown, false, DAY_NEEDED},
    {verdict_rule_destination_blocked, false, DAY_NEEDED},
    {verdict_rule_destination_referred, false, DAY_NEEDED},
    {verdict_rule_destination_excepted, false, DAY_NEEDED},
    {verdict_rule_document_lost, false, DAY_FOR_RED},
    {verdict_rule_deferred_before, false, DAY_FOR_RED},
    {verdict_rule_deferred_today, false, ANY_DAY},
    {verdict_rule_subject_of_interest, false, DAY_FOR_RED},
    {verdict_rule_deported_before, false, DAY_FOR_RED},
    {verdict_rule_hold_or_complaint, true, DAY_FOR_RED},
};

/* A rule says at most one reason, so all of them fit. */
_Static_assert(COUNT(rules) <= VERDICT_REASONS_MAX, "every rule can speak");

/* Reasons that clear of their own: matched, on leave, not a worker, return, special channel. */
static const uint16_t clearing[] = {1, 2, 3, 4, 52};

static bool clears(uint16_t code)
{
    for (size_t i = 0; i < COUNT(clearing); i++)
        if (code == clearing[i])
            return true;
    return false;
}

static enum verdict_result result_of(const struct verdict *verdict)
{
    enum colour worst = COLOUR_NONE;
    bool cleared = false;
    for (size_t i = 0; i < verdict->n_reasons; i++) {
        if (verdict->reasons[i].colour > worst)
            worst = verdict->reasons[i].colour;
        cleared |= clears(verdict->reasons[i].code);
    }
    if (worst == COLOUR_RED)
        return VERDICT_STOP;
    return worst == COLOUR_GREEN && cleared ? VERDICT_CLEAR : VERDICT_REFER;
}

static bool goes_before(const struct reason_said *a, const struct reason_said *b)
{
    return a->colour != b->colour ? a->colour > b->colour : a->code < b->code;
}

/* Stable: reasons of one code stay in the rules' order. */
static void sort_reasons(struct verdict *verdict)
{
    for (size_t i = 1; i < verdict->n_reasons; i++) {
        struct reason_said said = verdict->reasons[i];
        size_t at = i;
        for (; at > 0 && goes_before(&said, &verdict->reasons[at - 1]); at--)
            verdict->reasons[at] = verdict->reasons[at - 1];
        verdict->reasons[at] = said;
    }
}

void verdict_judge(const struct facts *facts, struct verdict *out)
{
    assert(facts->site < SITE_CLASSES && date_valid(facts->today));
    memset(out, 0, sizeof *out);
    struct judge judge = {
        .facts = facts, .verdict = out, .lacking = verdict_documents_lacking(facts)};
    bool returns = facts->context->direction == DIRECTION_RETURN;
    for (size_t i = 0; i < COUNT(rules); i++) {
        bool limited = !verdict_day_known(facts) && rules[i].day != ANY_DAY;
        judge.ceiling = limited ? COLOUR_AMBER : COLOUR_RED;
        if ((!returns || rules[i].on_return) && !(limited && rules[i].day == DAY_NEEDED))
            rules[i].judge(&judge);
    }
    sort_reasons(out);
    out->result = result_of(out);
}

bool verdict_day_known(const struct facts *facts)
{
    return facts->clock_quality != CLOCK_UNKNOWN;
}

const char *verdict_name(enum verdict_result result)
{
    switch (result) {
    case VERDICT_REFER:
        return "RUJUK";
    case VERDICT_CLEAR:
        return "SESUAI";
    case VERDICT_STOP:
        return "TUNDA";
    }
    return "RUJUK";
}

bool verdict_has(const struct verdict *verdict, uint16_t code)
{
    for (size_t i = 0; i < verdict->n_reasons; i++)
        if (verdict->reasons[i].code == code)
            return true;
    return false;
}
