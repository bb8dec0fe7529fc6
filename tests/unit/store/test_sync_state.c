/* sync.db: the cursor and its receipt move together, and only forward within an epoch. */
#include "store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sync_state.h"

static struct sync_state_db *open_writer(const struct store_fixture *fixture)
{
    struct sync_state_db *db = NULL;
    char why[SYNC_STATE_WHY_LEN] = "";

    if (sync_state_open(fixture->path, SYNC_STATE_WRITE, &db, why))
        fail_msg("%s", why);
    return db;
}

/* A contact of `wall_ms` by our clock, in no time at the boot's first moment. */
static enum err store(struct sync_state_db *db, int64_t wall_ms, const struct receipt *receipt,
                      struct span envelope)
{
    const struct sync_moment moment = {.wall_ms = wall_ms};
    return sync_state_store_receipt(db, &moment, receipt, envelope);
}

static void nothing_is_known_at_first(void **state)
{
    const struct store_fixture *fixture = *state;
    struct sync_state_db *db = NULL, *second = NULL;
    struct sync_state stored;
    char why[SYNC_STATE_WHY_LEN];
    int64_t at;

    assert_int_equal(sync_state_open(fixture->path, SYNC_STATE_READ, &db, why), ERR_MISSING);
    db = open_writer(fixture);
    assert_int_equal(sync_state_load(db, &stored), ERR_MISSING);
    assert_int_equal(sync_state_acked_at(db, 1, &at), ERR_MISSING);
    assert_int_equal(sync_state_open(fixture->path, SYNC_STATE_WRITE, &second, why), ERR_BUSY);
    sync_state_close(db);
}

static void a_failure_keeps_what_the_receipt_said(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct receipt receipt = {.kiosk = "K", .epoch = 1, .next = 5};
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state stored;

    assert_int_equal(sync_state_store_failure(db, 50, "no route to host"), ERR_OK);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_false(stored.online);
    assert_string_equal(stored.refusal, "no route to host");
    assert_int_equal(stored.next, 0);
    assert_int_equal(store(db, 100, &receipt, span_of("envelope", 8)), ERR_OK);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_true(stored.online);
    assert_string_equal(stored.refusal, "");
    assert_int_equal(sync_state_store_failure(db, 200, "refused"), ERR_OK);
    sync_state_close(db);

    char why[SYNC_STATE_WHY_LEN];
    assert_int_equal(sync_state_open(fixture->path, SYNC_STATE_READ, &db, why), ERR_OK);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_false(stored.online);
    assert_int_equal(stored.last_attempt_ms, 200);
    assert_int_equal(stored.contact.wall_ms, 100);
    assert_int_equal(stored.next, 5);
    assert_int_equal(stored.receipt_len, 8);
    assert_memory_equal(stored.receipt, "envelope", 8);
    sync_state_close(db);
}

static void a_refusal_stands_until_a_contact_is_good_or_fails_otherwise(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct receipt receipt = {.kiosk = "K", .epoch = 1, .next = 5};
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state stored;

    assert_int_equal(sync_state_store_refusal(db, 50, "revoked"), ERR_OK);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_true(stored.refused && !stored.online);
    assert_string_equal(stored.refusal, "revoked");
    assert_int_equal(sync_state_store_failure(db, 60, "no route to host"), ERR_OK);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_false(stored.refused);
    assert_int_equal(sync_state_store_refusal(db, 70, "revoked"), ERR_OK);
    assert_int_equal(store(db, 100, &receipt, span_of("envelope", 8)), ERR_OK);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_false(stored.refused);
    assert_string_equal(stored.refusal, "");
    sync_state_close(db);
}

static void what_is_wrong_with_the_feeds_outlives_receipts_and_failures(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct receipt receipt = {.kiosk = "K", .epoch = 1, .next = 5};
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state stored;

    assert_int_equal(sync_state_store_feeds(db, "policy: not signed"), ERR_OK);
    assert_int_equal(store(db, 100, &receipt, span_of("envelope", 8)), ERR_OK);
    assert_int_equal(sync_state_store_failure(db, 200, "no route to host"), ERR_OK);
    sync_state_close(db);
    db = open_writer(fixture);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_string_equal(stored.feeds, "policy: not signed");
    assert_int_equal(stored.next, 5);
    assert_int_equal(sync_state_store_feeds(db, ""), ERR_OK);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_string_equal(stored.feeds, "");
    sync_state_close(db);
}

