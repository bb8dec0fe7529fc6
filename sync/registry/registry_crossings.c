/* Crossings out of the entries that arrived.
 *
 * A PRESENTED opens a crossing, one that replaces it (the context changed) goes on with it, a
 * DECIDED answers it, and a VOID may take that back. It ends when the next one begins; what was
 * shown and never decided is told so. What can't be told, because the kiosk had purged the payload
 * before it was sent, or this version can't read it, is counted.
 *
 * What a RECOVERED holds is told as the original, marked. An officer went on between them, and they
 * may themselves be of several histories, whose numbers are the same: so each crossing of theirs
 * stays open until it is answered, or until many more have come, and what the chain had open when
 * an epoch began waits among them. One whose original is held already tells nothing new, but what
 * follows it may answer it.
 */
#include "registry_crossings.h"

#include <stdlib.h>

#define OPEN_MAX 256 /* crossings */

struct crossing {
    bool is_open;
    bool is_told;       /* it is told, or will be, from where its entries came first */
    uint64_t turn;      /* which crossing of the walk it is */
    struct event event; /* when open */
};

struct registry_crossings {
    registry_crossings_each *each;
    void *user;
    char kiosk[ENTRY_KIOSK_LEN];
    struct crossing crossing[OPEN_MAX];
    struct crossing *chain; /* the chain's last, which its next ends; NULL: none in this epoch */
    uint64_t n_turns, n_left_out;
};

/* An entry, or the original that it holds. */
struct arrival {
    const struct registry_entry *entry; /* as it came */
    struct entry_header header;
    struct span header_bytes, payload;
    bool has_signature, is_twice;
    uint8_t signature[SIGN_LEN];
};

/* It is told, unless it was. */
static enum err crossing_end(const struct registry_crossings *all, struct crossing *crossing)
{
    const bool untold = crossing->is_open && !crossing->is_told;
    crossing->is_open = false;
    return untold ? all->each(&crossing->event, all->user) : ERR_OK;
}

/* NULL: none is open. */
static struct crossing *oldest_open(struct registry_crossings *all)
{
    struct crossing *oldest = NULL;
    for (struct crossing *c = all->crossing; c < all->crossing + OPEN_MAX; c++)
        if (c->is_open && (!oldest || c->turn < oldest->turn))
            oldest = c;
    return oldest;
}

static enum err all_end(struct registry_crossings *all)
{
    enum err err = ERR_OK;
    for (struct crossing *open; !err && (open = oldest_open(all));)
        err = crossing_end(all, open);
    all->chain = NULL;
    return err;
}

/* Of what is recovered the next one comes when the last can't be taken back any more. */
static enum err decided_end(struct registry_crossings *all)
{
    enum err err = ERR_OK;
    for (struct crossing *c = all->crossing; !err && c < all->crossing + OPEN_MAX; c++)
        if (c->is_open && c->event.decided && c != all->chain)
            err = crossing_end(all, c);
    return err;
}

/* A place for the next crossing; of the chain, it ends the one before. */
static enum err crossing_begin(struct registry_crossings *all, bool of_chain, struct crossing **out)
{
    const enum err ended = of_chain ? ERR_OK : decided_end(all);
    if (ended)
        return ended;
    struct crossing *place = of_chain ? all->chain : NULL;
    for (struct crossing *c = all->crossing; !place && c < all->crossing + OPEN_MAX; c++)
        if (!c->is_open && c != all->chain)
            place = c;
    if (!place)
        place = oldest_open(all);
    const enum err err = crossing_end(all, place);
    if (of_chain)
        all->chain = place;
    else if (all->chain == place)
        all->chain = NULL;
    *place = (struct crossing){.is_open = true, .turn = ++all->n_turns};
    *out = place;
    return err;
}

/* The open crossing whose last PRESENTED is `seq` of the arrival's history: best the one that it
 * directly follows, else the latest. */
static struct crossing *crossing_find(struct registry_crossings *all, const struct arrival *arrival,
                                      uint64_t seq)
{
    struct crossing *found = NULL;
    if (arrival->entry->kind != ENTRY_RECOVERED)
        return all->chain && all->chain->is_open && !all->chain->event.decided &&
                       all->chain->event.presented_entry.header.seq == seq
                   ? all->chain
                   : NULL;
    for (struct crossing *c = all->crossing; c < all->crossing + OPEN_MAX; c++) {
        const struct event_entry *last = &c->event.presented_entry;
        if (!c->is_open || c->event.decided || c == all->chain || last->header.seq != seq)
            continue;
        if (memcmp(last->hash, arrival->header.prev, sizeof last->hash) == 0)
            return c;
        if (!found || c->turn > found->turn)
            found = c;
    }
    return found;
}

