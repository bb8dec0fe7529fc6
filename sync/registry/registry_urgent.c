/* Each copy proves itself: its header is this kiosk's, names its payload and bears the kiosk's
 * signature. Nothing is known of what comes before it, so it is no part of the history; a copy that
 * contradicts what the chain brings later stays apart, as evidence.
 */
#include "registry_urgent.h"

#include <stdlib.h>

#include "registry_deferral.h"
#include "registry_sign.h"

struct urgent_room {
    uint8_t plain[WIRE_URGENT_MAX];
    struct wire_urgent urgent;
    struct registry_entry entries[WIRE_URGENT_COPIES];
    struct registry_listing rows[WIRE_URGENT_COPIES * REGISTRY_ROWS_EACH];
    struct registry_record records[WIRE_URGENT_COPIES * REGISTRY_ROWS_EACH];
    uint8_t voided[WIRE_URGENT_COPIES][SIGN_HASH_LEN];
};

struct urgent_room *urgent_room_open(void)
{
    return calloc(1, sizeof(struct urgent_room));
}

void urgent_room_close(struct urgent_room *room)
{
    free(room);
}

static bool copy_read(const struct wire_copy *copy, const struct registry_kiosk *kiosk,
                      struct registry_entry *out)
{
    struct entry_header header;
    uint8_t hash[SIGN_HASH_LEN];
    if (entry_header_decode(copy->header, ENTRY_WHOLE, &header) != ERR_OK ||
        strcmp(header.kiosk, kiosk->id) != 0)
        return false;
    sign_hash(copy->payload, hash);
    if (memcmp(hash, header.payload_hash, sizeof hash) != 0 ||
        registry_check(kiosk->entry_point, copy->header, copy->signature) != ERR_OK)
        return false;
    *out = (struct registry_entry){.epoch = header.epoch,
                                   .seq = header.seq,
                                   .kind = (int)header.kind,
                                   .header = copy->header,
                                   .payload = copy->payload,
                                   .signature = span_of(copy->signature, SIGN_LEN)};
    sign_hash(copy->header, out->hash);
    return true;
}

/* NULL, or what is wrong with the copies. */
static const char *copies_read(struct urgent_room *room, const struct registry_kiosk *kiosk,
                               struct span body)
{
    size_t len;
    if (wire_decompress(body, room->plain, sizeof room->plain, &len) != ERR_OK)
        return "the body is no zstd frame of copies";
    if (wire_urgent_decode(span_of(room->plain, len), &room->urgent) != ERR_OK)
        return "the frame holds no copies";
    const char *refused = NULL;
    for (size_t i = 0; i < room->urgent.n_copies && !refused; i++)
        if (!copy_read(&room->urgent.copies[i], kiosk, &room->entries[i]))
            refused = "a copy is not what the kiosk signed";
    return refused;
}

/* Leaves out what the chain has brought. */
static size_t copies_ahead(struct urgent_room *room, uint64_t next)
{
    size_t n = 0;
    for (size_t i = 0; i < room->urgent.n_copies; i++)
        if (room->entries[i].seq >= next)
            room->entries[n++] = room->entries[i];
    return n;
}

enum err registry_urgent(struct registry_store *store, struct urgent_room *room,
                         const struct registry_kiosk *kiosk, struct span body, int64_t now_ms,
                         struct urgent_outcome *out)
{
    struct urgent_outcome done = {.refused = copies_read(room, kiosk, body)};
    struct registry_head head;
    enum err err = ERR_OK;
    struct registry_kept kept = {.kept = true};
    if (!done.refused)
        err = store->ops->head(store, kiosk->id, &head);
    if (!err && !done.refused) {
        const struct deferral_search search = {.store = store,
                                               .kiosk = kiosk->id,
                                               .entries = room->entries,
                                               .n_entries = copies_ahead(room, head.next),
                                               .now_ms = now_ms};
        err = registry_deferrals_find(&search, room->rows, &done.n_rows);
        for (size_t i = 0; i < done.n_rows; i++)
            room->records[i] = room->rows[i].record;
        struct registry_copies copies = {.entries = room->entries,
                                         .n_entries = search.n_entries,
                                         .rows = room->records,
                                         .n_rows = done.n_rows,
                                         .received_ms = now_ms};
        registry_voids_find(&search, room->voided, &copies.voids);
        done.n_copies = search.n_entries;
        if (!err)
            err = store->ops->copies_put(store, kiosk->id, &copies, &kept);
    }
    done.rows_over = kept.rows_over;
    if (!kept.kept)
        done.refused = "too many copies wait for their chain";
    if (!err)
        *out = done;
    return err;
}
