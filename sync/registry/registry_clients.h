/* The connections of the kiosks, and whose each is: one kiosk has at most so many, and so have all
 * together who have not shown who they are; the newest count, since those that a line lost are not
 * known to be lost. Private to registry_server.c, for its thread.
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
/* The oldest connection of a kiosk ("": of those of which it is not known) if it has more than
 * `most`: it is to be ended, and its `ended` is set. Else NULL. */
struct registry_client *registry_clients_surplus(struct registry_clients *clients,
                                                 const char *kiosk, unsigned most);

#endif
