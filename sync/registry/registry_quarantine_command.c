/* `quarantine`: what a kiosk sent that does not go on from what is held, entry by entry.
 *
 * Proven is a branch that the kiosk's key signed, as it did what is held: numbers and hashes tell
 * whether a journal that is found somewhere is the one that parted. An unproven one begins after
 * its parting, or is junk; its hashes are as it would follow what is held. Who crossed is not told.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "event.h"
#include "registry_commands.h"

static enum err quarantined_print(const struct registry_quarantined *one, void *user)
{
    const struct registry_entry *entry = &one->entry;
    char received[CLOCK_TEXT_LEN], hash[2 * SIGN_HASH_LEN + 1];
    (void)user;
    clock_format_utc(entry->received_ms, received);
    event_hex(entry->hash, sizeof entry->hash, hash);
    printf("%s branch=%" PRId64 " %s received=%s parts_at=%" PRIu64 " epoch=%" PRIu32
           " seq=%" PRIu64 " kind=%s hash=%s\n",
           entry->kiosk, one->branch, one->proven ? "proven" : "unproven", received, one->parts_at,
           entry->epoch, entry->seq, entry_kind_name((enum entry_kind)entry->kind), hash);
    return ERR_OK;
}

int registry_quarantine_show(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    const enum err err =
        store->ops->quarantine_each(store, command->argument, quarantined_print, NULL);
    store->ops->close(store);
    if (err == ERR_MISSING)
        return registry_command_fail("there is no such kiosk");
    return err ? registry_command_fail(err_text(err)) : EXIT_SUCCESS;
}
