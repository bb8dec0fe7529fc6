/* Entries: appended once, read as they came. A part of registry_store_suite.h. */
#include "registry_store_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static void a_new_kiosk_has_an_empty_head(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t none[SIGN_HASH_LEN];
    struct registry_head head = suite_head(fixture, kiosk_a.id);
    assert_int_equal(head.epoch, 0);
    assert_int_equal(head.next, 1);
    assert_memory_equal(head.hash, none, sizeof none);
    assert_int_equal(fixture->store->ops->head(fixture->store, "nobody", &head), ERR_MISSING);
}

static void appending_is_judged_by_what_is_held(void **state)
{
    static const struct {
        const char *says;
        char history;
        uint64_t from;
        size_t n;
        enum registry_outcome outcome;
        uint64_t n_new, parts_at, next;
    } rows[] = {
        {"a gap at the start stores nothing", 'a', 2, 1, REGISTRY_GAP, 0, 0, 1},
        {"the first entries", 'a', 1, 3, REGISTRY_APPENDED, 3, 0, 4},
        {"the same again", 'a', 1, 3, REGISTRY_DUPLICATE, 0, 0, 4},
        {"part of the same again", 'a', 2, 1, REGISTRY_DUPLICATE, 0, 0, 4},
        {"a gap of one", 'a', 5, 2, REGISTRY_GAP, 0, 0, 4},
        {"the next ones", 'a', 4, 1, REGISTRY_APPENDED, 1, 0, 5},
        {"held ones and new ones", 'a', 3, 4, REGISTRY_APPENDED, 2, 0, 7},
        {"another last entry", 'b', 6, 1, REGISTRY_FORK, 0, 6, 7},
        {"another history from the start", 'b', 1, 8, REGISTRY_FORK, 0, 1, 7},
        {"after a fork the held history goes on", 'a', 7, 1, REGISTRY_APPENDED, 1, 0, 8},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct run run;
        print_message("%s\n", rows[i].says);
        run_make(&run, rows[i].history, rows[i].from, rows[i].n);
        const struct registry_appended done = suite_append(fixture, &run);
        assert_int_equal(done.outcome, rows[i].outcome);
        assert_int_equal(done.n_new, rows[i].n_new);
        assert_int_equal(done.parts_at, rows[i].parts_at);
        assert_int_equal(done.head.next, rows[i].next);
        suite_reopen(fixture);
        const struct registry_head head = suite_head(fixture, kiosk_a.id);
        assert_int_equal(head.next, rows[i].next);
        assert_memory_equal(head.hash, done.head.hash, SIGN_HASH_LEN);
    }
    assert_int_equal(suite_head(fixture, kiosk_b.id).next, 1);
    assert_int_equal(suite_branches(fixture), 2);
}

static void the_hash_before_an_entry_is_known(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    uint8_t hash[SIGN_HASH_LEN];
    struct run run;
    run_make(&run, 'a', 1, 3);
    suite_append(fixture, &run);
    assert_int_equal(ops->hash_before(fixture->store, kiosk_a.id, 3, hash), ERR_OK);
    assert_memory_equal(hash, run.entries[1].hash, sizeof hash);
    assert_int_equal(ops->hash_before(fixture->store, kiosk_a.id, UINT64_MAX, hash), ERR_OK);
    assert_memory_equal(hash, run.entries[2].hash, sizeof hash);
    assert_int_equal(ops->hash_before(fixture->store, kiosk_a.id, 1, hash), ERR_MISSING);
    assert_int_equal(ops->hash_before(fixture->store, kiosk_b.id, 2, hash), ERR_MISSING);
    assert_int_equal(ops->hash_before(fixture->store, "nobody", 2, hash), ERR_MISSING);
}

static void a_kiosk_that_is_not_registered_stores_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct registry_appended done;
    bool kept;
    struct run run;
    run_make(&run, 'a', 1, 1);
    const struct registry_store_ops *ops = fixture->store->ops;
    assert_int_equal(ops->append(fixture->store, "nobody", &run.branch, &done), ERR_MISSING);
    assert_int_equal(ops->quarantine(fixture->store, "nobody", &run.branch, &kept), ERR_MISSING);
}

static void two_handles_append_as_one(void **state)
{
    struct fixture *fixture = *state;
    struct fixture second = {.place = fixture->place, .store = suite_chosen->open(fixture->place)};
    struct run run;
    run_make(&run, 'a', 1, 2);
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_APPENDED);
    assert_int_equal(suite_append(&second, &run).outcome, REGISTRY_DUPLICATE);
    run_make(&run, 'a', 3, 2);
    assert_int_equal(suite_append(&second, &run).outcome, REGISTRY_APPENDED);
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_DUPLICATE);
    second.store->ops->close(second.store);
}

struct shown {
    size_t n;
    char text[256]; /* "branch:seq" and where it parts, each: "2:6>6 " */
};

static enum err show(const struct registry_quarantined *one, void *user)
{
    struct shown *shown = user;
    uint8_t hash[SIGN_HASH_LEN] = {0};
    const size_t used = strlen(shown->text);
    run_hash('b', one->entry.seq, hash);
    assert_memory_equal(one->entry.hash, hash, sizeof hash);
    assert_string_equal(one->entry.kiosk, kiosk_a.id);
    assert_int_equal(one->entry.received_ms, 1700000000000);
    snprintf(shown->text + used, sizeof shown->text - used, "%d%c%d>%d ", (int)one->branch,
             one->proven ? ':' : '?', (int)one->entry.seq, (int)one->parts_at);
    return ++shown->n == 4 ? ERR_CLOSED : ERR_OK;
}

