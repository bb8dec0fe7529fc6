/* From the lane's state to what people see and hear.
 *
 * The page gets everything in one message. Green is lit for a verdict that is durable and for a
 * recorded clearance, each with an end of its own in the panel; every other recorded decision is
 * only heard, so that nobody walks on a green that meant "deferred". A verdict's light begins once:
 * where it was covered by a fault, it comes back for the rest of its time.
 */
#include <stdio.h>
#include <string.h>

#include "lane_mode.h"
#include "lane_state.h"

#define CLOCK_SLACK_MS                                                                             \
    (24 * 60 * 60 * 1000LL) /* the registry's clock and ours may differ by a day */

static const enum view_screen screens[FLOW_STATE_COUNT] = {
    [FLOW_READY] = VIEW_READY,
    [FLOW_READING] = VIEW_READING,
    [FLOW_UNREADABLE] = VIEW_UNREADABLE,
    [FLOW_PROPOSED] = VIEW_UNREADABLE,
    [FLOW_PRESENTING] = VIEW_READING,
    [FLOW_WAITING] = VIEW_VERDICT,
    [FLOW_LOCKED] = VIEW_VERDICT,
    [FLOW_DECIDING] = VIEW_VERDICT,
    [FLOW_DECIDING_LOCKED] = VIEW_VERDICT,
    [FLOW_RECORDED] = VIEW_RECORDED,
    [FLOW_VOIDING] = VIEW_READY,
    [FLOW_VOIDED] = VIEW_VOIDED,
    [FLOW_STORAGE] = VIEW_STORAGE,
    [FLOW_STORAGE_WAITING] = VIEW_STORAGE,
    [FLOW_STORAGE_LOCKED] = VIEW_STORAGE,
};

static bool clearance(enum decision decision)
{
    return decision == DECISION_CLEARED || decision == DECISION_CLEARED_NOTE ||
           decision == DECISION_LOGGED_ONLY || decision == DECISION_RETURN_LOGGED;
}

/* The open verdict's own, also while what an officer decided is being stored. */
static enum panel_pattern verdict_pattern(const struct lane *lane)
{
    if (lane->state == FLOW_LOCKED || lane->state == FLOW_DECIDING_LOCKED)
        return lane->quieted_seq == lane->shown.seq ? PANEL_STOP_ACKNOWLEDGED : PANEL_STOP;
    return lane->shown.judgement.verdict.result == VERDICT_CLEAR ? PANEL_CLEAR : PANEL_REFER;
}

static bool is_open_verdict(enum flow_state state)
{
    return screens[state] == VIEW_VERDICT;
}

static enum panel_pattern pattern_of(const struct lane *lane)
{
    static const enum panel_pattern patterns[FLOW_STATE_COUNT] = {
        [FLOW_READY] = PANEL_DARK,
        [FLOW_READING] = PANEL_READING,
        [FLOW_UNREADABLE] = PANEL_UNREADABLE,
        [FLOW_PROPOSED] = PANEL_UNREADABLE,
        [FLOW_PRESENTING] = PANEL_READING,
        [FLOW_RECORDED] = PANEL_DARK,
        [FLOW_VOIDING] = PANEL_DARK,
        [FLOW_VOIDED] = PANEL_DARK,
        [FLOW_STORAGE] = PANEL_FAULT,
        [FLOW_STORAGE_WAITING] = PANEL_FAULT,
        [FLOW_STORAGE_LOCKED] = PANEL_FAULT,
    };
    if (lane->state == FLOW_READY && counter_scanner(lane->counter) != SCANNER_OK)
        return PANEL_NO_READER;
    if (is_open_verdict(lane->state))
        return verdict_pattern(lane);
    if (lane->state == FLOW_RECORDED && clearance(lane->decided) && !lane->recorded_again)
        return PANEL_RECORDED;
    return patterns[lane->state];
}

static void fill_clock(const struct lane *lane, const struct clock_reading *now,
                       struct view_clock *out)
{
    const struct clock_span span = clock_settable(&lane->clock, now->boottime_ms);
    out->may_set = lane->config->mode != KIOSK_LIVE && now->quality != CLOCK_SYNCED;
    out->earliest_ms = span.earliest_ms;
    out->latest_ms = span.latest_ms;
    out->likely_ms = clock_likely_ms(&lane->clock, now);
}

