/* Enrolment, the registry's half.
 *
 * Whoever asks is a stranger: what he sends is bounded, counted against his address when it is
 * wrong, and believed as far as it is proved. A request proves the entry key by its signature, the
 * TLS key by the certificate request's, and the right to join by the code's secret. The certificate
 * is made first, then the kiosk is registered and the code used in one transaction, then the answer
 * goes: if it is lost, the same keys with the same code get another one.
 *
 * A code that is wrong says why: with 80 random bits in it nobody learns from that who does not
 * have the code.
 */
#include "registry_enrol.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "log.h"

enum status {
    STATUS_OK = 200,
    STATUS_BAD_REQUEST = 400,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_FOUND = 404,
    STATUS_NOT_ALLOWED = 405,
    STATUS_TOO_MANY = 429,
    STATUS_UNAVAILABLE = 503,
};

#define WRONG_BURST     10                /* attempts of an address */
#define WRONG_REFILL_US INT64_C(30000000) /* for one more */

struct registry_enrol {
    struct registry_store *store;
    struct registry_enrol_facts facts;
    struct rate rate;
    uint8_t certificate[WIRE_CERT_MAX];
    uint8_t reply[WIRE_ENROLLED_MAX];
};

/* Why not. */
static const char *const joined_texts[] = {
    [REGISTRY_CODE_UNKNOWN] = "this code is not known here, or a newer one took its place",
    [REGISTRY_CODE_EXPIRED] = "this code has expired",
    [REGISTRY_CODE_OTHERS] = "this code is another kiosk's",
    [REGISTRY_CODE_USED] = "this code was used",
    [REGISTRY_KEYS_OTHERS] =
        "this device has another id's keys: remove entry_key and tls_key first",
    [REGISTRY_ID_TAKEN] = "this id is revoked, or another device's: a replacement gets a new id",
};

static void say(struct registry_reply *reply, enum status status, const char *text)
{
    reply->status = (unsigned)status;
    reply->body = span_of_text(text);
}

static void say_unavailable(struct registry_reply *reply, enum err err)
{
    log_event(LOG_REGISTRY_STORE_FAILED, "doing=enrol reason=\"%s\"", err_text(err));
    say(reply, STATUS_UNAVAILABLE, "the store does not work, come again");
    reply->retry_after_s = REGISTRY_RETRY_AFTER_S;
}

/* Wrong, and counted. `reply` says why. */
static void refused(struct registry_enrol *enrol, const struct registry_request *request,
                    const char *kiosk, const struct registry_reply *reply)
{
    rate_count(&enrol->rate, &request->peer, clock_ms(CLOCK_MONOTONIC));
    log_event(LOG_REGISTRY_ENROL_REFUSED, "kiosk=%s reason=\"%.*s\"", kiosk, (int)reply->body.len,
              (const char *)reply->body.p);
}

static enum err answer_make(struct registry_enrol *enrol, const struct wire_enrol *asked,
                            size_t certificate_len, struct span *out)
{
    const struct registry_enrol_facts *facts = &enrol->facts;
    struct wire_enrolled answer = {.certificate = span_of(enrol->certificate, certificate_len),
                                   .ca = registry_ca_certificate(facts->ca),
                                   .port = facts->port};
    snprintf(answer.kiosk, sizeof answer.kiosk, "%s", asked->kiosk);
    snprintf(answer.host, sizeof answer.host, "%s", facts->host);
    memcpy(answer.receipt_point, facts->receipt_point, SIGN_POINT_LEN);
    memcpy(answer.policy_point, facts->policy_point, SIGN_POINT_LEN);
    size_t len;
    const enum err err = wire_enrolled_encode(&answer, enrol->reply, sizeof enrol->reply, &len);
    if (!err)
        *out = span_of(enrol->reply, len);
    return err;
}

/* The certificate, and the whole answer; nothing of it counts before the store says so. */
static enum err prepare(struct registry_enrol *enrol, const struct registry_csr *csr,
                        const struct registry_request *request, const struct wire_enrol *asked,
                        struct span *out)
{
    size_t len;
    const enum err err = registry_ca_issue(enrol->facts.ca, csr, asked->kiosk, request->now_ms,
                                           enrol->certificate, sizeof enrol->certificate, &len);
    return err ? err : answer_make(enrol, asked, len, out);
}

