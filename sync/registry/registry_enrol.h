/* What the registry answers to who is no kiosk yet: the enrolment listener's two paths
 * (wire_enrol.h). Used by registry_server.c's second door, on its thread.
 */
#ifndef PAMIT_REGISTRY_ENROL_H
#define PAMIT_REGISTRY_ENROL_H

#include "registry_service.h"

/* Where kiosks go, and whom they believe. */
struct registry_enrol_facts {
    const struct registry_ca *ca;
    const char *host;
    uint32_t port;
    uint8_t receipt_point[SIGN_POINT_LEN], policy_point[SIGN_POINT_LEN];
};

struct registry_enrol;

/* Borrows the store, and what `facts` points to, until closed. ERR_MEMORY. */
MUST_CHECK enum err registry_enrol_open(struct registry_store *store,
                                        const struct registry_enrol_facts *facts,
                                        struct registry_enrol **out);
void registry_enrol_close(struct registry_enrol *enrol);

/* Answers; always fills `reply`, whose body is good until the next call. Blocks on the store. */
void registry_enrol_answer(struct registry_enrol *enrol, const struct registry_request *request,
                           struct registry_reply *reply);

#endif
