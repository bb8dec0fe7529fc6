/* What comes from the reader, turned into events of the flow, with what the page may say about it.
 *
 * Lines of a whole frame that are a valid MRZ are a document, unless they are a visa. Anything else
 * is unreadable: what was read all the same, what the reader may be doing wrong and, where exactly
 * one look-alike would make the lines valid, that proposal go to the page; none of it is ever
 * judged here.
 *
 * Hands put a passport down twice. The document that the counter is about, again at once, is the
 * same transit: while it is being stored, and for DOUBLE_SWIPE_MS after its verdict appeared, its
 * decision was recorded or it was read again, as a reader does that reads on. A pass that broke off
 * is one too if what it read is the document's up to behind its number. Any other scan in between,
 * also one that can't be read, ends that: two travellers who take turns are never taken for one.
 */
#include <stdio.h>
#include <string.h>

#include "lane_state.h"
#include "log.h"

#define DOUBLE_SWIPE_MS   5000
#define NUMBER_COLUMNS    10 /* a passport's second row begins with its number and check digit */
#define SUBSTITUTIONS_MAX 1  /* of two, one unique repair in twelve would be wrong */

/* A babbling reader must not fill the log: what is beyond the bound is only counted. */
static bool may_log_scan(struct lane *lane)
{
    return ++lane->scans_this_second <= SCAN_LOGS_MAX;
}

/* ---- documents ------------------------------------------------------------------------------ */

static bool storing(enum flow_state state)
{
    return state == FLOW_PRESENTING || state == FLOW_DECIDING || state == FLOW_DECIDING_LOCKED ||
           state == FLOW_VOIDING;
}

/* What the counter is about: the latest that will be judged, is being stored, or was shown. */
static const struct document *current(const struct lane *lane)
{
    if (lane->held)
        return &lane->read;
    return lane->state == FLOW_PRESENTING ? &lane->storing.document : &lane->shown.document;
}

/* All rows but the last are the document's, and the last begins one, far enough to tell it from
 * that of a namesake: a card's number is in its first row. */
static bool is_beginning_of(const struct scan_event *event, const struct document *document)
{
    if (document->capture != DOCUMENT_SCANNED || event->n_lines < 2 ||
        event->lines[event->n_lines - 1].len < NUMBER_COLUMNS)
        return false;
    for (size_t i = 0; i < event->n_lines; i++) {
        const struct scan_line *line = &event->lines[i];
        const size_t len = strlen(document->mrz.line[i]);
        const bool fits = i + 1 < event->n_lines ? line->len == len : line->len <= len;
        if (!fits || memcmp(line->text, document->mrz.line[i], line->len) != 0)
            return false;
    }
    return true;
}

/* The current document came again: if that is soon enough, nothing new is presented. */
static bool take_again(struct lane *lane)
{
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    if (!storing(lane->state) && now.boottime_ms - lane->settled_boottime_ms > DOUBLE_SWIPE_MS)
        return false;
    lane->settled_boottime_ms = now.boottime_ms;
    log_event(LOG_SCAN_REPEATED, "state=%s", flow_state_name(lane->state));
    if (lane->state != FLOW_RECORDED) /* what comes back to the screen is not lit again */
        lane->recorded_again = true;
    lane_on(lane, FLOW_ON_REPEATED);
    return true;
}

/* The latest scan waits for the commit under way. */
static void hold(struct lane *lane, bool is_document)
{
    if (lane->held)
        log_event(LOG_SCAN_IGNORED, "state=%s why=\"another came before it was judged\"",
                  flow_state_name(lane->state));
    lane->held = is_document;
    lane->held_unreadable = !is_document;
}

/* Whoever stood here before is not who stands here now. */
static void tell_unreadable(struct lane *lane)
{
    const enum flow_event event =
        lane->unreadable.proposal.id ? FLOW_ON_PROPOSAL : FLOW_ON_UNREADABLE;
    const struct flow_move move = flow_step(lane->state, event);
    if (move.actions & FLOW_HOLD)
        hold(lane, false);
    if (!(move.actions & FLOW_IGNORE_SCAN))
        lane->has_current = false;
    lane_on(lane, event);
}

void lane_take(struct lane *lane, const struct document *document, enum flow_event event)
{
    if (lane->has_current && document_same(document, current(lane)) && take_again(lane))
        return;
    const uint32_t does = flow_step(lane->state, event).actions;
    if (does & FLOW_HOLD)
        hold(lane, true);
    if (does & (FLOW_PRESENT | FLOW_HOLD)) {
        lane->read = *document;
        lane->has_current = true;
    }
    lane_on(lane, event);
}

void lane_take_held(struct lane *lane)
{
    const struct document document = lane->read;
    const bool held = lane->held, unreadable = lane->held_unreadable;
    lane->held = lane->held_unreadable = false;
    if (held)
        lane_take(lane, &document, FLOW_ON_DOCUMENT);
    else if (unreadable)
        tell_unreadable(lane);
}

/* The day that two-digit years are read by. With a clock that is not to be trusted it is the
 * likeliest that is possible: in 1970, whoever was born in 85 was born in 1885. */
