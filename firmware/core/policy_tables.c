/* The one description of a policy's tables, and reading rows by it.
 *
 * Problem: the same tables are written as JSON by people, travel signed as CBOR, and are asked by
 * rules for a row or two of thousands. Method: each column is a row of a table here that says what
 * it may hold and where it lives; the JSON reader and the check below walk it. The index keeps only
 * hash and place of each row, sorted; a look-up decodes the few rows of its hash and compares their
 * key in plain. To add a column, add a member and a row at the end of its table; keys are never
 * reused. Refused: a bundle with any malformed row, since a moratorium that was skipped would let
 * go silently.
 */
#include "policy_tables.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cbor.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- what tables and columns there are ------------------------------------------------------- */

static const char *const licence_names[] = {"UNKNOWN", "ACTIVE", "SUSPENDED", "REVOKED", NULL};
static const char *const effect_names[] = {"UNKNOWN", "BLOCK", "REFER", "NOTE", NULL};
static const char *const prompt_names[] = {"UNKNOWN", "origin_region", NULL};
static const char *const zone_names[] = {"UNKNOWN", "WIB", "WITA", "WIT", NULL};
static const char *const role_names[] = {"UNKNOWN", "OFFICER", "SUPERVISOR", NULL};

#define AT(row, member)                                                                            \
    .offset = offsetof(struct row, member), .size = sizeof(((struct row *)0)->member)
#define TEXT(row, member)                                                                          \
    {                                                                                              \
        .name = #member, .type = POLICY_TEXT, AT(row, member)                                      \
    }
#define TEXT_OR_ANY(row, member)                                                                   \
    {                                                                                              \
        .name = #member, .type = POLICY_TEXT, .nullable = true, AT(row, member)                    \
    }
#define DAY(row, member)                                                                           \
    {                                                                                              \
        .name = #member, .type = POLICY_DATE, AT(row, member)                                      \
    }
#define DAY_OR_OPEN(row, member)                                                                   \
    {                                                                                              \
        .name = #member, .type = POLICY_DATE, .nullable = true, AT(row, member)                    \
    }
#define NAME(row, member, table)                                                                   \
    {                                                                                              \
        .name = #member, .type = POLICY_NAME, AT(row, member), .names = table                      \
    }

/* clang-format off */
static const struct policy_column documents_columns[] = {
    {.name = "scheme", .type = POLICY_NAME, AT(policy_documents, scheme), .names = placement_scheme_names},
    {.name = "required", .type = POLICY_NAMES, AT(policy_documents, required), .names = placement_document_names},
};
static const struct policy_column p3mi_columns[] = {
    TEXT(policy_p3mi, id),
    TEXT(policy_p3mi, name),
    NAME(policy_p3mi, status, licence_names),
    DAY(policy_p3mi, from),
    DAY_OR_OPEN(policy_p3mi, to),
    TEXT(policy_p3mi, decision_no),
};
static const struct policy_column destination_columns[] = {
    {.name = "country", .type = POLICY_CODE, AT(policy_destination, country)},
    {.name = "employer_type", .type = POLICY_NAME, .nullable = true,
     AT(policy_destination, employer_type), .names = placement_employer_names},
    TEXT_OR_ANY(policy_destination, occupation),
    {.name = "scheme", .type = POLICY_NAME, .nullable = true,
     AT(policy_destination, scheme), .names = placement_scheme_names},
    DAY(policy_destination, from),
    DAY_OR_OPEN(policy_destination, to),
    NAME(policy_destination, effect, effect_names),
    {.name = "except_schemes", .type = POLICY_NAMES,
     AT(policy_destination, except_schemes), .names = placement_scheme_names},
    TEXT(policy_destination, legal_ref),
};
static const struct policy_column prompt_columns[] = {
    NAME(policy_prompt, kind, prompt_names),
    TEXT(policy_prompt, value),
    TEXT(policy_prompt, text),
};
static const struct policy_column region_columns[] = {
    TEXT(policy_region, code),
    TEXT(policy_region, name),
};
static const struct policy_column tpi_columns[] = {
    TEXT(policy_tpi, code),
    TEXT(policy_tpi, name),
    NAME(policy_tpi, zone, zone_names),
};
static const struct policy_column officer_columns[] = {
    TEXT(policy_officer, id),
    TEXT(policy_officer, name),
    NAME(policy_officer, role, role_names),
    TEXT(policy_officer, pin),
};
static const struct policy_column text_columns[] = {
    TEXT(policy_text, key),
    TEXT(policy_text, id),
    TEXT(policy_text, en),
    {.name = "confirmed", .type = POLICY_BOOL, AT(policy_text, confirmed)},
};

