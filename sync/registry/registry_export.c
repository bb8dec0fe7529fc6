/* `export events`: crossings (registry_crossings.c) as JSON Lines or CSV. An export that leaves
 * something out says so on stderr.
 *
 * Which return is of which departure takes all crossings of all kiosks, so the entries are gone
 * through twice: once to pair, once to write. What arrives in between is written unpaired. Where
 * somebody is from says the placement's record, by another handle of the store, since a walk over
 * it is under way.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "event.h"
#include "event_pairing.h"
#include "placement.h"
#include "region.h"
#include "registry_commands.h"
#include "registry_crossings.h"

struct export
{
    bool is_csv;
    bool is_pairing; /* this is the first time */
    struct event_pairing *pairing;
    struct registry_store *placements;
    struct registry_crossings *crossings;
    uint64_t n_left_out;
};

/* A record that can't be read says nothing, nor does a code that is none of Kemendagri's. */
static enum err origin_find(const struct export *export, struct event *event)
{
    uint8_t room[PLACEMENT_CBOR_MAX];
    const struct entry_presented *presented = &event->presented;
    struct placement placement;
    struct cbor_reader r;
    struct span record;
    if (presented->match_grade != MATCH_EXACT && presented->match_grade != MATCH_NEAR)
        return ERR_OK;
    const enum err err = export->placements->ops->placement_get(
        export->placements, presented->placement_id, room, sizeof room, &record);
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    cbor_reader_init(&r, record);
    _Static_assert(sizeof event->origin_region == sizeof placement.origin_region, "it fits");
    if (placement_decode(&r, &placement) == ERR_OK && region_known(placement.origin_region))
        memcpy(event->origin_region, placement.origin_region, sizeof event->origin_region);
    return ERR_OK;
}

static enum err event_write(struct event *event, void *user)
{
    const struct export *export = user;
    if (export->is_pairing)
        return event_pairing_add(export->pairing, event);
    event_pairing_tell(export->pairing, event);
    const enum err err = origin_find(export, event);
    if (err)
        return err;
    json_t *json = event_to_json(event);
    if (!json)
        return ERR_MEMORY;
    bool good = export->is_csv
                    ? event_csv_row(json, stdout)
                    : json_dumpf(json, stdout, EVENT_JSON_FLAGS | JSON_ENSURE_ASCII) == 0 &&
                          putchar('\n') != EOF;
    json_decref(json);
    return good ? ERR_OK : ERR_IO;
}

static enum err each_entry(const struct registry_entry *entry, void *user)
{
    return registry_crossings_take(user, entry);
}

static enum err all_each(struct registry_store *store, struct export *export)
{
    registry_crossings_begin(export->crossings);
    const enum err err = store->ops->entries_each(store, NULL, each_entry, export->crossings);
    return err ? err : registry_crossings_end(export->crossings, &export->n_left_out);
}

static enum err store_export(struct registry_store *store, struct export *export)
{
    export->is_pairing = true;
    enum err err = all_each(store, export);
    if (!err)
        err = event_pairing_solve(export->pairing);
    export->is_pairing = false;
    if (!err && export->is_csv && !event_csv_header(stdout))
        err = ERR_IO;
    if (!err)
        err = all_each(store, export);
    if (!err && fflush(stdout) != 0)
        err = ERR_IO;
    return err;
}

int registry_export_events(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store, *placements;
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    if (!registry_command_open(command, &config, &placements)) {
        store->ops->close(store);
        return EXIT_FAILURE;
    }
    struct export export = {.is_csv = command->format && strcmp(command->format, "csv") == 0,
                            .pairing = event_pairing_open(),
                            .placements = placements};
    export.crossings = registry_crossings_open(event_write, &export);
    const enum err err =
        export.pairing && export.crossings ? store_export(store, &export) : ERR_MEMORY;
    if (export.n_left_out > 0)
        fprintf(stderr,
                "pamit-registry: %" PRIu64
                " entries are left out: purged, not readable, or of no crossing\n",
                export.n_left_out);
    registry_crossings_close(export.crossings);
    event_pairing_close(export.pairing);
    placements->ops->close(placements);
    store->ops->close(store);
    return err ? registry_command_fail(err_text(err)) : EXIT_SUCCESS;
}
