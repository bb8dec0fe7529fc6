/* The registry's SQLite store: the suite of all stores, and what is its own about files. */
#include "registry_store_suite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "scratch.h"

#define PATH_LEN 64

static void *place_make(void)
{
    char why[REGISTRY_WHY_LEN] = "";
    char *path = calloc(1, PATH_LEN);
    assert_non_null(scratch_make(path));
    snprintf(path + strlen(path), PATH_LEN - strlen(path), "/r.db");
    if (registry_sqlite_create(path, why) != ERR_OK)
        fail_msg("%s", why);
    return path;
}

static struct registry_store *place_open(void *place)
{
    char why[REGISTRY_WHY_LEN] = "";
    struct registry_store *store = NULL;
    if (registry_sqlite_open(place, &store, why) != ERR_OK)
        fail_msg("%s", why);
    return store;
}

static void place_remove(void *place)
{
    char *path = place;
    char beside[PATH_LEN + 8];
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(beside, sizeof beside, "%s%s", path, suffixes[i]);
        unlink(beside);
    }
    *strrchr(path, '/') = '\0';
    assert_int_equal(rmdir(path), 0);
    free(path);
}

static int setup(void **state)
{
    *state = place_make();
    return 0;
}

static int teardown(void **state)
{
    place_remove(*state);
    return 0;
}

static void sql(const char *path, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Copies that came as the entry `seq` of the only kiosk, none of them the chain's. */
static void copies_come(const char *path, uint64_t seq, size_t n)
{
    char text[512];
    snprintf(text, sizeof text,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %zu) "
             "INSERT INTO copy SELECT no, %llu, randomblob(32), 1, x'01', x'02', x'03' "
             "FROM n, kiosk",
             n, (unsigned long long)seq);
    sql(path, text);
}

static size_t copies_held(const char *path, uint64_t seq)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT count(*) FROM copy WHERE seq = ?1", -1, &stmt, NULL),
        SQLITE_OK);
    sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    const size_t n = (size_t)sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

static void refuses(const char *path, enum err expected, const char *reason)
{
    char why[REGISTRY_WHY_LEN] = "";
    struct registry_store *store = NULL;
    assert_int_equal(registry_sqlite_open(path, &store, why), expected);
    assert_null(store);
    assert_non_null(strstr(why, path));
    assert_non_null(strstr(why, reason));
}

