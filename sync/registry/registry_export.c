/* `export events`: crossings out of the entries that arrived.
 *
 * Entries come in order of kiosk and seq. A PRESENTED opens a crossing, one that replaces it (the
 * context changed) goes on with it, a DECIDED answers it, and a VOID may take that back. It ends
 * when the next one begins; what was shown and never decided is exported so. What can't be told,
 * because the kiosk had purged the payload before it was sent, or this version can't read it, is
 * counted on stderr: an export that leaves something out says so.
 *
 * What a RECOVERED holds is exported as the original, marked. An officer went on between them, and
 * they may themselves be of several histories, whose numbers are the same: so each crossing of
 * theirs stays open until it is answered, or until many more have come, and what the chain had open
 * when an epoch began waits among them. One whose original is held already tells nothing new, but
 * what follows it may answer it.
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
#include "registry_commands.h"

#define OPEN_MAX 256 /* crossings */

struct crossing {
    bool is_open;
    bool is_told;       /* it is exported, or will be, from where its entries came first */
    uint64_t turn;      /* which crossing of the export it is */
    struct event event; /* when open */
};

struct export
{
    bool is_csv;
    bool is_pairing; /* this is the first time */
    struct event_pairing *pairing;
    struct registry_store *placements;
    char kiosk[ENTRY_KIOSK_LEN];
    struct crossing crossing[OPEN_MAX];
    struct crossing *chain; /* the chain's last, which its next ends; NULL: none in this epoch */
    uint64_t n_turns;
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

/* A record that can't be read says nothing. */
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
    if (placement_decode(&r, &placement) == ERR_OK)
        memcpy(event->origin_region, placement.origin_region, sizeof event->origin_region);
    return ERR_OK;
}

static enum err event_write(const struct export *export, struct crossing *crossing)
{
    crossing->is_open = false;
    if (export->is_pairing)
        return event_pairing_add(export->pairing, &crossing->event);
    event_pairing_tell(export->pairing, &crossing->event);
    const enum err err = origin_find(export, &crossing->event);
    if (err)
        return err;
    json_t *json = event_to_json(&crossing->event);
    if (!json)
        return ERR_MEMORY;
    bool good = export->is_csv
                    ? event_csv_row(json, stdout)
                    : json_dumpf(json, stdout, EVENT_JSON_FLAGS | JSON_ENSURE_ASCII) == 0 &&
                          putchar('\n') != EOF;
    json_decref(json);
    return good ? ERR_OK : ERR_IO;
}

/* Nobody answers it. */
static enum err crossing_end(const struct export *export, struct crossing *crossing)
{
    if (crossing->is_open && !crossing->is_told)
        return event_write(export, crossing);
    crossing->is_open = false;
    return ERR_OK;
}

/* NULL: none is open. */
static struct crossing *oldest_open(struct export *export)
{
    struct crossing *oldest = NULL;
    for (struct crossing *c = export->crossing; c < export->crossing + OPEN_MAX; c++)
        if (c->is_open && (!oldest || c->turn < oldest->turn))
            oldest = c;
    return oldest;
}

static enum err all_end(struct export *export)
{
    enum err err = ERR_OK;
    for (struct crossing *open; !err && (open = oldest_open(export));)
        err = crossing_end(export, open);
    export->chain = NULL;
    return err;
}

/* Of what is recovered the next one comes when the last can't be taken back any more. */
static enum err decided_end(struct export *export)
{
    enum err err = ERR_OK;
    for (struct crossing *c = export->crossing; !err && c < export->crossing + OPEN_MAX; c++)
        if (c->is_open && c->event.decided && c != export->chain)
            err = crossing_end(export, c);
    return err;
}

