/* A list, the newest first.
 *
 * Room that is needed is taken from strangers: somebody who fills it with connections that say
 * nothing, or no handshake to the end, takes it from himself, as long as they come from one
 * address; from many, the oldest go first, and a handshake in good order is over before it is the
 * oldest, but where connections come faster than a slow line shakes hands. Who is no stranger any
 * more has a kiosk's few.
 */
#include "registry_clients.h"

#include <stdlib.h>

struct registry_client *registry_clients_add(struct registry_clients *clients,
                                             struct MHD_Connection *connection,
                                             const struct rate_peer *peer)
{
    struct registry_client *client = calloc(1, sizeof *client);
    if (!client)
        return NULL;
    client->connection = connection;
    client->peer = *peer;
    client->next = clients->newest;
    clients->newest = client;
    clients->n++;
    return client;
}

static struct registry_client *client_end(struct registry_clients *clients,
                                          struct registry_client *client)
{
    client->ended = true;
    clients->n--;
    return client;
}

void registry_clients_remove(struct registry_clients *clients, struct registry_client *client)
{
    struct registry_client **at = &clients->newest;
    while (*at && *at != client)
        at = &(*at)->next;
    if (*at) {
        *at = client->next;
        clients->n -= !client->ended;
    }
    free(client);
}

struct registry_client *registry_clients_crowd(struct registry_clients *clients, unsigned most)
{
    struct registry_client *oldest = NULL, *neighbour = NULL;
    if (clients->n <= most)
        return NULL;
    for (struct registry_client *other = clients->newest->next; other; other = other->next) {
        if (other->ended || other->kiosk[0])
            continue;
        oldest = other;
        if (memcmp(&other->peer, &clients->newest->peer, sizeof other->peer) == 0)
            neighbour = other;
    }
    if (!oldest)
        oldest = clients->newest;
    return client_end(clients, neighbour ? neighbour : oldest);
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
    return n > REGISTRY_KIOSK_CONNECTIONS ? client_end(clients, oldest) : NULL;
}
