/* Feeds and policy, each feed by the same tests. A part of registry_store_suite.h. */
#include "registry_store_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void an_import_is_seen_whole_or_not_at_all(void **state)
{
    struct fixture *fixture = *state;
    suite_begin(fixture);
    suite_put(fixture, "p1", 1, "one");
    suite_feed(fixture, 0, 9, "");
    suite_end(fixture, false, 1000);
    suite_feed(fixture, 0, 9, "");
    suite_begin(fixture);
    suite_put(fixture, "p2", 1, "two");
    suite_put(fixture, "p3", 1, "three");
    const struct registry_imported done = suite_end(fixture, true, 1000);
    assert_int_equal(done.changed, 2);
    assert_int_equal(done.version, 2);
    suite_reopen(fixture);
    suite_feed(fixture, 0, 9, "two three ");
}

static void only_what_changes_gets_a_version(void **state)
{
    struct fixture *fixture = *state;
    suite_begin(fixture);
    suite_put(fixture, "p1", 5, "one");
    suite_put(fixture, "p2", 5, "two");
    suite_put(fixture, "p3", 0, "three");
    suite_end(fixture, true, 1000);
    suite_begin(fixture);
    suite_put(fixture, "p1", 5, "one");  /* the same */
    suite_put(fixture, "p2", 4, "zwei"); /* older than what is held */
    suite_put(fixture, "p3", 1, "drei"); /* its order was not known */
    suite_put(fixture, "p4", 1, "first");
    suite_put(fixture, "p4", 2, "vier"); /* the last of several counts */
    const struct registry_imported done = suite_end(fixture, true, 2000);
    assert_int_equal(done.unchanged, 1);
    assert_int_equal(done.older, 1);
    assert_int_equal(done.changed, 2);
    assert_int_equal(done.version, 5);
    suite_feed(fixture, 0, 9, "one two drei vier ");
    suite_feed(fixture, 3, 9, "drei vier ");
}

static void a_step_says_how_far_it_leads_and_what_there_is(void **state)
{
    struct fixture *fixture = *state;
    suite_begin(fixture);
    suite_put(fixture, "p1", 1, "one");
    suite_put(fixture, "p2", 1, "two");
    suite_end(fixture, true, 5000);
    suite_begin(fixture);
    suite_put(fixture, "p3", 1, "three");
    suite_end(fixture, true, 4000); /* the clock went back: versions don't */
    suite_begin(fixture);
    suite_end(fixture, true, 6000); /* nothing changed */

    struct registry_step step = suite_feed(fixture, 0, 1, "one ");
    assert_int_equal(step.to, 1);
    assert_int_equal(step.latest, 3);
    assert_int_equal(step.n_rows, 1);
    step = suite_feed(fixture, 1, 2, "two three ");
    assert_int_equal(step.to, 3);
    step = suite_feed(fixture, 3, 2, "");
    assert_int_equal(step.to, 3);
    assert_int_equal(step.n_rows, 0);
    char text[64];
    assert_int_equal(suite_feed_read(fixture, 4, 2, text, &step), ERR_OLD);
    suite_begin(fixture);
    suite_put(fixture, "p1", 2, "eins"); /* moves up: its first version is nobody's now */
    suite_end(fixture, true, 7000);
    step = suite_feed(fixture, 0, 2, "two three ");
    assert_int_equal(step.to, 3);
    assert_int_equal(step.latest, 4);
    assert_int_equal(suite_feed(fixture, 3, 3, "eins ").to, 4);
}

static enum err refuse_record(struct span record, bool withdrawn, void *user)
{
    (void)record;
    (void)withdrawn;
    (void)user;
    return ERR_CORRUPT;
}

static void a_feed_ends_when_its_reader_refuses(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_range range = {.feed = fixture->feed, .n_max = 9};
    struct registry_step step;
    suite_begin(fixture);
    suite_put(fixture, "p1", 1, "one");
    suite_end(fixture, true, 1000);
    assert_int_equal(fixture->store->ops->feed(fixture->store, &range, refuse_record, NULL, &step),
                     ERR_CORRUPT);
    suite_feed(fixture, 0, 9, "one ");
}

static void what_is_withdrawn_comes_down_as_such(void **state)
{
    struct fixture *fixture = *state;
    suite_begin(fixture);
    suite_put(fixture, "p1", 0, "one");
    suite_put(fixture, "p2", 0, "two");
    suite_end(fixture, true, 1000);

    suite_begin(fixture);
    assert_int_equal(suite_withdraw(fixture, "p3", "three"), ERR_MISSING);
    assert_int_equal(suite_withdraw(fixture, "p1", "as it may say now"), ERR_OK);
    assert_int_equal(suite_end(fixture, true, 2000).changed, 1);
    suite_reopen(fixture);
    suite_feed(fixture, 0, 9, "two -as it may say now ");

    suite_begin(fixture);
    assert_int_equal(suite_withdraw(fixture, "p1", "once more"), ERR_OK);
    struct registry_imported done = suite_end(fixture, true, 3000);
    assert_int_equal(done.changed, 0);
    assert_int_equal(done.unchanged, 1);

    suite_begin(fixture);
    suite_put(fixture, "p1", 0, "as it may say now"); /* it counts again */
    done = suite_end(fixture, true, 4000);
    assert_int_equal(done.changed, 1);
    assert_int_equal(done.version, 4);
    suite_feed(fixture, 2, 9, "as it may say now ");
}

