/* Crossings in the journal: found at once by document, deferrals also by person, on their day and
 * after it, after a restart and a purge, in their mode only; as durable as their entry, and nowhere
 * in plain. */
#include "store_fixture.h"

#include "journal_crossing.h"
#include "journal_salvage.h"

#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct document siti(void)
{
    return (struct document){
        .number = "X0000001",
        .country = "IDN",
        .name = "RAHMAWATI SITI NURHALIZA",
        .sex = 'F',
        .birth = {1998, 4, 12},
    };
}

static enum err decide(struct journal *journal, const struct store_fixture *fixture,
                       const struct document *document, struct crossing_decided *about,
                       struct journal_head *head)
{
    struct entry_decided decided = {.presented = 1, .decision = about->decision, .note = "test"};
    uint8_t salt[ENTRY_SALT_LEN], payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    crossing_subject_of(document, about->subject.mode, &about->subject);
    seal_random(salt, sizeof salt);
    assert_int_equal(entry_decided_encode(&decided, salt, payload, sizeof payload, &len), ERR_OK);
    return journal_append_decided(journal, &fixture->now, span_of(payload, len), about, head);
}

static enum err defer(struct journal *journal, const struct store_fixture *fixture,
                      const struct document *document, enum entry_mode mode,
                      struct journal_head *head)
{
    struct crossing_decided about = {.subject.mode = mode, .decision = DECISION_DEFERRED};

    return decide(journal, fixture, document, &about, head);
}

/* The number of its entry. */
static uint64_t cross(struct journal *journal, const struct store_fixture *fixture,
                      const struct document *document, enum direction direction,
                      enum decision decision)
{
    struct crossing_decided about = {.direction = direction, .decision = decision};
    struct journal_head head;

    assert_int_equal(decide(journal, fixture, document, &about, &head), ERR_OK);
    return head.seq;
}

static struct crossing_reader *crossings(const struct store_fixture *fixture)
{
    struct crossing_reader *reader = NULL;
    char why[JOURNAL_WHY_LEN] = "";

    if (crossing_reader_open(fixture->path, fixture->root, &reader, why))
        fail_msg("%s", why);
    return reader;
}

static struct crossing_hits find(struct crossing_reader *reader, const struct document *document,
                                 enum entry_mode mode, struct date day)
{
    struct crossing_subject subject;
    struct crossing_hits hits;

    crossing_subject_of(document, mode, &subject);
    assert_int_equal(crossing_reader_find(reader, &subject, day, &hits), ERR_OK);
    return hits;
}

/* "today", "before" with the newest day, or "": as the lane would judge. */
static void expect(const char *says, struct crossing_hits hits, bool on_day, const char *newest)
{
    char text[DATE_TEXT_LEN] = "";

    if (date_known(hits.deferred_newest))
        date_format(hits.deferred_newest, text);
    if (hits.deferred_on_day != on_day || strcmp(text, newest) != 0)
        fail_msg("%s: %s, newest %s", says, hits.deferred_on_day ? "on the day" : "not on the day",
                 text);
}

/* 2026-11-21 in every zone of the checkpoint; the fixture's own time is 15:37 WIB. */
static const struct date today = {2026, 11, 21}, tomorrow = {2026, 11, 22};

static void found_by_document_or_by_person(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *says, *number, *country, *name;
        struct date birth;
        char sex;
        bool found;
    } rows[] = {
        {"the same document",
         "X0000001",
         "IDN",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 12},
         'F',
         true},
        {"the same number, whatever name is read",
         "X0000001",
         "IDN",
         "OTHER NAME",
         {1970, 1, 1},
         'M',
         true},
        {"the same person with a new passport",
         "X0000099",
         "IDN",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 12},
         'F',
         true},
        {"the name in another order and spelling",
         "X0000099",
         "IDN",
         "SITI NURHALIZA RACHMAWATI",
         {1998, 4, 12},
         'F',
         true},
        {"the number of another country",
         "X0000001",
         "MYS",
         "OTHER NAME",
         {1970, 1, 1},
         'M',
         false},
        {"the name born on another day",
         "X0000099",
         "IDN",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 13},
         'F',
         false},
        {"a part of the name accuses nobody",
         "X0000099",
         "IDN",
         "RAHMAWATI SITI",
         {1998, 4, 12},
         'F',
         false},
        {"a birth date that is not whole is nobody's",
         "X0000099",
         "IDN",
         "RAHMAWATI SITI NURHALIZA",
         {1998, 4, 0},
         'F',
         false},
        {"another traveller", "X0000002", "IDN", "ANGGRAINI DEWI", {2000, 1, 9}, 'F', false},
    };
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    const struct document deferred = siti();
    struct journal_head head;

    expect("nothing yet", find(reader, &deferred, MODE_LIVE, today), false, "");
    assert_int_equal(defer(journal, fixture, &deferred, MODE_LIVE, &head), ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct document document = {.birth = rows[i].birth, .sex = rows[i].sex};
        snprintf(document.number, sizeof document.number, "%s", rows[i].number);
        snprintf(document.country, sizeof document.country, "%s", rows[i].country);
        snprintf(document.name, sizeof document.name, "%s", rows[i].name);
        expect(rows[i].says, find(reader, &document, MODE_LIVE, today), rows[i].found,
               rows[i].found ? "2026-11-21" : "");
    }
    crossing_reader_close(reader);
    journal_close(journal);
}

