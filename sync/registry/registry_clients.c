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

struct registry_client *registry_clients_surplus(struct registry_clients *clients,
                                                 const char *kiosk, unsigned most)
{
    struct registry_client *oldest = NULL;
    unsigned n = 0;
    for (struct registry_client *client = clients->newest; client; client = client->next) {
        if (client->ended || strcmp(client->kiosk, kiosk) != 0)
            continue;
        n++;
        oldest = client;
    }
    if (n <= most)
        return NULL;
    oldest->ended = true;
    return oldest;
}
