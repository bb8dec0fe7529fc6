/* Options, by table: which exist, where they go, which command takes them. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "json_take.h"

struct option {
    const char *name;
    const char *value; /* what --help calls its value; NULL: it has none */
    size_t offset;     /* of a const char *, or of a bool */
    const char *help;
};

static const struct option table[] = {
    {"--config", "FILE", offsetof(struct cli_options, config), "the kiosk's configuration"},
    {"--journal", "DB", offsetof(struct cli_options, journal), "journal.db"},
    {"--entry-key-pub", "PEM", offsetof(struct cli_options, entry_key_pub),
     "public key of the kiosk's entries"},
    {"--storage-key", "FILE", offsetof(struct cli_options, storage_key),
     "the kiosk's storage key: opens payloads"},
    {"--cache", "DB", offsetof(struct cli_options, cache), "cache.db"},
    {"--sync-db", "DB", offsetof(struct cli_options, sync_db), "sync.db, with --config"},
    {"--format", "jsonl|csv", offsetof(struct cli_options, format_name), "jsonl if not given"},
    {"--from", "SEQ", offsetof(struct cli_options, from_text),
     "only what this entry or a later "
     "one completes"},
    {"--entries", NULL, offsetof(struct cli_options, entries),
     "raw entries instead of events: header, signature and payload as signed, in hex"},
    {"--json", NULL, offsetof(struct cli_options, json), "for programs, as JSON"},
    {"--substitutions", "1|2", offsetof(struct cli_options, substitutions_text),
     "characters a proposed repair may change; 1 if not given"},
    {"--placements", "FILE", offsetof(struct cli_options, placements),
     "placement records, JSON Lines"},
    {"--lists", "FILE", offsetof(struct cli_options, lists), "rows of the lists, JSON Lines"},
    {"--as-of", "TIME", offsetof(struct cli_options, as_of_text),
     "when the data were current, YYYY-MM-DDThh:mm:ssZ"},
    {"--out", "DB", offsetof(struct cli_options, out), "the cache to make"},
    {"--policy", "FILE", offsetof(struct cli_options, policy), "the policy, JSON, not signed"},
    {"--date", "YYYY-MM-DD", offsetof(struct cli_options, date_text), "the day of the crossings"},
    {"--site", "online|remote", offsetof(struct cli_options, site_name), "online if not given"},
    {"--help", NULL, offsetof(struct cli_options, help), "this text"},
};

#define OPTIONS (sizeof table / sizeof table[0])
#define FILES   "FILE..." /* among a command's options */

int cli_fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("pamit: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return CLI_FAILURE;
}

static bool takes(const struct cli_command *command, const char *name)
{
    const size_t len = strlen(name);

    if (strcmp(name, "--help") == 0)
        return true;
    for (const char *at = command->options; (at = strstr(at, name)); at += len) {
        if (at[len] == ' ')
            return true;
    }
    return false;
}

static const struct option *option_find(const struct cli_command *command, const char *name)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(table[i].name, name) == 0 && takes(command, name))
            return &table[i];
    }
    return NULL;
}

static bool number_check(struct cli_options *options)
{
    char *end;

    options->from = 1;
    if (!options->from_text)
        return true;
    errno = 0;
    options->from = strtoull(options->from_text, &end, 10);
    if (!errno && !*end && options->from_text[0] >= '0' && options->from_text[0] <= '9')
        return true;
    cli_fail("--from: not a number: %s", options->from_text);
    return false;
}

/* `second` is whether the second of two words was given; without any it is the first. */
static bool choice_check(const char *name, const char *text, const char *const words[2],
                         bool *second)
{
    *second = text && strcmp(text, words[1]) == 0;
    if (!text || *second || strcmp(text, words[0]) == 0)
        return true;
    cli_fail("%s: %s or %s, not %s", name, words[0], words[1], text);
    return false;
}

static bool times_check(struct cli_options *options)
{
    if (options->as_of_text && !json_time_parse(options->as_of_text, &options->as_of)) {
        cli_fail("--as-of: no time written YYYY-MM-DDThh:mm:ssZ: %s", options->as_of_text);
        return false;
    }
    if (options->date_text && !date_parse(options->date_text, &options->date)) {
        cli_fail("--date: no day written YYYY-MM-DD: %s", options->date_text);
        return false;
    }
    return true;
}

/* Numbers and choices are checked once all options are read. */
static bool values_check(struct cli_options *options)
{
    static const char *const formats[] = {"jsonl", "csv"}, *const counts[] = {"1", "2"},
                             *const sites[] = {"online", "remote"};
    bool csv, two;

    if (!number_check(options) || !choice_check("--format", options->format_name, formats, &csv) ||
        !choice_check("--substitutions", options->substitutions_text, counts, &two) ||
        !choice_check("--site", options->site_name, sites, &options->remote) ||
        !times_check(options))
        return false;
    options->format = csv ? CLI_CSV : CLI_JSONL;
    options->substitutions = two ? 2 : 1;
    if (options->entries && csv) {
        cli_fail("--entries come as jsonl only");
        return false;
    }
    return true;
}

static bool is_file(const struct cli_command *command, const char *word)
{
    return takes(command, FILES) && (word[0] != '-' || !word[1]);
}

bool cli_options_read(const struct cli_command *command, int argc, char **argv,
                      struct cli_options *out)
{
    struct cli_options options = {.files = argv};

    for (int i = 0; i < argc; i++) {
        if (is_file(command, argv[i])) {
            argv[options.n_files++] = argv[i];
            continue;
        }
        const struct option *option = option_find(command, argv[i]);
        if (!option) {
            cli_fail("unknown here: %s (try --help)", argv[i]);
            return false;
        }
        char *place = (char *)&options + option->offset;
        if (!option->value) {
            const bool given = true;
            memcpy(place, &given, sizeof given);
        } else if (i + 1 < argc) {
            const char *value = argv[++i];
            memcpy(place, &value, sizeof value);
        } else {
            cli_fail("%s needs %s", option->name, option->value);
            return false;
        }
    }
    if (!values_check(&options))
        return false;
    *out = options;
    return true;
}

void cli_help(const struct cli_command *command, FILE *out)
{
    fprintf(out, "pamit %s%s%s [OPTIONS]%s: %s\n\n%s\n\nOptions:\n", command->words[0],
            command->words[1] ? " " : "", command->words[1] ? command->words[1] : "",
            takes(command, FILES) ? " [" FILES "]" : "", command->summary, command->about);
    for (size_t i = 0; i < OPTIONS; i++) {
        char name[40];
        if (!takes(command, table[i].name))
            continue;
        snprintf(name, sizeof name, "%s %s", table[i].name, table[i].value ? table[i].value : "");
        fprintf(out, "  %-22s %s\n", name, table[i].help);
    }
    fputs("\nExit code: 0 all is well, 1 a finding, 2 wrong usage or a failure.\n", out);
}
