/* Copies of entries that came ahead of their chain: checked, kept, and told to the other counters.
 * Used by registry_service_entries.c.
 */
#ifndef PAMIT_REGISTRY_URGENT_H
#define PAMIT_REGISTRY_URGENT_H

#include "registry_store.h"
#include "wire.h"

struct urgent_room; /* working memory for one request at a time */
struct urgent_room *urgent_room_open(void);
void urgent_room_close(struct urgent_room *room);

struct urgent_outcome {
    const char *refused; /* why nothing of it was kept, static; NULL: it is */
    size_t n_copies, n_rows;
    size_t rows_over; /* of these, beyond REGISTRY_ROWS_A_DAY */
};

/* `body` is a zstd frame of copies that `kiosk` sent: all or none. Copies that the chain has
 * brought meanwhile are passed by. A failure is the store's, or of memory. */
MUST_CHECK enum err registry_urgent(struct registry_store *store, struct urgent_room *room,
                                    const struct registry_kiosk *kiosk, struct span body,
                                    int64_t now_ms, struct urgent_outcome *out);

#endif
