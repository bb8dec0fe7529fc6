/* Crossings on their way in: whether they count, when they were, and who it was. */
#include <stdlib.h>
#include <string.h>

#include "event_pairing_room.h"

#define ROOM_FIRST 256u

/* Room for `n` more items of `size`, at least one; NULL: no memory. */
static void *pool_take(struct pool *pool, size_t n, size_t size)
{
    if (pool->room - pool->n < n) {
        size_t room = pool->room ? pool->room * 2 : ROOM_FIRST;
        if (room - pool->n < n)
            room = pool->n + n;
        void *items = room < PAIRING_NONE ? realloc(pool->items, room * size) : NULL;
        if (!items)
            return NULL;
        pool->items = items;
        pool->room = room;
    }
    void *taken = (char *)pool->items + pool->n * size;
    pool->n += n;
    return taken;
}

struct event_pairing *event_pairing_open(void)
{
    struct event_pairing *pairing = calloc(1, sizeof *pairing);
    if (!pairing)
        return NULL;
    pairing->departed = pairing_index_open();
    pairing->deferred = pairing_index_open();
    if (pairing->departed && pairing->deferred)
        return pairing;
    event_pairing_close(pairing);
    return NULL;
}

void event_pairing_close(struct event_pairing *pairing)
{
    if (!pairing)
        return;
    pairing_index_close(pairing->departed);
    pairing_index_close(pairing->deferred);
    free(pairing->crossings.items);
    free(pairing->keys.items);
    free(pairing->names.items);
    free(pairing->kiosks.items);
    free(pairing->by_hash);
    free(pairing);
}

/* The one place that says what counts. */
static enum side side_of(const struct event *event)
{
    if (event->voided)
        return SIDE_NONE;
    if (event->presented.context.direction == DIRECTION_DEPARTURE && !event->decided)
        return SIDE_TRIED;
    if (!event->decided)
        return SIDE_NONE;
    switch (event->decision.decision) {
    case DECISION_CLEARED:
    case DECISION_CLEARED_NOTE:
    case DECISION_LOGGED_ONLY:
        return event->presented.context.direction == DIRECTION_RETURN ? SIDE_RETURNED
                                                                      : SIDE_DEPARTED;
    case DECISION_RETURN_LOGGED:
    case DECISION_RETURN_REFERRED:
        return SIDE_RETURNED;
    case DECISION_DEFERRED:
        return SIDE_DEFERRED;
    case DECISION_SECONDARY:
    case DECISION_REFUSED_EXIT:
    case DECISION_HANDED_OVER:
    case DECISION_WITHDRAWN:
        return SIDE_TRIED;
    case DECISION_NONE:
    case DECISION_COUNT:
        break;
    }
    return SIDE_NONE;
}

/* From 1970 on: times are subtracted from each other, and a kiosk's clock may say anything. */
static int64_t time_of(const struct event *event)
{
    const struct clock_reading *time = &event_dated_by(event)->header.time;
    const int64_t wall_ms = time->wall_ms > 0 ? time->wall_ms : 0;
    const bool doubtful =
        time->quality == CLOCK_UNKNOWN || wall_ms == 0 || wall_ms > event->acked_ms;
    return doubtful && event->acked_ms ? event->acked_ms : wall_ms;
}

/* Events come kiosk by kiosk. */
static enum err kiosk_take(struct event_pairing *pairing, const char *kiosk, uint32_t *out)
{
    struct pool *kiosks = &pairing->kiosks;
    const struct kiosk_id *ids = kiosks->items;
    if (kiosks->n == 0 || strcmp(ids[kiosks->n - 1].text, kiosk) != 0) {
        struct kiosk_id *last = pool_take(kiosks, 1, sizeof *last);
        if (!last)
            return ERR_MEMORY;
        memcpy(last->text, kiosk, strlen(kiosk) + 1);
    }
    *out = (uint32_t)kiosks->n - 1;
    return ERR_OK;
}

static enum err traveller_take(struct event_pairing *pairing, const struct event *event,
                               struct crossing *out)
{
    struct pairing_key keys[PAIRING_KEYS_MAX];
    const size_t n = pairing_keys(event, keys), len = strlen(event->presented.document.name) + 1;
    struct pairing_key *kept = n > 0 ? pool_take(&pairing->keys, n, sizeof *kept) : NULL;
    char *name = pool_take(&pairing->names, len, 1);
    if ((n > 0 && !kept) || !name)
        return ERR_MEMORY;
    if (n > 0)
        memcpy(kept, keys, n * sizeof *kept);
    memcpy(name, event->presented.document.name, len);
    out->n_keys = (uint16_t)n;
    out->keys = (uint32_t)(pairing->keys.n - n);
    out->name = (uint32_t)(pairing->names.n - len);
    return ERR_OK;
}

enum err event_pairing_add(struct event_pairing *pairing, const struct event *event)
{
    const struct entry_header *header = &event->presented_entry.header;
    struct crossing crossing = {.ms = time_of(event),
                                .seq = event->first_seq,
                                .epoch = header->epoch,
                                .pair = PAIRING_NONE,
                                .attempt_of = PAIRING_NONE,
                                .side = (uint8_t)side_of(event)};
    if (crossing.side == SIDE_NONE)
        return ERR_OK;
    memcpy(crossing.hash, event->presented_entry.hash, PAIRING_HASH_LEN);
    enum err err = kiosk_take(pairing, header->kiosk, &crossing.kiosk);
    if (!err)
        err = traveller_take(pairing, event, &crossing);
    struct crossing *kept = err ? NULL : pool_take(&pairing->crossings, 1, sizeof *kept);
    if (!kept)
        return ERR_MEMORY;
    *kept = crossing;
    return ERR_OK;
}
