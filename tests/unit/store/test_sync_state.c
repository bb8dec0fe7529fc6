/* sync.db: the cursor and its receipt move together, and only forward within an epoch. */
#include "store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

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
    assert_int_equal(sync_state_store_receipt(db, 100, &receipt, span_of("envelope", 8)), ERR_OK);
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
    assert_int_equal(stored.last_contact_ms, 100);
    assert_int_equal(stored.next, 5);
    assert_int_equal(stored.receipt_len, 8);
    assert_memory_equal(stored.receipt, "envelope", 8);
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
        const enum err err =
            sync_state_store_receipt(db, (int64_t)(100 + i), &receipt, span_of("r", 1));
        if (err != rows[i].expected)
            fail_msg("%s: %d", rows[i].proves, err);
        assert_int_equal(sync_state_load(db, &stored), ERR_OK);
        if (!err)
            assert_int_equal(stored.next, rows[i].next);
    }
    static const uint8_t large[RECEIPT_MAX + 1];
    const struct receipt receipt = {.epoch = 3, .next = 40};
    assert_int_equal(sync_state_store_receipt(db, 1, &receipt, span_of(large, sizeof large)),
                     ERR_SIZE);
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
    static const struct receipt receipts[] = {
        {.epoch = 1, .next = 10}, {.epoch = 1, .next = 15}, {.epoch = 1, .next = 20}};
    static const struct receipt fallen = {.epoch = 2, .next = 15};
    struct sync_state_db *db = open_writer(fixture);

    for (size_t i = 0; i < 3; i++)
        assert_int_equal(
            sync_state_store_receipt(db, (int64_t)(100 * (i + 1)), &receipts[i], span_of("r", 1)),
            ERR_OK);
    assert_int_equal(sync_state_store_receipt(db, 150, &receipts[2], span_of("r", 1)), ERR_OK);
    assert_int_equal(sync_state_store_receipt(db, 400, &fallen, span_of("r", 1)), ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t at_ms = 0;
        const enum err err = sync_state_acked_at(db, rows[i].seq, &at_ms);
        if (err != rows[i].err || at_ms != rows[i].at_ms)
            fail_msg("%s: %d, %d", rows[i].proves, err, (int)at_ms);
    }
    sync_state_close(db);
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
    assert_int_equal(sync_state_load(db, &stored), ERR_OK);
    assert_int_equal(strlen(stored.refusal), SYNC_STATE_REFUSE_LEN - 1);
    sync_state_close(db);
}

int main(void)
{
#define STATE_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        STATE_TEST(nothing_is_known_at_first),  STATE_TEST(a_failure_keeps_what_the_receipt_said),
        STATE_TEST(receipts_only_move_forward), STATE_TEST(each_entry_has_its_first_receipt),
        STATE_TEST(a_long_refusal_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
