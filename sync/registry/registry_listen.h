/* The registry's listening sockets. Private to registry_server.c. */
#ifndef PAMIT_REGISTRY_LISTEN_H
#define PAMIT_REGISTRY_LISTEN_H

#include "registry_store.h"

/* An IPv4 or IPv6 address. Connections that are accepted are probed when they are idle. `why` names
 * the address. The caller closes `*out`. */
MUST_CHECK enum err registry_listen(const char *address, uint32_t port, int *out,
                                    char why[REGISTRY_WHY_LEN]);
/* The port it listens on. */
uint16_t registry_listen_port(int fd);

#endif
