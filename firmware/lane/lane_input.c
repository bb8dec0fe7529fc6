/* What comes in from the counter: scans, buttons and the page's messages, each turned into an event
 * of the flow. An action is checked here against what is shown and against the law's table
 * (core/decision.h) before it counts as a decision.
 */
#include <string.h>

#include "lane_state.h"
#include "log.h"

#define BUTTON_GO    1 /* the counter's keys, left to right */
#define BUTTON_REFER 3

/* A press meant for the last traveller must not count for the next, whose verdict has just come. */
#define BUTTON_DEAF_MS 400

/* A babbling reader must not fill the log: what is beyond the bound is only counted. */
static bool may_log_scan(struct lane *lane)
{
    return ++lane->scans_this_second <= SCAN_LOGS_MAX;
}

static void on_lines(struct lane *lane, const struct scan_event *event)
{
    struct span lines[SCAN_FRAME_LINES_MAX];
    for (size_t i = 0; i < event->n_lines; i++)
        lines[i] = span_of(event->lines[i].text, event->lines[i].len);
    struct mrz mrz;
    lane->unreadable = (struct view_unreadable){0};
    lane->unreadable.has_checks = mrz_parse(lines, event->n_lines, &mrz);
    if (lane->unreadable.has_checks && mrz_valid(&mrz)) {
        struct clock_reading now;
        clock_read(&lane->clock, &now);
        document_from_mrz(&mrz, date_of_wall(now.wall_ms, now.zone), &lane->read);
        lane_on(lane, FLOW_ON_DOCUMENT);
        return;
    }
    lane->unreadable.issues = mrz.issues;
    memcpy(lane->unreadable.check, mrz.check, sizeof mrz.check);
    if (may_log_scan(lane))
        log_event(LOG_SCAN_UNREADABLE, "lines=%u issues=0x%x%s", event->n_lines, mrz.issues,
                  event->kind == SCAN_EVENT_PARTIAL ? " partial=yes" : "");
    lane_on(lane, FLOW_ON_UNREADABLE);
}

static void on_garbage(struct lane *lane, const struct scan_event *event)
{
    if (may_log_scan(lane))
        log_event(LOG_SCAN_GARBAGE, "bytes=%u why=\"%s\"", event->garbage_bytes,
                  scan_garbage_text(event->garbage));
    lane->unreadable = (struct view_unreadable){.garbage = true};
    lane_on(lane, FLOW_ON_UNREADABLE);
}

void lane_on_scan(const struct scan_event *event, void *user)
{
    struct lane *lane = user;
    switch (event->kind) {
    case SCAN_EVENT_NONE:
        break;
    case SCAN_EVENT_STARTED:
        lane_on(lane, FLOW_ON_BYTES);
        break;
    case SCAN_EVENT_FRAME:
    case SCAN_EVENT_PARTIAL:
        on_lines(lane, event);
        break;
    case SCAN_EVENT_GARBAGE:
        on_garbage(lane, event);
        break;
    case SCAN_EVENT_OPENED:
    case SCAN_EVENT_GONE:
        lane_on(lane, FLOW_ON_SCANNER_GONE);
        break;
    }
}

/* Why an action on the open verdict does not count; VIEW_REFUSAL_COUNT: it does. The second officer
 * is named but not authenticated yet, so a live counter can't take one. */
static enum view_refusal objection(const struct lane *lane, const struct view_action *action)
{
    const struct crossing *shown = &lane->shown;
    bool supervisor = action->role == ROLE_SUPERVISOR;
    if (action->seq != shown->seq)
        return VIEW_REFUSED_STALE;
    if (!decision_allowed(&shown->judgement.verdict, &shown->context, action->decision,
                          action->role) ||
        (supervisor && (lane->config->mode == KIOSK_LIVE || !action->second_officer_id[0])))
        return VIEW_REFUSED_NOT_ALLOWED;
    if (supervisor && strcmp(action->second_officer_id, lane->config->officer_id) == 0)
        return VIEW_REFUSED_SAME_OFFICER;
    if (decision_needs_note(action->decision) && !action->note[0])
        return VIEW_REFUSED_NEEDS_NOTE;
    return VIEW_REFUSAL_COUNT;
}

