/* What comes in from the counter: scans, buttons and the page's messages, each turned into an event
 * of the flow. An action is checked here against what is shown and against the law's table
 * (core/decision.h) before it counts as a decision.
 */
#include <string.h>

#include "lane_state.h"
#include "log.h"

#define BUTTON_GO    1 /* the counter's keys, left to right */
#define BUTTON_REFER 3

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
    log_event(LOG_SCAN_UNREADABLE, "lines=%u issues=0x%x%s", event->n_lines, mrz.issues,
              event->kind == SCAN_EVENT_PARTIAL ? " partial=yes" : "");
    lane_on(lane, FLOW_ON_UNREADABLE);
}

static void on_garbage(struct lane *lane, const struct scan_event *event)
{
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

/* The second officer is named but not authenticated yet, so a live counter can't take one. */
static bool supervisor_accepted(const struct lane *lane, const struct view_action *action)
{
    return lane->config->mode != KIOSK_LIVE && action->second_officer_id[0] &&
           strcmp(action->second_officer_id, lane->config->officer_id) != 0;
}

static void on_action(struct lane *lane, const struct view_action *action)
{
    lane->action = *action;
    const struct crossing *shown = &lane->shown;
    bool open = lane->state == FLOW_WAITING || lane->state == FLOW_LOCKED;
    if (open && action->seq != shown->seq) {
        lane_refuse(lane, action->seq, VIEW_REFUSED_STALE);
    } else if (open && (!decision_allowed(&shown->judgement.verdict, &shown->context,
                                          action->decision, action->role) ||
                        (action->role == ROLE_SUPERVISOR && !supervisor_accepted(lane, action)))) {
        lane_refuse(lane, action->seq, VIEW_REFUSED_NOT_ALLOWED);
    } else if (open && decision_needs_note(action->decision) && !action->note[0]) {
        lane_refuse(lane, action->seq, VIEW_REFUSED_NEEDS_NOTE);
    } else {
        lane_on(lane, FLOW_ON_DECIDE);
    }
}

/* Key 1 lets go, key 3 refers; over a stop every key only quiets it. */
void lane_on_button(unsigned number, void *user)
{
    struct lane *lane = user;
    bool returning = lane->shown.context.direction == DIRECTION_RETURN;
    struct view_action action = {.seq = lane->shown.seq, .role = ROLE_OFFICER};
    if (number == BUTTON_GO)
        action.decision = returning ? DECISION_RETURN_LOGGED : DECISION_CLEARED;
    else if (number == BUTTON_REFER)
        action.decision = returning ? DECISION_RETURN_REFERRED : DECISION_SECONDARY;
    counter_chirp(lane->counter);
    if (lane->state == FLOW_WAITING && action.decision != DECISION_NONE)
        on_action(lane, &action);
    else
        lane_on(lane, FLOW_ON_DISMISS);
}

static void on_context(struct lane *lane, const struct context *context)
{
    lane->wanted = *context;
    lane->action.seq = lane->shown.seq;
    lane_on(lane, FLOW_ON_CONTEXT);
}

void lane_on_message(const struct view_message *message, void *user)
{
    struct lane *lane = user;
    switch (message->type) {
    case VIEW_MESSAGE_HELLO:
        lane_show_page(lane);
        break;
    case VIEW_MESSAGE_PAINTED:
        lane->painted = lane->painted || message->body.painted.seq == lane->shown.seq;
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
    case VIEW_MESSAGE_NONE:
    case VIEW_MESSAGE_VIEW:
    case VIEW_MESSAGE_HEARTBEAT:
    case VIEW_MESSAGE_REFUSED:
        break; /* ours to send: a console that sends them is not answered */
    }
}