/* A place for the next crossing; of the chain, it ends the one before. */
static enum err crossing_begin(struct export *export, bool of_chain, struct crossing **out)
{
    const enum err ended = of_chain ? ERR_OK : decided_end(export);
    if (ended)
        return ended;
    struct crossing *place = of_chain ? export->chain : NULL;
    for (struct crossing *c = export->crossing; !place && c < export->crossing + OPEN_MAX; c++)
        if (!c->is_open && c != export->chain)
            place = c;
    if (!place)
        place = oldest_open(export);
    const enum err err = crossing_end(export, place);
    if (of_chain)
        export->chain = place;
    else if (export->chain == place)
        export->chain = NULL;
    *place = (struct crossing){.is_open = true, .turn = ++export->n_turns};
    *out = place;
    return err;
}

/* The open crossing whose last PRESENTED is `seq` of the arrival's history: best the one that it
 * directly follows, else the latest. */
static struct crossing *crossing_find(struct export *export, const struct arrival *arrival,
                                      uint64_t seq)
{
    struct crossing *found = NULL;
    if (arrival->entry->kind != ENTRY_RECOVERED)
        return export->chain && export->chain->is_open && !export->chain->event.decided &&
                       export->chain->event.presented_entry.header.seq == seq
                   ? export->chain
                   : NULL;
    for (struct crossing *c = export->crossing; c < export->crossing + OPEN_MAX; c++) {
        const struct event_entry *last = &c->event.presented_entry;
        if (!c->is_open || c->event.decided || c == export->chain || last->header.seq != seq)
            continue;
        if (memcmp(last->hash, arrival->header.prev, sizeof last->hash) == 0)
            return c;
        if (!found || c->turn > found->turn)
            found = c;
    }
    return found;
}

