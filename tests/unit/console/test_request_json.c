/* What the page may ask for: exact bodies become messages, everything else is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "request_json.h"

static enum err parse(enum view_message_type type, const char *text, struct view_message *out,
                      char why[REQUEST_WHY_LEN])
{
    return request_parse(type, span_of_text(text), out, why);
}

static void an_action_is_read_whole(void **state)
{
    (void)state;
    struct view_message message;
    char why[REQUEST_WHY_LEN];
    assert_int_equal(parse(VIEW_MESSAGE_ACTION,
                           "{\"note\": \"catatan é\", \"second_officer_id\": \"S-0007\","
                           " \"role\": \"SUPERVISOR\", \"decision\": \"DEFERRED\", \"seq\": 413}",
                           &message, why),
                     ERR_OK);
    assert_int_equal(message.type, VIEW_MESSAGE_ACTION);
    assert_int_equal(message.body.action.seq, 413);
    assert_int_equal(message.body.action.decision, DECISION_DEFERRED);
    assert_int_equal(message.body.action.role, ROLE_SUPERVISOR);
    assert_string_equal(message.body.action.second_officer_id, "S-0007");
    assert_string_equal(message.body.action.note, "catatan é");
}

static void a_context_is_read_whole(void **state)
{
    (void)state;
    struct view_message message;
    char why[REQUEST_WHY_LEN];
    assert_int_equal(parse(VIEW_MESSAGE_CONTEXT,
                           "{\"direction\": \"RETURN\", \"carrier_kind\": \"AIR\","
                           " \"carrier_no\": \"GA 832\", \"dest_country\": \"SGP\","
                           " \"purpose\": \"LEAVE_RETURN\", \"category\": \"NONE\"}",
                           &message, why),
                     ERR_OK);
    assert_int_equal(message.body.context.direction, DIRECTION_RETURN);
    assert_int_equal(message.body.context.carrier_kind, CARRIER_AIR);
    assert_string_equal(message.body.context.carrier_no, "GA 832");
    assert_string_equal(message.body.context.dest_country, "SGP");
    assert_int_equal(message.body.context.purpose, PURPOSE_LEAVE_RETURN);
    assert_int_equal(message.body.context.category, PURPOSE_NONE);
}

#define KEYED_MEMBERS                                                                              \
    "\"type\": \"P\", \"number\": \"X0000012\", \"number_check\": \"4\", \"country\": \"IDN\","    \
    " \"nationality\": \"IDN\", \"name\": \"SITI RAHMAWATI\", \"sex\": \"F\""

static void a_keyed_document_is_read_whole(void **state)
{
    (void)state;
    struct view_message message;
    char why[REQUEST_WHY_LEN];
    assert_int_equal(parse(VIEW_MESSAGE_KEYED,
                           "{\"proposal_id\": 7, " KEYED_MEMBERS
                           ", \"birth\": \"1996-03-00\", \"expiry\": \"2031-09-02\","
                           " \"nik\": \"3201235403960001\"}",
                           &message, why),
                     ERR_OK);
    const struct document_keyed *keyed = &message.body.keyed.keyed;
    assert_int_equal(message.body.keyed.proposal_id, 7);
    assert_int_equal(keyed->type, DOCUMENT_P);
    assert_string_equal(keyed->number, "X0000012");
    assert_int_equal(keyed->number_check, '4');
    assert_string_equal(keyed->country, "IDN");
    assert_string_equal(keyed->nationality, "IDN");
    assert_string_equal(keyed->name, "SITI RAHMAWATI");
    assert_int_equal(keyed->sex, 'F');
    assert_int_equal(date_compare(keyed->birth, (struct date){1996, 3, 0}), 0);
    assert_int_equal(date_compare(keyed->expiry, (struct date){2031, 9, 2}), 0);
    assert_string_equal(keyed->nik, "3201235403960001");
}

static void what_is_not_known_of_a_keyed_document_is_zero(void **state)
{
    (void)state;
    struct view_message message;
    char why[REQUEST_WHY_LEN];
    assert_int_equal(parse(VIEW_MESSAGE_KEYED,
                           "{\"proposal_id\": 0, \"type\": \"SPLP\", \"number\": \"\","
                           " \"number_check\": \"\", \"country\": \"\", \"nationality\": \"\","
                           " \"name\": \"\", \"sex\": \"\", \"birth\": \"\", \"expiry\": \"\","
                           " \"nik\": \"\"}",
                           &message, why),
                     ERR_OK);
    const struct document_keyed *keyed = &message.body.keyed.keyed;
    assert_int_equal(keyed->type, DOCUMENT_SPLP);
    assert_int_equal(keyed->number_check, 0);
    assert_int_equal(keyed->sex, 0);
    assert_false(date_known(keyed->birth) || keyed->birth.year != 0 || keyed->expiry.year != 0);
    assert_string_equal(keyed->nik, "");
}

/* One member of a keyed document each, as the page might send it: the reasons are the same. */
static void members_of_a_keyed_document_have_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *member, *value;
        bool taken;
    } rows[] = {
        {"proposal_id", "9223372036854775807", true},
        {"proposal_id", "-1", false},
        {"proposal_id", "\"7\"", false},
        {"proposal_id", "1.0", false},
        {"type", "\"CREW_BOOK\"", true},
        {"type", "\"p\"", false},
        {"type", "\"\"", false},
        {"type", "0", false},
        {"number", "\"12345678901234567890123\"", true}, /* 23, the longest of any MRZ */
        {"number", "\"123456789012345678901234\"", false},
        {"number", "\"A\\tB\"", false},
        {"number", "12", false},
        {"number_check", "\"0\"", true},
        {"number_check", "\"<\"", false},
        {"number_check", "\"44\"", false},
        {"number_check", "4", false},
        {"country", "\"D\"", true},
        {"country", "\"IDNX\"", false},
        {"nationality", "\"IDNX\"", false},
        {"nationality", "null", false},
        {"name", "\"I'M O-K J.R.\"", true},
        {"name", "\"a\\nb\"", false},
        {"name", "[]", false},
        {"sex", "\"X\"", true},
        {"sex", "\"<\"", false},
        {"sex", "\"MF\"", false},
        {"birth", "\"1996-02-31\"", true}, /* the calendar is the lane's */
        {"birth", "\"1996-00-00\"", true},
        {"birth", "\"0000-00-00\"", true},
        {"birth", "\"1996-13-01\"", false},
        {"birth", "\"1996-12-32\"", false},
        {"birth", "\"1996-3-14\"", false},
        {"birth", "\"1996-03-14 \"", false},
        {"birth", "\"1996/03/14\"", false},
        {"birth", "\"+996-03-14\"", false},
        {"birth", "\"1996-03-1\\u0000\"", false},
        {"birth", "19960314", false},
        {"expiry", "\"9999-12-31\"", true},
        {"expiry", "\"2031-09-0x\"", false},
        {"nik", "\"3201235403960001\"", true},
        {"nik", "\"\"", true},
        {"nik", "\"32012354039600012\"", false},
        {"nik", "3201235403960001", false},
    };
    static const char *const all[][2] = {
        {"proposal_id", "0"},         {"type", "\"P\""},      {"number", "\"X0000012\""},
        {"number_check", "\"4\""},    {"country", "\"IDN\""}, {"nationality", "\"IDN\""},
        {"name", "\"SITI\""},         {"sex", "\"F\""},       {"birth", "\"1996-03-14\""},
        {"expiry", "\"2031-09-02\""}, {"nik", "\"\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char body[REQUEST_BODY_MAX] = "{";
        size_t len = 1;
        for (size_t m = 0; m < sizeof all / sizeof all[0]; m++)
            len += (size_t)snprintf(
                body + len, sizeof body - len, "%s\"%s\": %s", m ? ", " : "", all[m][0],
                strcmp(all[m][0], rows[i].member) == 0 ? rows[i].value : all[m][1]);
        snprintf(body + len, sizeof body - len, "}");
        struct view_message message;
        char why[REQUEST_WHY_LEN] = "";
        if ((parse(VIEW_MESSAGE_KEYED, body, &message, why) == ERR_OK) != rows[i].taken)
            fail_msg("%s: %s: \"%s\"", rows[i].member, rows[i].value, why);
        if (!rows[i].taken && strstr(why, rows[i].value))
            fail_msg("the reason repeats the value: %s", why);
    }
}

static void a_keyed_document_lacks_no_member(void **state)
{
    (void)state;
    struct view_message message;
    char why[REQUEST_WHY_LEN];
    assert_int_equal(parse(VIEW_MESSAGE_KEYED,
                           "{\"proposal_id\": 0, " KEYED_MEMBERS ", \"birth\": \"1996-03-14\"}",
                           &message, why),
                     ERR_INVALID);
    assert_string_equal(why, "missing expiry");
    assert_int_equal(parse(VIEW_MESSAGE_KEYED,
                           "{\"proposal_id\": 0, " KEYED_MEMBERS ", \"birth\": \"1996-03-14\","
                           " \"expiry\": \"2031-09-02\", \"nik\": \"\", \"capture\": \"SCANNED\"}",
                           &message, why),
                     ERR_INVALID);
    assert_string_equal(why, "unknown key");
}

#define CONTEXT(members)                                                                           \
    "{\"direction\": \"DEPARTURE\", \"carrier_kind\": \"SEA\", \"purpose\": \"NONE\","             \
    " \"category\": \"NONE\", " members "}"
#define ACTION(members) "{\"seq\": 1, \"role\": \"OFFICER\", \"decision\": \"CLEARED\"" members "}"

#define VOID(seq, reason, role)                                                                    \
    "{\"seq\": " seq ", \"reason\": " reason ", \"role\": " role ", \"second_officer_id\": \"\"}"

#define CLOCK(old, new, role)                                                                      \
    "{\"old_ms\": " old ", \"new_ms\": " new ", \"role\": " role                                   \
                                             ", \"second_officer_id\": \"S-0007\"}"

static void a_time_is_read_whole(void **state)
{
    (void)state;
    struct view_message message;
    char why[REQUEST_WHY_LEN];
    assert_int_equal(parse(VIEW_MESSAGE_CLOCK, CLOCK("-180000", "1795250228000", "\"SUPERVISOR\""),
                           &message, why),
                     ERR_OK);
    assert_int_equal(message.type, VIEW_MESSAGE_CLOCK);
    assert_true(message.body.set_clock.old_ms == -180000);
    assert_true(message.body.set_clock.new_ms == 1795250228000);
    assert_int_equal(message.body.set_clock.role, ROLE_SUPERVISOR);
    assert_string_equal(message.body.set_clock.second_officer_id, "S-0007");
}

static void bodies_are_taken_or_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        enum view_message_type type;
        const char *body;
        const char *why; /* NULL: taken */
    } rows[] = {
        {"a painted seq", VIEW_MESSAGE_PAINTED, "{\"seq\": 412, \"covered\": false}", NULL},
        {"the largest seq", VIEW_MESSAGE_PAINTED,
         "{\"seq\": 9223372036854775807, \"covered\": false}", NULL},
        {"seq 0 is no entry", VIEW_MESSAGE_PAINTED, "{\"seq\": 0, \"covered\": false}",
         "bad value for seq"},
        {"a negative seq", VIEW_MESSAGE_PAINTED, "{\"seq\": -1, \"covered\": false}",
         "bad value for seq"},
        {"a fraction", VIEW_MESSAGE_PAINTED, "{\"seq\": 1.0, \"covered\": false}",
         "bad value for seq"},
        {"a seq as text", VIEW_MESSAGE_PAINTED, "{\"seq\": \"1\", \"covered\": false}",
         "bad value for seq"},
        {"a seq beyond 64 bits", VIEW_MESSAGE_PAINTED,
         "{\"seq\": 9223372036854775808, \"covered\": false}", "not a JSON"},
        {"no seq", VIEW_MESSAGE_PAINTED, "{}", "missing seq"},
        {"nothing of a cover", VIEW_MESSAGE_PAINTED, "{\"seq\": 412}", "missing covered"},
        {"a cover that is no yes or no", VIEW_MESSAGE_PAINTED, "{\"seq\": 1, \"covered\": 1}",
         "bad value for covered"},
        {"one key too many", VIEW_MESSAGE_PAINTED, "{\"seq\": 1, \"covered\": true, \"x\": 2}",
         "unknown key"},
        {"a key twice", VIEW_MESSAGE_PAINTED, "{\"seq\": 1, \"seq\": 1, \"covered\": false}",
         "not a JSON"},
        {"a key with another case", VIEW_MESSAGE_PAINTED, "{\"Seq\": 1, \"covered\": false}",
         "missing seq"},
        {"bytes after the object", VIEW_MESSAGE_PAINTED, "{\"seq\": 1, \"covered\": false} x",
         "not a JSON"},
        {"a void", VIEW_MESSAGE_VOID, VOID("1", "\"TRIAL\"", "\"OFFICER\""), NULL},
        {"of nothing", VIEW_MESSAGE_VOID, VOID("0", "\"TRIAL\"", "\"OFFICER\""),
         "bad value for seq"},
        {"for no reason", VIEW_MESSAGE_VOID, VOID("1", "\"NONE\"", "\"OFFICER\""),
         "bad value for reason"},
        {"for another reason", VIEW_MESSAGE_VOID, VOID("1", "\"OTHER\"", "\"OFFICER\""),
         "bad value for reason"},
        {"a reason as a number", VIEW_MESSAGE_VOID, VOID("1", "1", "\"OFFICER\""),
         "bad value for reason"},
        {"by nobody", VIEW_MESSAGE_VOID, VOID("1", "\"TRIAL\"", "\"NONE\""), "bad value for role"},
        {"without a reason", VIEW_MESSAGE_VOID, "{\"seq\": 1, \"role\": \"OFFICER\"}",
         "missing reason"},
        {"the ends of time", VIEW_MESSAGE_CLOCK,
         CLOCK("-9223372036854775808", "9223372036854775807", "\"OFFICER\""), NULL},
        {"beyond the end", VIEW_MESSAGE_CLOCK, CLOCK("0", "9223372036854775808", "\"OFFICER\""),
         "not a JSON"},
        {"half a millisecond", VIEW_MESSAGE_CLOCK, CLOCK("0", "0.5", "\"OFFICER\""),
         "bad value for new_ms"},
        {"a time as text", VIEW_MESSAGE_CLOCK, CLOCK("\"0\"", "0", "\"OFFICER\""),
         "bad value for old_ms"},
        {"a role there is not", VIEW_MESSAGE_CLOCK, CLOCK("0", "0", "\"CHIEF\""),
         "bad value for role"},
        {"no role", VIEW_MESSAGE_CLOCK, "{\"old_ms\": 0, \"new_ms\": 0}", "missing role"},
        {"a clock with a quality", VIEW_MESSAGE_CLOCK,
         "{\"old_ms\": 0, \"new_ms\": 0, \"role\": \"SUPERVISOR\", \"second_officer_id\": \"S\","
         " \"quality\": \"SYNCED\"}",
         "unknown key"},
        {"dismiss is empty", VIEW_MESSAGE_DISMISS, "{}", NULL},
        {"dismiss with a key", VIEW_MESSAGE_DISMISS, "{\"seq\": 1}", "unknown key"},
        {"an array", VIEW_MESSAGE_DISMISS, "[]", "not a JSON"},
        {"null", VIEW_MESSAGE_DISMISS, "null", "not a JSON"},
        {"nothing", VIEW_MESSAGE_DISMISS, "", "not a JSON"},
        {"an action without words", VIEW_MESSAGE_ACTION, ACTION(""), NULL},
        {"an empty note", VIEW_MESSAGE_ACTION, ACTION(", \"note\": \"\""), NULL},
        {"a note of several lines", VIEW_MESSAGE_ACTION, ACTION(", \"note\": \"a\\nb\""),
         "bad value for note"},
        {"a note with NUL", VIEW_MESSAGE_ACTION, ACTION(", \"note\": \"a\\u0000b\""), "not a JSON"},
        {"a note that is no text", VIEW_MESSAGE_ACTION, ACTION(", \"note\": null"),
         "bad value for note"},
        {"a note of broken UTF-8", VIEW_MESSAGE_ACTION, ACTION(", \"note\": \"\xc3\""),
         "not a JSON"},
        {"a context", VIEW_MESSAGE_CONTEXT, CONTEXT("\"carrier_no\": \"\", \"dest_country\": \"\""),
         NULL},
        {"a number of 15", VIEW_MESSAGE_CONTEXT,
         CONTEXT("\"carrier_no\": \"123456789012345\", \"dest_country\": \"MYS\""), NULL},
        {"a number of 16", VIEW_MESSAGE_CONTEXT,
         CONTEXT("\"carrier_no\": \"1234567890123456\", \"dest_country\": \"MYS\""),
         "bad value for carrier_no"},
        {"a country in small letters", VIEW_MESSAGE_CONTEXT,
         CONTEXT("\"carrier_no\": \"\", \"dest_country\": \"mys\""), "bad value for dest_country"},
        {"a country of two letters", VIEW_MESSAGE_CONTEXT,
         CONTEXT("\"carrier_no\": \"\", \"dest_country\": \"MY\""), "bad value for dest_country"},
        {"a country of four letters", VIEW_MESSAGE_CONTEXT,
         CONTEXT("\"carrier_no\": \"\", \"dest_country\": \"MYSX\""), "bad value for dest_country"},
        {"no country", VIEW_MESSAGE_CONTEXT, CONTEXT("\"carrier_no\": \"\""),
         "missing dest_country"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct view_message message = {.type = VIEW_MESSAGE_NONE};
        char why[REQUEST_WHY_LEN] = "";
        const enum err err = parse(rows[i].type, rows[i].body, &message, why);
        if ((err == ERR_OK) != !rows[i].why ||
            (rows[i].why && strncmp(why, rows[i].why, strlen(rows[i].why)) != 0))
            fail_msg("%s: %d, \"%s\"", rows[i].says, err, why);
        assert_int_equal(message.type, err == ERR_OK ? rows[i].type : VIEW_MESSAGE_NONE);
    }
}

