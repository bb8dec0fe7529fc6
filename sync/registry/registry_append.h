/* From an uploaded batch to durable entries: what is checked, and what comes of it.
 *
 * Order of checks: form, gap, links, signature, history. Whatever the outcome, nothing that is held
 * changes but by growing. Used by registry_service_entries.c.
 */
#ifndef PAMIT_REGISTRY_APPEND_H
#define PAMIT_REGISTRY_APPEND_H

#include "registry_store.h"
#include "wire.h"

/* Zero, the safe one, acknowledges nothing. */
enum append_result {
    APPEND_MALFORMED = 0, /* no batch of ours; `reason` says why */
    APPEND_TOO_LARGE,     /* grows beyond WIRE_BATCH_MAX */
    APPEND_GAP,           /* entries before `from` are missing; head says what is expected */
    APPEND_UNPROVEN,      /* the signature does not verify over what is held: another history, or
                             another key; kept in quarantine */
    APPEND_FORK,          /* signed, and contradicts what is held; kept in quarantine */
    APPEND_DUPLICATE,     /* all held already */
    APPEND_STORED,
};

struct append_outcome {
    enum append_result result;
    const char *reason; /* static; "" when stored or duplicate */
    uint64_t from, n_new;
    uint64_t parts_at; /* APPEND_FORK */
    size_t rows_over;  /* of the lists, beyond REGISTRY_ROWS_A_DAY */
    struct registry_head head;
    uint8_t nonce[RECEIPT_NONCE_LEN];
};

/* Working memory for one batch at a time: about 1.6 MB. NULL: no memory. */
struct append_room;
struct append_room *append_room_open(void);
void append_room_close(struct append_room *room);

/* `body` is a zstd frame of a batch that `kiosk` sent. A failure is the store's (or of memory);
 * nothing was then acknowledged, and the same batch may come again. */
MUST_CHECK enum err registry_append(struct registry_store *store, struct append_room *room,
                                    const struct registry_kiosk *kiosk, struct span body,
                                    int64_t now_ms, struct append_outcome *out);

#endif
