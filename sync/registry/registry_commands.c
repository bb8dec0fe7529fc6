/* Commands that make and keep the store: init, kiosk, head. */
#include "registry_commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire_enrol.h"

int registry_command_fail(const char *why)
{
    fprintf(stderr, "pamit-registry: %s\n", why);
    return EXIT_FAILURE;
}

static int fail_with(const char *what, enum err err)
{
    fprintf(stderr, "pamit-registry: %s: %s\n", what, err_text(err));
    return EXIT_FAILURE;
}

bool registry_command_open(const struct registry_command *command, struct registry_config *config,
                           struct registry_store **store)
{
    char why[CONFIG_WHY_LEN];
    _Static_assert(CONFIG_WHY_LEN >= REGISTRY_WHY_LEN, "a reason fits");
    if (registry_config_load(command->config_path, config, why) == ERR_OK &&
        registry_sqlite_open(config->store, store, why) == ERR_OK)
        return true;
    registry_command_fail(why);
    return false;
}

int registry_init(const struct registry_command *command)
{
    struct registry_config config;
    char why[CONFIG_WHY_LEN];
    if (registry_config_load(command->config_path, &config, why) != ERR_OK ||
        registry_sqlite_create(config.store, why) != ERR_OK)
        return registry_command_fail(why);
    printf("%s is ready\n", config.store);
    return EXIT_SUCCESS;
}

int registry_kiosk_add(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    struct verify_key *key;
    char why[SIGN_WHY_LEN];
    if (!wire_kiosk_is_sound(command->argument))
        return registry_command_fail(REGISTRY_ID_RULE);
    if (!command->entry_key)
        return registry_command_fail("kiosk add needs --entry-key");
    if (verify_key_load(command->entry_key, &key, why) != ERR_OK)
        return registry_command_fail(why);
    struct registry_kiosk kiosk = {0};
    snprintf(kiosk.id, sizeof kiosk.id, "%s", command->argument);
    verify_key_point(key, kiosk.entry_point);
    verify_key_close(key);
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    const enum err err = store->ops->kiosk_add(store, &kiosk);
    store->ops->close(store);
    if (err == ERR_INVALID)
        return registry_command_fail(
            "that id is taken (by another key, or revoked), or the key is another id's");
    if (err)
        return fail_with(config.store, err);
    printf("kiosk %s is registered\n", kiosk.id);
    return EXIT_SUCCESS;
}

int registry_kiosk_revoke(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    const enum err err = store->ops->kiosk_revoke(store, command->argument);
    store->ops->close(store);
    if (err == ERR_MISSING)
        return registry_command_fail("there is no such kiosk");
    if (err)
        return fail_with(config.store, err);
    printf("kiosk %s is revoked\n", command->argument);
    return EXIT_SUCCESS;
}

static enum err kiosk_print(const struct registry_kiosk *kiosk, const struct registry_head *head,
                            uint64_t branches, void *user)
{
    (void)user;
    printf("%s %s epoch=%" PRIu32 " next=%" PRIu64 " quarantined=%" PRIu64 "\n", kiosk->id,
           kiosk->revoked ? "revoked" : "registered", head->epoch, head->next, branches);
    return ERR_OK;
}

int registry_kiosk_list(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    const enum err err = store->ops->kiosks_each(store, kiosk_print, NULL);
    store->ops->close(store);
    return err ? fail_with(config.store, err) : EXIT_SUCCESS;
}

int registry_head_show(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    struct registry_head head;
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    const enum err err = store->ops->head(store, command->argument, &head);
    store->ops->close(store);
    if (err == ERR_MISSING)
        return registry_command_fail("there is no such kiosk");
    if (err)
        return fail_with(config.store, err);
    printf("epoch=%" PRIu32 " next=%" PRIu64 " head=", head.epoch, head.next);
    for (size_t i = 0; i < sizeof head.hash; i++)
        printf("%02x", head.hash[i]);
    putchar('\n');
    return EXIT_SUCCESS;
}