#define TABLE(key, name, columns) {key, name, columns, COUNT(columns)}

const struct policy_table policy_tables[] = {
    TABLE(POLICY_DOCUMENTS, "documents", documents_columns),
    TABLE(POLICY_P3MI, "p3mi", p3mi_columns),
    TABLE(POLICY_DESTINATIONS, "destinations", destination_columns),
    TABLE(POLICY_PROMPTS, "prompts", prompt_columns),
    TABLE(POLICY_REGIONS, "regions", region_columns),
    TABLE(POLICY_TPI, "tpi", tpi_columns),
    TABLE(POLICY_OFFICERS, "officers", officer_columns),
    TABLE(POLICY_TEXTS, "texts", text_columns),
};
/* clang-format on */

const size_t policy_tables_count = COUNT(policy_tables);

const char *const *policy_column_names(const struct policy_column *column)
{
    return column->names;
}

static const struct policy_table *table_of_key(int64_t key)
{
    for (size_t i = 0; i < policy_tables_count; i++)
        if ((int64_t)policy_tables[i].key == key)
            return &policy_tables[i];
    return NULL;
}

/* ---- reading a row --------------------------------------------------------------------------- */

static size_t names_count(const struct policy_column *column)
{
    const char *const *names = policy_column_names(column);
    size_t count = 0;
    while (names[count])
        count++;
    return count;
}

/* A code that is misspelt would match nobody, silently. */
bool policy_code_valid(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len;
}

static void get_day(struct cbor_reader *r, void *value)
{
    int64_t days = cbor_get_int(r);
    struct date date = {0};
    if (days >= INT32_MIN && days <= INT32_MAX)
        date = date_from_days((int32_t)days);
    if (!date_valid(date))
        r->bad = true;
    memcpy(value, &date, sizeof date);
}

static void get_value(struct cbor_reader *r, const struct policy_column *column, void *value)
{
    switch (column->type) {
    case POLICY_TEXT:
        cbor_get_text(r, value, column->size);
        if (column->nullable && !*(const char *)value)
            r->bad = true;
        return;
    case POLICY_CODE:
        cbor_get_text(r, value, column->size);
        if (!policy_code_valid(value, column->size - 1))
            r->bad = true;
        return;
    case POLICY_DATE:
        get_day(r, value);
        return;
    case POLICY_NAME: {
        uint32_t name = (uint32_t)cbor_get_uint(r, names_count(column) - 1);
        if (name == 0)
            r->bad = true;
        memcpy(value, &name, sizeof name);
        return;
    }
    case POLICY_NAMES: {
        uint32_t names = (uint32_t)cbor_get_uint(r, (UINT64_C(1) << names_count(column)) - 1);
        memcpy(value, &names, sizeof names);
        return;
    }
    case POLICY_BOOL: {
        bool flag = cbor_get_bool(r);
        memcpy(value, &flag, sizeof flag);
        return;
    }
    }
}

/* The text of a row's first column. */
static const char *row_key(const struct policy_table *table, const union policy_row *row)
{
    const struct policy_column *column = &table->columns[0];
    const char *value = (const char *)row + column->offset;
    if (column->type != POLICY_NAME)
        return value;
    uint32_t name;
    memcpy(&name, value, sizeof name);
    return policy_column_names(column)[name];
}

/* A span of days that ends before it begins would never hold: somebody's mistake. */
static bool spans_are_whole(const struct policy_table *table, const union policy_row *row)
{
    for (size_t i = 1; i < table->n_columns; i++) {
        const struct policy_column *from = &table->columns[i - 1], *to = &table->columns[i];
        if (from->type != POLICY_DATE || to->type != POLICY_DATE)
            continue;
        struct date first, last;
        memcpy(&first, (const char *)row + from->offset, sizeof first);
        memcpy(&last, (const char *)row + to->offset, sizeof last);
        if (date_known(last) && date_compare(last, first) < 0)
            return false;
    }
    return true;
}

