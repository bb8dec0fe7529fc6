/* Events come in, flow_step says what follows, the actions are carried out here. This file decides
 * nothing about order: that is core/flow.c. It only knows how.
 */
#include "lane.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lane_state.h"
#include "log.h"

#define HEARTBEAT_MS   1000
#define PAINT_LIMIT_MS 1000

/* ---- actions -------------------------------------------------------------------------------- */

void lane_refuse(struct lane *lane, uint64_t seq, enum view_refusal why)
{
    log_event(LOG_ACTION_REFUSED, "seq=%" PRIu64 " why=%s", seq, view_refusal_name(why));
    struct view_message message = {.type = VIEW_MESSAGE_REFUSED};
    message.body.refused.seq = seq;
    message.body.refused.why = why;
    console_port_send(lane->console, &message);
}

void lane_refuse_keyed(struct lane *lane, const enum document_flaw flaws[DOCUMENT_FIELD_COUNT])
{
    struct view_message message = {.type = VIEW_MESSAGE_REFUSED};
    message.body.refused.why = VIEW_REFUSED_FLAWS;
    for (unsigned i = 0; i < DOCUMENT_FIELD_COUNT; i++) {
        message.body.refused.flaws[i] = flaws[i];
        if (flaws[i] != DOCUMENT_FLAW_NONE)
            log_event(LOG_ACTION_REFUSED, "seq=0 why=%s field=%s flaw=%s",
                      view_refusal_name(VIEW_REFUSED_FLAWS),
                      document_field_name((enum document_field)i), document_flaw_name(flaws[i]));
    }
    console_port_send(lane->console, &message);
}

/* What was set over a shown verdict is about that traveller alone, and so are purpose and category
 * whenever they are set; the rest holds for the sailing. */
static void forget_traveller(struct lane *lane)
{
    lane->context = lane->sailing;
}

static void note_undecided(struct lane *lane)
{
    lane->undecided_seq = lane->shown.seq;
    forget_traveller(lane);
}

static void set_context(struct lane *lane, bool for_shown_traveller)
{
    lane->context = lane->wanted;
    if (!for_shown_traveller) {
        lane->sailing = lane->wanted;
        lane->sailing.purpose = PURPOSE_NONE;
        lane->sailing.category = PURPOSE_NONE;
    }
    log_event(LOG_CONTEXT_SET, "direction=%s purpose=%s category=%s",
              direction_name(lane->context.direction), purpose_name(lane->context.purpose),
              purpose_name(lane->context.category));
}

/* The PRESENTED of the same transit, which a restart took off the screen; 0: there is none. */
static uint64_t left_open_take(struct lane *lane)
{
    const struct left_open *left = &lane->left_open;
    const uint32_t within_s = judge_policy(lane->parts->judge)->double_scan_s;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    const bool same = left->seq && document_same(&lane->read, &left->document) &&
                      now.boottime_ms - left->shown_boottime_ms <= within_s * 1000LL;
    const uint64_t seq = same ? left->seq : 0;
    lane->left_open.seq = 0;
    if (same)
        log_event(LOG_SCAN_REPEATED, "seq=%" PRIu64 " state=RESTARTED", seq);
    return seq;
}

/* The reminder of a verdict left undecided has been seen once a later one is decided. */
static void present(struct lane *lane)
{
    if (lane->decided_answers > lane->undecided_seq)
        lane->undecided_seq = 0;
    lane_recorded_end(lane);
    lane_present(lane, &lane->read, left_open_take(lane));
}

