/* pamit check: documents judged by the very code of a counter, from files.
 *
 * The cache's reader, the match, the policy's decoder and the verdict are those of pamit-lane; only
 * what a counter knows by itself is given: the date, the site's class, a clock that is right. An
 * answer is written out as soon as its row was read. Standard error names files and lines, never
 * what is in them.
 */
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "json_lines.h"
#include "mrz_input.h"
#include "policy_json.h"

#define SECONDS_PER_DAY 86400

/* 600 KB: not for the stack. */
struct check {
    struct cache_reader *reader;
    struct data_state data;
    struct policy policy;
    struct policy_index index;
    uint8_t payload[POLICY_CBOR_MAX];
    enum site_class site;
    struct date today;
    bool malformed, failed; /* a row; the cache */
    struct mrz_input input;
};

/* What is said of one row. */
struct answer {
    json_t *id; /* borrowed */
    const char *error;
    struct findings findings;
    struct verdict verdict;
};

/* ---- context ------------------------------------------------------------------------------ */

static void purpose_take(const json_t *value, const char *path, enum purpose *out,
                         struct json_fault *fault)
{
    char text[16];
    json_take_text(value, path, text, sizeof text, fault);
    if (!fault->found && (!purpose_parse(text, out) || *out == PURPOSE_NONE))
        json_refuse(fault, path, "is none of the known names");
}

static void direction_take(const json_t *value, const char *path, enum direction *out,
                           struct json_fault *fault)
{
    char text[16];
    json_take_text(value, path, text, sizeof text, fault);
    if (!fault->found && !direction_parse(text, out))
        json_refuse(fault, path, "is none of the known names");
}

