/* What pairing keeps of each crossing. Private to event_pairing*.c. */
#ifndef PAMIT_EVENT_PAIRING_ROOM_H
#define PAMIT_EVENT_PAIRING_ROOM_H

#include "event_pairing.h"
#include "event_pairing_keys.h"

#define PAIRING_HASH_LEN 16 /* of the last PRESENTED's, enough to tell crossings apart */
#define PAIRING_NONE     UINT32_MAX

enum side {
    SIDE_NONE = 0, /* nothing that is counted */
    SIDE_DEPARTED,
    SIDE_RETURNED,
    SIDE_DEFERRED,
    SIDE_TRIED, /* a departure that was neither let go nor deferred */
};

struct crossing {
    uint8_t hash[PAIRING_HASH_LEN];
    int64_t ms;
    uint64_t seq;
    uint32_t epoch, kiosk; /* kiosk: in `kiosks` */
    uint32_t keys, name;   /* in `keys`, in `names` */
    uint32_t pair, attempt_of;
    uint16_t n_keys;
    uint8_t side, basis;
    bool open; /* a departure without its return */
};

struct kiosk_id {
    char text[ENTRY_KIOSK_LEN];
};

/* What grows. */
struct pool {
    void *items;
    size_t n, room;
};

struct event_pairing {
    struct pool crossings, keys, names, kiosks;
    uint32_t *by_hash;
    struct pairing_index *departed, *deferred;
};

#endif