static void receipts_only_move_forward(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        uint32_t epoch;
        uint64_t next;
        enum err expected;
    } rows[] = {
        {"the registry holds nothing yet", 0, 1, ERR_OK},
        {"it holds nine", 1, 10, ERR_OK},
        {"the same again", 1, 10, ERR_OK},
        {"fewer in the same epoch", 1, 9, ERR_OLD},
        {"an older epoch", 0, 1, ERR_OLD},
        {"more", 1, 20, ERR_OK},
        {"a new epoch may take back", 2, 15, ERR_OK},
        {"the old epoch is over", 1, 30, ERR_OLD},
    };
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state stored;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct receipt receipt = {.epoch = rows[i].epoch, .next = rows[i].next};
        const enum err err = store(db, (int64_t)(100 + i), &receipt, span_of("r", 1));
        if (err != rows[i].expected)
            fail_msg("%s: %d", rows[i].proves, err);
        assert_int_equal(sync_state_load(db, &stored), ERR_OK);
        if (!err)
            assert_int_equal(stored.next, rows[i].next);
    }
    static const uint8_t large[RECEIPT_MAX + 1];
    const struct receipt receipt = {.epoch = 3, .next = 40};
    assert_int_equal(store(db, 1, &receipt, span_of(large, sizeof large)), ERR_SIZE);
    sync_state_close(db);
}

/* A registry that was restored to before a jump says less, and the lane has to hear it. */
static void a_parting_takes_back_what_was_acknowledged(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct sync_moment moment = {.wall_ms = 100, .asked_ms = 1, .answered_ms = 2};
    const struct receipt before = {.epoch = 2, .next = 40, .registry_ms = 7};
    const struct receipt parted = {.epoch = 1, .next = 15, .registry_ms = 8};
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state stored;
    int64_t at_ms;

    assert_int_equal(store(db, 100, &before, span_of("r", 1)), ERR_OK);
    assert_int_equal(store(db, 101, &parted, span_of("p", 1)), ERR_OLD);
    assert_int_equal(sync_state_store_parting(db, &moment, &parted, span_of("p", 1)), ERR_OK);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_int_equal(stored.next, 15);
    assert_memory_equal(stored.receipt, "p", 1);
    assert_int_equal(sync_state_acked_at(db, 30, &at_ms), ERR_MISSING);
    sync_state_close(db);
}

static void each_entry_has_its_first_receipt(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        uint64_t seq;
        enum err err;
        int64_t at_ms;
    } rows[] = {
        {"covered by the first", 1, ERR_OK, 100},
        {"the last that the first covers", 9, ERR_OK, 100},
        {"the first that the second covers", 10, ERR_OK, 200},
        {"below where the new epoch fell to", 14, ERR_OK, 200},
        {"taken back by the new epoch", 15, ERR_MISSING, 0},
        {"beyond all", UINT64_MAX, ERR_MISSING, 0},
    };
    static const struct receipt receipts[] = {{.epoch = 1, .next = 10, .registry_ms = 100},
                                              {.epoch = 1, .next = 15, .registry_ms = 200},
                                              {.epoch = 1, .next = 20, .registry_ms = 300}};
    static const struct receipt fallen = {.epoch = 2, .next = 15, .registry_ms = 400};
    struct sync_state_db *db = open_writer(fixture);

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(store(db, 5000, &receipts[i], span_of("r", 1)), ERR_OK);
    assert_int_equal(store(db, 150, &receipts[2], span_of("r", 1)), ERR_OK);
    assert_int_equal(store(db, 400, &fallen, span_of("r", 1)), ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t at_ms = 0;
        const enum err err = sync_state_acked_at(db, rows[i].seq, &at_ms);
        if (err != rows[i].err || at_ms != rows[i].at_ms)
            fail_msg("%s: %d, %d", rows[i].proves, err, (int)at_ms);
    }
    sync_state_close(db);
}

