/* The view codec: every message type survives the round trip, and nothing but itself is accepted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "view.h"

/* Also with every member unlike zero. */
static struct document_keyed keyed_sample(void)
{
    return (struct document_keyed){.type = DOCUMENT_SPLP,
                                   .number = "X0000012",
                                   .number_check = '9',
                                   .country = "IDN",
                                   .nationality = "IDN",
                                   .name = "RAHMAWATI SITI",
                                   .sex = 'F',
                                   .birth = {1996, 3, 14},
                                   .expiry = {2031, 9, 0},
                                   .nik = "3201235403960001"};
}

/* A view in which every member that travels differs from zero. */
static struct view full_view(void)
{
    struct view view = {
        .screen = VIEW_VERDICT,
        .mode = MODE_DESK,
        .zone = CLOCK_WITA,
        .clock_quality = CLOCK_HOLDOVER,
        .clock = {true, 1795000000000, 1952766628000, 1795246000000},
        .now_ms = 1795246628000,
        .kiosk_id = "DMO-01-0001",
        .tpi_name = "TPI Contoh Pelabuhan",
        .counter = "03",
        .officer_name = "R. Hartono",
        .refer_to = "Meja Pelindungan, lantai 1",
        .scanner_ok = true,
        .panel_ok = true,
        .notices = 1u << NOTICE_STORAGE_NOT_DURABLE | 1u << NOTICE_SYNC_DAMAGED,
        .link = {true, UINT64_MAX, -1, 1795246000000, true},
        .counts = {411, 398, 12, UINT32_MAX},
        .context = {DIRECTION_RETURN, CARRIER_SEA, "KM 12", "TWN", PURPOSE_WORK, PURPOSE_OTHER},
        .unreadable = {.garbage = true,
                       .visa = true,
                       .issues = MRZ_ISSUE_SEX,
                       .check = {1, 2, 0, 1, 2},
                       .has_checks = true,
                       .partial = {"X00000I2", "IDN", "IDN", "RAHMAWATI SITI", "<", "960314",
                                   "310902"},
                       .fault = {MRZ_FAULT_KEYBOARD_LAYOUT, 2, 44, 12, 0xA7},
                       .proposal = {.id = 7,
                                    .proof = MRZ_PROOF_CHECK_DIGITS,
                                    .n_positions = 2,
                                    .position = {{1, 44, 'K', '<'}, {2, 7, 'I', '1'}},
                                    .line = {"P<IDN", "X0000012", "THIRD"},
                                    .keyed = keyed_sample()}},
        .voidable = {408, 407, 1795240000000, DECISION_DEFERRED, ROLE_SUPERVISOR, "X0000099"},
        .seq = 413,
        .shown_ms = 1795246620000,
        .document = {.capture = DOCUMENT_SCANNED,
                     .type = DOCUMENT_CREW_BOOK,
                     .number = "X0000012",
                     .country = "IDN",
                     .nationality = "IDN",
                     .name = "RAHMAWATI SITI",
                     .mrz = {.primary = "RAHMAWATI",
                             .secondary = "SITI",
                             .name_may_be_truncated = true},
                     .sex = 'F',
                     .birth = {1996, 3, 0},
                     .birth_alternative = {1906, 3, 0},
                     .expiry = {2031, 9, 2}},
        .has_placement = true,
        .placement = {.placement_id = "P-1",
                      .name = "SITI RAHMAWATI",
                      .dest_country = "TWN",
                      .occupation = "Perawat lansia",
                      .p3mi_id = "P3MI-7",
                      .employer_name = "Contoh Ltd",
                      .contract_end = {2029, 11, 30},
                      .status = PLACEMENT_REVOKED,
                      .scheme = SCHEME_CREW_FISHING},
        .match_key = MATCH_KEY_MANUAL,
        .match_grade = MATCH_EXACT,
        .verdict = {.result = VERDICT_STOP,
                    .n_reasons = 2,
                    .reasons = {{16, COLOUR_RED, "CANCELLED", "READY"},
                                {999, COLOUR_AMBER, "", "Bandar É"}}},
        .seen = {405, 1795000000000, {2026, 11, 18}, DIRECTION_RETURN, DECISION_RETURN_LOGGED},
        .allowed_officer = 1u << DECISION_SECONDARY,
        .allowed_supervisor = (1u << DECISION_COUNT) - 1,
        .key_go = DECISION_LOGGED_ONLY,
        .key_refer = DECISION_SECONDARY,
        .decision = DECISION_RETURN_REFERRED,
        .decided_seq = 414,
        .undecided_seq = 411,
    };
    return view;
}

