/* The journal's writer and reader: what is acknowledged is there, whole, ours, and after a failure
 * nothing else is. */
#include "store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void new_journal_begins_with_an_epoch(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_row row;
    struct entry_epoch epoch;
    struct journal_head head;
    struct stat st;
    static const uint8_t none[SIGN_HASH_LEN];

    struct journal_reader *reader = fixture_reader(fixture);
    assert_int_equal(journal_reader_get(reader, 1, &row), ERR_OK);
    assert_int_equal(row.header.kind, ENTRY_EPOCH);
    assert_int_equal(row.header.epoch, 1);
    assert_string_equal(row.header.kiosk, "CGK-03-0412");
    assert_memory_equal(row.header.prev, none, sizeof none);
    assert_true(row.payload_opened);
    assert_int_equal(entry_epoch_decode(span_of(row.payload, row.payload_len), &epoch), ERR_OK);
    assert_int_equal(epoch.previous_epoch, 0);
    journal_head(journal, &head);
    assert_int_equal(head.seq, 1);
    assert_int_equal(journal_reader_get(reader, 2, &row), ERR_MISSING);
    assert_int_equal(journal_reader_get(reader, 0, &row), ERR_MISSING);
    assert_int_equal(journal_reader_get(reader, UINT64_MAX, &row), ERR_MISSING);
    assert_int_equal(stat(fixture->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    journal_reader_close(reader);
    journal_close(journal);
}

static void chain_goes_on_over_a_restart(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal_head head, before, read;
    struct journal_row row;

    struct journal *journal = fixture_journal(fixture);
    assert_int_equal(fixture_append(journal, fixture, "one", &before), ERR_OK);
    journal_close(journal);
    journal = fixture_journal(fixture);
    journal_head(journal, &head);
    assert_memory_equal(&head, &before, sizeof head);
    assert_int_equal(fixture_append(journal, fixture, "two", &head), ERR_OK);
    assert_int_equal(head.seq, 3);

    struct journal_reader *reader = fixture_reader(fixture);
    assert_int_equal(journal_reader_get(reader, 3, &row), ERR_OK);
    assert_memory_equal(row.header.prev, before.hash, SIGN_HASH_LEN);
    assert_int_equal(journal_reader_head(reader, &read), ERR_OK);
    assert_memory_equal(&read, &head, sizeof head);
    journal_reader_close(reader);
    journal_close(journal);
}

static void a_reader_sees_what_was_appended_after_it_opened(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_reader *reader = fixture_reader(fixture);
    struct journal_head head;
    struct journal_row row;

    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(fixture_append(journal, fixture, "x", &head), ERR_OK);
        assert_int_equal(journal_reader_get(reader, head.seq, &row), ERR_OK);
    }
    assert_int_equal(journal_checkpoint(journal), ERR_OK);
    assert_int_equal(fixture_append(journal, fixture, "x", &head), ERR_OK);
    assert_int_equal(journal_reader_get(reader, head.seq, &row), ERR_OK);
    journal_close(journal); /* the WAL stays for readers */
    assert_int_equal(journal_reader_get(reader, head.seq, &row), ERR_OK);
    journal_reader_close(reader);
}

/* Searches the file and its WAL for text. */
static bool on_disk(const struct store_fixture *fixture, const char *suffix, const char *text)
{
    static uint8_t bytes[1 << 20];
    char path[160];

    snprintf(path, sizeof path, "%s%s", fixture->path, suffix);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return memmem(bytes, len, text, strlen(text)) != NULL;
}

static void payloads_are_sealed_on_disk(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_reader *reader = NULL;
    struct journal_head head;
    struct journal_row row;
    char why[JOURNAL_WHY_LEN];

    assert_int_equal(fixture_append(journal, fixture, "CONTOH SITI", &head), ERR_OK);
    assert_true(on_disk(fixture, "-wal", "CGK-03-0412"));
    assert_false(on_disk(fixture, "-wal", "CONTOH SITI"));
    assert_int_equal(journal_reader_open(fixture->path, NULL, &reader, why), ERR_OK);
    assert_int_equal(journal_reader_get(reader, head.seq, &row), ERR_OK);
    assert_false(row.payload_opened);
    assert_int_equal(row.payload_len, 0);
    journal_reader_close(reader);
    journal_close(journal);
}

