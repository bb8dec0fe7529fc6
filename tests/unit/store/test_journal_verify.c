/* Verification finds every altered byte and names the entry it is in. */
#include "store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define ENTRIES 4
#define FLIPPED 3
#define PAGE    4096

static void journal_fill(const struct store_fixture *fixture, unsigned entries)
{
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head;

    for (unsigned i = 1; i < entries; i++)
        assert_int_equal(fixture_append(journal, fixture, "x", &head), ERR_OK);
    journal_close(journal);
}

static void count_progress(uint64_t entries, void *user)
{
    *(uint64_t *)user = entries;
}

static void a_whole_journal_is_sound(void **state)
{
    const struct store_fixture *fixture = *state;
    journal_fill(fixture, ENTRIES);
    const struct journal_verdict verdict = fixture_verify(fixture);
    struct journal_reader *reader = fixture_reader(fixture);
    struct journal_head head;

    assert_int_equal(journal_reader_head(reader, &head), ERR_OK);
    assert_int_equal(verdict.fault, JOURNAL_SOUND);
    assert_int_equal(verdict.seq, 0);
    assert_int_equal(verdict.entries, ENTRIES);
    assert_true(verdict.payloads_opened);
    assert_memory_equal(&verdict.head, &head, sizeof head);
    journal_reader_close(reader);
}

static void progress_is_told(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct journal_head head;
    struct journal_verdict verdict;
    uint64_t told = 0;

    for (unsigned i = 1; i < 1000; i++)
        assert_int_equal(fixture_append(journal, fixture, "x", &head), ERR_OK);
    struct journal_reader *reader = fixture_reader(fixture);
    assert_int_equal(journal_verify(reader, fixture->entry_public, count_progress, &told, &verdict),
                     ERR_OK);
    assert_int_equal(told, 1000);
    journal_reader_close(reader);
    journal_close(journal);
}

static void altered_journals_are_named(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        const char *sql;
        enum journal_fault fault;
        uint64_t seq;
    } rows[] = {
        {"an entry taken out", "DELETE FROM entry WHERE seq = 2", JOURNAL_MISSING, 2},
        {"the beginning taken off", "DELETE FROM entry WHERE seq = 1", JOURNAL_MISSING, 1},
        {"two entries swapped",
         "UPDATE entry SET seq = 9 WHERE seq = 2; UPDATE entry SET seq = 2 WHERE seq = 3;"
         "UPDATE entry SET seq = 3 WHERE seq = 9",
         JOURNAL_MISPLACED, 2},
        {"a signature of another entry",
         "UPDATE entry SET signature = (SELECT signature FROM entry WHERE seq = 3) WHERE seq = 2",
         JOURNAL_BAD_SIGNATURE, 2},
        {"a payload of another entry",
         "UPDATE entry SET payload = (SELECT payload FROM entry WHERE seq = 3) WHERE seq = 2",
         JOURNAL_BAD_PAYLOAD, 2},
        {"a day key altered", "UPDATE day_key SET wrapped = zeroblob(60)", JOURNAL_BAD_PAYLOAD, 2},
        {"a day key cut short", "UPDATE day_key SET wrapped = x'00'", JOURNAL_BAD_PAYLOAD, 2},
        {"an empty signature", "UPDATE entry SET signature = x'' WHERE seq = 3", JOURNAL_UNREADABLE,
         3},
        {"the meta row of another kiosk", "UPDATE meta SET kiosk = 'SUB-01-0001'", JOURNAL_FOREIGN,
         1},
        {"a lost tail can't be seen here", "DELETE FROM entry WHERE seq = 4", JOURNAL_SOUND, 0},
        {"a lost day key is no purge", "DELETE FROM day_key", JOURNAL_BAD_PAYLOAD, 2},
        {"a payload taken out is no purge", "UPDATE entry SET payload = NULL WHERE seq = 3",
         JOURNAL_BAD_PAYLOAD, 3},
    };
    journal_fill(fixture, ENTRIES);
    fixture_keep(fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture_sql(fixture->path, rows[i].sql);
        const struct journal_verdict verdict = fixture_verify(fixture);
        if (verdict.fault != rows[i].fault || verdict.seq != rows[i].seq)
            fail_msg("%s: %s at %d", rows[i].proves, journal_fault_text(verdict.fault),
                     (int)verdict.seq);
        fixture_restore(fixture);
    }
}

