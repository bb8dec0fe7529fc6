/* Epochs, and what comes as RECOVERED. A part of registry_store_suite.h. */
#include "registry_store_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* A run in epoch 2 that begins with an EPOCH after the entry `after` of history `of`. */
static void run_jump(struct run *run, uint64_t from, size_t n, char of, uint64_t after)
{
    run_make(run, 'e', from, n);
    for (size_t i = 0; i < n; i++)
        run->entries[i].epoch = 2;
    run->entries[0].kind = ENTRY_EPOCH;
    memset(run->prev, 0, sizeof run->prev);
    run_hash(of, after, run->prev);
}

static void numbers_are_left_out_only_by_an_epoch_that_goes_on_from_the_head(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *proves;
        uint64_t from;
        char of;
        uint64_t after;
        int kind;
        uint32_t epoch;
        enum registry_outcome outcome;
        uint64_t next;
    } rows[] = {
        {"another head", 9, 'b', 3, ENTRY_EPOCH, 2, REGISTRY_GAP, 4},
        {"an entry before the head", 9, 'a', 2, ENTRY_EPOCH, 2, REGISTRY_GAP, 4},
        {"no EPOCH", 9, 'a', 3, ENTRY_NOTE, 2, REGISTRY_GAP, 4},
        {"the epoch does not rise", 9, 'a', 3, ENTRY_EPOCH, 1, REGISTRY_GAP, 4},
        {"as it should be", 9, 'a', 3, ENTRY_EPOCH, 2, REGISTRY_APPENDED, 11},
        {"the same again", 9, 'a', 3, ENTRY_EPOCH, 2, REGISTRY_DUPLICATE, 11},
    };
    struct run run;
    run_make(&run, 'a', 1, 3);
    suite_append(fixture, &run);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        run_jump(&run, rows[i].from, 2, rows[i].of, rows[i].after);
        run.entries[0].kind = rows[i].kind;
        run.entries[0].epoch = run.entries[1].epoch = rows[i].epoch;
        const struct registry_appended done = suite_append(fixture, &run);
        if (done.outcome != rows[i].outcome || done.head.next != rows[i].next)
            fail_msg("%s: outcome %d", rows[i].proves, done.outcome);
    }
    assert_int_equal(suite_head(fixture, kiosk_a.id).epoch, 2);
    run_make(&run, 'a', 3, 2); /* what was left goes on, under a number that was left out */
    const struct registry_appended done = suite_append(fixture, &run);
    assert_int_equal(done.outcome, REGISTRY_FORK);
    assert_int_equal(done.parts_at, 4);
    assert_int_equal(suite_branches(fixture), 1);
}

static enum err note_mark(const struct registry_entry *entry, void *user)
{
    enum registry_mark *marks = user;
    marks[entry->seq] = entry->mark;
    return ERR_OK;
}

static void what_is_recovered_has_effect_once(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *proves;
        uint64_t seq, original;
        char history;
        enum registry_mark mark;
    } rows[] = {
        {"of the history that was left", 4, 3, 'b', REGISTRY_MARK_NONE},
        {"the same again", 5, 3, 'b', REGISTRY_MARK_TWICE},
        {"one that is in the chain", 6, 3, 'a', REGISTRY_MARK_TWICE},
        {"the next", 7, 4, 'b', REGISTRY_MARK_NONE},
    };
    enum registry_mark marks[16] = {0};
    struct run run;
    run_make(&run, 'a', 1, 3);
    suite_append(fixture, &run);
    run_make(&run, 'a', 4, 4);
    for (size_t i = 0; i < 4; i++) {
        run.entries[i].kind = ENTRY_RECOVERED;
        run.entries[i].original_seq = rows[i].original;
        run_hash(rows[i].history, rows[i].original, run.entries[i].original);
    }
    suite_append(fixture, &run);
    assert_int_equal(suite_append(fixture, &run).outcome, REGISTRY_DUPLICATE);
    assert_int_equal(
        fixture->store->ops->entries_each(fixture->store, kiosk_a.id, note_mark, marks), ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (marks[rows[i].seq] != rows[i].mark)
            fail_msg("%s: mark %d", rows[i].proves, marks[rows[i].seq]);
}

