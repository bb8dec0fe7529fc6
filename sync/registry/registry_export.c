/* `export events`: crossings out of the entries that arrived.
 *
 * Entries come in order of kiosk and seq. A PRESENTED opens a crossing, one that replaces it (the
 * context changed) goes on with it, and the DECIDED that answers closes it; what is still open when
 * the next one begins was shown and never decided, and is exported so. What can't be told, because
 * the kiosk had purged the payload before it was sent, or this version can't read it, is counted on
 * stderr: an export that leaves something out says so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "event.h"
#include "registry_commands.h"

struct export
{
    bool is_csv;
    bool is_open;
    struct event event; /* when open */
    uint64_t n_left_out;
};

static enum err event_write(struct export *export)
{
    json_t *json = event_to_json(&export->event);
    export->is_open = false;
    if (!json)
        return ERR_MEMORY;
    bool good = export->is_csv
                    ? event_csv_row(json, stdout)
                    : json_dumpf(json, stdout, EVENT_JSON_FLAGS | JSON_ENSURE_ASCII) == 0 &&
                          putchar('\n') != EOF;
    json_decref(json);
    return good ? ERR_OK : ERR_IO;
}

static enum err open_finish(struct export *export)
{
    return export->is_open ? event_write(export) : ERR_OK;
}

static enum err entry_take(const struct registry_entry *entry, struct event_entry *out)
{
    *out = (struct event_entry){.has_signature = entry->signature.len == SIGN_LEN};
    if (out->has_signature)
        memcpy(out->signature, entry->signature.p, SIGN_LEN);
    memcpy(out->hash, entry->hash, sizeof out->hash);
    return entry_header_decode(entry->header, ENTRY_WHOLE, &out->header) ? ERR_CORRUPT : ERR_OK;
}

static bool same_kiosk(const struct export *export, const struct registry_entry *entry)
{
    return export->is_open && strcmp(export->event.presented_entry.header.kiosk, entry->kiosk) == 0;
}

/* A change of context of the open crossing: its old PRESENTED becomes one that was replaced. */
static bool event_continue(struct event *event, uint64_t replaces)
{
    const uint64_t open = event->presented_entry.header.seq;
    if (replaces != open || event->n_replaced == EVENT_REPLACED_MAX)
        return false;
    event->replaced[event->n_replaced++] = open;
    return true;
}

static enum err presented_take(struct export *export, const struct registry_entry *entry,
                               const struct entry_presented *presented)
{
    if (!same_kiosk(export, entry) || !event_continue(&export->event, presented->replaces)) {
        const enum err err = open_finish(export);
        if (err)
            return err;
        export->event = (struct event){.first_seq = entry->seq};
    }
    export->is_open = true;
    export->event.presented = *presented;
    export->event.acked_ms = entry->received_ms;
    return entry_take(entry, &export->event.presented_entry);
}

static enum err decided_take(struct export *export, const struct registry_entry *entry,
                             const struct entry_decided *decided)
{
    struct event *event = &export->event;
    if (!same_kiosk(export, entry) || event->presented_entry.header.seq != decided->presented) {
        export->n_left_out++;
        return ERR_OK;
    }
    event->decided = true;
    event->decision = *decided;
    event->acked_ms = entry->received_ms;
    const enum err err = entry_take(entry, &event->decided_entry);
    return err ? err : event_write(export);
}

static enum err each_entry(const struct registry_entry *entry, void *user)
{
    struct export *export = user;
    if (entry->kind != ENTRY_PRESENTED && entry->kind != ENTRY_DECIDED)
        return ERR_OK;
    if (entry->mark != REGISTRY_MARK_NONE) {
        export->n_left_out++;
        return ERR_OK;
    }
    if (entry->kind == ENTRY_PRESENTED) {
        struct entry_presented presented;
        const enum err err = entry_presented_decode(entry->payload, &presented);
        return err ? ERR_CORRUPT : presented_take(export, entry, &presented);
    }
    struct entry_decided decided;
    const enum err err = entry_decided_decode(entry->payload, &decided);
    return err ? ERR_CORRUPT : decided_take(export, entry, &decided);
}

static enum err store_export(struct registry_store *store, struct export *export)
{
    if (export->is_csv && !event_csv_header(stdout))
        return ERR_IO;
    enum err err = store->ops->entries_each(store, NULL, each_entry, export);
    if (!err)
        err = open_finish(export);
    if (!err && fflush(stdout) != 0)
        err = ERR_IO;
    return err;
}

static bool format_read(const char *format, bool *is_csv)
{
    *is_csv = format && strcmp(format, "csv") == 0;
    return !format || *is_csv || strcmp(format, "jsonl") == 0;
}

int registry_export_events(const struct registry_command *command)
{
    struct registry_config config;
    struct registry_store *store;
    bool is_csv;
    if (!format_read(command->format, &is_csv))
        return registry_command_fail("--format is jsonl or csv");
    if (!registry_command_open(command, &config, &store))
        return EXIT_FAILURE;
    struct export *export = calloc(1, sizeof *export);
    enum err err = ERR_MEMORY;
    if (export) {
        export->is_csv = is_csv;
        err = store_export(store, export);
        if (export->n_left_out > 0)
            fprintf(stderr,
                    "pamit-registry: %" PRIu64
                    " entries are left out: purged, not readable, or of no crossing\n",
                    export->n_left_out);
    }
    free(export);
    store->ops->close(store);
    return err ? registry_command_fail(err_text(err)) : EXIT_SUCCESS;
}
