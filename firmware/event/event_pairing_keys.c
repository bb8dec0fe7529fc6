/* Keys are 64 bits of FNV-1a: of ten million crossings two strangers share one with a chance of
 * three in a million, and what is found by a name is compared again. The index is a table of heads
 * by open addressing, each the newest of a chain.
 */
#include "event_pairing_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"

#define FNV_OFFSET UINT64_C(14695981039346656037)
#define FNV_PRIME  UINT64_C(1099511628211)

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * FNV_PRIME;
    return hash;
}

/* With its end, so that no two texts in a row are taken for others. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text) + 1);
}

static uint64_t hash_begin(const struct event *event, enum event_basis basis)
{
    const uint8_t begin[] = {(uint8_t)basis, (uint8_t)event->presented.place.mode};
    return hash_bytes(FNV_OFFSET, begin, sizeof begin);
}

static size_t document_key(const struct event *event, struct pairing_key *out)
{
    const struct document *document = &event->presented.document;
    if (!*document->number || !*document->country)
        return 0;
    const uint64_t hash = hash_text(hash_begin(event, EVENT_BASIS_DOCUMENT), document->country);
    *out = (struct pairing_key){EVENT_BASIS_DOCUMENT, hash_text(hash, document->number)};
    return 1;
}

/* A conflict is a placement of somebody else, as far as anybody knows. */
static size_t placement_key(const struct event *event, struct pairing_key *out)
{
    const struct entry_presented *presented = &event->presented;
    if (!*presented->placement_id ||
        (presented->match_grade != MATCH_EXACT && presented->match_grade != MATCH_NEAR))
        return 0;
    const uint64_t hash = hash_begin(event, EVENT_BASIS_PLACEMENT);
    *out = (struct pairing_key){EVENT_BASIS_PLACEMENT, hash_text(hash, presented->placement_id)};
    return 1;
}

static size_t nik_key(const struct event *event, struct pairing_key *out)
{
    static const uint8_t none[DOCUMENT_NIK_HASH];
    const uint8_t *nik = event->presented.document.nik_hash;
    if (memcmp(nik, none, sizeof none) == 0)
        return 0;
    const uint64_t hash =
        hash_text(hash_begin(event, EVENT_BASIS_NIK), event->presented_entry.header.kiosk);
    *out = (struct pairing_key){EVENT_BASIS_NIK, hash_bytes(hash, nik, sizeof none)};
    return 1;
}

/* Every two words of a name that is all there, since a shorter form shares two of them. One word
 * and a birth date are nobody for sure. */
static size_t name_keys(const struct event *event, struct pairing_key *out)
{
    const struct document *document = &event->presented.document;
    struct name_words words;
    size_t n = 0;
    name_split(document->name, &words);
    name_fold_spelling(&words, &words);
    if (words.cut || words.count < 2 || !date_valid(document->birth))
        return 0;
    uint64_t whose = hash_begin(event, EVENT_BASIS_PERSON);
    whose = hash_bytes(whose, (const char[]){document->sex}, 1);
    const int32_t days = date_to_days(document->birth);
    whose = hash_bytes(whose, &days, sizeof days);
    for (size_t i = 0; i < words.count; i++)
        for (size_t k = i + 1; k < words.count; k++)
            out[n++] = (struct pairing_key){
                EVENT_BASIS_PERSON, hash_text(hash_text(whose, words.word[i]), words.word[k])};
    return n;
}

size_t pairing_keys(const struct event *event, struct pairing_key out[PAIRING_KEYS_MAX])
{
    size_t n = document_key(event, out);
    n += placement_key(event, out + n);
    n += nik_key(event, out + n);
    return n + name_keys(event, out + n);
}

bool pairing_names_agree(const char *a, const char *b)
{
    struct name_words x, y;
    name_split(a, &x);
    name_split(b, &y);
    name_fold_spelling(&x, &x);
    name_fold_spelling(&y, &y);
    const size_t common = name_common(&x, &y);
    return !x.cut && !y.cut && common >= 2 && (common == x.count || common == y.count);
}

/* ---- the index ------------------------------------------------------------------------------- */

struct node {
    uint64_t hash;
    uint32_t crossing;
    uint32_t next; /* of the same hash, older */
};

struct pairing_index {
    struct node *nodes;
    uint32_t n_nodes, room;
    uint32_t *heads;  /* by hash: a node, or PAIRING_END */
    uint32_t n_heads; /* a power of two, at least twice as many as nodes */
};

#define ROOM_FIRST 1024u

struct pairing_index *pairing_index_open(void)
{
    return calloc(1, sizeof(struct pairing_index));
}

void pairing_index_close(struct pairing_index *index)
{
    if (!index)
        return;
    free(index->nodes);
    free(index->heads);
    free(index);
}

/* Where the head of a hash is, or would be. */
static uint32_t *head_of(const struct pairing_index *index, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash ^ hash >> 32) & (index->n_heads - 1);
    while (index->heads[at] != PAIRING_END && index->nodes[index->heads[at]].hash != hash)
        at = (at + 1) & (index->n_heads - 1);
    return &index->heads[at];
}

static enum err index_grow(struct pairing_index *index)
{
    if (index->room > UINT32_MAX / 8)
        return ERR_MEMORY;
    const uint32_t room = index->room ? index->room * 2 : ROOM_FIRST;
    struct node *nodes = realloc(index->nodes, room * sizeof *nodes);
    if (!nodes)
        return ERR_MEMORY;
    index->nodes = nodes;
    uint32_t *heads = malloc(room * 2 * sizeof *heads);
    if (!heads)
        return ERR_MEMORY;
    free(index->heads);
    index->heads = heads;
    index->room = room;
    index->n_heads = room * 2;
    memset(heads, 0xFF, index->n_heads * sizeof *heads); /* PAIRING_END */
    for (uint32_t i = 0; i < index->n_nodes; i++)        /* the newest last, so it is the head */
        *head_of(index, nodes[i].hash) = i;
    return ERR_OK;
}

enum err pairing_index_put(struct pairing_index *index, uint64_t hash, uint32_t crossing)
{
    const enum err err = index->n_nodes == index->room ? index_grow(index) : ERR_OK;
    if (err)
        return err;
    uint32_t *head = head_of(index, hash);
    index->nodes[index->n_nodes] = (struct node){hash, crossing, *head};
    *head = index->n_nodes++;
    return ERR_OK;
}

uint32_t pairing_index_first(const struct pairing_index *index, uint64_t hash)
{
    return index->n_heads ? *head_of(index, hash) : PAIRING_END;
}

uint32_t pairing_index_next(const struct pairing_index *index, uint32_t at)
{
    return index->nodes[at].next;
}

uint32_t pairing_index_crossing(const struct pairing_index *index, uint32_t at)
{
    return index->nodes[at].crossing;
}
