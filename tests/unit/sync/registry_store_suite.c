/* The conformance suite of registry_store.h: what its parts share, and all of them in a row. */
#include "registry_store_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

const struct suite_backend *suite_chosen;

const struct registry_kiosk kiosk_a = {.id = "CGK-03-0412", .entry_point = {4, 1}};
const struct registry_kiosk kiosk_b = {.id = "SUB-01-0001", .entry_point = {4, 2}};

int suite_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->place = suite_chosen->make();
    fixture->store = suite_chosen->open(fixture->place);
    const struct registry_store_ops *ops = fixture->store->ops;
    *state = fixture;
    return ops->kiosk_add(fixture->store, &kiosk_a) || ops->kiosk_add(fixture->store, &kiosk_b);
}

int suite_setup_lists(void **state)
{
    const int failed = suite_setup(state);
    ((struct fixture *)*state)->feed = REGISTRY_LISTS;
    return failed;
}

int suite_teardown(void **state)
{
    struct fixture *fixture = *state;
    fixture->store->ops->close(fixture->store);
    suite_chosen->remove(fixture->place);
    free(fixture);
    return 0;
}

void suite_reopen(struct fixture *fixture)
{
    fixture->store->ops->close(fixture->store);
    fixture->store = suite_chosen->open(fixture->place);
}

/* ---- made-up entries ------------------------------------------------------------------------- */

void run_hash(char history, uint64_t seq, uint8_t hash[SIGN_HASH_LEN])
{
    hash[0] = (uint8_t)history;
    hash[1] = (uint8_t)seq;
    hash[2] = (uint8_t)(seq >> 8);
}

void run_make(struct run *run, char history, uint64_t from, size_t n)
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

struct registry_appended suite_append(struct fixture *fixture, const struct run *run)
{
    struct registry_appended done = {0};
    assert_int_equal(fixture->store->ops->append(fixture->store, kiosk_a.id, &run->branch, &done),
                     ERR_OK);
    return done;
}

struct registry_head suite_head(struct fixture *fixture, const char *kiosk)
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

uint64_t suite_branches(struct fixture *fixture)
{
    uint64_t branches = 0;
    assert_int_equal(fixture->store->ops->kiosks_each(fixture->store, count_branches, &branches),
                     ERR_OK);
    return branches;
}

/* ---- feeds ----------------------------------------------------------------------------------- */

void suite_put(struct fixture *fixture, const char *id, uint64_t rec_seq, const char *bytes)
{
    const struct registry_record record = {
        .id = id, .rec_seq = rec_seq, .bytes = span_of_text(bytes)};
    assert_int_equal(fixture->store->ops->import_put(fixture->store, &record), ERR_OK);
}

enum err suite_withdraw(struct fixture *fixture, const char *id, const char *bytes)
{
    const struct registry_record record = {
        .id = id, .withdrawn = true, .bytes = span_of_text(bytes)};
    return fixture->store->ops->import_put(fixture->store, &record);
}

void suite_begin(struct fixture *fixture)
{
    assert_int_equal(fixture->store->ops->import_begin(fixture->store, fixture->feed), ERR_OK);
}

struct registry_imported suite_end(struct fixture *fixture, bool commit, int64_t now_ms)
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

enum err suite_feed_read(struct fixture *fixture, uint64_t from, size_t n_max, char text[64],
                         struct registry_step *step)
{
    const struct registry_range range = {.feed = fixture->feed, .from = from, .n_max = n_max};
    text[0] = '\0';
    return fixture->store->ops->feed(fixture->store, &range, join, text, step);
}

struct registry_step suite_feed(struct fixture *fixture, uint64_t from, size_t n_max,
                                const char *expected)
{
    char text[64];
    struct registry_step step;
    assert_int_equal(suite_feed_read(fixture, from, n_max, text, &step), ERR_OK);
    assert_string_equal(text, expected);
    return step;
}

int registry_store_suite(const struct suite_backend *chosen)
{
    suite_chosen = chosen;
    printf("store: %s\n", chosen->name);
    return registry_store_kiosks_suite() + registry_store_entries_suite() +
           registry_store_epochs_suite() + registry_store_groups_suite() +
           registry_store_feeds_suite() + registry_store_rows_suite() +
           registry_store_voids_suite() + registry_store_codes_suite(chosen);
}
