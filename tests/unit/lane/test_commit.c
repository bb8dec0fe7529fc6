/* Commits off the loop: two appends under way at once, both stored, each told as what it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commit.h"
#include "store_fixture.h"

#define ROUNDS 50

struct counted {
    sd_event *loop;
    struct commit *commit;
    unsigned crossing, beside;
    uint64_t last; /* the highest seq that was told */
};

static struct span payload_of(const char *what, uint8_t bytes[ENTRY_PAYLOAD_MAX])
{
    static const uint8_t salt[ENTRY_SALT_LEN];
    struct entry_health health = {0};
    size_t len = 0;
    strncpy(health.what, what, sizeof health.what - 1);
    assert_int_equal(entry_health_encode(&health, salt, bytes, ENTRY_PAYLOAD_MAX, &len), ERR_OK);
    return span_of(bytes, len);
}

static void on_done(const struct commit_result *result, void *user)
{
    struct counted *counted = user;
    assert_int_equal(result->err, ERR_OK);
    assert_int_equal(result->kind, result->beside ? ENTRY_HEALTH : ENTRY_DECIDED);
    *(result->beside ? &counted->beside : &counted->crossing) += 1;
    assert_false(result->beside ? commit_beside_busy(counted->commit)
                                : commit_busy(counted->commit));
    if (result->head.seq > counted->last)
        counted->last = result->head.seq;
}

static void counted_open(struct counted *counted, struct journal *journal)
{
    assert_true(sd_event_new(&counted->loop) >= 0);
    assert_int_equal(commit_open(counted->loop, journal, on_done, counted, &counted->commit),
                     ERR_OK);
}

/* What was given is stored. */
static void counted_close(struct counted *counted)
{
    commit_close(counted->commit);
    sd_event_unref(counted->loop);
}

static void a_crossing_and_the_kiosks_own_are_both_stored(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct counted counted = {0};
    uint8_t bytes[ENTRY_PAYLOAD_MAX];
    struct journal_head before, after;
    journal_head(journal, &before);
    counted_open(&counted, journal);
    for (unsigned round = 1; round <= ROUNDS; round++) {
        commit_append_beside(counted.commit, ENTRY_HEALTH, &fixture->now,
                             payload_of("beside", bytes));
        assert_true(commit_beside_busy(counted.commit) && !commit_busy(counted.commit));
        commit_append(counted.commit, ENTRY_DECIDED, &fixture->now, payload_of("crossing", bytes));
        memset(bytes, 0, sizeof bytes); /* both have copied it */
        while (counted.crossing < round || counted.beside < round)
            assert_true(sd_event_run(counted.loop, UINT64_MAX) >= 0);
    }
    counted_close(&counted);
    journal_head(journal, &after);
    assert_int_equal(after.seq, before.seq + 2 * ROUNDS);
    assert_int_equal(counted.last, after.seq);
    assert_true(counted.crossing == ROUNDS && counted.beside == ROUNDS);
    journal_close(journal);
}

static void what_was_given_is_stored_before_the_end(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct counted counted = {0};
    uint8_t bytes[ENTRY_PAYLOAD_MAX];
    struct journal_head before, after;
    journal_head(journal, &before);
    counted_open(&counted, journal);
    commit_append(counted.commit, ENTRY_DECIDED, &fixture->now, payload_of("crossing", bytes));
    commit_append_beside(counted.commit, ENTRY_HEALTH, &fixture->now, payload_of("beside", bytes));
    counted_close(&counted);
    journal_head(journal, &after);
    assert_int_equal(after.seq, before.seq + 2);
    journal_close(journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_crossing_and_the_kiosks_own_are_both_stored,
                                        store_fixture_make, store_fixture_remove),
        cmocka_unit_test_setup_teardown(what_was_given_is_stored_before_the_end, store_fixture_make,
                                        store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
