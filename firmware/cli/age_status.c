/* pamit status: does the lane clear anybody, how old is what it goes by, who vouches for its clock.
 *
 * The clock is judged as pamit-lane judges it: by the kernel and the hardware, the registry's last
 * word, and what a supervisor said in this boot, which every entry since bears.
 */
#include "cache.h"
#include "cli.h"

#define HOUR_S INT64_C(3600)

static void clock_learn(struct clock *clock, const struct cli_uplink *uplink)
{
    const struct sync_moment *contact = &uplink->state.contact;
    if (uplink->registry_ms == 0)
        return;
    if (memcmp(contact->boot_id, clock->boot_id, sizeof contact->boot_id) == 0)
        clock_take_fix(clock, uplink->registry_ms, sync_moment_middle(contact));
    else
        clock_raise_floor(clock, uplink->registry_ms - CLOCK_FIX_TOLERANCE_S * 1000LL);
}

static void clock_take_word(struct clock *clock, struct journal_reader *reader, uint64_t last)
{
    static struct journal_row row;
    if (!reader || journal_reader_get(reader, last, &row))
        return;
    const struct clock_reading *then = &row.header.time;
    if (then->quality == CLOCK_OPERATOR_SET &&
        memcmp(then->boot_id, clock->boot_id, sizeof then->boot_id) == 0)
        clock_set(clock, then->wall_ms, then->boottime_ms, then->uncertainty_s);
}

void cli_clock_read(const struct cli_paths *paths, struct journal_reader *reader,
                    const struct cli_uplink *uplink, struct clock *clock, struct clock_reading *now)
{
    clock_init(clock, paths->config.zone, paths->config.assume_clock_synced);
    clock_learn(clock, uplink);
    clock_take_word(clock, reader, uplink->head.seq);
    clock_read(clock, now);
}

static bool ages_read(const struct kiosk_config *config, struct data_state *out,
                      char why[CLI_WHY_LEN])
{
    struct seal_root *root = NULL;
    struct cache_reader *cache = NULL;
    if (seal_root_load(config->storage_key, &root, why))
        return false;
    enum err err = cache_reader_open(config->cache, root, &cache, why);
    if (!err) {
        err = cache_reader_state(cache, out);
        snprintf(why, CLI_WHY_LEN, "%s: %s", config->cache, err_text(err));
    }
    cache_reader_close(cache);
    seal_root_close(root);
    return !err;
}

/* As pamit-lane judges it. */
static bool is_stale(const struct kiosk_config *config, const struct policy *policy,
                     const struct data_state *data, int64_t now_s)
{
    const enum site_class site = config->site == KIOSK_ONLINE ? SITE_ONLINE : SITE_REMOTE;

    return now_s - data->placements_as_of > policy->staleness_hours[site].placements * HOUR_S ||
           now_s - data->lists_as_of > policy->staleness_hours[site].lists * HOUR_S;
}

/* Adds what makes the lane refer everybody; returns whether the data's age does. */
static bool referral_find(const struct kiosk_config *config, struct data_state *data,
                          const struct clock_reading *now, struct cli_findings *findings)
{
    struct policy policy;
    char why[CLI_WHY_LEN];
    const bool has_clock = now->quality != CLOCK_UNKNOWN;
    bool stale = false;

    if (!has_clock)
        cli_finding_add(findings, "nobody vouches for the clock, or the registry says another "
                                  "time: all are referred until it is set");
    if (!ages_read(config, data, why))
        cli_finding_add(findings, "%.400s: all are referred until pamit-sync has fetched it", why);
    else if (!cli_policy_read(config, &policy, why))
        cli_finding_add(findings, "%.300s: all are referred until there is one under policy_key",
                        why);
    else if (!data->placements_usable || !data->lists_as_of)
        cli_finding_add(findings, "no %s came yet: all are referred until they do",
                        data->placements_usable ? "lists" : "placements");
    else
        stale = has_clock && is_stale(config, &policy, data, now->wall_ms / 1000);
    if (stale)
        cli_finding_add(findings, "the data are older than policy allows: all are referred");
    return stale;
}

void cli_age_add(json_t *json, const struct cli_paths *paths, const struct clock_reading *now,
                 struct cli_findings *findings)
{
    struct data_state data = {0};
    const bool stale = referral_find(&paths->config, &data, now, findings);
    const int64_t oldest =
        data.placements_as_of < data.lists_as_of ? data.placements_as_of : data.lists_as_of;
    const int64_t age_s = now->wall_ms / 1000 - oldest;
    json_object_set_new(json, "placements_as_of", cli_time_json(data.placements_as_of * 1000));
    json_object_set_new(json, "lists_as_of", cli_time_json(data.lists_as_of * 1000));
    json_object_set_new(json, "data_age_hours",
                        oldest > 0 && age_s >= 0 ? json_integer(age_s / HOUR_S) : json_null());
    json_object_set_new(json, "data_stale", json_boolean(stale));
    json_object_set_new(json, "clock", json_string(clock_quality_name(now->quality)));
}