/* The day is the checkpoint's: its midnight, not that of UTC. */
static void the_day_is_that_of_the_zone(void **state)
{
    struct store_fixture *fixture = *state;
    static const struct {
        const char *says;
        enum clock_zone zone;
        int64_t utc_ms; /* after 2026-11-21T00:00:00Z */
        const char *day;
    } rows[] = {
        {"WIB, the last moment of the day", CLOCK_WIB, 17 * 3600000LL - 1, "2026-11-21"},
        {"WIB, midnight", CLOCK_WIB, 17 * 3600000LL, "2026-11-22"},
        {"WITA, the last moment", CLOCK_WITA, 16 * 3600000LL - 1, "2026-11-21"},
        {"WITA, midnight", CLOCK_WITA, 16 * 3600000LL, "2026-11-22"},
        {"WIT, midnight", CLOCK_WIT, 15 * 3600000LL, "2026-11-22"},
        {"UTC's own midnight changes nothing", CLOCK_WIB, 0, "2026-11-21"},
    };
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    struct journal_head head;

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct document document = siti();
        snprintf(document.number, sizeof document.number, "Z%07u", i);
        document.birth.year = (int16_t)(1970 + i);
        fixture->now.zone = rows[i].zone;
        fixture->now.wall_ms = 1795219200000 + rows[i].utc_ms;
        assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &head), ERR_OK);
        const bool is_today = strcmp(rows[i].day, "2026-11-21") == 0;
        expect(rows[i].says, find(reader, &document, MODE_LIVE, today), is_today, rows[i].day);
        expect(rows[i].says, find(reader, &document, MODE_LIVE, tomorrow), !is_today, rows[i].day);
    }
    crossing_reader_close(reader);
    journal_close(journal);
}

static void of_several_the_newest_is_told(void **state)
{
    struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    struct document document = siti(), renewed = document;
    struct journal_head head;

    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &head), ERR_OK);
    fixture->now.wall_ms -= 40 * 86400000LL; /* a clock that was behind */
    snprintf(renewed.number, sizeof renewed.number, "X0000099");
    assert_int_equal(defer(journal, fixture, &renewed, MODE_LIVE, &head), ERR_OK);
    expect("by both texts", find(reader, &renewed, MODE_LIVE, today), true, "2026-11-21");
    expect("tomorrow", find(reader, &renewed, MODE_LIVE, tomorrow), false, "2026-11-21");
    crossing_reader_close(reader);
    journal_close(journal);
}

static void training_is_not_found_by_a_live_counter(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    const struct document document = siti();
    struct journal_head head;

    assert_int_equal(defer(journal, fixture, &document, MODE_TRAINING, &head), ERR_OK);
    expect("live", find(reader, &document, MODE_LIVE, today), false, "");
    expect("training", find(reader, &document, MODE_TRAINING, today), true, "2026-11-21");
    crossing_reader_close(reader);
    journal_close(journal);
}

static void a_restart_and_a_checkpoint_forget_nothing(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    const struct document document = siti();
    struct journal_head head;

    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &head), ERR_OK);
    journal_close(journal);
    struct crossing_reader *reader = crossings(fixture);
    expect("closed", find(reader, &document, MODE_LIVE, today), true, "2026-11-21");
    journal = fixture_journal(fixture);
    assert_int_equal(journal_checkpoint(journal), ERR_OK);
    expect("opened again", find(reader, &document, MODE_LIVE, today), true, "2026-11-21");
    crossing_reader_close(reader);
    journal_close(journal);
}

