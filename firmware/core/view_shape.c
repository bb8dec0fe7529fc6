/* The tables of view_shape.h, and the names of screens, notices and refusals.
 *
 * What the page does not show does not travel: of a document's MRZ only the two parts of the name,
 * of a placement record only struct view_placement. The lines of an MRZ travel only as a proposal,
 * which the officer compares with the document.
 */
#include "view_shape.h"

#include <assert.h>

static_assert(sizeof(enum view_screen) == sizeof(uint32_t), "enums are copied as 32 bits");
static_assert(DECISION_COUNT < 32, "allowed_officer and allowed_supervisor are 32 bits");

#define REASON_CODE_MAX 999 /* three digits, reason_format */

#define PART(type_, s, m, low, top)                                                                \
    {                                                                                              \
        .type = (type_), .offset = offsetof(struct s, m), .size = sizeof(((struct s *)0)->m),      \
        .min = (low), .max = (top)                                                                 \
    }
#define BOOL(s, m)           PART(VIEW_PART_BOOL, s, m, 0, 0)
#define ENUM(s, m, low, top) PART(VIEW_PART_ENUM, s, m, low, top)
#define U8(s, m, low, top)   PART(VIEW_PART_U8, s, m, low, top)
#define U16(s, m, most)      PART(VIEW_PART_U16, s, m, 0, most)
#define U32(s, m, most)      PART(VIEW_PART_U32, s, m, 0, most)
#define U64(s, m)            PART(VIEW_PART_U64, s, m, 0, 0)
#define I64(s, m)            PART(VIEW_PART_I64, s, m, 0, 0)
#define TEXT(s, m)           PART(VIEW_PART_TEXT, s, m, 0, 0)
#define SEX(s, m)            PART(VIEW_PART_SEX, s, m, 0, 0)
#define DATE(s, m)           PART(VIEW_PART_DATE, s, m, 0, 0)
#define ENUMS(s, m, top)     PART(VIEW_PART_ENUMS, s, m, 0, top)
#define SHAPE(s, m, shape_)                                                                        \
    {                                                                                              \
        .type = VIEW_PART_SHAPE, .offset = offsetof(struct s, m), .shape = &(shape_)               \
    }

#define SHAPE_OF(parts_)                                                                           \
    {                                                                                              \
        .parts = (parts_), .n_parts = sizeof(parts_) / sizeof(parts_)[0]                           \
    }

static const struct view_part context_parts[] = {
    ENUM(context, direction, 0, DIRECTION_RETURN),
    ENUM(context, carrier_kind, 0, CARRIER_LAND),
    TEXT(context, carrier_no),
    TEXT(context, dest_country),
    ENUM(context, purpose, 0, PURPOSE_COUNT - 1),
    ENUM(context, category, 0, PURPOSE_COUNT - 1),
};
static const struct view_shape context_shape = SHAPE_OF(context_parts);

static const struct view_part link_parts[] = {
    BOOL(view_link, online),       U64(view_link, unsent),      I64(view_link, last_contact_ms),
    I64(view_link, data_as_of_ms), BOOL(view_link, data_stale),
};
static const struct view_shape link_shape = SHAPE_OF(link_parts);

static const struct view_part clock_parts[] = {
    BOOL(view_clock, may_set),
    I64(view_clock, earliest_ms),
    I64(view_clock, latest_ms),
    I64(view_clock, likely_ms),
};
static const struct view_shape clock_shape = SHAPE_OF(clock_parts);

static const struct view_part counts_parts[] = {
    U32(view_counts, total, UINT32_MAX),
    U32(view_counts, clear, UINT32_MAX),
    U32(view_counts, refer, UINT32_MAX),
    U32(view_counts, stop, UINT32_MAX),
};
static const struct view_shape counts_shape = SHAPE_OF(counts_parts);

static const struct view_part keyed_parts[] = {
    ENUM(document_keyed, type, 0, DOCUMENT_TYPE_COUNT - 1),
    TEXT(document_keyed, number),
    U8(document_keyed, number_check, 0, '9'),
    TEXT(document_keyed, country),
    TEXT(document_keyed, nationality),
    TEXT(document_keyed, name),
    SEX(document_keyed, sex),
    DATE(document_keyed, birth),
    DATE(document_keyed, expiry),
    TEXT(document_keyed, nik),
};
static const struct view_shape keyed_shape = SHAPE_OF(keyed_parts);

