/* pamit status, pamit cache show. */
#include "cli.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "cache.h"
#include "quarantine.h"
#include "space.h"

#define SET_ASIDE_LEN 2048
#define KEY_WIDTH     16 /* a column's, where no key is longer */

/* Where a reader's next question begins, by the first of the keys that answer it. */
static const struct {
    const char *key, *heading;
} parts[] = {{"epoch", "journal"},           {"acked_next", "registry"},
             {"payloads_from", "retention"}, {"certificate_ends", "certificate"},
             {"placements_as_of", "data"},   {"clock", "machine"}};

json_t *cli_time_json(int64_t wall_ms)
{
    char text[CLOCK_TEXT_LEN];

    if (!wall_ms)
        return json_null();
    clock_format_utc(wall_ms, text);
    return json_string(text);
}

static void value_print(const json_t *value)
{
    if (json_is_string(value))
        printf("%s\n", json_string_value(value));
    else if (json_is_integer(value))
        printf("%" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
    else if (json_is_boolean(value))
        puts(json_is_true(value) ? "yes" : "no");
    else
        puts("-");
}

/* An answer's keys as words, in parts if it has them. */
static void words_print(json_t *answer, bool in_parts)
{
    const char *key, *indent = "";
    json_t *value;
    int width = KEY_WIDTH;

    json_object_foreach(answer, key, value)
    {
        if ((int)strlen(key) > width)
            width = (int)strlen(key);
    }
    json_object_foreach(answer, key, value)
    {
        for (size_t i = 0; in_parts && i < sizeof parts / sizeof parts[0]; i++) {
            if (strcmp(key, parts[i].key) != 0)
                continue;
            printf("\n%s\n", parts[i].heading);
            indent = "  ";
        }
        printf("%s%-*s ", indent, width, key);
        value_print(value);
    }
}

/* One answer, two notations. What is found comes after it, also where both go into one file. */
static void answer_print(json_t *answer, bool as_json, bool in_parts)
{
    if (as_json) {
        json_dumpf(answer, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        words_print(answer, in_parts);
    }
    fflush(stdout);
    json_decref(answer);
}

static const char *receipt_text(const struct cli_uplink *uplink)
{
    if (uplink->unread[0])
        return "not known";
    if (!uplink->has_receipt)
        return "none yet";
    return uplink->finding[0] ? uplink->finding : "agrees";
}

/* Damaged files that were set aside and still lie there: to be sent in. */
static void set_aside_add(json_t *json, const struct kiosk_config *config)
{
    static struct quarantine_list list;
    const char *const paths[] = {config->journal, config->cache, config->sync_db};
    char names[SET_ASIDE_LEN] = "";
    size_t at = 0;

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        (void)!quarantine_list(paths[i], &list);
        for (unsigned k = 0; k < list.count && at < sizeof names; k++)
            at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", at ? " " : "",
                                   list.name[k]);
    }
    json_object_set_new(json, "set_aside", at ? json_string(names) : json_null());
}

/* Of the disk that entries are stored on. */
static enum space_level space_add(json_t *json, const char *journal)
{
    struct space space;
    const bool known = space_look(journal, &space) == ERR_OK;
    const unsigned percent = known ? space_percent(&space) : 0;
    const enum space_level level =
        known ? space_level_after(SPACE_UNKNOWN, percent) : SPACE_UNKNOWN;

    json_object_set_new(json, "space_used", known ? json_integer(percent) : json_null());
    json_object_set_new(json, "space", json_string(space_level_text(level)));
    return level;
}

static json_t *status_json(const struct cli_paths *paths, const struct cli_uplink *uplink)
{
    const struct journal_head *head = &uplink->head;
    const uint64_t next = uplink->acked_next;
    const uint64_t unsent_from = next > uplink->first ? next : uplink->first;
    char hash[2 * SIGN_HASH_LEN + 1];
    json_t *json = json_object();

    event_hex(head->hash, sizeof head->hash, hash);
    json_object_set_new(json, "kiosk", json_string(paths->config.kiosk_id));
    json_object_set_new(json, "epoch", json_integer(head->epoch));
    json_object_set_new(json, "last_seq", json_integer((json_int_t)head->seq));
    json_object_set_new(json, "head", json_string(hash));
    const bool known = !uplink->unread[0];
    json_object_set_new(json, "acked_next", known ? json_integer((json_int_t)next) : json_null());
    const uint64_t unsent = head->seq < unsent_from ? 0 : head->seq - unsent_from + 1;
    json_object_set_new(json, "unsent", known ? json_integer((json_int_t)unsent) : json_null());
    json_object_set_new(json, "receipt", json_string(receipt_text(uplink)));
    json_object_set_new(json, "online", json_boolean(uplink->state.online));
    json_object_set_new(json, "last_attempt", cli_time_json(uplink->state.last_attempt_ms));
    json_object_set_new(json, "last_contact", cli_time_json(uplink->state.contact.wall_ms));
    json_object_set_new(json, "refusal",
                        uplink->state.refusal[0] ? json_string(uplink->state.refusal)
                                                 : json_null());
    json_object_set_new(json, "feed_refusal",
                        uplink->state.feeds[0] ? json_string(uplink->state.feeds) : json_null());
    return json;
}

