/* Which entries of a journal that was set aside are to be taken over, by what it still shows. */
#include "store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal_salvage.h"
#include "quarantine.h"

#define KIOSK   "CGK-03-0412"
#define ENTRIES 40
#define SHORT   200 /* bytes: no entry is shorter in the file */

#define DAMAGE(seq) "UPDATE entry SET header = zeroblob(100) WHERE seq = " #seq ";"

struct salvage_row {
    const char *proves;
    uint64_t theirs; /* the last entry that the receipt names; 0: none is known */
    bool other;      /* ... and it is another one */
    const char *damage;
    enum err err;
    uint64_t first, last;
    bool hidden; /* more may come after the last */
};

static const struct salvage_row rows[] = {
    {"nothing is known of the registry", 0, false, "", ERR_OK, 1, ENTRIES, false},
    {"what it has is there, and some of it comes along", 30, false, "", ERR_OK, 15, ENTRIES, false},
    {"its entry is damaged, the next goes on from it", 30, false, DAMAGE(30), ERR_OK, 15, ENTRIES,
     false},
    {"the next is damaged too", 30, false, DAMAGE(30) DAMAGE(31), ERR_OK, 1, ENTRIES, false},
    {"its entry is another one", 30, true, "", ERR_OK, 1, ENTRIES, false},
    {"the last entry is damaged", 30, false, DAMAGE(40), ERR_OK, 15, 39, true},
    {"no entry is there", 30, false, "DELETE FROM entry", ERR_MISSING, 0, 0, false},
    {"none can be read", 30, false, "UPDATE entry SET header = x'00'", ERR_MISSING, 0, 0, false},
    {"another kiosk's", 30, false, "UPDATE meta SET kiosk = 'CGK-03-0413'", ERR_AUTH, 0, 0, false},
    {"sealed with another key", 30, false,
     "UPDATE meta SET key_check = zeroblob(length(key_check))", ERR_AUTH, 0, 0, false},
    {"it has no entries' table", 30, false, "DROP TABLE entry", ERR_CORRUPT, 0, 0, false},
    {"of another version", 30, false, "PRAGMA user_version = 1", ERR_INVALID, 0, 0, false},
};

struct aside {
    struct store_fixture *fixture;
    struct journal *journal; /* the fresh one */
    char source[64];
    uint8_t head[SIGN_HASH_LEN]; /* of the entry that the receipt names */
};

static void rename_part(const struct aside *aside, const char *part)
{
    char from[80], to[80];

    snprintf(from, sizeof from, "%s%s", aside->fixture->path, part);
    snprintf(to, sizeof to, "%s%s", aside->source, part);
    assert_int_equal(rename(from, to), 0);
}

static void aside_make(const struct salvage_row *row, struct aside *out)
{
    void *state = NULL;
    struct journal_head head = {0};

    assert_int_equal(store_fixture_make(&state), 0);
    out->fixture = state;
    snprintf(out->source, sizeof out->source, "%s.damaged-1", out->fixture->path);
    struct journal *journal = fixture_journal(out->fixture);
    while (head.seq < ENTRIES) {
        assert_int_equal(fixture_append(journal, out->fixture, "x", &head), ERR_OK);
        if (head.seq == row->theirs)
            memcpy(out->head, head.hash, sizeof out->head);
    }
    journal_close(journal);
    out->head[0] ^= row->other;
    rename_part(out, "");
    rename_part(out, "-wal");
    out->journal = fixture_journal(out->fixture);
    if (row->damage[0])
        fixture_sql(out->source, row->damage);
}

static void aside_remove(struct aside *aside)
{
    void *state = aside->fixture;

    journal_close(aside->journal);
    assert_int_equal(store_fixture_remove(&state), 0);
}

static enum err salvage(const struct aside *aside, const struct salvage_row *row)
{
    struct receipt receipt = {.kiosk = KIOSK, .epoch = 1, .next = row->theirs + 1};
    char why[JOURNAL_WHY_LEN] = "";

    memcpy(receipt.head, aside->head, sizeof receipt.head);
    const enum err err = journal_salvage(aside->journal, aside->source, aside->fixture->root,
                                         row->theirs ? &receipt : NULL, why);
    if (err)
        assert_non_null(strstr(why, aside->source));
    return err;
}

static uint64_t length_of(const struct aside *aside, const char *part)
{
    struct stat st;
    char name[80];

    snprintf(name, sizeof name, "%s%s", aside->source, part);
    return stat(name, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static void what_is_to_be_taken_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct salvage_row *row = &rows[i];
        struct journal_recovery noted = {0};
        struct aside aside = {0};

        aside_make(row, &aside);
        const uint64_t hidden =
            row->hidden ? (length_of(&aside, "") + length_of(&aside, "-wal")) / SHORT : 0;
        const enum err err = salvage(&aside, row);
        const enum err pending = journal_recovery_pending(aside.journal, &noted);
        if (err != row->err || pending != (err ? ERR_MISSING : ERR_OK) ||
            noted.next != row->first || noted.last != row->last + hidden ||
            strcmp(noted.source, err ? "" : aside.source) != 0)
            fail_msg("%s: %d, %d to %d", row->proves, err, (int)noted.next, (int)noted.last);
        aside_remove(&aside);
    }
}

