/* The batch, judged against what is held.
 *
 * A batch carries no hashes and one signature. The entries are linked, each to the one before, from
 * the hash of the held entry before the first; if then the signature of the last header verifies,
 * the kiosk's key has signed exactly this chain from there on (see wire_batch.c). So there is one
 * expensive check per batch.
 *
 * A signature that does not verify is the usual face of a fork: a kiosk whose storage went back in
 * time continues from another header than ours. It can't be told from junk, so it is kept, marked
 * as unproven. When the kiosk sends the parting entries themselves, from a point both hold, the
 * signature verifies and the hashes differ: that is proof, and the store says at which entry.
 *
 * A kiosk that has learned of our head goes on from it in a new epoch, whose numbers are above
 * those of both histories; what it holds of its own comes as RECOVERED, entry by entry.
 *
 * Entries are judged as links, never by what is in them: a kind or a payload this version can't
 * read is stored and marked, or one bad entry would hold up all that come after it.
 */
#include "registry_append.h"

#include "registry_deferral.h"
#include "registry_sign.h"

#include <stdlib.h>

struct append_room {
    uint8_t plain[WIRE_BATCH_MAX];
    struct wire_batch batch;
    struct registry_entry entries[WIRE_BATCH_ENTRIES];
    uint8_t headers[WIRE_BATCH_ENTRIES][ENTRY_HEADER_MAX];
    struct registry_listing rows[WIRE_BATCH_ENTRIES * REGISTRY_ROWS_EACH];
    struct registry_record records[WIRE_BATCH_ENTRIES * REGISTRY_ROWS_EACH];
    uint8_t voided[WIRE_BATCH_ENTRIES][SIGN_HASH_LEN];
};

struct append_room *append_room_open(void)
{
    return calloc(1, sizeof(struct append_room));
}

void append_room_close(struct append_room *room)
{
    free(room);
}

static enum err refuse(struct append_outcome *out, enum append_result result, const char *reason)
{
    out->result = result;
    out->reason = reason;
    return ERR_OK;
}

/* True if the batch has our form; else `out` says what is wrong. */
static bool batch_read(struct append_room *room, struct span body, struct append_outcome *out)
{
    size_t len = 0;
    const enum err err = wire_decompress(body, room->plain, sizeof room->plain, &len);
    if (err == ERR_SIZE)
        refuse(out, APPEND_TOO_LARGE, "the batch is too large when decompressed");
    else if (err)
        refuse(out, APPEND_MALFORMED, "the body is no zstd frame");
    else if (wire_batch_decode(span_of(room->plain, len), &room->batch) != ERR_OK)
        refuse(out, APPEND_MALFORMED, "the frame holds no batch");
    else if (room->batch.from > INT64_MAX - WIRE_BATCH_ENTRIES)
        refuse(out, APPEND_MALFORMED, "from is out of range");
    else
        return true;
    return false;
}

static enum registry_mark mark_of(int kind, struct span payload)
{
    union {
        struct entry_presented presented;
        struct entry_decided decided;
        struct entry_void voids;
        struct entry_epoch epoch;
        struct entry_health health;
        struct entry_purge purge;
    } read;
    enum err err;
    if (!payload.p)
        return REGISTRY_MARK_PURGED;
    if (kind == ENTRY_PRESENTED)
        err = entry_presented_decode(payload, &read.presented);
    else if (kind == ENTRY_DECIDED)
        err = entry_decided_decode(payload, &read.decided);
    else if (kind == ENTRY_VOID)
        err = entry_void_decode(payload, &read.voids);
    else if (kind == ENTRY_EPOCH)
        err = entry_epoch_decode(payload, &read.epoch);
    else if (kind == ENTRY_HEALTH)
        err = entry_health_decode(payload, &read.health);
    else if (kind == ENTRY_PURGE)
        err = entry_purge_decode(payload, &read.purge);
    else
        return REGISTRY_MARK_UNKNOWN_KIND;
    return err ? REGISTRY_MARK_UNREADABLE : REGISTRY_MARK_NONE;
}

