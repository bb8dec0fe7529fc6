/* Setting damaged files aside: nothing is lost, nothing is written over. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "database.h"
#include "quarantine.h"
#include "store_fixture.h"

#define NOW_S 1795331700 /* 2026-11-22 07:15:00 UTC */
#define STAMP ".damaged-20261122T071500Z"

static const char *const parts[] = {"", "-wal", "-shm"};

static void name_of(const struct store_fixture *fixture, const char *suffix, char out[160])
{
    snprintf(out, 160, "%s%s", fixture->path, suffix);
}

static void file_write(const struct store_fixture *fixture, const char *suffix, const char *text)
{
    char name[160];

    name_of(fixture, suffix, name);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* NULL: there is none. */
static const char *file_read(const struct store_fixture *fixture, const char *suffix)
{
    static char text[64];
    char name[160];

    name_of(fixture, suffix, name);
    FILE *file = fopen(name, "r");
    if (!file)
        return NULL;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void expect_file(const struct store_fixture *fixture, const char *proves, const char *suffix,
                        const char *text)
{
    const char *found = file_read(fixture, suffix);

    if (!text != !found || (text && strcmp(text, found) != 0))
        fail_msg("%s: %s is \"%s\", not \"%s\"", proves, suffix, found ? found : "not there",
                 text ? text : "not there");
}

static void folder_empty(const struct store_fixture *fixture)
{
    DIR *folder = opendir(fixture->folder);

    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.')
            assert_int_equal(
                unlinkat(dirfd(folder), entry->d_name, entry->d_type == DT_DIR ? AT_REMOVEDIR : 0),
                0);
    closedir(folder);
}

static void a_file_keeps_its_bytes_under_the_new_name(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        const char *there[3], *then[3]; /* file, -wal, -shm: their text; NULL none */
    } rows[] = {
        {"all three together", {"a", "b", "c"}, {"a", "b", "c"}},
        {"a file alone", {"a", NULL, NULL}, {"a", NULL, NULL}},
        {"a file that is empty", {"", "b", NULL}, {"", "b", NULL}},
        {"a -wal without its file gets an empty one", {NULL, "b", "c"}, {"", "b", "c"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[QUARANTINE_NAME_LEN], expected[160], why[QUARANTINE_WHY_LEN] = "";

        folder_empty(fixture);
        for (size_t part = 0; part < 3; part++)
            if (rows[i].there[part])
                file_write(fixture, parts[part], rows[i].there[part]);
        if (quarantine_file(fixture->path, NOW_S, name, why))
            fail_msg("%s: %s", rows[i].proves, why);
        name_of(fixture, STAMP, expected);
        assert_string_equal(name, expected);
        for (size_t part = 0; part < 3; part++) {
            char suffix[64];
            snprintf(suffix, sizeof suffix, STAMP "%s", parts[part]);
            expect_file(fixture, rows[i].proves, suffix, rows[i].then[part]);
            expect_file(fixture, rows[i].proves, parts[part], NULL);
        }
    }
}

static void nothing_is_written_over(void **state)
{
    const struct store_fixture *fixture = *state;
    char name[QUARANTINE_NAME_LEN], why[QUARANTINE_WHY_LEN];
    struct quarantine_list list;

    folder_empty(fixture);
    file_write(fixture, STAMP "-2-wal", "a -wal alone takes the name too");
    file_write(fixture, STAMP "-shm", "");
    file_write(fixture, ".damaged-20250101T000000Z-wal-moving", "no file of its own yet");
    file_write(fixture, "-other.damaged-1", "of another file");
    file_write(fixture, "", "first");
    assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_OK);
    file_write(fixture, "", "second");
    assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_OK);
    expect_file(fixture, "the first", STAMP "-3", "first");
    expect_file(fixture, "the second", STAMP "-4", "second");
    assert_true(quarantine_list(fixture->path, &list));
    assert_int_equal(list.count, 2);
    assert_string_equal(list.name[1], name);
}

static void a_name_is_taken_by_any_of_its_parts(void **state)
{
    const struct store_fixture *fixture = *state;
    static const char *const taken[] = {"", "-wal", "-shm", "-wal-moving"};
    char name[QUARANTINE_NAME_LEN], why[QUARANTINE_WHY_LEN], part[64];

    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        folder_empty(fixture);
        snprintf(part, sizeof part, STAMP "%s", taken[i]);
        file_write(fixture, part, "an earlier one's");
        for (size_t part_of = 0; part_of < 3; part_of++)
            file_write(fixture, parts[part_of], "ours");
        assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_OK);
        expect_file(fixture, taken[i], part, "an earlier one's");
        for (size_t part_of = 0; part_of < 3; part_of++) {
            char ours[64];
            snprintf(ours, sizeof ours, STAMP "-2%s", parts[part_of]);
            expect_file(fixture, taken[i], ours, "ours");
        }
    }
}