static void a_placement_is_found_by_its_id(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    char room[16];
    struct span found;
    suite_begin(fixture);
    suite_put(fixture, "a", 1, "first");
    suite_put(fixture, "b", 1, "other");
    suite_end(fixture, true, 1);
    suite_begin(fixture);
    suite_put(fixture, "a", 2, "second");
    suite_end(fixture, true, 2);
    suite_reopen(fixture);
    ops = fixture->store->ops;
    assert_int_equal(ops->placement_get(fixture->store, "a", room, sizeof room, &found), ERR_OK);
    assert_int_equal(found.len, strlen("second"));
    assert_memory_equal(found.p, "second", found.len);
    assert_int_equal(ops->placement_get(fixture->store, "a", room, 5, &found), ERR_SIZE);
    assert_int_equal(ops->placement_get(fixture->store, "c", room, sizeof room, &found),
                     ERR_MISSING);
}

static void feeds_have_nothing_in_common(void **state)
{
    struct fixture *fixture = *state;
    struct registry_versions versions;
    suite_begin(fixture);
    suite_put(fixture, "same", 1, "placement");
    suite_end(fixture, true, 9000);
    fixture->feed = REGISTRY_LISTS;
    suite_feed(fixture, 0, 9, "");
    suite_begin(fixture);
    assert_int_equal(suite_withdraw(fixture, "same", "row"), ERR_MISSING);
    suite_put(fixture, "same", 0, "row");
    suite_put(fixture, "other", 0, "row");
    const struct registry_imported done = suite_end(fixture, true, 1000);
    assert_int_equal(done.changed, 2);
    assert_int_equal(done.version, 2);
    assert_int_equal(suite_feed(fixture, 0, 9, "row row ").latest, 2);
    fixture->feed = REGISTRY_PLACEMENTS;
    assert_int_equal(suite_feed(fixture, 0, 9, "placement ").latest, 1);
    assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
    assert_int_equal(versions.placements, 1);
    assert_int_equal(versions.lists, 2);
}

static void policy_versions_only_rise(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    char bundle[16];
    size_t len;
    uint64_t version;
    struct registry_versions versions;
    assert_int_equal(ops->policy_get(fixture->store, bundle, sizeof bundle, &len, &version),
                     ERR_MISSING);
    assert_int_equal(ops->policy_put(fixture->store, 12, span_of_text("twelve")), ERR_OK);
    assert_int_equal(ops->policy_put(fixture->store, 12, span_of_text("other")), ERR_OLD);
    assert_int_equal(ops->policy_put(fixture->store, 11, span_of_text("eleven")), ERR_OLD);
    assert_int_equal(ops->policy_put(fixture->store, 13, span_of_text("thirteen")), ERR_OK);
    suite_reopen(fixture);
    assert_int_equal(ops->policy_get(fixture->store, bundle, 7, &len, &version), ERR_SIZE);
    assert_int_equal(ops->policy_get(fixture->store, bundle, 8, &len, &version), ERR_OK);
    assert_int_equal(len, 8);
    assert_int_equal(version, 13);
    assert_memory_equal(bundle, "thirteen", 8);
    assert_int_equal(ops->versions(fixture->store, &versions), ERR_OK);
    assert_int_equal(versions.policy, 13);
    assert_int_equal(versions.placements, 0);
    assert_int_equal(versions.lists, 0);
}

static void versions_are_those_of_the_newest(void **state)
{
    struct fixture *fixture = *state;
    struct fixture second = {.place = fixture->place, .store = suite_chosen->open(fixture->place)};
    struct registry_versions versions;
    suite_begin(&second);
    suite_put(&second, "p1", 1, "one");
    suite_end(&second, true, 1000);
    second.store->ops->close(second.store);
    assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
    assert_int_equal(versions.placements, 1);
    assert_int_equal(versions.policy, 0);
}

int registry_store_feeds_suite(void)
{
    const struct CMUnitTest tests[] = {
        FEED_TEST(an_import_is_seen_whole_or_not_at_all),
        FEED_TEST(only_what_changes_gets_a_version),
        FEED_TEST(a_step_says_how_far_it_leads_and_what_there_is),
        FEED_TEST(a_feed_ends_when_its_reader_refuses),
        FEED_TEST(what_is_withdrawn_comes_down_as_such),
        TEST(a_placement_is_found_by_its_id),
        TEST(feeds_have_nothing_in_common),
        TEST(policy_versions_only_rise),
        TEST(versions_are_those_of_the_newest),
    };
    return cmocka_run_group_tests_name("feeds suite", tests, NULL, NULL);
}