/* A day key or a payload that is gone without a PURGE entry is damage; other days are not hurt. */
static void a_lost_day_key_is_damage(void **state)
{
    struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head, at;
    struct journal_row row;

    assert_int_equal(fixture_append(journal, fixture, "one day", &head), ERR_OK);
    fixture->now.wall_ms += 86400000;
    assert_int_equal(fixture_append(journal, fixture, "next day", &head), ERR_OK);
    fixture_sql(fixture->path, "DELETE FROM day_key WHERE day = (SELECT min(day) FROM day_key)");
    struct journal_reader *reader = fixture_reader(fixture);
    assert_int_equal(journal_reader_get(reader, 2, &row), ERR_CORRUPT);
    assert_int_equal(journal_reader_get(reader, 3, &row), ERR_OK);
    assert_true(row.payload_opened);
    fixture_sql(fixture->path, "UPDATE entry SET payload = NULL WHERE seq = 3");
    assert_int_equal(journal_reader_get(reader, 3, &row), ERR_CORRUPT);
    assert_int_equal(journal_reader_head_at(reader, 3, &at), ERR_OK);
    assert_memory_equal(&at, &head, sizeof at);
    journal_reader_close(reader);
    journal_close(journal);
}

static void opening_refuses_what_is_not_ours(void **state)
{
    struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture), *second = NULL;
    struct journal_reader *reader = NULL;
    char why[JOURNAL_WHY_LEN] = "";
    struct journal_keys keys = fixture->keys;

    assert_int_equal(journal_open(fixture->path, "CGK-03-0412", &keys, &fixture->now, &second, why),
                     ERR_BUSY);
    assert_non_null(strstr(why, "another process writes it"));
    journal_close(journal);

    assert_int_equal(journal_open(fixture->path, "SUB-01-0001", &keys, &fixture->now, &second, why),
                     ERR_AUTH);
    assert_non_null(strstr(why, "another kiosk"));
    keys.entry = fixture->other_entry_key;
    assert_int_equal(journal_open(fixture->path, "CGK-03-0412", &keys, &fixture->now, &second, why),
                     ERR_AUTH);
    assert_non_null(strstr(why, "another entry key"));
    keys = (struct journal_keys){.entry = fixture->entry_key, .root = fixture->other_root};
    assert_int_equal(journal_open(fixture->path, "CGK-03-0412", &keys, &fixture->now, &second, why),
                     ERR_AUTH);
    assert_non_null(strstr(why, "another storage key"));
    assert_int_equal(journal_reader_open(fixture->path, fixture->other_root, &reader, why),
                     ERR_AUTH);
    journal_close(fixture_journal(fixture)); /* and it is still good */
}

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void files_that_are_no_journal_are_named(void **state)
{
    struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        const char *content; /* NULL: none */
        const char *sql;
        enum err writer, reader;
        const char *why;
    } rows[] = {
        {"a reader finds no file", NULL, NULL, ERR_OK, ERR_MISSING, "test.db"},
        {"text is no database",
         "this is not a database, and long enough to be one.............."
         "...........................................................",
         NULL, ERR_CORRUPT, ERR_CORRUPT, "not a readable journal database"},
        {"another database is not ours", "", "CREATE TABLE t(x)", ERR_CORRUPT, ERR_CORRUPT,
         "not a journal of Pamit"},
        {"a newer one is not guessed at", "",
         "PRAGMA application_id=0x504d4a31; PRAGMA user_version=9; CREATE TABLE t(x)", ERR_INVALID,
         ERR_INVALID, "a journal of version 9; this program knows version 2"},
        {"nor an older one", "",
         "PRAGMA application_id=0x504d4a31; PRAGMA user_version=1; CREATE TABLE t(x)", ERR_INVALID,
         ERR_INVALID, "a journal of version 1; this program knows version 2"},
        {"nor is another database of ours", "",
         "PRAGMA application_id=0x504d4331; PRAGMA user_version=3; CREATE TABLE t(x)", ERR_INVALID,
         ERR_INVALID, "not a journal of Pamit"},
        {"tables that are not there", "",
         "PRAGMA application_id=0x504d4a31; PRAGMA user_version=2; CREATE TABLE t(x)", ERR_CORRUPT,
         ERR_CORRUPT, "test.db"},
        {"an empty file is new to a writer, and nothing to a reader", "", NULL, ERR_OK, ERR_MISSING,
         "empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct journal *journal = NULL;
        struct journal_reader *reader = NULL;
        char why[JOURNAL_WHY_LEN] = "";

        unlink(fixture->path);
        if (rows[i].content)
            file_write(fixture->path, rows[i].content);
        if (rows[i].sql)
            fixture_sql(fixture->path, rows[i].sql);
        const enum err read = journal_reader_open(fixture->path, fixture->root, &reader, why);
        if (read != rows[i].reader || !strstr(why, rows[i].why))
            fail_msg("%s: reader says %d, %s", rows[i].proves, read, why);
        const enum err written = journal_open(fixture->path, "CGK-03-0412", &fixture->keys,
                                              &fixture->now, &journal, why);
        if (written != rows[i].writer)
            fail_msg("%s: writer says %d, %s", rows[i].proves, written, why);
        journal_close(journal);
        char wal[160];
        snprintf(wal, sizeof wal, "%s-wal", fixture->path);
        unlink(wal);
    }
}

