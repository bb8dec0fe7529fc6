/* What goes up: entries in their order, and ahead of them copies of those that can't wait.
 *
 * Nothing here drops an entry. That the registry holds another history than ours is critical, and
 * said at each contact until people have solved it.
 */
#include "sync_phases.h"

#define GAPS_MAX 3 /* in one contact: more means that we do not understand each other */

/* Whatever is wrong with what is looked at, the upload meets it and says so. */
bool contact_has_urgent(struct sync_contact *c, uint64_t last)
{
    const struct journal_range backlog = {.from = c->next, .before = last + 1};
    if (c->urgent_failed || last < c->next || last - c->next < c->n_max)
        return false;
    return urgent_next(c->urgent, &c->urgent_cursor, c->stores.journal, &backlog,
                       &c->urgent_next) == ERR_OK;
}

void urgent_ask(struct sync_contact *c)
{
    const struct link_request request = {.method = "POST",
                                         .target = fetch_urgent_target,
                                         .content_type = fetch_entries_type,
                                         .body = c->urgent_next.body};
    contact_ask(c, &request);
}

/* What is refused, or fails on the way, goes in its turn: a front with a rule of its own must not
 * keep the backlog from going up. Who is told to stay away, or to come later, does. */
void urgent_answer(struct sync_contact *c, const struct link_answer *answer)
{
    const bool is_refusal = answer->status >= 400 && answer->status < 500;
    if (answer->status == 403 || answer->status == 429 ||
        (answer->status != 200 && answer->status < 400)) {
        phase_refused(c, answer);
        return;
    }
    c->urgent_failed = answer->status >= 500;
    if (answer->status == 200 || is_refusal)
        urgent_sent(&c->urgent_cursor, &c->urgent_next);
    if (answer->status == 200)
        log_event(LOG_URGENT_SENT, "copies=%zu", c->urgent_next.n_copies);
    contact_go_on(c);
}

void upload_ask(struct sync_contact *c)
{
    struct upload_batch batch;
    seal_random(c->terms.nonce, sizeof c->terms.nonce);
    const enum err err =
        upload_build(c->upload, c->stores.journal, c->next, c->n_max, c->terms.nonce, &batch);
    if (err != ERR_OK) {
        sync_stores_journal_failed(&c->stores, err, c->next);
        contact_fail(c, LOG_SYNC_STORE_FAILED, 0, c->stores.logged.journal);
        return;
    }
    c->batch_from = c->next;
    c->batch_entries = batch.n_entries;
    const struct link_request request = {.method = "POST",
                                         .target = fetch_entries_target,
                                         .content_type = fetch_entries_type,
                                         .body = batch.body};
    contact_ask(c, &request);
}

static void upload_accepted(struct sync_contact *c, const struct link_answer *answer)
{
    const uint64_t took_ms = contact_took_ms(c);
    if (c->batch_entries == c->n_max || took_ms > UPLOAD_QUICK_MS)
        c->n_max = upload_adapt(c->n_max, true, took_ms);
    if (!phase_take_receipt(c, answer))
        return;
    if (c->next > c->batch_from)
        contact_go_on(c);
    else
        contact_fail(c, LOG_SYNC_REFUSED, 0, "the registry took none of the entries sent");
}

static void upload_gap(struct sync_contact *c, const struct link_answer *answer)
{
    if (!phase_take_receipt(c, answer))
        return;
    if (++c->gaps <= GAPS_MAX)
        contact_go_on(c);
    else
        contact_fail(c, LOG_SYNC_REFUSED, 0, "the registry reports a gap again and again");
}

void upload_answer(struct sync_contact *c, const struct link_answer *answer)
{
    switch (answer->status) {
    case 200:
        upload_accepted(c, answer);
        break;
    case 409:
        upload_gap(c, answer);
        break;
    case 422:
        contact_fail(c, LOG_SYNC_FORKED, 0,
                     "two histories: the registry holds other entries under our numbers");
        break;
    case 413:
        if (c->n_max > 1) {
            c->n_max = upload_adapt(c->n_max, false, 0);
            contact_go_on(c);
            break;
        }
        phase_refused(c, answer);
        break;
    default:
        c->n_max = upload_adapt(c->n_max, false, 0);
        phase_refused(c, answer);
    }
}
