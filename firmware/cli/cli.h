/* What the commands of `pamit` share: options, exit codes, opening what they name.
 *
 * A command prints its answer on stdout and everything else on stderr.
 */
#ifndef PAMIT_CLI_H
#define PAMIT_CLI_H

#include <stdint.h>

#include "event.h"
#include "journal_receipt.h"
#include "kiosk_config.h"

#define CLI_WHY_LEN 512 /* a path and a reason */

enum cli_exit {
    CLI_OK = 0,
    CLI_FINDING = 1, /* what was looked at is not as it should be */
    CLI_FAILURE = 2, /* wrong usage, it could not be looked at, or nothing is recorded soon */
};

enum cli_format {
    CLI_JSONL = 0,
    CLI_CSV,
};

struct cli_options {
    const char *config;
    const char *journal, *entry_key_pub, *storage_key, *cache, *sync_db;
    const char *format_name;
    enum cli_format format;
    const char *from_text;
    uint64_t from; /* 1 when not given */
    const char *substitutions_text;
    unsigned substitutions; /* 1 when not given */
    const char *placements, *lists, *policy, *out;
    const char *as_of_text, *date_text, *site_name;
    int64_t as_of;    /* UTC seconds; 0 when not given */
    struct date date; /* zero when not given */
    bool remote;      /* the site's class; online when not given: data age faster there */
    bool entries, json, help;
    char *const *files; /* what is no option, of a command that takes FILE... */
    size_t n_files;
};

/* Everything the options and the configuration name, "" where neither does. */
struct cli_paths {
    struct kiosk_config config; /* zero without --config */
    char journal[KIOSK_PATH_LEN], entry_key_pub[KIOSK_PATH_LEN], storage_key[KIOSK_PATH_LEN];
    char cache[KIOSK_PATH_LEN], sync_db[KIOSK_PATH_LEN];
};

struct cli_command {
    const char *words[2]; /* "journal", "verify"; the second may be NULL */
    const char *options;  /* names it takes, each with a space after it; FILE... for files */
    int (*run)(const struct cli_options *options, const struct cli_paths *paths);
    const char *summary; /* one line */
    const char *about;   /* what --help adds */
};

extern const struct cli_command cli_commands[];
extern const size_t cli_commands_count;

/* Reads `argv` (after the command's words) into `out` by the command's options. Files are moved to
 * its front and borrowed. False: it has said what is wrong. */
bool cli_options_read(const struct cli_command *command, int argc, char **argv,
                      struct cli_options *out);
/* Writes what a command does and its options. */
void cli_help(const struct cli_command *command, FILE *out);

/* Says "pamit: ..." on stderr and returns CLI_FAILURE. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The kiosk's own configuration and the options that go before it. False: said why. */
bool cli_paths_read(const struct cli_options *options, struct cli_paths *out);

/* ---- opening; each says why not, and returns false ---------------------------------------- */

/* The storage key may be unnamed: then payloads stay shut and *root is NULL. */
bool cli_root_open(const struct cli_paths *paths, struct seal_root **root);
/* The key of a cache: the one that is named or configured, or DB.key beside it, which `make` makes
 * (0600) where there is none. */
bool cli_cache_root_open(const struct cli_paths *paths, const char *db, bool make,
                         struct seal_root **root);
bool cli_journal_open(const struct cli_paths *paths, const struct seal_root *root,
                      struct journal_reader **out);
/* The public key that signs entries: of --entry-key-pub, or of the configured private key. */
bool cli_entry_key_open(const struct cli_paths *paths, struct verify_key **out);

/* What the registry last said, as far as it verifies and the journal holds what it says. */
struct cli_uplink {
    struct sync_state state;  /* zero: nothing is stored */
    struct journal_head head; /* the journal's last entry */
    uint64_t first;           /* ... and the number of its first */
    bool has_receipt;
    int64_t registry_ms;       /* the time of the receipt, if it agrees; 0: it does not */
    uint64_t acked_next;       /* what is below is acknowledged; 1: nothing */
    char unread[CLI_WHY_LEN];  /* why sync.db can't be read before pamit-sync has opened it; "" it
                                  could, or there is none: then nothing is known of the registry */
    char finding[CLI_WHY_LEN]; /* why the receipt acknowledges nothing; "" it does, or there is none
                                */
};
/* `reader` is NULL where there is no journal yet. False: said why it could not be looked at. */
bool cli_uplink_read(const struct cli_paths *paths, struct journal_reader *reader,
                     struct cli_uplink *out);

/* A wall time; 0 is null. */
json_t *cli_time_json(int64_t wall_ms);
/* What retention left and what is due. `reader` may be NULL. False: said why it could not be looked
 * at. */
bool cli_retention_add(json_t *json, const struct cli_paths *paths, struct journal_reader *reader,
                       const struct cli_uplink *uplink);
/* The policy in force; false: there is none that can be read, `why` says what is wrong. */
bool cli_policy_read(const struct kiosk_config *config, struct policy *out, char why[CLI_WHY_LEN]);

/* What somebody has to see to. */
#define CLI_FINDINGS_MAX 8

struct cli_findings {
    size_t n;
    char text[CLI_FINDINGS_MAX][CLI_WHY_LEN];
};
void cli_finding_add(struct cli_findings *findings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The clock as pamit-lane judges it: by the kernel and the hardware, the registry's last word, and
 * what a supervisor said in this boot. `reader` may be NULL. */
void cli_clock_read(const struct cli_paths *paths, struct journal_reader *reader,
                    const struct cli_uplink *uplink, struct clock *clock,
                    struct clock_reading *now);
/* Adds as of when placements and lists are good, and the clock's quality; nulls where that is not
 * known. Finds what keeps the lane from clearing anybody. */
void cli_age_add(json_t *json, const struct cli_paths *paths, const struct clock_reading *now,
                 struct cli_findings *findings);
/* Adds how long our certificate lasts; nulls where there is none. Finds what keeps pamit-sync from
 * starting, and what is wrong with the certificate's dates. */
void cli_certificate_add(json_t *json, const struct cli_paths *paths, const struct clock *clock,
                         const struct clock_reading *now, struct cli_findings *findings);

/* ---- commands ----------------------------------------------------------------------------- */

int cli_journal_verify(const struct cli_options *options, const struct cli_paths *paths);
int cli_journal_head(const struct cli_options *options, const struct cli_paths *paths);
int cli_journal_export(const struct cli_options *options, const struct cli_paths *paths);
/* `argv` is the whole command line of `pamit enrol ...`. Returns only if it can't be run. */
int cli_enrol(char **argv);
int cli_status(const struct cli_options *options, const struct cli_paths *paths);
int cli_cache_show(const struct cli_options *options, const struct cli_paths *paths);
int cli_cache_build(const struct cli_options *options, const struct cli_paths *paths);
int cli_check(const struct cli_options *options, const struct cli_paths *paths);
int cli_mrz(const struct cli_options *options, const struct cli_paths *paths);

#endif
