/* Pairing a departure with its return, over all counters and over changed documents.
 *
 * People come back with another passport, an SPLP or a border pass. So a crossing has several keys,
 * and the surest that finds anything decides: the document, the placement that both were matched to
 * (its record knows previous numbers), the NIK where one counter keyed it twice, and last the
 * person: birth date, sex and a name of which one holds all words of the other, at least two, where
 * only one departure without a return fits. Whoever reads the export sees which it was.
 *
 * Crossings are taken in the order of their times, which is the counter's clock unless nobody
 * vouched for it or it ran ahead of the registry's; then it is when the entry came. A departure is
 * closed by the next one of the same document, placement or NIK: nobody leaves twice without coming
 * back, so the return between them was not seen and is not made up. Practice pairs with practice.
 *
 * What was not let go is no departure. It is an attempt, and like every later departure it names
 * the last deferral of the same person within a year before it.
 */

#include <stdlib.h>
#include <string.h>

#include "event_pairing_room.h"

#define DEFERRAL_MS (INT64_C(366) * 86400000)

struct order {
    int64_t ms;
    uint32_t crossing;
};

/* ---- solving --------------------------------------------------------------------------------- */

static struct crossing *crossing_at(const struct event_pairing *pairing, uint32_t at)
{
    return (struct crossing *)pairing->crossings.items + at;
}

/* NULL: it has none. */
static const struct pairing_key *keys_of(const struct event_pairing *pairing,
                                         const struct crossing *crossing)
{
    const struct pairing_key *keys = pairing->keys.items;
    return crossing->n_keys > 0 ? keys + crossing->keys : NULL;
}

static bool names_agree(const struct event_pairing *pairing, const struct crossing *a,
                        const struct crossing *b)
{
    const char *names = pairing->names.items;
    return pairing_names_agree(names + a->name, names + b->name);
}

static enum err index_crossing(const struct event_pairing *pairing, struct pairing_index *index,
                               uint32_t at)
{
    const struct crossing *crossing = crossing_at(pairing, at);
    const struct pairing_key *keys = keys_of(pairing, crossing);
    enum err err = ERR_OK;
    for (uint16_t i = 0; i < crossing->n_keys && !err; i++)
        err = pairing_index_put(index, keys[i].hash, at);
    return err;
}

/* The newest of a key; PAIRING_NONE. */
static uint32_t newest(const struct pairing_index *index, const struct pairing_key *key)
{
    const uint32_t at = pairing_index_first(index, key->hash);
    return at == PAIRING_END ? PAIRING_NONE : pairing_index_crossing(index, at);
}

/* Closes what a departure shows to have ended unseen. */
static enum err depart(const struct event_pairing *pairing, uint32_t at)
{
    struct crossing *departure = crossing_at(pairing, at);
    const struct pairing_key *keys = keys_of(pairing, departure);
    for (uint16_t i = 0; i < departure->n_keys; i++) {
        const uint32_t before = newest(pairing->departed, &keys[i]);
        if (keys[i].basis != EVENT_BASIS_PERSON && before != PAIRING_NONE)
            crossing_at(pairing, before)->open = false;
    }
    departure->open = true;
    return index_crossing(pairing, pairing->departed, at);
}

/* The one open departure that may be this person's; PAIRING_NONE: there is none, or more than one.
 */
static uint32_t only_person(const struct event_pairing *pairing, const struct crossing *returned)
{
    const struct pairing_key *keys = keys_of(pairing, returned);
    uint32_t found = PAIRING_NONE;
    for (uint16_t i = 0; i < returned->n_keys; i++) {
        if (keys[i].basis != EVENT_BASIS_PERSON)
            continue;
        for (uint32_t at = pairing_index_first(pairing->departed, keys[i].hash); at != PAIRING_END;
             at = pairing_index_next(pairing->departed, at)) {
            const uint32_t one = pairing_index_crossing(pairing->departed, at);
            const struct crossing *departure = crossing_at(pairing, one);
            if (!departure->open || one == found || !names_agree(pairing, departure, returned))
                continue;
            if (found != PAIRING_NONE)
                return PAIRING_NONE;
            found = one;
        }
    }
    return found;
}