/* The entry and its rows are one: a disk that is full leaves neither. */
static void what_was_not_stored_is_not_found(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    const struct document document = siti();
    struct journal_head head, before;
    struct rlimit limit, unlimited;
    struct stat st;
    char wal[160];

    snprintf(wal, sizeof wal, "%s-wal", fixture->path);
    assert_int_equal(stat(wal, &st), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    limit = (struct rlimit){.rlim_cur = (rlim_t)st.st_size, .rlim_max = unlimited.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    journal_head(journal, &before);
    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &head), ERR_FULL);
    expect("full", find(reader, &document, MODE_LIVE, today), false, "");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &head), ERR_OK);
    assert_int_equal(head.seq, before.seq + 1);
    expect("room again", find(reader, &document, MODE_LIVE, today), true, "2026-11-21");
    crossing_reader_close(reader);
    journal_close(journal);
}

/* The rows say how many and when, under keys that only our storage key makes. */
static void the_rows_tell_nothing_of_anybody(void **state)
{
    const struct store_fixture *fixture = *state;
    static const char *const plain[] = {"X0000001", "RAHMAWATI", "D IDN", "1998-04-12"};
    static uint8_t bytes[1 << 20];
    struct journal *journal = fixture_journal(fixture);
    const struct document document = siti();
    struct crossing_reader *reader = NULL;
    struct journal_head head;
    char why[JOURNAL_WHY_LEN];

    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &head), ERR_OK);
    assert_int_equal(journal_checkpoint(journal), ERR_OK);
    FILE *file = fopen(fixture->path, "rb");
    assert_non_null(file);
    const size_t len = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        assert_null(memmem(bytes, len, plain[i], strlen(plain[i])));
    assert_int_equal(crossing_reader_open(fixture->path, fixture->other_root, &reader, why),
                     ERR_OK);
    expect("another storage key", find(reader, &document, MODE_LIVE, today), false, "");
    crossing_reader_close(reader);
    journal_close(journal);
}

/* A journal that lost the table is as sound as ever, but its writer would store nothing there. */
static void entries_do_not_depend_on_the_table(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *found = NULL;
    char why[JOURNAL_WHY_LEN];

    journal_close(journal);
    fixture_sql(fixture->path, "DROP TABLE crossing");
    assert_int_equal(fixture_verify(fixture).fault, JOURNAL_SOUND);
    assert_int_equal(crossing_reader_open(fixture->path, fixture->root, &found, why), ERR_CORRUPT);
    assert_int_equal(
        journal_open(fixture->path, "CGK-03-0412", &fixture->keys, &fixture->now, &journal, why),
        ERR_CORRUPT);
}

/* What takes a deferral back will take its rows, which name its entry. */
static void the_rows_name_their_entry(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    const struct document document = siti();
    struct journal_head first, second;
    char sql[64];

    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &first), ERR_OK);
    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &second), ERR_OK);
    snprintf(sql, sizeof sql, "DELETE FROM crossing WHERE seq = %d", (int)first.seq);
    fixture_sql(fixture->path, sql);
    expect("one of two", find(reader, &document, MODE_LIVE, today), true, "2026-11-21");
    snprintf(sql, sizeof sql, "DELETE FROM crossing WHERE seq = %d", (int)second.seq);
    fixture_sql(fixture->path, sql);
    expect("both", find(reader, &document, MODE_LIVE, today), false, "");
    crossing_reader_close(reader);
    journal_close(journal);
}

/* ---- of any decision ---------------------------------------------------------------------- */

static void the_last_crossing_of_a_document_is_found(void **state)
{
    struct store_fixture *fixture = *state;
    static const struct {
        const char *says;
        enum direction direction;
        enum decision decision;
    } rows[] = {
        {"a departure", DIRECTION_DEPARTURE, DECISION_CLEARED},
        {"once more", DIRECTION_DEPARTURE, DECISION_CLEARED_NOTE},
        {"the way back", DIRECTION_RETURN, DECISION_RETURN_LOGGED},
        {"deferred", DIRECTION_DEPARTURE, DECISION_DEFERRED},
        {"withdrawn", DIRECTION_DEPARTURE, DECISION_WITHDRAWN},
    };
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    struct document document = siti(), other = document;

    snprintf(other.number, sizeof other.number, "X0000099"); /* the same person's */
    assert_int_equal(find(reader, &document, MODE_LIVE, today).last.seq, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture->now.wall_ms += 3600000 / 2;
        const uint64_t seq =
            cross(journal, fixture, &document, rows[i].direction, rows[i].decision);
        const struct entry_crossing last = find(reader, &document, MODE_LIVE, today).last;
        if (last.seq != seq || last.direction != rows[i].direction ||
            last.decision != rows[i].decision || last.wall_ms != fixture->now.wall_ms ||
            date_compare(last.day, today) != 0)
            fail_msg("%s: entry %d of %d", rows[i].says, (int)last.seq, (int)seq);
    }
    assert_int_equal(find(reader, &other, MODE_LIVE, today).last.seq, 0);
    assert_int_equal(find(reader, &document, MODE_TRAINING, today).last.seq, 0);
    crossing_reader_close(reader);
    journal_close(journal);
}

