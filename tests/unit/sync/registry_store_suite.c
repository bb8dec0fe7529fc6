/* The conformance suite of registry_store.h. Entries here are made up: a store compares hashes and
 * looks at nothing else. */
#include "registry_store_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define ENTRIES_MAX 12

static const struct suite_backend *backend;

struct fixture {
    void *place;
    struct registry_store *store;
    enum registry_feed feed; /* what is imported */
};

static const struct registry_kiosk kiosk_a = {.id = "CGK-03-0412", .entry_point = {4, 1}};
static const struct registry_kiosk kiosk_b = {.id = "SUB-01-0001", .entry_point = {4, 2}};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->place = backend->make();
    fixture->store = backend->open(fixture->place);
    const struct registry_store_ops *ops = fixture->store->ops;
    *state = fixture;
    return ops->kiosk_add(fixture->store, &kiosk_a) || ops->kiosk_add(fixture->store, &kiosk_b);
}

static int setup_lists(void **state)
{
    const int failed = setup(state);
    ((struct fixture *)*state)->feed = REGISTRY_LISTS;
    return failed;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    fixture->store->ops->close(fixture->store);
    backend->remove(fixture->place);
    free(fixture);
    return 0;
}

static void reopen(struct fixture *fixture)
{
    fixture->store->ops->close(fixture->store);
    fixture->store = backend->open(fixture->place);
}

/* ---- made-up entries ------------------------------------------------------------------------- */

/* A run of entries whose hashes say history and seq. */
struct run {
    struct registry_branch branch;
    struct registry_entry entries[ENTRIES_MAX];
    char headers[ENTRIES_MAX][32];
    uint8_t signature[SIGN_LEN], prev[SIGN_HASH_LEN];
};

static void run_hash(char history, uint64_t seq, uint8_t hash[SIGN_HASH_LEN])
{
    hash[0] = (uint8_t)history;
    hash[1] = (uint8_t)seq;
    hash[2] = (uint8_t)(seq >> 8);
}

static void run_make(struct run *run, char history, uint64_t from, size_t n)
{
    assert_true(n >= 1 && n <= ENTRIES_MAX);
    memset(run, 0, sizeof *run);
    memset(run->signature, history, sizeof run->signature);
    for (size_t i = 0; i < n; i++) {
        struct registry_entry *entry = &run->entries[i];
        snprintf(run->headers[i], sizeof run->headers[i], "%c%llu", history,
                 (unsigned long long)(from + i));
        entry->epoch = 1;
        entry->seq = from + i;
        entry->kind = ENTRY_NOTE;
        run_hash(history, from + i, entry->hash);
        entry->header = span_of_text(run->headers[i]);
        entry->payload = span_of_text("payload");
    }
    if (from > 1)
        run_hash(history, from - 1, run->prev);
    run->branch = (struct registry_branch){.entries = run->entries,
                                           .n_entries = n,
                                           .prev = run->prev,
                                           .signature = run->signature,
                                           .proven = true,
                                           .received_ms = 1700000000000};
}

static struct registry_appended append(struct fixture *fixture, const struct run *run)
{
    struct registry_appended done = {0};
    assert_int_equal(fixture->store->ops->append(fixture->store, kiosk_a.id, &run->branch, &done),
                     ERR_OK);
    return done;
}

static struct registry_head head_of(struct fixture *fixture, const char *kiosk)
{
    struct registry_head head;
    assert_int_equal(fixture->store->ops->head(fixture->store, kiosk, &head), ERR_OK);
    return head;
}

static enum err count_branches(const struct registry_kiosk *kiosk, const struct registry_head *head,
                               uint64_t branches, void *user)
{
    (void)head;
    if (strcmp(kiosk->id, kiosk_a.id) == 0)
        *(uint64_t *)user = branches;
    return ERR_OK;
}

static uint64_t branches_of_a(struct fixture *fixture)
{
    uint64_t branches = 0;
    assert_int_equal(fixture->store->ops->kiosks_each(fixture->store, count_branches, &branches),
                     ERR_OK);
    return branches;
}

/* ---- kiosks ---------------------------------------------------------------------------------- */

