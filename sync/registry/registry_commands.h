/* The commands of pamit-registry. Each returns the process's exit code and has said on stderr what
 * is wrong. Used by registry_main.c. */
#ifndef PAMIT_REGISTRY_COMMANDS_H
#define PAMIT_REGISTRY_COMMANDS_H

#include "registry_config.h"

/* Borrowed from the command line; what was not given is NULL. */
struct registry_command {
    const char *config_path;
    const char *argument; /* ID, KIOSK or FILE */
    const char *entry_key;
    const char *format; /* "jsonl", "csv" or NULL */
    const char *hours;
};

#define REGISTRY_ID_RULE "a kiosk's id has 1 to 63 of A-Z a-z 0-9 - . _"

int registry_serve(const struct registry_command *command);
int registry_init(const struct registry_command *command);
int registry_kiosk_add(const struct registry_command *command);
int registry_kiosk_list(const struct registry_command *command);
int registry_kiosk_revoke(const struct registry_command *command);
int registry_enrol_code(const struct registry_command *command);
int registry_head_show(const struct registry_command *command);
int registry_import_placements(const struct registry_command *command);
int registry_import_lists(const struct registry_command *command);
int registry_withdraw_lists(const struct registry_command *command);
int registry_withdraw_kiosk(const struct registry_command *command);
int registry_quarantine_show(const struct registry_command *command);
int registry_copies_list(const struct registry_command *command);
int registry_copies_clear(const struct registry_command *command);
int registry_import_policy(const struct registry_command *command);
int registry_export_events(const struct registry_command *command);

/* What the files of commands share: reads the configuration and opens its store. False: said why.
 * Close it with store->ops->close. */
bool registry_command_open(const struct registry_command *command, struct registry_config *config,
                           struct registry_store **store);
/* Says "pamit-registry: why" and gives EXIT_FAILURE. */
int registry_command_fail(const char *why);

#endif