static const struct view_part partial_parts[] = {
    TEXT(view_partial, number),     TEXT(view_partial, country), TEXT(view_partial, nationality),
    TEXT(view_partial, name),       TEXT(view_partial, sex),     TEXT(view_partial, birth_raw),
    TEXT(view_partial, expiry_raw),
};
static const struct view_shape partial_shape = SHAPE_OF(partial_parts);

static const struct view_part fault_parts[] = {
    ENUM(mrz_fault, kind, 0, MRZ_FAULT_KINDS - 1),
    U32(mrz_fault, line, UINT32_MAX),
    U32(mrz_fault, column, UINT32_MAX),
    U32(mrz_fault, count, UINT32_MAX),
    U32(mrz_fault, symbol, UINT32_MAX),
};
static const struct view_shape fault_shape = SHAPE_OF(fault_parts);

static const struct view_part position_parts[] = {
    U8(mrz_position, line, 1, MRZ_LINES_MAX),
    U8(mrz_position, column, 1, MRZ_LINE_LEN_MAX),
    U8(mrz_position, from, '0', 'Z'),
    U8(mrz_position, to, '0', 'Z'),
};
static const struct view_shape position_shape = SHAPE_OF(position_parts);

static const struct view_part proposal_parts[] = {
    U64(view_proposal, id),
    ENUM(view_proposal, proof, 0, MRZ_PROOF_CHECK_DIGITS),
    {.type = VIEW_PART_LIST,
     .offset = offsetof(struct view_proposal, position),
     .size = sizeof(struct mrz_position),
     .max = MRZ_SUBSTITUTIONS_MAX,
     .shape = &position_shape,
     .count_offset = offsetof(struct view_proposal, n_positions)},
    TEXT(view_proposal, line[0]),
    TEXT(view_proposal, line[1]),
    TEXT(view_proposal, line[2]),
    SHAPE(view_proposal, keyed, keyed_shape),
};
static const struct view_shape proposal_shape = SHAPE_OF(proposal_parts);

static const struct view_part unreadable_parts[] = {
    BOOL(view_unreadable, garbage),
    BOOL(view_unreadable, visa),
    U32(view_unreadable, issues, UINT32_MAX),
    ENUMS(view_unreadable, check, MRZ_CHECK_NONE),
    BOOL(view_unreadable, has_checks),
    SHAPE(view_unreadable, partial, partial_shape),
    SHAPE(view_unreadable, fault, fault_shape),
    SHAPE(view_unreadable, proposal, proposal_shape),
};
static const struct view_shape unreadable_shape = SHAPE_OF(unreadable_parts);

static const struct view_part document_parts[] = {
    ENUM(document, capture, 0, DOCUMENT_SCANNED),
    ENUM(document, type, 0, DOCUMENT_TYPE_COUNT - 1),
    TEXT(document, number),
    TEXT(document, country),
    TEXT(document, nationality),
    TEXT(document, name),
    TEXT(document, mrz.primary),
    TEXT(document, mrz.secondary),
    BOOL(document, mrz.name_may_be_truncated),
    SEX(document, sex),
    DATE(document, birth),
    DATE(document, birth_alternative),
    DATE(document, expiry),
};
static const struct view_shape document_shape = SHAPE_OF(document_parts);

static const struct view_part placement_parts[] = {
    TEXT(view_placement, placement_id),
    TEXT(view_placement, name),
    TEXT(view_placement, dest_country),
    TEXT(view_placement, occupation),
    TEXT(view_placement, p3mi_id),
    TEXT(view_placement, employer_name),
    DATE(view_placement, contract_end),
    ENUM(view_placement, status, 0, PLACEMENT_REVOKED),
    ENUM(view_placement, scheme, 0, SCHEME_CREW_FISHING),
};
static const struct view_shape placement_shape = SHAPE_OF(placement_parts);

static const struct view_part reason_parts[] = {
    U16(reason_said, code, REASON_CODE_MAX),
    ENUM(reason_said, colour, 0, COLOUR_RED),
    TEXT(reason_said, found),
    TEXT(reason_said, expected),
};
static const struct view_shape reason_shape = SHAPE_OF(reason_parts);

