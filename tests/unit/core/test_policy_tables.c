/* policy_tables: what a kiosk accepts of each table, and finding rows among thousands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core_samples.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- one row of any table, valid, with one column made otherwise ------------------------------
 */

enum change {
    AS_IT_IS,
    LEFT_OUT,
    EMPTY, /* "" */
    TOO_LONG,
    ZERO,   /* a name's 0 */
    BEYOND, /* the first number that no name has, the first bit beyond */
    OTHER_TYPE,
};

static size_t count_names(const struct policy_column *column)
{
    size_t count = 0;
    while (policy_column_names(column)[count])
        count++;
    return count;
}

static void put_text(struct cbor_writer *w, const struct policy_column *column, enum change change)
{
    char text[POLICY_PROSE_LEN + 1] = "";
    size_t len = column->size - 1 + (change == TOO_LONG);
    if (change != EMPTY)
        memset(text, 'X', len);
    cbor_put_text(w, text);
}

static void put_value(struct cbor_writer *w, const struct policy_column *column, enum change change)
{
    if (change == OTHER_TYPE) {
        cbor_put_null(w);
        return;
    }
    switch (column->type) {
    case POLICY_TEXT:
    case POLICY_CODE:
        put_text(w, column, change);
        return;
    case POLICY_DATE:
        cbor_put_int(w, change == BEYOND ? INT32_MAX : 20778);
        return;
    case POLICY_NAME:
        cbor_put_uint(w, change == ZERO     ? 0
                         : change == BEYOND ? count_names(column)
                                            : count_names(column) - 1);
        return;
    case POLICY_NAMES:
        cbor_put_uint(w, change == BEYOND ? UINT64_C(1) << count_names(column)
                                          : (UINT64_C(1) << count_names(column)) - 1);
        return;
    case POLICY_BOOL:
        cbor_put_bool(w, true);
        return;
    }
}

/* {table: [row]}: column `at` (from 0) is changed. */
static enum err built(const struct policy_table *table, size_t at, enum change change)
{
    static uint8_t bytes[4096];
    struct cbor_writer w;
    struct span tables;
    cbor_writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, table->key);
    cbor_put_array(&w, 1);
    cbor_put_map(&w, table->n_columns - (change == LEFT_OUT));
    for (size_t i = 0; i < table->n_columns; i++) {
        if (change == LEFT_OUT && i == at)
            continue;
        cbor_put_uint(&w, i + 1);
        put_value(&w, &table->columns[i], i == at ? change : AS_IT_IS);
    }
    assert_int_equal(cbor_writer_finish(&w, &tables), ERR_OK);
    return policy_index_build(tables, NULL);
}

static void expect(const struct policy_table *table, size_t at, enum change change, bool accepted)
{
    if (built(table, at, change) != (accepted ? ERR_OK : ERR_INVALID))
        fail_msg("%s.%s, change %d: should be %s", table->name, table->columns[at].name, change,
                 accepted ? "accepted" : "refused");
}

static void test_every_column_of_every_table(void **state)
{
    (void)state;
    for (size_t t = 0; t < policy_tables_count; t++) {
        const struct policy_table *table = &policy_tables[t];
        for (size_t i = 0; i < table->n_columns; i++) {
            const struct policy_column *column = &table->columns[i];
            bool text = column->type == POLICY_TEXT, code = column->type == POLICY_CODE;
            bool name = column->type == POLICY_NAME;
            expect(table, i, AS_IT_IS, true);
            expect(table, i, LEFT_OUT, column->nullable);
            expect(table, i, OTHER_TYPE, false);
            expect(table, i, EMPTY, !code && !(text && (i == 0 || column->nullable)));
            expect(table, i, TOO_LONG, !text && !code);
            expect(table, i, ZERO, !name);
            expect(table, i, BEYOND,
                   !name && column->type != POLICY_NAMES && column->type != POLICY_DATE);
        }
    }
}

/* ---- spans of days, unknown parts -------------------------------------------------------------
 */

static struct span one_p3mi(const struct sample_p3mi *row, uint8_t bytes[256])
{
    struct cbor_writer w;
    struct span tables;
    cbor_writer_init(&w, bytes, 256);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, POLICY_P3MI);
    cbor_put_array(&w, 1);
    sample_put_p3mi(&w, row);
    assert_int_equal(cbor_writer_finish(&w, &tables), ERR_OK);
    return tables;
}