static struct date today(const struct lane *lane)
{
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    if (now.quality == CLOCK_UNKNOWN) {
        const struct clock_span span = clock_settable(&lane->clock, now.boottime_ms);
        const int64_t likely_ms = clock_likely_ms(&lane->clock, &now);
        now.wall_ms = likely_ms > span.latest_ms ? span.latest_ms : likely_ms;
    }
    return date_of_wall(now.wall_ms, now.zone);
}

/* ---- what can't be judged ------------------------------------------------------------------- */

static void fill_partial(const struct mrz *mrz, struct view_partial *out)
{
    const char *space = *mrz->primary && *mrz->secondary ? " " : "";
    memcpy(out->number, mrz->document_number, sizeof out->number);
    memcpy(out->country, mrz->issuing_state, sizeof out->country);
    memcpy(out->nationality, mrz->nationality, sizeof out->nationality);
    snprintf(out->name, sizeof out->name, "%s%s%s", mrz->primary, space, mrz->secondary);
    out->sex[0] = mrz->sex;
    memcpy(out->birth_raw, mrz->birth_date_raw, sizeof out->birth_raw);
    memcpy(out->expiry_raw, mrz->expiry_raw, sizeof out->expiry_raw);
}

/* A proposal about a visa would only be a visa. */
static void propose(struct lane *lane, const struct mrz *mrz)
{
    struct mrz_repair repair;
    struct mrz proposed;
    struct span lines[MRZ_LINES_MAX];
    size_t n_lines = 0;
    if (document_is_visa(mrz) || !mrz_repair_find(mrz, SUBSTITUTIONS_MAX, &repair))
        return;
    for (; n_lines < MRZ_LINES_MAX && repair.line[n_lines][0]; n_lines++)
        lines[n_lines] = span_of_text(repair.line[n_lines]);
    if (!mrz_parse(lines, n_lines, &proposed) || !mrz_valid(&proposed))
        return;
    struct view_proposal *proposal = &lane->unreadable.proposal;
    lane->misread = *mrz;
    proposal->id = ++lane->proposals;
    proposal->proof = repair.proof;
    proposal->n_positions = repair.n;
    memcpy(proposal->position, repair.position, sizeof proposal->position);
    memcpy(proposal->line, repair.line, sizeof proposal->line);
    document_keyed_from_mrz(&proposed, today(lane), &proposal->keyed);
}

static void explain(struct lane *lane, const struct span *lines, size_t n_lines,
                    const struct mrz *mrz)
{
    struct view_unreadable *unreadable = &lane->unreadable;
    unreadable->issues = mrz->issues;
    mrz_fault_find(lines, n_lines, &unreadable->fault);
    if (mrz->format == MRZ_FORMAT_NONE)
        return;
    unreadable->has_checks = true;
    memcpy(unreadable->check, mrz->check, sizeof unreadable->check);
    if (unreadable->fault.kind == MRZ_FAULT_NONE) /* rows in another order have other fields */
        fill_partial(mrz, &unreadable->partial);
    propose(lane, mrz);
}

static void log_unreadable(struct lane *lane, const struct scan_event *event)
{
    const struct view_unreadable *unreadable = &lane->unreadable;
    if (may_log_scan(lane))
        log_event(LOG_SCAN_UNREADABLE,
                  "lines=%u issues=0x%x fault=%s line=%u column=%u proposal=%s%s%s", event->n_lines,
                  unreadable->issues, mrz_fault_name(unreadable->fault.kind),
                  unreadable->fault.line, unreadable->fault.column,
                  unreadable->proposal.id ? "yes" : "no", unreadable->visa ? " visa=yes" : "",
                  event->kind == SCAN_EVENT_PARTIAL ? " partial=yes" : "");
}

static void on_lines(struct lane *lane, const struct scan_event *event)
{
    struct span lines[SCAN_FRAME_LINES_MAX];
    struct mrz mrz;
    for (size_t i = 0; i < event->n_lines; i++)
        lines[i] = span_of(event->lines[i].text, event->lines[i].len);
    if (event->kind == SCAN_EVENT_PARTIAL && lane->has_current &&
        is_beginning_of(event, current(lane)) && take_again(lane))
        return;
    lane->unreadable = (struct view_unreadable){0};
    const bool valid = mrz_parse(lines, event->n_lines, &mrz) && mrz_valid(&mrz);
    const bool whole = event->kind == SCAN_EVENT_FRAME;
    if (valid && whole && !document_is_visa(&mrz)) {
        struct document document;
        document_from_mrz(&mrz, today(lane), &document);
        lane_take(lane, &document, FLOW_ON_DOCUMENT);
        return;
    }
    if (valid && whole)
        lane->unreadable.visa = true;
    else if (valid)
        lane->unreadable.garbage = true; /* the end of the frame would have vouched for its rows */
    else
        explain(lane, lines, event->n_lines, &mrz);
    log_unreadable(lane, event);
    tell_unreadable(lane);
}

static void on_garbage(struct lane *lane, const struct scan_event *event)
{
    if (may_log_scan(lane))
        log_event(LOG_SCAN_GARBAGE, "bytes=%u why=\"%s\"", event->garbage_bytes,
                  scan_garbage_text(event->garbage));
    lane->unreadable = (struct view_unreadable){.garbage = true};
    tell_unreadable(lane);
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
    case SCAN_EVENT_QUIET:
    case SCAN_EVENT_HEARD:
        lane_on(lane, FLOW_ON_SCANNER_GONE);
        break;
    }
}
