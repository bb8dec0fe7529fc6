/* The power fails at any moment: nothing acknowledged is lost, and what is there verifies.
 *
 * A counter works on a disk in memory until its power is cut at a random change of a file, or
 * between two; often it is cut again while it comes back. Then the journal must open by itself,
 * verify, and hold every entry that was acknowledged or that a reader beside the writer saw, under
 * the same number; so must sync.db its receipt and cache.db its rows. One time in eight it is only
 * the processes that die, with the reader or without: what the next ones find in the kernel's
 * memory is not on the disk yet.
 *
 * PAMIT_SEED repeats a run, PAMIT_ROUNDS makes it longer.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "power_cut_counter.h"

#define ROUNDS          10000
#define ROUNDS_A_DISK   40 /* then a new one: creation is cut too, and chains stay short */
#define WORK_MAX        12
#define CHANGES_MAX     120 /* some ten appends */
#define OPENING_MAX     60  /* making a journal takes about as many */
#define KILLS_ONE_IN    8
#define PARTINGS_ONE_IN 5 /* of the rounds, once more with two histories */
#define GATE_ROUNDS_MAX 2000
#define KILLED_DISKS    100 /* without drop_what_nobody_reads the 13th is refused */

/* ---- the gate ----------------------------------------------------------------------------- */

int __real_sqlite3_exec(sqlite3 *handle, const char *sql, sqlite3_callback each, void *user,
                        char **error);
int __wrap_sqlite3_exec(sqlite3 *handle, const char *sql, sqlite3_callback each, void *user,
                        char **error);

static bool only_normal;

int __wrap_sqlite3_exec(sqlite3 *handle, const char *sql, sqlite3_callback each, void *user,
                        char **error)
{
    if (only_normal && strcmp(sql, "PRAGMA synchronous=FULL") == 0)
        sql = "PRAGMA synchronous=NORMAL";
    return __real_sqlite3_exec(handle, sql, each, user, error);
}

/* ---- cuts --------------------------------------------------------------------------------- */

struct tally {
    uint64_t cuts, kills, cut_in_opening, entries, purges, partings;
    bool with_partings;
};

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *given = getenv(name);

    return given ? strtoull(given, NULL, 10) : otherwise;
}

static void cut_within(struct counter *counter, uint64_t changes)
{
    const struct disk_plan plan = {.calls = DISK_CHANGES,
                                   .at = 1 + disk_random(counter->disk, changes),
                                   .lasts = 1,
                                   .outcome = DISK_OFF};
    disk_set_plan(counter->disk, &plan);
}

/* A cut ends everybody. Without one the kernel keeps what it has in memory, and the reader may
 * live on. */
static void end_in_a_cut(struct counter *counter, struct tally *tally)
{
    const bool kernel_lives = disk_random(counter->disk, KILLS_ONE_IN) == 0;

    disk_turn_off(counter->disk);
    if (kernel_lives && disk_random(counter->disk, 2))
        counter_close_writers(counter);
    else
        counter_close(counter);
    if (kernel_lives)
        disk_restart(counter->disk);
    else
        disk_power_on(counter->disk);
    tally->kills += kernel_lives;
    tally->cuts += !kernel_lives;
}

static void come_back_in_vain(struct counter *counter, struct tally *tally)
{
    char why[COUNTER_WHY_LEN];

    cut_within(counter, OPENING_MAX);
    if (counter_open(counter, why))
        tally->cut_in_opening++;
    end_in_a_cut(counter, tally);
}

/* Back again, checked, and at work until the next cut. */
static enum counter_finding round_run(struct counter *counter, struct tally *tally,
                                      char why[COUNTER_WHY_LEN])
{
    for (uint64_t n = disk_random(counter->disk, 3); n > 0; n--)
        come_back_in_vain(counter, tally);
    const enum counter_finding finding = counter_check(counter, why);
    if (finding)
        return finding;
    cut_within(counter, CHANGES_MAX);
    enum err err = ERR_OK;
    for (uint64_t n = disk_random(counter->disk, WORK_MAX); n > 0 && !err; n--)
        err = counter_work(counter);
    if (err && !disk_is_off(counter->disk)) {
        snprintf(why, COUNTER_WHY_LEN, "at work: %s", err_text(err));
        return COUNTER_BAD;
    }
    end_in_a_cut(counter, tally);
    return COUNTER_WHOLE;
}

/* Rounds on one disk; what the first bad one found. */
static enum counter_finding disk_run(const struct store_fixture *fixture, uint64_t seed,
                                     struct tally *tally, char why[COUNTER_WHY_LEN])
{
    struct counter counter;
    enum counter_finding finding = COUNTER_WHOLE;

    counter_make(&counter, fixture, seed);
    counter.parts = tally->with_partings;
    for (unsigned i = 0; i < ROUNDS_A_DISK && !finding; i++)
        finding = round_run(&counter, tally, why);
    if (!finding && counter.parts)
        finding = counter_check_recovered(&counter, why);
    tally->entries += counter.entries;
    tally->purges += counter.purges;
    tally->partings += counter.partings;
    counter_free(&counter);
    return finding;
}

