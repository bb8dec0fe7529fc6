/* What a store does with codes to enrol with; a part of registry_store_suite.h. */
#include "registry_store_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define NOW_MS  INT64_C(1795305600000)
#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

static const struct suite_backend *backend;

struct fixture {
    void *place;
    struct registry_store *store;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->place = backend->make();
    fixture->store = backend->open(fixture->place);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fixture->store->ops->close(fixture->store);
    backend->remove(fixture->place);
    free(fixture);
    return 0;
}

static void code_add(struct fixture *f, uint8_t secret, const char *kiosk)
{
    struct registry_code code = {.hash = {secret}, .expires_ms = NOW_MS + HOUR_MS};
    snprintf(code.kiosk, sizeof code.kiosk, "%s", kiosk);
    assert_int_equal(f->store->ops->code_add(f->store, &code, NOW_MS), ERR_OK);
}

struct attempt {
    const char *proves;
    uint8_t secret, entry_key, tls_key;
    const char *kiosk;
    int64_t later_ms;
    enum registry_joined joined;
};

static enum registry_joined code_use(struct fixture *f, const struct attempt *attempt)
{
    struct registry_joiner joiner = {.code_hash = {attempt->secret},
                                     .kiosk.entry_point = {4, attempt->entry_key},
                                     .tls_key = {attempt->tls_key}};
    enum registry_joined joined;
    snprintf(joiner.kiosk.id, sizeof joiner.kiosk.id, "%s", attempt->kiosk);
    assert_int_equal(
        f->store->ops->code_use(f->store, &joiner, NOW_MS + attempt->later_ms, &joined), ERR_OK);
    return joined;
}

/* One after the other, on one store with code 1 for A, 2 for B, and code 3 for C, which is there
 * with another key. */
static const struct attempt attempts[] = {
    {"a code that was never given", 9, 1, 1, "A", 0, REGISTRY_CODE_UNKNOWN},
    {"another kiosk's code", 2, 1, 1, "A", 0, REGISTRY_CODE_OTHERS},
    {"a code at its end", 1, 1, 1, "A", HOUR_MS, REGISTRY_CODE_EXPIRED},
    {"a code just before its end", 1, 1, 1, "A", HOUR_MS - 1, REGISTRY_JOINED},
    {"the same keys again: the answer was lost", 1, 1, 1, "A", 0, REGISTRY_JOINED},
    {"the same keys after its end", 1, 1, 1, "A", HOUR_MS, REGISTRY_CODE_EXPIRED},
    {"another TLS key", 1, 1, 2, "A", 0, REGISTRY_CODE_USED},
    {"another entry key", 1, 2, 1, "A", 0, REGISTRY_CODE_USED},
    {"another id with a used code", 1, 1, 1, "B", 0, REGISTRY_CODE_OTHERS},
    {"an id that has another entry key", 3, 8, 8, "C", 0, REGISTRY_ID_TAKEN},
    {"that did not use the code", 3, 7, 8, "C", 0, REGISTRY_JOINED},
};

static void a_code_is_good_once_for_one_kiosk_and_its_keys(void **state)
{
    struct fixture *f = *state;
    const struct registry_kiosk c = {.id = "C", .entry_point = {4, 7}};
    assert_int_equal(f->store->ops->kiosk_add(f->store, &c), ERR_OK);
    code_add(f, 1, "A");
    code_add(f, 2, "B");
    code_add(f, 3, "C");
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++)
        if (code_use(f, &attempts[i]) != attempts[i].joined)
            fail_msg("%s", attempts[i].proves);
}

static void who_joins_is_registered_and_who_does_not_is_not(void **state)
{
    struct fixture *f = *state;
    const struct registry_store_ops *ops = f->store->ops;
    const struct attempt wrong = {"", 9, 1, 1, "A", 0, REGISTRY_CODE_UNKNOWN},
                         right = {"", 1, 1, 1, "A", 0, REGISTRY_JOINED};
    struct registry_kiosk found;
    code_add(f, 1, "A");
    assert_int_equal(code_use(f, &wrong), REGISTRY_CODE_UNKNOWN);
    assert_int_equal(ops->kiosk_find(f->store, "A", &found), ERR_MISSING);
    assert_int_equal(code_use(f, &right), REGISTRY_JOINED);
    assert_int_equal(ops->kiosk_find(f->store, "A", &found), ERR_OK);
    assert_int_equal(found.entry_point[1], 1);
    assert_false(found.revoked);
}

