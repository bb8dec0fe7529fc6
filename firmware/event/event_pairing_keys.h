/* By what crossings find each other: keys of a document, a placement, a NIK, a name. Private to
 * event_pairing*.c. */
#ifndef PAMIT_EVENT_PAIRING_KEYS_H
#define PAMIT_EVENT_PAIRING_KEYS_H

#include "event.h"

#define PAIRING_NAMES_MAX 120 /* pairs of 16 words */

struct pairing_key {
    enum event_basis basis;
    uint64_t hash; /* of the basis and the whole text */
};

#define PAIRING_KEYS_MAX (3 + PAIRING_NAMES_MAX)

/* The keys of an event's traveller, the surest first; returns how many. */
size_t pairing_keys(const struct event *event, struct pairing_key out[PAIRING_KEYS_MAX]);

/* One name is the other, or all of it and more: spelling-folded, at least two words in common. */
bool pairing_names_agree(const char *a, const char *b);

/* ---- key -> crossings, the latest first --------------------------------------------------------
 */

struct pairing_index;

struct pairing_index *pairing_index_open(void);
void pairing_index_close(struct pairing_index *index);
MUST_CHECK enum err pairing_index_put(struct pairing_index *index, uint64_t hash,
                                      uint32_t crossing);
/* A walk: begin with pairing_index_first, go on until PAIRING_END. */
#define PAIRING_END UINT32_MAX
uint32_t pairing_index_first(const struct pairing_index *index, uint64_t hash);
uint32_t pairing_index_next(const struct pairing_index *index, uint32_t at);
uint32_t pairing_index_crossing(const struct pairing_index *index, uint32_t at);

#endif
