/* Rules about ourselves: a machine that does not know the time, its policy or the data never clears
 * anybody, whatever it found and whatever policy colours say. Stale data are a matter of policy's
 * hours per class of site (file contracts, "Dates"); that they never clear is not.
 */
#include <inttypes.h>
#include <stdio.h>

#include "verdict_rule.h"

#define SECONDS_PER_HOUR 3600
#define SECONDS_PER_DAY  86400

void verdict_rule_clock(struct judge *judge)
{
    if (judge->facts->clock_quality == CLOCK_UNKNOWN)
        verdict_say_at_least(judge, 93, COLOUR_AMBER, "clock", "");
}

void verdict_rule_policy(struct judge *judge)
{
    if (judge->facts->policy->version == 0)
        verdict_say_at_least(judge, 93, COLOUR_AMBER, "policy", "");
}

/* One reason for what is lacking: the first part of it. */
void verdict_rule_data_usable(struct judge *judge)
{
    if (!judge->facts->data->placements_usable)
        verdict_say_at_least(judge, 93, COLOUR_AMBER, "placements", "");
    else if (judge->facts->lists_unknown)
        verdict_say_at_least(judge, 93, COLOUR_AMBER, "lists", "");
}

/* Older than the site's hours at 00:00 UTC of the day. Without policy there are no hours. */
static bool is_stale(const struct facts *facts, int64_t as_of, uint32_t hours)
{
    int64_t midnight = (int64_t)date_to_days(facts->today) * SECONDS_PER_DAY;
    return facts->policy->version != 0 && as_of < midnight - (int64_t)hours * SECONDS_PER_HOUR;
}

static void say_stale(struct judge *judge, int64_t as_of, uint32_t hours)
{
    char found[CLOCK_TEXT_LEN], expected[12];
    verdict_format_time(as_of, found);
    snprintf(expected, sizeof expected, "%" PRIu32, hours);
    verdict_say_at_least(judge, 19, COLOUR_AMBER, found, expected);
}

void verdict_rule_fresh(struct judge *judge)
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
