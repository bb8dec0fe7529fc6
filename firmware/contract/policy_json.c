/* Policy as JSON: what each key may hold, as tables.
 *
 * An unknown key is an error with its path, at every level: a misspelt moratorium must not be
 * silently no moratorium. Parameters are mandatory, tables may be absent. A reason's colour may be
 * raised at will and lowered, except for the reds that the law gives: a policy that tries is
 * refused here, and would be ignored by the kiosk.
 */
#include "policy_json.h"

#include <stdio.h>

#include "placement.h"

/* Beyond any column of a table. */
#define TEXT_MAX POLICY_PROSE_LEN

static const char *const colour_names[] = {
    [COLOUR_NONE] = "NONE", [COLOUR_GREEN] = "GREEN", [COLOUR_AMBER] = "AMBER",
    [COLOUR_RED] = "RED",   [COLOUR_RED + 1] = NULL,
};

/* ---- known keys ------------------------------------------------------------------------------ */

typedef bool key_known(const char *key, const void *user);

static void keys_check(json_t *object, const char *path, key_known *known, const void *user,
                       struct json_fault *fault)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        json_refuse(fault, path, object ? "is no object" : "is missing");
    json_object_foreach(object, key, value)
    {
        if (!known(key, user))
            json_refuse(fault, path, "%s%s is no known key", path[0] ? "" : "the key ",
                        json_key_words(key));
    }
}

static bool key_in_names(const char *key, const void *user)
{
    for (const char *const *names = user; *names; names++)
        if (strcmp(*names, key) == 0)
            return true;
    return false;
}

static bool key_of_column(const char *key, const void *user)
{
    const struct policy_table *table = user;
    for (size_t i = 0; i < table->n_columns; i++)
        if (strcmp(table->columns[i].name, key) == 0)
            return true;
    return false;
}

static const char *const top_names[] = {
    "version",
    "issued",
    "staleness_hours",
    "passport_min_validity_months",
    "min_work_age_years",
    "double_scan_s",
    "retention_days",
    "reason_colours",
    NULL,
};

