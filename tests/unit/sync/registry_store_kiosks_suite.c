/* Kiosks: added, found, revoked, listed. A part of registry_store_suite.h. */
#include "registry_store_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void a_kiosk_is_found_as_it_was_added(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct registry_kiosk found;
    suite_reopen(fixture);
    assert_int_equal(ops->kiosk_find(fixture->store, kiosk_a.id, &found), ERR_OK);
    assert_string_equal(found.id, kiosk_a.id);
    assert_memory_equal(found.entry_point, kiosk_a.entry_point, SIGN_POINT_LEN);
    assert_false(found.revoked);
    assert_int_equal(ops->kiosk_find(fixture->store, "nobody", &found), ERR_MISSING);
    assert_string_equal(found.id, kiosk_a.id);
}

static void a_kiosk_keeps_its_key(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct registry_kiosk other = kiosk_a;
    other.entry_point[1] = 9;
    assert_int_equal(ops->kiosk_add(fixture->store, &kiosk_a), ERR_OK);
    assert_int_equal(ops->kiosk_add(fixture->store, &other), ERR_INVALID);
}

static void a_revoked_kiosk_stays_revoked(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct registry_kiosk found;
    assert_int_equal(ops->kiosk_revoke(fixture->store, kiosk_a.id), ERR_OK);
    assert_int_equal(ops->kiosk_revoke(fixture->store, kiosk_a.id), ERR_OK);
    assert_int_equal(ops->kiosk_revoke(fixture->store, "nobody"), ERR_MISSING);
    assert_int_equal(ops->kiosk_add(fixture->store, &kiosk_a), ERR_INVALID);
    assert_int_equal(ops->kiosk_find(fixture->store, kiosk_a.id, &found), ERR_OK);
    assert_true(found.revoked);
    assert_int_equal(ops->kiosk_find(fixture->store, kiosk_b.id, &found), ERR_OK);
    assert_false(found.revoked);
}

static enum err stop_at_once(const struct registry_kiosk *kiosk, const struct registry_head *head,
                             uint64_t branches, void *user)
{
    (void)head;
    (void)branches;
    snprintf(user, ENTRY_KIOSK_LEN, "%s", kiosk->id);
    return ERR_CLOSED;
}

static void kiosks_are_listed_by_id_until_the_caller_stops(void **state)
{
    struct fixture *fixture = *state;
    char first[ENTRY_KIOSK_LEN] = "";
    assert_int_equal(fixture->store->ops->kiosks_each(fixture->store, stop_at_once, first),
                     ERR_CLOSED);
    assert_string_equal(first, kiosk_a.id);
}

int registry_store_kiosks_suite(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kiosk_is_found_as_it_was_added),
        TEST(a_kiosk_keeps_its_key),
        TEST(a_revoked_kiosk_stays_revoked),
        TEST(kiosks_are_listed_by_id_until_the_caller_stops),
    };
    return cmocka_run_group_tests_name("kiosks suite", tests, NULL, NULL);
}