static const struct view_part verdict_parts[] = {
    ENUM(verdict, result, 0, VERDICT_STOP),
    {.type = VIEW_PART_LIST,
     .offset = offsetof(struct verdict, reasons),
     .size = sizeof(struct reason_said),
     .max = VERDICT_REASONS_MAX,
     .shape = &reason_shape,
     .count_offset = offsetof(struct verdict, n_reasons)},
};
static const struct view_shape verdict_shape = SHAPE_OF(verdict_parts);

static const struct view_part crossing_parts[] = {
    U64(entry_crossing, seq),
    I64(entry_crossing, wall_ms),
    DATE(entry_crossing, day),
    ENUM(entry_crossing, direction, 0, DIRECTION_RETURN),
    ENUM(entry_crossing, decision, 0, DECISION_COUNT - 1),
};
static const struct view_shape crossing_shape = SHAPE_OF(crossing_parts);

static const struct view_part voidable_parts[] = {
    U64(view_voidable, seq),
    U64(view_voidable, answers),
    I64(view_voidable, wall_ms),
    ENUM(view_voidable, decision, 0, DECISION_COUNT - 1),
    ENUM(view_voidable, role, 0, ROLE_SUPERVISOR),
    TEXT(view_voidable, number),
};
static const struct view_shape voidable_shape = SHAPE_OF(voidable_parts);

#define DECISIONS_ALL ((1u << DECISION_COUNT) - 1)
#define NOTICES_ALL   ((1u << NOTICE_COUNT) - 1)

static const struct view_part view_parts[] = {
    ENUM(view, screen, 0, VIEW_SCREEN_COUNT - 1),
    ENUM(view, mode, 0, MODE_DESK),
    ENUM(view, zone, CLOCK_WIB, CLOCK_WIT),
    ENUM(view, clock_quality, 0, CLOCK_SYNCED),
    SHAPE(view, clock, clock_shape),
    I64(view, now_ms),
    TEXT(view, kiosk_id),
    TEXT(view, tpi_name),
    TEXT(view, counter),
    TEXT(view, officer_name),
    TEXT(view, refer_to),
    BOOL(view, scanner_ok),
    BOOL(view, panel_ok),
    U32(view, notices, NOTICES_ALL),
    SHAPE(view, link, link_shape),
    SHAPE(view, counts, counts_shape),
    SHAPE(view, context, context_shape),
    SHAPE(view, unreadable, unreadable_shape),
    SHAPE(view, voidable, voidable_shape),
    U64(view, seq),
    I64(view, shown_ms),
    SHAPE(view, document, document_shape),
    BOOL(view, has_placement),
    SHAPE(view, placement, placement_shape),
    ENUM(view, match_key, 0, MATCH_KEY_MANUAL),
    ENUM(view, match_grade, 0, MATCH_EXACT),
    SHAPE(view, verdict, verdict_shape),
    SHAPE(view, seen, crossing_shape),
    U32(view, allowed_officer, DECISIONS_ALL),
    U32(view, allowed_supervisor, DECISIONS_ALL),
    ENUM(view, key_go, 0, DECISION_COUNT - 1),
    ENUM(view, key_refer, 0, DECISION_COUNT - 1),
    ENUM(view, decision, 0, DECISION_COUNT - 1),
    U64(view, decided_seq),
    U64(view, undecided_seq),
};

static const struct view_part heartbeat_parts[] = {
    {.type = VIEW_PART_I64}, /* the body itself */
};

static const struct view_part refused_parts[] = {
    U64(view_refused, seq),
    ENUM(view_refused, why, 0, VIEW_REFUSAL_COUNT - 1),
    ENUMS(view_refused, flaws, DOCUMENT_FLAW_COUNT - 1),
};

static const struct view_part keyed_message_parts[] = {
    U64(view_keyed, proposal_id),
    SHAPE(view_keyed, keyed, keyed_shape),
};

static const struct view_part painted_parts[] = {
    U64(view_painted, seq),
    BOOL(view_painted, covered),
};

static const struct view_part button_parts[] = {
    U32(view_button, number, 4),
    BOOL(view_button, pressed),
    BOOL(view_button, acted),
};

