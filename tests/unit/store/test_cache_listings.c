/* The lists in the cache: found by number or by name, replaced and dropped by what makes a row that
 * row, swept when they are past. */
#include "store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "cache.h"

static enum err find_listings(struct cache_reader *reader, const struct listing_text *texts,
                              size_t n_texts, struct listing out[LISTINGS_MAX], size_t *n)
{
    assert_int_equal(cache_reader_begin(reader), ERR_OK);
    const enum err err = cache_reader_find_listings(reader, texts, n_texts, out, n);
    cache_reader_end(reader);
    return err;
}

static struct listing listed(const char *passport)
{
    struct listing listing = {
        .kind = LISTING_SOI,
        .passport_country = "IDN",
        .name_mrz = "RAHAYU SITI CONTOH",
        .birth_date = {1990, 1, 1},
        .from = {2026, 1, 1},
        .expires = {2027, 1, 1},
        .reason = 72,
    };
    snprintf(listing.passport_no, sizeof listing.passport_no, "%s", passport);
    return listing;
}

static enum err apply_listings(struct cache_writer *writer, uint64_t from,
                               const struct listing *rows, size_t n)
{
    const struct cache_listing_delta delta = {
        .from = from, .to = from + 1, .as_of = 3000, .rows = rows, .n_rows = n};
    return cache_apply_listings(writer, &delta);
}

static void rows_of_lists_are_found_once_by_any_of_their_texts(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct listing rows[] = {listed("X0000001"), listed("X0000002"), listed("X0000001")};
    struct listing_text texts[LISTING_TEXTS_MAX];
    struct listing found[LISTINGS_MAX];
    struct cache_writer *writer = fixture_cache_writer(fixture);
    size_t n = 99;

    assert_int_equal(apply_listings(writer, 0, rows, 3), ERR_OK);
    assert_int_equal(apply_listings(writer, 0, rows, 3), ERR_OLD);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    const size_t n_texts = listing_index(&rows[0], texts);
    assert_int_equal(n_texts, 2);
    assert_int_equal(find_listings(reader, &texts[0], 1, found, &n), ERR_OK);
    assert_int_equal(n, 1); /* its number; the same row twice is one */
    assert_string_equal(found[0].passport_no, "X0000001");
    assert_int_equal(found[0].reason, 72);
    assert_int_equal(find_listings(reader, texts, n_texts, found, &n), ERR_OK);
    assert_int_equal(n, 2); /* the other one has the same name */
    assert_int_equal(find_listings(reader, texts, 0, found, &n), ERR_OK);
    assert_int_equal(n, 0);
    cache_reader_close(reader);
    cache_writer_close(writer);
}

/* How many rows of the lists the texts of `row` find; the first one's end in `*expires`. */
static size_t find_rows(const struct store_fixture *fixture, const struct listing *row,
                        struct date *expires)
{
    struct listing_text texts[LISTING_TEXTS_MAX];
    struct listing found[LISTINGS_MAX];
    struct cache_reader *reader = fixture_cache_reader(fixture);
    size_t n = 99;

    assert_int_equal(find_listings(reader, texts, listing_index(row, texts), found, &n), ERR_OK);
    if (n > 0)
        *expires = found[0].expires;
    cache_reader_close(reader);
    return n;
}

