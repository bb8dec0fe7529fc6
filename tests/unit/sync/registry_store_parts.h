/* What the parts of the conformance suite share: a store with two kiosks, and made-up entries. A
 * store compares hashes and looks at nothing else. Private to registry_store_*suite.c. */
#ifndef PAMIT_REGISTRY_STORE_PARTS_H
#define PAMIT_REGISTRY_STORE_PARTS_H

#include "registry_store_suite.h"

#define ENTRIES_MAX 12

extern const struct suite_backend *suite_chosen;

struct fixture {
    void *place;
    struct registry_store *store;
    enum registry_feed feed; /* what is imported */
};

extern const struct registry_kiosk kiosk_a, kiosk_b;

/* cmocka's; what is imported are placements, or lists. */
int suite_setup(void **state);
int suite_setup_lists(void **state);
int suite_teardown(void **state);
/* Closed, and opened once more. */
void suite_reopen(struct fixture *fixture);

/* A run of entries whose hashes say history and seq. */
struct run {
    struct registry_branch branch;
    struct registry_entry entries[ENTRIES_MAX];
    char headers[ENTRIES_MAX][32];
    uint8_t signature[SIGN_LEN], prev[SIGN_HASH_LEN];
};

void run_hash(char history, uint64_t seq, uint8_t hash[SIGN_HASH_LEN]);
void run_make(struct run *run, char history, uint64_t from, size_t n);
/* Kiosk A's: appends, its head, its branches in quarantine. */
struct registry_appended suite_append(struct fixture *fixture, const struct run *run);
struct registry_head suite_head(struct fixture *fixture, const char *kiosk);
uint64_t suite_branches(struct fixture *fixture);

/* An import into the fixture's feed, and what comes down of it: "record -withdrawn ". */
void suite_put(struct fixture *fixture, const char *id, uint64_t rec_seq, const char *bytes);
enum err suite_withdraw(struct fixture *fixture, const char *id, const char *bytes);
void suite_begin(struct fixture *fixture);
struct registry_imported suite_end(struct fixture *fixture, bool commit, int64_t now_ms);
enum err suite_feed_read(struct fixture *fixture, uint64_t from, size_t n_max, char text[64],
                         struct registry_step *step);
struct registry_step suite_feed(struct fixture *fixture, uint64_t from, size_t n_max,
                                const char *expected);

#define TEST(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)
#define FEED_TEST(name)                                                                            \
    {#name " (placements)", name, suite_setup, suite_teardown, NULL},                              \
    {                                                                                              \
#name " (lists)", name, suite_setup_lists, suite_teardown, NULL                            \
    }

/* The parts; each returns the number of tests that failed. */
int registry_store_kiosks_suite(void);
int registry_store_entries_suite(void);
int registry_store_epochs_suite(void);
int registry_store_groups_suite(void);
int registry_store_feeds_suite(void);
int registry_store_rows_suite(void);
int registry_store_voids_suite(void);

#endif