static void names_that_do_not_exist_are_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"seq\": 1, \"role\": \"OFFICER\", \"decision\": \"NONE\"}",
        "{\"seq\": 1, \"role\": \"OFFICER\", \"decision\": \"cleared\"}",
        "{\"seq\": 1, \"role\": \"OFFICER\", \"decision\": \"STAMPED\"}",
        "{\"seq\": 1, \"role\": \"OFFICER\", \"decision\": 1}",
        "{\"seq\": 1, \"role\": \"NONE\", \"decision\": \"CLEARED\"}",
        "{\"seq\": 1, \"role\": \"ADMIN\", \"decision\": \"CLEARED\"}",
        "{\"seq\": 1, \"role\": null, \"decision\": \"CLEARED\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct view_message message;
        char why[REQUEST_WHY_LEN];
        if (parse(VIEW_MESSAGE_ACTION, bodies[i], &message, why) != ERR_INVALID)
            fail_msg("%s", bodies[i]);
    }
}

static void a_note_fits_to_its_last_byte(void **state)
{
    (void)state;
    static char body[REQUEST_BODY_MAX];
    for (size_t len = ENTRY_NOTE_LEN - 1; len <= ENTRY_NOTE_LEN; len++) {
        static char note[ENTRY_NOTE_LEN + 1];
        memset(note, 'n', len);
        note[len] = '\0';
        snprintf(body, sizeof body, ACTION(", \"note\": \"%s\""), note);
        struct view_message message;
        char why[REQUEST_WHY_LEN];
        assert_int_equal(parse(VIEW_MESSAGE_ACTION, body, &message, why),
                         len < ENTRY_NOTE_LEN ? ERR_OK : ERR_INVALID);
    }
}