static void a_kiosk_is_found_as_it_was_added(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct registry_kiosk found;
    reopen(fixture);
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

/* ---- entries --------------------------------------------------------------------------------- */

static void a_new_kiosk_has_an_empty_head(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t none[SIGN_HASH_LEN];
    struct registry_head head = head_of(fixture, kiosk_a.id);
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
        const struct registry_appended done = append(fixture, &run);
        assert_int_equal(done.outcome, rows[i].outcome);
        assert_int_equal(done.n_new, rows[i].n_new);
        assert_int_equal(done.parts_at, rows[i].parts_at);
        assert_int_equal(done.head.next, rows[i].next);
        reopen(fixture);
        const struct registry_head head = head_of(fixture, kiosk_a.id);
        assert_int_equal(head.next, rows[i].next);
        assert_memory_equal(head.hash, done.head.hash, SIGN_HASH_LEN);
    }
    assert_int_equal(head_of(fixture, kiosk_b.id).next, 1);
    assert_int_equal(branches_of_a(fixture), 2);
}

static void the_hash_before_an_entry_is_known(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    uint8_t hash[SIGN_HASH_LEN];
    struct run run;
    run_make(&run, 'a', 1, 3);
    append(fixture, &run);
    assert_int_equal(ops->hash_before(fixture->store, kiosk_a.id, 3, hash), ERR_OK);
    assert_memory_equal(hash, run.entries[1].hash, sizeof hash);
    assert_int_equal(ops->hash_before(fixture->store, kiosk_a.id, UINT64_MAX, hash), ERR_OK);
    assert_memory_equal(hash, run.entries[2].hash, sizeof hash);
    assert_int_equal(ops->hash_before(fixture->store, kiosk_a.id, 1, hash), ERR_MISSING);
    assert_int_equal(ops->hash_before(fixture->store, kiosk_b.id, 2, hash), ERR_MISSING);
    assert_int_equal(ops->hash_before(fixture->store, "nobody", 2, hash), ERR_MISSING);
}

/* ---- epochs ---------------------------------------------------------------------------------- */

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
    append(fixture, &run);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        run_jump(&run, rows[i].from, 2, rows[i].of, rows[i].after);
        run.entries[0].kind = rows[i].kind;
        run.entries[0].epoch = run.entries[1].epoch = rows[i].epoch;
        const struct registry_appended done = append(fixture, &run);
        if (done.outcome != rows[i].outcome || done.head.next != rows[i].next)
            fail_msg("%s: outcome %d", rows[i].proves, done.outcome);
    }
    assert_int_equal(head_of(fixture, kiosk_a.id).epoch, 2);
    run_make(&run, 'a', 3, 2); /* what was left goes on, under a number that was left out */
    const struct registry_appended done = append(fixture, &run);
    assert_int_equal(done.outcome, REGISTRY_FORK);
    assert_int_equal(done.parts_at, 4);
    assert_int_equal(branches_of_a(fixture), 1);
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
    append(fixture, &run);
    run_make(&run, 'a', 4, 4);
    for (size_t i = 0; i < 4; i++) {
        run.entries[i].kind = ENTRY_RECOVERED;
        run.entries[i].original_seq = rows[i].original;
        run_hash(rows[i].history, rows[i].original, run.entries[i].original);
    }
    append(fixture, &run);
    assert_int_equal(append(fixture, &run).outcome, REGISTRY_DUPLICATE);
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
    append(fixture, &run);
    assert_int_equal(
        fixture->store->ops->entries_each(fixture->store, kiosk_a.id, note_mark, marks), ERR_OK);
    for (size_t i = 0; i < n; i++)
        if (marks[i + 1] != rows[i].mark)
            fail_msg("%s: mark %d", rows[i].proves, marks[i + 1]);
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
    struct fixture second = {.place = fixture->place, .store = backend->open(fixture->place)};
    struct run run;
    run_make(&run, 'a', 1, 2);
    assert_int_equal(append(fixture, &run).outcome, REGISTRY_APPENDED);
    assert_int_equal(append(&second, &run).outcome, REGISTRY_DUPLICATE);
    run_make(&run, 'a', 3, 2);
    assert_int_equal(append(&second, &run).outcome, REGISTRY_APPENDED);
    assert_int_equal(append(fixture, &run).outcome, REGISTRY_DUPLICATE);
    second.store->ops->close(second.store);
}

