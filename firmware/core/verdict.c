/* The verdict: rules, and what they add up to.
 *
 * Problem: advice that an officer can follow, contradict and explain to the person in front of
 * them. Method: each rule is a pure function of the facts that either says nothing or says its
 * reason with the two facts that differ; the table below names them all. The verdict is the worst
 * colour said, and SESUAI needs a green reason that clears of its own. To add a rule, write the
 * function and its row. Colours come from reason.c as policy changes them; a `floor` is what policy
 * can't lower, because a promise stands on it: unknown, stale and found-by-name-only never clear.
 * Refused: dates, countries, companies and limits in rule code; and reasons that only an officer
 * may give.
 *
 * Source: the file contracts ("Verdict" to "Status"), the domain's reason codes, UU 6/2011, UU
 * 18/2017. A return is recorded, not judged: only rules marked for it speak.
 */
#include "verdict.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(table)    (sizeof(table) / sizeof *(table))
#define SECONDS_PER_H   3600
#define SECONDS_PER_DAY 86400

/* ---- saying ---------------------------------------------------------------------------------- */

struct judge {
    const struct facts *facts;
    struct verdict *verdict;
};

/* Says a reason that policy may not colour below `floor`. */
static void say_at_least(struct judge *judge, uint16_t code, enum colour floor, const char *found,
                         const char *expected)
{
    const struct reason *reason = reason_find(code);
    struct verdict *verdict = judge->verdict;
    assert(reason && verdict->n_reasons < VERDICT_REASONS_MAX);
    enum colour colour = policy_colour(judge->facts->policy, reason);
    struct reason_said *said = &verdict->reasons[verdict->n_reasons++];
    said->code = code;
    said->colour = colour > floor ? colour : floor;
    snprintf(said->found, sizeof said->found, "%s", found);
    snprintf(said->expected, sizeof said->expected, "%s", expected);
}

static void say(struct judge *judge, uint16_t code, const char *found, const char *expected)
{
    say_at_least(judge, code, COLOUR_NONE, found, expected);
}

/* Two dates, the unknown parts of either as zeros; a wholly unknown one as "". */
static void say_dates(struct judge *judge, uint16_t code, struct date found, struct date expected)
{
    char texts[2][DATE_TEXT_LEN] = {"", ""};
    if (date_known(found))
        date_format(found, texts[0]);
    if (date_known(expected))
        date_format(expected, texts[1]);
    say(judge, code, texts[0], texts[1]);
}

static void format_time(int64_t utc_s, char out[CLOCK_TEXT_LEN])
{
    out[0] = '\0';
    if (utc_s > 0 && utc_s <= INT64_MAX / 1000)
        clock_format_utc(utc_s * 1000, out);
}

/* ---- what rules ask ------------------------------------------------------------------------- */

static bool is_found(const struct facts *facts)
{
    return facts->match->grade != MATCH_NONE;
}

static const struct placement *record(const struct facts *facts)
{
    return &facts->match->placement;
}