static void a_later_record_of_a_row_replaces_it_and_one_that_is_gone_goes(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct listing row = listed("X0000001");
    struct listing told = row, other = row, unheld = listed("X0000009");
    struct cache_writer *writer = fixture_cache_writer(fixture);
    struct date expires = {0};

    snprintf(other.issued_by, sizeof other.issued_by, "TPI-NUNUKAN");
    unheld.name_mrz[0] = 0;
    unheld.birth_date = (struct date){0};
    assert_int_equal(apply_listings(writer, 0, &row, 1), ERR_OK);
    told.expires = (struct date){2026, 6, 1};
    told.reason = 70;
    assert_int_equal(apply_listings(writer, 1, &told, 1), ERR_OK);
    assert_int_equal(find_rows(fixture, &row, &expires), 1);
    assert_int_equal(date_compare(expires, told.expires), 0);
    assert_int_equal(apply_listings(writer, 2, &other, 1), ERR_OK);
    assert_int_equal(find_rows(fixture, &row, &expires), 2); /* another office's */

    const struct listing gone[] = {row, unheld};
    const struct cache_listing_delta delta = {
        .from = 3, .to = 4, .as_of = 3000, .gone = gone, .n_gone = 2};
    assert_int_equal(cache_apply_listings(writer, &delta), ERR_OK);
    assert_int_equal(find_rows(fixture, &row, &expires), 1);
    assert_int_equal(date_compare(expires, other.expires), 0);
    const struct cache_listing_delta still = {
        .from = 4, .to = 4, .as_of = 3000, .gone = gone, .n_gone = 1};
    assert_int_equal(cache_apply_listings(writer, &still), ERR_INVALID);
    cache_writer_close(writer);
}

static void rows_that_are_past_are_swept_though_nothing_is_new(void **state)
{
    const struct store_fixture *fixture = *state;
    const int64_t day = date_to_days((struct date){2027, 1, 1}); /* when the rows below end */
    const struct listing row = listed("X0000001");
    struct listing later = listed("X0000002");
    struct date expires;

    later.expires.day = 2;
    const struct listing rows[] = {row, later};
    struct cache_writer *writer = fixture_cache_writer(fixture);
    assert_int_equal(apply_listings(writer, 0, rows, 2), ERR_OK);
    static const struct {
        const char *proves;
        int64_t seconds; /* from the day's beginning */
        size_t left;     /* found by the name of both */
    } steps[] = {
        {"what ends on a day holds on it", 0, 2},
        {"until its end", 86399, 2},
        {"and is past on the next", 86400, 1},
        {"an older date brings nothing back", -86400, 1},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        const struct cache_listing_delta idle = {
            .from = 1, .to = 1, .as_of = day * 86400 + steps[i].seconds};
        assert_int_equal(cache_apply_listings(writer, &idle), ERR_OK);
        if (find_rows(fixture, &row, &expires) != steps[i].left)
            fail_msg("%s", steps[i].proves);
    }
    struct listing ended = later; /* told again, as one that ended before its time */
    ended.expires = (struct date){2026, 6, 1};
    const struct cache_listing_delta told = {
        .from = 1, .to = 2, .as_of = day * 86400, .rows = &ended, .n_rows = 1};
    assert_int_equal(cache_apply_listings(writer, &told), ERR_OK);
    assert_int_equal(find_rows(fixture, &row, &expires), 0);
    cache_writer_close(writer);
}

/* The nth of rows that nothing but their number finds; few of them last beyond 2027. */
static struct listing nth_listed(unsigned nth)
{
    char number[10];
    snprintf(number, sizeof number, "X%07u", nth);
    struct listing listing = listed(number);
    listing.name_mrz[0] = 0;
    listing.birth_date = (struct date){0};
    listing.expires.year = nth % CACHE_DELTA_MAX == 7 ? 2028 : 2027;
    return listing;
}

static unsigned count_rows(const struct store_fixture *fixture, unsigned n)
{
    struct listing_text texts[LISTING_TEXTS_MAX];
    struct listing found[LISTINGS_MAX];
    struct cache_reader *reader = fixture_cache_reader(fixture);
    unsigned count = 0;

    for (unsigned i = 0; i < n; i++) {
        const struct listing row = nth_listed(i);
        size_t n_found = 0;
        assert_int_equal(find_listings(reader, texts, listing_index(&row, texts), found, &n_found),
                         ERR_OK);
        count += (unsigned)n_found;
    }
    cache_reader_close(reader);
    return count;
}

