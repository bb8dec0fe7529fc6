/* Deferrals that are taken back, and kiosks that are withdrawn with all they made. A part of
 * registry_store_suite.h. */
#include "registry_store_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* One thing that comes, and what is told of it: rows are named by their decisions' hashes. */
struct news {
    char kiosk; /* 'a', 'b'; 'A', 'B': what that one has made is withdrawn */
    bool ahead; /* as copies, else by the chain */
    const char *decisions, *voids;
    const char *expected; /* of the feed from 0 */
    uint64_t version;
};

#define NEWS_MAX 4

static void hash_named(char name, uint8_t out[SIGN_HASH_LEN])
{
    memset(out, name | 0x20, SIGN_HASH_LEN);
}

/* Decisions in capitals make the row "other", the others "row"; "x" and "X" are one decision. */
static void news_come(struct fixture *fixture, const struct news *news)
{
    const char *kiosk = news->kiosk == 'a' || news->kiosk == 'A' ? kiosk_a.id : kiosk_b.id;
    if (news->kiosk < 'a') {
        struct registry_imported withdrawn;
        assert_int_equal(fixture->store->ops->rows_withdraw(fixture->store, kiosk, 1, &withdrawn),
                         ERR_OK);
        return;
    }
    struct registry_record rows[NEWS_MAX];
    uint8_t by[NEWS_MAX][SIGN_HASH_LEN], voided[NEWS_MAX][SIGN_HASH_LEN];
    struct run run;
    const size_t n_rows = strlen(news->decisions), n_voids = strlen(news->voids);
    for (size_t i = 0; i < n_rows; i++) {
        const bool other = news->decisions[i] < 'a';
        hash_named(news->decisions[i], by[i]);
        rows[i] = (struct registry_record){.id = other ? "other" : "row",
                                           .bytes = span_of_text(other ? "other" : "row"),
                                           .by = by[i]};
    }
    for (size_t i = 0; i < n_voids; i++)
        hash_named(news->voids[i], voided[i]);
    const struct registry_voids voids = {.hash = (const uint8_t(*)[SIGN_HASH_LEN])voided,
                                         .n = n_voids};
    run_make(&run, news->kiosk, news->ahead ? 9 : suite_head(fixture, kiosk).next, 1);
    run.branch.rows = rows;
    run.branch.n_rows = n_rows;
    run.branch.voids = voids;
    if (!news->ahead) {
        struct registry_appended done;
        assert_int_equal(fixture->store->ops->append(fixture->store, kiosk, &run.branch, &done),
                         ERR_OK);
        assert_int_equal(done.outcome, REGISTRY_APPENDED);
        return;
    }
    run.entries[0].signature = span_of(run.signature, SIGN_LEN);
    const struct registry_copies copies = {.entries = run.entries,
                                           .n_entries = 1,
                                           .rows = rows,
                                           .n_rows = n_rows,
                                           .voids = voids,
                                           .received_ms = 1};
    struct registry_kept kept;
    assert_int_equal(fixture->store->ops->copies_put(fixture->store, kiosk, &copies, &kept),
                     ERR_OK);
    assert_true(kept.kept);
}

struct story {
    const char *says;
    struct news news[NEWS_MAX];
};

static void stories_are_told(const struct story *stories, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        void *state = NULL;
        print_message("%s\n", stories[i].says);
        assert_int_equal(suite_setup_lists(&state), 0);
        struct fixture *fixture = state;
        for (size_t k = 0; k < NEWS_MAX && stories[i].news[k].kiosk; k++) {
            const struct news *news = &stories[i].news[k];
            struct registry_versions versions;
            news_come(fixture, news);
            suite_feed(fixture, 0, 9, news->expected);
            assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
            assert_int_equal(versions.lists, news->version);
        }
        assert_int_equal(suite_teardown(&state), 0);
    }
}