static void another_key_has_not_signed_it(void **state)
{
    const struct store_fixture *fixture = *state;
    uint8_t point[SIGN_POINT_LEN];
    struct verify_key *other = NULL;
    struct journal_verdict verdict;

    journal_fill(fixture, ENTRIES);
    sign_key_point(fixture->other_entry_key, point);
    assert_int_equal(verify_key_from_point(point, &other), ERR_OK);
    struct journal_reader *reader = fixture_reader(fixture);
    assert_int_equal(journal_verify(reader, other, NULL, NULL, &verdict), ERR_OK);
    assert_int_equal(verdict.fault, JOURNAL_BAD_SIGNATURE);
    assert_int_equal(verdict.seq, 1);
    journal_reader_close(reader);
    verify_key_close(other);
}

/* Two histories by the same keys, the same up to entry 1: what a restored backup makes. Entries of
 * one in the other are signed and open, but do not belong there. */
static void two_histories_do_not_mix(void **state)
{
    static const struct {
        const char *proves;
        const char *sql;
        enum journal_fault fault;
        uint64_t seq;
    } rows[] = {
        {"a payload that opens is not the one its header names",
         "UPDATE entry SET payload = (SELECT payload FROM o.entry WHERE seq = 3) WHERE seq = 3",
         JOURNAL_BAD_PAYLOAD, 3},
        {"a signed entry that the next one does not continue",
         "REPLACE INTO entry SELECT * FROM o.entry WHERE seq = 3", JOURNAL_CHAIN_BROKEN, 4},
    };
    struct store_fixture *fixture = *state;
    struct store_fixture other = *fixture;
    struct journal_head head;
    char sql[320];

    struct journal *journal = fixture_journal(fixture);
    assert_int_equal(fixture_append(journal, fixture, "both", &head), ERR_OK);
    journal_close(journal);
    snprintf(other.path, sizeof other.path, "%s/other.db", fixture->folder);
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", other.path);
    fixture_sql(fixture->path, sql);
    journal = fixture_journal(&other);
    assert_int_equal(fixture_append(journal, fixture, "other", &head), ERR_OK);
    journal_close(journal);
    journal = fixture_journal(fixture);
    assert_int_equal(fixture_append(journal, fixture, "ours", &head), ERR_OK);
    assert_int_equal(fixture_append(journal, fixture, "ours", &head), ERR_OK);
    journal_close(journal);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(sql, sizeof sql, "ATTACH '%s' AS o; %s", other.path, rows[i].sql);
        fixture_sql(fixture->path, sql);
        const struct journal_verdict verdict = fixture_verify(fixture);
        if (verdict.fault != rows[i].fault || verdict.seq != rows[i].seq)
            fail_msg("%s: %s at %d", rows[i].proves, journal_fault_text(verdict.fault),
                     (int)verdict.seq);
    }
}

/* Is this a page of what lies beside the entries: a counter's way to find them, a list of work? */
static bool is_beside(const struct store_fixture *fixture, ssize_t page)
{
    char sql[160];

    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM sqlite_schema WHERE name IN ('crossing', 'recovery')"
             " AND rootpage = %zd",
             page);
    return fixture_number(fixture->path, sql) > 0;
}