/* ---- quarantine ------------------------------------------------------------------------------ */

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
    reopen(fixture);
    assert_int_equal(branches_of_a(fixture), 1);
    assert_int_equal(head_of(fixture, kiosk_a.id).next, 1);
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
    append(fixture, &run);
    run_make(&run, 'b', 1, 2);
    assert_int_equal(append(fixture, &run).outcome, REGISTRY_FORK);
    assert_int_equal(branches_of_a(fixture), REGISTRY_BRANCHES_MAX + 1);
}

/* ---- reading entries ------------------------------------------------------------------------- */

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
    append(fixture, &run);
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

/* ---- feeds, each by the same tests ----------------------------------------------------------- */

static void put(struct fixture *fixture, const char *id, uint64_t rec_seq, const char *bytes)
{
    const struct registry_record record = {
        .id = id, .rec_seq = rec_seq, .bytes = span_of_text(bytes)};
    assert_int_equal(fixture->store->ops->import_put(fixture->store, &record), ERR_OK);
}

static enum err withdraw(struct fixture *fixture, const char *id, const char *bytes)
{
    const struct registry_record record = {
        .id = id, .withdrawn = true, .bytes = span_of_text(bytes)};
    return fixture->store->ops->import_put(fixture->store, &record);
}

static void begin(struct fixture *fixture)
{
    assert_int_equal(fixture->store->ops->import_begin(fixture->store, fixture->feed), ERR_OK);
}

static struct registry_imported end(struct fixture *fixture, bool commit, int64_t now_ms)
{
    struct registry_imported done = {0};
    assert_int_equal(fixture->store->ops->import_end(fixture->store, commit, now_ms, &done),
                     ERR_OK);
    return done;
}

static enum err join(struct span record, bool withdrawn, void *user)
{
    char *text = user;
    snprintf(text + strlen(text), 64 - strlen(text), "%s%.*s ", withdrawn ? "-" : "",
             (int)record.len, (const char *)record.p);
    return ERR_OK;
}

static enum err feed_read(struct fixture *fixture, uint64_t from, size_t n_max, char text[64],
                          struct registry_step *step)
{
    const struct registry_range range = {.feed = fixture->feed, .from = from, .n_max = n_max};
    text[0] = '\0';
    return fixture->store->ops->feed(fixture->store, &range, join, text, step);
}

static struct registry_step feed(struct fixture *fixture, uint64_t from, size_t n_max,
                                 const char *expected)
{
    char text[64];
    struct registry_step step;
    assert_int_equal(feed_read(fixture, from, n_max, text, &step), ERR_OK);
    assert_string_equal(text, expected);
    return step;
}

static void an_import_is_seen_whole_or_not_at_all(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture);
    put(fixture, "p1", 1, "one");
    feed(fixture, 0, 9, "");
    end(fixture, false, 1000);
    feed(fixture, 0, 9, "");
    begin(fixture);
    put(fixture, "p2", 1, "two");
    put(fixture, "p3", 1, "three");
    const struct registry_imported done = end(fixture, true, 1000);
    assert_int_equal(done.changed, 2);
    assert_int_equal(done.version, 2);
    reopen(fixture);
    feed(fixture, 0, 9, "two three ");
}

static void only_what_changes_gets_a_version(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture);
    put(fixture, "p1", 5, "one");
    put(fixture, "p2", 5, "two");
    put(fixture, "p3", 0, "three");
    end(fixture, true, 1000);
    begin(fixture);
    put(fixture, "p1", 5, "one");  /* the same */
    put(fixture, "p2", 4, "zwei"); /* older than what is held */
    put(fixture, "p3", 1, "drei"); /* its order was not known */
    put(fixture, "p4", 1, "first");
    put(fixture, "p4", 2, "vier"); /* the last of several counts */
    const struct registry_imported done = end(fixture, true, 2000);
    assert_int_equal(done.unchanged, 1);
    assert_int_equal(done.older, 1);
    assert_int_equal(done.changed, 2);
    assert_int_equal(done.version, 5);
    feed(fixture, 0, 9, "one two drei vier ");
    feed(fixture, 3, 9, "drei vier ");
}