static void a_body_beyond_its_bound_is_not_parsed(void **state)
{
    (void)state;
    static char body[REQUEST_BODY_MAX + 2];
    memset(body, ' ', sizeof body - 1);
    memcpy(body, "{}", 2);
    struct view_message message;
    char why[REQUEST_WHY_LEN];
    assert_int_equal(
        request_parse(VIEW_MESSAGE_DISMISS, span_of(body, REQUEST_BODY_MAX), &message, why),
        ERR_OK);
    assert_int_equal(
        request_parse(VIEW_MESSAGE_DISMISS, span_of(body, REQUEST_BODY_MAX + 1), &message, why),
        ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_action_is_read_whole),
        cmocka_unit_test(a_context_is_read_whole),
        cmocka_unit_test(a_keyed_document_is_read_whole),
        cmocka_unit_test(what_is_not_known_of_a_keyed_document_is_zero),
        cmocka_unit_test(members_of_a_keyed_document_have_bounds),
        cmocka_unit_test(a_keyed_document_lacks_no_member),
        cmocka_unit_test(a_time_is_read_whole),
        cmocka_unit_test(bodies_are_taken_or_refused_by_name),
        cmocka_unit_test(names_that_do_not_exist_are_refused),
        cmocka_unit_test(a_note_fits_to_its_last_byte),
        cmocka_unit_test(a_body_beyond_its_bound_is_not_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
