/* The view, turned from the lane's codes and data into the page's: nothing is judged, dropped or
 * worded here.
 *
 * Parts that do not belong to the screen shown are null, so that the page can't show them by
 * mistake. Numbers above 2^53 would lose digits in a browser; no journal gets there.
 */
#include "view_json.h"

#include <assert.h>

static json_t *integer(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

/* "" where unknown; partial dates keep their zeros ("1996-03-00"). */
static json_t *date_json(struct date date)
{
    char text[DATE_TEXT_LEN + 4] = "";
    if (date.year != 0)
        snprintf(text, sizeof text, "%04d-%02u-%02u", date.year, date.month, date.day);
    return json_string(text);
}

static json_t *context_json(const struct context *context)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "direction",
                     direction_name(context->direction), "carrier_kind",
                     carrier_kind_name(context->carrier_kind), "carrier_no", context->carrier_no,
                     "dest_country", context->dest_country, "purpose",
                     purpose_name(context->purpose), "category", purpose_name(context->category));
}

static json_t *link_json(const struct view_link *link)
{
    return json_pack("{s:b, s:o, s:I, s:I, s:b}", "online", link->online, "unsent",
                     integer(link->unsent), "last_contact_ms", (json_int_t)link->last_contact_ms,
                     "data_as_of_ms", (json_int_t)link->data_as_of_ms, "data_stale",
                     link->data_stale);
}

static json_t *clock_json(const struct view_clock *clock)
{
    return json_pack("{s:b, s:I, s:I, s:I}", "may_set", clock->may_set, "earliest_ms",
                     (json_int_t)clock->earliest_ms, "latest_ms", (json_int_t)clock->latest_ms,
                     "likely_ms", (json_int_t)clock->likely_ms);
}

static json_t *counts_json(const struct view_counts *counts)
{
    return json_pack("{s:I, s:I, s:I, s:I}", "total", (json_int_t)counts->total, "clear",
                     (json_int_t)counts->clear, "refer", (json_int_t)counts->refer, "stop",
                     (json_int_t)counts->stop);
}

static const char *check_name(enum mrz_check check)
{
    switch (check) {
    case MRZ_CHECK_HOLDS:
        return "HOLDS";
    case MRZ_CHECK_NONE:
        return "NONE";
    case MRZ_CHECK_FAILS:
        break;
    }
    return "FAILS";
}

/* One character, "" for none. */
static json_t *character_json(char c)
{
    return json_stringn(&c, c == '\0' ? 0 : 1);
}

static json_t *partial_json(const struct view_partial *partial)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "number", partial->number, "country",
                     partial->country, "nationality", partial->nationality, "name", partial->name,
                     "sex", partial->sex, "birth_raw", partial->birth_raw, "expiry_raw",
                     partial->expiry_raw);
}

static json_t *fault_json(const struct mrz_fault *fault)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I}", "kind", mrz_fault_name(fault->kind), "line",
                     (json_int_t)fault->line, "column", (json_int_t)fault->column, "count",
                     (json_int_t)fault->count, "symbol", (json_int_t)fault->symbol);
}

static json_t *keyed_json(const struct document_keyed *keyed)
{
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "type",
                     document_type_name(keyed->type), "number", keyed->number, "number_check",
                     character_json(keyed->number_check), "country", keyed->country, "nationality",
                     keyed->nationality, "name", keyed->name, "sex", character_json(keyed->sex),
                     "birth", date_json(keyed->birth), "expiry", date_json(keyed->expiry), "nik",
                     keyed->nik);
}