/* Is this very PRESENTED open? */
static bool is_shown(const struct export *export, const struct arrival *arrival)
{
    uint8_t hash[SIGN_HASH_LEN];
    sign_hash(arrival->header_bytes, hash);
    for (const struct crossing *c = export->crossing; c < export->crossing + OPEN_MAX; c++)
        if (c->is_open && memcmp(c->event.presented_entry.hash, hash, sizeof hash) == 0)
            return true;
    return false;
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
static bool event_continue(struct event *event)
{
    if (event->n_replaced == EVENT_REPLACED_MAX)
        return false;
    event->replaced[event->n_replaced++] = event->presented_entry.header.seq;
    return true;
}

/* Marks are of the version that stored an entry, so nothing rests on one: what a kiosk has sent
 * must not end the export of all the others. */
static enum err leave_out(struct export *export)
{
    export->n_left_out++;
    return ERR_OK;
}

static enum err presented_take(struct export *export, const struct arrival *arrival)
{
    struct entry_presented presented;
    if (entry_presented_decode(arrival->payload, &presented) != ERR_OK)
        return leave_out(export);
    if (arrival->is_twice && is_shown(export, arrival))
        return ERR_OK;
    struct crossing *crossing =
        presented.replaces ? crossing_find(export, arrival, presented.replaces) : NULL;
    if (!crossing || !event_continue(&crossing->event)) {
        const enum err err =
            crossing_begin(export, arrival->entry->kind != ENTRY_RECOVERED, &crossing);
        if (err)
            return err;
        crossing->event.first_seq = arrival->header.seq;
    }
    crossing->is_told = arrival->is_twice;
    crossing->event.presented = presented;
    entry_keep(arrival, &crossing->event.presented_entry);
    arrival_note(arrival, &crossing->event);
    return ERR_OK;
}

static enum err decided_take(struct export *export, const struct arrival *arrival)
{
    struct entry_decided decided;
    if (entry_decided_decode(arrival->payload, &decided) != ERR_OK)
        return leave_out(export);
    struct crossing *crossing = crossing_find(export, arrival, decided.presented);
    if (!crossing) {
        export->n_left_out += !arrival->is_twice;
        return ERR_OK;
    }
    crossing->is_told = arrival->is_twice && crossing->is_told;
    struct event *event = &crossing->event;
    event->decided = true;
    event->decision = decided;
    entry_keep(arrival, &event->decided_entry);
    arrival_note(arrival, event);
    return ERR_OK;
}

static enum err void_take(struct export *export, const struct arrival *arrival)
{
    struct entry_void names;
    struct event_entry entry;
    if (entry_void_decode(arrival->payload, &names) != ERR_OK)
        return leave_out(export);
    entry_keep(arrival, &entry);
    for (struct crossing *c = export->crossing; c < export->crossing + OPEN_MAX; c++)
        if (c->is_open && event_void(&c->event, &entry, &names)) {
            c->is_told = arrival->is_twice && c->is_told;
            arrival_note(arrival, &c->event);
            return ERR_OK;
        }
    export->n_left_out += !arrival->is_twice;
    return ERR_OK;
}

/* False: it can't be read. */
static bool arrival_read(const struct registry_entry *entry, struct arrival *out)
{
    *out = (struct arrival){.entry = entry,
                            .header_bytes = entry->header,
                            .payload = entry->payload,
                            .has_signature = entry->signature.len == SIGN_LEN,
                            .is_twice = entry->mark == REGISTRY_MARK_TWICE};
    if (out->has_signature)
        memcpy(out->signature, entry->signature.p, SIGN_LEN);
    if (entry->kind != ENTRY_RECOVERED)
        return entry_header_decode(entry->header, ENTRY_WHOLE, &out->header) == ERR_OK;
    struct entry_recovered recovered;
    if (entry_recovered_decode(entry->payload, &recovered, &out->header) != ERR_OK)
        return false;
    out->header_bytes = recovered.header;
    out->payload = recovered.payload;
    out->has_signature = true;
    memcpy(out->signature, recovered.signature, SIGN_LEN);
    return true;
}

static enum err each_entry(const struct registry_entry *entry, void *user)
{
    struct export *export = user;
    struct arrival arrival;
    if (strcmp(export->kiosk, entry->kiosk) != 0) {
        const enum err err = all_end(export);
        if (err)
            return err;
        memcpy(export->kiosk, entry->kiosk, sizeof export->kiosk);
    }
    if (entry->kind == ENTRY_EPOCH)
        export->chain = NULL;
    if (entry->kind != ENTRY_PRESENTED && entry->kind != ENTRY_DECIDED &&
        entry->kind != ENTRY_VOID && entry->kind != ENTRY_RECOVERED)
        return ERR_OK;
    if (entry->mark != REGISTRY_MARK_NONE && entry->mark != REGISTRY_MARK_TWICE)
        return leave_out(export);
    if (!arrival_read(entry, &arrival))
        return leave_out(export);
    if (!arrival.payload.p)
        return ERR_OK;
    if (arrival.header.kind == ENTRY_PRESENTED)
        return presented_take(export, &arrival);
    if (arrival.header.kind == ENTRY_VOID)
        return void_take(export, &arrival);
    return arrival.header.kind == ENTRY_DECIDED ? decided_take(export, &arrival) : ERR_OK;
}

static enum err all_each(struct registry_store *store, struct export *export)
{
    export->kiosk[0] = '\0';
    export->n_turns = export->n_left_out = 0;
    const enum err err = store->ops->entries_each(store, NULL, each_entry, export);
    return err ? err : all_end(export);
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
    struct export *export = calloc(1, sizeof *export);
    struct event_pairing *pairing = event_pairing_open();
    enum err err = ERR_MEMORY;
    if (export && pairing) {
        export->is_csv = command->format && strcmp(command->format, "csv") == 0;
        export->pairing = pairing;
        export->placements = placements;
        err = store_export(store, export);
        if (export->n_left_out > 0)
            fprintf(stderr,
                    "pamit-registry: %" PRIu64
                    " entries are left out: purged, not readable, or of no crossing\n",
                    export->n_left_out);
    }
    event_pairing_close(pairing);
    free(export);
    placements->ops->close(placements);
    store->ops->close(store);
    return err ? registry_command_fail(err_text(err)) : EXIT_SUCCESS;
}
