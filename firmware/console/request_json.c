/* JSON from the page, trusted with nothing: one object, known keys only, each of its type and
 * within the bounds of the message it becomes.
 *
 * jansson parses (duplicate keys refused, depth bounded by its own limit, NUL in strings refused);
 * the table of members says what each type of message has. What is allowed of a decision is the
 * lane's business; only what can't be said to it at all is refused here.
 */
#include "request_json.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

/* Reads one member into the message; false: a bad value. */
typedef bool (*member_read_fn)(const json_t *value, struct view_message *out);

struct member {
    const char *key;
    bool required;
    member_read_fn read;
};

static bool read_seq_value(const json_t *value, uint64_t *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 1)
        return false;
    *out = (uint64_t)json_integer_value(value);
    return true;
}

static bool read_text(const json_t *value, char *out, size_t size)
{
    if (!json_is_string(value) || json_string_length(value) >= size)
        return false;
    const struct span text = span_of(json_string_value(value), json_string_length(value));
    if (!utf8_is_plain(text))
        return false;
    memcpy(out, text.p, text.len);
    out[text.len] = '\0';
    return true;
}

static const char *text_or_none(const json_t *value)
{
    return json_is_string(value) ? json_string_value(value) : "";
}

static bool read_painted_seq(const json_t *value, struct view_message *out)
{
    return read_seq_value(value, &out->body.painted.seq);
}

static bool read_covered(const json_t *value, struct view_message *out)
{
    out->body.painted.covered = json_is_true(value);
    return json_is_boolean(value);
}

static bool read_seq(const json_t *value, struct view_message *out)
{
    return read_seq_value(value, &out->body.action.seq);
}

static bool read_decision(const json_t *value, struct view_message *out)
{
    return decision_parse(text_or_none(value), &out->body.action.decision) &&
           out->body.action.decision != DECISION_NONE;
}

static bool read_role_value(const json_t *value, enum role *out)
{
    for (enum role role = ROLE_OFFICER; role <= ROLE_SUPERVISOR; role++) {
        if (strcmp(text_or_none(value), role_name(role)) == 0) {
            *out = role;
            return true;
        }
    }
    return false;
}

static bool read_role(const json_t *value, struct view_message *out)
{
    return read_role_value(value, &out->body.action.role);
}

static bool read_second_officer(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.action.second_officer_id,
                     sizeof out->body.action.second_officer_id);
}

static bool read_note(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.action.note, sizeof out->body.action.note);
}

static bool read_direction(const json_t *value, struct view_message *out)
{
    return direction_parse(text_or_none(value), &out->body.context.direction);
}

static bool read_carrier_kind(const json_t *value, struct view_message *out)
{
    return carrier_kind_parse(text_or_none(value), &out->body.context.carrier_kind);
}

static bool read_carrier_no(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.context.carrier_no, sizeof out->body.context.carrier_no);
}

/* "" or three capitals. */
static bool read_dest_country(const json_t *value, struct view_message *out)
{
    char *code = out->body.context.dest_country;
    if (!read_text(value, code, sizeof out->body.context.dest_country))
        return false;
    for (const char *p = code; *p; p++)
        if (*p < 'A' || *p > 'Z')
            return false;
    return code[0] == '\0' || strlen(code) == 3;
}

static bool read_purpose(const json_t *value, struct view_message *out)
{
    return purpose_parse(text_or_none(value), &out->body.context.purpose);
}

static bool read_category(const json_t *value, struct view_message *out)
{
    return purpose_parse(text_or_none(value), &out->body.context.category);
}

static bool read_proposal_id(const json_t *value, struct view_message *out)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    out->body.keyed.proposal_id = (uint64_t)json_integer_value(value);
    return true;
}

static bool read_keyed_type(const json_t *value, struct view_message *out)
{
    return document_type_parse(text_or_none(value), &out->body.keyed.keyed.type);
}

static bool read_keyed_number(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.keyed.keyed.number, sizeof out->body.keyed.keyed.number);
}