/* What a RECOVERED holds, and what can be made of that. */
static void original_take(struct registry_entry *entry, struct span payload)
{
    struct entry_recovered recovered;
    struct entry_header original;
    if (!payload.p) {
        entry->mark = REGISTRY_MARK_PURGED;
    } else if (entry_recovered_decode(payload, &recovered, &original) != ERR_OK ||
               strcmp(original.kiosk, entry->kiosk) != 0) {
        entry->mark = REGISTRY_MARK_UNREADABLE;
    } else {
        entry->mark = mark_of((int)original.kind, recovered.payload);
        entry->original_seq = original.seq;
        sign_hash(recovered.header, entry->original);
    }
}

/* Rebuilds the chain behind `prev`. NULL, or what is wrong with the batch. */
static const char *entries_link(struct append_room *room, const char *kiosk,
                                const uint8_t prev[SIGN_HASH_LEN])
{
    const struct wire_batch *batch = &room->batch;
    for (size_t i = 0; i < batch->n_entries; i++) {
        const struct wire_entry *wire = &batch->entries[i];
        struct registry_entry *entry = &room->entries[i];
        struct entry_header header;
        size_t len;
        if (wire_relink(wire, prev, &header, room->headers[i], &len, entry->hash) != ERR_OK)
            return "an entry's header does not decode";
        if (strcmp(header.kiosk, kiosk) != 0)
            return "an entry is another kiosk's";
        if (header.epoch != batch->epoch || header.seq != batch->from + i)
            return "an entry is out of sequence";
        entry->epoch = header.epoch;
        entry->seq = header.seq;
        entry->kind = (int)header.kind;
        entry->original_seq = 0;
        memcpy(entry->kiosk, header.kiosk, sizeof entry->kiosk);
        if (header.kind == ENTRY_RECOVERED)
            original_take(entry, wire->payload);
        else
            entry->mark = mark_of(entry->kind, wire->payload);
        entry->header = span_of(room->headers[i], len);
        entry->payload = wire->payload;
        prev = entry->hash;
    }
    return NULL;
}

/* The hash that the batch's first entry is linked to: of the last entry held before it. */
static enum err prev_find(struct registry_store *store, const char *kiosk, uint64_t from,
                          const struct registry_head *head, uint8_t out[SIGN_HASH_LEN])
{
    memcpy(out, head->hash, SIGN_HASH_LEN);
    if (from >= head->next)
        return ERR_OK;
    memset(out, 0, SIGN_HASH_LEN);
    const enum err err = store->ops->hash_before(store, kiosk, from, out);
    return err == ERR_MISSING ? ERR_OK : err;
}

/* May a batch leave numbers out? Only one that begins a higher epoch; that it goes on from our head
 * is then proven by its signature. */
static bool begins_epoch(const struct wire_batch *batch, const struct registry_head *head)
{
    struct entry_header first;
    return entry_header_decode(batch->entries[0].header, ENTRY_UNLINKED, &first) == ERR_OK &&
           first.kind == ENTRY_EPOCH && first.epoch > head->epoch;
}

/* ERR_AUTH if this kiosk's key did not sign the chain. */
static enum err signature_check(const struct registry_kiosk *kiosk, const struct append_room *room)
{
    const struct registry_entry *last = &room->entries[room->batch.n_entries - 1];
    return registry_check(kiosk->entry_point, last->header, room->batch.signature);
}

static enum err keep_apart(struct registry_store *store, const struct registry_kiosk *kiosk,
                           const struct registry_branch *branch)
{
    bool kept; /* either way the batch is refused */
    return store->ops->quarantine(store, kiosk->id, branch, &kept);
}