static void act(struct lane *lane, uint32_t actions)
{
    if (actions & FLOW_IGNORE_SCAN)
        log_event(LOG_SCAN_IGNORED, "state=%s", flow_state_name(lane->state));
    if (actions & FLOW_REFUSE_BUSY)
        lane_refuse(lane, lane->asked_seq, VIEW_REFUSED_BUSY);
    if (actions & FLOW_REFUSE_STALE)
        lane_refuse(lane, lane->asked_seq, VIEW_REFUSED_STALE);
    if (actions & FLOW_REFUSE_LOCKED)
        lane_refuse(lane, lane->asked_seq, VIEW_REFUSED_NOT_ALLOWED);
    if (actions & FLOW_REFUSE_STORAGE)
        lane_refuse(lane, lane->asked_seq, VIEW_REFUSED_STORAGE);
    if (actions & FLOW_NOTE_UNDECIDED)
        note_undecided(lane);
    if (actions & FLOW_SET_CONTEXT)
        set_context(lane, actions & FLOW_REJUDGE);
    if (actions & (FLOW_PRESENT | FLOW_REJUDGE)) /* which reads the disk: no light waits for that */
        lane_show_panel(lane);
    if (actions & FLOW_PRESENT)
        present(lane);
    if (actions & FLOW_REJUDGE)
        lane_present(lane, &lane->shown.document, lane->shown.seq);
    if (actions & FLOW_DECIDE)
        lane_decide(lane);
    if (actions & FLOW_VOID)
        lane_void(lane);
    if (actions & FLOW_PROBE && !commit_busy(lane->commit)) /* else one is under way */
        lane_probe(lane);
    if (actions & FLOW_QUIET)
        lane->quieted_seq = lane->shown.seq;
    if (actions & (FLOW_SHOW | FLOW_QUIET))
        lane_show(lane);
}

void lane_on(struct lane *lane, enum flow_event event)
{
    struct flow_move move = flow_step(lane->state, event);
    if (move.deadline_ms) {
        sd_event_source_set_time_relative(lane->deadline, (uint64_t)move.deadline_ms * 1000);
        sd_event_source_set_enabled(lane->deadline, SD_EVENT_ONESHOT);
    } else if (move.next != lane->state) {
        sd_event_source_set_enabled(lane->deadline, SD_EVENT_OFF);
    }
    lane->state = move.next;
    act(lane, move.actions);
}

/* ---- completed commits ---------------------------------------------------------------------- */

static void log_presented(const struct crossing *crossing)
{
    char codes[VERDICT_REASONS_MAX * REASON_TEXT_LEN + 1] = "";
    size_t at = 0;
    const struct verdict *verdict = &crossing->judgement.verdict;
    for (size_t i = 0; i < verdict->n_reasons; i++) {
        char code[REASON_TEXT_LEN];
        reason_format(verdict->reasons[i].code, code);
        at += (size_t)snprintf(codes + at, sizeof codes - at, "%s%s", i ? "," : "", code);
    }
    log_event(LOG_PRESENTED, "seq=%" PRIu64 " verdict=%s reasons=%s", crossing->seq,
              verdict_name(verdict->result), codes);
}

static enum flow_event presented(struct lane *lane, uint64_t seq)
{
    lane->shown = lane->storing;
    lane->shown.seq = seq;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    lane->shown.shown_boottime_ms = now.boottime_ms;
    lane->settled_boottime_ms = now.boottime_ms;
    lane->painted = false;
    lane->covered = false;
    enum verdict_result result = lane->shown.judgement.verdict.result;
    lane_counts_add(lane, result, lane->shown.replaces != 0);
    lane_notice_end(lane, NOTICE_SCAN_AGAIN);
    log_presented(&lane->shown);
    return result == VERDICT_STOP ? FLOW_ON_STORED_STOP : FLOW_ON_STORED;
}

static enum flow_event decided(struct lane *lane, const struct journal_head *entry)
{
    const uint64_t seq = entry->seq;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    lane->settled_boottime_ms = now.boottime_ms;
    lane->recorded_again = false;
    lane->decided = lane->action.decision;
    lane->decided_seq = seq;
    lane->decided_answers = lane->shown.seq;
    lane_recorded(lane, entry);
    forget_traveller(lane);
    log_event(LOG_DECIDED, "seq=%" PRIu64 " answers=%" PRIu64 " decision=%s", seq, lane->shown.seq,
              decision_name(lane->decided));
    return FLOW_ON_STORED;
}