/* More rows than one step looks at: each goes on where the one before ended. */
static void a_sweep_goes_round(void **state)
{
    enum { STEPS = 10, ROWS = STEPS * CACHE_DELTA_MAX };
    const struct store_fixture *fixture = *state;
    static struct listing rows[CACHE_DELTA_MAX];
    struct cache_writer *writer = fixture_cache_writer(fixture);
    uint64_t at = 0;

    for (; at < STEPS; at++) {
        for (unsigned i = 0; i < CACHE_DELTA_MAX; i++)
            rows[i] = nth_listed((unsigned)at * CACHE_DELTA_MAX + i);
        assert_int_equal(apply_listings(writer, at, rows, CACHE_DELTA_MAX), ERR_OK);
    }
    const struct cache_listing_delta idle = {
        .from = at, .to = at, .as_of = date_to_days((struct date){2027, 6, 1}) * INT64_C(86400)};
    assert_int_equal(cache_apply_listings(writer, &idle), ERR_OK);
    const unsigned left = count_rows(fixture, ROWS);
    assert_true(left < ROWS && left >= ROWS - CACHE_SWEEP_ROWS);
    for (unsigned i = 0; i < ROWS / CACHE_SWEEP_ROWS; i++)
        assert_int_equal(cache_apply_listings(writer, &idle), ERR_OK);
    cache_writer_close(writer);
    assert_int_equal(count_rows(fixture, ROWS), STEPS);
}

static void more_rows_than_can_be_looked_at_are_no_answer(void **state)
{
    const struct store_fixture *fixture = *state;
    struct listing rows[LISTINGS_MAX + 1], found[LISTINGS_MAX];
    struct listing_text texts[LISTING_TEXTS_MAX];
    struct cache_writer *writer = fixture_cache_writer(fixture);
    size_t n = 99;

    for (size_t i = 0; i <= LISTINGS_MAX; i++) {
        rows[i] = listed("X0000001");
        snprintf(rows[i].issued_by, sizeof rows[i].issued_by, "TPI-%zu", i);
    }
    assert_int_equal(apply_listings(writer, 0, rows, LISTINGS_MAX), ERR_OK);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    const size_t n_texts = listing_index(&rows[0], texts);
    assert_int_equal(find_listings(reader, texts, n_texts, found, &n), ERR_OK);
    assert_int_equal(n, LISTINGS_MAX);
    assert_int_equal(apply_listings(writer, 1, &rows[LISTINGS_MAX], 1), ERR_OK);
    assert_int_equal(find_listings(reader, texts, n_texts, found, &n), ERR_SIZE);
    cache_reader_close(reader);
    cache_writer_close(writer);
}

static void lists_have_an_age_of_their_own(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct cache_delta placements = {.as_of = 1000};
    struct cache_writer *writer = fixture_cache_writer(fixture);
    struct data_state data;

    assert_int_equal(cache_apply(writer, &placements), ERR_OK);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    assert_int_equal(cache_reader_state(reader, &data), ERR_OK);
    assert_int_equal(data.lists_as_of, 0); /* never: however new the placements are */
    assert_int_equal(apply_listings(writer, 0, NULL, 0), ERR_OK);
    assert_int_equal(cache_reader_state(reader, &data), ERR_OK);
    assert_int_equal(data.placements_as_of, 1000);
    assert_int_equal(data.lists_as_of, 3000);
    cache_reader_close(reader);
    cache_writer_close(writer);
}