static void a_step_says_how_far_it_leads_and_what_there_is(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture);
    put(fixture, "p1", 1, "one");
    put(fixture, "p2", 1, "two");
    end(fixture, true, 5000);
    begin(fixture);
    put(fixture, "p3", 1, "three");
    end(fixture, true, 4000); /* the clock went back: versions don't */
    begin(fixture);
    end(fixture, true, 6000); /* nothing changed */

    struct registry_step step = feed(fixture, 0, 1, "one ");
    assert_int_equal(step.to, 1);
    assert_int_equal(step.latest, 3);
    assert_int_equal(step.n_rows, 1);
    step = feed(fixture, 1, 2, "two three ");
    assert_int_equal(step.to, 3);
    step = feed(fixture, 3, 2, "");
    assert_int_equal(step.to, 3);
    assert_int_equal(step.n_rows, 0);
    char text[64];
    assert_int_equal(feed_read(fixture, 4, 2, text, &step), ERR_OLD);
    begin(fixture);
    put(fixture, "p1", 2, "eins"); /* moves up: its first version is nobody's now */
    end(fixture, true, 7000);
    step = feed(fixture, 0, 2, "two three ");
    assert_int_equal(step.to, 3);
    assert_int_equal(step.latest, 4);
    assert_int_equal(feed(fixture, 3, 3, "eins ").to, 4);
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
    begin(fixture);
    put(fixture, "p1", 1, "one");
    end(fixture, true, 1000);
    assert_int_equal(fixture->store->ops->feed(fixture->store, &range, refuse_record, NULL, &step),
                     ERR_CORRUPT);
    feed(fixture, 0, 9, "one ");
}

static void what_is_withdrawn_comes_down_as_such(void **state)
{
    struct fixture *fixture = *state;
    begin(fixture);
    put(fixture, "p1", 0, "one");
    put(fixture, "p2", 0, "two");
    end(fixture, true, 1000);

    begin(fixture);
    assert_int_equal(withdraw(fixture, "p3", "three"), ERR_MISSING);
    assert_int_equal(withdraw(fixture, "p1", "as it may say now"), ERR_OK);
    assert_int_equal(end(fixture, true, 2000).changed, 1);
    reopen(fixture);
    feed(fixture, 0, 9, "two -as it may say now ");

    begin(fixture);
    assert_int_equal(withdraw(fixture, "p1", "once more"), ERR_OK);
    struct registry_imported done = end(fixture, true, 3000);
    assert_int_equal(done.changed, 0);
    assert_int_equal(done.unchanged, 1);

    begin(fixture);
    put(fixture, "p1", 0, "as it may say now"); /* it counts again */
    done = end(fixture, true, 4000);
    assert_int_equal(done.changed, 1);
    assert_int_equal(done.version, 4);
    feed(fixture, 2, 9, "as it may say now ");
}

static void a_placement_is_found_by_its_id(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    char room[16];
    struct span found;
    begin(fixture);
    put(fixture, "a", 1, "first");
    put(fixture, "b", 1, "other");
    end(fixture, true, 1);
    begin(fixture);
    put(fixture, "a", 2, "second");
    end(fixture, true, 2);
    reopen(fixture);
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
    begin(fixture);
    put(fixture, "same", 1, "placement");
    end(fixture, true, 9000);
    fixture->feed = REGISTRY_LISTS;
    feed(fixture, 0, 9, "");
    begin(fixture);
    assert_int_equal(withdraw(fixture, "same", "row"), ERR_MISSING);
    put(fixture, "same", 0, "row");
    put(fixture, "other", 0, "row");
    const struct registry_imported done = end(fixture, true, 1000);
    assert_int_equal(done.changed, 2);
    assert_int_equal(done.version, 2);
    assert_int_equal(feed(fixture, 0, 9, "row row ").latest, 2);
    fixture->feed = REGISTRY_PLACEMENTS;
    assert_int_equal(feed(fixture, 0, 9, "placement ").latest, 1);
    assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
    assert_int_equal(versions.placements, 1);
    assert_int_equal(versions.lists, 2);
}

/* ---- policy ---------------------------------------------------------------------------------- */

/* ---- entries out of their chain, and what they make ---------------------------------------- */

static const struct registry_record row_made = {.id = "row"};

static enum err count_record(struct span record, bool withdrawn, void *user)
{
    (void)record;
    (void)withdrawn;
    ++*(size_t *)user;
    return ERR_OK;
}

