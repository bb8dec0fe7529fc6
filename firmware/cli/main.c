/* pamit: the command line for technicians and supervisors.
 *
 * Commands are words and a table; what they share is in cli.h. It reads what the processes write,
 * with the rights of who calls it, and changes nothing of theirs; `cache build` makes a file.
 * `enrol` is another program's, with options and exit codes of its own.
 */
#include "cli.h"

#include <string.h>

#define JOURNAL_OPTIONS "--config --journal --storage-key "

const struct cli_command cli_commands[] = {
    {{"journal", "verify"},
     JOURNAL_OPTIONS "--entry-key-pub ",
     cli_journal_verify,
     "check chain, signatures and payloads, and name the first bad entry",
     "With --config it is also held against the registry's last receipt: the loss of a tail, or\n"
     "another history, shows only there. That there is no receipt is said, and is no finding.\n"
     "Numbers that an epoch leaves out are named, with the files set aside that have them.\n"
     "Without a storage key payloads are not looked at."},
    {{"journal", "export"},
     JOURNAL_OPTIONS "--sync-db --format --from --entries ",
     cli_journal_export,
     "print crossings, one event a line",
     "Events come in the order of their decisions; those that nobody has decided come last.\n"
     "t_utc is what the counter's clock said, and is signed; t_quality and uncertainty_s say what\n"
     "that was worth. time_corrected is what the time was by the registry, carried to the entry "
     "by\n"
     "boot_id and mono_ms, with its uncertainty: known for every entry of a boot in which the\n"
     "registry was reached, also for those before.\n"
     "Nothing is verified here: `pamit journal verify` does that."},
    {{"journal", "head"},
     JOURNAL_OPTIONS,
     cli_journal_head,
     "print epoch, next number and hash of the last entry",
     "The same words as `pamit-registry head` prints."},
    {{"status", NULL},
     "--config --json ",
     cli_status,
     "print what waits to be sent, how old the data are, and what somebody has to see to",
     "unsent entries wait; placements and lists are good as of those times, and their age is that\n"
     "of the older; clock says who vouches for it (UNKNOWN: nobody); space is half, little or "
     "full\n"
     "from 50, 80 or 95 % of the journal's disk on.\n"
     "Exit code 2: the disk is full, or nothing can be looked at. Exit code 1:\n"
     "- there is little room (not at the desk);\n"
     "- the stored receipt does not verify, or names entries that the journal does not hold: "
     "until\n"
     "  that is settled no entry counts as sent;\n"
     "- the last attempt failed for what does not pass by itself (refusal): the journal is "
     "damaged,\n"
     "  this kiosk is revoked, one end does not accept the other's certificate, an answer does "
     "not\n"
     "  verify. A line that is down, or a registry that asks to come later, passes;\n"
     "- what comes down stays as it is, since what is offered is refused or not there\n"
     "  (feed_refusal);\n"
     "- all are referred: no placements, lists or policy can be read, nobody vouches for the "
     "clock,\n"
     "  or they are older than policy allows at this site (data_stale);\n"
     "- this kiosk is not enrolled, or a certificate or key can't be read: pamit-sync does not "
     "start;\n"
     "- the certificate is not valid yet, or has ended: then only `pamit enrol` helps.\n"
     "certificate_days are left of it by the registry's time of this boot, else by a clock that\n"
     "somebody vouches for; it is renewed by itself from half of its life on. set_aside\n"
     "names damaged files that wait for somebody to send them in; payloads_from, last_purge and\n"
     "purge_finished tell what retention left. By the registry's newest time and the policy in\n"
     "force, purge_waiting counts the days that are over for as long as policy lets payloads "
     "stay,\n"
     "and are still there: one or two are usual, more wait for the lane, for their receipt or for\n"
     "a stop that is open. next_purge is when more may become due at the earliest. Without a\n"
     "policy or a receipt neither is known."},
    {{"cache", "show"},
     "--config --cache --storage-key --json ",
     cli_cache_show,
     "print version and age of placements and lists, and the policy's version",
     "Version 0: nothing ever came, or the cache was built from files. Exit code 1 when there are\n"
     "no placements."},
    {{"cache", "build"},
     "--config --storage-key --placements --lists --as-of --out ",
     cli_cache_build,
     "make a cache of placements and lists from files",
     "Both files are needed; lists may be empty. The cache is sealed with the storage key that is\n"
     "named or configured, or else with DB.key beside it, made where there is none: `pamit check\n"
     "--cache DB` finds it. DB is replaced when the new one is whole. A bad row is named by line\n"
     "and field, and then nothing is made (exit code 1). Without --as-of the data are fresh at a\n"
     "check's date."},
    {{"check", NULL},
     "--config --storage-key --json --cache --policy --date --site FILE... ",
     cli_check,
     "judge documents as a counter would: match, reasons and verdict",
     "--json, --cache (or --config), --policy and --date are needed.\n"
     "Input is JSON Lines {\"id\": ..., \"lines\": [\"...\", ...], \"context\": {\"direction\": "
     "\"DEPARTURE\",\n"
     "\"dest_country\": \"TWN\", \"purpose_declared\": \"WORK\", \"category\": null}} from the "
     "files or\n"
     "standard input (-); other keys of a row are left alone. One answer a line in the same "
     "order;\n"
     "where none can be given, verdict is null and error says why. Exit code 1 where a row was\n"
     "malformed (standard error names line and field)."},
    {{"mrz", NULL},
     "--json --substitutions FILE... ",
     cli_mrz,
     "read machine-readable zones: fields, check digits, what is wrong",
     "Documents come from the files, or from standard input (-): lines as printed, an empty line\n"
     "between documents, or JSON Lines {\"id\": ..., \"lines\": [\"...\", ...]}. The fields are "
     "always\n"
     "those read; a repair is a proposal beside them. With --json one answer a line in the same\n"
     "order, and exit code 1 only where a row could not be read (its answer has \"error\"); "
     "without,\n"
     "a report, and exit code 1 where a document is not valid."},
};
const size_t cli_commands_count = sizeof cli_commands / sizeof cli_commands[0];