static void country_take(const json_t *value, const char *path, char out[4],
                         struct json_fault *fault)
{
    json_take_text(value, path, out, 4, fault);
    if (!fault->found && strspn(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
        json_refuse(fault, path, "is no code of three letters A-Z");
}

static void field_take(const char *key, const json_t *value, struct context *out,
                       struct json_fault *fault)
{
    if (strcmp(key, "direction") == 0)
        direction_take(value, "context.direction", &out->direction, fault);
    else if (strcmp(key, "dest_country") == 0)
        country_take(value, "context.dest_country", out->dest_country, fault);
    else if (strcmp(key, "purpose_declared") == 0)
        purpose_take(value, "context.purpose_declared", &out->purpose, fault);
    else if (strcmp(key, "category") == 0)
        purpose_take(value, "context.category", &out->category, fault);
    else
        json_refuse(fault, "context", "%s is no known key", json_key_words(key));
}

/* null is as if it were not there; the direction has to be. */
static void context_take(json_t *row, struct context *out, struct json_fault *fault)
{
    json_t *context = json_object_get(row, "context");
    const char *key;
    json_t *value;

    *out = (struct context){0};
    if (!json_is_object(context))
        json_refuse(fault, "context", context ? "is no object" : "is missing");
    else if (!json_is_string(json_object_get(context, "direction")))
        json_refuse(fault, "context.direction", "is missing, or no text");
    json_object_foreach(context, key, value)
    {
        if (!fault->found && !json_is_null(value))
            field_take(key, value, out, fault);
    }
}

/* ---- one row ------------------------------------------------------------------------------ */

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *reasons_json(const struct verdict *verdict)
{
    json_t *json = json_array();
    char code[REASON_TEXT_LEN];

    for (size_t i = 0; i < verdict->n_reasons; i++) {
        reason_format(verdict->reasons[i].code, code);
        json_array_append_new(json, json_string(code));
    }
    return json;
}

static void answer_print(const struct check *check, const struct answer *answer)
{
    const struct match *match = &answer->findings.match;
    const bool judged = !answer->error, found = judged && match->grade != MATCH_NONE;
    const int64_t as_of = check->data.placements_as_of < check->data.lists_as_of
                              ? check->data.placements_as_of
                              : check->data.lists_as_of;
    char time[CLOCK_TEXT_LEN];
    json_t *json = json_object();

    clock_format_utc(as_of * 1000, time);
    json_object_set(json, "id", answer->id);
    json_object_set_new(json, "verdict",
                        text_or_null(judged ? verdict_name(answer->verdict.result) : NULL));
    json_object_set_new(json, "match_key", text_or_null(found ? match_key_name(match->key) : NULL));
    json_object_set_new(json, "match_grade",
                        text_or_null(judged ? match_grade_name(match->grade) : NULL));
    json_object_set_new(json, "placement_id",
                        text_or_null(found ? match->placement.placement_id : NULL));
    json_object_set_new(json, "reasons", reasons_json(&answer->verdict));
    json_object_set_new(json, "data_as_of", json_string(time));
    json_object_set_new(json, "error", text_or_null(answer->error));
    json_dumpf(json, stdout, 0);
    putchar('\n');
    json_decref(json);
}

/* Why an MRZ is not judged; NULL: it is. */
static const char *mrz_flaw(const struct mrz *mrz)
{
    if (!mrz->format)
        return "lines: no MRZ";
    if (!mrz_checks_hold(mrz))
        return "lines: a check digit fails";
    if (!mrz_valid(mrz))
        return "lines: the MRZ is not valid (pamit mrz says why)";
    return document_is_visa(mrz) ? "lines: a visa, no travel document" : NULL;
}

static void judge(struct check *check, const struct mrz *mrz, const struct context *context,
                  struct answer *answer)
{
    struct document document;

    document_from_mrz(mrz, check->today, &document);
    enum err err = findings_look_up(check->reader, &document, check->today, &answer->findings);
    if (!err)
        err = answer->findings.placements;
    if (!err)
        err = answer->findings.lists;
    if (err) {
        check->failed = true;
        answer->error = err_text(err);
        return;
    }
    const struct facts facts = {
        .document = &document,
        .context = context,
        .match = &answer->findings.match,
        .listings = &answer->findings.listings,
        .data = &check->data,
        .policy = &check->policy,
        .site = check->site,
        .clock_quality = CLOCK_SYNCED,
        .today = check->today,
    };
    verdict_judge(&facts, &answer->verdict);
}

static void row_take(struct check *check, const char *name, const struct mrz_row *row)
{
    static struct mrz mrz;
    struct context context;
    struct json_fault fault = {0};
    struct answer answer = {.id = row->id, .error = row->error};

    if (!row->error)
        context_take(row->json, &context, &fault);
    if (fault.found)
        answer.error = fault.why;
    if (answer.error) {
        check->malformed = true;
        cli_fail("%s:%" PRIu64 ": %s", name, row->line_no, answer.error);
    } else {
        mrz_row_parse(row, &mrz);
        answer.error = mrz_flaw(&mrz);
        if (!answer.error)
            judge(check, &mrz, &context, &answer);
    }
    answer_print(check, &answer);
}

/* ---- files -------------------------------------------------------------------------------- */

static int input_take(struct check *check, const char *name, FILE *file)
{
    struct mrz_row row;

    mrz_input_init(&check->input, file);
    check->input.kind = MRZ_INPUT_JSON;
    while (mrz_input_next(&check->input, &row)) {
        row_take(check, name, &row);
        mrz_row_done(&row);
        if (fflush(stdout) != 0)
            return cli_fail("standard output: write failed");
    }
    return ferror(file) ? cli_fail("%s: %s", name, strerror(errno)) : CLI_OK;
}

static int file_take(struct check *check, const char *name)
{
    if (strcmp(name, "-") == 0)
        return input_take(check, "standard input", stdin);
    FILE *file = fopen(name, "rb");
    if (!file)
        return cli_fail("%s: %s", name, strerror(errno));
    const int code = input_take(check, name, file);
    fclose(file);
    return code;
}

static int files_take(struct check *check, const struct cli_options *options)
{
    int code = CLI_OK;

    if (options->n_files == 0)
        code = file_take(check, "-");
    for (size_t i = 0; i < options->n_files; i++) {
        if (file_take(check, options->files[i]) != CLI_OK)
            code = CLI_FAILURE;
    }
    if (code == CLI_OK && check->failed)
        code = cli_fail("the cache could not be read for every row");
    return code == CLI_OK && check->malformed ? CLI_FINDING : code;
}

/* Through the encoding that a kiosk gets, so that what it would refuse is refused here. */
static int policy_take(struct check *check, const char *path)
{
    struct json_fault fault = {0};
    char *text;
    size_t text_len, len;
    enum err err = json_file_read(path, POLICY_JSON_LEN_MAX, &text, &text_len);

    if (err)
        return cli_fail("%s: %s", path, err_text(err));
    const bool good =
        policy_json_read(span_of(text, text_len), &check->policy, check->payload, &len, &fault);
    free(text);
    if (!good) {
        cli_fail("%s: %s", path, fault.why);
        return CLI_FINDING;
    }
    err = policy_decode(span_of(check->payload, len), &check->index, &check->policy);
    return err ? cli_fail("%s: %s", path, err_text(err)) : CLI_OK;
}

/* Of a cache that was built of files, and nobody said how old they are: of the check's day. What a
 * kiosk fetched has no age until it is whole. */
static void age_default(uint64_t version, int64_t today_s, int64_t *as_of)
{
    if (version == 0 && *as_of == 0)
        *as_of = today_s;
}

static int data_take(struct check *check, const char *path)
{
    const int64_t today_s = (int64_t)date_to_days(check->today) * SECONDS_PER_DAY;
    const enum err err = cache_reader_state(check->reader, &check->data);

    if (err)
        return cli_fail("%s: %s", path, err_text(err));
    age_default(check->data.placements_version, today_s, &check->data.placements_as_of);
    age_default(check->data.lists_version, today_s, &check->data.lists_as_of);
    return CLI_OK;
}

static int check_run(struct check *check, const struct cli_options *options, const char *cache)
{
    int code = data_take(check, cache);

    if (code == CLI_OK)
        code = policy_take(check, options->policy);
    return code == CLI_OK ? files_take(check, options) : code;
}

int cli_check(const struct cli_options *options, const struct cli_paths *paths)
{
    struct seal_root *root = NULL;
    char why[CACHE_WHY_LEN] = "";

    if (!options->json || !paths->cache[0] || !options->policy || !date_known(options->date))
        return cli_fail("--json, --cache, --policy and --date are needed");
    struct check *check = calloc(1, sizeof *check);
    if (!check)
        return cli_fail("%s", err_text(ERR_MEMORY));
    int code = CLI_FAILURE;
    check->today = options->date;
    check->site = options->remote ? SITE_REMOTE : SITE_ONLINE;
    if (cli_cache_root_open(paths, paths->cache, false, &root)) {
        const enum err err = cache_reader_open(paths->cache, root, &check->reader, why);
        code = err ? cli_fail("%s", why) : check_run(check, options, paths->cache);
        cache_reader_close(check->reader);
    }
    seal_root_close(root);
    free(check);
    return code;
}
