/* HTTPS: who may speak to the registry, and how much. Answers are registry_service's, and
 * registry_enrol's for those who are no kiosks yet.
 *
 * One thread of its own serves all connections; who answers, with store and keys, belongs to that
 * thread from open to close.
 */
#ifndef PAMIT_REGISTRY_SERVER_H
#define PAMIT_REGISTRY_SERVER_H

#include "registry_config.h"
#include "registry_service.h"

struct registry_server;

typedef void registry_answer(void *user, const struct registry_request *request,
                             struct registry_reply *reply);

/* Makes durable what was answered as settling; a failure: it is asked again, each for itself. */
typedef enum err registry_settle(void *user);

/* Where to listen, to whom, and who answers, on the server's thread. */
struct registry_door {
    const char *address;
    uint32_t port;
    const char *client_ca; /* PEM; NULL: clients need no certificate */
    registry_answer *answer;
    registry_settle *settle; /* after each turn of the loop; NULL: nothing settles */
    void *user;
};

/* Reads the TLS files and listens. `why` says what is not usable: file and reason, or the address.
 * What `door` points to is borrowed. */
MUST_CHECK enum err registry_server_open(const struct registry_config *config,
                                         const struct registry_door *door,
                                         struct registry_server **out, char why[REGISTRY_WHY_LEN]);
/* How many connections a door lets in at once, each a descriptor. */
unsigned registry_server_connections(const struct registry_config *config,
                                     const struct registry_door *door);
/* The port it listens on. */
uint16_t registry_server_port(const struct registry_server *server);
/* Requests that are held until there is news (registry_hold.h): is there any? */
bool registry_server_is_waited_for(const struct registry_server *server);
/* Releases those whose time is up, and with `news` all of them. From another thread. */
void registry_server_release(const struct registry_server *server, bool news);
/* Ends requests in progress, then the thread. */
void registry_server_close(struct registry_server *server);

#endif
