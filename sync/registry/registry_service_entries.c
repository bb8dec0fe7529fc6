/* Entries: batches, of which those that many kiosks send at one time are made durable by one
 * commit, and copies ahead of their chain.
 */
#include "registry_service_parts.h"

#include <stdlib.h>

#include "log.h"

/* Batches that wait for one commit fail together; then each is tried for itself, and so are as many
 * more, since the one with the fault comes again. */
#define GROUP_CAREFUL 64

struct service_told {
    char kiosk[ENTRY_KIOSK_LEN];
    struct append_outcome outcome;
};

/* ---- the log --------------------------------------------------------------------------------- */

static void log_rows_over(const char *kiosk, size_t rows_over)
{
    if (rows_over > 0)
        log_event(LOG_REGISTRY_ROWS_OVER, "kiosk=%s rows=%zu", kiosk, rows_over);
}

static void log_outcome(const char *kiosk, const struct append_outcome *outcome)
{
    log_rows_over(kiosk, outcome->rows_over);
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

/* What is not durable yet is logged once it is; without memory it is not logged. */
static void told_add(struct registry_service *service, const char *kiosk,
                     const struct append_outcome *outcome)
{
    if (service->told.n == service->told.cap) {
        const size_t cap = service->told.cap ? 2 * service->told.cap : 16;
        struct service_told *more = realloc(service->told.at, cap * sizeof *more);
        if (!more)
            return;
        service->told.at = more;
        service->told.cap = cap;
    }
    struct service_told *told = &service->told.at[service->told.n++];
    told->outcome = *outcome;
    memcpy(told->kiosk, kiosk, sizeof told->kiosk);
}

static void told_log(struct registry_service *service, bool kept)
{
    for (size_t i = 0; kept && i < service->told.n; i++)
        log_outcome(service->told.at[i].kiosk, &service->told.at[i].outcome);
    service->told.n = 0;
}

/* ---- batches --------------------------------------------------------------------------------- */

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
    service->busy = false;
    if (!service->grouped)
        return ERR_OK;
    service->grouped = false;
    enum err err = service->store->ops->group_end(service->store, !service->spoilt);
    if (!err && service->spoilt)
        err = ERR_IO;
    if (err)
        service->careful = GROUP_CAREFUL;
    told_log(service, !err);
    return err;
}

void service_answer_entries(struct registry_service *service, const struct registry_kiosk *kiosk,
                            const struct registry_request *request, struct registry_reply *reply)
{
    struct append_outcome outcome;
    enum err err = service->busy ? ERR_BUSY : group_join(service, request, &reply->settles);
    if (!err)
        err = registry_append(service->store, service->room, kiosk, request->body, request->now_ms,
                              &outcome);
    if (err && service->grouped) {
        service->spoilt = true; /* without a status: all of the group are asked again */
        return;
    }
    if (err) {
        service->busy = err == ERR_BUSY;
        reply->settles = false;
        service_say_unavailable(reply, "append", err);
        return;
    }
    if (service->grouped)
        told_add(service, kiosk->id, &outcome);
    else
        log_outcome(kiosk->id, &outcome);
    switch (outcome.result) {
    case APPEND_STORED:
    case APPEND_DUPLICATE:
        service_say_receipt(service, request, &outcome, STATUS_OK, reply);
        return;
    case APPEND_GAP:
        service_say_receipt(service, request, &outcome, STATUS_GAP, reply);
        return;
    case APPEND_UNPROVEN:
    case APPEND_FORK:
        service_say(reply, STATUS_FORK, outcome.reason);
        return;
    case APPEND_TOO_LARGE:
        service_say(reply, STATUS_TOO_LARGE, outcome.reason);
        return;
    case APPEND_MALFORMED:
        break;
    }
    service_say(reply, STATUS_BAD_REQUEST, outcome.reason);
}

void service_answer_urgent(struct registry_service *service, const struct registry_kiosk *kiosk,
                           const struct registry_request *request, struct registry_reply *reply)
{
    struct urgent_outcome outcome;
    const enum err err = registry_urgent(service->store, service->urgent, kiosk, request->body,
                                         request->now_ms, &outcome);
    if (err) {
        service_say_unavailable(reply, "urgent", err);
    } else if (outcome.refused) {
        log_event(LOG_REGISTRY_REQUEST_REFUSED, "kiosk=%s reason=\"%s\"", kiosk->id,
                  outcome.refused);
        service_say(reply, STATUS_BAD_REQUEST, outcome.refused);
    } else {
        log_event(LOG_REGISTRY_URGENT, "kiosk=%s copies=%zu rows=%zu", kiosk->id, outcome.n_copies,
                  outcome.n_rows);
        log_rows_over(kiosk->id, outcome.rows_over);
        service_say(reply, STATUS_OK, "kept");
    }
}