/* Somebody damages a file as fast as it is made. */
static void names_of_one_second_come_to_an_end(void **state)
{
    const struct store_fixture *fixture = *state;
    struct quarantine_list *list = malloc(sizeof *list);
    char name[QUARANTINE_NAME_LEN], why[QUARANTINE_WHY_LEN] = "", text[16];

    assert_non_null(list);
    folder_empty(fixture);
    for (unsigned i = 1; i <= 99; i++) {
        snprintf(text, sizeof text, "%u", i);
        file_write(fixture, "", text);
        assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_OK);
        assert_int_equal(quarantine_list(fixture->path, list), i <= QUARANTINE_LIST_MAX);
        assert_int_equal(list->count, i < QUARANTINE_LIST_MAX ? i : QUARANTINE_LIST_MAX);
    }
    file_write(fixture, "", "the last");
    assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_BUSY);
    assert_non_null(strstr(why, "too many"));
    expect_file(fixture, "it stays", "", "the last");
    expect_file(fixture, "and so does the first", STAMP, "1");
    expect_file(fixture, "and the one before", STAMP "-99", "99");
    assert_int_equal(quarantine_file(fixture->path, NOW_S + 1, name, why), ERR_OK);
    free(list);
}

static void what_is_not_ours_to_move_stays(void **state)
{
    const struct store_fixture *fixture = *state;
    char name[QUARANTINE_NAME_LEN], why[QUARANTINE_WHY_LEN], inner[160], long_path[400];
    int lock;

    folder_empty(fixture);
    assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_MISSING);

    file_write(fixture, ".target", "elsewhere");
    name_of(fixture, ".target", inner);
    assert_int_equal(symlink(inner, fixture->path), 0);
    assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_INVALID);
    unlink(fixture->path);

    assert_int_equal(mkdir(fixture->path, 0700), 0);
    name_of(fixture, "/inside", inner);
    file_write(fixture, "/inside", "x");
    assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_INVALID);
    unlink(inner);
    assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_OK);

    file_write(fixture, "", "written by another");
    assert_int_equal(database_lock(fixture->path, &lock, why), ERR_OK);
    assert_int_equal(quarantine_file(fixture->path, NOW_S, name, why), ERR_BUSY);
    close(lock);
    expect_file(fixture, "written by another", "", "written by another");

    /* The file's own path, too long for what is put behind it. */
    int at = snprintf(long_path, sizeof long_path, "%s", fixture->folder);
    while (at < QUARANTINE_NAME_LEN - 30)
        at += snprintf(long_path + at, sizeof long_path - (size_t)at, "/.");
    snprintf(long_path + at, sizeof long_path - (size_t)at, "%s", strrchr(fixture->path, '/'));
    assert_int_equal(quarantine_file(long_path, NOW_S, name, why), ERR_SIZE);
    expect_file(fixture, "a long path", "", "written by another");
}

static int rename_part(const struct store_fixture *fixture, const char *from, const char *to)
{
    char old[160], new[160];

    name_of(fixture, from, old);
    name_of(fixture, to, new);
    return rename(old, new);
}

static void what_was_interrupted_is_ended(void **state)
{
    const struct store_fixture *fixture = *state;
    char name[QUARANTINE_NAME_LEN], why[QUARANTINE_WHY_LEN], expected[160];
    int lock;

    folder_empty(fixture);
    file_write(fixture, "", "a");
    file_write(fixture, "-shm", "c");
    file_write(fixture, ".damaged-20250101T000000Z", "an earlier one, whole");
    file_write(fixture, ".damaged-20250101T000000Z-wal", "its own");
    assert_int_equal(quarantine_resume(fixture->path, name, why), ERR_MISSING);
    file_write(fixture, STAMP "-wal-moving", "b");
    file_write(fixture, "-wal", ""); /* a reader of the file alone made one */
    assert_int_equal(database_lock(fixture->path, &lock, why), ERR_OK);
    assert_int_equal(quarantine_resume(fixture->path, name, why), ERR_BUSY); /* by another */
    close(lock);
    expect_file(fixture, "another one ends it", "", "a");
    assert_int_equal(quarantine_resume(fixture->path, name, why), ERR_OK);
    name_of(fixture, STAMP, expected);
    assert_string_equal(name, expected);
    expect_file(fixture, "the file followed", STAMP, "a");
    expect_file(fixture, "its -wal has its name", STAMP "-wal", "b");
    expect_file(fixture, "and its memory", STAMP "-shm", "c");
    expect_file(fixture, "nothing is left", "", NULL);
    assert_int_equal(quarantine_resume(fixture->path, name, why), ERR_MISSING);

    file_write(fixture, "", "the next one");
    assert_int_equal(rename_part(fixture, STAMP "-wal", STAMP "-wal-moving"), 0);
    assert_int_equal(quarantine_resume(fixture->path, name, why), ERR_OK);
    expect_file(fixture, "only the -wal was to follow", STAMP "-wal", "b");
    expect_file(fixture, "what came since stays", "", "the next one");
}

