/* A list, the newest first. */
#include "registry_clients.h"

#include <stdlib.h>

struct registry_client *registry_clients_add(struct registry_clients *clients,
                                             struct MHD_Connection *connection)
{
    struct registry_client *client = calloc(1, sizeof *client);
    if (!client)
        return NULL;
    client->connection = connection;
    client->next = clients->newest;
    clients->newest = client;
    return client;
}

void registry_clients_remove(struct registry_clients *clients, struct registry_client *client)
{
    struct registry_client **at = &clients->newest;
    while (*at && *at != client)
        at = &(*at)->next;
    if (*at)
        *at = client->next;
    free(client);
}

struct registry_client *registry_clients_name(struct registry_clients *clients,
                                              struct registry_client *client,
                                              const char kiosk[ENTRY_KIOSK_LEN])
{
    struct registry_client *oldest = NULL;
    unsigned n = 0;
    memcpy(client->kiosk, kiosk, sizeof client->kiosk);
    for (struct registry_client *other = clients->newest; other; other = other->next) {
        if (other->ended || strcmp(other->kiosk, kiosk) != 0)
            continue;
        n++;
        if (other != client)
            oldest = other;
    }
    if (n <= REGISTRY_KIOSK_CONNECTIONS)
        return NULL;
    oldest->ended = true;
    return oldest;
}
