/* The network cable: a TCP relay on loopback between pamit-sync and the registry.
 *
 * Cut, it closes every connection and listens no more, which is what sync sees of a dead link that
 * refuses; a link that swallows packets is the network tests' business.
 */
#ifndef PAMIT_DESK_RELAY_H
#define PAMIT_DESK_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "desk.h"

#define DESK_RELAY_LINKS 64

/* Relays 127.0.0.1:relay_port to 127.0.0.1:registry_port. Negative errno. */
int desk_relay_open(struct desk *desk, uint16_t relay_port, uint16_t registry_port,
                    struct desk_relay **out);

/* Plugs the cable in or pulls it; 0 also when it is so already. */
int desk_relay_plug(struct desk_relay *relay, bool plugged);
bool desk_relay_plugged(const struct desk_relay *relay);

/* Connections open now. */
unsigned desk_relay_links(const struct desk_relay *relay);

void desk_relay_close(struct desk_relay *relay);

#endif