/* Without a number there is nothing to find a document by. */
static void a_document_without_a_number_is_not_found(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    struct document document = siti();

    document.number[0] = 0;
    cross(journal, fixture, &document, DIRECTION_DEPARTURE, DECISION_CLEARED);
    assert_int_equal(find(reader, &document, MODE_LIVE, today).last.seq, 0);
    assert_int_equal(fixture_number(fixture->path, "SELECT count(*) FROM crossing"), 0);
    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &(struct journal_head){0}),
                     ERR_OK);
    expect("deferred", find(reader, &document, MODE_LIVE, today), true, "2026-11-21");
    assert_int_equal(find(reader, &document, MODE_LIVE, today).last.seq, 0);
    crossing_reader_close(reader);
    journal_close(journal);
}

/* As where a row was taken over from a damaged file, whose numbers begin again. */
static void another_entry_of_that_number_tells_no_time(void **state)
{
    struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    const struct document document = siti();
    struct document other = document;
    char sql[128];

    const uint64_t seq = cross(journal, fixture, &document, DIRECTION_DEPARTURE, DECISION_CLEARED);
    snprintf(sql, sizeof sql, "UPDATE crossing SET seq = %d", (int)seq + 1);
    fixture_sql(fixture->path, sql);
    struct entry_crossing last = find(reader, &document, MODE_LIVE, today).last;
    assert_int_equal(last.seq, seq + 1);
    assert_int_equal(last.wall_ms, 0);
    assert_int_equal(date_compare(last.day, today), 0);
    fixture->now.wall_ms += 86400000;
    snprintf(other.number, sizeof other.number, "X0000099");
    assert_int_equal(cross(journal, fixture, &other, DIRECTION_DEPARTURE, DECISION_CLEARED),
                     seq + 1);
    last = find(reader, &document, MODE_LIVE, today).last;
    assert_int_equal(last.seq, seq + 1);
    assert_int_equal(last.wall_ms, 0);
    crossing_reader_close(reader);
    journal_close(journal);
}

/* ... and whose own number is given out again to the same document: it is recorded. */
static void a_number_given_out_again_is_no_obstacle(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    const struct document document = siti();

    const uint64_t seq = cross(journal, fixture, &document, DIRECTION_DEPARTURE, DECISION_CLEARED);
    fixture_sql(fixture->path, "UPDATE crossing SET seq = seq + 1");
    assert_int_equal(cross(journal, fixture, &document, DIRECTION_RETURN, DECISION_RETURN_LOGGED),
                     seq + 1);
    assert_int_equal(find(reader, &document, MODE_LIVE, today).last.direction, DIRECTION_RETURN);
    crossing_reader_close(reader);
    journal_close(journal);
}

static void rows_that_are_none_are_damage(void **state)
{
    const struct store_fixture *fixture = *state;
    static const char *const damage[] = {"direction = 2", "direction = -1", "decision = 0",
                                         "decision = 99", "day = 1 << 40"};
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    const struct document document = siti();
    struct crossing_subject subject;
    struct crossing_hits hits;
    char sql[128];

    cross(journal, fixture, &document, DIRECTION_DEPARTURE, DECISION_CLEARED);
    crossing_subject_of(&document, MODE_LIVE, &subject);
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        snprintf(sql, sizeof sql,
                 "UPDATE crossing SET direction = 0, decision = 1, day = 20000;"
                 "UPDATE crossing SET %s",
                 damage[i]);
        fixture_sql(fixture->path, sql);
        if (crossing_reader_find(reader, &subject, today, &hits) != ERR_CORRUPT)
            fail_msg("%s", damage[i]);
    }
    crossing_reader_close(reader);
    journal_close(journal);
}