/* Pages that an SD card lost: whichever it is, verification ends in a named entry. */
static void damaged_pages_are_named_entries(void **state)
{
    const struct store_fixture *fixture = *state;
    static uint8_t file[1 << 20];
    struct journal_verdict verdict;
    uint64_t first_bad_min = UINT64_MAX;

    journal_fill(fixture, 100);
    fixture_sql(fixture->path, "PRAGMA wal_checkpoint(TRUNCATE)");
    const int fd = open(fixture->path, O_RDWR);
    const ssize_t len = read(fd, file, sizeof file);
    assert_in_range(len, 5 * PAGE, sizeof file - 1);
    for (ssize_t page = 1; page < len / PAGE; page++) {
        static const uint8_t lost[PAGE];
        char why[JOURNAL_WHY_LEN] = "";
        struct journal_reader *reader = NULL;
        if (is_beside(fixture, page + 1))
            continue;
        assert_int_equal(pwrite(fd, lost, PAGE, page * PAGE), PAGE);
        if (journal_reader_open(fixture->path, fixture->root, &reader, why)) {
            assert_non_null(strstr(why, "test.db"));
        } else {
            assert_int_equal(journal_verify(reader, fixture->entry_public, NULL, NULL, &verdict),
                             ERR_OK);
            if (verdict.fault == JOURNAL_SOUND && verdict.entries == 100)
                fail_msg("page %d lost, and nothing is said", (int)page + 1);
            if (verdict.fault && verdict.seq < first_bad_min)
                first_bad_min = verdict.seq;
            journal_reader_close(reader);
        }
        assert_int_equal(pwrite(fd, file + page * PAGE, PAGE, page * PAGE), PAGE);
    }
    close(fd);
    assert_int_equal(first_bad_min, 1);
    assert_int_equal(fixture_verify(fixture).fault, JOURNAL_SOUND);
}

/* Flips one bit of a stored blob in place; false: past its end. */
static bool flip(sqlite3 *handle, const char *column, unsigned seq, int at)
{
    sqlite3_blob *blob = NULL;
    uint8_t byte;

    assert_int_equal(sqlite3_blob_open(handle, "main", "entry", column, seq, 1, &blob), SQLITE_OK);
    const bool within = at < sqlite3_blob_bytes(blob);
    if (within) {
        assert_int_equal(sqlite3_blob_read(blob, &byte, 1, at), SQLITE_OK);
        byte ^= (uint8_t)(1u << (at % 8));
        assert_int_equal(sqlite3_blob_write(blob, &byte, 1, at), SQLITE_OK);
    }
    sqlite3_blob_close(blob);
    return within;
}

static void every_flipped_byte_is_found(void **state)
{
    const struct store_fixture *fixture = *state;
    static const char *const columns[] = {"header", "signature", "payload"};
    sqlite3 *handle = NULL;
    struct journal_verdict verdict;
    unsigned flips = 0;

    journal_fill(fixture, FLIPPED);
    struct journal_reader *reader = fixture_reader(fixture);
    assert_int_equal(sqlite3_open(fixture->path, &handle), SQLITE_OK);
    sqlite3_exec(handle, "PRAGMA synchronous=OFF", NULL, NULL, NULL);
    for (unsigned seq = 1; seq <= FLIPPED; seq++) {
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
            for (int at = 0; flip(handle, columns[c], seq, at); at++) {
                assert_int_equal(
                    journal_verify(reader, fixture->entry_public, NULL, NULL, &verdict), ERR_OK);
                if (verdict.fault == JOURNAL_SOUND || verdict.seq != seq)
                    fail_msg("%s %u byte %d: %s at %d", columns[c], seq, at,
                             journal_fault_text(verdict.fault), (int)verdict.seq);
                flip(handle, columns[c], seq, at);
                flips++;
            }
        }
    }
    sqlite3_close(handle);
    journal_reader_close(reader);
    print_message("%u bytes flipped\n", flips);
    assert_true(flips > FLIPPED * (100 + SIGN_LEN + 40));
    assert_int_equal(fixture_verify(fixture).fault, JOURNAL_SOUND);
}

int main(void)
{
#define VERIFY_TEST(name)                                                                          \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        VERIFY_TEST(a_whole_journal_is_sound),        VERIFY_TEST(progress_is_told),
        VERIFY_TEST(altered_journals_are_named),      VERIFY_TEST(another_key_has_not_signed_it),
        VERIFY_TEST(two_histories_do_not_mix),        VERIFY_TEST(every_flipped_byte_is_found),
        VERIFY_TEST(damaged_pages_are_named_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