static const struct view_part action_parts[] = {
    U64(view_action, seq),
    ENUM(view_action, decision, DECISION_NONE + 1, DECISION_COUNT - 1),
    ENUM(view_action, role, ROLE_OFFICER, ROLE_SUPERVISOR),
    TEXT(view_action, second_officer_id),
    TEXT(view_action, note),
};

static const struct view_part set_clock_parts[] = {
    I64(view_set_clock, old_ms),
    I64(view_set_clock, new_ms),
    ENUM(view_set_clock, role, ROLE_OFFICER, ROLE_SUPERVISOR),
    TEXT(view_set_clock, second_officer_id),
};

static const struct view_part void_parts[] = {
    U64(view_void, seq),
    ENUM(view_void, reason, VOID_NONE + 1, VOID_REASON_COUNT - 1),
    ENUM(view_void, role, ROLE_OFFICER, ROLE_SUPERVISOR),
    TEXT(view_void, second_officer_id),
};

static const struct view_shape shapes[] = {
    [VIEW_MESSAGE_VIEW] = SHAPE_OF(view_parts),
    [VIEW_MESSAGE_HEARTBEAT] = SHAPE_OF(heartbeat_parts),
    [VIEW_MESSAGE_REFUSED] = SHAPE_OF(refused_parts),
    [VIEW_MESSAGE_HELLO] = {0},
    [VIEW_MESSAGE_PAINTED] = SHAPE_OF(painted_parts),
    [VIEW_MESSAGE_ACTION] = SHAPE_OF(action_parts),
    [VIEW_MESSAGE_CONTEXT] = SHAPE_OF(context_parts),
    [VIEW_MESSAGE_DISMISS] = {0},
    [VIEW_MESSAGE_BUTTON] = SHAPE_OF(button_parts),
    [VIEW_MESSAGE_KEYED] = SHAPE_OF(keyed_message_parts),
    [VIEW_MESSAGE_CLOCK] = SHAPE_OF(set_clock_parts),
    [VIEW_MESSAGE_VOID] = SHAPE_OF(void_parts),
};

const struct view_shape *view_shape_of(enum view_message_type type)
{
    if (type <= VIEW_MESSAGE_NONE || type >= VIEW_MESSAGE_TYPES)
        return NULL;
    return &shapes[type];
}

const char *view_screen_name(enum view_screen screen)
{
    static const char *const names[] = {
#define VIEW_SCREEN_ROW(name) [VIEW_##name] = #name,
        VIEW_SCREENS(VIEW_SCREEN_ROW)
#undef VIEW_SCREEN_ROW
    };
    assert(screen < VIEW_SCREEN_COUNT);
    return names[screen];
}

const char *view_notice_name(enum view_notice notice)
{
    static const char *const names[] = {
#define VIEW_NOTICE_ROW(name) [NOTICE_##name] = #name,
        VIEW_NOTICES(VIEW_NOTICE_ROW)
#undef VIEW_NOTICE_ROW
    };
    assert(notice < NOTICE_COUNT);
    return names[notice];
}

const char *view_refusal_name(enum view_refusal refusal)
{
    static const char *const names[VIEW_REFUSAL_COUNT] = {
        [VIEW_REFUSED_STALE] = "STALE",
        [VIEW_REFUSED_NOT_ALLOWED] = "NOT_ALLOWED",
        [VIEW_REFUSED_NEEDS_NOTE] = "NEEDS_NOTE",
        [VIEW_REFUSED_BUSY] = "BUSY",
        [VIEW_REFUSED_STORAGE] = "STORAGE",
        [VIEW_REFUSED_INVALID] = "INVALID",
        [VIEW_REFUSED_SAME_OFFICER] = "SAME_OFFICER",
        [VIEW_REFUSED_FLAWS] = "FLAWS",
        [VIEW_REFUSED_TIME_PAST] = "TIME_PAST",
        [VIEW_REFUSED_TIME_FUTURE] = "TIME_FUTURE",
        [VIEW_REFUSED_TIME_SYNCED] = "TIME_SYNCED",
    };
    assert(refusal < VIEW_REFUSAL_COUNT);
    return names[refusal];
}
