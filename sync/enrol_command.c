/* pamit-sync enrol URL CODE: words in, words and an exit code out. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "enrol.h"
#include "wire_enrol.h"

#define CODE_LINE_LEN  256
#define CONFIG_DEFAULT "/etc/pamit/pamit.conf"

enum enrol_exit {
    EXIT_ENROLLED = 0,
    EXIT_NOT_ENROLLED = 1,
    EXIT_WRONG_USAGE = 2,
    EXIT_AGAIN = 3,
};

static const char usage[] =
    "usage: pamit enrol URL CODE [--config FILE] [--another-registry]\n"
    "Makes this kiosk one that the registry knows, with keys that are made here and never leave.\n"
    "  URL            the registry's enrolment address, https://HOST[:PORT] (port 8445)\n"
    "  CODE           from the centre (pamit-registry enrol-code): nine groups of five, good "
    "once;\n"
    "                 upper or lower case, hyphens or not; \"-\" reads it from stdin, so that no\n"
    "                 list of processes shows it\n"
    "  --config FILE  the kiosk's configuration (" CONFIG_DEFAULT ")\n"
    "  --another-registry\n"
    "                 an enrolled kiosk goes to a registry of another CA\n"
    "It may be cut off at any point, and run again with the same code. Afterwards restart "
    "pamit-lane\n"
    "and pamit-sync. A kiosk that is enrolled may enrol again, as when its certificate has "
    "expired:\n"
    "it keeps its keys, and its journal goes on.\n"
    "Exit: 0 enrolled; 1 refused, or a file is not usable; 2 wrong usage, or the code is "
    "mistyped;\n"
    "3 not reached or cut off: the same again.\n";

static int mistyped(enum enrol_code_read read, unsigned group)
{
    switch (read) {
    case ENROL_CODE_TOO_LONG:
        fprintf(stderr, "pamit enrol: the code is too long: it has %d groups of %d\n",
                ENROL_CODE_GROUPS, ENROL_CODE_GROUP_LEN);
        break;
    case ENROL_CODE_TOO_SHORT:
        fprintf(stderr, "pamit enrol: the code is too short: it has %d groups of %d\n",
                ENROL_CODE_GROUPS, ENROL_CODE_GROUP_LEN);
        break;
    case ENROL_CODE_BAD_SYMBOL:
        fprintf(stderr, "pamit enrol: group %u of the code has a character that no code has\n",
                group);
        break;
    case ENROL_CODE_BAD_GROUP:
        fprintf(stderr, "pamit enrol: group %u of the code is mistyped, or in another's place\n",
                group);
        break;
    case ENROL_CODE_BAD_VERSION:
    case ENROL_CODE_GOOD:
        fprintf(stderr, "pamit enrol: the code is for another version of this program\n");
        break;
    }
    return EXIT_WRONG_USAGE;
}

static int answer(const struct kiosk_config *config, const struct enrol_outcome *outcome)
{
    switch (outcome->result) {
    case ENROL_DONE:
        printf("%s is enrolled at %s:%u. Restart pamit-lane and pamit-sync.\n", config->kiosk_id,
               outcome->host, (unsigned)outcome->port);
        if (strcmp(config->registry_host, KIOSK_AS_ENROLLED) != 0)
            printf("The configuration names the registry itself (registry_host = %s): that goes "
                   "before it.\n",
                   config->registry_host);
        return EXIT_ENROLLED;
    case ENROL_NOT_REACHED:
        fprintf(stderr, "pamit enrol: not enrolled yet: %s; run the same again\n", outcome->why);
        return EXIT_AGAIN;
    case ENROL_REFUSED:
    case ENROL_STRANGER:
    case ENROL_UNUSABLE:
        break;
    }
    fprintf(stderr, "pamit enrol: not enrolled: %s\n", outcome->why);
    return EXIT_NOT_ENROLLED;
}

static int run(const char *config_path, struct enrol_parts *parts)
{
    struct kiosk_config config;
    struct clock clock;
    struct enrol_outcome outcome;
    char why[CONFIG_WHY_LEN];
    if (kiosk_config_load(config_path, &config, why) != ERR_OK) {
        fprintf(stderr, "pamit enrol: %s\n", why);
        return EXIT_NOT_ENROLLED;
    }
    if (!wire_kiosk_is_sound(config.kiosk_id)) {
        fprintf(stderr, "pamit enrol: kiosk_id has 1 to 63 of A-Z a-z 0-9 - . _\n");
        return EXIT_NOT_ENROLLED;
    }
    if (sign_init() != ERR_OK) {
        fprintf(stderr, "pamit enrol: the crypto library does not start\n");
        return EXIT_NOT_ENROLLED;
    }
    clock_init(&clock, config.zone, config.assume_clock_synced);
    parts->config = &config;
    parts->clock = &clock;
    enrol_run(parts, &outcome);
    return answer(&config, &outcome);
}

/* The first line of stdin. "" where there is none: too short for a code. It is shown as it is
 * typed: nobody types nine groups unseen, and once it was used it is good for nothing. */
static const char *code_ask(char line[CODE_LINE_LEN])
{
    if (isatty(STDIN_FILENO))
        fputs("code: ", stderr);
    if (!fgets(line, CODE_LINE_LEN, stdin))
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return line;
}

int enrol_command(int argc, char **argv)
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'},
        {"another-registry", no_argument, NULL, 'a'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *config = CONFIG_DEFAULT, *why;
    struct enrol_parts parts = {0};
    unsigned group;
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (option == 'h') {
            fputs(usage, stdout);
            return EXIT_ENROLLED;
        }
        if (option == 'c') {
            config = optarg;
        } else if (option == 'a') {
            parts.another_registry = true;
        } else {
            fputs(usage, stderr);
            return EXIT_WRONG_USAGE;
        }
    }
    if (argc - optind != 2) {
        fputs(usage, stderr);
        return EXIT_WRONG_USAGE;
    }
    if (!enrol_url_parse(argv[optind], &parts.url, &why)) {
        fprintf(stderr, "pamit enrol: %s: %s\n", argv[optind], why);
        return EXIT_WRONG_USAGE;
    }
    char line[CODE_LINE_LEN];
    const char *code = argv[optind + 1];
    if (strcmp(code, "-") == 0)
        code = code_ask(line);
    const enum enrol_code_read read = enrol_code_parse(code, &parts.code, &group);
    return read == ENROL_CODE_GOOD ? run(config, &parts) : mistyped(read, group);
}