static void a_store_is_never_made_over_a_file(void **state)
{
    char why[REGISTRY_WHY_LEN] = "";
    struct stat st;
    assert_int_equal(registry_sqlite_create(*state, why), ERR_BUSY);
    assert_non_null(strstr(why, *state));
    assert_int_equal(stat(*state, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(st.st_size > 0);
}

static void what_is_no_store_is_refused_by_name(void **state)
{
    const char *path = *state;
    sql(path, "PRAGMA user_version = 3");
    refuses(path, ERR_INVALID, "of version 3; this program knows version 2");
    sql(path, "PRAGMA user_version = 2; PRAGMA application_id = 7");
    refuses(path, ERR_CORRUPT, "not a registry's store of Pamit");
    refuses("/tmp/pamit-registry-none.db", ERR_MISSING, "No such file");
    assert_int_equal(truncate(path, 0), 0);
    refuses(path, ERR_CORRUPT, "empty");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "this is no database, whatever its name says, and it is long enough to see");
    fclose(file);
    refuses(path, ERR_CORRUPT, "not a readable registry's store database");
}

static void a_store_without_a_table_is_refused_when_opened(void **state)
{
    sql(*state, "DROP TABLE branch_entry");
    refuses(*state, ERR_CORRUPT, "no such table");
}

static enum err join(struct span record, bool withdrawn, void *user)
{
    char *text = user;
    assert_false(withdrawn);
    snprintf(text + strlen(text), 64 - strlen(text), "%.*s ", (int)record.len,
             (const char *)record.p);
    return ERR_OK;
}

/* As version 1 made it. */
static void a_store_of_version_1_keeps_its_placements_and_versions(void **state)
{
    sql(*state,
        "DROP TABLE import; DROP TABLE listing; ALTER TABLE placement DROP COLUMN withdrawn;"
        "ALTER TABLE placement ADD COLUMN stored_ms INTEGER NOT NULL DEFAULT 0;"
        "INSERT INTO placement(id, version, rec_seq, stored_ms, record) VALUES"
        " ('p1', 1, 0, 5000, CAST('one' AS BLOB)), ('p3', 3, 0, 5000, CAST('three' AS BLOB)), "
        "('p2', 4, 0, 6000, CAST('two' AS BLOB));"
        "PRAGMA user_version = 1");
    struct registry_store *store = place_open(*state);
    struct registry_range range = {.feed = REGISTRY_PLACEMENTS, .n_max = 9};
    struct registry_step step;
    struct registry_versions versions;
    char text[64] = "";
    assert_int_equal(store->ops->feed(store, &range, join, text, &step), ERR_OK);
    assert_string_equal(text, "one three two ");
    assert_int_equal(step.latest, 4);
    assert_int_equal(store->ops->versions(store, &versions), ERR_OK);
    assert_int_equal(versions.placements, 4);
    assert_int_equal(versions.lists, 0);
    store->ops->close(store);
}

static void a_row_of_another_shape_is_corrupt_and_not_believed(void **state)
{
    struct registry_store *store = place_open(*state);
    struct registry_kiosk kiosk = {.id = "CGK-03-0412"};
    assert_int_equal(store->ops->kiosk_add(store, &kiosk), ERR_OK);
    sql(*state, "UPDATE kiosk SET head = x'00'");
    struct registry_head head;
    assert_int_equal(store->ops->head(store, kiosk.id, &head), ERR_CORRUPT);
    sql(*state, "UPDATE kiosk SET head = zeroblob(32), entry_point = x'04'");
    assert_int_equal(store->ops->kiosk_find(store, kiosk.id, &kiosk), ERR_CORRUPT);
    store->ops->close(store);
}

static struct registry_entry entry_of(uint64_t seq, enum entry_kind kind, uint32_t epoch)
{
    struct registry_entry entry = {.epoch = epoch,
                                   .seq = seq,
                                   .kind = (int)kind,
                                   .header = span_of_text("header"),
                                   .payload = span_of_text("payload"),
                                   .signature = span_of_text("signature")};
    entry.hash[0] = (uint8_t)seq;
    return entry;
}

static void chain_comes(struct registry_store *store, struct registry_entry entry)
{
    static const uint8_t signature[SIGN_LEN];
    struct registry_head head;
    struct registry_appended done;
    assert_int_equal(store->ops->head(store, "K", &head), ERR_OK);
    const struct registry_branch branch = {.entries = &entry,
                                           .n_entries = 1,
                                           .prev = head.hash,
                                           .signature = signature,
                                           .proven = true};
    assert_int_equal(store->ops->append(store, "K", &branch, &done), ERR_OK);
    assert_int_equal(done.outcome, REGISTRY_APPENDED);
}

static bool copy_comes(struct registry_store *store, uint64_t seq)
{
    const struct registry_entry entry = entry_of(seq, ENTRY_NOTE, 1);
    const struct registry_copies copies = {.entries = &entry, .n_entries = 1};
    struct registry_kept kept;
    assert_int_equal(store->ops->copies_put(store, "K", &copies, &kept), ERR_OK);
    return kept.kept;
}

/* They are evidence, of which so many are kept, but don't wait for anything any more. */
static void copies_that_the_chain_contradicts_stand_in_no_copy_s_way(void **state)
{
    static const struct registry_kiosk kiosk = {.id = "K"};
    const char *path = *state;
    struct registry_store *store = place_open(*state);
    assert_int_equal(store->ops->kiosk_add(store, &kiosk), ERR_OK);
    copies_come(path, 1, REGISTRY_COPIES_MAX);
    assert_false(copy_comes(store, 2));
    chain_comes(store, entry_of(1, ENTRY_NOTE, 1));
    assert_int_equal(copies_held(path, 1), REGISTRY_COPIES_MAX);
    assert_true(copy_comes(store, 2));
    copies_come(path, 2, 9);
    chain_comes(store, entry_of(2, ENTRY_NOTE, 1));
    assert_int_equal(copies_held(path, 1), REGISTRY_COPIES_MAX);
    assert_int_equal(copies_held(path, 2), 0);
    copies_come(path, 3, 9); /* a number that the next epoch leaves out */
    chain_comes(store, entry_of(5, ENTRY_EPOCH, 2));
    assert_int_equal(copies_held(path, 3), 0);
    store->ops->close(store);
}

/* A kiosk that has as many as may wait is heard again once somebody has cleared them. */
static void a_kiosk_whose_copies_are_cleared_has_room_again(void **state)
{
    static const struct registry_kiosk kiosk = {.id = "K"};
    struct registry_store *store = place_open(*state);
    uint64_t n = 0;
    assert_int_equal(store->ops->kiosk_add(store, &kiosk), ERR_OK);
    copies_come(*state, 7, REGISTRY_COPIES_MAX);
    assert_false(copy_comes(store, 8));
    assert_int_equal(store->ops->copies_forget(store, "K", &n), ERR_OK);
    assert_int_equal(n, REGISTRY_COPIES_MAX);
    assert_true(copy_comes(store, 8));
    assert_int_equal(store->ops->copies_forget(store, "nobody", &n), ERR_MISSING);
    store->ops->close(store);
}

int main(void)
{
    static const struct suite_backend sqlite = {
        .name = "sqlite", .make = place_make, .open = place_open, .remove = place_remove};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_store_is_never_made_over_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_store_is_refused_by_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_store_without_a_table_is_refused_when_opened, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_store_of_version_1_keeps_its_placements_and_versions,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_row_of_another_shape_is_corrupt_and_not_believed, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_kiosk_whose_copies_are_cleared_has_room_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(copies_that_the_chain_contradicts_stand_in_no_copy_s_way,
                                        setup, teardown),
    };
    const int failed = registry_store_suite(&sqlite);
    return failed + cmocka_run_group_tests_name("sqlite files", tests, NULL, NULL);
}
