/* Who is at the other end of libmicrohttpd's connections, and who has to leave. Private to
 * registry_requests.c and registry_server.c, for the server's thread. */
#ifndef PAMIT_REGISTRY_CALLERS_H
#define PAMIT_REGISTRY_CALLERS_H

#include "registry_requests.h"

/* The kiosk there, which its handshake has shown. ERR_AUTH: nobody's, or its certificate has ended
 * since; ERR_CLOSED: the connection was ended. */
MUST_CHECK enum err registry_caller_kiosk(struct MHD_Connection *connection,
                                          char out[ENTRY_KIOSK_LEN]);
/* registry_tls_key_hash of its certificate's key; NULL: nobody's. */
const uint8_t *registry_caller_key(struct MHD_Connection *connection);
bool registry_caller_is_ended(struct MHD_Connection *connection);
/* The address; of IPv6 the network. All zero if there is none. */
struct rate_peer registry_caller_address(struct MHD_Connection *connection);

#endif