/* Two appends can be told in another order than they were made. */
void lane_take_head(struct lane *lane, const struct journal_head *head)
{
    if (head->seq > lane->head.seq)
        lane->head = *head;
}

static enum flow_event stored(struct lane *lane, const struct commit_result *result)
{
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    lane_take_head(lane, &result->head);
    lane_link_refresh(lane, &now);
    if (result->kind == ENTRY_PRESENTED)
        return presented(lane, result->head.seq);
    if (result->kind == ENTRY_DECIDED)
        return decided(lane, &result->head);
    if (result->kind == ENTRY_VOID)
        return lane_voided(lane, result->head.seq);
    log_event(LOG_JOURNAL_RECOVERED, "seq=%" PRIu64, result->head.seq);
    return FLOW_ON_STORED;
}

static void on_commit(const struct commit_result *result, void *user)
{
    struct lane *lane = user;
    enum flow_event event = FLOW_ON_STORE_FAILED;
    lane_store_failed(lane, result->err);
    if (result->beside) {
        if (result->err == ERR_OK)
            lane_take_head(lane, &result->head);
        lane_clock_stored(lane, result);
        return;
    }
    if (result->err != ERR_OK)
        lane->has_current = false; /* its traveller has no verdict: the next scan is judged */
    if (result->err == ERR_OK)
        event = stored(lane, result);
    else if (result->kind != ENTRY_HEALTH)
        log_event(LOG_JOURNAL_FAILED, "kind=%s why=\"%s\"", entry_kind_name(result->kind),
                  err_text(result->err));
    lane_on(lane, event);
    if (!commit_busy(lane->commit))
        lane_take_held(lane);
}

/* ---- time ----------------------------------------------------------------------------------- */

static int on_deadline(sd_event_source *source, uint64_t time_us, void *user)
{
    (void)source;
    (void)time_us;
    lane_on(user, FLOW_ON_DEADLINE);
    return 0;
}

static void check_painted(struct lane *lane, const struct clock_reading *now)
{
    bool open = lane->state == FLOW_WAITING || lane->state == FLOW_LOCKED;
    if (!open || lane->painted || !console_port_connected(lane->console) ||
        now->boottime_ms - lane->shown.shown_boottime_ms < PAINT_LIMIT_MS)
        return;
    log_event(LOG_PAGE_SILENT, "seq=%" PRIu64, lane->shown.seq);
    lane->painted = true; /* said once */
}

/* Every second: is there news of the registry, the data, the day; and the page's heartbeat. */
static int on_second(sd_event_source *source, uint64_t time_us, void *user)
{
    (void)time_us;
    struct lane *lane = user;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    struct view_link before = lane->link;
    judge_refresh(lane->parts->judge);
    lane_watch_stores(lane);
    lane_watch_space(lane);
    lane_counts_roll(lane, &now);
    lane_link_refresh(lane, &now);
    check_painted(lane, &now);
    lane_recorded_watch(lane, &now);
    clock_read(&lane->clock, &now); /* the registry may have said something of it */
    const bool clock_changed = lane_clock_watch(lane, &now);
    if (lane->scans_this_second > SCAN_LOGS_MAX)
        log_event(LOG_SCAN_GARBAGE, "more=%u", lane->scans_this_second - SCAN_LOGS_MAX);
    lane->scans_this_second = 0;
    lane_join_look(lane);
    if (clock_changed || memcmp(&before, &lane->link, sizeof before) != 0)
        lane_show_page(lane);
    struct view_message beat = {.type = VIEW_MESSAGE_HEARTBEAT};
    beat.body.heartbeat_ms = now.wall_ms;
    console_port_send(lane->console, &beat);
    if (lane->state == FLOW_READY && lane->checkpointed_seq != lane->head.seq) {
        lane->checkpointed_seq = lane->head.seq;
        commit_checkpoint(lane->commit);
    }
    lane_retention_look(lane, &now);
    sd_event_source_set_time_relative(source, HEARTBEAT_MS * 1000);
    return 0;
}

