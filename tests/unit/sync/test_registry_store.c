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

static size_t rows_of(const char *path, const char *from)
{
    char text[256];
    sqlite3 *db;
    sqlite3_stmt *stmt;
    snprintf(text, sizeof text, "SELECT count(*) FROM %s", from);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    const size_t n = (size_t)sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return n;
}

static size_t copies_held(const char *path, uint64_t seq)
{
    char from[64];
    snprintf(from, sizeof from, "copy WHERE seq = %llu", (unsigned long long)seq);
    return rows_of(path, from);
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
    sql(path, "PRAGMA user_version = 4");
    refuses(path, ERR_INVALID, "of version 4; this program knows version 3");
    sql(path, "PRAGMA user_version = 3; PRAGMA application_id = 7");
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

static enum err count_row(struct span record, bool withdrawn, void *user)
{
    (void)record;
    assert_false(withdrawn);
    ++*(int *)user;
    return ERR_OK;
}

/* A deferral as it is stored. */
static void row_of_version_2(const char *path)
{
    const struct listing listing = {.kind = LISTING_DEFERRAL,
                                    .passport_no = "X0000001",
                                    .passport_country = "IDN",
                                    .from = {2026, 11, 20},
                                    .expires = {2027, 11, 20},
                                    .issued_by = "CGK"};
    uint8_t record[512];
    char insert[2048] = "INSERT INTO listing VALUES('row', 5, 0, 0, x'";
    const char *field;
    struct cbor_writer w;
    struct span whole;
    cbor_writer_init(&w, record, sizeof record);
    assert_int_equal(listing_encode(&listing, &w, &field), ERR_OK);
    assert_int_equal(cbor_writer_finish(&w, &whole), ERR_OK);
    for (size_t i = 0; i < whole.len; i++)
        snprintf(insert + strlen(insert), sizeof insert - strlen(insert), "%02x", record[i]);
    snprintf(insert + strlen(insert), sizeof insert - strlen(insert), "')");
    sql(path, insert);
}

/* As version 2 had it: a decision made one row, and nothing said whom rows are about. */
static void
a_store_of_version_2_finds_its_rows_and_takes_back_all_that_a_decision_makes(void **state)
{
    char *path = *state;
    sql(path, "DROP TABLE about; DROP INDEX deferral_of; DROP TABLE deferral;"
              "CREATE TABLE deferral("
              " kiosk INTEGER NOT NULL REFERENCES kiosk(no), hash BLOB NOT NULL, id TEXT,"
              " voided INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(kiosk, hash)) STRICT, WITHOUT ROWID;"
              "CREATE INDEX deferral_of ON deferral(id);"
              "INSERT INTO kiosk(id, entry_point) VALUES('CGK-03-0412', zeroblob(65));"
              "INSERT INTO deferral(kiosk, hash, id, voided) VALUES(1, x'01', 'row', 0),"
              " (1, x'02', NULL, 1);"
              "INSERT INTO told VALUES('row', 1, 0);"
              "PRAGMA user_version = 2");
    row_of_version_2(path);
    struct registry_store *store = place_open(path);
    const struct listing_text text = {"D IDN X0000001"};
    int n = 0;
    assert_int_equal(store->ops->rows_about(store, &text, 1, count_row, &n), ERR_OK);
    assert_int_equal(n, 1);
    store->ops->close(store);
    /* What was known of decisions stays known, and each may make more rows. */
    assert_int_equal(rows_of(path, "deferral"), 2);
    assert_int_equal(rows_of(path, "deferral WHERE hash = x'01' AND id = 'row' AND NOT voided"), 1);
    assert_int_equal(rows_of(path, "deferral WHERE hash = x'02' AND id = '' AND voided"), 1);
    sql(path, "INSERT INTO deferral VALUES(1, x'01', 'another', 0)");
}

/* A program of this version can't tell what is missing in one that is older, or was added since. */
static void a_store_of_any_other_version_is_refused(void **state)
{
    sql(*state, "PRAGMA user_version = 1");
    refuses(*state, ERR_INVALID, "of version 1; this program knows version 3");
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
        cmocka_unit_test_setup_teardown(a_store_of_any_other_version_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_store_of_version_2_finds_its_rows_and_takes_back_all_that_a_decision_makes, setup,
            teardown),
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