static json_t *proposal_json(const struct view_proposal *proposal)
{
    json_t *positions = json_array(), *lines = json_array();
    for (size_t i = 0; i < proposal->n_positions; i++) {
        const struct mrz_position *position = &proposal->position[i];
        json_array_append_new(positions,
                              json_pack("{s:i, s:i, s:o, s:o}", "line", position->line, "column",
                                        position->column, "from", character_json(position->from),
                                        "to", character_json(position->to)));
    }
    for (size_t i = 0; i < MRZ_LINES_MAX && proposal->line[i][0] != '\0'; i++)
        json_array_append_new(lines, json_string(proposal->line[i]));
    return json_pack("{s:o, s:s, s:o, s:o, s:o}", "id", integer(proposal->id), "proof",
                     mrz_proof_name(proposal->proof), "positions", positions, "lines", lines,
                     "keyed", keyed_json(&proposal->keyed));
}

static json_t *unreadable_json(const struct view_unreadable *unreadable)
{
    json_t *issues = json_array();
    for (unsigned bit = 0; bit < MRZ_ISSUES; bit++)
        if (unreadable->issues >> bit & 1)
            json_array_append_new(issues, json_string(mrz_issue_name((enum mrz_issue)(1u << bit))));
    json_t *checks = unreadable->has_checks ? json_object() : json_null();
    for (int place = 0; unreadable->has_checks && place < MRZ_PLACES; place++)
        json_object_set_new(checks, mrz_place_name((enum mrz_place)place),
                            json_string(check_name(unreadable->check[place])));
    return json_pack(
        "{s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "garbage", unreadable->garbage, "visa",
        unreadable->visa, "issues", issues, "checks", checks, "partial",
        unreadable->has_checks ? partial_json(&unreadable->partial) : json_null(), "fault",
        unreadable->fault.kind != MRZ_FAULT_NONE ? fault_json(&unreadable->fault) : json_null(),
        "proposal",
        unreadable->proposal.id != 0 ? proposal_json(&unreadable->proposal) : json_null());
}

static json_t *document_json(const struct document *document)
{
    const char sex[2] = {document->sex, '\0'};
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:o, s:o}", "capture",
                     document->capture == DOCUMENT_SCANNED ? "SCANNED" : "KEYED", "type",
                     document_type_name(document->type), "number", document->number, "country",
                     document->country, "nationality", document->nationality, "name",
                     document->name, "primary", document->mrz.primary, "secondary",
                     document->mrz.secondary, "name_may_be_truncated",
                     document->mrz.name_may_be_truncated, "sex", sex, "birth",
                     date_json(document->birth), "expiry", date_json(document->expiry));
}

static json_t *placement_json(const struct view_placement *placement)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "placement_id",
                     placement->placement_id, "name", placement->name, "dest_country",
                     placement->dest_country, "occupation", placement->occupation, "p3mi_id",
                     placement->p3mi_id, "employer_name", placement->employer_name, "contract_end",
                     date_json(placement->contract_end), "status",
                     placement_status_name(placement->status), "scheme",
                     placement_scheme_name(placement->scheme));
}

static json_t *reasons_json(const struct verdict *verdict)
{
    static const char *const colours[] = {"NONE", "GREEN", "AMBER", "RED"};
    json_t *list = json_array();
    for (size_t i = 0; i < verdict->n_reasons; i++) {
        const struct reason_said *said = &verdict->reasons[i];
        char code[REASON_TEXT_LEN];
        reason_format(said->code, code);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "code", code, "colour",
                                              colours[said->colour], "found", said->found,
                                              "expected", said->expected));
    }
    return list;
}

static json_t *decisions_json(uint32_t mask)
{
    json_t *list = json_array();
    for (unsigned decision = DECISION_NONE + 1; decision < DECISION_COUNT; decision++)
        if (mask >> decision & 1)
            json_array_append_new(list, json_string(decision_name((enum decision)decision)));
    return list;
}

static json_t *notices_json(uint32_t notices)
{
    json_t *list = json_array();
    for (unsigned notice = 0; notice < NOTICE_COUNT; notice++)
        if (notices >> notice & 1)
            json_array_append_new(list, json_string(view_notice_name((enum view_notice)notice)));
    return list;
}

