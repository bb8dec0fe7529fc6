/* What the registry answers when its store fails: 503, come again, and nothing acknowledged. The
 * store here fails on demand; how it answers when all is well is tests/system/test_registry.py. */
#include "registry_service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "registry_sign.h"
#include "test_keys.h"
#include "wire.h"

static const char kiosk_id[] = "CGK-03-0412";

enum operation {
    OP_NONE,
    OP_KIOSK_FIND,
    OP_HEAD,
    OP_APPEND,
    OP_QUARANTINE,
    OP_GROUP_BEGIN,
    OP_GROUP_END,
    OP_FEED,
    OP_POLICY_GET,
    OP_VERSIONS,
};

/* A store that holds one kiosk and nothing else, and of which one operation fails. */
struct failing_store {
    struct registry_store store;
    enum operation failing;
    enum err how; /* it fails */
    uint8_t entry_point[SIGN_POINT_LEN];
    bool revoked;
    bool grouped;
    unsigned begun, appended, kept; /* calls; entries that a commit has kept */
};

static enum err outcome(struct registry_store *store, enum operation operation)
{
    const struct failing_store *failing = (struct failing_store *)store;
    return failing->failing == operation ? failing->how : ERR_OK;
}

static enum err kiosk_find(struct registry_store *store, const char *id, struct registry_kiosk *out)
{
    const struct failing_store *failing = (struct failing_store *)store;
    if (strcmp(id, kiosk_id) != 0)
        return ERR_MISSING;
    *out = (struct registry_kiosk){.revoked = failing->revoked};
    snprintf(out->id, sizeof out->id, "%s", id);
    memcpy(out->entry_point, failing->entry_point, sizeof out->entry_point);
    return outcome(store, OP_KIOSK_FIND);
}

static enum err head(struct registry_store *store, const char *kiosk, struct registry_head *out)
{
    (void)kiosk;
    *out = (struct registry_head){.next = 1};
    return outcome(store, OP_HEAD);
}

static enum err append(struct registry_store *store, const char *kiosk,
                       const struct registry_branch *branch, struct registry_appended *out)
{
    struct failing_store *failing = (struct failing_store *)store;
    (void)kiosk;
    failing->appended++;
    failing->kept += !failing->grouped && failing->failing != OP_APPEND;
    *out = (struct registry_appended){
        .outcome = REGISTRY_APPENDED,
        .n_new = branch->n_entries,
        .head = {.epoch = 1, .next = branch->entries[0].seq + branch->n_entries, .hash = {1}}};
    return outcome(store, OP_APPEND);
}

static enum err group_begin(struct registry_store *store)
{
    struct failing_store *failing = (struct failing_store *)store;
    assert_false(failing->grouped);
    failing->begun++;
    failing->grouped = failing->failing != OP_GROUP_BEGIN;
    failing->appended = 0;
    return outcome(store, OP_GROUP_BEGIN);
}

static enum err group_end(struct registry_store *store, bool keep)
{
    struct failing_store *failing = (struct failing_store *)store;
    assert_true(failing->grouped);
    failing->grouped = false;
    if (keep && failing->failing != OP_GROUP_END)
        failing->kept += failing->appended;
    return outcome(store, OP_GROUP_END);
}

static enum err quarantine(struct registry_store *store, const char *kiosk,
                           const struct registry_branch *branch, bool *kept)
{
    (void)kiosk;
    (void)branch;
    *kept = true;
    return outcome(store, OP_QUARANTINE);
}

static enum err feed(struct registry_store *store, const struct registry_range *range,
                     registry_record_each *each, void *user, struct registry_step *out)
{
    (void)each;
    (void)user;
    *out = (struct registry_step){.to = range->from, .latest = range->from};
    return outcome(store, OP_FEED);
}

static enum err policy_get(struct registry_store *store, void *bundle, size_t cap, size_t *len,
                           uint64_t *version)
{
    (void)cap;
    memcpy(bundle, "bundle", 6);
    *len = 6;
    *version = 1;
    return outcome(store, OP_POLICY_GET);
}

static enum err versions(struct registry_store *store, struct registry_versions *out)
{
    *out = (struct registry_versions){.placements = 7, .policy = 8, .lists = 9};
    return outcome(store, OP_VERSIONS);
}

static const struct registry_store_ops failing_ops = {
    .kiosk_find = kiosk_find,
    .head = head,
    .append = append,
    .quarantine = quarantine,
    .group_begin = group_begin,
    .group_end = group_end,
    .feed = feed,
    .policy_get = policy_get,
    .versions = versions,
};

