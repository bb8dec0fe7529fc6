/* pamit-registry: the reference central registry, and the commands that keep its store.
 *
 * `serve` is the process; every other command opens the same store for a moment, also while the
 * server runs. Commands print what they did on stdout; what is wrong goes to stderr. Exit codes:
 * 0 done, 1 it could not be done, or not said, 2 the command line is wrong.
 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry_commands.h"
#include "sign.h"

#define EXIT_USAGE 2

/* What a command may be given besides --config; 'k' --entry-key, 'f' --format, 'o' --hours. */
static const struct command {
    const char *words[2]; /* "kiosk", "add" */
    const char *arguments;
    const char *about;
    const char *options;
    int n_arguments;
    int (*run)(const struct registry_command *command);
} commands[] = {
    {{"serve"}, "", "answer kiosks until SIGTERM", "", 0, registry_serve},
    {{"init"}, "", "make an empty store", "", 0, registry_init},
    {{"enrol-code"},
     "ID [--hours N]",
     "a code, good once, to enrol with",
     "o",
     1,
     registry_enrol_code},
    {{"kiosk", "add"}, "ID --entry-key PUB.pem", "register a kiosk", "k", 1, registry_kiosk_add},
    {{"kiosk", "list"}, "", "kiosks, how far each is, and quarantine", "", 0, registry_kiosk_list},
    {{"kiosk", "revoke"},
     "ID",
     "refuse a kiosk from now on, for ever",
     "",
     1,
     registry_kiosk_revoke},
    {{"head"}, "ID", "epoch, next and head's hash", "", 1, registry_head_show},
    {{"quarantine"},
     "ID",
     "what a kiosk sent against what is held",
     "",
     1,
     registry_quarantine_show},
    {{"copies", "list"},
     "",
     "entries ahead of their chain, or against it",
     "",
     0,
     registry_copies_list},
    {{"copies", "clear"}, "ID", "forget those of a kiosk", "", 1, registry_copies_clear},
    {{"import", "placements"},
     "FILE [--format jsonl|csv]",
     "all of its records, or none",
     "f",
     1,
     registry_import_placements},
    {{"import", "lists"},
     "FILE.jsonl",
     "deferrals, subjects of interest, ...: all rows, or none",
     "",
     1,
     registry_import_lists},
    {{"import", "policy"}, "FILE.json", "check, sign and publish", "", 1, registry_import_policy},
    {{"withdraw", "lists"},
     "FILE.jsonl",
     "these rows no longer count",
     "",
     1,
     registry_withdraw_lists},
    {{"withdraw", "kiosk"},
     "ID",
     "nor do any that its deferrals made",
     "",
     1,
     registry_withdraw_kiosk},
    {{"export", "events"},
     "[--format jsonl|csv]",
     "departures and returns, on stdout",
     "f",
     0,
     registry_export_events},
};

#define COMMANDS (sizeof commands / sizeof commands[0])
#define LINE_LEN 64
#define NAME_LEN 32

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'}, {"entry-key", required_argument, NULL, 'k'},
    {"format", required_argument, NULL, 'f'}, {"hours", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},         {0},
};

static const char *command_name(const struct command *command, char out[NAME_LEN])
{
    const char *second = command->words[1];
    snprintf(out, NAME_LEN, "%s%s%s", command->words[0], second ? " " : "", second ? second : "");
    return out;
}

static int command_line(const struct command *command, char out[LINE_LEN])
{
    char name[NAME_LEN];
    return snprintf(out, LINE_LEN, "%s %s", command_name(command, name), command->arguments);
}

static void usage(FILE *to)
{
    char line[LINE_LEN];
    int width = 0;
    for (size_t i = 0; i < COMMANDS; i++) {
        const int len = command_line(&commands[i], line);
        width = len > width ? len : width;
    }
    fputs("usage: pamit-registry COMMAND [ARGUMENTS] --config FILE\n\n", to);
    for (size_t i = 0; i < COMMANDS; i++) {
        command_line(&commands[i], line);
        fprintf(to, "  %-*s  %s\n", width, line, commands[i].about);
    }
    fputs("\nFILE of --config is registry.conf. Exit: 0 done, 1 failed, 2 wrong usage.\n", to);
}

