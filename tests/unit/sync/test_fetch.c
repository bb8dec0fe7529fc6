/* What is believed of downloads: the right key's, from where we are, and only forward. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fetch.h"
#include "policy.h"
#include "test_keys.h"

static struct sign_key *keys[2];
static struct verify_key *public_key;
static uint8_t envelope[8192];

static struct span seal(const struct sign_key *key, struct span payload)
{
    size_t len;
    assert_int_equal(cose_seal(key, payload, envelope, sizeof envelope, &len), ERR_OK);
    return span_of(envelope, len);
}

#define AS_OF_MAX 1000

static struct span feed_step(const struct sign_key *key, const struct wire_feed *feed)
{
    uint8_t payload[256];
    size_t len;
    assert_int_equal(wire_feed_encode(feed, payload, sizeof payload, &len), ERR_OK);
    return seal(key, span_of(payload, len));
}

static const struct {
    const char *proves;
    size_t key;
    uint64_t from, to, latest;
    int64_t as_of;
    enum err expected; /* when asked from 7 */
} steps[] = {
    {"a step from where we are", 0, 7, 9, 20, 1, ERR_OK},
    {"nothing new", 0, 7, 7, 7, 1, ERR_OK},
    {"another key's step", 1, 7, 9, 20, 1, ERR_AUTH},
    {"an old step played again", 0, 6, 9, 20, 1, ERR_OLD},
    {"a step that skips", 0, 8, 9, 20, 1, ERR_OLD},
    {"a step on the spot though there is more", 0, 7, 7, 20, 1, ERR_INVALID},
    {"as new as can be", 0, 7, 9, 20, AS_OF_MAX, ERR_OK},
    {"data from the future", 0, 7, 9, 20, AS_OF_MAX + 1, ERR_INVALID},
    {"nothing new, from the future", 0, 7, 7, 7, INT64_MAX, ERR_INVALID},
};

/* Both feeds by the same terms. */
static void steps_of_the_feeds(void **state)
{
    (void)state;
    static struct placement placements[WIRE_FEED_ROWS];
    static struct listing listings[WIRE_FEED_ROWS];
    const struct fetch_feed_terms terms = {.key = public_key, .from = 7, .as_of_max = AS_OF_MAX};
    for (size_t i = 0; i < 2 * sizeof steps / sizeof steps[0]; i++) {
        const size_t row = i / 2;
        const enum wire_feed_name name = i % 2 ? WIRE_LISTS : WIRE_PLACEMENTS;
        struct wire_feed feed = {
            .name = name, .placements = placements, .listings = listings, .to = 99};
        const struct wire_feed sent = {.name = name,
                                       .from = steps[row].from,
                                       .to = steps[row].to,
                                       .latest = steps[row].latest,
                                       .as_of = steps[row].as_of};
        const char *why = NULL;
        const enum err err =
            fetch_feed_open(&terms, feed_step(keys[steps[row].key], &sent), &feed, &why);
        if (err != steps[row].expected || (err != ERR_OK) != (why != NULL))
            fail_msg("%s: %s", wire_feed_text(name), steps[row].proves);
        assert_int_equal(feed.to, steps[row].expected == ERR_OK ? steps[row].to : 99);
    }
}

static void a_step_of_one_feed_is_none_of_the_other(void **state)
{
    (void)state;
    static struct placement placements[WIRE_FEED_ROWS];
    static struct listing listings[WIRE_FEED_ROWS];
    const struct fetch_feed_terms terms = {.key = public_key, .from = 7, .as_of_max = AS_OF_MAX};
    for (enum wire_feed_name name = WIRE_PLACEMENTS; name < WIRE_FEEDS; name++) {
        const struct wire_feed sent = {.name = name, .from = 7, .to = 7, .latest = 7};
        struct wire_feed feed = {.name = name == WIRE_LISTS ? WIRE_PLACEMENTS : WIRE_LISTS,
                                 .placements = placements,
                                 .listings = listings};
        const char *why = NULL;
        assert_int_equal(fetch_feed_open(&terms, feed_step(keys[0], &sent), &feed, &why),
                         ERR_INVALID);
    }
}

#define NOW   INT64_C(1795250228) /* 2026-11-21 */
#define Y2100 INT64_C(4102444800)
#define DAY   INT64_C(86400)

static const struct {
    const char *proves;
    int64_t own, registry;
    int64_t expected; /* without the day's slack */
} clocks[] = {
    {"two clocks that agree", NOW, NOW, NOW},
    {"ours is slow: the registry's counts", NOW, NOW + 20 * DAY, NOW + 20 * DAY},
    {"the registry's is slow: ours counts", NOW, NOW - 20 * DAY, NOW},
    {"as far ahead as is believed", NOW, NOW + FETCH_CLOCK_LEAD_S, NOW + FETCH_CLOCK_LEAD_S},
    {"further ahead than is believed", NOW, NOW + FETCH_CLOCK_LEAD_S + 1, NOW},
    {"ours was never set: the registry's counts", 5, NOW, NOW},
    {"ours was never set, and the registry's is beyond belief", 5, Y2100 + 1, 5},
    {"the largest number there is", NOW, INT64_MAX, NOW},
    {"the smallest number there is", NOW, INT64_MIN, NOW},
};