static struct view_message message_of(enum view_message_type type)
{
    struct view_message message;
    memset(&message, 0, sizeof message);
    message.type = type;
    switch (type) {
    case VIEW_MESSAGE_VIEW:
        message.body.view = full_view();
        break;
    case VIEW_MESSAGE_HEARTBEAT:
        message.body.heartbeat_ms = -5;
        break;
    case VIEW_MESSAGE_REFUSED:
        message.body.refused.seq = 412;
        message.body.refused.why = VIEW_REFUSED_FLAWS;
        message.body.refused.flaws[DOCUMENT_FIELD_EXPIRY] = DOCUMENT_FLAW_VALUE;
        break;
    case VIEW_MESSAGE_PAINTED:
        message.body.painted = (struct view_painted){.seq = 412, .covered = true};
        break;
    case VIEW_MESSAGE_ACTION:
        message.body.action =
            (struct view_action){412, DECISION_DEFERRED, ROLE_SUPERVISOR, "SPV-1", "catatan"};
        break;
    case VIEW_MESSAGE_CONTEXT:
        message.body.context = full_view().context;
        break;
    case VIEW_MESSAGE_BUTTON:
        message.body.button = (struct view_button){.number = 3, .pressed = true, .acted = true};
        break;
    case VIEW_MESSAGE_KEYED:
        message.body.keyed = (struct view_keyed){.proposal_id = 7, .keyed = keyed_sample()};
        break;
    case VIEW_MESSAGE_CLOCK:
        message.body.set_clock =
            (struct view_set_clock){-1, 1795246628000, ROLE_SUPERVISOR, "SPV-1"};
        break;
    case VIEW_MESSAGE_VOID:
        message.body.voids = (struct view_void){414, VOID_NOT_TRAVELLING, ROLE_SUPERVISOR, "SPV-1"};
        break;
    case VIEW_MESSAGE_NONE:
    case VIEW_MESSAGE_HELLO:
    case VIEW_MESSAGE_DISMISS:
    case VIEW_MESSAGE_TYPES:
        break;
    }
    return message;
}