struct fixture {
    struct failing_store store;
    struct sign_key *receipt_key, *entry_key;
    struct registry_signer *signer; /* by receipt_key */
    struct registry_service *service;
    size_t body_len;
    uint8_t body[4096];
};

/* A batch of one EPOCH entry, signed. */
static void body_make(struct fixture *fixture, const struct sign_key *key)
{
    static struct wire_batch batch;
    static const uint8_t salt[ENTRY_SALT_LEN], no_hash[SIGN_HASH_LEN];
    const struct entry_epoch epoch = {0};
    struct entry_header entry = {.epoch = 1, .seq = 1, .kind = ENTRY_EPOCH};
    uint8_t unlinked[ENTRY_HEADER_MAX], whole[ENTRY_HEADER_MAX], payload[256], plain[2048];
    uint8_t hash[SIGN_HASH_LEN];
    size_t unlinked_len, whole_len, payload_len, plain_len;
    snprintf(entry.kiosk, sizeof entry.kiosk, "%s", kiosk_id);
    entry.time.zone = CLOCK_WIB;
    assert_int_equal(
        entry_header_encode(&entry, ENTRY_UNLINKED, unlinked, sizeof unlinked, &unlinked_len), 0);
    assert_int_equal(entry_epoch_encode(&epoch, salt, payload, sizeof payload, &payload_len), 0);
    batch = (struct wire_batch){.epoch = 1, .from = 1, .n_entries = 1};
    batch.entries[0].header = span_of(unlinked, unlinked_len);
    batch.entries[0].payload = span_of(payload, payload_len);
    assert_int_equal(wire_relink(&batch.entries[0], no_hash, &entry, whole, &whole_len, hash), 0);
    assert_int_equal(cose_sign(key, span_of(whole, whole_len), batch.signature), 0);
    assert_int_equal(wire_batch_encode(&batch, plain, sizeof plain, &plain_len), 0);
    assert_int_equal(wire_compress(span_of(plain, plain_len), fixture->body, sizeof fixture->body,
                                   &fixture->body_len),
                     0);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    char path[] = TEST_KEY_PATH, why[SIGN_WHY_LEN];
    fixture->receipt_key = test_key(0);
    fixture->entry_key = test_key(1);
    fixture->store.store.ops = &failing_ops;
    fixture->store.how = ERR_FULL;
    sign_key_point(fixture->entry_key, fixture->store.entry_point);
    body_make(fixture, fixture->entry_key);
    *state = fixture;
    test_key_file(0, path);
    assert_int_equal(registry_signer_load(path, &fixture->signer, why), ERR_OK);
    unlink(path);
    return registry_service_open(&fixture->store.store, fixture->signer, &fixture->service);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    registry_service_close(fixture->service);
    registry_signer_close(fixture->signer);
    sign_key_close(fixture->receipt_key);
    sign_key_close(fixture->entry_key);
    free(fixture);
    return 0;
}

static struct registry_reply ask_once(struct fixture *fixture, const char *method, const char *path,
                                      bool alone)
{
    const struct registry_request request = {
        .alone = alone,
        .method = method,
        .path = path,
        .nonce = "00112233445566778899aabbccddeeff",
        .from = "3",
        .kiosk = kiosk_id,
        .body = span_of(fixture->body, fixture->body_len),
        .now_ms = 1795305600000,
    };
    struct registry_reply reply;
    registry_service_answer(fixture->service, &request, &reply);
    return reply;
}

/* As a server does, with nobody else there. */
static struct registry_reply ask(struct fixture *fixture, const char *method, const char *path)
{
    const struct registry_reply reply = ask_once(fixture, method, path, false);
    if (!reply.settles || registry_service_settle(fixture->service) == ERR_OK)
        return reply;
    return ask_once(fixture, method, path, true);
}