/* Says what is wrong with the command line, below what would be right. */
__attribute__((format(printf, 1, 2))) static int wrong_use(const char *format, ...)
{
    va_list arguments;
    usage(stderr);
    fputs("\npamit-registry: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    putc('\n', stderr);
    return EXIT_USAGE;
}

static const struct command *command_find(int n_words, char **words, int *n_used)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        const struct command *command = &commands[i];
        const int need = command->words[1] ? 2 : 1;
        if (n_words < need || strcmp(words[0], command->words[0]) != 0)
            continue;
        if (need == 2 && strcmp(words[1], command->words[1]) != 0)
            continue;
        *n_used = need;
        return command;
    }
    return NULL;
}

/* The command line as it stands; `given` gets each option's letter. */
struct line {
    struct registry_command asked;
    char given[sizeof options / sizeof options[0]];
    bool wants_help;
};

static int options_read(int argc, char **argv, struct line *out)
{
    size_t n = 0;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            out->asked.config_path = optarg;
            break;
        case 'k':
            out->asked.entry_key = optarg;
            break;
        case 'f':
            out->asked.format = optarg;
            break;
        case 'o':
            out->asked.hours = optarg;
            break;
        case 'h':
            out->wants_help = true;
            return EXIT_SUCCESS;
        case ':':
            return wrong_use("%s needs a value", argv[optind - 1]);
        default:
            return wrong_use("%s is no option", argv[optind - 1]);
        }
        if (!memchr(out->given, option, n))
            out->given[n++] = (char)option;
    }
    return EXIT_SUCCESS;
}

static bool format_known(const char *format)
{
    return !format || strcmp(format, "jsonl") == 0 || strcmp(format, "csv") == 0;
}

/* An option that the command does not have; NULL: none. */
static const char *option_alien(const struct command *command, const struct line *line)
{
    for (size_t i = 0; options[i].name; i++)
        if (options[i].val != 'c' && strchr(line->given, options[i].val) &&
            !strchr(command->options, options[i].val))
            return options[i].name;
    return NULL;
}

/* EXIT_SUCCESS, or EXIT_USAGE and said why. */
static int line_check(const struct command *command, const struct line *line, int n_arguments)
{
    char name[NAME_LEN];
    const char *alien = option_alien(command, line);
    if (n_arguments != command->n_arguments)
        return wrong_use("%s takes %s", command_name(command, name),
                         command->n_arguments ? command->arguments : "no argument");
    if (alien)
        return wrong_use("%s has no --%s", command_name(command, name), alien);
    if (!line->asked.config_path)
        return wrong_use("--config is needed");
    if (!format_known(line->asked.format))
        return wrong_use("--format is jsonl or csv");
    return EXIT_SUCCESS;
}

/* What was said on stdout has arrived, or the exit code says that it has not: a code to enrol with
 * is shown only once. */
static int said(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    return registry_command_fail("standard output can't be written");
}

int main(int argc, char **argv)
{
    struct line line = {0};
    int code = options_read(argc, argv, &line);
    if (code)
        return code;
    if (line.wants_help) {
        usage(stdout);
        return said(EXIT_SUCCESS);
    }
    char **words = argv + optind;
    int n_used = 0;
    const int n_words = argc - optind;
    const struct command *command = command_find(n_words, words, &n_used);
    if (!command)
        return n_words == 0 ? wrong_use("a command is needed")
                            : wrong_use("there is no command %s%s%s", words[0],
                                        n_words > 1 ? " " : "", n_words > 1 ? words[1] : "");
    code = line_check(command, &line, n_words - n_used);
    if (code)
        return code;
    if (n_words > n_used)
        line.asked.argument = words[n_used];
    umask(077);
    if (sign_init() != ERR_OK)
        return registry_command_fail("the crypto library does not start");
    return said(command->run(&line.asked));
}