static size_t rows_of_lists(struct fixture *fixture)
{
    const struct registry_range range = {.feed = REGISTRY_LISTS, .n_max = 10};
    struct registry_step step;
    size_t n = 0;
    assert_int_equal(fixture->store->ops->feed(fixture->store, &range, count_record, &n, &step),
                     ERR_OK);
    return n;
}

/* How many rows are found by these texts; NULL: by none. */
static size_t rows_about(struct fixture *fixture, const char *a, const char *b)
{
    struct listing_text texts[2];
    size_t n = 0;
    snprintf(texts[0].text, sizeof texts[0].text, "%s", a);
    snprintf(texts[1].text, sizeof texts[1].text, "%s", b ? b : "");
    assert_int_equal(
        fixture->store->ops->rows_about(fixture->store, texts, b ? 2 : 1, count_record, &n),
        ERR_OK);
    return n;
}

static void rows_are_found_by_whom_they_are_about(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    const struct listing_text both[] = {{"D IDN X1"}, {"P 2000-01-01 SITI"}}, third = {"D IDN X2"};
    struct registry_record row = {
        .id = "row", .bytes = span_of_text("1"), .texts = both, .n_texts = 2};
    begin(fixture);
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    end(fixture, false, 1);
    assert_int_equal(rows_about(fixture, "D IDN X1", NULL), 0);
    begin(fixture);
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    row = (struct registry_record){
        .id = "other", .bytes = span_of_text("2"), .texts = &third, .n_texts = 1};
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    end(fixture, true, 1);
    assert_int_equal(rows_about(fixture, "D IDN X1", NULL), 1);
    assert_int_equal(rows_about(fixture, "P 2000-01-01 SITI", "D IDN X1"), 1);
    assert_int_equal(rows_about(fixture, "D IDN X2", "D IDN X1"), 2);
    assert_int_equal(rows_about(fixture, "D IDN X3", NULL), 0);
    assert_int_equal(ops->rows_about(fixture->store, both, 2, refuse_record, NULL), ERR_CORRUPT);
    begin(fixture);
    row.withdrawn = true;
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    end(fixture, true, 2);
    assert_int_equal(rows_about(fixture, "D IDN X2", NULL), 0);
    begin(fixture);
    row.withdrawn = false;
    assert_int_equal(ops->import_put(fixture->store, &row), ERR_OK);
    end(fixture, true, 3);
    reopen(fixture);
    assert_int_equal(rows_about(fixture, "D IDN X2", NULL), 1);
}

static bool copies_put(struct fixture *fixture, struct run *run, bool with_row)
{
    struct registry_record row = row_made;
    row.bytes = span_of_text("record");
    for (size_t i = 0; i < run->branch.n_entries; i++)
        run->entries[i].signature = span_of(run->signature, SIGN_LEN);
    const struct registry_copies copies = {.entries = run->entries,
                                           .n_entries = run->branch.n_entries,
                                           .rows = &row,
                                           .n_rows = with_row,
                                           .received_ms = 1};
    struct registry_kept done;
    assert_int_equal(fixture->store->ops->copies_put(fixture->store, kiosk_a.id, &copies, &done),
                     ERR_OK);
    return done.kept;
}

static void what_entries_make_is_made_once(void **state)
{
    struct fixture *fixture = *state;
    struct registry_record row = row_made;
    struct run run;
    row.bytes = span_of_text("record");
    run_make(&run, 'a', 1, 3);
    assert_true(copies_put(fixture, &run, true));
    assert_true(copies_put(fixture, &run, true));
    assert_int_equal(rows_of_lists(fixture), 1);
    assert_int_equal(head_of(fixture, kiosk_a.id).next, 1); /* copies are no history */
    run.branch.rows = &row;
    run.branch.n_rows = 1;
    assert_int_equal(append(fixture, &run).outcome, REGISTRY_APPENDED);
    assert_int_equal(append(fixture, &run).outcome, REGISTRY_DUPLICATE);
    assert_int_equal(rows_of_lists(fixture), 1);
    struct registry_versions versions;
    assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
    assert_int_equal(versions.lists, 1);
}

