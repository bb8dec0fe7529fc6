/* The API: paths, each a function from a request and the store to a reply.
 *
 * Every request is a kiosk's, named by its certificate; it is looked up each time, so that revoking
 * one takes effect at once and without closing connections. Replies that a kiosk acts on are
 * COSE_Sign1 envelopes: a receipt, a feed step (both by the receipt key) or the policy bundle as it
 * was signed when imported. Everything else is one line of text for whoever reads a trace.
 *
 * A store that fails is 503 with Retry-After: the kiosk keeps its entries and comes again.
 */
#include "registry_service_parts.h"

#include <stdlib.h>

#include "log.h"
#include "registry_sign.h"

const char registry_envelope_type[] = "application/cose; cose-type=\"cose-sign1\"";

void service_say(struct registry_reply *reply, enum service_status status, const char *text)
{
    reply->status = (unsigned)status;
    reply->body = span_of_text(text);
}

void service_say_unavailable(struct registry_reply *reply, const char *doing, enum err err)
{
    log_event(LOG_REGISTRY_STORE_FAILED, "doing=%s reason=\"%s\"", doing, err_text(err));
    service_say(reply, STATUS_UNAVAILABLE, "the store does not work, come again");
    reply->retry_after_s = REGISTRY_RETRY_AFTER_S;
}

void service_say_envelope(struct registry_reply *reply, enum service_status status,
                          struct span envelope)
{
    reply->status = (unsigned)status;
    reply->type = registry_envelope_type;
    reply->body = envelope;
}

enum err service_seal(struct registry_service *service, struct span payload, struct span *out)
{
    size_t len;
    const enum err err =
        registry_seal(service->receipt_key, payload, service->reply, sizeof service->reply, &len);
    if (!err)
        *out = span_of(service->reply, len);
    return err;
}