static void what_is_taken_back_is_withdrawn_whatever_comes_first(void **state)
{
    static const struct story stories[] = {
        {"a deferral, then its void",
         {{'a', true, "x", "", "row ", 1}, {'a', true, "", "x", "-row ", 2}}},
        {"... by the chain", {{'a', false, "x", "", "row ", 1}, {'a', false, "", "x", "-row ", 2}}},
        {"the same void again changes nothing",
         {{'a', true, "x", "", "row ", 1},
          {'a', true, "", "x", "-row ", 2},
          {'a', false, "x", "x", "-row ", 2}}},
        {"a void that came before its deferral",
         {{'a', true, "", "x", "", 0}, {'a', false, "x", "", "", 0}}},
        {"both at once", {{'a', false, "x", "x", "", 0}, {'a', true, "", "x", "", 0}}},
        {"another kiosk takes nothing back",
         {{'a', true, "x", "", "row ", 1},
          {'b', true, "", "x", "row ", 1},
          {'b', false, "", "x", "row ", 1}}},
        {"... nor before it comes", {{'b', true, "", "x", "", 0}, {'a', true, "x", "", "row ", 1}}},
        {"of two that made it one is taken back, then the other",
         {{'a', true, "xy", "", "row ", 1},
          {'a', true, "", "x", "row ", 1},
          {'a', true, "", "y", "-row ", 2}}},
        {"of two kiosks too",
         {{'a', true, "x", "", "row ", 1},
          {'b', true, "y", "", "row ", 1},
          {'a', true, "", "x", "row ", 1},
          {'b', true, "", "y", "-row ", 2}}},
        {"who is deferred once more is told once more",
         {{'a', true, "x", "", "row ", 1},
          {'a', true, "", "x", "-row ", 2},
          {'a', true, "y", "", "row ", 3},
          {'a', false, "xy", "x", "row ", 3}}},
        {"... in one batch with the void",
         {{'a', true, "x", "", "row ", 1}, {'a', false, "y", "x", "row ", 1}}},
        {"a decision that made two rows",
         {{'a', true, "xX", "", "row other ", 2},
          {'a', true, "", "x", "-other -row ", 4},
          {'a', false, "xX", "", "-other -row ", 4}}},
        {"... one of which another makes too",
         {{'a', true, "xXY", "", "row other ", 2}, {'a', true, "", "x", "other -row ", 3}}},
        {"... and brings both, of which one had gone",
         {{'a', true, "Y", "", "other ", 1},
          {'a', true, "", "y", "-other ", 2},
          {'a', true, "xX", "", "row other ", 4}}},
        {"another's row stays",
         {{'a', true, "xZ", "", "row other ", 2}, {'a', true, "", "x", "other -row ", 3}}},
    };
    (void)state;
    stories_are_told(stories, sizeof stories / sizeof stories[0]);
}

static void a_kiosk_that_is_withdrawn_silences_no_other(void **state)
{
    static const struct story stories[] = {
        {"what two have made goes with the second of them",
         {{'a', true, "x", "", "row ", 1},
          {'b', true, "y", "", "row ", 1},
          {'A', .expected = "row ", .version = 1},
          {'B', .expected = "-row ", .version = 2}}},
        {"... whichever was the first to tell",
         {{'a', true, "x", "", "row ", 1},
          {'b', true, "y", "", "row ", 1},
          {'B', .expected = "row ", .version = 1},
          {'A', .expected = "-row ", .version = 2}}},
        {"... or takes it back",
         {{'a', true, "x", "", "row ", 1},
          {'b', true, "y", "", "row ", 1},
          {'A', .expected = "row ", .version = 1},
          {'b', false, "", "y", "-row ", 2}}},
        {"another's word brings a row back, and keeps it",
         {{'a', true, "x", "", "row ", 1},
          {'A', .expected = "-row ", .version = 2},
          {'b', true, "y", "", "row ", 3},
          {'A', .expected = "row ", .version = 3}}},
        {"its own does not, nor keeps another's away",
         {{'a', true, "x", "", "row ", 1},
          {'A', .expected = "-row ", .version = 2},
          {'a', true, "xz", "", "-row ", 2},
          {'b', true, "y", "", "row ", 3}}},
        {"all rows of a decision go with its kiosk, and each by itself comes back",
         {{'a', true, "xX", "", "row other ", 2},
          {'A', .expected = "-other -row ", .version = 4},
          {'b', true, "Y", "", "-row other ", 5},
          {'a', false, "xX", "x", "-row other ", 5}}},
    };
    (void)state;
    stories_are_told(stories, sizeof stories / sizeof stories[0]);
}