/* What a key of the counter records; null: nothing. */
static json_t *key_json(enum decision decision)
{
    return decision == DECISION_NONE ? json_null() : json_string(decision_name(decision));
}

/* An earlier crossing; null: none. */
static json_t *seen_json(const struct entry_crossing *seen)
{
    if (seen->seq == 0)
        return json_null();
    return json_pack("{s:o, s:I, s:o, s:s, s:s}", "seq", integer(seen->seq), "wall_ms",
                     (json_int_t)seen->wall_ms, "day", date_json(seen->day), "direction",
                     direction_name(seen->direction), "decision", decision_name(seen->decision));
}

static json_t *crossing_json(const struct view *view)
{
    return json_pack(
        "{s:o, s:I, s:o, s:o, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "seq",
        integer(view->seq), "shown_ms", (json_int_t)view->shown_ms, "document",
        document_json(&view->document), "placement",
        view->has_placement ? placement_json(&view->placement) : json_null(), "match_key",
        match_key_name(view->match_key), "match_grade", match_grade_name(view->match_grade),
        "result", verdict_name(view->verdict.result), "reasons", reasons_json(&view->verdict),
        "seen", seen_json(&view->seen), "allowed_officer", decisions_json(view->allowed_officer),
        "allowed_supervisor", decisions_json(view->allowed_supervisor), "key_go",
        key_json(view->key_go), "key_refer", key_json(view->key_refer));
}

/* What may be taken back; null: nothing. */
static json_t *voidable_json(const struct view_voidable *voidable)
{
    if (voidable->seq == 0)
        return json_null();
    return json_pack("{s:o, s:o, s:I, s:s, s:s, s:s}", "seq", integer(voidable->seq), "answers",
                     integer(voidable->answers), "wall_ms", (json_int_t)voidable->wall_ms,
                     "decision", decision_name(voidable->decision), "role",
                     role_name(voidable->role), "number", voidable->number);
}

static json_t *recorded_json(const struct view *view)
{
    return json_pack("{s:s, s:o}", "decision", decision_name(view->decision), "decided_seq",
                     integer(view->decided_seq));
}

json_t *view_to_json(const struct view *view)
{
    assert(view);
    const bool done = view->screen == VIEW_RECORDED || view->screen == VIEW_VOIDED;
    const bool crossing = view->screen == VIEW_VERDICT || done;
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:I, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:o,"
        " s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "screen", view_screen_name(view->screen), "mode", entry_mode_name(view->mode), "zone",
        clock_zone_name(view->zone), "clock_quality", clock_quality_name(view->clock_quality),
        "clock", clock_json(&view->clock), "now_ms", (json_int_t)view->now_ms, "kiosk_id",
        view->kiosk_id, "tpi_name", view->tpi_name, "counter", view->counter, "officer_name",
        view->officer_name, "refer_to", view->refer_to, "scanner_ok", view->scanner_ok, "panel_ok",
        view->panel_ok, "notices", notices_json(view->notices), "link", link_json(&view->link),
        "counts", counts_json(&view->counts), "context", context_json(&view->context), "unreadable",
        view->screen == VIEW_UNREADABLE ? unreadable_json(&view->unreadable) : json_null(),
        "crossing", crossing ? crossing_json(view) : json_null(), "recorded",
        done ? recorded_json(view) : json_null(), "voidable", voidable_json(&view->voidable),
        "undecided_seq", integer(view->undecided_seq));
}

json_t *view_refused_to_json(const struct view_refused *refused)
{
    assert(refused);
    json_t *flaws = json_object();
    for (int field = 0; field < DOCUMENT_FIELD_COUNT; field++)
        if (refused->flaws[field] != DOCUMENT_FLAW_NONE)
            json_object_set_new(flaws, document_field_name((enum document_field)field),
                                json_string(document_flaw_name(refused->flaws[field])));
    return json_pack("{s:o, s:s, s:o}", "seq", integer(refused->seq), "why",
                     view_refusal_name(refused->why), "flaws", flaws);
}