/* Retention may have taken the payload of one copy and not of another. */
static void of_what_is_recovered_the_copy_with_its_payload_has_effect(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *proves;
        uint64_t original;
        char history;
        bool purged;
        enum registry_mark mark;
    } rows[] = {
        {"held, and purged there", 1, 'a', true, REGISTRY_MARK_TWICE}, /* the entry itself */
        {"held", 2, 'a', false, REGISTRY_MARK_NONE},
        {"purged, and nobody tells it", 9, 'b', true, REGISTRY_MARK_PURGED},
        {"purged again", 9, 'b', true, REGISTRY_MARK_TWICE},
        {"purged, and told later", 8, 'b', true, REGISTRY_MARK_TWICE},
        {"told", 8, 'b', false, REGISTRY_MARK_NONE},
        {"told again", 8, 'b', false, REGISTRY_MARK_TWICE},
        {"told, and purged later", 8, 'b', true, REGISTRY_MARK_TWICE},
        {"the held one's payload", 1, 'a', false, REGISTRY_MARK_NONE},
        {"the same again", 1, 'a', false, REGISTRY_MARK_TWICE},
        {"of the held one that is whole", 2, 'a', false, REGISTRY_MARK_TWICE},
    };
    const size_t n = sizeof rows / sizeof rows[0];
    enum registry_mark marks[16] = {0};
    struct run run;

    run_make(&run, 'a', 1, n);
    for (size_t i = 0; i < n; i++) {
        struct registry_entry *entry = &run.entries[i];
        if (rows[i].purged)
            entry->mark = REGISTRY_MARK_PURGED;
        if (i < 2)
            continue;
        entry->kind = ENTRY_RECOVERED;
        entry->original_seq = rows[i].original;
        run_hash(rows[i].history, rows[i].original, entry->original);
    }
    suite_append(fixture, &run);
    assert_int_equal(
        fixture->store->ops->entries_each(fixture->store, kiosk_a.id, note_mark, marks), ERR_OK);
    for (size_t i = 0; i < n; i++)
        if (marks[i + 1] != rows[i].mark)
            fail_msg("%s: mark %d", rows[i].proves, marks[i + 1]);
}

static void a_copy_that_is_not_understood_stays_marked_so(void **state)
{
    struct fixture *fixture = *state;
    static const enum registry_mark as_come[] = {
        REGISTRY_MARK_UNREADABLE, /* the entry itself, and its copies: */
        REGISTRY_MARK_UNREADABLE, REGISTRY_MARK_UNREADABLE, REGISTRY_MARK_UNKNOWN_KIND,
        REGISTRY_MARK_UNKNOWN_KIND};
    const size_t n = sizeof as_come / sizeof as_come[0];
    enum registry_mark marks[16] = {0};
    struct run run;

    run_make(&run, 'a', 1, n);
    for (size_t i = 0; i < n; i++) {
        struct registry_entry *entry = &run.entries[i];
        entry->mark = as_come[i];
        if (i == 0)
            continue;
        entry->kind = ENTRY_RECOVERED;
        entry->original_seq = 1;
        run_hash('a', 1, entry->original);
    }
    suite_append(fixture, &run);
    assert_int_equal(
        fixture->store->ops->entries_each(fixture->store, kiosk_a.id, note_mark, marks), ERR_OK);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(marks[i + 1], as_come[i]);
}

int registry_store_epochs_suite(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_are_left_out_only_by_an_epoch_that_goes_on_from_the_head),
        TEST(what_is_recovered_has_effect_once),
        TEST(of_what_is_recovered_the_copy_with_its_payload_has_effect),
        TEST(a_copy_that_is_not_understood_stays_marked_so),
    };
    return cmocka_run_group_tests_name("epochs suite", tests, NULL, NULL);
}
