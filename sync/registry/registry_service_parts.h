/* What answers to kiosks share; the API is registry_service.c's. Private to
 * registry_service*.c. */
#ifndef PAMIT_REGISTRY_SERVICE_PARTS_H
#define PAMIT_REGISTRY_SERVICE_PARTS_H

#include "policy.h"
#include "registry_append.h"
#include "registry_feed.h"
#include "registry_service.h"
#include "registry_urgent.h"
#include "wire.h"

#define REPLY_MAX (WIRE_FEED_MAX + SIGN_COSE_OVERHEAD)

_Static_assert(REPLY_MAX >= POLICY_CBOR_MAX + SIGN_COSE_OVERHEAD, "a policy bundle fits");
_Static_assert(REPLY_MAX >= RECEIPT_MAX, "a receipt fits");

enum service_status {
    STATUS_OK = 200,
    STATUS_BAD_REQUEST = 400,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_FOUND = 404,
    STATUS_NOT_ALLOWED = 405,
    STATUS_GAP = 409,
    STATUS_AHEAD = 410,
    STATUS_TOO_LARGE = 413,
    STATUS_FORK = 422,
    STATUS_UNAVAILABLE = 503,
};

struct registry_service {
    struct registry_store *store;
    const struct registry_signer *receipt_key;
    const struct registry_ca *ca; /* NULL: issues none */
    struct append_room *room;
    bool grouped;     /* entries were stored that are not settled, */
    bool spoilt;      /* and will not be: one could not be stored */
    bool busy;        /* another process writes: nothing more is stored in this turn */
    unsigned careful; /* so many batches are stored each for itself: one of them fails */
    struct {          /* what the group's batches came to, for the log */
        struct service_told *at;
        size_t n, cap;
    } told;
    struct urgent_room *urgent;
    struct feed_room feed;
    uint8_t reply[REPLY_MAX];
};

typedef void service_answer(struct registry_service *service, const struct registry_kiosk *kiosk,
                            const struct registry_request *request, struct registry_reply *reply);

/* registry_service_entries.c */
service_answer service_answer_entries, service_answer_urgent;
/* registry_service_receipt.c */
service_answer service_answer_receipt;

/* The receipt of this outcome. */
void service_say_receipt(struct registry_service *service, const struct registry_request *request,
                         const struct append_outcome *outcome, enum service_status status,
                         struct registry_reply *reply);

/* A line of text. */
void service_say(struct registry_reply *reply, enum service_status status, const char *text);
/* The store failed: 503, and a line in the log. */
void service_say_unavailable(struct registry_reply *reply, const char *doing, enum err err);
void service_say_envelope(struct registry_reply *reply, enum service_status status,
                          struct span envelope);
/* Signs `payload` into the service's memory. */
MUST_CHECK enum err service_seal(struct registry_service *service, struct span payload,
                                 struct span *out);
/* A version: decimal digits, at most INT64_MAX. */
bool service_version_parse(const char *text, uint64_t *out);

#endif