static void assert_view_equal(const struct view *a, const struct view *b)
{
    /* Compared by encoding too (below); here the members whose loss would show on the screen. */
    assert_int_equal(a->screen, b->screen);
    assert_int_equal(a->mode, b->mode);
    assert_int_equal(a->zone, b->zone);
    assert_int_equal(a->clock_quality, b->clock_quality);
    assert_true(a->now_ms == b->now_ms && a->shown_ms == b->shown_ms);
    assert_string_equal(a->tpi_name, b->tpi_name);
    assert_string_equal(a->refer_to, b->refer_to);
    assert_int_equal(a->notices, b->notices);
    assert_true(b->clock.may_set && a->clock.earliest_ms == b->clock.earliest_ms);
    assert_true(a->clock.latest_ms == b->clock.latest_ms);
    assert_true(a->clock.likely_ms == b->clock.likely_ms);
    assert_true(a->link.unsent == b->link.unsent && a->link.last_contact_ms == -1);
    assert_int_equal(a->counts.stop, b->counts.stop);
    assert_string_equal(a->context.carrier_no, b->context.carrier_no);
    assert_memory_equal(a->unreadable.check, b->unreadable.check, sizeof a->unreadable.check);
    assert_true(b->unreadable.visa);
    assert_string_equal(a->unreadable.partial.expiry_raw, b->unreadable.partial.expiry_raw);
    assert_memory_equal(&a->unreadable.fault, &b->unreadable.fault, sizeof a->unreadable.fault);
    assert_true(b->unreadable.proposal.id == 7 && b->unreadable.proposal.n_positions == 2);
    assert_memory_equal(a->unreadable.proposal.position, b->unreadable.proposal.position,
                        sizeof a->unreadable.proposal.position);
    assert_string_equal(b->unreadable.proposal.line[2], "THIRD");
    assert_string_equal(b->unreadable.proposal.keyed.number, "X0000012");
    assert_int_equal(b->document.type, DOCUMENT_CREW_BOOK);
    assert_int_equal(b->document.birth_alternative.year, 1906);
    assert_string_equal(a->document.name, b->document.name);
    assert_string_equal(a->document.mrz.secondary, b->document.mrz.secondary);
    assert_true(b->document.mrz.name_may_be_truncated);
    assert_int_equal(a->document.sex, b->document.sex);
    assert_memory_equal(&a->document.birth, &b->document.birth, sizeof a->document.birth);
    assert_string_equal(a->placement.employer_name, b->placement.employer_name);
    assert_int_equal(a->placement.scheme, b->placement.scheme);
    assert_int_equal(a->verdict.result, b->verdict.result);
    assert_int_equal(a->verdict.n_reasons, b->verdict.n_reasons);
    assert_string_equal(a->verdict.reasons[1].expected, b->verdict.reasons[1].expected);
    assert_int_equal(a->verdict.reasons[1].code, b->verdict.reasons[1].code);
    assert_true(a->seen.seq == b->seen.seq && a->seen.wall_ms == b->seen.wall_ms);
    assert_int_equal(date_compare(a->seen.day, b->seen.day), 0);
    assert_true(b->seen.direction == DIRECTION_RETURN && a->seen.decision == b->seen.decision);
    assert_int_equal(a->allowed_supervisor, b->allowed_supervisor);
    assert_int_equal(a->decision, b->decision);
    assert_true(a->seq == b->seq && a->decided_seq == b->decided_seq);
    assert_true(a->undecided_seq == b->undecided_seq);
    assert_true(a->voidable.seq == b->voidable.seq && b->voidable.role == ROLE_SUPERVISOR);
    assert_true(a->voidable.answers == b->voidable.answers);
    assert_true(a->voidable.wall_ms == b->voidable.wall_ms);
    assert_int_equal(a->voidable.decision, b->voidable.decision);
    assert_string_equal(a->voidable.number, b->voidable.number);
}

static void every_type_survives_the_round_trip(void **state)
{
    (void)state;
    for (int type = VIEW_MESSAGE_VIEW; type < VIEW_MESSAGE_TYPES; type++) {
        const struct view_message message = message_of((enum view_message_type)type);
        uint8_t first[VIEW_MESSAGE_MAX], second[VIEW_MESSAGE_MAX];
        size_t first_len = 0, second_len = 0;
        struct view_message back;
        assert_int_equal(view_message_encode(&message, first, sizeof first, &first_len), ERR_OK);
        assert_int_equal(view_message_decode(span_of(first, first_len), &back), ERR_OK);
        assert_int_equal(back.type, type);
        assert_int_equal(view_message_encode(&back, second, sizeof second, &second_len), ERR_OK);
        assert_int_equal(first_len, second_len);
        assert_memory_equal(first, second, first_len);
        if (type == VIEW_MESSAGE_VIEW)
            assert_view_equal(&message.body.view, &back.body.view);
    }
}

