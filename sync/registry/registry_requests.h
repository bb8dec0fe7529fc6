/* Requests on libmicrohttpd's connections: its callbacks, which all run on the thread of one server
 * (registry_server.c), and what they share. Private to it.
 */
#ifndef PAMIT_REGISTRY_REQUESTS_H
#define PAMIT_REGISTRY_REQUESTS_H

#include <microhttpd.h>

#include "registry_clients.h"
#include "registry_hold.h"
#include "registry_server.h"

struct registry_exchange;

struct registry_requests {
    struct registry_door door;
    struct registry_hold *hold;
    struct registry_clients clients;
    struct rate rate;                 /* of kiosks */
    int64_t held_log_ms;              /* until then nobody who is held back by it is logged */
    struct registry_exchange *parked; /* until what they stored is settled */
    size_t n_parked;
    size_t max_body;
    unsigned max_connections, timeout_s, keep_s;
};

/* What libmicrohttpd calls; `user` is the struct. */
enum MHD_Result registry_requests_answer(void *user, struct MHD_Connection *connection,
                                         const char *path, const char *method, const char *version,
                                         const char *data, size_t *data_len, void **state);
void registry_requests_over(void *user, struct MHD_Connection *connection, void **state,
                            enum MHD_RequestTerminationCode code);
void registry_requests_connection(void *user, struct MHD_Connection *connection, void **context,
                                  enum MHD_ConnectionNotificationCode code);

/* Commits what was stored, and lets those go on who are parked for it. */
void registry_requests_settle(struct registry_requests *requests);

#endif