static void what_was_noted_is_not_looked_at_again(void **state)
{
    struct journal_recovery noted, again;
    struct aside aside = {0};

    (void)state;
    aside_make(&rows[0], &aside);
    assert_int_equal(salvage(&aside, &rows[0]), ERR_OK);
    assert_int_equal(journal_recovery_pending(aside.journal, &noted), ERR_OK);
    assert_int_equal(unlink(aside.source), 0); /* as after months, by a person */
    assert_int_equal(salvage(&aside, &rows[0]), ERR_OK);
    assert_int_equal(journal_recovery_pending(aside.journal, &again), ERR_OK);
    assert_memory_equal(&again, &noted, sizeof noted);
    aside_remove(&aside);
}

/* They are not signed: one that can't be ours would be damage to whoever asks for it. */
static void rows_of_crossings_that_do_not_hold_stay_behind(void **state)
{
    struct aside aside = {0};

    (void)state;
    aside_make(&rows[0], &aside);
    fixture_sql(aside.source, "INSERT INTO crossing(key, seq, day, direction, decision) VALUES"
                              "(1, 2, 20000, 0, 1), (2, 2, 20000, 0, 0), (3, 2, 20000, 0, 99),"
                              "(4, 2, 20000, 9, 1), (5, 2, 99999999999, 0, 1)");
    assert_int_equal(salvage(&aside, &rows[0]), ERR_OK);
    assert_int_equal(fixture_number(aside.fixture->path, "SELECT count(*) FROM crossing"), 1);
    assert_int_equal(fixture_number(aside.fixture->path, "SELECT key FROM crossing"), 1);
    aside_remove(&aside);
}

/* ---- a reader that was there first --------------------------------------------------------- */

#define IN_THE_WAL 12
#define FRAME_LEN  (24 + 4096)

/* A writer that is killed: its last entries are in the WAL alone. */
static void writer_end(const struct store_fixture *fixture)
{
    struct journal_head head;
    int status;
    const pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        struct journal *journal = fixture_journal(fixture);
        bool bad = fixture_append(journal, fixture, "x", &head) || journal_checkpoint(journal);
        for (int i = 0; i < IN_THE_WAL; i++)
            bad |= fixture_append(journal, fixture, "x", &head) != ERR_OK;
        _exit(bad);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* In the third frame's page. */
static void wal_flip(const struct store_fixture *fixture)
{
    const off_t at = 32 + 2 * FRAME_LEN + 1000;
    char name[80];
    uint8_t byte;

    snprintf(name, sizeof name, "%s-wal", fixture->path);
    const int fd = open(name, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

/* Reads, and keeps the file open until `end` is closed. */
static pid_t reader_begin(const struct store_fixture *fixture, int end[2])
{
    int ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(end), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct journal_reader *reader = fixture_reader(fixture);
        struct journal_head head;
        close(end[1]);
        const bool bad = journal_reader_head(reader, &head) || write(ready[1], "", 1) != 1 ||
                         read(end[0], &byte, 1) != 0;
        journal_reader_close(reader);
        _exit(bad);
    }
    close(ready[1]);
    close(end[0]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void who_opened_it_first_hides_nothing_behind_a_hole(void **state)
{
    const struct store_fixture *fixture = *state;
    const uint64_t last = 1 + 1 + IN_THE_WAL; /* the first entry is the EPOCH */
    char name[QUARANTINE_NAME_LEN], why[JOURNAL_WHY_LEN] = "";
    struct journal_recovery noted;
    struct journal_head head;
    struct journal *journal = NULL;
    int end[2], status;

    writer_end(fixture);
    wal_flip(fixture);
    const pid_t pid = reader_begin(fixture, end);
    assert_int_equal(
        journal_open(fixture->path, KIOSK, &fixture->keys, &fixture->now, &journal, why),
        ERR_CORRUPT);
    assert_int_equal(quarantine_file(fixture->path, 1795250228, name, why), ERR_OK);
    journal = fixture_journal(fixture);
    journal_head(journal, &head);
    assert_int_equal(head.seq, last + 1);
    assert_int_equal(journal_salvage(journal, name, fixture->root, NULL, why), ERR_OK);
    assert_int_equal(journal_recovery_pending(journal, &noted), ERR_OK);
    assert_int_equal(noted.last, last);
    journal_close(journal);
    close(end[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_to_be_taken_over),
        cmocka_unit_test(what_was_noted_is_not_looked_at_again),
        cmocka_unit_test(rows_of_crossings_that_do_not_hold_stay_behind),
        cmocka_unit_test_setup_teardown(who_opened_it_first_hides_nothing_behind_a_hole,
                                        store_fixture_make, store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
