/* Copies ahead of their chain, and the rows of the lists that entries make. A part of
 * registry_store_suite.h. */
#include "registry_store_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct registry_record row_made = {.id = "row"};

static enum err count_record(struct span record, bool withdrawn, void *user)
{
    (void)record;
    (void)withdrawn;
    ++*(size_t *)user;
    return ERR_OK;
}

static size_t rows_of_lists(struct fixture *fixture)
{
    const struct registry_range range = {.feed = REGISTRY_LISTS, .n_max = 10};
    struct registry_step step;
    size_t n = 0;
    assert_int_equal(fixture->store->ops->feed(fixture->store, &range, count_record, &n, &step),
                     ERR_OK);
    return n;
}

static enum err refuse_record(struct span record, bool withdrawn, void *user)
{
    (void)record;
    (void)withdrawn;
    (void)user;
    return ERR_CORRUPT;
}

/* How many rows are found by these texts; NULL: by none. */
static size_t rows_about(struct fixture *fixture, const char *a, const char *b)
{
    struct listing_text texts[2];
    size_t n = 0;
    snprintf(texts[0].text, sizeof texts[0].text, "%s", a);
    snprintf(texts[1].text, sizeof texts[1].text, "%s", b ? b : "");
    assert_int_equal(
        fixture->store->ops->rows_about(fixture->store, texts, b ? 2 : 1, count_record, &n),
        ERR_OK);
    return n;
}

static void rows_are_found_by_whom_they_are_about(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    const struct listing_text both[] = {{"D IDN X1"}, {"P 2000-01-01 SITI"}}, third = {"D IDN X2"};
    struct registry_record row = {
        .id = "row", .bytes = span_of_text("1"), .texts = both, .n_texts = 2};
    suite_begin(fixture);
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    suite_end(fixture, false, 1);
    assert_int_equal(rows_about(fixture, "D IDN X1", NULL), 0);
    suite_begin(fixture);
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    row = (struct registry_record){
        .id = "other", .bytes = span_of_text("2"), .texts = &third, .n_texts = 1};
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    suite_end(fixture, true, 1);
    assert_int_equal(rows_about(fixture, "D IDN X1", NULL), 1);
    assert_int_equal(rows_about(fixture, "P 2000-01-01 SITI", "D IDN X1"), 1);
    assert_int_equal(rows_about(fixture, "D IDN X2", "D IDN X1"), 2);
    assert_int_equal(rows_about(fixture, "D IDN X3", NULL), 0);
    assert_int_equal(ops->rows_about(fixture->store, both, 2, refuse_record, NULL), ERR_CORRUPT);
    suite_begin(fixture);
    row.withdrawn = true;
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    suite_end(fixture, true, 2);
    assert_int_equal(rows_about(fixture, "D IDN X2", NULL), 0);
    suite_begin(fixture);
    row.withdrawn = false;
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    suite_end(fixture, true, 3);
    suite_reopen(fixture);
    assert_int_equal(rows_about(fixture, "D IDN X2", NULL), 1);
}

static bool copies_put(struct fixture *fixture, struct run *run, bool with_row)
{
    struct registry_record row = row_made;
    row.bytes = span_of_text("record");
    for (size_t i = 0; i < run->branch.n_entries; i++)
        run->entries[i].signature = span_of(run->signature, SIGN_LEN);
    const struct registry_copies copies = {.entries = run->entries,
                                           .n_entries = run->branch.n_entries,
                                           .rows = &row,
                                           .n_rows = with_row,
                                           .received_ms = 1};
    struct registry_kept done;
    assert_int_equal(fixture->store->ops->copies_put(fixture->store, kiosk_a.id, &copies, &done),
                     ERR_OK);
    return done.kept;
}

static void what_entries_make_is_made_once(void **state)
{
    struct fixture *fixture = *state;
    struct registry_record row = row_made;
    struct run run;
    row.bytes = span_of_text("record");
    run_make(&run, 'a', 1, 3);
    assert_true(copies_put(fixture, &run, true));
    assert_true(copies_put(fixture, &run, true));
    assert_int_equal(rows_of_lists(fixture), 1);
    assert_int_equal(suite_head(fixture, kiosk_a.id).next, 1); /* copies are no history */
    run.branch.rows = &row;
    run.branch.n_rows = 1;
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_APPENDED);
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_DUPLICATE);
    assert_int_equal(rows_of_lists(fixture), 1);
    struct registry_versions versions;
    assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
    assert_int_equal(versions.lists, 1);
}