/* ---- fixes -------------------------------------------------------------------------------- */

#define DAY_MS INT64_C(86400000)

static void store_fix(struct sync_state_db *db, uint8_t boot, int64_t asked_ms, int64_t answered_ms,
                      struct span envelope)
{
    static const struct receipt receipt = {.epoch = 1, .next = 2};
    const struct sync_moment moment = {
        .boot_id = {boot}, .asked_ms = asked_ms, .answered_ms = answered_ms};
    assert_int_equal(sync_state_store_receipt(db, &moment, &receipt, envelope), ERR_OK);
}

static void each_day_of_a_boot_has_its_best_fix(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        uint8_t boot;
        int64_t asked_ms, answered_ms;
        const char *envelope;
    } stored[] = {
        {2, 100, 900, "slow"},
        {2, 1000, 1300, "quick"},
        {2, 2000, 2300, "as quick, later"},
        {1, DAY_MS + 5, DAY_MS + 5, "another boot"},
        {2, 3 * DAY_MS, 3 * DAY_MS + 5000, "the fourth day"},
        {2, DAY_MS - 10, DAY_MS, "the second"},
    };
    static const char *const kept[] = {"another boot", "quick", "the second", "the fourth day"};
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state_fix *fixes;
    struct sync_state last;
    size_t n;

    for (size_t i = 0; i < sizeof stored / sizeof *stored; i++)
        store_fix(db, stored[i].boot, stored[i].asked_ms, stored[i].answered_ms,
                  span_of_text(stored[i].envelope));
    assert_int_equal(sync_state_load_fixes(db, &fixes, &n), ERR_OK);
    assert_int_equal(n, sizeof kept / sizeof *kept);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(fixes[i].receipt_len, strlen(kept[i]));
        assert_memory_equal(fixes[i].receipt, kept[i], fixes[i].receipt_len);
    }
    assert_int_equal(fixes[1].asked_ms, 1000);
    assert_int_equal(fixes[1].answered_ms, 1300);
    assert_int_equal(fixes[1].boot_id[0], 2);
    free(fixes);
    assert_int_equal(sync_state_load(db, &last),
                     ERR_OK); /* the state has the newest, not the best */
    assert_int_equal(last.contact.answered_ms, DAY_MS);
    assert_int_equal(last.contact.boot_id[0], 2);
    sync_state_close(db);
}

static void fixes_are_bounded_and_the_oldest_go(void **state)
{
    const struct store_fixture *fixture = *state;
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state_fix *fixes;
    size_t n;

    store_fix(db, 1, 0, 0, span_of_text("r"));
    sync_state_close(db);
    fixture_sql(fixture->path,
                "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 4095)"
                " INSERT INTO fix(boot, day, asked_ms, answered_ms, receipt)"
                " SELECT zeroblob(16), i, i, i, x'00' FROM c");
    db = open_writer(fixture);
    store_fix(db, 2, 7, 7, span_of_text("r"));
    assert_int_equal(sync_state_load_fixes(db, &fixes, &n), ERR_OK);
    assert_int_equal(n, SYNC_STATE_FIXES_MAX);
    assert_int_equal(fixes[0].boot_id[0], 0); /* boot 1 had the oldest */
    assert_int_equal(fixes[n - 1].boot_id[0], 2);
    free(fixes);
    sync_state_close(db);
    assert_int_equal(fixture_number(fixture->path, "SELECT count(*) FROM fix"), 4096);
}

