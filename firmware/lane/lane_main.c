/* pamit-lane: one counter. It owns the devices, the entry key and the journal, and nothing else; it
 * has no network. Started by systemd or alone in a terminal.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "counter.h"
#include "journal.h"
#include "lane.h"
#include "log.h"
#include "loop.h"
#include "mend.h"

#define EXIT_REFUSED 1 /* config, key, journal: said why on the log */
#define EXIT_USAGE   2

static const char usage[] =
    "usage: pamit-lane [--dark] --config FILE\n"
    "\n"
    "Serves one counter: reads documents from the scanner, judges them against the cached\n"
    "placement records, shows the verdict on lamps, buzzer and page, and journals what the\n"
    "officer decides. Ends on SIGTERM and SIGINT with all lamps dark.\n"
    "\n"
    "  --config FILE  the kiosk's configuration\n"
    "  --dark         only put out all lamps and the buzzer: for a service manager to call when a\n"
    "                 lane has died, since a line may stay driven that nobody holds any more; of\n"
    "                 FILE only [panel] is read; exit 1: the log names each line that may be lit\n"
    "  --version      print the version and exit\n"
    "  --help         print this and exit\n"
    "\n"
    "exit: 0 ended as told, 1 refused to start or failed (the log says why), 2 usage\n";

/* Everything main opens, closed in reverse. */
struct owned {
    struct sign_key *entry_key;
    struct seal_root *root;
    struct journal *journal;
    struct judge *judge;
    struct uplink *uplink;
    struct lane *lane;
    sd_event *loop;
};

static enum err open_all(const struct kiosk_config *config, struct mend *mend, struct owned *own,
                         struct lane_parts *parts, char why[LANE_WHY_LEN])
{
    struct clock clock;
    struct clock_reading now;
    clock_init(&clock, config->zone, config->assume_clock_synced);
    clock_read(&clock, &now);
    snprintf(why, LANE_WHY_LEN, "%s", "out of memory");
    enum err err = sign_init();
    if (!err)
        err = loop_open(&own->loop);
    if (!err)
        err = sign_key_load(config->entry_key, &own->entry_key, why);
    if (!err)
        err = seal_root_load(config->storage_key, &own->root, why);
    if (!err)
        err = judge_open(config, own->root, &own->judge, why);
    if (!err)
        err = uplink_open(config, &own->uplink, why);
    if (!err) {
        struct receipt receipt;
        const bool known = uplink_acknowledged(own->uplink, &receipt);
        struct journal_keys keys = {
            .entry = own->entry_key, .root = own->root, .receipt = known ? &receipt : NULL};
        err = mend_open(mend, config, &keys, &now, &own->journal, why);
    }
    if (err)
        return err;
    *parts = (struct lane_parts){.journal = own->journal,
                                 .judge = own->judge,
                                 .uplink = own->uplink,
                                 .root = own->root,
                                 .may_reopen = mend_may_reopen(mend),
                                 .may_set_aside = mend_may_set_aside(mend)};
    err = lane_open(own->loop, config, parts, &own->lane, why);
    if (!err)
        mend_tell(mend, config, own->lane);
    return err;
}

static void close_all(struct owned *own)
{
    lane_close(own->lane);
    journal_close(own->journal);
    uplink_close(own->uplink);
    judge_close(own->judge);
    seal_root_close(own->root);
    sign_key_close(own->entry_key);
    sd_event_unref(own->loop);
}

/* The config file to use, or NULL with the exit code. */
static const char *parse_arguments(int argc, char **argv, bool *dark, int *code)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"dark", no_argument, NULL, 'd'},
                                            {"version", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *config = NULL;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'c') {
            config = optarg;
            continue;
        }
        if (option == 'd') {
            *dark = true;
            continue;
        }
        *code = option == '?' ? EXIT_USAGE : 0;
        if (option == 'v')
            puts("pamit-lane " PAMIT_VERSION);
        else
            fputs(usage, option == 'h' ? stdout : stderr);
        return NULL;
    }
    if (!config || optind != argc) {
        fputs(usage, stderr);
        *code = EXIT_USAGE;
        return NULL;
    }
    return config;
}

/* What policy is believed by comes with enrolling. */
static const char *hint(const struct kiosk_config *config)
{
    return access(config->policy_key, F_OK) == 0 ? ""
                                                 : ": this kiosk is not enrolled (pamit enrol)";
}

/* From opening all to closing all; the exit code, or the lane's (lane.h). */
static int serve(const struct kiosk_config *config, struct mend *mend)
{
    struct owned own = {0};
    struct lane_parts parts;
    char why[LANE_WHY_LEN];
    int code = EXIT_REFUSED;
    const enum err err = open_all(config, mend, &own, &parts, why);
    if (!err) {
        log_event(LOG_READY, "kiosk=%s version=" PAMIT_VERSION, config->kiosk_id);
        code = loop_run(own.loop);
        mend->was_serving = lane_is_serving(own.lane);
        log_event(LOG_STOPPING, "");
    } else if (own.journal && err == ERR_CORRUPT && mend_may_set_aside(mend)) {
        code = LANE_JOURNAL_DAMAGED; /* it opens, but what a start needs of it can't be read */
    } else {
        log_event(LOG_START_FAILED, "why=\"%s%s\"", why, hint(config));
    }
    close_all(&own);
    return code;
}

int main(int argc, char **argv)
{
    int code = 0;
    bool dark = false;
    const char *path = parse_arguments(argc, argv, &dark, &code);
    if (!path)
        return code;
    umask(0077);
    log_open("pamit-lane");
    struct kiosk_config config;
    char why[LANE_WHY_LEN];
    if (dark ? kiosk_config_load_panel(path, &config, why)
             : kiosk_config_load(path, &config, why)) {
        log_event(LOG_CONFIG_BAD, "why=\"%s\"", why);
        return EXIT_REFUSED;
    }
    if (dark)
        return counter_darken(&config) ? 0 : EXIT_REFUSED;
    struct mend mend = {0};
    do
        code = serve(&config, &mend);
    while (mend_again(&mend, code));
    return code;
}