static void a_failing_store_is_503_and_acknowledges_nothing(void **state)
{
    static const struct {
        const char *says, *method, *path;
        enum operation failing;
    } rows[] = {
        {"no transaction begins", "POST", "/v1/entries", OP_GROUP_BEGIN},
        {"the kiosk is not read", "GET", "/v1/policy", OP_KIOSK_FIND},
        {"its head is not read", "GET", "/v1/receipt", OP_HEAD},
        {"versions are not read", "GET", "/v1/receipt", OP_VERSIONS},
        {"the head is not read before an append", "POST", "/v1/entries", OP_HEAD},
        {"entries are not stored", "POST", "/v1/entries", OP_APPEND},
        {"they are, and the receipt fails", "POST", "/v1/entries", OP_VERSIONS},
        {"the feed is not read", "GET", "/v1/feed/placements", OP_FEED},
        {"the lists are not read", "GET", "/v1/feed/lists", OP_FEED},
        {"the policy is not read", "GET", "/v1/policy", OP_POLICY_GET},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("%s\n", rows[i].says);
        fixture->store.failing = OP_NONE;
        assert_int_equal(ask(fixture, rows[i].method, rows[i].path).status, 200);
        fixture->store.failing = rows[i].failing;
        const struct registry_reply reply = ask(fixture, rows[i].method, rows[i].path);
        assert_int_equal(reply.status, 503);
        assert_null(reply.type);
        assert_int_equal(reply.retry_after_s, REGISTRY_RETRY_AFTER_S);
    }
}

static void what_is_stored_is_acknowledged_when_it_is_durable(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_reply one = ask_once(fixture, "POST", "/v1/entries", false),
                                two = ask_once(fixture, "POST", "/v1/entries", false),
                                other = ask_once(fixture, "GET", "/v1/receipt", false);
    assert_int_equal(one.status, 200);
    assert_int_equal(two.status, 200);
    assert_true(one.settles && two.settles);
    assert_int_equal(fixture->store.kept, 0);
    assert_true(other.settles); /* it would tell what is not durable */
    assert_int_equal(other.status, 0);
    assert_int_equal(registry_service_settle(fixture->service), ERR_OK);
    assert_int_equal(fixture->store.kept, 2);
    assert_false(ask_once(fixture, "GET", "/v1/receipt", false).settles);
}

static void one_that_can_not_be_stored_takes_no_other_with_it(void **state)
{
    struct fixture *fixture = *state;
    assert_true(ask_once(fixture, "POST", "/v1/entries", false).settles);
    fixture->store.failing = OP_APPEND;
    assert_true(ask_once(fixture, "POST", "/v1/entries", false).settles);
    fixture->store.failing = OP_NONE;
    const unsigned appended = fixture->store.appended;
    assert_int_equal(ask_once(fixture, "POST", "/v1/entries", false).status, 0);
    assert_int_equal(fixture->store.appended, appended); /* it was not tried in vain */
    assert_int_not_equal(registry_service_settle(fixture->service), ERR_OK);
    assert_int_equal(fixture->store.kept, 0);
    for (unsigned i = 1; i <= 3; i++) {
        const struct registry_reply reply = ask_once(fixture, "POST", "/v1/entries", true);
        assert_int_equal(reply.status, 200);
        assert_false(reply.settles);
        assert_int_equal(fixture->store.kept, i);
    }
    /* The one with the fault comes again: for a while nobody shares a commit with it. */
    assert_false(ask_once(fixture, "POST", "/v1/entries", false).settles);
    for (unsigned i = 0; i < 64; i++)
        (void)ask(fixture, "POST", "/v1/entries");
    assert_true(ask_once(fixture, "POST", "/v1/entries", false).settles);
    assert_int_equal(registry_service_settle(fixture->service), ERR_OK);
}

static void a_commit_that_fails_acknowledges_nothing(void **state)
{
    struct fixture *fixture = *state;
    assert_true(ask_once(fixture, "POST", "/v1/entries", false).settles);
    fixture->store.failing = OP_GROUP_END;
    assert_int_not_equal(registry_service_settle(fixture->service), ERR_OK);
    assert_int_equal(fixture->store.kept, 0);
}