static void cut_all(const struct store_fixture *fixture, uint64_t rounds, struct tally *tally)
{
    const uint64_t first = number_of("PAMIT_SEED", (uint64_t)time(NULL) * 1000000);
    char why[COUNTER_WHY_LEN] = "";
    const clock_t start = clock();

    print_message("seed %" PRIu64 "\n", first);
    for (uint64_t seed = first; tally->cuts < rounds; seed++)
        if (disk_run(fixture, seed, tally, why))
            fail_msg("PAMIT_SEED=%" PRIu64 " PAMIT_ROUNDS=1: %s", seed, why);
    print_message("%" PRIu64 " cuts (%" PRIu64 " in opening), %" PRIu64 " kills, %" PRIu64
                  " entries acknowledged, 0 lost, %" PRIu64 " purges, %" PRIu64
                  " partings; %.0f cuts a second of processor time\n",
                  tally->cuts, tally->cut_in_opening, tally->kills, tally->entries, tally->purges,
                  tally->partings,
                  (double)tally->cuts * CLOCKS_PER_SEC / (double)(clock() - start));
}

static void nothing_acknowledged_is_lost(void **state)
{
    struct tally tally = {0};

    cut_all(*state, number_of("PAMIT_ROUNDS", ROUNDS), &tally);
}

/* The power goes while an epoch begins, and while entries are taken over in it. */
static void what_an_epoch_left_is_taken_over(void **state)
{
    struct tally tally = {.with_partings = true};

    cut_all(*state, number_of("PAMIT_ROUNDS", ROUNDS) / PARTINGS_ONE_IN + 1, &tally);
    assert_true(tally.partings > 0);
}

/* An append that ends at the n-th of these calls, whatever becomes of it. */
static void append_up_to(struct counter *counter, unsigned calls, uint64_t n)
{
    const struct disk_plan plan = {.calls = calls, .at = n, .lasts = 1, .outcome = DISK_OFF};
    struct journal_head head;

    disk_set_plan(counter->disk, &plan);
    assert_int_not_equal(fixture_append(counter->journal, counter->fixture, "", &head), ERR_OK);
    assert_true(disk_is_off(counter->disk));
}

/* A whole transaction lies in the WAL, of a writer that was killed before it was synced or its
 * index knew of it, while the reader lives on; the power goes while the next one writes a header
 * over it.
 */
static void the_first_transaction_of_a_round_that_was_not_is_no_damage(void **state)
{
    const struct store_fixture *fixture = *state;
    char why[COUNTER_WHY_LEN] = "";

    for (uint64_t seed = 1; seed <= KILLED_DISKS; seed++) {
        struct counter counter;
        struct journal_head head;
        counter_make(&counter, fixture, seed);
        assert_int_equal(counter_check(&counter, why), COUNTER_WHOLE);
        assert_int_equal(fixture_append(counter.journal, fixture, "", &head), ERR_OK);
        assert_int_equal(journal_checkpoint(counter.journal), ERR_OK);
        append_up_to(&counter, DISK_SYNC, 2); /* the header's is the first */
        counter_close_writers(&counter);
        disk_restart(counter.disk);
        assert_int_equal(counter_open(&counter, why), ERR_OK);
        append_up_to(&counter, DISK_WRITE, 1);
        counter_close(&counter);
        disk_power_on(counter.disk);
        if (counter_check(&counter, why))
            fail_msg("seed %" PRIu64 ": %s", seed, why);
        counter_free(&counter);
    }
}

/* The gate, seen to fail: with synchronous=NORMAL a COMMIT does not wait for the disk. */
static void without_a_sync_at_commit_entries_are_lost(void **state)
{
    struct tally tally = {0};
    char why[COUNTER_WHY_LEN] = "";
    unsigned lost = 0, refused = 0;

    only_normal = true;
    for (uint64_t seed = 1; tally.cuts < GATE_ROUNDS_MAX; seed++)
        switch (disk_run(*state, seed, &tally, why)) {
        case COUNTER_WHOLE:
            break;
        case COUNTER_BAD: /* a hole in the WAL: the writer noticed, and refused */
            assert_non_null(strstr(why, "-wal"));
            refused++;
            break;
        case COUNTER_LOST:
            lost++;
            break;
        }
    only_normal = false;
    print_message("%" PRIu64 " cuts, loss found %u times, %u by the writer itself; the last: %s\n",
                  tally.cuts, lost + refused, refused, why);
    assert_true(lost > 0 && refused > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_acknowledged_is_lost, store_fixture_make,
                                        store_fixture_remove),
        cmocka_unit_test_setup_teardown(what_an_epoch_left_is_taken_over, store_fixture_make,
                                        store_fixture_remove),
        cmocka_unit_test_setup_teardown(the_first_transaction_of_a_round_that_was_not_is_no_damage,
                                        store_fixture_make, store_fixture_remove),
        cmocka_unit_test_setup_teardown(without_a_sync_at_commit_entries_are_lost,
                                        store_fixture_make, store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
