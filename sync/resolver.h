/* The registry's name to addresses, off the loop.
 *
 * getaddrinfo blocks for as long as the network pleases, and there is no portable way to end it. So
 * it runs on a thread of its own, never more than one: a caller that gave up and asks again waits
 * for the look-up that is still under way. pamit-sync.
 */
#ifndef PAMIT_RESOLVER_H
#define PAMIT_RESOLVER_H

#include <netdb.h>
#include <stdint.h>

#include "err.h"

struct resolver;

/* `host` is a name or a numeric address. */
MUST_CHECK enum err resolver_open(const char *host, uint32_t port, struct resolver **out);
/* Never waits: a thread still under way frees what it uses. */
void resolver_close(struct resolver *resolver);

/* Readable when an answer is there. */
int resolver_fd(const struct resolver *resolver);
/* Starts a look-up unless one is under way. ERR_MEMORY: no thread. */
MUST_CHECK enum err resolver_start(struct resolver *resolver);
/* The answer, for freeaddrinfo. ERR_BUSY: not yet; ERR_MISSING: there is none, `*why` (static) says
 * why. */
MUST_CHECK enum err resolver_take(struct resolver *resolver, struct addrinfo **out,
                                  const char **why);

#endif