bool service_version_parse(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    if (!text || !*text)
        return false;
    for (; *text; text++) {
        const uint64_t digit = (uint64_t)(*text - '0');
        if (*text < '0' || *text > '9' || value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

/* ---- feeds ----------------------------------------------------------------------------------- */

static void say_feed(struct registry_service *service, const struct registry_request *request,
                     enum registry_feed which, struct registry_reply *reply)
{
    struct feed_asked asked = {.feed = which, .now_ms = request->now_ms};
    if (!service_version_parse(request->from, &asked.from)) {
        service_say(reply, STATUS_BAD_REQUEST, "from must be a version");
        return;
    }
    struct span step, envelope;
    enum err err = registry_feed_make(service->store, &asked, &service->feed, &step);
    if (!err)
        err = service_seal(service, step, &envelope);
    if (err == ERR_OLD)
        service_say(reply, STATUS_AHEAD, "from is ahead of the registry");
    else if (err)
        service_say_unavailable(reply, "feed", err);
    else
        service_say_envelope(reply, STATUS_OK, envelope);
}

/* Feeds are the same for all kiosks. */
static void answer_placements(struct registry_service *service, const struct registry_kiosk *kiosk,
                              const struct registry_request *request, struct registry_reply *reply)
{
    (void)kiosk;
    say_feed(service, request, REGISTRY_PLACEMENTS, reply);
}

static void answer_lists(struct registry_service *service, const struct registry_kiosk *kiosk,
                         const struct registry_request *request, struct registry_reply *reply)
{
    (void)kiosk;
    say_feed(service, request, REGISTRY_LISTS, reply);
}

static void answer_policy(struct registry_service *service, const struct registry_kiosk *kiosk,
                          const struct registry_request *request, struct registry_reply *reply)
{
    (void)kiosk;
    (void)request;
    size_t len;
    uint64_t version;
    const enum err err = service->store->ops->policy_get(service->store, service->reply,
                                                         sizeof service->reply, &len, &version);
    if (err == ERR_MISSING)
        service_say(reply, STATUS_NOT_FOUND, "there is no policy yet");
    else if (err)
        service_say_unavailable(reply, "policy", err);
    else
        service_say_envelope(reply, STATUS_OK, span_of(service->reply, len));
}

/* ---- certificates ---------------------------------------------------------------------------- */

/* A renewal is on the key of the certificate that asks: who has taken a kiosk's connection over for
 * a moment can't have another key certified, nor a key that is another kiosk's. */
static enum err certificate_key_check(const struct registry_csr *csr,
                                      const struct registry_request *request, const char **why)
{
    uint8_t key[SIGN_HASH_LEN];
    const enum err err = registry_csr_key(csr, key);
    *why = "the certificate request is not of the key of the certificate that it comes with";
    if (err)
        return err;
    return request->tls_key && memcmp(key, request->tls_key, sizeof key) == 0 ? ERR_OK
                                                                              : ERR_INVALID;
}

static enum err certificate_make(struct registry_service *service, const char *kiosk,
                                 const struct registry_request *request, struct span *out,
                                 const char **why)
{
    uint8_t der[WIRE_CERT_MAX];
    size_t len;
    struct registry_csr *csr;
    enum err err = registry_csr_open(request->body, kiosk, &csr, why);
    if (err)
        return err;
    err = certificate_key_check(csr, request, why);
    if (!err)
        err = registry_ca_issue(service->ca, csr, kiosk, request->now_ms, der, sizeof der, &len);
    registry_csr_close(csr);
    return err ? err : service_seal(service, span_of(der, len), out);
}

/* A new certificate for who has a good one: the connection's own. */
static void answer_certificate(struct registry_service *service, const struct registry_kiosk *kiosk,
                               const struct registry_request *request, struct registry_reply *reply)
{
    struct span envelope;
    const char *why;
    if (!service->ca) {
        service_say(reply, STATUS_NOT_FOUND, "this registry issues no certificates");
        return;
    }
    const enum err err = certificate_make(service, kiosk->id, request, &envelope, &why);
    if (err == ERR_INVALID) {
        log_event(LOG_REGISTRY_REQUEST_REFUSED, "kiosk=%s reason=\"%s\"", kiosk->id, why);
        service_say(reply, STATUS_BAD_REQUEST, why);
    } else if (err) {
        service_say_unavailable(reply, "certificate", err);
    } else {
        log_event(LOG_REGISTRY_RENEWED, "kiosk=%s", kiosk->id);
        service_say_envelope(reply, STATUS_OK, envelope);
    }
}

/* ---- the API --------------------------------------------------------------------------------- */

static const struct route {
    const char *path, *method;
    service_answer *answer;
} routes[] = {
    {"/v1/entries", "POST", service_answer_entries},
    {"/v1/urgent", "POST", service_answer_urgent},
    {"/v1/receipt", "GET", service_answer_receipt},
    {"/v1/feed/placements", "GET", answer_placements},
    {"/v1/feed/lists", "GET", answer_lists},
    {"/v1/policy", "GET", answer_policy},
    {wire_certificate_target, "POST", answer_certificate},
};

static const struct route *route_find(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    return NULL;
}

/* May this kiosk ask at all? */
static bool kiosk_admit(struct registry_service *service, const char *id,
                        struct registry_kiosk *kiosk, struct registry_reply *reply)
{
    const enum err err = service->store->ops->kiosk_find(service->store, id, kiosk);
    if (err == ERR_MISSING)
        service_say(reply, STATUS_FORBIDDEN, "this kiosk is not registered");
    else if (err)
        service_say_unavailable(reply, "kiosk", err);
    else if (kiosk->revoked)
        service_say(reply, STATUS_FORBIDDEN, "this kiosk is revoked");
    else
        return true;
    if (reply->status == STATUS_FORBIDDEN)
        log_event(LOG_REGISTRY_REQUEST_REFUSED, "kiosk=%s reason=\"%s\"", id,
                  err ? "not registered" : "revoked");
    return false;
}

void registry_service_answer(struct registry_service *service,
                             const struct registry_request *request, struct registry_reply *reply)
{
    const struct route *route = route_find(request->path);
    const bool joins = route && route->answer == service_answer_entries && !request->alone;
    struct registry_kiosk kiosk;
    *reply = (struct registry_reply){0};
    reply->settles = service->grouped && (!joins || service->spoilt);
    /* Nobody is told what is not durable yet, nor stored with what is not. */
    if (reply->settles || !kiosk_admit(service, request->kiosk, &kiosk, reply))
        return;
    if (!route) {
        service_say(reply, STATUS_NOT_FOUND, "there is nothing here");
    } else if (strcmp(route->method, request->method) != 0) {
        service_say(reply, STATUS_NOT_ALLOWED, "not with this method");
        reply->allow = route->method;
    } else {
        route->answer(service, &kiosk, request, reply);
    }
}

enum err registry_service_open(struct registry_store *store,
                               const struct registry_signer *receipt_key,
                               struct registry_service **out)
{
    struct registry_service *service = calloc(1, sizeof *service);
    if (!service)
        return ERR_MEMORY;
    service->store = store;
    service->receipt_key = receipt_key;
    service->room = append_room_open();
    service->urgent = urgent_room_open();
    if (!service->room || !service->urgent) {
        registry_service_close(service);
        return ERR_MEMORY;
    }
    *out = service;
    return ERR_OK;
}

void registry_service_issue(struct registry_service *service, const struct registry_ca *ca)
{
    service->ca = ca;
}

void registry_service_close(struct registry_service *service)
{
    if (!service)
        return;
    append_room_close(service->room);
    urgent_room_close(service->urgent);
    free(service->told.at);
    free(service);
}
