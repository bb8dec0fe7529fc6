/* What each phase asks, and what becomes of the answer.
 *
 * What is taken from an answer has to verify: a receipt by receipt_check.h, a feed step and a
 * policy bundle by fetch.h. A bare status is signed by nobody: a web front that was taken over can
 * refuse what it likes, and say 200 of copies of deferrals that it throws away. Neither costs an
 * entry, since only a receipt ends its turn; a deferral then is known elsewhere no sooner than its
 * turn comes. A status that a phase does not know ends the contact.
 */
#include "sync_phases.h"

#include <inttypes.h>
#include <stdio.h>

#include "journal_receipt.h"
#include "utf8.h"

#define REASON_MAX 100 /* of a registry's own words that we repeat */

void phase_refused(struct sync_contact *c, const struct link_answer *answer)
{
    char reason[SYNC_REASON_LEN];
    const bool quotable =
        answer->body.len > 0 && answer->body.len <= REASON_MAX && utf8_is_plain(answer->body);
    snprintf(reason, sizeof reason, "the registry refused with HTTP %d%s%.*s", answer->status,
             quotable ? ": " : "", quotable ? (int)answer->body.len : 0,
             quotable ? (const char *)answer->body.p : "");
    const bool passes = answer->status == 429 || answer->status >= 500;
    contact_fail(c, passes ? LOG_SYNC_PUT_OFF : LOG_SYNC_REFUSED, answer->retry_after_s, reason);
}

/* The lane, which sees the receipt in sync.db, begins a new epoch; until then nothing is sent: it
 * would be of a branch that is left. */
static void parted(struct sync_contact *c, const struct receipt *receipt,
                   enum receipt_standing standing)
{
    char reason[SYNC_REASON_LEN];
    c->parted = *receipt;
    c->is_parted = true;
    snprintf(reason, sizeof reason, "%s entry %" PRIu64,
             standing == RECEIPT_AHEAD ? "storage went back in time: the registry already has"
                                       : "two histories: the registry has another",
             receipt->next - 1);
    contact_fail(c, LOG_SYNC_FORKED, 0, reason);
}

bool phase_take_receipt(struct sync_contact *c, const struct link_answer *answer)
{
    struct receipt receipt;
    const char *why;
    if (receipt_open(&c->terms, answer->body, &receipt, &why) != ERR_OK) {
        contact_fail(c, LOG_SYNC_REFUSED, 0, why);
        return false;
    }
    struct journal_standing judged;
    if (!sync_stores_judge(&c->stores, &receipt, &judged)) {
        contact_fail(c, LOG_SYNC_STORE_FAILED, 0, c->stores.logged.journal);
        return false;
    }
    sync_stores_receipt(&c->stores, &receipt, answer->body, c->asked_boottime_ms,
                        c->answered_boottime_ms);
    c->is_parted = false;
    c->registry_ms = receipt.registry_ms;
    renewal_proven(c);
    if (judged.standing != RECEIPT_AGREES) {
        parted(c, &receipt, judged.standing);
        return false;
    }
    if (judged.from != c->next && receipt.next > 1)
        log_event(LOG_RECEIPT_STORED, "epoch=%u next=%" PRIu64 " head=%" PRIu64,
                  (unsigned)receipt.epoch, receipt.next, judged.head.seq);
    c->next_known = true;
    c->next = judged.from;
    feeds_note_versions(c, &receipt);
    return true;
}

void phase_get(struct sync_contact *c, const char *target)
{
    const struct link_request request = {.method = "GET", .target = target};
    contact_ask(c, &request);
}

static void receipt_ask(struct sync_contact *c)
{
    char target[FETCH_TARGET_LEN];
    seal_random(c->terms.nonce, sizeof c->terms.nonce);
    fetch_receipt_target(c->terms.nonce, target);
    phase_get(c, target);
}

static void receipt_answer(struct sync_contact *c, const struct link_answer *answer)
{
    if (answer->status != 200)
        phase_refused(c, answer);
    else if (phase_take_receipt(c, answer))
        contact_go_on(c);
}

const struct phase_steps phase_steps[] = {
    [PHASE_RECEIPT] = {receipt_ask, receipt_answer},
    [PHASE_RENEW] = {renewal_ask, renewal_answer},
    [PHASE_URGENT] = {urgent_ask, urgent_answer},
    [PHASE_UPLOAD] = {upload_ask, upload_answer},
    [PHASE_POLICY] = {policy_ask, policy_answer},
    [PHASE_LISTS] = {lists_ask, lists_answer},
    [PHASE_PLACEMENTS] = {placements_ask, placements_answer},
};
