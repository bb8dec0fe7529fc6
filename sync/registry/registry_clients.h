/* The connections of the kiosks, and whose each is: one kiosk has at most so many, and the newest
 * count, since those that its line lost are not known to be lost. Private to registry_server.c, for
 * its thread.
 */
#ifndef PAMIT_REGISTRY_CLIENTS_H
#define PAMIT_REGISTRY_CLIENTS_H

#include <stdbool.h>

#include "entry.h"
#include "registry_tls.h"

#define REGISTRY_KIOSK_CONNECTIONS 4 /* it uses two */

struct MHD_Connection;
struct registry_server;

struct registry_client {
    struct registry_client *next; /* older */
    struct registry_server *server;
    struct MHD_Connection *connection;
    struct registry_tls_listener listener; /* of its session */
    char kiosk[ENTRY_KIOSK_LEN];           /* "": it has not shown who it is yet */
    bool ended;                            /* nothing is to be answered any more */
};

struct registry_clients {
    struct registry_client *newest;
};

/* A new connection; NULL: no memory. */
struct registry_client *registry_clients_add(struct registry_clients *clients,
                                             struct MHD_Connection *connection);
void registry_clients_remove(struct registry_clients *clients, struct registry_client *client);
/* It is this kiosk's. Returns what is to be ended for it: the oldest one of that kiosk if there are
 * too many, else NULL; `ended` is set. */
struct registry_client *registry_clients_name(struct registry_clients *clients,
                                              struct registry_client *client,
                                              const char kiosk[ENTRY_KIOSK_LEN]);

#endif