static void what_the_page_says_comes_back_member_by_member(void **state)
{
    (void)state;
    uint8_t bytes[VIEW_MESSAGE_MAX];
    size_t len = 0;
    struct view_message back;
    struct view_message message = message_of(VIEW_MESSAGE_ACTION);
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(view_message_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.body.action.seq, 412);
    assert_int_equal(back.body.action.decision, DECISION_DEFERRED);
    assert_int_equal(back.body.action.role, ROLE_SUPERVISOR);
    assert_string_equal(back.body.action.second_officer_id, "SPV-1");
    assert_string_equal(back.body.action.note, "catatan");
    message = message_of(VIEW_MESSAGE_CONTEXT);
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(view_message_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.body.context.direction, DIRECTION_RETURN);
    assert_int_equal(back.body.context.carrier_kind, CARRIER_SEA);
    assert_string_equal(back.body.context.dest_country, "TWN");
    assert_int_equal(back.body.context.category, PURPOSE_OTHER);
    message = message_of(VIEW_MESSAGE_KEYED);
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(view_message_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.body.keyed.proposal_id, 7);
    assert_int_equal(back.body.keyed.keyed.type, DOCUMENT_SPLP);
    assert_string_equal(back.body.keyed.keyed.number, "X0000012");
    assert_int_equal(back.body.keyed.keyed.number_check, '9');
    assert_string_equal(back.body.keyed.keyed.name, "RAHMAWATI SITI");
    assert_int_equal(back.body.keyed.keyed.sex, 'F');
    assert_int_equal(date_compare(back.body.keyed.keyed.expiry, keyed_sample().expiry), 0);
    assert_string_equal(back.body.keyed.keyed.nik, "3201235403960001");
    message = message_of(VIEW_MESSAGE_CLOCK);
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(view_message_decode(span_of(bytes, len), &back), ERR_OK);
    assert_true(back.body.set_clock.old_ms == -1);
    assert_true(back.body.set_clock.new_ms == 1795246628000);
    assert_int_equal(back.body.set_clock.role, ROLE_SUPERVISOR);
    assert_string_equal(back.body.set_clock.second_officer_id, "SPV-1");
    message = message_of(VIEW_MESSAGE_VOID);
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(view_message_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.body.voids.seq, 414);
    assert_int_equal(back.body.voids.reason, VOID_NOT_TRAVELLING);
    assert_int_equal(back.body.voids.role, ROLE_SUPERVISOR);
    assert_string_equal(back.body.voids.second_officer_id, "SPV-1");
    message = message_of(VIEW_MESSAGE_REFUSED);
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_OK);
    assert_int_equal(view_message_decode(span_of(bytes, len), &back), ERR_OK);
    assert_int_equal(back.body.refused.flaws[DOCUMENT_FIELD_BIRTH], DOCUMENT_FLAW_NONE);
    assert_int_equal(back.body.refused.flaws[DOCUMENT_FIELD_EXPIRY], DOCUMENT_FLAW_VALUE);
}

static void the_largest_view_fits_a_packet(void **state)
{
    (void)state;
    struct view_message message = message_of(VIEW_MESSAGE_VIEW);
    struct verdict *verdict = &message.body.view.verdict;
    verdict->n_reasons = VERDICT_REASONS_MAX;
    for (size_t i = 0; i < VERDICT_REASONS_MAX; i++) {
        verdict->reasons[i] = (struct reason_said){.code = 16, .colour = COLOUR_RED};
        memset(verdict->reasons[i].found, 'F', REASON_FACT_LEN - 1);
        memset(verdict->reasons[i].expected, 'E', REASON_FACT_LEN - 1);
    }
    uint8_t bytes[VIEW_MESSAGE_MAX];
    size_t len = 0;
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_OK);
    /* Room is left for every text of the counter and of the record at its longest. */
    assert_true(len + 6 * VIEW_TEXT_LEN + 4 * PLACEMENT_TEXT_LEN + 512 < sizeof bytes);
}

static void too_small_a_buffer_is_a_failure(void **state)
{
    (void)state;
    const struct view_message message = message_of(VIEW_MESSAGE_VIEW);
    uint8_t bytes[64];
    size_t len = 77;
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_SIZE);
    assert_int_equal(len, 77);
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    const struct view_message message = message_of(VIEW_MESSAGE_VIEW);
    uint8_t bytes[VIEW_MESSAGE_MAX];
    size_t len = 0;
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_OK);
    for (size_t cut = 0; cut < len; cut++) {
        struct view_message back;
        assert_int_equal(view_message_decode(span_of(bytes, cut), &back), ERR_INVALID);
    }
}