static void get_row(struct cbor_reader *r, const struct policy_table *table, union policy_row *out)
{
    memset(out, 0, sizeof *out);
    uint64_t seen = 0;
    int64_t previous = -1;
    size_t count = cbor_get_map(r, SIZE_MAX);
    for (size_t i = 0; i < count && !r->bad; i++) {
        int64_t key = cbor_get_key(r, &previous);
        if (key < 1 || key > (int64_t)table->n_columns) {
            cbor_get_raw(r);
            continue;
        }
        const struct policy_column *column = &table->columns[key - 1];
        get_value(r, column, (char *)out + column->offset);
        seen |= UINT64_C(1) << key;
    }
    for (size_t i = 0; i < table->n_columns; i++)
        if (!table->columns[i].nullable && !(seen >> (i + 1) & 1))
            r->bad = true;
    if (!r->bad && (!*row_key(table, out) || !spans_are_whole(table, out)))
        r->bad = true;
}

/* ---- the index ------------------------------------------------------------------------------- */

/* FNV-1a of the table's key and the text. Equal hashes are told apart by comparing. */
static uint32_t key_hash(const struct policy_table *table, const char *key)
{
    uint32_t hash = 2166136261u;
    hash = (hash ^ (uint8_t)table->key) * 16777619u;
    for (; *key; key++)
        hash = (hash ^ (uint8_t)*key) * 16777619u;
    return hash;
}

static enum err get_table(struct cbor_reader *r, const struct policy_table *table, size_t *n_rows,
                          struct policy_index *out)
{
    size_t count = cbor_get_array(r, SIZE_MAX);
    for (size_t i = 0; i < count && !r->bad; i++) {
        if (*n_rows == POLICY_ROWS_MAX)
            return ERR_SIZE;
        size_t at = r->at;
        union policy_row row;
        get_row(r, table, &row);
        if (r->bad)
            break;
        if (out) {
            out->row[*n_rows].key = key_hash(table, row_key(table, &row));
            out->row[*n_rows].at = (uint32_t)at;
        }
        ++*n_rows;
    }
    return r->bad ? ERR_INVALID : ERR_OK;
}

static int compare_rows(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b; /* key, at */
    if (x[0] != y[0])
        return x[0] < y[0] ? -1 : 1;
    return x[1] < y[1] ? -1 : x[1] > y[1];
}

enum err policy_index_build(struct span tables, struct policy_index *out)
{
    if (out)
        *out = (struct policy_index){.bytes = tables};
    if (tables.len == 0)
        return ERR_OK;
    if (tables.len > UINT32_MAX)
        return ERR_SIZE;
    struct cbor_reader r;
    cbor_reader_init(&r, tables);
    size_t n_rows = 0;
    int64_t previous = -1;
    size_t count = cbor_get_map(&r, SIZE_MAX);
    enum err err = ERR_OK;
    for (size_t i = 0; i < count && !r.bad && !err; i++) {
        const struct policy_table *table = table_of_key(cbor_get_key(&r, &previous));
        if (table)
            err = get_table(&r, table, &n_rows, out);
        else
            cbor_get_raw(&r);
    }
    if (err || (err = cbor_reader_finish(&r)) || !out)
        return err;
    out->n_rows = n_rows;
    qsort(out->row, n_rows, sizeof out->row[0], compare_rows);
    return ERR_OK;
}

/* The first row whose hash is not less. */
static size_t lower_bound(const struct policy_index *index, uint32_t hash)
{
    size_t low = 0, high = index->n_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->row[middle].key < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void policy_rows_find(const struct policy_index *index, enum policy_table_key table,
                      const char *key, struct policy_rows *out)
{
    *out = (struct policy_rows){.index = index, .table = table_of_key(table), .key = key};
    assert(out->table);
    if (index)
        out->next = lower_bound(index, key_hash(out->table, key));
}

bool policy_rows_next(struct policy_rows *rows, union policy_row *out)
{
    if (!rows->index)
        return false;
    const struct policy_index *index = rows->index;
    uint32_t hash = key_hash(rows->table, rows->key);
    while (rows->next < index->n_rows && index->row[rows->next].key == hash) {
        struct cbor_reader r;
        uint32_t at = index->row[rows->next++].at;
        cbor_reader_init(&r, span_of(index->bytes.p + at, index->bytes.len - at));
        get_row(&r, rows->table, out);
        if (!r.bad && strcmp(row_key(rows->table, out), rows->key) == 0)
            return true;
    }
    return false;
}