/* What is logged while `fixture` settles is counted. */
static int settle_logs(struct fixture *fixture, enum err expected, const char *event)
{
    char text[4096] = "";
    const int fd = memfd_create("log", 0), saved = dup(STDERR_FILENO);
    int n = 0;
    assert_true(fd >= 0 && saved >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    const enum err err = registry_service_settle(fixture->service);
    dup2(saved, STDERR_FILENO);
    close(saved);
    assert_true(pread(fd, text, sizeof text - 1, 0) >= 0);
    close(fd);
    assert_int_equal(err, expected);
    for (const char *at = text; (at = strstr(at, event)); at++)
        n++;
    return n;
}

static void what_is_not_durable_is_not_logged_either(void **state)
{
    struct fixture *fixture = *state;
    for (unsigned i = 0; i < 40; i++)
        (void)ask_once(fixture, "POST", "/v1/entries", false);
    assert_int_equal(settle_logs(fixture, ERR_OK, "REGISTRY_APPENDED"), 40);
    for (unsigned i = 0; i < 3; i++)
        (void)ask_once(fixture, "POST", "/v1/entries", false);
    fixture->store.failing = OP_GROUP_END;
    assert_int_equal(settle_logs(fixture, ERR_FULL, "REGISTRY_APPENDED"), 0);
    fixture->store.failing = OP_NONE;
    for (unsigned i = 0; i < 64; i++)
        (void)ask(fixture, "POST", "/v1/entries");
    (void)ask_once(fixture, "POST", "/v1/entries", false);
    assert_int_equal(settle_logs(fixture, ERR_OK, "REGISTRY_APPENDED"), 1);
}

/* One wait for all who come with one turn, not one each. */
static void while_another_process_writes_nobody_waits_for_it_twice(void **state)
{
    struct fixture *fixture = *state;
    fixture->store.failing = OP_GROUP_BEGIN;
    fixture->store.how = ERR_BUSY;
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(ask_once(fixture, "POST", "/v1/entries", false).status, 503);
    assert_int_equal(fixture->store.begun, 1);
    assert_int_equal(ask_once(fixture, "GET", "/v1/receipt", false).status, 200);
    assert_int_equal(registry_service_settle(fixture->service), ERR_OK);
    fixture->store.failing = OP_NONE;
    assert_int_equal(ask(fixture, "POST", "/v1/entries").status, 200);
}

static void a_branch_that_can_not_be_kept_is_503_too(void **state)
{
    struct fixture *fixture = *state;
    body_make(fixture, fixture->receipt_key); /* not the kiosk's */
    assert_int_equal(ask(fixture, "POST", "/v1/entries").status, 422);
    fixture->store.failing = OP_QUARANTINE;
    assert_int_equal(ask(fixture, "POST", "/v1/entries").status, 503);
}

static void a_key_that_is_no_point_is_the_store_s_fault(void **state)
{
    struct fixture *fixture = *state;
    memset(fixture->store.entry_point, 0xff, sizeof fixture->store.entry_point);
    assert_int_equal(ask(fixture, "POST", "/v1/entries").status, 503);
}

static void a_revoked_kiosk_is_403_for_everything(void **state)
{
    static const char *const paths[] = {"/v1/policy", "/v1/receipt", "/v1/feed/placements",
                                        "/v1/feed/lists", "/"};
    struct fixture *fixture = *state;
    fixture->store.revoked = true;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_int_equal(ask(fixture, "GET", paths[i]).status, 403);
    assert_int_equal(ask(fixture, "POST", "/v1/entries").status, 403);
}

static void a_receipt_says_what_was_stored(void **state)
{
    struct fixture *fixture = *state;
    struct verify_key *key = test_public_key(fixture->receipt_key);
    const struct registry_reply reply = ask(fixture, "POST", "/v1/entries");
    struct span payload;
    struct receipt receipt;
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.type, registry_envelope_type);
    assert_int_equal(cose_open(key, reply.body, &payload), ERR_OK);
    assert_int_equal(receipt_decode(payload, &receipt), ERR_OK);
    assert_string_equal(receipt.kiosk, kiosk_id);
    assert_int_equal(receipt.epoch, 1);
    assert_int_equal(receipt.next, 2);
    assert_int_equal(receipt.registry_ms, 1795305600000);
    assert_int_equal(receipt.placements_version, 7);
    assert_int_equal(receipt.policy_version, 8);
    assert_int_equal(receipt.lists_version, 9);
    verify_key_close(key);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_failing_store_is_503_and_acknowledges_nothing),
        TEST(what_is_stored_is_acknowledged_when_it_is_durable),
        TEST(one_that_can_not_be_stored_takes_no_other_with_it),
        TEST(a_commit_that_fails_acknowledges_nothing),
        TEST(what_is_not_durable_is_not_logged_either),
        TEST(while_another_process_writes_nobody_waits_for_it_twice),
        TEST(a_branch_that_can_not_be_kept_is_503_too),
        TEST(a_key_that_is_no_point_is_the_store_s_fault),
        TEST(a_revoked_kiosk_is_403_for_everything),
        TEST(a_receipt_says_what_was_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