static void a_wal_without_its_file_is_not_thrown_away(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head;
    char kept[160], why[JOURNAL_WHY_LEN] = "";

    assert_int_equal(fixture_append(journal, fixture, "x", &head), ERR_OK);
    snprintf(kept, sizeof kept, "%s.kept", fixture->path);
    assert_int_equal(rename(fixture->path, kept), 0);
    _Static_assert(ERR_CORRUPT != ERR_BUSY, "told apart");
    journal_close(journal);
    assert_int_equal(
        journal_open(fixture->path, "CGK-03-0412", &fixture->keys, &fixture->now, &journal, why),
        ERR_CORRUPT);
    assert_non_null(strstr(why, "-wal"));
    assert_int_equal(rename(kept, fixture->path), 0);
    journal = fixture_journal(fixture);
    journal_head(journal, &head);
    assert_int_equal(head.seq, 2);
    journal_close(journal);
}

/* Its entries would vanish with it. What was acknowledged before is in the file then. */
/* Whatever a -wal says. */
static uint64_t last_in_file(const struct store_fixture *fixture)
{
    char uri[160];

    snprintf(uri, sizeof uri, "file:%s?immutable=1", fixture->path);
    return (uint64_t)fixture_number(uri, "SELECT max(seq) FROM entry");
}

static void a_file_that_is_removed_at_work_is_noticed(void **state)
{
    const struct store_fixture *fixture = *state;
    static const char *const parts[] = {"-wal", "-shm", ""};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct journal *journal = fixture_journal(fixture);
        struct journal_head before, head;
        char name[160];

        assert_int_equal(fixture_append(journal, fixture, "x", &before), ERR_OK);
        snprintf(name, sizeof name, "%s%s", fixture->path, parts[i]);
        assert_int_equal(unlink(name), 0);
        assert_int_equal(fixture_append(journal, fixture, "y", &head), ERR_CLOSED);
        if (i == 0) /* what had been stored there is in the file already */
            assert_int_equal(last_in_file(fixture), before.seq);
        journal_close(journal);
        if (!parts[i][0])
            break;
        journal = fixture_journal(fixture);
        journal_head(journal, &head);
        assert_memory_equal(head.hash, before.hash, sizeof head.hash);
        assert_int_equal(fixture_append(journal, fixture, "y", &head), ERR_OK);
        journal_close(journal);
    }
}

