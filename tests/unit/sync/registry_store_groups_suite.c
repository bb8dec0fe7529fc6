/* Branches in quarantine, and groups with one commit. A part of registry_store_suite.h. */
#include "registry_store_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void a_branch_is_kept_once(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct run run;
    bool kept = false;
    run_make(&run, 'x', 5, 3);
    run.branch.proven = false;
    for (int i = 0; i < 3; i++) {
        memset(run.signature, i, sizeof run.signature);
        assert_int_equal(ops->quarantine(fixture->store, kiosk_a.id, &run.branch, &kept), ERR_OK);
        assert_true(kept);
    }
    suite_reopen(fixture);
    assert_int_equal(suite_branches(fixture), 1);
    assert_int_equal(suite_head(fixture, kiosk_a.id).next, 1);
}

static void junk_does_not_crowd_out_evidence(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct run run;
    bool kept;
    for (uint64_t i = 0; i < REGISTRY_BRANCHES_MAX + 2; i++) {
        run_make(&run, 'j', 100 + i, 1);
        run.branch.proven = false;
        assert_int_equal(ops->quarantine(fixture->store, kiosk_a.id, &run.branch, &kept), ERR_OK);
        assert_int_equal(kept, i < REGISTRY_BRANCHES_MAX);
    }
    run_make(&run, 'a', 1, 2);
    suite_append(fixture, &run);
    run_make(&run, 'b', 1, 2);
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_FORK);
    assert_int_equal(suite_branches(fixture), REGISTRY_BRANCHES_MAX + 1);
}

static void a_group_is_durable_and_seen_by_others_when_it_has_ended(void **state)
{
    struct fixture *fixture = *state;
    struct fixture second = {.place = fixture->place, .store = suite_chosen->open(fixture->place)};
    const struct registry_store_ops *ops = fixture->store->ops;
    struct registry_appended done;
    struct run run;
    bool kept = false;
    assert_int_equal(ops->group_begin(fixture->store), ERR_OK);
    run_make(&run, 'a', 1, 3);
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_APPENDED);
    assert_int_equal(ops->append(fixture->store, kiosk_b.id, &run.branch, &done), ERR_OK);
    run_make(&run, 'b', 1, 2);
    assert_int_equal(ops->quarantine(fixture->store, kiosk_a.id, &run.branch, &kept), ERR_OK);
    assert_true(kept);
    assert_int_equal(suite_head(fixture, kiosk_a.id).next, 4);
    assert_int_equal(suite_head(&second, kiosk_a.id).next, 1);
    assert_int_equal(ops->group_end(fixture->store, true), ERR_OK);
    assert_int_equal(suite_head(&second, kiosk_a.id).next, 4);
    assert_int_equal(suite_head(&second, kiosk_b.id).next, 4);
    assert_int_equal(suite_branches(&second), 1);
    second.store->ops->close(second.store);
}

static void a_group_that_is_not_kept_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct registry_appended done;
    struct run run;
    run_make(&run, 'a', 1, 3);
    for (int failing = 0; failing <= 1; failing++) {
        assert_int_equal(ops->group_begin(fixture->store), ERR_OK);
        assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_APPENDED);
        if (failing)
            assert_int_equal(ops->append(fixture->store, "nobody", &run.branch, &done),
                             ERR_MISSING);
        assert_int_equal(ops->group_end(fixture->store, failing != 0),
                         failing ? ERR_MISSING : ERR_OK);
        assert_int_equal(suite_head(fixture, kiosk_a.id).next, 1);
    }
    suite_reopen(fixture);
    assert_int_equal(suite_append(fixture, &run).outcome,
                     REGISTRY_APPENDED); /* as if there was none */
    assert_int_equal(suite_head(fixture, kiosk_a.id).next, 4);
}

int registry_store_groups_suite(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_branch_is_kept_once),
        TEST(junk_does_not_crowd_out_evidence),
        TEST(a_group_is_durable_and_seen_by_others_when_it_has_ended),
        TEST(a_group_that_is_not_kept_leaves_nothing),
    };
    return cmocka_run_group_tests_name("groups suite", tests, NULL, NULL);
}