/* What the new entries of a branch tell the other counters. */
static enum err rows_make(struct registry_store *store, struct append_room *room, const char *kiosk,
                          uint64_t next, struct registry_branch *branch)
{
    const struct deferral_search search = {.store = store,
                                           .kiosk = kiosk,
                                           .entries = branch->entries,
                                           .n_entries = branch->n_entries,
                                           .from = next,
                                           .now_ms = branch->received_ms};
    const enum err err = registry_deferrals_find(&search, room->rows, &branch->n_rows);
    for (size_t i = 0; !err && i < branch->n_rows; i++)
        room->records[i] = room->rows[i].record;
    branch->rows = room->records;
    registry_voids_find(&search, room->voided, &branch->voids);
    return err;
}

/* A signed branch against what is held. */
static enum err history_extend(struct registry_store *store, const struct registry_kiosk *kiosk,
                               const struct registry_branch *branch, struct append_outcome *out)
{
    const struct registry_entry *first = branch->entries;
    if (first->epoch < out->head.epoch && first->seq + branch->n_entries > out->head.next) {
        out->parts_at = out->head.next;
        refuse(out, APPEND_FORK, "an epoch that has ended goes on");
        return keep_apart(store, kiosk, branch);
    }
    if (first->epoch > out->head.epoch && first->seq == out->head.next &&
        first->kind != ENTRY_EPOCH)
        return refuse(out, APPEND_MALFORMED, "a new epoch does not begin with its own entry");

    struct registry_appended done;
    const enum err err = store->ops->append(store, kiosk->id, branch, &done);
    if (err)
        return err;
    out->head = done.head;
    out->n_new = done.n_new;
    out->parts_at = done.parts_at;
    out->rows_over = done.rows_over;
    switch (done.outcome) {
    case REGISTRY_GAP:
        return refuse(out, APPEND_GAP, "entries before these are missing");
    case REGISTRY_FORK:
        return refuse(out, APPEND_FORK, "entries contradict what is held");
    case REGISTRY_DUPLICATE:
        return refuse(out, APPEND_DUPLICATE, "");
    case REGISTRY_APPENDED:
        break;
    }
    return refuse(out, APPEND_STORED, "");
}

static enum err batch_append(struct registry_store *store, struct append_room *room,
                             const struct registry_kiosk *kiosk, int64_t now_ms,
                             struct append_outcome *out)
{
    enum err err = store->ops->head(store, kiosk->id, &out->head);
    if (err)
        return err;
    const bool jumps = room->batch.from > out->head.next;
    if (jumps && !begins_epoch(&room->batch, &out->head))
        return refuse(out, APPEND_GAP, "entries before these are missing");
    uint8_t prev[SIGN_HASH_LEN];
    err = prev_find(store, kiosk->id, room->batch.from, &out->head, prev);
    if (err)
        return err;
    const char *fault = entries_link(room, kiosk->id, prev);
    if (fault)
        return refuse(out, APPEND_MALFORMED, fault);

    struct registry_branch branch = {.entries = room->entries,
                                     .n_entries = room->batch.n_entries,
                                     .prev = prev,
                                     .signature = room->batch.signature,
                                     .received_ms = now_ms};
    err = signature_check(kiosk, room);
    if (err == ERR_AUTH && jumps)
        return refuse(out, APPEND_GAP, "an epoch that goes on from another head");
    if (err == ERR_AUTH) {
        refuse(out, APPEND_UNPROVEN, "the signature does not continue what is held");
        return keep_apart(store, kiosk, &branch);
    }
    if (err)
        return err;
    branch.proven = true;
    err = rows_make(store, room, kiosk->id, out->head.next, &branch);
    return err ? err : history_extend(store, kiosk, &branch, out);
}

enum err registry_append(struct registry_store *store, struct append_room *room,
                         const struct registry_kiosk *kiosk, struct span body, int64_t now_ms,
                         struct append_outcome *out)
{
    struct append_outcome done = {.result = APPEND_MALFORMED, .reason = ""};
    enum err err = ERR_OK;
    if (batch_read(room, body, &done)) {
        done.from = room->batch.from;
        memcpy(done.nonce, room->batch.nonce, sizeof done.nonce);
        err = batch_append(store, room, kiosk, now_ms, &done);
    }
    if (!err)
        *out = done;
    return err;
}