void cli_finding_add(struct cli_findings *findings, const char *format, ...)
{
    va_list args;

    assert(findings->n < CLI_FINDINGS_MAX);
    va_start(args, format);
    vsnprintf(findings->text[findings->n++], CLI_WHY_LEN, format, args);
    va_end(args);
}

static void history_find(const struct cli_uplink *uplink, struct cli_findings *findings)
{
    const struct sync_state *state = &uplink->state;

    if (uplink->unread[0])
        cli_finding_add(findings, "%s", uplink->unread);
    if (uplink->finding[0])
        cli_finding_add(findings, "%s", uplink->finding);
    else if (state->refused || sync_state_journal_damaged(state))
        cli_finding_add(findings, "%s", state->refusal);
    if (state->feeds[0])
        cli_finding_add(findings, "%s", state->feeds);
}

static int findings_say(const struct cli_findings *findings)
{
    for (size_t i = 0; i < findings->n; i++)
        cli_fail("%s", findings->text[i]);
    return findings->n > 0 ? CLI_FINDING : CLI_OK;
}

static int space_say(const struct cli_paths *paths, enum space_level level)
{
    if (!space_is_alarm(level, paths->config.mode == KIOSK_DESK))
        return CLI_OK;
    cli_fail("%s: little room for entries, and none is dropped to make some", paths->journal);
    return level == SPACE_FULL ? CLI_FAILURE : CLI_FINDING;
}

static int worst(int one, int other)
{
    return one > other ? one : other;
}

int cli_status(const struct cli_options *options, const struct cli_paths *paths)
{
    struct journal_reader *reader = NULL;
    struct cli_uplink uplink;
    struct cli_findings findings = {0};
    struct clock clock;
    struct clock_reading now;
    char why[JOURNAL_WHY_LEN] = "";

    if (!paths->config.kiosk_id[0])
        return cli_fail("--config is needed");
    const enum err err = journal_reader_open(paths->journal, NULL, &reader, why);
    if (err)
        cli_fail("%s", why);
    if (err && err != ERR_MISSING)
        return CLI_FAILURE;
    json_t *json = cli_uplink_read(paths, reader, &uplink) ? status_json(paths, &uplink) : NULL;
    const bool known = json && cli_retention_add(json, paths, reader, &uplink);
    if (known) {
        cli_clock_read(paths, reader, &uplink, &clock, &now);
        cli_certificate_add(json, paths, &clock, &now, &findings);
        history_find(&uplink, &findings);
        cli_age_add(json, paths, &now, &findings);
    }
    journal_reader_close(reader);
    if (!known) {
        json_decref(json);
        return CLI_FAILURE;
    }
    const enum space_level space = space_add(json, paths->journal);
    set_aside_add(json, &paths->config);
    answer_print(json, options->json, true);
    const int found = findings_say(&findings);
    if (err && !uplink.finding[0])
        return CLI_FAILURE;
    const int code = worst(found, space_say(paths, space));
    if (code == CLI_OK && !options->json)
        puts("\nnothing to see to");
    return code;
}

static int cache_print(const struct cli_options *options, struct cache_reader *reader)
{
    static uint8_t policy[POLICY_CBOR_MAX + SIGN_COSE_OVERHEAD];
    struct data_state data;
    uint64_t policy_version = 0;
    size_t len;
    enum err err = cache_reader_state(reader, &data);

    if (!err) {
        err = cache_reader_policy(reader, policy, sizeof policy, &len, &policy_version);
        if (err == ERR_MISSING)
            err = ERR_OK;
    }
    if (err)
        return cli_fail("%s", err_text(err));
    json_t *json = json_object();
    json_object_set_new(json, "placements_version",
                        json_integer((json_int_t)data.placements_version));
    json_object_set_new(json, "placements_as_of", cli_time_json(data.placements_as_of * 1000));
    json_object_set_new(json, "lists_version", json_integer((json_int_t)data.lists_version));
    json_object_set_new(json, "lists_as_of", cli_time_json(data.lists_as_of * 1000));
    json_object_set_new(json, "policy_version", json_integer((json_int_t)policy_version));
    answer_print(json, options->json, false);
    return data.placements_usable ? CLI_OK : CLI_FINDING;
}

int cli_cache_show(const struct cli_options *options, const struct cli_paths *paths)
{
    struct seal_root *root = NULL;
    struct cache_reader *reader = NULL;
    char why[CACHE_WHY_LEN] = "";

    if (!paths->cache[0])
        return cli_fail("--config or --cache is needed");
    if (!cli_cache_root_open(paths, paths->cache, false, &root))
        return CLI_FAILURE;
    const enum err err = cache_reader_open(paths->cache, root, &reader, why);
    const int code = err ? cli_fail("%s", why) : cache_print(options, reader);
    cache_reader_close(reader);
    seal_root_close(root);
    return code;
}