static void test_a_span_that_never_holds_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[256];
    struct sample_p3mi row = {"A", LICENCE_ACTIVE, "2026-11-21", "2026-11-21"};
    assert_int_equal(policy_index_build(one_p3mi(&row, bytes), NULL), ERR_OK);
    row.to = "2026-11-20";
    assert_int_equal(policy_index_build(one_p3mi(&row, bytes), NULL), ERR_INVALID);
    struct sample_destination destination = {.country = "SAU",
                                             .from = "2026-11-21",
                                             .to = "2026-11-20",
                                             .effect = EFFECT_BLOCK,
                                             .legal_ref = "x"};
    struct cbor_writer w;
    struct span tables;
    cbor_writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, POLICY_DESTINATIONS);
    cbor_put_array(&w, 1);
    sample_put_destination(&w, &destination);
    assert_int_equal(cbor_writer_finish(&w, &tables), ERR_OK);
    assert_int_equal(policy_index_build(tables, NULL), ERR_INVALID);
}

static void test_a_newer_registry_s_tables_and_columns_are_skipped(void **state)
{
    (void)state;
    static struct policy_index index;
    uint8_t bytes[256];
    struct cbor_writer w;
    struct span tables;
    cbor_writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 2);
    cbor_put_uint(&w, POLICY_REGIONS);
    cbor_put_array(&w, 1);
    cbor_put_map(&w, 3);
    cbor_put_uint(&w, 1);
    cbor_put_text(&w, "3204");
    cbor_put_uint(&w, 2);
    cbor_put_text(&w, "Kabupaten Bandung");
    cbor_put_uint(&w, 77);
    cbor_put_bool(&w, true);
    cbor_put_uint(&w, 99);
    cbor_put_text(&w, "a table of its own");
    assert_int_equal(cbor_writer_finish(&w, &tables), ERR_OK);
    assert_int_equal(policy_index_build(tables, &index), ERR_OK);
    struct policy_rows rows;
    union policy_row row;
    policy_rows_find(&index, POLICY_REGIONS, "3204", &rows);
    assert_true(policy_rows_next(&rows, &row));
    assert_string_equal(row.region.name, "Kabupaten Bandung");
    assert_false(policy_rows_next(&rows, &row));
}

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    static struct policy_index index;
    struct span tables = sample_policy_tables();
    assert_int_equal(policy_index_build(span_of(NULL, 0), &index), ERR_OK);
    assert_int_equal(index.n_rows, 0);
    for (size_t len = 1; len < tables.len; len++)
        assert_int_equal(policy_index_build(span_of(tables.p, len), &index), ERR_INVALID);
}

/* ---- thousands of rows ------------------------------------------------------------------------
 */

#define COMPANIES 2000
#define ROWS_EACH 4 /* history */

/* Rows of all companies in turn, so that one company's lie far apart. */
static struct span many(size_t n_rows, uint8_t *bytes, size_t size)
{
    struct cbor_writer w;
    struct span tables;
    cbor_writer_init(&w, bytes, size);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, POLICY_P3MI);
    cbor_put_array(&w, n_rows);
    for (size_t i = 0; i < n_rows; i++) {
        char id[POLICY_KEY_LEN], from[32];
        snprintf(id, sizeof id, "SIP3MI-%04zu", i % COMPANIES);
        snprintf(from, sizeof from, "20%02zu-01-01", 10 + i / COMPANIES);
        struct sample_p3mi row = {id, LICENCE_ACTIVE, from, ""};
        sample_put_p3mi(&w, &row);
    }
    assert_int_equal(cbor_writer_finish(&w, &tables), ERR_OK);
    return tables;
}

static void test_two_thousand_companies_with_history(void **state)
{
    (void)state;
    static struct policy_index index;
    static uint8_t bytes[POLICY_CBOR_MAX];
    struct span tables = many((size_t)COMPANIES * ROWS_EACH, bytes, sizeof bytes);
    assert_int_equal(policy_index_build(tables, &index), ERR_OK);
    assert_int_equal(index.n_rows, COMPANIES * ROWS_EACH);
    for (size_t i = 0; i < COMPANIES + 100; i++) {
        char id[POLICY_KEY_LEN];
        snprintf(id, sizeof id, "SIP3MI-%04zu", i);
        struct policy_rows rows;
        union policy_row row;
        policy_rows_find(&index, POLICY_P3MI, id, &rows);
        int found = 0;
        for (; policy_rows_next(&rows, &row); found++) {
            assert_string_equal(row.p3mi.id, id);
            assert_int_equal(row.p3mi.from.year, 2010 + found); /* in the bundle's order */
            assert_false(date_known(row.p3mi.to));
        }
        assert_int_equal(found, i < COMPANIES ? ROWS_EACH : 0);
    }
    struct policy_rows rows;
    union policy_row row;
    policy_rows_find(&index, POLICY_REGIONS, "SIP3MI-0001", &rows);
    assert_false(policy_rows_next(&rows, &row)); /* another table's key */
}

