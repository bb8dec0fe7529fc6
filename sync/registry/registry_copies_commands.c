/* `copies list` and `copies clear`: entries that came ahead of their chain, and were not what the
 * chain brought, or were not brought yet.
 *
 * One that is contradicted was signed by the kiosk's key, as was the entry that took its number: so
 * the key is used elsewhere, or the kiosk's storage went back between the two. That is to be looked
 * into before it is cleared. Clearing those that wait costs nothing but their place ahead, as
 * long as the kiosk comes back: its chain brings what is true. Of one that does not, they are all
 * there is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry_commands.h"

static enum err copy_print(const struct registry_entry *copy, bool waits, void *user)
{
    struct entry_header header;
    char received[CLOCK_TEXT_LEN];
    (void)user;
    const enum err err = entry_header_decode(copy->header, ENTRY_WHOLE, &header);
    if (err)
        return err;
    clock_format_utc(copy->received_ms, received);
    printf("%s %s epoch=%" PRIu32 " seq=%" PRIu64 " kind=%s received=%s hash=", copy->kiosk,
           waits ? "waits" : "contradicted", header.epoch, copy->seq, entry_kind_name(header.kind),
           received);
    for (size_t i = 0; i < sizeof copy->hash; i++)
        printf("%02x", copy->hash[i]);
    putchar('\n');
    return ERR_OK;
}

int registry_copies_list(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    const enum err err = store->ops->copies_each(store, copy_print, NULL);
    store->ops->close(store);
    return err ? registry_command_fail(err_text(err)) : EXIT_SUCCESS;
}

int registry_copies_clear(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    uint64_t n;
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    const enum err err = store->ops->copies_forget(store, command->argument, &n);
    store->ops->close(store);
    if (err == ERR_MISSING)
        return registry_command_fail("there is no such kiosk");
    if (err)
        return registry_command_fail(err_text(err));
    printf("%" PRIu64 " cleared\n", n);
    return EXIT_SUCCESS;
}
