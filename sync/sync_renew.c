/* A new certificate when the old one is (certificate.h), over the session there is.
 *
 * Whether it is due is judged by the registry's time, which the receipt before has brought: our own
 * clock may be wrong by years. But if that is further ahead than a feed may be, it is the
 * registry's that is wrong, or ours, and nothing is made by it. A renewal that does not come about
 * is no trouble yet: it is logged, the contact goes on, and it is asked for again after an hour;
 * the other half of the life is there for that. A new certificate is on trial until a receipt has
 * come over a connection with it.
 */
#include <stdio.h>

#include "identity.h"
#include "sync_phases.h"
#include "wire_enrol.h"

#define RENEW_AGAIN_MS (60 * 60 * 1000)

bool renewal_is_due(const struct sync_contact *c)
{
    const int64_t since_ms = sync_stores_boottime_ms(&c->stores) - c->renewal_tried_ms;
    return (c->renewal_tried_ms == 0 || since_ms >= RENEW_AGAIN_MS) &&
           identity_is_old(c->parts.identity, c->registry_ms / 1000);
}

static void put_off(struct sync_contact *c, const char *reason)
{
    log_event(LOG_RENEWAL_FAILED, "reason=\"%s\"", reason);
    contact_go_on(c);
}

static bool registry_is_believable(const struct sync_contact *c)
{
    const int64_t registry_s = c->registry_ms / 1000;
    return registry_s <= fetch_as_of_max(sync_stores_wall_ms(&c->stores) / 1000, registry_s);
}

void renewal_ask(struct sync_contact *c)
{
    char why[TLS_WHY_LEN];
    size_t len;
    c->renewal_tried_ms = sync_stores_boottime_ms(&c->stores);
    if (!registry_is_believable(c)) {
        put_off(c, "the registry's clock is far ahead of ours: one of the two is wrong");
        return;
    }
    if (identity_request(c->parts.identity, c->csr, sizeof c->csr, &len, why) != ERR_OK) {
        put_off(c, why);
        return;
    }
    const struct link_request request = {.method = "POST",
                                         .target = wire_certificate_target,
                                         .content_type = wire_certificate_type,
                                         .body = span_of(c->csr, len)};
    contact_ask(c, &request);
}

void renewal_answer(struct sync_contact *c, const struct link_answer *answer)
{
    char why[TLS_WHY_LEN];
    struct span der;
    if (answer->status != 200) {
        snprintf(why, sizeof why, "the registry answered with HTTP %d", answer->status);
        put_off(c, why);
    } else if (cose_open(c->parts.receipt_key, answer->body, &der) != ERR_OK) {
        put_off(c, "the answer is not signed by the registry");
    } else if (identity_try(c->parts.identity, der, why) != ERR_OK) {
        put_off(c, why);
    } else {
        link_use(c->link, identity_tls(c->parts.identity));
        c->next_known = false;
        contact_go_on(c);
    }
}

void renewal_proven(struct sync_contact *c)
{
    char why[TLS_WHY_LEN];
    if (!identity_is_on_trial(c->parts.identity))
        return;
    if (identity_prove(c->parts.identity, why) == ERR_OK)
        log_event(LOG_CERTIFICATE_RENEWED, "");
    else
        log_event(LOG_RENEWAL_FAILED, "reason=\"%s\"", why);
}

void renewal_refused(struct sync_contact *c, enum err err, const char *reason)
{
    if (!identity_is_on_trial(c->parts.identity) || (err != ERR_AUTH && err != ERR_CLOSED))
        return;
    log_event(LOG_RENEWAL_FAILED, "reason=\"the new certificate: %s\"", reason);
    identity_reject(c->parts.identity);
    link_use(c->link, identity_tls(c->parts.identity));
}