/* "" or one of `of`. */
static bool read_one_of(const json_t *value, const char *of, char *out)
{
    if (!json_is_string(value) || json_string_length(value) > 1)
        return false;
    const char c = json_string_value(value)[0];
    *out = c;
    return c == '\0' || strchr(of, c) != NULL;
}

static bool read_keyed_number_check(const json_t *value, struct view_message *out)
{
    return read_one_of(value, "0123456789", &out->body.keyed.keyed.number_check);
}

static bool read_keyed_country(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.keyed.keyed.country, sizeof out->body.keyed.keyed.country);
}

static bool read_keyed_nationality(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.keyed.keyed.nationality,
                     sizeof out->body.keyed.keyed.nationality);
}

static bool read_keyed_name(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.keyed.keyed.name, sizeof out->body.keyed.keyed.name);
}

static bool read_keyed_sex(const json_t *value, struct view_message *out)
{
    return read_one_of(value, "MFX", &out->body.keyed.keyed.sex);
}

/* "" or YYYY-MM-DD with two digits that a month and a day could have; the calendar is the lane's.
 */
static bool read_date(const json_t *value, struct date *out)
{
    const char *text = json_is_string(value) ? json_string_value(value) : NULL;
    if (text && text[0] == '\0')
        return true;
    static const char form[] = "9999-19-39"; /* the largest digit of each place */
    if (!text || json_string_length(value) != strlen(form))
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > form[i])
            return false;
    *out = (struct date){.year = (int16_t)strtol(text, NULL, 10),
                         .month = (uint8_t)strtol(text + 5, NULL, 10),
                         .day = (uint8_t)strtol(text + 8, NULL, 10)};
    return out->month <= 12 && out->day <= 31;
}

static bool read_keyed_birth(const json_t *value, struct view_message *out)
{
    return read_date(value, &out->body.keyed.keyed.birth);
}

static bool read_keyed_expiry(const json_t *value, struct view_message *out)
{
    return read_date(value, &out->body.keyed.keyed.expiry);
}

static bool read_keyed_nik(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.keyed.keyed.nik, sizeof out->body.keyed.keyed.nik);
}

static bool read_time(const json_t *value, int64_t *out)
{
    *out = json_integer_value(value);
    return json_is_integer(value);
}

static bool read_old_time(const json_t *value, struct view_message *out)
{
    return read_time(value, &out->body.set_clock.old_ms);
}

static bool read_new_time(const json_t *value, struct view_message *out)
{
    return read_time(value, &out->body.set_clock.new_ms);
}

static bool read_clock_role(const json_t *value, struct view_message *out)
{
    return read_role_value(value, &out->body.set_clock.role);
}

static bool read_clock_officer(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.set_clock.second_officer_id,
                     sizeof out->body.set_clock.second_officer_id);
}

static bool read_voided_seq(const json_t *value, struct view_message *out)
{
    return read_seq_value(value, &out->body.voids.seq);
}

static bool read_void_reason(const json_t *value, struct view_message *out)
{
    return void_reason_parse(text_or_none(value), &out->body.voids.reason) &&
           out->body.voids.reason != VOID_NONE;
}

static bool read_void_role(const json_t *value, struct view_message *out)
{
    return read_role_value(value, &out->body.voids.role);
}

static bool read_void_officer(const json_t *value, struct view_message *out)
{
    return read_text(value, out->body.voids.second_officer_id,
                     sizeof out->body.voids.second_officer_id);
}

#define MEMBERS_MAX 11