static void what_the_centre_said_is_no_kiosk_s_to_take_back(void **state)
{
    struct fixture *fixture = *state;
    struct registry_imported done;
    fixture->feed = REGISTRY_LISTS;
    news_come(fixture, &(struct news){.kiosk = 'a', .ahead = true, .decisions = "xZ", .voids = ""});
    suite_begin(fixture);
    suite_put(fixture, "row", 0, "renewed");
    suite_end(fixture, true, 2000);
    assert_int_equal(fixture->store->ops->rows_withdraw(fixture->store, kiosk_a.id, 3000, &done),
                     ERR_OK);
    suite_feed(fixture, 0, 9, "renewed -other ");
    news_come(fixture, &(struct news){.kiosk = 'a', .ahead = true, .decisions = "", .voids = "x"});
    suite_feed(fixture, 0, 9, "renewed -other "); /* the centre's by now */
    news_come(fixture, &(struct news){.kiosk = 'a', .ahead = true, .decisions = "ZY", .voids = ""});
    suite_feed(fixture, 0, 9, "renewed -other "); /* withdrawn with its kiosk's: it stays so */
}

/* What the centre says stands, though nothing changes by it: a row that it imports or withdraws is
 * its own from then on. */
static void what_the_centre_says_again_is_the_centre_s(void **state)
{
    static const struct {
        const char *says;
        struct news before;
        bool withdrawn; /* else imported, as it is held */
        struct news after[2];
    } rows[] = {
        {"imported as it is, then its kiosk is withdrawn",
         {'a', true, "x", "", "row ", 1},
         false,
         {{'A', .expected = "row ", .version = 1}}},
        {"... or takes it back",
         {'a', true, "x", "", "row ", 1},
         false,
         {{'a', true, "", "x", "row ", 1}}},
        {"withdrawn, then its kiosk too",
         {'a', true, "x", "", "row ", 1},
         true,
         {{'A', .expected = "-row ", .version = 2}, {'b', true, "y", "", "-row ", 2}}},
        {"withdrawn after its kiosk",
         {'A', .expected = "-row ", .version = 2},
         true,
         {{'b', true, "y", "", "-row ", 2}}},
        {"... or after it was taken back",
         {'a', true, "", "x", "-row ", 2},
         true,
         {{'a', true, "z", "", "-row ", 2}, {'b', true, "y", "", "-row ", 2}}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *own = NULL;
        print_message("%s\n", rows[i].says);
        assert_int_equal(suite_setup_lists(&own), 0);
        struct fixture *fixture = own;
        news_come(fixture, &(struct news){'a', true, "x", "", "row ", 1});
        news_come(fixture, &rows[i].before);
        suite_feed(fixture, 0, 9, rows[i].before.expected);
        suite_begin(fixture);
        const struct registry_record said = {
            .id = "row", .withdrawn = rows[i].withdrawn, .bytes = span_of_text("row")};
        assert_int_equal(fixture->store->ops->import_put(fixture->store, &said), ERR_OK);
        suite_end(fixture, true, 2000);
        for (size_t k = 0; k < 2 && rows[i].after[k].kiosk; k++) {
            news_come(fixture, &rows[i].after[k]);
            suite_feed(fixture, 0, 9, rows[i].after[k].expected);
        }
        assert_int_equal(suite_teardown(&own), 0);
    }
}

int registry_store_voids_suite(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_taken_back_is_withdrawn_whatever_comes_first),
        TEST(a_kiosk_that_is_withdrawn_silences_no_other),
        TEST(what_the_centre_said_is_no_kiosk_s_to_take_back),
        TEST(what_the_centre_says_again_is_the_centre_s),
    };
    return cmocka_run_group_tests_name("voids suite", tests, NULL, NULL);
}