/* Only as many may wait for their chain; when it comes there is room again. */
static void copies_are_bounded_until_the_chain_comes(void **state)
{
    struct fixture *fixture = *state;
    struct run run;
    for (uint64_t seq = 1; seq <= REGISTRY_COPIES_MAX; seq += ENTRIES_MAX) {
        const uint64_t left = REGISTRY_COPIES_MAX + 1 - seq;
        run_make(&run, 'a', seq, left < ENTRIES_MAX ? left : ENTRIES_MAX);
        assert_true(copies_put(fixture, &run, false));
    }
    run_make(&run, 'a', REGISTRY_COPIES_MAX + 1, 1);
    assert_false(copies_put(fixture, &run, true));
    assert_int_equal(rows_of_lists(fixture), 0);
    run_make(&run, 'a', 1, 1);
    assert_int_equal(append(fixture, &run).outcome, REGISTRY_APPENDED);
    run_make(&run, 'a', REGISTRY_COPIES_MAX + 1, 1);
    assert_true(copies_put(fixture, &run, true));
}

/* Appends an entry that makes rows, and says how many were left out. */
static size_t rows_append(struct fixture *fixture, uint64_t seq, const struct registry_record *rows,
                          size_t n_rows, int64_t now_ms)
{
    struct run run;
    run_make(&run, 'a', seq, 1);
    run.branch.rows = rows;
    run.branch.n_rows = n_rows;
    run.branch.received_ms = now_ms;
    const struct registry_appended done = append(fixture, &run);
    assert_int_equal(done.outcome, REGISTRY_APPENDED);
    return done.rows_over;
}

static size_t row_append(struct fixture *fixture, uint64_t seq, const char *id, int64_t now_ms)
{
    const struct registry_record row = {.id = id, .bytes = span_of_text("record")};
    return rows_append(fixture, seq, &row, 1, now_ms);
}

static void one_kiosk_makes_so_many_rows_in_a_day(void **state)
{
    struct fixture *fixture = *state;
    static struct registry_record rows[REGISTRY_ROWS_A_DAY];
    static char ids[REGISTRY_ROWS_A_DAY][16];
    const int64_t day_ms = 86400000, now_ms = 10 * day_ms;
    struct registry_versions versions;
    for (size_t i = 0; i < REGISTRY_ROWS_A_DAY; i++) {
        snprintf(ids[i], sizeof ids[i], "row %zu", i);
        rows[i] = (struct registry_record){.id = ids[i], .bytes = span_of_text("record")};
    }
    assert_int_equal(rows_append(fixture, 1, rows, REGISTRY_ROWS_A_DAY, now_ms), 0);
    assert_int_equal(row_append(fixture, 2, "one more", now_ms), 1);
    assert_int_equal(row_append(fixture, 3, "row 1", now_ms), 0); /* is held */
    assert_int_equal(row_append(fixture, 4, "next day", now_ms + day_ms), 0);
    assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
    assert_int_equal(versions.lists, REGISTRY_ROWS_A_DAY + 1);
}

static void what_a_kiosk_s_entries_made_is_withdrawn_with_it(void **state)
{
    struct fixture *fixture = *state;
    const struct registry_store_ops *ops = fixture->store->ops;
    struct registry_imported done;
    fixture->feed = REGISTRY_LISTS;
    (void)row_append(fixture, 1, "told", 1000);
    (void)row_append(fixture, 2, "renewed", 1000);
    begin(fixture);
    put(fixture, "renewed", 0, "by the centre");
    put(fixture, "centre's", 0, "own");
    end(fixture, true, 2000);
    assert_int_equal(ops->rows_withdraw(fixture->store, kiosk_b.id, 3000, &done), ERR_OK);
    assert_int_equal(done.changed, 0);
    assert_int_equal(ops->rows_withdraw(fixture->store, "no kiosk", 3000, &done), ERR_MISSING);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ops->rows_withdraw(fixture->store, kiosk_a.id, 3000, &done), ERR_OK);
        assert_int_equal(done.changed, i == 0);
        reopen(fixture);
        ops = fixture->store->ops;
    }
    feed(fixture, 0, 9, "by the centre own -record ");
    assert_int_equal(row_append(fixture, 3, "told", 4000), 0); /* stays withdrawn */
    feed(fixture, 0, 9, "by the centre own -record ");
}