/* Who takes a file that was set aside away may leave its -wal: that interrupts nothing. */
static void what_is_left_of_one_that_was_taken_away_moves_nothing(void **state)
{
    const struct store_fixture *fixture = *state;
    char name[QUARANTINE_NAME_LEN], why[QUARANTINE_WHY_LEN];

    folder_empty(fixture);
    file_write(fixture, "", "a sound one");
    file_write(fixture, "-wal", "its newest entries");
    file_write(fixture, STAMP "-wal", "what was left behind");
    assert_int_equal(quarantine_resume(fixture->path, name, why), ERR_MISSING);
    expect_file(fixture, "the sound one stays", "", "a sound one");
    expect_file(fixture, "with its -wal", "-wal", "its newest entries");
}

static const struct store_fixture *comes_to;
static struct journal *came;

void __real_database_place_note(struct database *database);
void __wrap_database_place_note(struct database *database);

/* The writer may come while a reader opens. */
void __wrap_database_place_note(struct database *database)
{
    const struct store_fixture *fixture = comes_to;

    comes_to = NULL;
    if (fixture)
        came = fixture_journal(fixture);
    __real_database_place_note(database);
}

static void a_reader_that_found_no_wal_notices_the_writer_that_came_meanwhile(void **state)
{
    const struct store_fixture *fixture = *state;
    char wal[160];

    folder_empty(fixture);
    journal_close(fixture_journal(fixture));
    name_of(fixture, "-wal", wal);
    assert_int_equal(unlink(wal), 0);
    comes_to = fixture;
    struct journal_reader *reader = fixture_reader(fixture);
    assert_non_null(came);
    assert_true(journal_reader_has_moved(reader));
    journal_reader_close(reader);
    journal_close(came);
}

/* SQLite would, empty, and the writer could not tell any more. */
static void readers_make_none(const struct store_fixture *fixture)
{
    struct journal_reader *glance = NULL, *reader = fixture_reader(fixture);
    char why[JOURNAL_WHY_LEN];

    assert_int_equal(journal_reader_glance(fixture->path, &glance, why), ERR_OK);
    assert_true(quarantine_wal_gone(fixture->path));
    assert_false(journal_reader_has_moved(reader) || journal_reader_has_moved(glance));
    journal_close(fixture_journal(fixture));
    assert_true(journal_reader_has_moved(reader) && journal_reader_has_moved(glance));
    journal_reader_close(reader);
    journal_reader_close(glance);
}

static void a_wal_that_somebody_removed_is_noticed(void **state)
{
    const struct store_fixture *fixture = *state;
    char wal[160];

    folder_empty(fixture);
    assert_false(quarantine_wal_gone(fixture->path)); /* no file, no -wal */
    file_write(fixture, "", "");
    fixture_sql(fixture->path, "CREATE TABLE t(x)");
    assert_false(quarantine_wal_gone(fixture->path)); /* not in WAL mode: as built */
    unlink(fixture->path);
    journal_close(fixture_journal(fixture));
    assert_false(quarantine_wal_gone(fixture->path));
    name_of(fixture, "-wal", wal);
    assert_int_equal(unlink(wal), 0);
    assert_true(quarantine_wal_gone(fixture->path));
    readers_make_none(fixture);
    file_write(fixture, "-wal", "");
    assert_false(quarantine_wal_gone(fixture->path)); /* as it is before the first commit */
    file_write(fixture, "-wal", "noise");
    assert_true(quarantine_wal_gone(fixture->path));
}

static void damage_is_told_from_what_a_person_has_to_put_right(void **state)
{
    (void)state;
    for (int err = ERR_OLD; err <= ERR_OK; err++)
        assert_int_equal(quarantine_wanted((enum err)err), err == ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_keeps_its_bytes_under_the_new_name),
        cmocka_unit_test(nothing_is_written_over),
        cmocka_unit_test(a_name_is_taken_by_any_of_its_parts),
        cmocka_unit_test(names_of_one_second_come_to_an_end),
        cmocka_unit_test(what_is_not_ours_to_move_stays),
        cmocka_unit_test(what_was_interrupted_is_ended),
        cmocka_unit_test(what_is_left_of_one_that_was_taken_away_moves_nothing),
        cmocka_unit_test(a_wal_that_somebody_removed_is_noticed),
        cmocka_unit_test(a_reader_that_found_no_wal_notices_the_writer_that_came_meanwhile),
        cmocka_unit_test(damage_is_told_from_what_a_person_has_to_put_right),
    };
    return cmocka_run_group_tests(tests, store_fixture_make, store_fixture_remove);
}