/* Only as many may wait for their chain; when it comes there is room again. */
static void copies_are_bounded_until_the_chain_comes(void **state)
{
    struct fixture *fixture = *state;
    struct run run;
    for (uint64_t seq = 1; seq <= REGISTRY_COPIES_MAX; seq += ENTRIES_MAX) {
        const uint64_t left = REGISTRY_COPIES_MAX + 1 - seq;
        run_make(&run, 'a', seq, left < ENTRIES_MAX ? left : ENTRIES_MAX);
        assert_true(copies_put(fixture, &run, false));
    }
    run_make(&run, 'a', REGISTRY_COPIES_MAX + 1, 1);
    assert_false(copies_put(fixture, &run, true));
    assert_int_equal(rows_of_lists(fixture), 0);
    run_make(&run, 'a', 1, 1);
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_APPENDED);
    run_make(&run, 'a', REGISTRY_COPIES_MAX + 1, 1);
    assert_true(copies_put(fixture, &run, true));
}

/* Appends an entry that makes rows, and says how many were left out. */
static size_t rows_append(struct fixture *fixture, uint64_t seq, const struct registry_record *rows,
                          size_t n_rows, int64_t now_ms)
{
    struct run run;
    run_make(&run, 'a', seq, 1);
    run.branch.rows = rows;
    run.branch.n_rows = n_rows;
    run.branch.received_ms = now_ms;
    const struct registry_appended done = suite_append(fixture, &run);
    assert_int_equal(done.outcome, REGISTRY_APPENDED);
    return done.rows_over;
}

static size_t row_append(struct fixture *fixture, uint64_t seq, const char *id, int64_t now_ms)
{
    const struct registry_record row = {.id = id, .bytes = span_of_text("record")};
    return rows_append(fixture, seq, &row, 1, now_ms);
}

static void one_kiosk_makes_so_many_rows_in_a_day(void **state)
{
    struct fixture *fixture = *state;
    static struct registry_record rows[REGISTRY_ROWS_A_DAY];
    static char ids[REGISTRY_ROWS_A_DAY][16];
    const int64_t day_ms = 86400000, now_ms = 10 * day_ms;
    struct registry_versions versions;
    for (size_t i = 0; i < REGISTRY_ROWS_A_DAY; i++) {
        snprintf(ids[i], sizeof ids[i], "row %zu", i);
        rows[i] = (struct registry_record){.id = ids[i], .bytes = span_of_text("record")};
    }
    assert_int_equal(rows_append(fixture, 1, rows, REGISTRY_ROWS_A_DAY, now_ms), 0);
    assert_int_equal(row_append(fixture, 2, "one more", now_ms), 1);
    assert_int_equal(row_append(fixture, 3, "row 1", now_ms), 0); /* is held */
    assert_int_equal(row_append(fixture, 4, "next day", now_ms + day_ms), 0);
    assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
    assert_int_equal(versions.lists, REGISTRY_ROWS_A_DAY + 1);
}

static void what_a_kiosk_s_entries_made_is_withdrawn_with_it(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct registry_imported done;
    fixture->feed = REGISTRY_LISTS;
    (void)row_append(fixture, 1, "told", 1000);
    (void)row_append(fixture, 2, "renewed", 1000);
    suite_begin(fixture);
    suite_put(fixture, "renewed", 0, "by the centre");
    suite_put(fixture, "centre's", 0, "own");
    suite_end(fixture, true, 2000);
    assert_int_equal(ops->rows_withdraw(fixture->store, kiosk_b.id, 3000, &done), ERR_OK);
    assert_int_equal(done.changed, 0);
    assert_int_equal(ops->rows_withdraw(fixture->store, "no kiosk", 3000, &done), ERR_MISSING);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ops->rows_withdraw(fixture->store, kiosk_a.id, 3000, &done), ERR_OK);
        assert_int_equal(done.changed, i == 0);
        suite_reopen(fixture);
        ops = fixture->store->ops;
    }
    suite_feed(fixture, 0, 9, "by the centre own -record ");
    assert_int_equal(row_append(fixture, 3, "told", 4000), 0); /* stays withdrawn */
    suite_feed(fixture, 0, 9, "by the centre own -record ");
}

int registry_store_rows_suite(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_found_by_whom_they_are_about, suite_setup_lists,
                                        suite_teardown),
        TEST(what_entries_make_is_made_once),
        TEST(copies_are_bounded_until_the_chain_comes),
        TEST(one_kiosk_makes_so_many_rows_in_a_day),
        TEST(what_a_kiosk_s_entries_made_is_withdrawn_with_it),
    };
    return cmocka_run_group_tests_name("rows suite", tests, NULL, NULL);
}