static void foreign_bytes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        size_t len;
        uint8_t bytes[24];
        enum err expected;
    } rows[] = {
        {"HELLO is taken", 4, {0x83, 0x01, 0x04, 0xa0}, ERR_OK},
        {"another protocol is told apart", 4, {0x83, 0x02, 0x04, 0xa0}, ERR_OLD},
        {"type 0 is none", 4, {0x83, 0x01, 0x00, 0xa0}, ERR_INVALID},
        {"type 12 is none", 4, {0x83, 0x01, 0x0c, 0xa0}, ERR_INVALID},
        {"bytes after the message", 5, {0x83, 0x01, 0x04, 0xa0, 0x00}, ERR_INVALID},
        {"HELLO with a member", 6, {0x83, 0x01, 0x04, 0xa1, 0x00, 0x01}, ERR_INVALID},
        {"PAINTED with its seq", 8, {0x83, 0x01, 0x05, 0xa2, 0x00, 0x07, 0x01, 0xf4}, ERR_OK},
        {"PAINTED that says nothing of panels",
         6,
         {0x83, 0x01, 0x05, 0xa1, 0x00, 0x07},
         ERR_INVALID},
        {"PAINTED without its seq", 4, {0x83, 0x01, 0x05, 0xa0}, ERR_INVALID},
        {"PAINTED, seq under another key", 6, {0x83, 0x01, 0x05, 0xa1, 0x01, 0x07}, ERR_INVALID},
        {"PAINTED, seq as text", 7, {0x83, 0x01, 0x05, 0xa1, 0x00, 0x61, 0x37}, ERR_INVALID},
        {"REFUSED for a known reason",
         20,
         {0x83, 0x01, 0x03, 0xa3, 0x00, 0x07, 0x01, 0x07, 0x02, 0x8a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8},
         ERR_OK},
        {"REFUSED for an unknown reason",
         20,
         {0x83, 0x01, 0x03, 0xa3, 0x00, 0x07, 0x01, 0x0b, 0x02, 0x8a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8},
         ERR_INVALID},
        {"REFUSED for an unknown flaw",
         20,
         {0x83, 0x01, 0x03, 0xa3, 0x00, 0x07, 0x01, 0x07, 0x02, 0x8a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9},
         ERR_INVALID},
        {"REFUSED with a field too few",
         19,
         {0x83, 0x01, 0x03, 0xa3, 0x00, 0x07, 0x01, 0x07, 0x02, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0},
         ERR_INVALID},
        {"ACTION cleared by the officer",
         14,
         {0x83, 0x01, 0x06, 0xa5, 0x00, 0x07, 0x01, 0x01, 0x02, 0x01, 0x03, 0x60, 0x04, 0x60},
         ERR_OK},
        {"ACTION without a decision",
         14,
         {0x83, 0x01, 0x06, 0xa5, 0x00, 0x07, 0x01, 0x00, 0x02, 0x01, 0x03, 0x60, 0x04, 0x60},
         ERR_INVALID},
        {"ACTION without a role",
         14,
         {0x83, 0x01, 0x06, 0xa5, 0x00, 0x07, 0x01, 0x01, 0x02, 0x00, 0x03, 0x60, 0x04, 0x60},
         ERR_INVALID},
        {"ACTION with a line break in its note",
         15,
         {0x83, 0x01, 0x06, 0xa5, 0x00, 0x07, 0x01, 0x01, 0x02, 0x01, 0x03, 0x60, 0x04, 0x61, 0x0a},
         ERR_INVALID},
        {"CLOCK by a supervisor",
         13,
         {0x83, 0x01, 0x0b, 0xa4, 0x00, 0x20, 0x01, 0x07, 0x02, 0x02, 0x03, 0x61, 0x53},
         ERR_OK},
        {"CLOCK by nobody",
         13,
         {0x83, 0x01, 0x0b, 0xa4, 0x00, 0x20, 0x01, 0x07, 0x02, 0x00, 0x03, 0x61, 0x53},
         ERR_INVALID},
        {"CLOCK by a role there is not",
         13,
         {0x83, 0x01, 0x0b, 0xa4, 0x00, 0x20, 0x01, 0x07, 0x02, 0x03, 0x03, 0x61, 0x53},
         ERR_INVALID},
        {"CLOCK without an old time",
         11,
         {0x83, 0x01, 0x0b, 0xa3, 0x01, 0x07, 0x02, 0x02, 0x03, 0x61, 0x53},
         ERR_INVALID},
        {"no array", 1, {0x00}, ERR_INVALID},
        {"nothing", 0, {0}, ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct view_message out = {.type = VIEW_MESSAGE_NONE};
        const enum err err = view_message_decode(span_of(rows[i].bytes, rows[i].len), &out);
        if (err != rows[i].expected)
            fail_msg("%s: got %d", rows[i].says, err);
        assert_int_equal(out.type == VIEW_MESSAGE_NONE, err != ERR_OK);
    }
}

