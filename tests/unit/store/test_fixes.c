/* fixes: only what the registry signed for this kiosk in the entry's own boot corrects its time. */
#include "store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "fixes.h"

#define THEN_MS      INT64_C(1795246628000)
#define DAY_MS       INT64_C(86400000)
#define COUNT(table) (sizeof(table) / sizeof *(table))

struct signed_fix {
    const char *kiosk;
    bool by_another;
    uint8_t boot;
    int64_t asked_ms, answered_ms, registry_ms;
};

static void store(struct sync_state_db *db, const struct store_fixture *fixture,
                  const struct signed_fix *fix)
{
    struct receipt receipt = {.epoch = 1, .next = 2, .head = {1}, .registry_ms = fix->registry_ms};
    const struct sync_moment moment = {
        .boot_id = {fix->boot}, .asked_ms = fix->asked_ms, .answered_ms = fix->answered_ms};
    uint8_t payload[RECEIPT_MAX], envelope[RECEIPT_MAX];
    size_t len, envelope_len;

    snprintf(receipt.kiosk, sizeof receipt.kiosk, "%s", fix->kiosk);
    assert_int_equal(receipt_encode(&receipt, payload, sizeof payload, &len), ERR_OK);
    assert_int_equal(cose_seal(fix->by_another ? fixture->other_entry_key : fixture->entry_key,
                               span_of(payload, len), envelope, sizeof envelope, &envelope_len),
                     ERR_OK);
    assert_int_equal(
        sync_state_store_receipt(db, &moment, &receipt, span_of(envelope, envelope_len)), ERR_OK);
}

static struct fixes *fixes_of(const struct store_fixture *fixture, const struct signed_fix *list,
                              size_t n)
{
    struct sync_state_db *db = NULL;
    struct fixes *fixes = NULL;
    char why[SYNC_STATE_WHY_LEN];

    assert_int_equal(sync_state_open(fixture->path, SYNC_STATE_WRITE, &db, why), ERR_OK);
    for (size_t i = 0; i < n; i++)
        store(db, fixture, &list[i]);
    assert_int_equal(fixes_open(db, fixture->entry_public, "K-1", &fixes), ERR_OK);
    sync_state_close(db);
    return fixes;
}

static void an_entry_is_corrected_by_the_fixes_of_its_boot(void **state)
{
    static const struct signed_fix list[] = {
        {"K-1", false, 5, 1000, 1400, THEN_MS},
        {"K-1", false, 5, 3 * DAY_MS, 3 * DAY_MS + 1000, THEN_MS + 3 * DAY_MS},
        {"K-1", false, 9, DAY_MS, DAY_MS, THEN_MS + 40 * DAY_MS},
    };
    static const struct {
        const char *says;
        uint8_t boot;
        int64_t boottime_ms;
        bool known;
        int64_t wall_ms;
    } rows[] = {
        {"at its moment", 5, 1200, true, THEN_MS},
        {"before the first fix of its boot", 5, 200, true, THEN_MS - 1000},
        {"after the last", 5, 4 * DAY_MS + 500, true, THEN_MS + 4 * DAY_MS},
        {"another boot", 9, DAY_MS + 1, true, THEN_MS + 40 * DAY_MS + 1},
        {"a boot without contact", 7, 1200, false, 0},
        {"one below all", 1, 1200, false, 0},
        {"one above all", 200, 1200, false, 0},
    };
    struct fixes *fixes = fixes_of(*state, list, COUNT(list));

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct clock_reading reading = {.boot_id = {rows[i].boot},
                                              .boottime_ms = rows[i].boottime_ms};
        struct time_correction out = {0};
        if (fixes_correct(fixes, &reading, &out) != rows[i].known || out.wall_ms != rows[i].wall_ms)
            fail_msg("%s: %lld", rows[i].says, (long long)out.wall_ms);
    }
    assert_int_equal(fixes_refused(fixes), 0);
    fixes_close(fixes);
}

static void what_does_not_verify_is_passed_by(void **state)
{
    static const struct signed_fix list[] = {
        {"K-1", false, 5, 0, 0, THEN_MS},
        {"K-2", false, 5, DAY_MS, DAY_MS, THEN_MS - 1}, /* another kiosk's */
        {"K-1", true, 5, 2 * DAY_MS, 2 * DAY_MS, THEN_MS - 2},
        {"K-1", false, 5, 3 * DAY_MS, 3 * DAY_MS, THEN_MS + 3 * DAY_MS},
        {"K-1", true, 6, 0, 0, THEN_MS},
    };
    struct fixes *fixes = fixes_of(*state, list, COUNT(list));
    struct clock_reading reading = {.boot_id = {5}, .boottime_ms = 2 * DAY_MS - 7};
    struct time_correction out;

    for (int twice = 0; twice < 2; twice++) {
        assert_true(fixes_correct(fixes, &reading, &out));
        assert_int_equal(out.wall_ms, THEN_MS + 2 * DAY_MS - 7);
    }
    reading.boot_id[0] = 6;
    assert_false(fixes_correct(fixes, &reading, &out));
    assert_int_equal(fixes_refused(fixes), 3);
    fixes_close(fixes);
}

static void without_fixes_nothing_is_corrected(void **state)
{
    struct fixes *fixes = fixes_of(*state, NULL, 0);
    const struct clock_reading reading = {.boot_id = {5}, .boottime_ms = 7};
    struct time_correction out;

    assert_false(fixes_correct(fixes, &reading, &out));
    fixes_close(fixes);
}

int main(void)
{
#define FIXES_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        FIXES_TEST(an_entry_is_corrected_by_the_fixes_of_its_boot),
        FIXES_TEST(what_does_not_verify_is_passed_by),
        FIXES_TEST(without_fixes_nothing_is_corrected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