static bool key_at_top(const char *key, const void *user)
{
    (void)user;
    for (size_t i = 0; i < policy_tables_count; i++)
        if (strcmp(policy_tables[i].name, key) == 0)
            return true;
    return key_in_names(key, top_names);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void value_put(const json_t *value, const struct policy_column *column, const char *path,
                      struct cbor_writer *w, struct json_fault *fault)
{
    char text[TEXT_MAX];
    switch (column->type) {
    case POLICY_TEXT:
        json_take_text(value, path, text, column->size, fault);
        cbor_put_text(w, text);
        return;
    case POLICY_CODE:
        json_take_text(value, path, text, column->size, fault);
        if (!fault->found && !policy_code_valid(text, column->size - 1))
            json_refuse(fault, path, "is no code of %zu letters A-Z", column->size - 1);
        cbor_put_text(w, text);
        return;
    case POLICY_DATE: {
        const struct date date = json_take_date(value, path, fault);
        if (!fault->found)
            cbor_put_int(w, date_to_days(date));
        return;
    }
    case POLICY_NAME: {
        const unsigned name =
            (unsigned)json_take_name(value, path, policy_column_names(column), fault);
        if (!fault->found && name == 0)
            json_refuse(fault, path, "is UNKNOWN, which says nothing");
        cbor_put_uint(w, name);
        return;
    }
    case POLICY_NAMES:
        cbor_put_uint(w, json_take_names(value, path, policy_column_names(column), fault));
        return;
    case POLICY_BOOL:
        cbor_put_bool(w, json_take_bool(value, path, fault));
        return;
    }
}

/* A span of days that ends before it begins would silently never hold. */
static void order_check(const json_t *row, const struct policy_column *from, const char *path,
                        const json_t *to, struct json_fault *fault)
{
    const json_t *begin = json_object_get(row, from->name);
    if (json_is_null(begin) || fault->found)
        return;
    const struct date first = json_take_date(begin, path, fault);
    const struct date last = json_take_date(to, path, fault);
    if (!fault->found && date_compare(last, first) < 0)
        json_refuse(fault, path, "is before %s", from->name);
}

static void row_put(json_t *row, const struct policy_table *table, size_t at, struct cbor_writer *w,
                    struct json_fault *fault)
{
    char path[JSON_PATH_LEN];
    snprintf(path, sizeof path, "%s[%zu]", table->name, at);
    keys_check(row, path, key_of_column, table, fault);
    size_t n_pairs = 0;
    for (size_t i = 0; i < table->n_columns; i++)
        n_pairs += !json_is_null(json_object_get(row, table->columns[i].name));
    cbor_put_map(w, n_pairs);
    for (size_t i = 0; i < table->n_columns && !fault->found; i++) {
        const struct policy_column *column = &table->columns[i];
        const json_t *value = json_object_get(row, column->name);
        snprintf(path, sizeof path, "%s[%zu].%s", table->name, at, column->name);
        if (json_is_null(value) && !column->nullable)
            json_refuse(fault, path, "is null");
        if (json_is_null(value))
            continue;
        cbor_put_uint(w, i + 1);
        value_put(value, column, path, w, fault);
        if (i > 0 && column->type == POLICY_DATE && column[-1].type == POLICY_DATE)
            order_check(row, &column[-1], path, value, fault);
    }
}

static void tables_put(json_t *root, struct cbor_writer *w, struct json_fault *fault)
{
    size_t n_tables = 0;
    for (size_t i = 0; i < policy_tables_count; i++)
        n_tables += json_object_get(root, policy_tables[i].name) != NULL;
    cbor_put_map(w, n_tables);
    for (size_t i = 0; i < policy_tables_count && !fault->found; i++) {
        const struct policy_table *table = &policy_tables[i];
        json_t *rows = json_object_get(root, table->name);
        if (!rows)
            continue;
        if (!json_is_array(rows))
            json_refuse(fault, table->name, "is no list");
        cbor_put_uint(w, table->key);
        cbor_put_array(w, json_array_size(rows));
        for (size_t k = 0; k < json_array_size(rows) && !fault->found && !w->overflow; k++)
            row_put(json_array_get(rows, k), table, k, w, fault);
    }
}

/* ---- parameters ------------------------------------------------------------------------------ */

static void staleness_take(json_t *root, struct policy *out, struct json_fault *fault)
{
    static const char *const sites[] = {
        [SITE_REMOTE] = "remote", [SITE_ONLINE] = "online", [SITE_CLASSES] = NULL};
    static const char *const lists[] = {"placements", "lists", NULL};
    json_t *staleness = json_object_get(root, "staleness_hours");
    keys_check(staleness, "staleness_hours", key_in_names, sites, fault);
    for (size_t i = 0; i < SITE_CLASSES; i++) {
        char path[JSON_PATH_LEN], list_path[2][JSON_PATH_LEN];
        json_t *site = json_object_get(staleness, sites[i]);
        snprintf(path, sizeof path, "staleness_hours.%s", sites[i]);
        keys_check(site, path, key_in_names, lists, fault);
        for (size_t k = 0; k < 2; k++)
            snprintf(list_path[k], sizeof list_path[k], "staleness_hours.%s.%s", sites[i],
                     lists[k]);
        out->staleness_hours[i].placements = (uint32_t)json_take_uint(
            json_object_get(site, lists[0]), list_path[0], POLICY_HOURS_MAX, fault);
        out->staleness_hours[i].lists = (uint32_t)json_take_uint(
            json_object_get(site, lists[1]), list_path[1], POLICY_HOURS_MAX, fault);
    }
}

static void retention_take(json_t *root, struct policy *out, struct json_fault *fault)
{
    static const char *const names[] = {"payload_after_receipt", "double_scan_hash", NULL};
    json_t *retention = json_object_get(root, "retention_days");
    keys_check(retention, "retention_days", key_in_names, names, fault);
    out->payload_after_receipt_days =
        (uint32_t)json_take_uint(json_object_get(retention, names[0]),
                                 "retention_days.payload_after_receipt", POLICY_DAYS_MAX, fault);
    out->double_scan_hash_days =
        (uint32_t)json_take_uint(json_object_get(retention, names[1]),
                                 "retention_days.double_scan_hash", POLICY_DAYS_MAX, fault);
}

static void colour_take(const json_t *value, const char *code, struct policy *out,
                        struct json_fault *fault)
{
    char path[JSON_PATH_LEN];
    uint16_t number = 0;
    snprintf(path, sizeof path, "reason_colours.%s", json_key_words(code));
    const struct reason *reason = reason_parse(code, &number) ? reason_find(number) : NULL;
    if (!reason) {
        json_refuse(fault, path, "is no reason's code");
        return;
    }
    const enum colour colour = (enum colour)json_take_name(value, path, colour_names, fault);
    if (colour == COLOUR_NONE)
        json_refuse(fault, path, "is none of GREEN, AMBER, RED");
    if (reason->basis == BASIS_LAW && reason->colour == COLOUR_RED && colour != COLOUR_RED)
        json_refuse(fault, path, "is red by law and stays so");
    if (out->n_colours == POLICY_COLOURS_MAX)
        json_refuse(fault, path, "is one of more than %d", POLICY_COLOURS_MAX);
    if (fault->found)
        return;
    out->colours[out->n_colours].code = number;
    out->colours[out->n_colours].colour = colour;
    out->n_colours++;
}

static void colours_take(json_t *root, struct policy *out, struct json_fault *fault)
{
    json_t *colours = json_object_get(root, "reason_colours");
    const char *code;
    json_t *value;
    if (colours && !json_is_object(colours))
        json_refuse(fault, "reason_colours", "is no object");
    json_object_foreach(colours, code, value)
    {
        if (!fault->found)
            colour_take(value, code, out, fault);
    }
}

static uint32_t number_take(json_t *root, const char *key, uint32_t max, struct json_fault *fault)
{
    return (uint32_t)json_take_uint(json_object_get(root, key), key, max, fault);
}

static void parameters_take(json_t *root, struct policy *out, struct json_fault *fault)
{
    out->version = json_take_uint(json_object_get(root, "version"), "version", INT64_MAX, fault);
    if (out->version == 0)
        json_refuse(fault, "version", "is 0: versions begin at 1");
    out->issued = json_take_time(json_object_get(root, "issued"), "issued", fault);
    staleness_take(root, out, fault);
    out->passport_min_validity_months =
        number_take(root, "passport_min_validity_months", POLICY_MONTHS_MAX, fault);
    out->min_work_age_years = number_take(root, "min_work_age_years", POLICY_AGE_MAX, fault);
    out->double_scan_s = number_take(root, "double_scan_s", POLICY_SCAN_S_MAX, fault);
    retention_take(root, out, fault);
    colours_take(root, out, fault);
}

static void payload_write(json_t *root, const struct policy *policy, uint8_t *out, size_t *len,
                          struct json_fault *fault)
{
    uint8_t rows[POLICY_CBOR_MAX];
    struct cbor_writer w;
    struct span encoded;
    cbor_writer_init(&w, rows, sizeof rows);
    tables_put(root, &w, fault);
    if (fault->found)
        return;
    enum err err = cbor_writer_finish(&w, &encoded);
    if (!err) {
        cbor_writer_init(&w, out, POLICY_CBOR_MAX);
        err = policy_encode(policy, encoded, &w);
    }
    if (!err)
        err = cbor_writer_finish(&w, &encoded);
    if (err == ERR_SIZE)
        json_refuse(fault, "", "the policy is larger than %u bytes or has more than %d rows",
                    POLICY_CBOR_MAX, POLICY_ROWS_MAX);
    else if (err)
        json_refuse(fault, "", "a parameter is beyond what a kiosk accepts");
    else
        *len = encoded.len;
}

bool policy_json_read(struct span text, struct policy *policy, uint8_t out[POLICY_CBOR_MAX],
                      size_t *len, struct json_fault *fault)
{
    json_t *root = json_object_read(text, fault);
    if (!root)
        return false;
    struct policy read = {0};
    keys_check(root, "", key_at_top, NULL, fault);
    parameters_take(root, &read, fault);
    if (!fault->found)
        payload_write(root, &read, out, len, fault);
    json_decref(root);
    if (!fault->found)
        *policy = read;
    return !fault->found;
}