static void come_back(const struct event_pairing *pairing, uint32_t at)
{
    struct crossing *returned = crossing_at(pairing, at);
    const struct pairing_key *keys = keys_of(pairing, returned);
    uint32_t found = PAIRING_NONE;
    for (uint16_t i = 0; i < returned->n_keys && found == PAIRING_NONE; i++) {
        if (keys[i].basis == EVENT_BASIS_PERSON)
            break;
        found = newest(pairing->departed, &keys[i]);
        if (found != PAIRING_NONE && !crossing_at(pairing, found)->open)
            found = PAIRING_NONE;
        returned->basis = (uint8_t)keys[i].basis;
    }
    if (found == PAIRING_NONE) {
        found = only_person(pairing, returned);
        returned->basis = EVENT_BASIS_PERSON;
    }
    if (found == PAIRING_NONE) {
        returned->basis = EVENT_BASIS_NONE;
        return;
    }
    struct crossing *departure = crossing_at(pairing, found);
    departure->open = false;
    departure->pair = at;
    departure->basis = returned->basis;
    returned->pair = found;
}

/* The last deferral before, by the surest key that finds one. */
static void look_back(const struct event_pairing *pairing, struct crossing *attempt)
{
    const struct pairing_key *keys = keys_of(pairing, attempt);
    for (uint16_t i = 0; i < attempt->n_keys && attempt->attempt_of == PAIRING_NONE; i++) {
        const uint32_t found = newest(pairing->deferred, &keys[i]);
        const struct crossing *deferral =
            found == PAIRING_NONE ? NULL : crossing_at(pairing, found);
        if (deferral && attempt->ms - deferral->ms <= DEFERRAL_MS &&
            (keys[i].basis != EVENT_BASIS_PERSON || names_agree(pairing, deferral, attempt)))
            attempt->attempt_of = found;
    }
}

static enum err take_turn(const struct event_pairing *pairing, uint32_t at)
{
    struct crossing *crossing = crossing_at(pairing, at);
    if (crossing->side == SIDE_RETURNED) {
        come_back(pairing, at);
        return ERR_OK;
    }
    look_back(pairing, crossing);
    if (crossing->side == SIDE_DEPARTED)
        return depart(pairing, at);
    if (crossing->side == SIDE_DEFERRED)
        return index_crossing(pairing, pairing->deferred, at);
    return ERR_OK;
}

static int compare_times(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    return x->crossing < y->crossing ? -1 : x->crossing > y->crossing;
}

static int compare_hashes(const void *a, const void *b, void *user)
{
    const struct event_pairing *pairing = user;
    return memcmp(crossing_at(pairing, *(const uint32_t *)a)->hash,
                  crossing_at(pairing, *(const uint32_t *)b)->hash, PAIRING_HASH_LEN);
}

enum err event_pairing_solve(struct event_pairing *pairing)
{
    const size_t n = pairing->crossings.n;
    struct order *order = malloc((n + 1) * sizeof *order);
    pairing->by_hash = malloc((n + 1) * sizeof *pairing->by_hash);
    enum err err = order && pairing->by_hash ? ERR_OK : ERR_MEMORY;
    for (size_t i = 0; i < n && !err; i++) {
        order[i] = (struct order){crossing_at(pairing, (uint32_t)i)->ms, (uint32_t)i};
        pairing->by_hash[i] = (uint32_t)i;
    }
    if (!err) {
        qsort(order, n, sizeof *order, compare_times);
        qsort_r(pairing->by_hash, n, sizeof *pairing->by_hash, compare_hashes, pairing);
    }
    for (size_t i = 0; i < n && !err; i++)
        err = take_turn(pairing, order[i].crossing);
    free(order);
    return err;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void id_set(const struct event_pairing *pairing, uint32_t at, struct event_id *out)
{
    if (at == PAIRING_NONE)
        return;
    const struct crossing *crossing = crossing_at(pairing, at);
    const struct kiosk_id *ids = pairing->kiosks.items;
    memcpy(out->kiosk, ids[crossing->kiosk].text, sizeof out->kiosk);
    out->epoch = crossing->epoch;
    out->seq = crossing->seq;
}

void event_pairing_tell(const struct event_pairing *pairing, struct event *event)
{
    size_t low = 0, high = pairing->crossings.n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct crossing *crossing = crossing_at(pairing, pairing->by_hash[middle]);
        const int order = memcmp(crossing->hash, event->presented_entry.hash, PAIRING_HASH_LEN);
        if (order == 0) {
            id_set(pairing, crossing->pair, &event->pair);
            id_set(pairing, crossing->attempt_of, &event->attempt_of);
            event->pair_basis = (enum event_basis)crossing->basis;
            return;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
}
