/* pamit-sync: the only process that speaks to the network, so the only one that need not be trusted
 * with the counter: it has no devices, and neither the journal nor the lane believes it. It reads
 * journal.db, writes cache.db and sync.db, and speaks to one registry.
 *
 * `pamit-sync enrol` is what `pamit enrol` runs (enrol.h).
 *
 * Started by systemd or in a terminal. Exit codes: 0 ended as asked (with --once: a whole contact),
 * 1 a configuration or key is not usable (--once: the contact failed), 2 usage.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "enrol.h"
#include "enrol_files.h"
#include "identity.h"
#include "log.h"
#include "loop.h"
#include "sync_session.h"

#define EXIT_USAGE     2
#define CONFIG_DEFAULT "/etc/pamit/pamit.conf"

static const char usage[] =
    "usage: pamit-sync [--config FILE] [--once]\n"
    "       pamit-sync enrol URL CODE [--config FILE]\n"
    "Brings the journal's entries to the registry, and placements and policy back.\n"
    "  --config FILE  the kiosk's configuration (" CONFIG_DEFAULT ")\n"
    "  --once         one whole contact, then end: 0 if it succeeded, 1 if not\n"
    "  --help, --version\n";

struct options {
    const char *config;
    bool once;
    bool ended; /* --help or --version was answered */
};

static bool parse_options(int argc, char **argv, struct options *out)
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'},
        {"once", no_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    *out = (struct options){.config = CONFIG_DEFAULT};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (option) {
        case 'c':
            out->config = optarg;
            break;
        case 'o':
            out->once = true;
            break;
        case 'h':
            fputs(usage, stdout);
            out->ended = true;
            return true;
        case 'v':
            puts("pamit-sync " PAMIT_VERSION);
            out->ended = true;
            return true;
        default:
            return false;
        }
    }
    return optind == argc;
}

/* Everything that is read once at start. */
struct keys {
    struct seal_root *root;
    struct identity *identity;
    struct verify_key *receipt, *policy;
};

_Static_assert(SIGN_WHY_LEN == SEAL_WHY_LEN && SIGN_WHY_LEN == TLS_WHY_LEN, "one buffer for all");

/* What enrolling left: files that are still to be put in place, and where the registry is. */
static enum err load_enrolment(struct kiosk_config *config, char why[SIGN_WHY_LEN])
{
    bool finished;
    const enum err err = enrol_files_finish(config, &finished, why);
    if (finished)
        log_event(LOG_ENROLMENT_FINISHED, "");
    return err ? err : enrol_files_endpoint(config, why);
}

static enum err load_keys(struct kiosk_config *config, const struct clock *clock, struct keys *keys,
                          char why[SIGN_WHY_LEN])
{
    const struct tls_files files = {.ca_cert = config->ca_cert,
                                    .tls_cert = config->tls_cert,
                                    .tls_key = config->tls_key,
                                    .kiosk = config->kiosk_id};
    snprintf(why, SIGN_WHY_LEN, "the crypto library does not start");
    enum err err = sign_init();
    if (err == ERR_OK)
        err = load_enrolment(config, why);
    if (err == ERR_OK)
        err = seal_root_load(config->storage_key, &keys->root, why);
    if (err == ERR_OK)
        err = verify_key_load(config->receipt_key, &keys->receipt, why);
    if (err == ERR_OK)
        err = verify_key_load(config->policy_key, &keys->policy, why);
    if (err == ERR_OK)
        err = identity_open(&files, clock, &keys->identity, why);
    return err;
}

static void close_keys(struct keys *keys)
{
    identity_close(keys->identity);
    verify_key_close(keys->policy);
    verify_key_close(keys->receipt);
    seal_root_close(keys->root);
}

static int run(const struct kiosk_config *config, struct clock *clock, const struct keys *keys,
               bool once)
{
    const struct sync_parts parts = {.config = config,
                                     .clock = clock,
                                     .root = keys->root,
                                     .identity = keys->identity,
                                     .receipt_key = keys->receipt,
                                     .policy_key = keys->policy};
    sd_event *loop = NULL;
    struct sync_session *session = NULL;
    enum err err = loop_open(&loop);
    if (err == ERR_OK)
        err = sync_session_open(loop, &parts, once ? SYNC_ONCE : SYNC_FOR_EVER, &session);
    int code = EXIT_FAILURE;
    if (err == ERR_OK) {
        log_event(LOG_READY, "kiosk=%s registry=%s:%u", config->kiosk_id, config->registry_host,
                  (unsigned)config->registry_port);
        code = loop_run(loop);
        log_event(LOG_STOPPING, "");
    } else {
        log_event(LOG_START_FAILED, "reason=\"%s\"", err_text(err));
    }
    sync_session_close(session);
    sd_event_unref(loop);
    return code;
}

/* The certificate is the last thing that enrolling brings. */
static const char *hint(const struct kiosk_config *config)
{
    return access(config->tls_cert, F_OK) == 0 ? "" : ": this kiosk is not enrolled (pamit enrol)";
}

int main(int argc, char **argv)
{
    struct options options;
    if (argc > 1 && strcmp(argv[1], "enrol") == 0)
        return enrol_command(argc - 1, argv + 1);
    if (!parse_options(argc, argv, &options)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (options.ended)
        return EXIT_SUCCESS;

    log_open("pamit-sync");
    struct kiosk_config config;
    char why[CONFIG_WHY_LEN];
    if (kiosk_config_load(options.config, &config, why) != ERR_OK) {
        log_event(LOG_CONFIG_BAD, "reason=\"%s\"", why);
        return EXIT_FAILURE;
    }
    struct clock clock;
    clock_init(&clock, config.zone, config.assume_clock_synced);
    struct keys keys = {0};
    char key_why[SIGN_WHY_LEN];
    int code = EXIT_FAILURE;
    if (load_keys(&config, &clock, &keys, key_why) == ERR_OK)
        code = run(&config, &clock, &keys, options.once);
    else
        log_event(LOG_START_FAILED, "reason=\"%s%s\"", key_why, hint(&config));
    close_keys(&keys);
    return code;
}
