/* What people do at the counter: buttons and the page's messages, each turned into an event of the
 * flow. An action is checked here against what is shown and against the law's table
 * (core/decision.h) before it counts as a decision; a keyed document against its own rules
 * (core/document.h) before it counts as one.
 */
#include <string.h>

#include "lane_state.h"
#include "log.h"

#define BUTTON_GO    1 /* the counter's keys, left to right */
#define BUTTON_REFER 3

/* A press meant for the last traveller must not count for the next, whose verdict has just come. */
#define BUTTON_DEAF_MS 400

/* The second officer is named but not authenticated yet, so a live counter can't take one. */
enum view_refusal lane_objection_to_supervisor(const struct lane *lane, const char *officer_id)
{
    if (lane->config->mode == KIOSK_LIVE || !officer_id[0])
        return VIEW_REFUSED_NOT_ALLOWED;
    if (strcmp(officer_id, lane->config->officer_id) == 0)
        return VIEW_REFUSED_SAME_OFFICER;
    return VIEW_REFUSAL_COUNT;
}

/* Why an action on the open verdict does not count; VIEW_REFUSAL_COUNT: it does. */
static enum view_refusal objection(const struct lane *lane, const struct view_action *action)
{
    const struct crossing *shown = &lane->shown;
    enum view_refusal why = VIEW_REFUSAL_COUNT;
    if (action->seq != shown->seq)
        return VIEW_REFUSED_STALE;
    if (!decision_allowed(&shown->judgement.verdict, &shown->context, action->decision,
                          action->role))
        return VIEW_REFUSED_NOT_ALLOWED;
    if (action->role == ROLE_SUPERVISOR)
        why = lane_objection_to_supervisor(lane, action->second_officer_id);
    if (why != VIEW_REFUSAL_COUNT)
        return why;
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

/* On a day that nobody knows no birth is in the future. */
static struct date latest_birth(const struct lane *lane)
{
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    return now.quality == CLOCK_UNKNOWN ? (struct date){9999, 12, 31}
                                        : date_of_wall(now.wall_ms, now.zone);
}

/* The lines as they were read stay beside what the officer made of them, and where that is the
 * proposal itself, what it corrects. */
static void add_reading(const struct lane *lane, struct document *document)
{
    const struct view_proposal *proposal = &lane->unreadable.proposal;
    struct document proposed;
    enum document_flaw flaws[DOCUMENT_FIELD_COUNT];
    document->mrz.format = lane->misread.format;
    memcpy(document->mrz.line, lane->misread.line, sizeof document->mrz.line);
    memcpy(document->mrz.check, lane->misread.check, sizeof document->mrz.check);
    if (!document_from_keyed(&proposal->keyed, latest_birth(lane), &proposed, flaws) ||
        !document_same(&proposed, document))
        return;
    document->n_corrections = proposal->n_positions;
    memcpy(document->correction, proposal->position, sizeof document->correction);
}

/* A proposal can be confirmed while it is shown, and again while that is being stored. */
static bool is_proposed(const struct lane *lane, uint64_t id)
{
    return id == lane->unreadable.proposal.id &&
           (lane->state == FLOW_PROPOSED || lane->state == FLOW_PRESENTING);
}

static void on_keyed(struct lane *lane, const struct view_keyed *keyed)
{
    struct document document;
    enum document_flaw flaws[DOCUMENT_FIELD_COUNT];
    lane->asked_seq = 0;
    if (keyed->proposal_id && !is_proposed(lane, keyed->proposal_id)) {
        lane_refuse(lane, 0, VIEW_REFUSED_STALE);
        return;
    }
    if (!document_from_keyed(&keyed->keyed, latest_birth(lane), &document, flaws)) {
        lane_refuse_keyed(lane, flaws);
        return;
    }
    if (keyed->proposal_id)
        add_reading(lane, &document);
    if (*keyed->keyed.nik &&
        judge_key_nik(lane->parts->judge, keyed->keyed.nik, document.nik_hash) != ERR_OK) {
        lane_refuse(lane, 0, VIEW_REFUSED_BUSY);
        return;
    }
    lane_take(lane, &document, FLOW_ON_KEYED);
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
        on_keyed(lane, &message->body.keyed);
        break;
    case VIEW_MESSAGE_CLOCK:
        lane_set_clock(lane, &message->body.set_clock);
        break;
    case VIEW_MESSAGE_VOID:
        lane_on_void(lane, &message->body.voids);
        break;
    case VIEW_MESSAGE_NONE:
    case VIEW_MESSAGE_VIEW:
    case VIEW_MESSAGE_HEARTBEAT:
    case VIEW_MESSAGE_REFUSED:
    case VIEW_MESSAGE_BUTTON:
    case VIEW_MESSAGE_TYPES:
        break; /* ours to send: a console that sends them is not answered */
    }
}
