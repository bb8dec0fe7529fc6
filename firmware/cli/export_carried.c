/* What was taken over from another file, in the export of a journal.
 *
 * What a RECOVERED holds is nearly always an entry of this journal too, and exported as that. Only
 * what was taken over from a file that was set aside is here alone: those come in their order, so
 * that an open crossing is all that is kept of them, and their hashes, as one may have been taken
 * over twice. A crossing stays open when it is decided, since that may be taken back, until the
 * next one begins.
 */
#include "export_walk.h"

#include <stdlib.h>
#include <string.h>

/* Notes an original; `*is_new` is false if it is this journal's own, or was seen. */
static enum err carried_note(struct walk *walk, uint64_t seq, const uint8_t hash[SIGN_HASH_LEN],
                             bool *is_new)
{
    struct journal_head own;

    *is_new = false;
    if (journal_reader_head_at(walk->reader, seq, &own) == ERR_OK &&
        memcmp(own.hash, hash, sizeof own.hash) == 0)
        return ERR_OK;
    for (size_t i = 0; i < walk->n_carried; i++)
        if (memcmp(walk->carried_seen[i], hash, SIGN_HASH_LEN) == 0)
            return ERR_OK;
    if (walk->n_carried == walk->carried_room) {
        const size_t room = walk->carried_room ? walk->carried_room * 2 : 64;
        void *grown = realloc(walk->carried_seen, room * sizeof walk->carried_seen[0]);
        if (!grown)
            return ERR_MEMORY;
        walk->carried_seen = grown;
        walk->carried_room = room;
    }
    memcpy(walk->carried_seen[walk->n_carried++], hash, SIGN_HASH_LEN);
    *is_new = true;
    return ERR_OK;
}

enum err walk_carried_finish(struct walk *walk)
{
    const bool open = walk->carried_open;

    walk->carried_open = false;
    return open && walk->carried.recovered_seq >= walk->options->from
               ? walk_event_write(walk, &walk->carried)
               : ERR_OK;
}

static enum err carried_presented(struct walk *walk, const struct event_entry *entry,
                                  const struct entry_presented *presented, uint64_t by)
{
    struct event *event = &walk->carried;
    const uint64_t open = event->presented_entry.header.seq;

    if (walk->carried_open && !event->decided && presented->replaces == open &&
        event->n_replaced < EVENT_REPLACED_MAX) {
        event->replaced[event->n_replaced++] = open;
    } else {
        const enum err err = walk_carried_finish(walk);
        if (err)
            return err;
        *event = (struct event){.first_seq = entry->header.seq, .recovered_seq = by};
    }
    event->presented_entry = *entry;
    event->presented = *presented;
    walk->carried_open = true;
    return ERR_OK;
}

/* It stays open, since it may be taken back. */
static void carried_decided(struct walk *walk, const struct event_entry *entry, struct span payload)
{
    struct event *event = &walk->carried;
    struct entry_decided decision;

    if (entry_decided_decode(payload, &decision) != ERR_OK || !walk->carried_open ||
        event->decided || decision.presented != event->presented_entry.header.seq) {
        walk->n_unknown++;
        return;
    }
    event->decision = decision;
    event->decided = true;
    event->decided_entry = *entry;
}

static void carried_void(struct walk *walk, const struct event_entry *entry, struct span payload)
{
    struct entry_void names;

    if (entry_void_decode(payload, &names) != ERR_OK || !walk->carried_open ||
        !event_void(&walk->carried, entry, &names))
        walk->n_unknown++;
}

enum err walk_recovered_take(struct walk *walk, const struct journal_row *row)
{
    struct entry_recovered recovered;
    struct event_entry entry = {.has_signature = true};
    struct entry_presented presented;
    struct event *event = &walk->carried;
    bool is_new = false;

    if (entry_recovered_decode(span_of(row->payload, row->payload_len), &recovered,
                               &entry.header)) {
        walk->n_unknown++;
        return ERR_OK;
    }
    if (!recovered.payload.p)
        return ERR_OK; /* another copy may tell it */
    memcpy(entry.signature, recovered.signature, sizeof entry.signature);
    sign_hash(recovered.header, entry.hash);
    const enum err err = carried_note(walk, entry.header.seq, entry.hash, &is_new);
    if (err || !is_new)
        return err;
    if (entry.header.kind == ENTRY_PRESENTED &&
        entry_presented_decode(recovered.payload, &presented) == ERR_OK) {
        const enum err taken = carried_presented(walk, &entry, &presented, row->header.seq);
        event->recovered_epoch = row->header.epoch;
        return taken;
    }
    if (entry.header.kind == ENTRY_DECIDED)
        carried_decided(walk, &entry, recovered.payload);
    else if (entry.header.kind == ENTRY_VOID)
        carried_void(walk, &entry, recovered.payload);
    return ERR_OK;
}