static void fill_counter(const struct lane *lane, struct view *view)
{
    const struct kiosk_config *config = lane->config;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    view->screen = screens[lane->state];
    view->mode = lane_mode(config);
    view->zone = config->zone;
    view->clock_quality = now.quality;
    view->now_ms = now.wall_ms;
    fill_clock(lane, &now, &view->clock);
    snprintf(view->kiosk_id, sizeof view->kiosk_id, "%s", config->kiosk_id);
    snprintf(view->tpi_name, sizeof view->tpi_name, "%s", config->tpi_name);
    snprintf(view->counter, sizeof view->counter, "%s", config->counter);
    snprintf(view->officer_name, sizeof view->officer_name, "%s", config->officer_name);
    snprintf(view->refer_to, sizeof view->refer_to, "%s", config->refer_to);
    view->scanner_ok = counter_scanner(lane->counter) != SCANNER_GONE;
    view->panel_ok = counter_panel_ok(lane->counter);
    view->notices = lane->notices;
    if (now.quality == CLOCK_UNKNOWN)
        view->notices |= 1u << NOTICE_CLOCK_UNKNOWN;
    if (counter_scanner(lane->counter) == SCANNER_QUIET)
        view->notices |= 1u << NOTICE_SCANNER_QUIET;
    if (counter_stuck(lane->counter))
        view->notices |= 1u << NOTICE_BUTTON_STUCK;
    view->link = lane->link;
    view->counts = lane->counts;
    view->context = lane->context;
    view->undecided_seq = lane->undecided_seq;
    if (view->screen == VIEW_UNREADABLE)
        view->unreadable = lane->unreadable;
}

static uint32_t allowed(const struct crossing *crossing, enum role role)
{
    uint32_t mask = 0;
    for (unsigned i = DECISION_NONE + 1; i < DECISION_COUNT; i++) {
        if (decision_allowed(&crossing->judgement.verdict, &crossing->context, (enum decision)i,
                             role))
            mask |= 1u << i;
    }
    return mask;
}

static void fill_placement(const struct placement *placement, struct view_placement *out)
{
    snprintf(out->placement_id, sizeof out->placement_id, "%s", placement->placement_id);
    snprintf(out->name, sizeof out->name, "%s",
             placement->name_full[0] ? placement->name_full : placement->name_mrz);
    snprintf(out->dest_country, sizeof out->dest_country, "%s", placement->dest_country);
    snprintf(out->occupation, sizeof out->occupation, "%s", placement->occupation);
    snprintf(out->p3mi_id, sizeof out->p3mi_id, "%s", placement->p3mi_id);
    snprintf(out->employer_name, sizeof out->employer_name, "%s", placement->employer_name);
    out->contract_end = placement->contract_end;
    out->status = placement->status;
    out->scheme = placement->scheme;
}

static void fill_crossing(const struct lane *lane, struct view *view)
{
    const struct crossing *shown = &lane->shown;
    view->seq = shown->seq;
    view->shown_ms = shown->shown_ms;
    view->document = shown->document;
    if (view->screen == VIEW_VERDICT)
        view->context = shown->context;
    view->verdict = shown->judgement.verdict;
    view->seen = shown->judgement.seen;
    view->match_key = shown->judgement.match.key;
    view->match_grade = shown->judgement.match.grade;
    view->has_placement = shown->judgement.match.grade != MATCH_NONE &&
                          shown->judgement.match.placement.placement_id[0];
    if (view->has_placement)
        fill_placement(&shown->judgement.match.placement, &view->placement);
    view->allowed_officer = allowed(shown, ROLE_OFFICER);
    view->key_go = decision_key_go(&shown->judgement.verdict, &shown->context);
    view->key_refer = decision_key_refer(&shown->judgement.verdict, &shown->context);
    if (lane->config->mode != KIOSK_LIVE) /* no logins yet: nobody is a supervisor there */
        view->allowed_supervisor = allowed(shown, ROLE_SUPERVISOR);
}

