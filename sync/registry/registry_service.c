/* The API: paths, each a function from a request and the store to a reply.
 *
 * Every request is a kiosk's, named by its certificate; it is looked up each time, so that revoking
 * one takes effect at once and without closing connections. Replies that a kiosk acts on are
 * COSE_Sign1 envelopes: a receipt, a feed step (both by the receipt key) or the policy bundle as it
 * was signed when imported. Everything else is one line of text for whoever reads a trace.
 *
 * A store that fails is 503 with Retry-After: the kiosk keeps its entries and comes again.
 */
#include "registry_service.h"

#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "policy.h"
#include "registry_append.h"
#include "registry_feed.h"
#include "registry_hold.h"
#include "registry_sign.h"
#include "registry_urgent.h"
#include "wire.h"

#define REPLY_MAX (WIRE_FEED_MAX + SIGN_COSE_OVERHEAD)

_Static_assert(REPLY_MAX >= POLICY_CBOR_MAX + SIGN_COSE_OVERHEAD, "a policy bundle fits");
_Static_assert(REPLY_MAX >= RECEIPT_MAX, "a receipt fits");

/* Batches that wait for one commit fail together; then each is tried for itself, and so are as many
 * more, since the one with the fault comes again. */
#define GROUP_CAREFUL 64

const char registry_envelope_type[] = "application/cose; cose-type=\"cose-sign1\"";

enum status {
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
    unsigned careful; /* so many batches are stored each for itself: one of them fails */
    struct urgent_room *urgent;
    struct feed_room feed;
    uint8_t reply[REPLY_MAX];
};

static void say(struct registry_reply *reply, enum status status, const char *text)
{
    reply->status = (unsigned)status;
    reply->body = span_of_text(text);
}

static void say_unavailable(struct registry_reply *reply, const char *doing, enum err err)
{
    log_event(LOG_REGISTRY_STORE_FAILED, "doing=%s reason=\"%s\"", doing, err_text(err));
    say(reply, STATUS_UNAVAILABLE, "the store does not work, come again");
    reply->retry_after_s = REGISTRY_RETRY_AFTER_S;
}

static void say_envelope(struct registry_reply *reply, enum status status, struct span envelope)
{
    reply->status = (unsigned)status;
    reply->type = registry_envelope_type;
    reply->body = envelope;
}

