/* pamit-registry: the reference central registry, and the commands that keep its store.
 *
 * `serve` is the process; every other command opens the same store for a moment, also while the
 * server runs. Commands print what they did on stdout; what is wrong goes to stderr. Exit codes:
 * 0 done, 1 it could not be done, 2 the command line is wrong.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry_commands.h"
#include "sign.h"

#define EXIT_USAGE 2

static const struct command {
    const char *words[2]; /* "kiosk", "add" */
    const char *arguments;
    const char *about;
    int n_arguments;
    int (*run)(const struct registry_command *command);
} commands[] = {
    {{"serve"}, "", "answer kiosks until SIGTERM", 0, registry_serve},
    {{"init"}, "", "make an empty store", 0, registry_init},
    {{"kiosk", "add"}, "ID --entry-key PUB.pem", "register a kiosk", 1, registry_kiosk_add},
    {{"enrol-code"}, "ID [--hours N]", "a code, good once, to enrol with", 1, registry_enrol_code},
    {{"kiosk", "list"}, "", "kiosks, how far each is, and quarantine", 0, registry_kiosk_list},
    {{"kiosk", "revoke"}, "ID", "refuse a kiosk from now on, for ever", 1, registry_kiosk_revoke},
    {{"import", "placements"},
     "FILE.jsonl|FILE.csv",
     "all of its records, or none",
     1,
     registry_import_placements},
    {{"import", "lists"},
     "FILE.jsonl",
     "deferrals, subjects of interest, ...: all rows, or none",
     1,
     registry_import_lists},
    {{"withdraw", "lists"}, "FILE.jsonl", "these rows no longer count", 1, registry_withdraw_lists},
    {{"withdraw", "kiosk"}, "ID", "nor do any that its deferrals made", 1, registry_withdraw_kiosk},
    {{"copies", "list"},
     "",
     "entries ahead of their chain, or against it",
     0,
     registry_copies_list},
    {{"copies", "clear"}, "ID", "forget those of a kiosk", 1, registry_copies_clear},
    {{"import", "policy"}, "FILE.json", "check, sign and publish", 1, registry_import_policy},
    {{"export", "events"},
     "[--format jsonl|csv]",
     "departures and returns, on stdout",
     0,
     registry_export_events},
    {{"head"}, "KIOSK", "epoch, next and head's hash", 1, registry_head_show},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void usage(FILE *to)
{
    fputs("usage: pamit-registry COMMAND [ARGUMENTS] --config FILE\n\n", to);
    for (size_t i = 0; i < COMMANDS; i++) {
        char line[64];
        snprintf(line, sizeof line, "%s%s%s %s", commands[i].words[0],
                 commands[i].words[1] ? " " : "", commands[i].words[1] ? commands[i].words[1] : "",
                 commands[i].arguments);
        fprintf(to, "  %-34s %s\n", line, commands[i].about);
    }
    fputs("\nFILE is registry.conf. Exit: 0 done, 1 failed, 2 wrong usage.\n", to);
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

static int options_read(int argc, char **argv, struct registry_command *out)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"entry-key", required_argument, NULL, 'k'},
        {"format", required_argument, NULL, 'f'}, {"hours", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},         {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            out->config_path = optarg;
            break;
        case 'k':
            out->entry_key = optarg;
            break;
        case 'f':
            out->format = optarg;
            break;
        case 'o':
            out->hours = optarg;
            break;
        case 'h':
            usage(stdout);
            exit(EXIT_SUCCESS);
        default:
            return EXIT_USAGE;
        }
    }
    return EXIT_SUCCESS;
}

static bool format_known(const char *format)
{
    return !format || strcmp(format, "jsonl") == 0 || strcmp(format, "csv") == 0;
}

/* Says what is wrong with it, if that is more than the command itself. */
static int wrong_use(const struct command *command, int n_arguments,
                     const struct registry_command *asked)
{
    usage(stderr);
    if (command && n_arguments != command->n_arguments)
        fprintf(stderr, "\npamit-registry: %s%s%s takes %s\n", command->words[0],
                command->words[1] ? " " : "", command->words[1] ? command->words[1] : "",
                command->n_arguments ? command->arguments : "no argument");
    else if (command && !asked->config_path)
        fputs("\npamit-registry: --config is needed\n", stderr);
    else if (command)
        fputs("\npamit-registry: --format is jsonl or csv\n", stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct registry_command asked = {0};
    if (options_read(argc, argv, &asked) != EXIT_SUCCESS) {
        usage(stderr);
        return EXIT_USAGE;
    }
    int n_used = 0;
    const struct command *command = command_find(argc - optind, argv + optind, &n_used);
    const int n_arguments = argc - optind - n_used;
    if (!command || n_arguments != command->n_arguments || !asked.config_path ||
        !format_known(asked.format))
        return wrong_use(command, n_arguments, &asked);
    if (n_arguments > 0)
        asked.argument = argv[optind + n_used];
    umask(077);
    if (sign_init() != ERR_OK) {
        fputs("pamit-registry: the crypto library does not start\n", stderr);
        return EXIT_FAILURE;
    }
    return command->run(&asked);
}