static bool goes_to_work(const struct facts *facts)
{
    return facts->context->purpose == PURPOSE_WORK || facts->context->purpose == PURPOSE_CREW;
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

/* ---- how far the machine can be trusted ---------------------------------------------------------
 */

static void rule_clock(struct judge *judge)
{
    if (judge->facts->clock_quality == CLOCK_UNKNOWN)
        say_at_least(judge, 93, COLOUR_AMBER, "clock", "");
}

static void rule_policy(struct judge *judge)
{
    if (judge->facts->policy->version == 0)
        say_at_least(judge, 93, COLOUR_AMBER, "policy", "");
}

static void rule_placements_usable(struct judge *judge)
{
    if (!judge->facts->data->placements_usable)
        say_at_least(judge, 93, COLOUR_AMBER, "placements", "");
}

/* Older than the site's hours at 00:00 UTC of the day. Without policy there are no hours. */
static bool is_stale(const struct facts *facts, int64_t as_of, uint32_t hours)
{
    int64_t midnight = (int64_t)date_to_days(facts->today) * SECONDS_PER_DAY;
    return facts->policy->version != 0 && as_of < midnight - (int64_t)hours * SECONDS_PER_H;
}

static void say_stale(struct judge *judge, int64_t as_of, uint32_t hours)
{
    char found[CLOCK_TEXT_LEN], expected[12];
    format_time(as_of, found);
    snprintf(expected, sizeof expected, "%" PRIu32, hours);
    say_at_least(judge, 19, COLOUR_AMBER, found, expected);
}

static void rule_fresh(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    const struct data_state *data = facts->data;
    uint32_t placements = facts->policy->staleness_hours[facts->site].placements;
    uint32_t lists = facts->policy->staleness_hours[facts->site].lists;
    if (data->placements_usable && is_stale(facts, data->placements_as_of, placements))
        say_stale(judge, data->placements_as_of, placements);
    else if (is_stale(facts, data->lists_as_of, lists))
        say_stale(judge, data->lists_as_of, lists);
}

/* ---- the traveller and the document --------------------------------------------------------- */

static void rule_return(struct judge *judge)
{
    if (judge->facts->context->direction == DIRECTION_RETURN)
        say(judge, 4, "", "");
}

static void rule_document_expired(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    struct date last = last_day(facts->document->expiry);
    if (date_known(last) && date_compare(last, facts->today) < 0)
        say_dates(judge, 20, facts->document->expiry, facts->today);
}

/* An expiry that is not known, or not to the day, is taken at its earliest. */
static void rule_document_validity(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    struct date required =
        date_add_months(facts->today, (int)facts->policy->passport_min_validity_months);
    if (date_compare(first_day(facts->document->expiry), required) < 0)
        say_dates(judge, 21, facts->document->expiry, required);
}

/* Who is too young whatever the unknown part of the birth date is too young; who may be is not
 * known to be old enough, and that never clears. */
static void rule_work_age(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    int minimum = (int)facts->policy->min_work_age_years;
    if (!goes_to_work(facts) || minimum == 0)
        return;
    struct date birth = facts->document->birth;
    bool known = date_known(birth);
    int oldest = known ? date_age_years(first_day(birth), facts->today) : INT16_MAX;
    int youngest = known ? date_age_years(last_day(birth), facts->today) : 0;
    char found[12], expected[12];
    snprintf(found, sizeof found, "%d", oldest);
    snprintf(expected, sizeof expected, "%d", minimum);
    if (oldest < minimum)
        say(judge, 30, found, expected);
    else if (youngest < minimum)
        say_at_least(judge, 93, COLOUR_AMBER, "birth_date", "");
}

/* ---- what was found -------------------------------------------------------------------------- */

/* Nothing found where nothing could be looked up says nothing about the person. */
static void rule_nothing_found(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    if (is_found(facts) || !facts->data->placements_usable)
        return;
    char as_of[CLOCK_TEXT_LEN];
    format_time(facts->data->placements_as_of, as_of);
    if (context_is_not_worker(facts->context))
        say(judge, 3, purpose_name(facts->context->category), "");
    else
        say(judge, 10, as_of, "");
}

static void rule_matches(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    if (facts->match->grade != MATCH_EXACT)
        return;
    bool goes_back =
        record(facts)->status == PLACEMENT_ON_LEAVE || record(facts)->scheme == SCHEME_REENTRY;
    say(judge, goes_back ? 2 : 1, "", "");
}

static const char *record_name(const struct facts *facts)
{
    return *record(facts)->name_mrz ? record(facts)->name_mrz : record(facts)->name_full;
}

static void rule_name_near(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    if (facts->match->grade == MATCH_NEAR)
        say(judge, 11, facts->document->name, record_name(facts));
}

/* The first of birth date, sex and name that differs. */
static void rule_identity_conflict(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    const struct document *document = facts->document;
    if (facts->match->grade != MATCH_CONFLICT)
        return;
    if (!date_valid(document->birth) ||
        date_compare(document->birth, record(facts)->birth_date) != 0)
        say_dates(judge, 12, document->birth, record(facts)->birth_date);
    else if (document->sex != record(facts)->sex)
        say(judge, 12, (const char[2]){document->sex, '\0'},
            (const char[2]){record(facts)->sex, '\0'});
    else
        say(judge, 12, document->name, record_name(facts));
}

/* Found by a previous number, or by name only, which never clears whatever policy says. */
static void rule_number_differs(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    if (!is_found(facts) || facts->match->key == MATCH_KEY_PASSPORT)
        return;
    enum colour floor = facts->match->key == MATCH_KEY_OLD_PASSPORT ? COLOUR_NONE : COLOUR_AMBER;
    say_at_least(judge, 13, floor, facts->document->number, record(facts)->passport_no);
}

static void rule_several_placements(struct judge *judge)
{
    if (is_found(judge->facts) && judge->facts->match->several_valid)
        say(judge, 14, record(judge->facts)->placement_id, "");
}

static void rule_status(struct judge *judge)
{
    if (!is_found(judge->facts))
        return;
    enum placement_status status = record(judge->facts)->status;
    bool ended = status == PLACEMENT_CANCELLED || status == PLACEMENT_REVOKED;
    if (ended)
        say(judge, 16, placement_status_name(status), "");
    else if (!placement_status_valid(status))
        say(judge, 15, placement_status_name(status), "");
}

static void rule_window(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    if (!is_found(facts))
        return;
    struct date from = record(facts)->window_from, to = record(facts)->window_to;
    if (date_known(from) && date_compare(facts->today, from) < 0)
        say_dates(judge, 17, facts->today, from);
    else if (date_known(to) && date_compare(facts->today, to) > 0)
        say_dates(judge, 17, facts->today, to);
}

static void rule_destination(struct judge *judge)
{
    const struct facts *facts = judge->facts;
    const char *going = facts->context->dest_country;
    if (is_found(facts) && *going && strcmp(going, record(facts)->dest_country) != 0)
        say(judge, 18, going, record(facts)->dest_country);
}

static void rule_hold(struct judge *judge)
{
    if (is_found(judge->facts) && record(judge->facts)->hold != HOLD_NONE)
        say(judge, 75, placement_hold_name(record(judge->facts)->hold), "");
}

/* ---- the table ------------------------------------------------------------------------------- */

struct rule {
    void (*judge)(struct judge *judge);
    bool on_return; /* speaks of returns too */
};

static const struct rule rules[] = {
    {rule_clock, true},
    {rule_policy, true},
    {rule_placements_usable, true},
    {rule_fresh, false},
    {rule_return, true},
    {rule_document_expired, false},
    {rule_document_validity, false},
    {rule_work_age, false},
    {rule_nothing_found, false},
    {rule_matches, false},
    {rule_name_near, false},
    {rule_identity_conflict, false},
    {rule_number_differs, false},
    {rule_several_placements, false},
    {rule_status, false},
    {rule_window, false},
    {rule_destination, false},
    {rule_hold, true},
};

/* A rule says at most one reason, so all of them fit. */
_Static_assert(COUNT(rules) <= VERDICT_REASONS_MAX, "every rule can speak");

/* Reasons that clear of their own: matched, on leave, not a worker, return, special channel. */
static const uint16_t clearing[] = {1, 2, 3, 4, 52};

static bool clears(const struct reason_said *said)
{
    for (size_t i = 0; i < COUNT(clearing); i++)
        if (said->code == clearing[i])
            return said->colour == COLOUR_GREEN;
    return false;
}

static enum verdict_result result_of(const struct verdict *verdict)
{
    enum colour worst = COLOUR_NONE;
    bool cleared = false;
    for (size_t i = 0; i < verdict->n_reasons; i++) {
        if (verdict->reasons[i].colour > worst)
            worst = verdict->reasons[i].colour;
        cleared |= clears(&verdict->reasons[i]);
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
    struct judge judge = {.facts = facts, .verdict = out};
    bool returns = facts->context->direction == DIRECTION_RETURN;
    for (size_t i = 0; i < COUNT(rules); i++)
        if (!returns || rules[i].on_return)
            rules[i].judge(&judge);
    sort_reasons(out);
    out->result = result_of(out);
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