static void an_altered_tail_is_not_continued(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        const char *sql;
        const char *said;
    } rows[] = {
        {"a signature changed", "UPDATE entry SET signature = zeroblob(64) WHERE seq = 3",
         "entry 3"},
        {"a header changed", "UPDATE entry SET header = zeroblob(120) WHERE seq = 3", "entry 3"},
        {"a header of another number",
         "UPDATE entry SET header = (SELECT header FROM entry WHERE seq = 2),"
         " signature = (SELECT signature FROM entry WHERE seq = 2) WHERE seq = 3",
         "entry 3"},
        {"a payload of another entry",
         "UPDATE entry SET payload = (SELECT payload FROM entry WHERE seq = 2) WHERE seq = 3",
         "entry 3"},
        {"a payload taken out", "UPDATE entry SET payload = NULL WHERE seq = 3", "entry 3"},
        {"the day's key taken out", "DELETE FROM day_key", "entry 3"},
        {"the day's key altered", "UPDATE day_key SET wrapped = zeroblob(60)", "entry 3"},
        {"no entries at all", "DELETE FROM entry", "all entries"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct journal *journal = fixture_journal(fixture);
        struct journal_head head;
        char why[JOURNAL_WHY_LEN] = "", name[160];

        assert_int_equal(fixture_append(journal, fixture, "two", &head), ERR_OK);
        assert_int_equal(fixture_append(journal, fixture, "three", &head), ERR_OK);
        journal_close(journal);
        fixture_sql(fixture->path, rows[i].sql);
        if (journal_open(fixture->path, "CGK-03-0412", &fixture->keys, &fixture->now, &journal,
                         why) != ERR_CORRUPT ||
            !strstr(why, "test.db") || !strstr(why, rows[i].said))
            fail_msg("%s: %s", rows[i].proves, why);
        unlink(fixture->path);
        snprintf(name, sizeof name, "%s-wal", fixture->path);
        unlink(name);
    }
}

/* A file size limit stands in for a full disk: it needs no rights and hits any write. */
static void a_full_disk_refuses_and_recovers(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head, before;
    struct rlimit limit, unlimited;
    char note[900], wal[160];
    struct stat st;
    enum err err = ERR_OK;

    memset(note, 'n', sizeof note - 1);
    note[sizeof note - 1] = 0;
    snprintf(wal, sizeof wal, "%s-wal", fixture->path);
    assert_int_equal(stat(wal, &st), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = (struct rlimit){.rlim_cur = (rlim_t)st.st_size + 20000, .rlim_max = unlimited.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    journal_head(journal, &before);
    for (unsigned i = 0; !err && i < 100; i++) {
        err = fixture_append(journal, fixture, note, &head);
        if (!err)
            before = head;
    }
    assert_int_equal(err, ERR_FULL);
    assert_int_equal(fixture_append(journal, fixture, note, &head), ERR_FULL);
    journal_head(journal, &head);
    assert_memory_equal(&head, &before, sizeof head);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);

    assert_int_equal(fixture_append(journal, fixture, note, &head), ERR_OK);
    assert_int_equal(head.seq, before.seq + 1);
    journal_close(journal);
    const struct journal_verdict verdict = fixture_verify(fixture);
    assert_int_equal(verdict.fault, JOURNAL_SOUND);
    assert_int_equal(verdict.entries, head.seq);
}

static void the_wal_is_bounded_without_idle_moments(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head;
    struct stat st;
    char note[1000], wal[160];

    memset(note, 'n', sizeof note - 1);
    note[sizeof note - 1] = 0;
    snprintf(wal, sizeof wal, "%s-wal", fixture->path);
    for (unsigned i = 0; i < 1500; i++)
        assert_int_equal(fixture_append(journal, fixture, note, &head), ERR_OK);
    assert_int_equal(stat(wal, &st), 0);
    assert_in_range((uintmax_t)st.st_size, 1, 1100 * 4200);
    journal_close(journal);
}

int main(void)
{
#define JOURNAL_TEST(name)                                                                         \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(new_journal_begins_with_an_epoch),
        JOURNAL_TEST(chain_goes_on_over_a_restart),
        JOURNAL_TEST(a_reader_sees_what_was_appended_after_it_opened),
        JOURNAL_TEST(payloads_are_sealed_on_disk),
        JOURNAL_TEST(a_lost_day_key_is_damage),
        JOURNAL_TEST(opening_refuses_what_is_not_ours),
        JOURNAL_TEST(files_that_are_no_journal_are_named),
        JOURNAL_TEST(a_wal_without_its_file_is_not_thrown_away),
        JOURNAL_TEST(a_file_that_is_removed_at_work_is_noticed),
        JOURNAL_TEST(an_altered_tail_is_not_continued),
        JOURNAL_TEST(a_full_disk_refuses_and_recovers),
        JOURNAL_TEST(the_wal_is_bounded_without_idle_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