/* The bytes of a zone, of a screen and of the allowed decisions, pushed out of bounds. */
static void values_out_of_bounds_are_refused(void **state)
{
    (void)state;
    const struct view_message message = message_of(VIEW_MESSAGE_VIEW);
    uint8_t bytes[VIEW_MESSAGE_MAX];
    size_t len = 0;
    assert_int_equal(view_message_encode(&message, bytes, sizeof bytes, &len), ERR_OK);
    /* 83 01 01 b8 1d, then key, value: screen, mode, zone, clock quality */
    static const struct {
        const char *says;
        size_t at;
        uint8_t value;
    } rows[] = {
        {"a screen that does not exist", 6, VIEW_SCREEN_COUNT},
        {"a mode that does not exist", 8, MODE_DESK + 1},
        {"a zone west of Indonesia", 10, 6},
        {"a zone east of Indonesia", 10, 10},
        {"a quality that does not exist", 12, CLOCK_SYNCED + 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t broken[VIEW_MESSAGE_MAX];
        memcpy(broken, bytes, len);
        broken[rows[i].at] = rows[i].value;
        struct view_message out;
        if (view_message_decode(span_of(broken, len), &out) != ERR_INVALID)
            fail_msg("%s", rows[i].says);
    }
}

static void names_are_those_of_the_contract(void **state)
{
    (void)state;
    assert_string_equal(view_screen_name(VIEW_STARTING), "STARTING");
    assert_string_equal(view_screen_name(VIEW_STORAGE), "STORAGE");
    assert_string_equal(view_refusal_name(VIEW_REFUSED_STALE), "STALE");
    assert_string_equal(view_refusal_name(VIEW_REFUSED_INVALID), "INVALID");
    assert_string_equal(view_refusal_name(VIEW_REFUSED_FLAWS), "FLAWS");
    assert_string_equal(view_refusal_name(VIEW_REFUSED_TIME_SYNCED), "TIME_SYNCED");
    assert_string_equal(view_notice_name(NOTICE_STORAGE_NOT_DURABLE), "STORAGE_NOT_DURABLE");
    assert_string_equal(view_notice_name(NOTICE_SYNC_DAMAGED), "SYNC_DAMAGED");
    assert_string_equal(document_field_name(DOCUMENT_FIELD_NUMBER_CHECK), "number_check");
    assert_string_equal(document_flaw_name(DOCUMENT_FLAW_CHECK_DIGIT), "CHECK_DIGIT");
    assert_string_equal(document_type_name(DOCUMENT_CREW_BOOK), "CREW_BOOK");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_survives_the_round_trip),
        cmocka_unit_test(what_the_page_says_comes_back_member_by_member),
        cmocka_unit_test(the_largest_view_fits_a_packet),
        cmocka_unit_test(too_small_a_buffer_is_a_failure),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(foreign_bytes_are_refused),
        cmocka_unit_test(values_out_of_bounds_are_refused),
        cmocka_unit_test(names_are_those_of_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
