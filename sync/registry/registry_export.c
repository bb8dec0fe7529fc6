/* `export events`: crossings out of the entries that arrived.
 *
 * Entries come in order of kiosk and seq. A PRESENTED opens a crossing, one that replaces it (the
 * context changed) goes on with it, and the DECIDED that answers closes it; what is still open when
 * the next one begins was shown and never decided, and is exported so. What can't be told, because
 * the kiosk had purged the payload before it was sent, or this version can't read it, is counted on
 * stderr: an export that leaves something out says so.
 *
 * What a RECOVERED holds is exported as the original, marked. Those come in their order too, but an
 * officer went on between them, so they are a stream of their own beside the chain's. One whose
 * original is held already tells nothing new, but what follows it may answer it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "event.h"
#include "registry_commands.h"

enum stream_name { CHAIN, RECOVERED, STREAMS };

struct stream {
    bool is_open;
    bool is_told; /* the open one is exported, or will be, from the chain: only context here */
    struct event event; /* when open */
};

struct export
{
    bool is_csv;
    struct stream stream[STREAMS];
    uint64_t n_left_out;
};

/* An entry, or the original that it holds. */
struct arrival {
    const struct registry_entry *entry; /* as it came */
    struct entry_header header;
    struct span header_bytes, payload;
    bool has_signature, is_twice;
    uint8_t signature[SIGN_LEN];
};

static enum err event_write(const struct export *export, struct stream *stream)
{
    stream->is_open = false;
    json_t *json = event_to_json(&stream->event);
    if (!json)
        return ERR_MEMORY;
    bool good = export->is_csv
                    ? event_csv_row(json, stdout)
                    : json_dumpf(json, stdout, EVENT_JSON_FLAGS | JSON_ENSURE_ASCII) == 0 &&
                          putchar('\n') != EOF;
    json_decref(json);
    return good ? ERR_OK : ERR_IO;
}

static enum err open_finish(const struct export *export, struct stream *stream)
{
    if (stream->is_open && !stream->is_told)
        return event_write(export, stream);
    stream->is_open = false;
    return ERR_OK;
}

static enum err all_finish(struct export *export)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < STREAMS && !err; i++)
        err = open_finish(export, &export->stream[i]);
    return err;
}

static void entry_keep(const struct arrival *arrival, struct event_entry *out)
{
    *out = (struct event_entry){.header = arrival->header, .has_signature = arrival->has_signature};
    memcpy(out->signature, arrival->signature, SIGN_LEN);
    sign_hash(arrival->header_bytes, out->hash);
}

/* When it came, and with what. */
static void arrival_note(const struct arrival *arrival, struct event *event)
{
    const struct registry_entry *entry = arrival->entry;
    event->acked_ms = entry->received_ms;
    if (entry->kind == ENTRY_RECOVERED && !arrival->is_twice && event->recovered_seq == 0) {
        event->recovered_epoch = entry->epoch;
        event->recovered_seq = entry->seq;
    }
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

static enum err presented_take(const struct export *export, struct stream *stream,
                               const struct arrival *arrival)
{
    struct event *event = &stream->event;
    struct entry_presented presented;
    if (entry_presented_decode(arrival->payload, &presented) != ERR_OK)
        return ERR_CORRUPT;
    if (!stream->is_open || !event_continue(event, presented.replaces)) {
        const enum err err = open_finish(export, stream);
        if (err)
            return err;
        *event = (struct event){.first_seq = arrival->header.seq};
    }
    stream->is_open = true;
    stream->is_told = arrival->is_twice;
    event->presented = presented;
    entry_keep(arrival, &event->presented_entry);
    arrival_note(arrival, event);
    return ERR_OK;
}

static enum err decided_take(struct export *export, struct stream *stream,
                             const struct arrival *arrival)
{
    struct event *event = &stream->event;
    struct entry_decided decided;
    if (entry_decided_decode(arrival->payload, &decided) != ERR_OK)
        return ERR_CORRUPT;
    if (!stream->is_open || event->presented_entry.header.seq != decided.presented) {
        export->n_left_out += !arrival->is_twice;
        return ERR_OK;
    }
    if (arrival->is_twice) { /* and so is what it answers */
        stream->is_open = false;
        return ERR_OK;
    }
    event->decided = true;
    event->decision = decided;
    entry_keep(arrival, &event->decided_entry);
    arrival_note(arrival, event);
    return event_write(export, stream);
}

static enum err arrival_of(const struct registry_entry *entry, struct arrival *out)
{
    *out = (struct arrival){.entry = entry,
                            .header_bytes = entry->header,
                            .payload = entry->payload,
                            .has_signature = entry->signature.len == SIGN_LEN,
                            .is_twice = entry->mark == REGISTRY_MARK_TWICE};
    if (out->has_signature)
        memcpy(out->signature, entry->signature.p, SIGN_LEN);
    if (entry->kind != ENTRY_RECOVERED)
        return entry_header_decode(entry->header, ENTRY_WHOLE, &out->header) ? ERR_CORRUPT : ERR_OK;
    struct entry_recovered recovered;
    if (entry_recovered_decode(entry->payload, &recovered, &out->header) != ERR_OK)
        return ERR_CORRUPT;
    out->header_bytes = recovered.header;
    out->payload = recovered.payload;
    out->has_signature = true;
    memcpy(out->signature, recovered.signature, SIGN_LEN);
    return ERR_OK;
}

static bool other_kiosk(const struct stream *stream, const struct registry_entry *entry)
{
    return stream->is_open && strcmp(stream->event.presented_entry.header.kiosk, entry->kiosk) != 0;
}

static enum err each_entry(const struct registry_entry *entry, void *user)
{
    struct export *export = user;
    struct stream *stream = &export->stream[entry->kind == ENTRY_RECOVERED ? RECOVERED : CHAIN];
    struct arrival arrival;
    enum err err = ERR_OK;
    for (size_t i = 0; i < STREAMS && !err; i++)
        if (other_kiosk(&export->stream[i], entry))
            err = open_finish(export, &export->stream[i]);
    if (err || (entry->kind != ENTRY_PRESENTED && entry->kind != ENTRY_DECIDED &&
                entry->kind != ENTRY_RECOVERED))
        return err;
    if (entry->mark != REGISTRY_MARK_NONE && entry->mark != REGISTRY_MARK_TWICE) {
        export->n_left_out++;
        return ERR_OK;
    }
    err = arrival_of(entry, &arrival);
    if (err || !arrival.payload.p)
        return err;
    if (arrival.header.kind == ENTRY_PRESENTED)
        return presented_take(export, stream, &arrival);
    return arrival.header.kind == ENTRY_DECIDED ? decided_take(export, stream, &arrival) : ERR_OK;
}

static enum err store_export(struct registry_store *store, struct export *export)
{
    if (export->is_csv && !event_csv_header(stdout))
        return ERR_IO;
    enum err err = store->ops->entries_each(store, NULL, each_entry, export);
    if (!err)
        err = all_finish(export);
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