/* As the loop asks while the worker is in the middle of an append or a checkpoint. */
static void a_writer_is_not_waited_for(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct crossing_reader *reader = crossings(fixture);
    const struct document document = siti();
    struct journal_head head;
    sqlite3 *other = NULL;

    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &head), ERR_OK);
    assert_int_equal(sqlite3_open_v2(fixture->path, &other, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE; DELETE FROM crossing", NULL, NULL, NULL),
                     SQLITE_OK);
    expect("held", find(reader, &document, MODE_LIVE, today), true, "2026-11-21");
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    crossing_reader_close(reader);
    journal_close(journal);
}

/* A page of them that a card lost is not "nobody was deferred". */
static void a_lost_page_is_not_nobody(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    const struct document document = siti();
    static const uint8_t lost[4096];
    struct crossing_subject subject;
    struct crossing_hits hits = {.deferred_newest = {1, 2, 3}};
    struct journal_head head;

    assert_int_equal(defer(journal, fixture, &document, MODE_LIVE, &head), ERR_OK);
    journal_close(journal);
    fixture_sql(fixture->path, "PRAGMA wal_checkpoint(TRUNCATE)");
    const int64_t page =
        fixture_number(fixture->path, "SELECT rootpage FROM sqlite_schema WHERE name = 'crossing'");
    FILE *file = fopen(fixture->path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)(page - 1) * 4096, SEEK_SET), 0);
    assert_int_equal(fwrite(lost, 1, sizeof lost, file), sizeof lost);
    fclose(file);
    struct crossing_reader *reader = crossings(fixture);
    crossing_subject_of(&document, MODE_LIVE, &subject);
    assert_int_equal(crossing_reader_find(reader, &subject, today, &hits), ERR_CORRUPT);
    assert_int_equal(hits.deferred_newest.year, 1);
    crossing_reader_close(reader);
}

/* A fresh journal beside a damaged one. */
static void what_is_salvaged_is_found(void **state)
{
    const struct store_fixture *fixture = *state;
    struct journal *journal = fixture_journal(fixture);
    struct document deferred = siti(), cleared = deferred;
    struct journal_head head;
    char source[200], why[JOURNAL_WHY_LEN] = "";

    snprintf(cleared.number, sizeof cleared.number, "X0000099");
    assert_int_equal(defer(journal, fixture, &deferred, MODE_LIVE, &head), ERR_OK);
    const uint64_t seq =
        cross(journal, fixture, &cleared, DIRECTION_RETURN, DECISION_RETURN_REFERRED);
    journal_close(journal);
    fixture_sql(fixture->path, "PRAGMA wal_checkpoint(TRUNCATE)");
    snprintf(source, sizeof source, "%s.damaged", fixture->path);
    assert_int_equal(rename(fixture->path, source), 0);

    journal = fixture_journal(fixture);
    assert_int_equal(journal_salvage(journal, source, fixture->root, NULL, why), ERR_OK);
    struct crossing_reader *reader = crossings(fixture);
    const struct entry_crossing last = find(reader, &cleared, MODE_LIVE, today).last;
    assert_int_equal(last.seq, seq);
    assert_int_equal(last.direction, DIRECTION_RETURN);
    assert_int_equal(last.decision, DECISION_RETURN_REFERRED);
    assert_int_equal(last.wall_ms, 0); /* its entry comes under another number, or not yet */
    expect("deferred", find(reader, &deferred, MODE_LIVE, today), true, "2026-11-21");
    crossing_reader_close(reader);
    journal_close(journal);
    assert_int_equal(unlink(source), 0);
}

int main(void)
{
#define CROSSING_TEST(name)                                                                        \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        CROSSING_TEST(found_by_document_or_by_person),
        CROSSING_TEST(the_day_is_that_of_the_zone),
        CROSSING_TEST(of_several_the_newest_is_told),
        CROSSING_TEST(training_is_not_found_by_a_live_counter),
        CROSSING_TEST(a_restart_and_a_checkpoint_forget_nothing),
        CROSSING_TEST(what_was_not_stored_is_not_found),
        CROSSING_TEST(the_rows_tell_nothing_of_anybody),
        CROSSING_TEST(entries_do_not_depend_on_the_table),
        CROSSING_TEST(the_rows_name_their_entry),
        CROSSING_TEST(a_lost_page_is_not_nobody),
        CROSSING_TEST(a_writer_is_not_waited_for),
        CROSSING_TEST(the_last_crossing_of_a_document_is_found),
        CROSSING_TEST(a_document_without_a_number_is_not_found),
        CROSSING_TEST(another_entry_of_that_number_tells_no_time),
        CROSSING_TEST(a_number_given_out_again_is_no_obstacle),
        CROSSING_TEST(rows_that_are_none_are_damage),
        CROSSING_TEST(what_is_salvaged_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