static void how_new_data_may_call_themselves(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        if (fetch_as_of_max(clocks[i].own, clocks[i].registry) != clocks[i].expected + DAY)
            fail_msg("%s", clocks[i].proves);
    }
}

static struct span policy_bundle(const struct sign_key *key, uint64_t version)
{
    const struct policy policy = {.version = version,
                                  .issued = 1795250228,
                                  .staleness_hours = {{24, 24}, {72, 24}},
                                  .passport_min_validity_months = 6,
                                  .min_work_age_years = 18,
                                  .double_scan_s = 30,
                                  .payload_after_receipt_days = 30,
                                  .double_scan_hash_days = 180};
    uint8_t payload[1024];
    struct cbor_writer w;
    struct span bytes;
    cbor_writer_init(&w, payload, sizeof payload);
    assert_int_equal(policy_encode(&policy, span_of(NULL, 0), &w), ERR_OK);
    assert_int_equal(cbor_writer_finish(&w, &bytes), ERR_OK);
    return seal(key, bytes);
}

static const struct {
    const char *proves;
    size_t key;
    uint64_t version;
    enum err expected; /* when 4 is stored */
} bundles[] = {
    {"a newer one", 0, 5, ERR_OK},
    {"another key's", 1, 5, ERR_AUTH},
    {"the same again", 0, 4, ERR_OLD},
    {"an older one", 0, 3, ERR_OLD},
};

static void bundles_of_policy(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bundles / sizeof bundles[0]; i++) {
        uint64_t version = 99;
        const struct span bundle = policy_bundle(keys[bundles[i].key], bundles[i].version);
        if (fetch_policy_open(public_key, bundle, 4, &version) != bundles[i].expected)
            fail_msg("%s", bundles[i].proves);
        assert_int_equal(version, bundles[i].expected == ERR_OK ? bundles[i].version : 99);
    }
}

static void what_is_no_feed_and_no_policy(void **state)
{
    (void)state;
    static struct placement rows[WIRE_FEED_ROWS];
    struct wire_feed feed = {.placements = rows};
    const struct fetch_feed_terms terms = {.key = public_key, .as_of_max = AS_OF_MAX};
    const char *why;
    uint64_t version;
    struct span nonsense = seal(keys[0], span_of_text("nonsense"));
    assert_int_equal(fetch_feed_open(&terms, nonsense, &feed, &why), ERR_INVALID);
    assert_int_equal(fetch_policy_open(public_key, nonsense, 0, &version), ERR_INVALID);
    assert_int_equal(fetch_feed_open(&terms, policy_bundle(keys[0], 5), &feed, &why), ERR_INVALID);
    const struct wire_feed step = {.from = 7, .to = 9, .latest = 9, .as_of = 1};
    assert_int_equal(fetch_policy_open(public_key, feed_step(keys[0], &step), 0, &version),
                     ERR_INVALID);
    nonsense = span_of_text("<html>");
    assert_int_equal(fetch_feed_open(&terms, nonsense, &feed, &why), ERR_INVALID);
    assert_int_equal(fetch_policy_open(public_key, nonsense, 0, &version), ERR_INVALID);
}

static void targets_are_what_the_registry_reads(void **state)
{
    (void)state;
    char target[FETCH_TARGET_LEN];
    const uint8_t nonce[RECEIPT_NONCE_LEN] = {0x00, 0x01, 0xAB, [15] = 0xFF};
    fetch_receipt_target(nonce, target);
    assert_string_equal(target, "/v1/receipt?nonce=0001ab000000000000000000000000ff");
    fetch_feed_target(WIRE_PLACEMENTS, 0, target);
    assert_string_equal(target, "/v1/feed/placements?from=0");
    fetch_feed_target(WIRE_LISTS, UINT64_MAX, target);
    assert_string_equal(target, "/v1/feed/lists?from=18446744073709551615");
}

static int make_keys(void **state)
{
    (void)state;
    keys[0] = test_key(0);
    keys[1] = test_key(1);
    public_key = test_public_key(keys[0]);
    return 0;
}

static int drop_keys(void **state)
{
    (void)state;
    sign_key_close(keys[0]);
    sign_key_close(keys[1]);
    verify_key_close(public_key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_the_feeds),
        cmocka_unit_test(a_step_of_one_feed_is_none_of_the_other),
        cmocka_unit_test(how_new_data_may_call_themselves),
        cmocka_unit_test(bundles_of_policy),
        cmocka_unit_test(what_is_no_feed_and_no_policy),
        cmocka_unit_test(targets_are_what_the_registry_reads),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
