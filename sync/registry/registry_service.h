/* What the registry answers to a request, whoever carries it: HTTP's methods, paths and statuses,
 * and nothing of sockets or TLS. The API is described in wire.h and wire_enrol.h. Used by
 * registry_serve.c.
 */
#ifndef PAMIT_REGISTRY_SERVICE_H
#define PAMIT_REGISTRY_SERVICE_H

#include "registry_ca.h"
#include "registry_rate.h"
#include "registry_store.h"

extern const char registry_envelope_type[]; /* COSE_Sign1 */

#define REGISTRY_RETRY_AFTER_S 30 /* what a kiosk is told while the store does not work */

struct registry_service;
struct registry_signer;

/* Borrowed for the call. */
struct registry_request {
    const char *method, *path;
    const char *nonce, *from; /* query values; NULL when absent */
    const char *wait, *policy, *lists, *placements;
    bool waited;            /* it was held already: answer it now */
    const char *kiosk;      /* from the verified certificate; "" on the enrolment listener */
    const uint8_t *tls_key; /* registry_csr_key of that certificate's key; NULL there */
    struct rate_peer peer;  /* the other end's address */
    struct span body;
    int64_t now_ms; /* wall time */
    bool alone;     /* it was asked before, and what it was grouped with could not be kept */
};

struct registry_reply {
    unsigned status;        /* HTTP's */
    const char *type;       /* of the body; NULL: a line of text */
    const char *allow;      /* with 405: the method that the path has; else NULL */
    unsigned retry_after_s; /* with 429 and 503; else 0 */
    unsigned hold_s;        /* not 0: there is no answer yet; ask again when there may be news, with
                             * `waited` after so many seconds */
    bool settles;           /* it holds once registry_service_settle has returned ERR_OK. Else, and
                             * where there is no status yet: ask again, then with `alone` */
    struct span body;       /* the service's, until its next call */
};

/* Borrows store and key (receipts and feeds) until closed. ERR_MEMORY. */
MUST_CHECK enum err registry_service_open(struct registry_store *store,
                                          const struct registry_signer *receipt_key,
                                          struct registry_service **out);
/* From now on certificates are renewed, by `ca`, which is borrowed; before, that is 404. */
void registry_service_issue(struct registry_service *service, const struct registry_ca *ca);
void registry_service_close(struct registry_service *service);

/* Makes durable what the answers since the last time have stored, of many kiosks with one commit. A
 * failure: none of those that settle holds. */
MUST_CHECK enum err registry_service_settle(struct registry_service *service);

/* Answers; always fills `reply`. Blocks on the store. Logs what an operator has to know. */
void registry_service_answer(struct registry_service *service,
                             const struct registry_request *request, struct registry_reply *reply);

#endif
