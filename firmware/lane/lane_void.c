/* What was recorded last is taken back: by whoever may decide it, until the next traveller is
 * judged and for VOID_WITHIN_MS at most. What lies further back is not for a counter to unsay in
 * passing.
 *
 * It is an entry that names the decision. After it the traveller stands there as before the scan:
 * the same passport is judged anew, and no verdict of the last time is open, nor a stop that a
 * supervisor had ended and now takes back, since that is theirs to do.
 *
 * Officers take back what officers recorded, on a live counter too: nobody has proven who they are
 * in either entry, and both stay. What a supervisor decided takes one, and so no live counter.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lane_mode.h"
#include "lane_state.h"
#include "log.h"

#define VOID_WITHIN_MS (10 * 60 * 1000)

void lane_recorded(struct lane *lane, const struct journal_head *entry)
{
    struct recorded *recorded = &lane->recorded;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    *recorded = (struct recorded){.entry = *entry,
                                  .answers = lane->shown.seq,
                                  .wall_ms = now.wall_ms,
                                  .boottime_ms = now.boottime_ms,
                                  .decision = lane->action.decision,
                                  .role = lane->action.role};
    memcpy(recorded->number, lane->shown.document.number, sizeof recorded->number);
}

void lane_recorded_end(struct lane *lane)
{
    lane->recorded = (struct recorded){0};
}

void lane_recorded_watch(struct lane *lane, const struct clock_reading *now)
{
    if (!lane->recorded.entry.seq || lane->state == FLOW_VOIDING ||
        now->boottime_ms - lane->recorded.boottime_ms < VOID_WITHIN_MS)
        return;
    lane_recorded_end(lane);
    lane_show_page(lane);
}

/* Why it does not count; VIEW_REFUSAL_COUNT: it does. */
static enum view_refusal objection(const struct lane *lane, const struct view_void *wanted)
{
    if (!lane->recorded.entry.seq || wanted->seq != lane->recorded.entry.seq)
        return VIEW_REFUSED_STALE;
    if (!decision_may_void(lane->recorded.role, wanted->role))
        return VIEW_REFUSED_NOT_ALLOWED;
    return wanted->role == ROLE_SUPERVISOR
               ? lane_objection_to_supervisor(lane, wanted->second_officer_id)
               : VIEW_REFUSAL_COUNT;
}

void lane_on_void(struct lane *lane, const struct view_void *wanted)
{
    const bool open = lane->state == FLOW_READY || lane->state == FLOW_RECORDED;
    const enum view_refusal why = open ? objection(lane, wanted) : VIEW_REFUSAL_COUNT;
    lane->asked_seq = wanted->seq;
    if (why != VIEW_REFUSAL_COUNT) {
        lane_refuse(lane, wanted->seq, why);
        return;
    }
    if (open) /* else one may be being stored, and what is said of it must stay what is stored */
        lane->voiding = *wanted;
    lane_on(lane, FLOW_ON_VOID);
}

void lane_void(struct lane *lane)
{
    const struct view_void *wanted = &lane->voiding;
    const struct journal_head *decided = &lane->recorded.entry;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    struct entry_void entry = {.place = lane_place(lane),
                               .epoch = decided->epoch,
                               .seq = decided->seq,
                               .kind = ENTRY_DECIDED,
                               .reason = wanted->reason,
                               .role = wanted->role,
                               .auth_method = AUTH_NONE};
    memcpy(entry.hash, decided->hash, sizeof entry.hash);
    if (wanted->role == ROLE_SUPERVISOR)
        snprintf(entry.second_officer_id, sizeof entry.second_officer_id, "%s",
                 wanted->second_officer_id);
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    seal_random(salt, sizeof salt);
    const enum err err = entry_void_encode(&entry, salt, payload, sizeof payload, &len);
    assert(err == ERR_OK);
    lane->has_current = false; /* the same passport is no double swipe of what is taken back */
    commit_append(lane->commit, ENTRY_VOID, &now, span_of(payload, len));
}

enum flow_event lane_voided(struct lane *lane, uint64_t seq)
{
    log_event(LOG_VOIDED, "seq=%" PRIu64 " voids=%" PRIu64 " reason=%s", seq,
              lane->recorded.entry.seq, void_reason_name(lane->voiding.reason));
    lane->voided_seq = seq;
    lane_recorded_end(lane);
    return FLOW_ON_STORED;
}