static void what_is_in_quarantine_is_shown(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct shown shown = {0};
    struct run run;
    bool kept;
    run_make(&run, 'a', 1, 3);
    suite_append(fixture, &run);
    assert_int_equal(ops->quarantine_each(fixture->store, kiosk_a.id, show, &shown), ERR_OK);
    assert_string_equal(shown.text, "");
    run_make(&run, 'b', 3, 2);
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_FORK);
    run_make(&run, 'b', 4, 1);
    run.branch.proven = false;
    assert_int_equal(ops->quarantine(fixture->store, kiosk_a.id, &run.branch, &kept), ERR_OK);
    assert_int_equal(ops->quarantine_each(fixture->store, kiosk_a.id, show, &shown), ERR_OK);
    assert_string_equal(shown.text, "1:3>3 1:4>3 2?4>4 ");
    assert_int_equal(ops->quarantine_each(fixture->store, kiosk_a.id, show, &shown), ERR_CLOSED);
    assert_int_equal(ops->quarantine_each(fixture->store, kiosk_b.id, show, &shown), ERR_OK);
    assert_int_equal(ops->quarantine_each(fixture->store, "nobody", show, &shown), ERR_MISSING);
}

struct seen {
    size_t n;
    size_t stop_after; /* 0: never */
    struct {
        char kiosk[ENTRY_KIOSK_LEN];
        uint64_t seq;
        enum registry_mark mark;
        bool has_payload, has_signature;
        int64_t received_ms;
    } rows[ENTRIES_MAX];
};

static enum err see(const struct registry_entry *entry, void *user)
{
    struct seen *seen = user;
    assert_true(seen->n < ENTRIES_MAX);
    snprintf(seen->rows[seen->n].kiosk, ENTRY_KIOSK_LEN, "%s", entry->kiosk);
    seen->rows[seen->n].seq = entry->seq;
    seen->rows[seen->n].mark = entry->mark;
    seen->rows[seen->n].has_payload = entry->payload.p != NULL;
    seen->rows[seen->n].has_signature = entry->signature.len == SIGN_LEN;
    seen->rows[seen->n].received_ms = entry->received_ms;
    assert_true(entry->header.len >= 2);
    seen->n++;
    return seen->n == seen->stop_after ? ERR_CLOSED : ERR_OK;
}

static void entries_are_read_as_they_came(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct run run;
    struct seen seen = {0};
    run_make(&run, 'a', 1, 3);
    run.entries[1].payload = span_of(NULL, 0);
    run.entries[1].mark = REGISTRY_MARK_PURGED;
    suite_append(fixture, &run);
    assert_int_equal(ops->entries_each(fixture->store, NULL, see, &seen), ERR_OK);
    assert_int_equal(seen.n, 3);
    for (size_t i = 0; i < seen.n; i++) {
        assert_string_equal(seen.rows[i].kiosk, kiosk_a.id);
        assert_int_equal(seen.rows[i].seq, i + 1);
        assert_int_equal(seen.rows[i].has_payload, i != 1);
        assert_int_equal(seen.rows[i].mark, i == 1 ? REGISTRY_MARK_PURGED : REGISTRY_MARK_NONE);
        assert_int_equal(seen.rows[i].has_signature, i == 2);
        assert_int_equal(seen.rows[i].received_ms, 1700000000000);
    }
    seen = (struct seen){0};
    assert_int_equal(ops->entries_each(fixture->store, kiosk_b.id, see, &seen), ERR_OK);
    assert_int_equal(seen.n, 0);
    seen = (struct seen){.stop_after = 2};
    assert_int_equal(ops->entries_each(fixture->store, kiosk_a.id, see, &seen), ERR_CLOSED);
    assert_int_equal(seen.n, 2);
}

static void payloads_are_found_by_kiosk_number_and_kind(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct run run;
    uint8_t room[16];
    struct span found;
    run_make(&run, 'a', 1, 2);
    run.entries[1].payload = span_of(NULL, 0);
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_APPENDED);
    struct registry_payload_asked asked = {.kiosk = kiosk_a.id, .seq = 1, .kind = ENTRY_NOTE};
    assert_int_equal(ops->payload_get(fixture->store, &asked, room, sizeof room, &found), ERR_OK);
    assert_memory_equal(found.p, "payload", found.len);
    assert_int_equal(ops->payload_get(fixture->store, &asked, room, 3, &found), ERR_SIZE);
    asked.kind = ENTRY_PRESENTED;
    assert_int_equal(ops->payload_get(fixture->store, &asked, room, sizeof room, &found),
                     ERR_MISSING);
    asked = (struct registry_payload_asked){.kiosk = kiosk_a.id, .seq = 2, .kind = ENTRY_NOTE};
    assert_int_equal(ops->payload_get(fixture->store, &asked, room, sizeof room, &found),
                     ERR_MISSING); /* purged */
    asked = (struct registry_payload_asked){.kiosk = kiosk_b.id, .seq = 1, .kind = ENTRY_NOTE};
    assert_int_equal(ops->payload_get(fixture->store, &asked, room, sizeof room, &found),
                     ERR_MISSING);
}

int registry_store_entries_suite(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_kiosk_has_an_empty_head),
        TEST(appending_is_judged_by_what_is_held),
        TEST(the_hash_before_an_entry_is_known),
        TEST(a_kiosk_that_is_not_registered_stores_nothing),
        TEST(two_handles_append_as_one),
        TEST(what_is_in_quarantine_is_shown),
        TEST(entries_are_read_as_they_came),
        TEST(payloads_are_found_by_kiosk_number_and_kind),
    };
    return cmocka_run_group_tests_name("entries suite", tests, NULL, NULL);
}