/* A key of NULL ends the list. */
static const struct member painted_members[MEMBERS_MAX + 1] = {
    {"seq", true, read_painted_seq},
    {"covered", true, read_covered},
};
static const struct member dismiss_members[MEMBERS_MAX + 1] = {{NULL, false, NULL}};
static const struct member action_members[MEMBERS_MAX + 1] = {
    {"seq", true, read_seq},    {"decision", true, read_decision},
    {"role", true, read_role},  {"second_officer_id", false, read_second_officer},
    {"note", false, read_note},
};
static const struct member context_members[MEMBERS_MAX + 1] = {
    {"direction", true, read_direction},   {"carrier_kind", true, read_carrier_kind},
    {"carrier_no", true, read_carrier_no}, {"dest_country", true, read_dest_country},
    {"purpose", true, read_purpose},       {"category", true, read_category},
};
static const struct member keyed_members[MEMBERS_MAX + 1] = {
    {"proposal_id", true, read_proposal_id}, {"type", true, read_keyed_type},
    {"number", true, read_keyed_number},     {"number_check", true, read_keyed_number_check},
    {"country", true, read_keyed_country},   {"nationality", true, read_keyed_nationality},
    {"name", true, read_keyed_name},         {"sex", true, read_keyed_sex},
    {"birth", true, read_keyed_birth},       {"expiry", true, read_keyed_expiry},
    {"nik", true, read_keyed_nik},
};

static const struct member clock_members[MEMBERS_MAX + 1] = {
    {"old_ms", true, read_old_time},
    {"new_ms", true, read_new_time},
    {"role", true, read_clock_role},
    {"second_officer_id", true, read_clock_officer},
};

static const struct member void_members[MEMBERS_MAX + 1] = {
    {"seq", true, read_voided_seq},
    {"reason", true, read_void_reason},
    {"role", true, read_void_role},
    {"second_officer_id", true, read_void_officer},
};

static const struct member *members_of(enum view_message_type type)
{
    switch (type) {
    case VIEW_MESSAGE_PAINTED:
        return painted_members;
    case VIEW_MESSAGE_DISMISS:
        return dismiss_members;
    case VIEW_MESSAGE_ACTION:
        return action_members;
    case VIEW_MESSAGE_CONTEXT:
        return context_members;
    case VIEW_MESSAGE_KEYED:
        return keyed_members;
    case VIEW_MESSAGE_CLOCK:
        return clock_members;
    case VIEW_MESSAGE_VOID:
        return void_members;
    case VIEW_MESSAGE_NONE:
    case VIEW_MESSAGE_VIEW:
    case VIEW_MESSAGE_HEARTBEAT:
    case VIEW_MESSAGE_REFUSED:
    case VIEW_MESSAGE_HELLO:
    case VIEW_MESSAGE_BUTTON:
    case VIEW_MESSAGE_TYPES:
        break;
    }
    return NULL;
}

static enum err read_members(const json_t *object, const struct member *members,
                             struct view_message *out, char why[REQUEST_WHY_LEN])
{
    size_t n_known = 0;
    for (const struct member *member = members; member->key; member++) {
        const json_t *value = json_object_get(object, member->key);
        if (!value && !member->required)
            continue;
        if (!value || !member->read(value, out)) {
            snprintf(why, REQUEST_WHY_LEN, "%s %s", value ? "bad value for" : "missing",
                     member->key);
            return ERR_INVALID;
        }
        n_known++;
    }
    if (json_object_size(object) != n_known) {
        snprintf(why, REQUEST_WHY_LEN, "unknown key");
        return ERR_INVALID;
    }
    return ERR_OK;
}

enum err request_parse(enum view_message_type type, struct span body, struct view_message *out,
                       char why[REQUEST_WHY_LEN])
{
    assert(out && why);
    const struct member *members = members_of(type);
    assert(members);
    json_t *object = body.len > REQUEST_BODY_MAX
                         ? NULL
                         : json_loadb((const char *)body.p, body.len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object)) {
        json_decref(object);
        snprintf(why, REQUEST_WHY_LEN, "not a JSON object of at most %d bytes", REQUEST_BODY_MAX);
        return ERR_INVALID;
    }
    struct view_message message = {.type = type};
    const enum err err = read_members(object, members, &message, why);
    json_decref(object);
    if (err == ERR_OK)
        *out = message;
    return err;
}
