/* The patrol of the cache: every row of every table that grows, round after round; so every page of
 * them that is damaged is met. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cache_format.h"
#include "cache_patrol.h"
#include "store_fixture.h"

#define PAGE   4096
#define TABLES 3
#define ROWS   21 /* of each table, where it matters how many */
#define STEP   7  /* so that the last step of a table reads none */

/* Rows whose keys differ in the last column, then in the one before; what is in them says nothing.
 * Without the index of the records, which no look-up uses. */
static void fill(const struct store_fixture *fixture, unsigned rows)
{
    char sql[1024];

    cache_writer_close(fixture_cache_writer(fixture));
    snprintf(sql, sizeof sql,
             "DROP INDEX placement_record;"
             "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %u)"
             " INSERT INTO placement SELECT i, i, zeroblob(60), zeroblob(200) FROM n;"
             "INSERT INTO lookup SELECT id / 6, id / 2 %% 3, id %% 2 FROM placement;"
             "INSERT INTO listing SELECT id / 3, id %% 3, zeroblob(100) FROM placement;"
             "PRAGMA wal_checkpoint(TRUNCATE)",
             rows);
    fixture_sql(fixture->path, sql);
}

static void a_round_goes_through_each_table_and_begins_anew(void **state)
{
    const struct store_fixture *fixture = *state;
    static const int64_t last[TABLES][3] = {{STEP - 1}, {1, 0, 0}, {2, 0}}; /* of the first step */
    struct cache_patrol patrol = {0};
    struct database database;
    char why[DATABASE_WHY_LEN];

    fill(fixture, ROWS);
    assert_int_equal(database_open(fixture->path, &cache_kind, DATABASE_READ, &database, why),
                     ERR_OK);
    for (unsigned table = 0; table < 2 * TABLES; table++) {
        for (unsigned step = 0; step < ROWS / STEP; step++) {
            assert_int_equal(cache_patrol_step(&patrol, &database, STEP), ERR_OK);
            assert_true(patrol.begun);
            assert_int_equal(patrol.table, table % TABLES);
            if (step == 0)
                assert_memory_equal(patrol.key, last[patrol.table], sizeof patrol.key);
        }
        assert_int_equal(cache_patrol_step(&patrol, &database, STEP), ERR_OK);
        assert_false(patrol.begun);
        assert_int_equal(patrol.table, (table + 1) % TABLES);
    }
    database_close(&database);
}

static void page_change(const struct store_fixture *fixture, unsigned page, uint8_t bytes[PAGE])
{
    uint8_t old[PAGE];
    FILE *file = fopen(fixture->path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, (long)(page - 1) * PAGE, SEEK_SET), 0);
    assert_int_equal(fread(old, 1, PAGE, file), PAGE);
    assert_int_equal(fseek(file, (long)(page - 1) * PAGE, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, PAGE, file), PAGE);
    fclose(file);
    memcpy(bytes, old, PAGE);
}

/* A round by a writer that was just started. */
static enum err patrol(const struct store_fixture *fixture, unsigned rows)
{
    struct cache_writer *writer = fixture_cache_writer(fixture);
    enum err err = ERR_OK;

    for (unsigned i = 0; !err && i < TABLES * (rows / 50 + 1); i++)
        err = cache_writer_patrol(writer, 50);
    cache_writer_close(writer);
    return err;
}

static void every_page_of_a_row_that_is_damaged_is_met(void **state)
{
    const struct store_fixture *fixture = *state;
    const unsigned rows = 600;
    unsigned missed = 0;

    fill(fixture, rows);
    fixture_sql(fixture->path, "UPDATE placement SET sealed = zeroblob(20000) WHERE id = 300;"
                               "CREATE TABLE ours AS SELECT rootpage FROM sqlite_schema"
                               " WHERE name NOT IN ('placement', 'lookup', 'listing');"
                               "PRAGMA wal_checkpoint(TRUNCATE)");
    const int64_t pages = fixture_number(fixture->path, "PRAGMA page_count");
    assert_int_equal(patrol(fixture, rows), ERR_OK);
    for (unsigned page = 2; page <= pages; page++) {
        char sql[80];
        uint8_t bytes[PAGE] = {0};
        snprintf(sql, sizeof sql, "SELECT count(*) FROM ours WHERE rootpage = %u", page);
        if (fixture_number(fixture->path, sql))
            continue;
        page_change(fixture, page, bytes);
        missed += patrol(fixture, rows) != ERR_CORRUPT;
        page_change(fixture, page, bytes);
    }
    /* The last page that a row overflows into is all content, and the table `ours` no one's. */
    assert_int_equal(missed, 2);
    assert_int_equal(patrol(fixture, rows), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_round_goes_through_each_table_and_begins_anew,
                                        store_fixture_make, store_fixture_remove),
        cmocka_unit_test_setup_teardown(every_page_of_a_row_that_is_damaged_is_met,
                                        store_fixture_make, store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
