/* A cache built anew takes the old one's place whole, or not at all, whenever the power fails.
 *
 * `pamit cache build` puts one record where another was, and the power is cut at every change of
 * the disk in turn, each by several lucks. Then the old record is found, or the new one, never both
 * or neither, and the new one once the build has said so. Where the old cache had a WAL there may
 * for a moment be no cache: that is said, and the next build mends it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "power_cut_counter.h"

#define LUCKS       8
#define OLD_RECORDS 60 /* more than a page: a WAL holds some of them only */
#define NEW_RECORD  99

static const struct store_fixture *fixture;

/* A cache of these records. */
static enum err build(uint64_t first, uint64_t last)
{
    struct cache_builder *builder = NULL;
    struct placement row;
    char why[CACHE_WHY_LEN];

    enum err err = cache_builder_open(COUNTER_CACHE, fixture->root, &builder, why);
    if (err)
        return err;
    for (uint64_t version = first; !err && version <= last; version++) {
        counter_placement(version, &row);
        err = cache_builder_put(builder, &row);
    }
    if (!err)
        return cache_builder_finish(builder, 1000, why);
    cache_builder_abandon(builder);
    return err;
}

/* As a kiosk does: its writer turns WAL on, a step of the feed comes, and it is killed. */
static void used_by_a_kiosk(struct disk *disk)
{
    struct cache_writer *writer = NULL;
    struct cache_versions versions;
    struct placement row;
    char why[CACHE_WHY_LEN];

    counter_placement(OLD_RECORDS + 1, &row);
    assert_int_equal(cache_writer_open(COUNTER_CACHE, fixture->root, &writer, why), ERR_OK);
    assert_int_equal(cache_writer_versions(writer, &versions), ERR_OK);
    const struct cache_delta delta = {.from = versions.placements,
                                      .to = versions.placements + 1,
                                      .as_of = 1000,
                                      .rows = &row,
                                      .n_rows = 1};
    assert_int_equal(cache_apply(writer, &delta), ERR_OK);
    disk_turn_off(disk);
    cache_writer_close(writer);
    disk_restart(disk);
}

enum found { NOTHING, OLD, NEW };

/* NOTHING: there is no cache, or only the -wal of the old one, and it is said. */
static enum found what_is_there(uint64_t n_kept, bool may_be_gone)
{
    struct cache_reader *reader = NULL;
    char why[CACHE_WHY_LEN] = "";
    size_t n = 0, n_old = 0, n_new = 0;

    const enum err err = cache_reader_open(COUNTER_CACHE, fixture->root, &reader, why);
    if (may_be_gone && (err == ERR_MISSING || err == ERR_CORRUPT))
        return NOTHING;
    if (err)
        fail_msg("%s", why);
    for (uint64_t version = 1; version <= OLD_RECORDS + 1; version++) {
        assert_int_equal(counter_record_count(reader, version, &n), ERR_OK);
        n_old += n;
    }
    assert_int_equal(counter_record_count(reader, NEW_RECORD, &n_new), ERR_OK);
    cache_reader_close(reader);
    assert_int_equal(n_old, n_new ? 0 : n_kept);
    return n_new ? NEW : OLD;
}

/* Was there an n-th change? */
static bool cut_at(uint64_t n, uint64_t seed, bool with_wal)
{
    const struct disk_plan plan = {.calls = DISK_CHANGES, .at = n, .lasts = 1, .outcome = DISK_OFF};
    struct disk *disk = disk_make(seed);

    power_cut_vfs_use(disk);
    assert_int_equal(build(1, OLD_RECORDS), ERR_OK);
    if (with_wal)
        used_by_a_kiosk(disk);
    disk_set_plan(disk, &plan);
    const bool built = build(NEW_RECORD, NEW_RECORD) == ERR_OK;
    const bool met = disk_plan_met(disk);
    disk_power_on(disk);
    const enum found found = what_is_there(OLD_RECORDS + with_wal, with_wal && !built);
    if (built)
        assert_int_equal(found, NEW);
    assert_int_equal(build(NEW_RECORD, NEW_RECORD), ERR_OK);
    assert_int_equal(what_is_there(0, false), NEW);
    power_cut_vfs_use(NULL);
    disk_free(disk);
    return met;
}

static void one_cache_or_the_other(void **state)
{
    fixture = *state;
    for (unsigned with_wal = 0; with_wal < 2; with_wal++)
        for (uint64_t seed = 0; seed < LUCKS; seed++) {
            uint64_t n = 1;
            while (cut_at(n, seed, with_wal))
                n++;
            assert_true(n > 10);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_cache_or_the_other, store_fixture_make,
                                        store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
