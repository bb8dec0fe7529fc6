/* Noticing that the registry and the journal have parted, and what is said of it.
 *
 * An epoch begins between two travellers, so that the entries of one are in one history; until then
 * recording goes on in the old one, and nothing of that is lost: it is taken over. The receipt was
 * verified by uplink with the registry's key, and is newer than any that an epoch began with: who
 * writes sync.db can withhold it, but not make one up or play an old one again.
 */
#include <inttypes.h>
#include <string.h>

#include "lane_state.h"
#include "log.h"

static void on_step(void *user);

static bool run(void *user)
{
    struct lane *lane = user;
    join_run(lane->join, lane->parts->journal, &lane->joining);
    return false;
}

static void begin(struct lane *lane)
{
    const struct commit_job job = {.step = run, .done = on_step, .user = lane};
    clock_read(&lane->clock, &lane->joining.now);
    commit_job(lane->commit, &job);
}

/* Is this parting one that an epoch may be begun for, now? */
static bool may_part(struct lane *lane, struct journal_parting *parting)
{
    return lane->state == FLOW_READY && !commit_busy(lane->commit) &&
           uplink_parting(lane->parts->uplink, parting) &&
           parting->receipt.registry_ms > lane->played_again_ms;
}

void lane_join_look(struct lane *lane)
{
    struct journal_parting parting;
    if (commit_job_busy(lane->commit))
        return;
    const bool part = may_part(lane, &parting);
    if (!part && !lane->taking_over)
        return;
    memset(&lane->joining, 0, sizeof lane->joining);
    lane->joining.part = part;
    if (part)
        lane->joining.parting = parting;
    begin(lane);
}

static void begun(struct lane *lane)
{
    const struct join_step *step = &lane->joining;
    log_event(LOG_EPOCH_BEGUN, "epoch=%u seq=%" PRIu64 " registry_seq=%" PRIu64 " held=%" PRIu64,
              (unsigned)step->head.epoch, step->head.seq, step->parting.receipt.next - 1,
              step->parting.held);
    lane->taking_over = true;
    lane->join_failed_logged = false;
    lane_notice(lane, NOTICE_NEW_EPOCH);
}

static void taken_over(struct lane *lane)
{
    const struct join_step *step = &lane->joining;
    lane->n_taken_over += step->recovered.appended;
    lane->n_passed += step->recovered.passed;
    if (!step->recovered.done)
        return;
    log_event(LOG_ENTRIES_TAKEN_OVER, "entries=%u damaged=%u last=%" PRIu64 " from=\"%s\"",
              lane->n_taken_over, lane->n_passed, step->recovered.seq, step->recovery.source);
    lane->n_taken_over = lane->n_passed = 0;
}

static void failed(struct lane *lane)
{
    if (!lane->join_failed_logged)
        log_event(LOG_JOURNAL_FAILED, "kind=%s why=\"%s\"",
                  lane->joining.part ? "EPOCH" : "RECOVERED", err_text(lane->joining.err));
    lane->join_failed_logged = true;
    lane_store_failed(lane, lane->joining.err);
}

/* After a failure the next second tries again, else the next step comes at once. */
static void on_step(void *user)
{
    struct lane *lane = user;
    const struct join_step *step = &lane->joining;
    struct clock_reading now;
    if (step->outcome != JOIN_FAILED)
        lane_take_head(lane, &step->head);
    switch (step->outcome) {
    case JOIN_NOTHING:
        lane->taking_over = false;
        break;
    case JOIN_BEGUN:
        begun(lane);
        break;
    case JOIN_PLAYED_AGAIN:
        lane->played_again_ms = step->parting.receipt.registry_ms;
        log_event(LOG_RECEIPT_REFUSED, "why=\"it is not newer than the epoch that has begun\"");
        break;
    case JOIN_RECOVERED:
        taken_over(lane);
        break;
    case JOIN_GAVE_UP:
        log_event(LOG_SALVAGE_FAILED, "file=%s why=\"%s\"", step->recovery.source, step->why);
        break;
    case JOIN_FAILED:
        failed(lane);
        return;
    }
    clock_read(&lane->clock, &now);
    lane_link_refresh(lane, &now);
    lane_join_look(lane);
    lane_show_page(lane);
}
