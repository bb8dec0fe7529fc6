/* One document's answer as JSON, by table: keys in the order of the contract. Where there is no
 * MRZ every field is null, since nothing was read. */
#include "mrz_answer.h"

#include <stddef.h>
#include <string.h>

struct field {
    const char *key;
    size_t offset;
    size_t len; /* of what is no C string */
};

static const struct field fields[] = {
    {"document_code", offsetof(struct mrz, document_code), 0},
    {"issuing_state", offsetof(struct mrz, issuing_state), 0},
    {"document_number", offsetof(struct mrz, document_number), 0},
    {"nationality", offsetof(struct mrz, nationality), 0},
    {"birth_date_raw", offsetof(struct mrz, birth_date_raw), 0},
    {"sex", offsetof(struct mrz, sex), 1},
    {"expiry_raw", offsetof(struct mrz, expiry_raw), 0},
    {"primary", offsetof(struct mrz, primary), 0},
    {"secondary", offsetof(struct mrz, secondary), 0},
    {"optional", offsetof(struct mrz, optional), 0},
};

static void fields_add(const struct mrz *mrz, json_t *json)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *text = (const char *)mrz + fields[i].offset;
        const size_t len = fields[i].len ? fields[i].len : strlen(text);
        json_object_set_new(json, fields[i].key,
                            mrz->format ? json_stringn(text, len) : json_null());
    }
    if (mrz->format == MRZ_FORMAT_TD1)
        json_object_set_new(json, "optional2", json_string(mrz->optional2));
}

static void long_number_add(const struct mrz *mrz, json_t *json)
{
    static const char *const ways[] = {
        [MRZ_LONG_DIGIT_FILLER_EXCLUDED] = "filler_excluded",
        [MRZ_LONG_DIGIT_FILLER_INCLUDED] = "filler_included",
    };

    if (mrz->long_number) {
        json_object_set_new(json, "long_document_number", json_true());
        json_object_set_new(json, "optional_after_number", json_string(mrz->optional_after_number));
    }
    json_object_set_new(json, "long_number_check_digit",
                        mrz->long_digit ? json_string(ways[mrz->long_digit]) : json_null());
}

/* A filler over an empty personal number is in order; null is for digits a format doesn't have. */
static json_t *check_json(const struct mrz *mrz, enum mrz_place place)
{
    const enum mrz_check check = mrz->check[place];

    if (!mrz->format || (check == MRZ_CHECK_NONE && mrz->format != MRZ_FORMAT_TD3))
        return json_null();
    return json_boolean(check != MRZ_CHECK_FAILS);
}

static json_t *checks_json(const struct mrz *mrz)
{
    json_t *json = json_object();

    for (unsigned place = 0; place < MRZ_PLACES; place++)
        json_object_set_new(json, mrz_place_name((enum mrz_place)place),
                            check_json(mrz, (enum mrz_place)place));
    return json;
}

static json_t *issues_json(const struct mrz *mrz)
{
    json_t *json = json_array();

    for (unsigned bit = 1; bit < 1u << MRZ_ISSUES; bit <<= 1) {
        if (mrz->issues & bit)
            json_array_append_new(json, json_string(mrz_issue_name((enum mrz_issue)bit)));
    }
    return json;
}

static json_t *warnings_json(const struct mrz *mrz)
{
    json_t *json = json_array();

    for (unsigned bit = 1; bit < 1u << MRZ_WARNINGS; bit <<= 1) {
        if (mrz->warnings & bit)
            json_array_append_new(json, json_string(mrz_warning_name((enum mrz_warning)bit)));
    }
    return json;
}

static json_t *repair_json(const struct mrz_answer *answer)
{
    const struct mrz_repair *repair = &answer->repair;
    json_t *lines = json_array(), *positions = json_array();

    for (size_t i = 0; i < mrz_lines(answer->mrz.format); i++)
        json_array_append_new(lines, json_string(repair->line[i]));
    for (unsigned i = 0; i < repair->n; i++) {
        const struct mrz_position *at = &repair->position[i];
        json_array_append_new(positions,
                              json_pack("{s:i, s:i, s:s#, s:s#}", "line", at->line, "column",
                                        at->column, "from", &at->from, 1, "to", &at->to, 1));
    }
    return json_pack("{s:o, s:o, s:s}", "lines", lines, "positions", positions, "proof",
                     mrz_proof_name(repair->proof));
}

json_t *mrz_answer_json(const struct mrz_answer *answer)
{
    const struct mrz *mrz = &answer->mrz;
    json_t *json = json_object();

    json_object_set_new(json, "id", json_deep_copy(answer->id));
    json_object_set_new(json, "format",
                        mrz->format ? json_string(mrz_format_name(mrz->format)) : json_null());
    fields_add(mrz, json);
    long_number_add(mrz, json);
    json_object_set_new(json, "name_may_be_truncated",
                        mrz->format ? json_boolean(mrz->name_may_be_truncated) : json_null());
    json_object_set_new(json, "checks", checks_json(mrz));
    json_object_set_new(json, "checks_valid", json_boolean(mrz_checks_hold(mrz)));
    json_object_set_new(json, "issues", issues_json(mrz));
    json_object_set_new(json, "warnings", warnings_json(mrz));
    json_object_set_new(json, "valid", json_boolean(mrz_valid(mrz)));
    json_object_set_new(json, "repair", answer->has_repair ? repair_json(answer) : json_null());
    if (answer->row->error)
        json_object_set_new(json, "error", json_string(answer->row->error));
    return json;
}