/* ---- deferrals that are taken back ----------------------------------------------------------- */

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
    run_make(&run, news->kiosk, news->ahead ? 9 : head_of(fixture, kiosk).next, 1);
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
        assert_int_equal(setup_lists(&state), 0);
        struct fixture *fixture = state;
        for (size_t k = 0; k < NEWS_MAX && stories[i].news[k].kiosk; k++) {
            const struct news *news = &stories[i].news[k];
            struct registry_versions versions;
            news_come(fixture, news);
            feed(fixture, 0, 9, news->expected);
            assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
            assert_int_equal(versions.lists, news->version);
        }
        assert_int_equal(teardown(&state), 0);
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
    begin(fixture);
    put(fixture, "row", 0, "renewed");
    end(fixture, true, 2000);
    assert_int_equal(fixture->store->ops->rows_withdraw(fixture->store, kiosk_a.id, 3000, &done),
                     ERR_OK);
    feed(fixture, 0, 9, "renewed -other ");
    news_come(fixture, &(struct news){.kiosk = 'a', .ahead = true, .decisions = "", .voids = "x"});
    feed(fixture, 0, 9, "renewed -other "); /* the centre's by now */
    news_come(fixture, &(struct news){.kiosk = 'a', .ahead = true, .decisions = "ZY", .voids = ""});
    feed(fixture, 0, 9, "renewed -other "); /* withdrawn with its kiosk's: it stays so */
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
    assert_int_equal(append(fixture, &run).outcome, REGISTRY_APPENDED);
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
    reopen(fixture);
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
    struct fixture second = {.place = fixture->place, .store = backend->open(fixture->place)};
    struct registry_versions versions;
    begin(&second);
    put(&second, "p1", 1, "one");
    end(&second, true, 1000);
    second.store->ops->close(second.store);
    assert_int_equal(fixture->store->ops->versions(fixture->store, &versions), ERR_OK);
    assert_int_equal(versions.placements, 1);
    assert_int_equal(versions.policy, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define FEED_TEST(name)                                                                            \
    {#name " (placements)", name, setup, teardown, NULL},                                          \
    {                                                                                              \
#name " (lists)", name, setup_lists, teardown, NULL                                        \
    }

int registry_store_suite(const struct suite_backend *chosen)
{
    const struct CMUnitTest tests[] = {
        TEST(a_kiosk_is_found_as_it_was_added),
        TEST(a_kiosk_keeps_its_key),
        TEST(a_revoked_kiosk_stays_revoked),
        TEST(kiosks_are_listed_by_id_until_the_caller_stops),
        TEST(a_new_kiosk_has_an_empty_head),
        TEST(appending_is_judged_by_what_is_held),
        TEST(the_hash_before_an_entry_is_known),
        TEST(numbers_are_left_out_only_by_an_epoch_that_goes_on_from_the_head),
        TEST(what_is_recovered_has_effect_once),
        TEST(of_what_is_recovered_the_copy_with_its_payload_has_effect),
        TEST(a_kiosk_that_is_not_registered_stores_nothing),
        TEST(two_handles_append_as_one),
        TEST(a_branch_is_kept_once),
        TEST(junk_does_not_crowd_out_evidence),
        TEST(entries_are_read_as_they_came),
        FEED_TEST(an_import_is_seen_whole_or_not_at_all),
        FEED_TEST(only_what_changes_gets_a_version),
        FEED_TEST(a_step_says_how_far_it_leads_and_what_there_is),
        FEED_TEST(a_feed_ends_when_its_reader_refuses),
        FEED_TEST(what_is_withdrawn_comes_down_as_such),
        TEST(a_placement_is_found_by_its_id),
        TEST(feeds_have_nothing_in_common),
        cmocka_unit_test_setup_teardown(rows_are_found_by_whom_they_are_about, setup_lists,
                                        teardown),
        TEST(what_entries_make_is_made_once),
        TEST(copies_are_bounded_until_the_chain_comes),
        TEST(one_kiosk_makes_so_many_rows_in_a_day),
        TEST(what_a_kiosk_s_entries_made_is_withdrawn_with_it),
        TEST(what_is_taken_back_is_withdrawn_whatever_comes_first),
        TEST(a_kiosk_that_is_withdrawn_silences_no_other),
        TEST(what_the_centre_said_is_no_kiosk_s_to_take_back),
        TEST(payloads_are_found_by_kiosk_number_and_kind),
        TEST(policy_versions_only_rise),
        TEST(versions_are_those_of_the_newest),
    };
    backend = chosen;
    return cmocka_run_group_tests_name(chosen->name, tests, NULL, NULL) +
           registry_store_codes_suite(chosen);
}