static void usage(FILE *out)
{
    fputs("pamit COMMAND [OPTIONS]\n\n", out);
    for (size_t i = 0; i < cli_commands_count; i++) {
        const struct cli_command *command = &cli_commands[i];
        char name[32];
        snprintf(name, sizeof name, "%s %s", command->words[0],
                 command->words[1] ? command->words[1] : "");
        fprintf(out, "  %-16s %s\n", name, command->summary);
    }
    fprintf(out, "  %-16s %s\n", "enrol", "make this kiosk one that the registry knows");
    fputs("\npamit COMMAND --help says more; pamit --version.\n", out);
}

static const struct cli_command *command_find(int argc, char **argv, int *words)
{
    for (size_t i = 0; i < cli_commands_count; i++) {
        const struct cli_command *command = &cli_commands[i];
        *words = command->words[1] ? 2 : 1;
        if (argc > *words && strcmp(argv[1], command->words[0]) == 0 &&
            (!command->words[1] || strcmp(argv[2], command->words[1]) == 0))
            return command;
    }
    return NULL;
}

static int command_run(const struct cli_command *command, const struct cli_options *options)
{
    struct cli_paths paths;

    if (sign_init())
        return cli_fail("the crypto library does not start");
    if (!cli_paths_read(options, &paths))
        return CLI_FAILURE;
    const int code = command->run(options, &paths);
    if (fflush(stdout) != 0 && code == CLI_OK)
        return cli_fail("standard output: write failed");
    return code;
}

int main(int argc, char **argv)
{
    struct cli_options options;
    int words = 0;

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("pamit " PAMIT_VERSION);
        return CLI_OK;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        usage(stdout);
        return CLI_OK;
    }
    if (argc > 1 && strcmp(argv[1], "enrol") == 0)
        return cli_enrol(argv);
    const struct cli_command *command = command_find(argc, argv, &words);
    if (!command) {
        usage(stderr);
        return CLI_FAILURE;
    }
    if (!cli_options_read(command, argc - 1 - words, argv + 1 + words, &options))
        return CLI_FAILURE;
    if (options.help) {
        cli_help(command, stdout);
        return CLI_OK;
    }
    return command_run(command, &options);
}
