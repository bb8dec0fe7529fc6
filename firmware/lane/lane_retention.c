/* Once a day: what the registry has long enough is destroyed here.
 *
 * The lane knows what the job needs and the worker does it, a step at a time between appends. When
 * it is due is a matter of CLOCK_BOOTTIME; what may go, of the registry's time alone: the newest
 * that it has signed, and what has passed since we saw that. Without a policy nothing goes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lane_state.h"
#include "log.h"

#define EVERY_MS     (24 * 3600 * 1000LL)
#define READER_MS    10000 /* what reads the journal does so for moments */
#define TRY_AGAIN_MS (10 * 60 * 1000LL)

enum err lane_retention_open(struct lane *lane, char why[LANE_WHY_LEN])
{
    struct lane_retention *retention = &lane->retention;
    enum err err = verify_key_load(lane->config->receipt_key, &retention->receipt_key, why);
    if (err)
        return err;
    err = retention_open(lane->parts->journal, &retention->job);
    if (err)
        snprintf(why, LANE_WHY_LEN, "%s: %s", lane->config->journal, err_text(err));
    return err;
}

void lane_retention_close(struct lane *lane)
{
    retention_close(lane->retention.job);
    if (lane->retention.receipt_key)
        verify_key_close(lane->retention.receipt_key);
}

/* In the worker. */
static bool job_step(void *user)
{
    struct lane *lane = user;
    bool more = false;
    lane->retention.err = retention_step(lane->retention.job, &more);
    return more;
}

static void job_done(void *user)
{
    struct lane *lane = user;
    struct lane_retention *retention = &lane->retention;
    struct retention_report report;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    retention_report(retention->job, &report);
    if (report.head.seq > lane->head.seq)
        lane->head = report.head;
    if (report.days || report.hashes)
        log_event(LOG_PURGED, "days=%" PRIu64 " entries=%" PRIu64 " hashes=%" PRIu64, report.days,
                  report.entries, report.hashes);
    if (report.waits)
        log_event(LOG_PURGE_WAITS, "");
    /* A receipt of the journal before this one covers nothing here: the next one is waited for. */
    if (retention->err && retention->err != ERR_OLD)
        log_event(LOG_PURGE_FAILED, "why=\"%s\"", err_text(retention->err));
    if (retention->err)
        retention->due_boottime_ms = now.boottime_ms + TRY_AGAIN_MS;
    else if (report.waits)
        retention->due_boottime_ms = now.boottime_ms + READER_MS;
}

static void job_begin(struct lane *lane, struct span envelope, const struct clock_reading *now)
{
    struct lane_retention *retention = &lane->retention;
    const struct policy *policy = judge_policy(lane->parts->judge);
    struct retention_order order = {
        .receipt_key = retention->receipt_key,
        .receipt_len = envelope.len,
        .now_ms = retention->registry_ms + (now->boottime_ms - retention->seen_boottime_ms),
        .payload_days = policy->payload_after_receipt_days,
        .hash_days = policy->double_scan_hash_days,
        .policy_version = policy->version,
        .open_seq = lane->state == FLOW_READY ? 0 : lane->shown.seq,
        .time = *now,
    };
    memcpy(order.receipt, envelope.p, envelope.len);
    retention_begin(retention->job, &order);
    const struct commit_job job = {.step = job_step, .done = job_done, .user = lane};
    commit_job(lane->commit, &job);
    retention->due_boottime_ms = now->boottime_ms + EVERY_MS;
}

static bool is_quiet(const struct lane *lane)
{
    return lane->state == FLOW_READY || lane->state == FLOW_WAITING || lane->state == FLOW_LOCKED;
}

void lane_retention_look(struct lane *lane, const struct clock_reading *now)
{
    struct lane_retention *retention = &lane->retention;
    struct span envelope;
    const struct receipt *receipt = uplink_receipt(lane->parts->uplink, &envelope);
    if (!receipt)
        return;
    if (receipt->registry_ms != retention->registry_ms) {
        retention->registry_ms = receipt->registry_ms;
        retention->seen_boottime_ms = now->boottime_ms;
    }
    if (now->boottime_ms >= retention->due_boottime_ms && is_quiet(lane) && !lane->taking_over &&
        !commit_job_busy(lane->commit) && judge_policy(lane->parts->judge)->version > 0)
        job_begin(lane, envelope, now);
}