static void what_is_no_fix_is_left_out(void **state)
{
    const struct store_fixture *fixture = *state;
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state_fix *fixes;
    size_t n;

    store_fix(db, 1, 5, 5, span_of_text("r"));
    sync_state_close(db);
    fixture_sql(fixture->path, "INSERT INTO fix VALUES(zeroblob(15), 0, 1, 1, x'00')");
    fixture_sql(fixture->path, "INSERT INTO fix VALUES(zeroblob(16), 1, 2, 1, x'00')");
    fixture_sql(fixture->path, "INSERT INTO fix VALUES(zeroblob(16), 2, -1, 1, x'00')");
    fixture_sql(fixture->path, "INSERT INTO fix VALUES(zeroblob(16), 3, 1, 1, zeroblob(513))");
    fixture_sql(fixture->path, "INSERT INTO fix VALUES(zeroblob(16), 4, 9223372036854775807,"
                               " 9223372036854775807, x'00')");
    db = open_writer(fixture);
    assert_int_equal(sync_state_load_fixes(db, &fixes, &n), ERR_OK);
    assert_int_equal(n, 2); /* a moment that late is no error here: time_fix refuses it */
    free(fixes);
    sync_state_close(db);
}

/* As version 2 made it, with a receipt in it. */
static void version_2_becomes_version_3(void **state)
{
    const struct store_fixture *fixture = *state;
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state stored;
    char why[SYNC_STATE_WHY_LEN];
    int64_t at_ms;

    sync_state_close(db);
    fixture_sql(fixture->path,
                "ALTER TABLE state DROP COLUMN refused;"
                "ALTER TABLE state DROP COLUMN feeds;"
                "PRAGMA user_version=2;"
                "INSERT INTO state VALUES(1, 1, 500, 400, '', 1, 9, x'7265', x'', 0, 0);"
                "INSERT INTO acked VALUES(9, 400);");
    assert_int_equal(sync_state_open(fixture->path, SYNC_STATE_READ, &db, why), ERR_MISSING);
    db = open_writer(fixture);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_int_equal(stored.next, 9);
    assert_int_equal(stored.contact.wall_ms, 400);
    assert_int_equal(stored.contact.answered_ms, 0);
    assert_int_equal(stored.receipt_len, 2);
    assert_false(stored.refused);
    assert_string_equal(stored.feeds, "");
    assert_int_equal(sync_state_acked_at(db, 8, &at_ms), ERR_OK);
    assert_int_equal(at_ms, 400);
    const struct sync_moment moment = {.boot_id = {1}, .asked_ms = 1, .answered_ms = 2};
    const struct receipt receipt = {.epoch = 1, .next = 12};
    assert_int_equal(sync_state_store_receipt(db, &moment, &receipt, span_of("r", 1)), ERR_OK);
    sync_state_close(db);
    assert_int_equal(fixture_number(fixture->path, "SELECT count(*) FROM fix"), 1);
    assert_int_equal(fixture_number(fixture->path, "PRAGMA user_version"), 3);
}

static void a_long_refusal_is_cut(void **state)
{
    const struct store_fixture *fixture = *state;
    struct sync_state_db *db = open_writer(fixture);
    struct sync_state stored;
    char text[400];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    assert_int_equal(sync_state_store_failure(db, 1, text), ERR_OK);
    assert_int_equal(sync_state_store_feeds(db, text), ERR_OK);
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_int_equal(strlen(stored.refusal), SYNC_STATE_REFUSE_LEN - 1);
    assert_int_equal(strlen(stored.feeds), SYNC_STATE_REFUSE_LEN - 1);
    sync_state_close(db);
}

int main(void)
{
#define STATE_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        STATE_TEST(nothing_is_known_at_first),
        STATE_TEST(a_failure_keeps_what_the_receipt_said),
        STATE_TEST(a_refusal_stands_until_a_contact_is_good_or_fails_otherwise),
        STATE_TEST(what_is_wrong_with_the_feeds_outlives_receipts_and_failures),
        STATE_TEST(receipts_only_move_forward),
        STATE_TEST(a_parting_takes_back_what_was_acknowledged),
        STATE_TEST(each_entry_has_its_first_receipt),
        STATE_TEST(each_day_of_a_boot_has_its_best_fix),
        STATE_TEST(fixes_are_bounded_and_the_oldest_go),
        STATE_TEST(what_is_no_fix_is_left_out),
        STATE_TEST(version_2_becomes_version_3),
        STATE_TEST(a_long_refusal_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
