/* Receipts: how far a kiosk's entries are held, what time it is, and what there is to fetch; asked
 * for, perhaps held until there is news, or the answer to a batch.
 */
#include "registry_service_parts.h"

#include <stdio.h>

#include "registry_hold.h"

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
    return err ? err : service_seal(service, span_of(payload, len), out);
}

void service_say_receipt(struct registry_service *service, const struct registry_request *request,
                         const struct append_outcome *outcome, enum service_status status,
                         struct registry_reply *reply)
{
    struct span envelope;
    const enum err err = receipt_make(service, request, &outcome->head, outcome->nonce, &envelope);
    if (err)
        service_say_unavailable(reply, "receipt", err);
    else
        service_say_envelope(reply, status, envelope);
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
    if (!service_version_parse(request->wait, &wait_s) || wait_s > REGISTRY_HOLD_MAX_S ||
        !service_version_parse(request->policy, &held.policy) ||
        !service_version_parse(request->lists, &held.lists) ||
        !service_version_parse(request->placements, &held.placements)) {
        service_say(reply, STATUS_BAD_REQUEST,
                    "wait goes with policy, lists and placements, at most 60");
        return true;
    }
    const enum err err = nothing_is_newer(service, &held, &waits);
    if (err)
        service_say_unavailable(reply, "versions", err);
    else if (waits)
        reply->hold_s = (unsigned)wait_s;
    return err || reply->hold_s > 0;
}

void service_answer_receipt(struct registry_service *service, const struct registry_kiosk *kiosk,
                            const struct registry_request *request, struct registry_reply *reply)
{
    struct append_outcome outcome = {0};
    if (!nonce_parse(request->nonce, outcome.nonce)) {
        service_say(reply, STATUS_BAD_REQUEST, "nonce must be 32 lower-case hex digits");
        return;
    }
    if (receipt_waits(service, request, reply))
        return;
    const enum err err = service->store->ops->head(service->store, kiosk->id, &outcome.head);
    if (err)
        service_say_unavailable(reply, "head", err);
    else
        service_say_receipt(service, request, &outcome, STATUS_OK, reply);
}
