#include "store_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

const char fixture_entry_pem[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
    "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
    "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END EC PRIVATE KEY-----\n";
const char fixture_entry_pub_pem[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\n"
    "Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
    "-----END PUBLIC KEY-----\n";
static const char next_key[] = "-----BEGIN EC PRIVATE KEY-----\n"
                               "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2cioAoGCCqGSM49\n"
                               "AwEHoUQDQgAEFXl65XxXSv3PzR/khIJRK/gTSgM48U4DdKVCWFR3/XApapaz9c8U\n"
                               "5jlSqnRfkknT1dXY25RlGpMHD1NRPcFScQ==\n"
                               "-----END EC PRIVATE KEY-----\n";

static void file_write(const char *path, const void *bytes, size_t len)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static struct sign_key *entry_key(const struct store_fixture *fixture, const char *pem)
{
    char path[128], why[SIGN_WHY_LEN];
    struct sign_key *key = NULL;

    snprintf(path, sizeof path, "%s/entry.pem", fixture->folder);
    file_write(path, pem, strlen(pem));
    assert_int_equal(sign_key_load(path, &key, why), ERR_OK);
    return key;
}

static struct seal_root *root_key(const struct store_fixture *fixture, int fill)
{
    char path[128], why[SEAL_WHY_LEN];
    uint8_t bytes[SEAL_ROOT_LEN];
    struct seal_root *root = NULL;

    memset(bytes, fill, sizeof bytes);
    snprintf(path, sizeof path, "%s/storage.key", fixture->folder);
    file_write(path, bytes, sizeof bytes);
    assert_int_equal(seal_root_load(path, &root, why), ERR_OK);
    return root;
}

int store_fixture_make(void **state)
{
    struct store_fixture *fixture = calloc(1, sizeof *fixture);
    uint8_t point[SIGN_POINT_LEN];

    assert_non_null(fixture);
    assert_int_equal(sign_init(), ERR_OK);
    assert_non_null(scratch_make(fixture->folder));
    snprintf(fixture->path, sizeof fixture->path, "%s/test.db", fixture->folder);
    fixture->entry_key = entry_key(fixture, fixture_entry_pem);
    fixture->other_entry_key = entry_key(fixture, next_key);
    sign_key_point(fixture->entry_key, point);
    assert_int_equal(verify_key_from_point(point, &fixture->entry_public), ERR_OK);
    fixture->root = root_key(fixture, 1);
    fixture->other_root = root_key(fixture, 2);
    fixture->keys = (struct journal_keys){.entry = fixture->entry_key, .root = fixture->root};
    fixture->now = (struct clock_reading){
        .wall_ms = 1795250228000, .zone = CLOCK_WIB, .quality = CLOCK_SYNCED, .boottime_ms = 1};
    *state = fixture;
    return 0;
}

int store_fixture_remove(void **state)
{
    struct store_fixture *fixture = *state;
    DIR *folder = opendir(fixture->folder);

    assert_non_null(folder);
    for (const struct dirent *file; (file = readdir(folder));)
        unlinkat(dirfd(folder), file->d_name, 0); /* "." and ".." refuse */
    closedir(folder);
    assert_int_equal(rmdir(fixture->folder), 0);
    sign_key_close(fixture->entry_key);
    sign_key_close(fixture->other_entry_key);
    verify_key_close(fixture->entry_public);
    seal_root_close(fixture->root);
    seal_root_close(fixture->other_root);
    free(fixture);
    return 0;
}

struct journal *fixture_journal(const struct store_fixture *fixture)
{
    struct journal *journal = NULL;
    char why[JOURNAL_WHY_LEN] = "";

    if (journal_open(fixture->path, "CGK-03-0412", &fixture->keys, &fixture->now, &journal, why))
        fail_msg("%s", why);
    return journal;
}

struct journal_reader *fixture_reader(const struct store_fixture *fixture)
{
    struct journal_reader *reader = NULL;
    char why[JOURNAL_WHY_LEN] = "";

    if (journal_reader_open(fixture->path, fixture->root, &reader, why))
        fail_msg("%s", why);
    return reader;
}

struct journal_verdict fixture_verify(const struct store_fixture *fixture)
{
    struct journal_reader *reader = fixture_reader(fixture);
    struct journal_verdict verdict;

    assert_int_equal(journal_verify(reader, fixture->entry_public, NULL, NULL, &verdict), ERR_OK);
    journal_reader_close(reader);
    return verdict;
}

struct cache_writer *fixture_cache_writer(const struct store_fixture *fixture)
{
    struct cache_writer *writer = NULL;
    char why[CACHE_WHY_LEN] = "";

    if (cache_writer_open(fixture->path, fixture->root, &writer, why))
        fail_msg("%s", why);
    return writer;
}

struct cache_reader *fixture_cache_reader(const struct store_fixture *fixture)
{
    struct cache_reader *reader = NULL;
    char why[CACHE_WHY_LEN] = "";

    if (cache_reader_open(fixture->path, fixture->root, &reader, why))
        fail_msg("%s", why);
    return reader;
}

enum err fixture_append(struct journal *journal, const struct store_fixture *fixture,
                        const char *note, struct journal_head *head)
{
    struct entry_decided decided = {.presented = 1, .decision = DECISION_CLEARED};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    snprintf(decided.note, sizeof decided.note, "%s", note);
    seal_random(salt, sizeof salt);
    assert_int_equal(entry_decided_encode(&decided, salt, payload, sizeof payload, &len), ERR_OK);
    return journal_append(journal, ENTRY_DECIDED, &fixture->now, span_of(payload, len), head);
}

void fixture_sql(const char *path, const char *sql)
{
    sqlite3 *handle = NULL;
    char *error = NULL;
    int persist = 1;

    assert_int_equal(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_file_control(handle, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
    if (sqlite3_exec(handle, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", sql, error);
    sqlite3_close(handle);
}

static void database_copy(const char *from, const char *to)
{
    sqlite3 *source = NULL, *copy = NULL;

    assert_int_equal(sqlite3_open(from, &source), SQLITE_OK);
    assert_int_equal(sqlite3_open(to, &copy), SQLITE_OK);
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", source, "main");
    assert_non_null(backup);
    assert_int_equal(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    assert_int_equal(sqlite3_backup_finish(backup), SQLITE_OK);
    sqlite3_close(copy);
    sqlite3_close(source);
}

void fixture_keep(const struct store_fixture *fixture)
{
    char kept[64];

    snprintf(kept, sizeof kept, "%s.kept", fixture->path);
    database_copy(fixture->path, kept);
}

void fixture_restore(const struct store_fixture *fixture)
{
    char kept[64];

    snprintf(kept, sizeof kept, "%s.kept", fixture->path);
    database_copy(kept, fixture->path);
}

int64_t fixture_number(const char *path, const char *sql)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *statement = NULL;

    assert_int_equal(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return number;
}