static void what_is_current_is_noted_of_both_feeds_or_of_none(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        struct cache_versions versions;
        int64_t as_of;
        enum err expected;
        int64_t placements_as_of, lists_as_of;
    } rows[] = {
        {"nothing is nothing", {0}, 4000, ERR_OK, 1000, 3000},
        {"not an hour later: neither", {.placements = 1, .lists = 1}, 4599, ERR_OK, 1000, 3000},
        {"one of them is: both", {.placements = 1, .lists = 1}, 4600, ERR_OK, 4600, 4600},
        {"placements only", {.placements = 1}, 9000, ERR_OK, 9000, 4600},
        {"lists only", {.lists = 1}, 12700, ERR_OK, 9000, 12700},
        {"age never falls", {.placements = 1, .lists = 1}, 12600, ERR_OK, 12600, 12700},
        {"other lists: neither", {.placements = 1, .lists = 2}, 20000, ERR_OLD, 12600, 12700},
        {"other placements: neither", {.placements = 2, .lists = 1}, 20000, ERR_OLD, 12600, 12700},
        {"other lists soon", {.placements = 1, .lists = 2}, 12700, ERR_OLD, 12600, 12700},
        {"no version", {.placements = UINT64_MAX, .lists = 1}, 20000, ERR_INVALID, 12600, 12700},
    };
    const struct cache_delta placements = {.to = 1, .as_of = 1000};
    struct cache_writer *writer = fixture_cache_writer(fixture);
    struct data_state data;

    assert_int_equal(cache_apply(writer, &placements), ERR_OK);
    assert_int_equal(apply_listings(writer, 0, NULL, 0), ERR_OK);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const enum err err = cache_note_current(writer, &rows[i].versions, rows[i].as_of);
        assert_int_equal(cache_reader_state(reader, &data), ERR_OK);
        if (err != rows[i].expected || data.placements_as_of != rows[i].placements_as_of ||
            data.lists_as_of != rows[i].lists_as_of)
            fail_msg("%s: %d, %lld, %lld", rows[i].proves, err, (long long)data.placements_as_of,
                     (long long)data.lists_as_of);
    }
    cache_reader_close(reader);
    cache_writer_close(writer);
}

static void a_row_of_a_list_moved_to_another_text_does_not_open(void **state)
{
    const struct store_fixture *fixture = *state;
    struct listing row = listed("X0000001"), found[LISTINGS_MAX];
    struct listing_text texts[LISTING_TEXTS_MAX];
    struct cache_writer *writer = fixture_cache_writer(fixture);
    size_t n = 99;

    assert_int_equal(apply_listings(writer, 0, &row, 1), ERR_OK);
    cache_writer_close(writer);
    fixture_sql(fixture->path, "UPDATE listing SET sealed = (SELECT sealed FROM listing l WHERE"
                               " l.text <> listing.text)");
    struct cache_reader *reader = fixture_cache_reader(fixture);
    const size_t n_texts = listing_index(&row, texts);
    assert_int_equal(find_listings(reader, texts, n_texts, found, &n), ERR_AUTH);
    cache_reader_close(reader);
}

/* A file has no order among its rows: all of them hold, so the longest does. */
static void of_a_row_that_is_built_twice_the_longer_stays(void **state)
{
    const struct store_fixture *fixture = *state;
    struct listing rows[] = {listed("X0000001"), listed("X0000001"), listed("X0000001")};
    struct date expires = {0};
    char why[CACHE_WHY_LEN];

    rows[1].expires.year++;
    for (size_t order = 0; order < 3; order++) {
        struct cache_builder *builder = NULL;
        assert_int_equal(cache_builder_open(fixture->path, fixture->root, &builder, why), ERR_OK);
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(cache_builder_put_listing(builder, &rows[(order + i) % 3]), ERR_OK);
        assert_int_equal(cache_builder_finish(builder, 4000, why), ERR_OK);
        assert_int_equal(find_rows(fixture, &rows[0], &expires), 1);
        assert_int_equal(date_compare(expires, rows[1].expires), 0);
    }
}

int main(void)
{
#define CACHE_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        CACHE_TEST(rows_of_lists_are_found_once_by_any_of_their_texts),
        CACHE_TEST(a_later_record_of_a_row_replaces_it_and_one_that_is_gone_goes),
        CACHE_TEST(rows_that_are_past_are_swept_though_nothing_is_new),
        CACHE_TEST(a_sweep_goes_round),
        CACHE_TEST(more_rows_than_can_be_looked_at_are_no_answer),
        CACHE_TEST(lists_have_an_age_of_their_own),
        CACHE_TEST(what_is_current_is_noted_of_both_feeds_or_of_none),
        CACHE_TEST(a_row_of_a_list_moved_to_another_text_does_not_open),
        CACHE_TEST(of_a_row_that_is_built_twice_the_longer_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