static void on_panel_changed(void *user)
{
    lane_show_page(user);
}

bool lane_is_serving(const struct lane *lane)
{
    return lane->state == FLOW_PRESENTING || lane->state == FLOW_WAITING ||
           lane->state == FLOW_LOCKED || lane->state == FLOW_DECIDING ||
           lane->state == FLOW_DECIDING_LOCKED || lane->state == FLOW_VOIDING ||
           lane->state == FLOW_STORAGE || lane->state == FLOW_STORAGE_WAITING ||
           lane->state == FLOW_STORAGE_LOCKED;
}

/* ---- start and end -------------------------------------------------------------------------- */

static const struct counter_handlers counter_handlers = {
    .scan = lane_on_scan, .button = lane_on_button, .panel_changed = on_panel_changed};

static enum err start_parts(struct lane *lane, char why[LANE_WHY_LEN])
{
    enum err err = lane_restore(lane, why);
    if (err)
        return err;
    err = lane_retention_open(lane, why);
    if (err)
        return err;
    err = join_open(lane->config->journal, lane->parts->root, &lane->join);
    if (!err)
        err = commit_open(lane->loop, lane->parts->journal, on_commit, lane, &lane->commit);
    if (!err)
        err = counter_open(lane->loop, lane->config, &counter_handlers, lane, &lane->counter);
    if (err) {
        snprintf(why, LANE_WHY_LEN, "%s", err_text(err));
        return err;
    }
    return console_port_open(lane->loop, lane->config->lane_socket, lane->config->console_uid,
                             lane_on_message, lane, &lane->console, why);
}

enum err lane_open(sd_event *loop, const struct kiosk_config *config,
                   const struct lane_parts *parts, struct lane **out, char why[LANE_WHY_LEN])
{
    struct lane *lane = calloc(1, sizeof *lane);
    if (!lane) {
        snprintf(why, LANE_WHY_LEN, "%s", err_text(ERR_MEMORY));
        return ERR_MEMORY;
    }
    lane->loop = loop;
    lane->config = config;
    lane->parts = parts;
    lane->state = FLOW_READY;
    lane->clock_told = CLOCK_SYNCED; /* anything else is worth a word */
    clock_init(&lane->clock, config->zone, config->assume_clock_synced);
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    lane->proposals = (uint64_t)now.boottime_ms; /* above all of a lane before this one */
    judge_refresh(parts->judge);
    enum err err = start_parts(lane, why);
    if (!err && (sd_event_add_time_relative(loop, &lane->deadline, CLOCK_MONOTONIC, 0, 1000,
                                            on_deadline, lane) < 0 ||
                 sd_event_source_set_enabled(lane->deadline, SD_EVENT_OFF) < 0 ||
                 sd_event_add_time_relative(loop, &lane->second, CLOCK_MONOTONIC,
                                            HEARTBEAT_MS * 1000, 50000, on_second, lane) < 0 ||
                 sd_event_source_set_enabled(lane->second, SD_EVENT_ON) < 0))
        err = ERR_MEMORY;
    if (err) {
        lane_close(lane);
        return err;
    }
    lane_link_refresh(lane, &now);
    clock_read(&lane->clock, &now);
    lane_clock_watch(lane, &now);
    lane->taking_over = true; /* what was interrupted goes on */
    lane_join_look(lane);
    lane_show(lane);
    *out = lane;
    return ERR_OK;
}

void lane_close(struct lane *lane)
{
    if (!lane)
        return;
    sd_event_source_disable_unref(lane->deadline);
    sd_event_source_disable_unref(lane->second);
    counter_close(lane->counter);
    commit_close(lane->commit);
    lane_retention_close(lane);
    join_close(lane->join);
    console_port_close(lane->console);
    free(lane);
}