static void fill_voidable(const struct lane *lane, struct view_voidable *out)
{
    const struct recorded *recorded = &lane->recorded;
    if (!recorded->entry.seq)
        return;
    out->seq = recorded->entry.seq;
    out->answers = recorded->answers;
    out->wall_ms = recorded->wall_ms;
    out->decision = recorded->decision;
    out->role = recorded->role;
    memcpy(out->number, recorded->number, sizeof out->number);
}

void lane_show_page(struct lane *lane)
{
    if (!console_port_connected(lane->console))
        return;
    struct view_message message = {.type = VIEW_MESSAGE_VIEW};
    struct view *view = &message.body.view;
    fill_counter(lane, view);
    const bool done = view->screen == VIEW_RECORDED || view->screen == VIEW_VOIDED;
    if (view->screen == VIEW_VERDICT || done)
        fill_crossing(lane, view);
    if (view->screen == VIEW_READY || view->screen == VIEW_RECORDED)
        fill_voidable(lane, &view->voidable);
    if (done) {
        view->decision = lane->decided;
        view->decided_seq = lane->decided_seq;
    }
    console_port_send(lane->console, &message);
}

static void set_notices(struct lane *lane, uint32_t notices)
{
    if (notices == lane->notices)
        return;
    lane->notices = notices;
    lane_show_page(lane);
}

void lane_notice(struct lane *lane, enum view_notice notice)
{
    set_notices(lane, lane->notices | 1u << notice);
}

void lane_notice_end(struct lane *lane, enum view_notice notice)
{
    set_notices(lane, lane->notices & ~(1u << notice));
}

/* When what the panel is to show began. */
static int64_t began_ms(struct lane *lane)
{
    const int64_t now = counter_now_ms();
    if (!is_open_verdict(lane->state))
        return now;
    if (!lane->shown.lit_ms)
        lane->shown.lit_ms = now;
    return lane->shown.lit_ms;
}

/* A rhythm or sound begins once for what it is about, not again with every change of the page. */
void lane_show_panel(struct lane *lane)
{
    enum panel_pattern pattern = pattern_of(lane);
    uint64_t seq = lane->shown.seq;
    if (lane->state == FLOW_RECORDED)
        seq = lane->decided_seq;
    if (lane->state == FLOW_VOIDED)
        seq = lane->voided_seq;
    if (pattern == lane->lit && seq == lane->lit_seq)
        return;
    bool silent_record =
        (lane->state == FLOW_RECORDED || lane->state == FLOW_VOIDED) && pattern == PANEL_DARK;
    lane->lit = pattern;
    lane->lit_seq = seq;
    counter_show(lane->counter, pattern, began_ms(lane));
    if (silent_record)
        counter_chirp(lane->counter);
}

void lane_show(struct lane *lane)
{
    lane_show_panel(lane);
    lane_show_page(lane);
}

/* Holds our clock against the registry's last word: of this boot to the hour, else as a floor. */
static void hold_clock(struct lane *lane, const struct clock_reading *now)
{
    int64_t registry_ms, boottime_ms;
    if (uplink_time(lane->parts->uplink, now, &registry_ms, &boottime_ms))
        clock_take_fix(&lane->clock, registry_ms, boottime_ms);
    else
        clock_raise_floor(&lane->clock, registry_ms - CLOCK_SLACK_MS);
}

void lane_link_refresh(struct lane *lane, const struct clock_reading *now)
{
    struct data_age age;
    judge_data_age(lane->parts->judge, now->wall_ms, &age);
    memset(&lane->link, 0, sizeof lane->link);
    uplink_read(lane->parts->uplink, now, lane->head.seq, &lane->link);
    if (lane->link.unsent > lane->head.seq - lane->first_seq + 1)
        lane->link.unsent = lane->head.seq - lane->first_seq + 1;
    lane->link.data_as_of_ms = age.oldest * 1000;
    lane->link.data_stale = age.stale;
    hold_clock(lane, now);
    /* Data of the registry can't be from the future: then it is our clock that is wrong. */
    clock_raise_floor(&lane->clock, age.newest * 1000 - CLOCK_SLACK_MS);
}