/* Two ids of one hash, found by search: each finds its own row alone. */
static void test_ids_of_one_hash_are_told_apart(void **state)
{
    (void)state;
    static const char *const ids[] = {"SIP3MI-EQ43AQ", "SIP3MI-FKPCC8"};
    static struct policy_index index;
    uint8_t bytes[256];
    struct cbor_writer w;
    struct span tables;
    cbor_writer_init(&w, bytes, sizeof bytes);
    cbor_put_map(&w, 1);
    cbor_put_uint(&w, POLICY_P3MI);
    cbor_put_array(&w, COUNT(ids));
    for (size_t i = 0; i < COUNT(ids); i++)
        sample_put_p3mi(&w, &(struct sample_p3mi){ids[i], LICENCE_ACTIVE, "2020-01-01", ""});
    assert_int_equal(cbor_writer_finish(&w, &tables), ERR_OK);
    assert_int_equal(policy_index_build(tables, &index), ERR_OK);
    assert_int_equal(index.row[0].key, index.row[1].key);
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct policy_rows rows;
        union policy_row row;
        policy_rows_find(&index, POLICY_P3MI, ids[i], &rows);
        assert_true(policy_rows_next(&rows, &row));
        assert_string_equal(row.p3mi.id, ids[i]);
        assert_false(policy_rows_next(&rows, &row));
    }
}

static void test_rows_are_bounded(void **state)
{
    (void)state;
    static struct policy_index index;
    static uint8_t bytes[POLICY_CBOR_MAX];
    assert_int_equal(policy_index_build(many(POLICY_ROWS_MAX, bytes, sizeof bytes), &index),
                     ERR_OK);
    struct span tables = many(POLICY_ROWS_MAX + 1, bytes, sizeof bytes);
    assert_int_equal(policy_index_build(tables, &index), ERR_SIZE);
    assert_int_equal(policy_index_build(tables, NULL), ERR_SIZE);
}

/* ---- the sample's rows, whole -----------------------------------------------------------------
 */

static void test_rows_as_written(void **state)
{
    (void)state;
    struct policy policy = sample_policy();
    struct policy_rows rows;
    union policy_row row;
    policy_rows_find(policy.tables, POLICY_DESTINATIONS, "SAU", &rows);
    assert_true(policy_rows_next(&rows, &row));
    assert_int_equal(row.destination.employer_type, EMPLOYER_INDIVIDUAL);
    assert_string_equal(row.destination.occupation, "");
    assert_int_equal(row.destination.scheme, SCHEME_UNKNOWN);
    assert_int_equal(date_compare(row.destination.from, sample_day("2015-07-01")), 0);
    assert_int_equal(row.destination.effect, EFFECT_BLOCK);
    assert_int_equal(row.destination.except_schemes, 1 << SCHEME_SPSK | 1 << SCHEME_REENTRY);
    assert_string_equal(row.destination.legal_ref, "Kepmenaker 260/2015");
    assert_false(policy_rows_next(&rows, &row));

    policy_rows_find(policy.tables, POLICY_DOCUMENTS, "REENTRY", &rows); /* by name */
    assert_true(policy_rows_next(&rows, &row));
    assert_int_equal(row.documents.required, 0xB0);
    policy_rows_find(NULL, POLICY_DOCUMENTS, "REENTRY", &rows);
    assert_false(policy_rows_next(&rows, &row));
}

/* The names that travel are the enums' own: place by place. */
static void test_names_are_the_enums(void **state)
{
    (void)state;
    static const struct {
        size_t table, column, value;
        const char *name;
    } names[] = {
        {1, 2, LICENCE_ACTIVE, "ACTIVE"},
        {1, 2, LICENCE_SUSPENDED, "SUSPENDED"},
        {1, 2, LICENCE_REVOKED, "REVOKED"},
        {2, 1, EMPLOYER_VESSEL, "VESSEL"},
        {2, 3, SCHEME_SPSK, "SPSK"},
        {2, 6, EFFECT_BLOCK, "BLOCK"},
        {2, 6, EFFECT_REFER, "REFER"},
        {2, 6, EFFECT_NOTE, "NOTE"},
        {3, 0, PROMPT_ORIGIN_REGION, "origin_region"},
        {5, 2, ZONE_WIB, "WIB"},
        {5, 2, ZONE_WIT, "WIT"},
        {6, 2, 1, "OFFICER"},
        {6, 2, 2, "SUPERVISOR"},
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct policy_column *column =
            &policy_tables[names[i].table].columns[names[i].column];
        assert_string_equal(policy_column_names(column)[names[i].value], names[i].name);
    }
    for (size_t t = 0; t < policy_tables_count; t++)
        assert_int_equal(policy_tables[t].key, t + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_column_of_every_table),
        cmocka_unit_test(test_a_span_that_never_holds_is_refused),
        cmocka_unit_test(test_a_newer_registry_s_tables_and_columns_are_skipped),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_two_thousand_companies_with_history),
        cmocka_unit_test(test_ids_of_one_hash_are_told_apart),
        cmocka_unit_test(test_rows_are_bounded),
        cmocka_unit_test(test_rows_as_written),
        cmocka_unit_test(test_names_are_the_enums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