/* Is this very PRESENTED open? */
static bool is_shown(const struct registry_crossings *all, const struct arrival *arrival)
{
    uint8_t hash[SIGN_HASH_LEN];
    sign_hash(arrival->header_bytes, hash);
    for (const struct crossing *c = all->crossing; c < all->crossing + OPEN_MAX; c++)
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
static enum err leave_out(struct registry_crossings *all)
{
    all->n_left_out++;
    return ERR_OK;
}

static enum err presented_take(struct registry_crossings *all, const struct arrival *arrival)
{
    struct entry_presented presented;
    if (entry_presented_decode(arrival->payload, &presented) != ERR_OK)
        return leave_out(all);
    if (arrival->is_twice && is_shown(all, arrival))
        return ERR_OK;
    struct crossing *crossing =
        presented.replaces ? crossing_find(all, arrival, presented.replaces) : NULL;
    if (!crossing || !event_continue(&crossing->event)) {
        const enum err err =
            crossing_begin(all, arrival->entry->kind != ENTRY_RECOVERED, &crossing);
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

static enum err decided_take(struct registry_crossings *all, const struct arrival *arrival)
{
    struct entry_decided decided;
    if (entry_decided_decode(arrival->payload, &decided) != ERR_OK)
        return leave_out(all);
    struct crossing *crossing = crossing_find(all, arrival, decided.presented);
    if (!crossing) {
        all->n_left_out += !arrival->is_twice;
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

static enum err void_take(struct registry_crossings *all, const struct arrival *arrival)
{
    struct entry_void names;
    struct event_entry entry;
    if (entry_void_decode(arrival->payload, &names) != ERR_OK)
        return leave_out(all);
    entry_keep(arrival, &entry);
    for (struct crossing *c = all->crossing; c < all->crossing + OPEN_MAX; c++)
        if (c->is_open && event_void(&c->event, &entry, &names)) {
            c->is_told = arrival->is_twice && c->is_told;
            arrival_note(arrival, &c->event);
            return ERR_OK;
        }
    all->n_left_out += !arrival->is_twice;
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

enum err registry_crossings_take(struct registry_crossings *all, const struct registry_entry *entry)
{
    struct arrival arrival;
    if (strcmp(all->kiosk, entry->kiosk) != 0) {
        const enum err err = all_end(all);
        if (err)
            return err;
        memcpy(all->kiosk, entry->kiosk, sizeof all->kiosk);
    }
    if (entry->kind == ENTRY_EPOCH)
        all->chain = NULL;
    if (entry->kind != ENTRY_PRESENTED && entry->kind != ENTRY_DECIDED &&
        entry->kind != ENTRY_VOID && entry->kind != ENTRY_RECOVERED)
        return ERR_OK;
    if (entry->mark != REGISTRY_MARK_NONE && entry->mark != REGISTRY_MARK_TWICE)
        return leave_out(all);
    if (!arrival_read(entry, &arrival))
        return leave_out(all);
    if (!arrival.payload.p)
        return ERR_OK;
    if (arrival.header.kind == ENTRY_PRESENTED)
        return presented_take(all, &arrival);
    if (arrival.header.kind == ENTRY_VOID)
        return void_take(all, &arrival);
    return arrival.header.kind == ENTRY_DECIDED ? decided_take(all, &arrival) : ERR_OK;
}

/* ---- a walk ---------------------------------------------------------------------------------- */

struct registry_crossings *registry_crossings_open(registry_crossings_each *each, void *user)
{
    struct registry_crossings *all = calloc(1, sizeof *all);
    if (all)
        *all = (struct registry_crossings){.each = each, .user = user};
    return all;
}

void registry_crossings_close(struct registry_crossings *all)
{
    free(all);
}

void registry_crossings_begin(struct registry_crossings *all)
{
    all->kiosk[0] = '\0';
    all->n_turns = all->n_left_out = 0;
}

enum err registry_crossings_end(struct registry_crossings *all, uint64_t *n_left_out)
{
    *n_left_out = all->n_left_out;
    return all_end(all);
}