static void on_action(struct lane *lane, const struct view_action *action)
{
    bool open = lane->state == FLOW_WAITING || lane->state == FLOW_LOCKED;
    enum view_refusal why = open ? objection(lane, action) : VIEW_REFUSAL_COUNT;
    lane->asked_seq = action->seq;
    if (why != VIEW_REFUSAL_COUNT) {
        lane_refuse(lane, action->seq, why);
        return;
    }
    if (open) /* else one is being stored, and what is said of it must stay what is stored */
        lane->action = *action;
    lane_on(lane, FLOW_ON_DECIDE);
}

/* What a pressed key records by itself: over an open verdict that no panel covers. */
static enum decision key_decision(const struct lane *lane, unsigned number)
{
    const struct crossing *shown = &lane->shown;
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    if (lane->state != FLOW_WAITING || lane->covered ||
        now.boottime_ms - shown->shown_boottime_ms < BUTTON_DEAF_MS)
        return DECISION_NONE;
    if (number == BUTTON_GO)
        return decision_key_go(&shown->judgement.verdict, &shown->context);
    if (number == BUTTON_REFER)
        return decision_key_refer(&shown->judgement.verdict, &shown->context);
    return DECISION_NONE;
}

/* The page learns of every key, and does what the lane does not: a panel's keys, help, details of a
 * stop. Without a page a key still quiets a stop and closes what only waits to be closed. */
void lane_on_button(unsigned number, bool pressed, void *user)
{
    struct lane *lane = user;
    enum decision decision = pressed ? key_decision(lane, number) : DECISION_NONE;
    struct view_message message = {.type = VIEW_MESSAGE_BUTTON};
    message.body.button.number = number;
    message.body.button.pressed = pressed;
    message.body.button.acted = decision != DECISION_NONE;
    console_port_send(lane->console, &message);
    if (!pressed)
        return;
    counter_chirp(lane->counter);
    if (decision != DECISION_NONE)
        on_action(lane, &(struct view_action){
                            .seq = lane->shown.seq, .decision = decision, .role = ROLE_OFFICER});
    else if (lane->state == FLOW_LOCKED || !console_port_connected(lane->console))
        lane_on(lane, FLOW_ON_DISMISS);
}

static void on_painted(struct lane *lane, const struct view_painted *painted)
{
    lane->painted = lane->painted || painted->seq == lane->shown.seq;
    lane->covered = painted->covered && painted->seq == lane->shown.seq;
}

static void on_context(struct lane *lane, const struct context *context)
{
    lane->wanted = *context;
    lane->asked_seq = lane->shown.seq;
    lane_on(lane, FLOW_ON_CONTEXT);
}

void lane_on_message(const struct view_message *message, void *user)
{
    struct lane *lane = user;
    switch (message->type) {
    case VIEW_MESSAGE_HELLO:
        lane->covered = false;
        lane_show_page(lane);
        break;
    case VIEW_MESSAGE_PAINTED:
        on_painted(lane, &message->body.painted);
        break;
    case VIEW_MESSAGE_ACTION:
        on_action(lane, &message->body.action);
        break;
    case VIEW_MESSAGE_CONTEXT:
        on_context(lane, &message->body.context);
        break;
    case VIEW_MESSAGE_DISMISS:
        lane_on(lane, FLOW_ON_DISMISS);
        break;
    case VIEW_MESSAGE_KEYED:
    case VIEW_MESSAGE_NONE:
    case VIEW_MESSAGE_VIEW:
    case VIEW_MESSAGE_HEARTBEAT:
    case VIEW_MESSAGE_REFUSED:
    case VIEW_MESSAGE_BUTTON:
    case VIEW_MESSAGE_TYPES:
        break; /* ours to send: a console that sends them is not answered */
    }
}
