/* The connections to one door, and whose each is. One kiosk has at most so many, and the newest
 * count, since those that its line lost are not known to be lost. Who has not shown who they are,
 * or is not asked to, is a stranger, to whom only the room belongs that nobody else needs. Private
 * to registry_requests.c, for its thread.
 */
#ifndef PAMIT_REGISTRY_CLIENTS_H
#define PAMIT_REGISTRY_CLIENTS_H

#include <stdbool.h>

#include "entry.h"
#include "registry_rate.h"
#include "registry_tls.h"

#define REGISTRY_KIOSK_CONNECTIONS 4 /* it uses two */

struct MHD_Connection;
struct registry_requests;

struct registry_client {
    struct registry_client *next; /* older */
    struct registry_requests *requests;
    struct MHD_Connection *connection;
    struct rate_peer peer;
    struct registry_tls_listener listener; /* of its session */
    char kiosk[ENTRY_KIOSK_LEN];           /* "": it has not shown who it is yet */
    uint8_t tls_key[SIGN_HASH_LEN];        /* registry_tls_key_hash of its certificate's */
    bool ended;                            /* nothing is to be answered any more */
};

struct registry_clients {
    struct registry_client *newest;
    unsigned n; /* those that are not ended */
};

/* A new connection; NULL: no memory. */
struct registry_client *registry_clients_add(struct registry_clients *clients,
                                             struct MHD_Connection *connection,
                                             const struct rate_peer *peer);
/* There are more than `most`. Returns what is to be ended for it: the oldest stranger from the
 * newest one's address, else the oldest one, else, when all are kiosks', the newest itself. NULL:
 * there are not more. `ended` is set. */
struct registry_client *registry_clients_crowd(struct registry_clients *clients, unsigned most);
void registry_clients_remove(struct registry_clients *clients, struct registry_client *client);
/* It is this kiosk's. Returns what is to be ended for it: the oldest one of that kiosk if there are
 * too many, else NULL; `ended` is set. */
struct registry_client *registry_clients_name(struct registry_clients *clients,
                                              struct registry_client *client,
                                              const char kiosk[ENTRY_KIOSK_LEN]);

#endif