/* Signs `payload` into the service's memory. */
static enum err envelope_make(struct registry_service *service, struct span payload,
                              struct span *out)
{
    size_t len;
    const enum err err =
        registry_seal(service->receipt_key, payload, service->reply, sizeof service->reply, &len);
    if (!err)
        *out = span_of(service->reply, len);
    return err;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Exactly RECEIPT_NONCE_LEN bytes in lower-case hex. */
static bool nonce_parse(const char *hex, uint8_t out[RECEIPT_NONCE_LEN])
{
    if (!hex || strlen(hex) != 2 * RECEIPT_NONCE_LEN)
        return false;
    for (size_t i = 0; i < RECEIPT_NONCE_LEN; i++) {
        const int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* A version: decimal digits, at most INT64_MAX. */
static bool version_parse(const char *text, uint64_t *out)
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

/* ---- receipts and entries -------------------------------------------------------------------- */

static enum err receipt_make(struct registry_service *service,
                             const struct registry_request *request,
                             const struct registry_head *head,
                             const uint8_t nonce[RECEIPT_NONCE_LEN], struct span *out)
{
    struct registry_versions versions;
    enum err err = service->store->ops->versions(service->store, &versions);
    if (err)
        return err;
    struct receipt receipt = {.epoch = head->epoch,
                              .next = head->next,
                              .registry_ms = request->now_ms,
                              .policy_version = versions.policy,
                              .placements_version = versions.placements,
                              .lists_version = versions.lists};
    snprintf(receipt.kiosk, sizeof receipt.kiosk, "%s", request->kiosk);
    memcpy(receipt.head, head->hash, sizeof receipt.head);
    memcpy(receipt.nonce, nonce, sizeof receipt.nonce);
    uint8_t payload[RECEIPT_MAX];
    size_t len;
    err = receipt_encode(&receipt, payload, sizeof payload, &len);
    return err ? err : envelope_make(service, span_of(payload, len), out);
}

static void say_receipt(struct registry_service *service, const struct registry_request *request,
                        const struct append_outcome *outcome, enum status status,
                        struct registry_reply *reply)
{
    struct span envelope;
    const enum err err = receipt_make(service, request, &outcome->head, outcome->nonce, &envelope);
    if (err)
        say_unavailable(reply, "receipt", err);
    else
        say_envelope(reply, status, envelope);
}

/* May the answer wait until there is something newer than what the kiosk has? */
static enum err nothing_is_newer(struct registry_service *service,
                                 const struct registry_versions *held, bool *out)
{
    struct registry_versions newest;
    const enum err err = service->store->ops->versions(service->store, &newest);
    if (!err)
        *out = newest.policy <= held->policy && newest.lists <= held->lists &&
               newest.placements <= held->placements;
    return err;
}

/* True if the request is dealt with: refused, or held. */
static bool receipt_waits(struct registry_service *service, const struct registry_request *request,
                          struct registry_reply *reply)
{
    uint64_t wait_s;
    struct registry_versions held;
    bool waits = false;
    if (!request->wait || request->waited)
        return false;
    if (!version_parse(request->wait, &wait_s) || wait_s > REGISTRY_HOLD_MAX_S ||
        !version_parse(request->policy, &held.policy) ||
        !version_parse(request->lists, &held.lists) ||
        !version_parse(request->placements, &held.placements)) {
        say(reply, STATUS_BAD_REQUEST, "wait goes with policy, lists and placements, at most 60");
        return true;
    }
    const enum err err = nothing_is_newer(service, &held, &waits);
    if (err)
        say_unavailable(reply, "versions", err);
    else if (waits)
        reply->hold_s = (unsigned)wait_s;
    return err || reply->hold_s > 0;
}

static void answer_receipt(struct registry_service *service, const struct registry_kiosk *kiosk,
                           const struct registry_request *request, struct registry_reply *reply)
{
    struct append_outcome outcome = {0};
    if (!nonce_parse(request->nonce, outcome.nonce)) {
        say(reply, STATUS_BAD_REQUEST, "nonce must be 32 lower-case hex digits");
        return;
    }
    if (receipt_waits(service, request, reply))
        return;
    const enum err err = service->store->ops->head(service->store, kiosk->id, &outcome.head);
    if (err)
        say_unavailable(reply, "head", err);
    else
        say_receipt(service, request, &outcome, STATUS_OK, reply);
}

static void log_outcome(const char *kiosk, const struct append_outcome *outcome)
{
    const unsigned long long from = outcome->from, next = outcome->head.next;
    switch (outcome->result) {
    case APPEND_STORED:
    case APPEND_DUPLICATE:
        log_event(LOG_REGISTRY_APPENDED, "kiosk=%s from=%llu new=%llu next=%llu", kiosk, from,
                  (unsigned long long)outcome->n_new, next);
        return;
    case APPEND_GAP:
        log_event(LOG_REGISTRY_GAP, "kiosk=%s from=%llu next=%llu", kiosk, from, next);
        return;
    case APPEND_UNPROVEN:
    case APPEND_FORK:
        log_event(LOG_REGISTRY_FORK, "kiosk=%s from=%llu next=%llu parts_at=%llu reason=\"%s\"",
                  kiosk, from, next, (unsigned long long)outcome->parts_at, outcome->reason);
        return;
    case APPEND_MALFORMED:
    case APPEND_TOO_LARGE:
        break;
    }
    log_event(LOG_REGISTRY_REQUEST_REFUSED, "kiosk=%s reason=\"%s\"", kiosk, outcome->reason);
}

static void log_rows_over(const char *kiosk, size_t rows_over)
{
    if (rows_over > 0)
        log_event(LOG_REGISTRY_ROWS_OVER, "kiosk=%s rows=%zu", kiosk, rows_over);
}

/* Are this request's entries to be stored together with others'? The first of them begins. */
static enum err group_join(struct registry_service *service, const struct registry_request *request,
                           bool *out)
{
    enum err err = ERR_OK;
    *out = service->grouped || (!request->alone && service->careful == 0);
    service->careful -= service->careful > 0;
    if (*out && !service->grouped) {
        err = service->store->ops->group_begin(service->store);
        service->grouped = !err;
        service->spoilt = false;
    }
    return err;
}

enum err registry_service_settle(struct registry_service *service)
{
    if (!service->grouped)
        return ERR_OK;
    service->grouped = false;
    enum err err = service->store->ops->group_end(service->store, !service->spoilt);
    if (!err && service->spoilt)
        err = ERR_IO;
    if (err)
        service->careful = GROUP_CAREFUL;
    return err;
}

static void answer_entries(struct registry_service *service, const struct registry_kiosk *kiosk,
                           const struct registry_request *request, struct registry_reply *reply)
{
    struct append_outcome outcome;
    enum err err = group_join(service, request, &reply->settles);
    if (!err)
        err = registry_append(service->store, service->room, kiosk, request->body, request->now_ms,
                              &outcome);
    if (err && service->grouped) {
        service->spoilt = true; /* without a status: all of the group are asked again */
        return;
    }
    if (err) {
        say_unavailable(reply, "append", err);
        return;
    }
    log_outcome(kiosk->id, &outcome);
    log_rows_over(kiosk->id, outcome.rows_over);
    switch (outcome.result) {
    case APPEND_STORED:
    case APPEND_DUPLICATE:
        say_receipt(service, request, &outcome, STATUS_OK, reply);
        return;
    case APPEND_GAP:
        say_receipt(service, request, &outcome, STATUS_GAP, reply);
        return;
    case APPEND_UNPROVEN:
    case APPEND_FORK:
        say(reply, STATUS_FORK, outcome.reason);
        return;
    case APPEND_TOO_LARGE:
        say(reply, STATUS_TOO_LARGE, outcome.reason);
        return;
    case APPEND_MALFORMED:
        break;
    }
    say(reply, STATUS_BAD_REQUEST, outcome.reason);
}

static void answer_urgent(struct registry_service *service, const struct registry_kiosk *kiosk,
                          const struct registry_request *request, struct registry_reply *reply)
{
    struct urgent_outcome outcome;
    const enum err err = registry_urgent(service->store, service->urgent, kiosk, request->body,
                                         request->now_ms, &outcome);
    if (err) {
        say_unavailable(reply, "urgent", err);
    } else if (outcome.refused) {
        log_event(LOG_REGISTRY_REQUEST_REFUSED, "kiosk=%s reason=\"%s\"", kiosk->id,
                  outcome.refused);
        say(reply, STATUS_BAD_REQUEST, outcome.refused);
    } else {
        log_event(LOG_REGISTRY_URGENT, "kiosk=%s copies=%zu rows=%zu", kiosk->id, outcome.n_copies,
                  outcome.n_rows);
        log_rows_over(kiosk->id, outcome.rows_over);
        say(reply, STATUS_OK, "kept");
    }
}

/* ---- feeds ----------------------------------------------------------------------------------- */

static void say_feed(struct registry_service *service, const struct registry_request *request,
                     enum registry_feed which, struct registry_reply *reply)
{
    struct feed_asked asked = {.feed = which, .now_ms = request->now_ms};
    if (!version_parse(request->from, &asked.from)) {
        say(reply, STATUS_BAD_REQUEST, "from must be a version");
        return;
    }
    struct span step, envelope;
    enum err err = registry_feed_make(service->store, &asked, &service->feed, &step);
    if (!err)
        err = envelope_make(service, step, &envelope);
    if (err == ERR_OLD)
        say(reply, STATUS_AHEAD, "from is ahead of the registry");
    else if (err)
        say_unavailable(reply, "feed", err);
    else
        say_envelope(reply, STATUS_OK, envelope);
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
        say(reply, STATUS_NOT_FOUND, "there is no policy yet");
    else if (err)
        say_unavailable(reply, "policy", err);
    else
        say_envelope(reply, STATUS_OK, span_of(service->reply, len));
}

/* ---- certificates ---------------------------------------------------------------------------- */

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
    err = registry_ca_issue(service->ca, csr, kiosk, request->now_ms, der, sizeof der, &len);
    registry_csr_close(csr);
    return err ? err : envelope_make(service, span_of(der, len), out);
}

/* A new certificate for who has a good one: the connection's own. */
static void answer_certificate(struct registry_service *service, const struct registry_kiosk *kiosk,
                               const struct registry_request *request, struct registry_reply *reply)
{
    struct span envelope;
    const char *why;
    if (!service->ca) {
        say(reply, STATUS_NOT_FOUND, "this registry issues no certificates");
        return;
    }
    const enum err err = certificate_make(service, kiosk->id, request, &envelope, &why);
    if (err == ERR_INVALID) {
        log_event(LOG_REGISTRY_REQUEST_REFUSED, "kiosk=%s reason=\"%s\"", kiosk->id, why);
        say(reply, STATUS_BAD_REQUEST, why);
    } else if (err) {
        say_unavailable(reply, "certificate", err);
    } else {
        log_event(LOG_REGISTRY_RENEWED, "kiosk=%s", kiosk->id);
        say_envelope(reply, STATUS_OK, envelope);
    }
}

/* ---- the API --------------------------------------------------------------------------------- */

typedef void answer_function(struct registry_service *service, const struct registry_kiosk *kiosk,
                             const struct registry_request *request, struct registry_reply *reply);

static const struct route {
    const char *path, *method;
    answer_function *answer;
} routes[] = {
    {"/v1/entries", "POST", answer_entries},
    {"/v1/urgent", "POST", answer_urgent},
    {"/v1/receipt", "GET", answer_receipt},
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
        say(reply, STATUS_FORBIDDEN, "this kiosk is not registered");
    else if (err)
        say_unavailable(reply, "kiosk", err);
    else if (kiosk->revoked)
        say(reply, STATUS_FORBIDDEN, "this kiosk is revoked");
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
    const bool joins = route && route->answer == answer_entries && !request->alone;
    struct registry_kiosk kiosk;
    *reply = (struct registry_reply){0};
    reply->settles = service->grouped && (!joins || service->spoilt);
    /* Nobody is told what is not durable yet, nor stored with what is not. */
    if (reply->settles || !kiosk_admit(service, request->kiosk, &kiosk, reply))
        return;
    if (!route) {
        say(reply, STATUS_NOT_FOUND, "there is nothing here");
    } else if (strcmp(route->method, request->method) != 0) {
        say(reply, STATUS_NOT_ALLOWED, "not with this method");
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
    free(service);
}