static enum err join(struct registry_enrol *enrol, const struct registry_csr *csr,
                     const struct registry_request *request, const struct wire_enrol *asked,
                     enum registry_joined *out)
{
    struct registry_joiner joiner = {0};
    snprintf(joiner.kiosk.id, sizeof joiner.kiosk.id, "%s", asked->kiosk);
    memcpy(joiner.kiosk.entry_point, asked->entry_point, SIGN_POINT_LEN);
    enrol_code_hash(asked->secret, joiner.code_hash);
    const enum err err = registry_csr_key(csr, joiner.tls_key);
    return err ? err : enrol->store->ops->code_use(enrol->store, &joiner, request->now_ms, out);
}

static void admit(struct registry_enrol *enrol, const struct registry_csr *csr,
                  const struct registry_request *request, const struct wire_enrol *asked,
                  struct registry_reply *reply)
{
    struct span answer;
    enum registry_joined joined;
    enum err err = prepare(enrol, csr, request, asked, &answer);
    if (!err)
        err = join(enrol, csr, request, asked, &joined);
    if (err) {
        say_unavailable(reply, err);
    } else if (joined != REGISTRY_JOINED) {
        say(reply, STATUS_FORBIDDEN, joined_texts[joined]);
        refused(enrol, request, asked->kiosk, reply);
    } else {
        log_event(LOG_REGISTRY_ENROLLED, "kiosk=%s", asked->kiosk);
        reply->status = STATUS_OK;
        reply->type = wire_enrol_type;
        reply->body = answer;
    }
}

static void answer_enrol(struct registry_enrol *enrol, const struct registry_request *request,
                         struct registry_reply *reply)
{
    struct wire_enrol asked;
    struct registry_csr *csr;
    const char *why;
    const int64_t wait_ms = rate_wait_ms(&enrol->rate, &request->peer, clock_ms(CLOCK_MONOTONIC));
    if (wait_ms > 0) {
        say(reply, STATUS_TOO_MANY, "too many wrong attempts, come again later");
        reply->retry_after_s = (unsigned)((wait_ms + 999) / 1000);
    } else if (wire_enrol_open(request->body, &asked) != ERR_OK) {
        say(reply, STATUS_BAD_REQUEST, "this is no request to enrol");
        refused(enrol, request, "unknown", reply);
    } else if (registry_csr_open(asked.csr, asked.kiosk, &csr, &why) != ERR_OK) {
        say(reply, STATUS_BAD_REQUEST, why);
        refused(enrol, request, asked.kiosk, reply);
    } else {
        admit(enrol, csr, request, &asked, reply);
        registry_csr_close(csr);
    }
}

static void answer_ca(struct registry_enrol *enrol, const struct registry_request *request,
                      struct registry_reply *reply)
{
    (void)request;
    reply->status = STATUS_OK;
    reply->type = "application/pkix-cert";
    reply->body = registry_ca_certificate(enrol->facts.ca);
}

static const struct route {
    const char *path, *method;
    void (*answer)(struct registry_enrol *enrol, const struct registry_request *request,
                   struct registry_reply *reply);
} routes[] = {
    {wire_ca_target, "GET", answer_ca},
    {wire_enrol_target, "POST", answer_enrol},
};

void registry_enrol_answer(struct registry_enrol *enrol, const struct registry_request *request,
                           struct registry_reply *reply)
{
    *reply = (struct registry_reply){0};
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strcmp(routes[i].path, request->path) != 0)
            continue;
        if (strcmp(routes[i].method, request->method) == 0) {
            routes[i].answer(enrol, request, reply);
            return;
        }
        say(reply, STATUS_NOT_ALLOWED, "not with this method");
        reply->allow = routes[i].method;
        return;
    }
    say(reply, STATUS_NOT_FOUND, "there is nothing here");
}

enum err registry_enrol_open(struct registry_store *store, const struct registry_enrol_facts *facts,
                             struct registry_enrol **out)
{
    struct registry_enrol *enrol = calloc(1, sizeof *enrol);
    if (!enrol)
        return ERR_MEMORY;
    enrol->store = store;
    enrol->facts = *facts;
    enrol->rate = (struct rate){.burst = WRONG_BURST, .refill_us = WRONG_REFILL_US};
    *out = enrol;
    return ERR_OK;
}

void registry_enrol_close(struct registry_enrol *enrol)
{
    free(enrol);
}