static void a_revoked_kiosk_joins_no_more(void **state)
{
    struct fixture *f = *state;
    const struct attempt first = {"", 1, 1, 1, "A", 0, REGISTRY_JOINED},
                         second = {"", 2, 1, 1, "A", 0, REGISTRY_ID_TAKEN};
    code_add(f, 1, "A");
    assert_int_equal(code_use(f, &first), REGISTRY_JOINED);
    assert_int_equal(f->store->ops->kiosk_revoke(f->store, "A"), ERR_OK);
    assert_int_equal(code_use(f, &first), REGISTRY_ID_TAKEN);
    code_add(f, 2, "A");
    assert_int_equal(code_use(f, &second), REGISTRY_ID_TAKEN);
}

/* Neither of its two keys, however long ago it enrolled, and whether it was revoked or not. */
static void keys_belong_to_one_id(void **state)
{
    struct fixture *f = *state;
    const struct attempt first = {"", 1, 1, 2, "A", 0, REGISTRY_JOINED};
    static const struct attempt others[] = {
        {"the same entry key", 2, 1, 9, "B", 30 * DAY_MS, REGISTRY_KEYS_OTHERS},
        {"the same TLS key", 2, 9, 2, "B", 30 * DAY_MS, REGISTRY_KEYS_OTHERS},
        {"keys of its own", 2, 2, 3, "B", 30 * DAY_MS, REGISTRY_JOINED},
    };
    struct registry_code later = {.hash = {2}, .kiosk = "B", .expires_ms = NOW_MS + 31 * DAY_MS};
    const struct registry_kiosk added = {.id = "C", .entry_point = {4, 1}};
    code_add(f, 1, "A");
    assert_int_equal(code_use(f, &first), REGISTRY_JOINED);
    assert_int_equal(f->store->ops->kiosk_revoke(f->store, "A"), ERR_OK);
    assert_int_equal(f->store->ops->code_add(f->store, &later, NOW_MS + 400 * DAY_MS), ERR_OK);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (code_use(f, &others[i]) != others[i].joined)
            fail_msg("%s", others[i].proves);
    assert_int_equal(f->store->ops->kiosk_add(f->store, &added), ERR_INVALID);
}

static void a_new_code_takes_the_place_of_an_unused_one_of_the_same_kiosk(void **state)
{
    struct fixture *f = *state;
    const struct attempt lost = {"", 1, 1, 1, "A", 0, REGISTRY_CODE_UNKNOWN},
                         newer = {"", 2, 1, 1, "A", 0, REGISTRY_JOINED},
                         others = {"", 3, 2, 2, "B", 0, REGISTRY_JOINED};
    code_add(f, 1, "A");
    code_add(f, 3, "B");
    code_add(f, 2, "A");
    assert_int_equal(code_use(f, &lost), REGISTRY_CODE_UNKNOWN);
    assert_int_equal(code_use(f, &newer), REGISTRY_JOINED);
    assert_int_equal(code_use(f, &others), REGISTRY_JOINED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int registry_store_codes_suite(const struct suite_backend *chosen)
{
    const struct CMUnitTest tests[] = {
        TEST(a_code_is_good_once_for_one_kiosk_and_its_keys),
        TEST(who_joins_is_registered_and_who_does_not_is_not),
        TEST(a_revoked_kiosk_joins_no_more),
        TEST(keys_belong_to_one_id),
        TEST(a_new_code_takes_the_place_of_an_unused_one_of_the_same_kiosk),
    };
    backend = chosen;
    return cmocka_run_group_tests_name(chosen->name, tests, NULL, NULL);
}
