/* The placement cache: found by any look-up, moved a step at a time, silent without its key. */
#include "store_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cache.h"

static struct placement sample(const char *id, const char *passport)
{
    struct placement placement = {
        .source = SOURCE_SISKO,
        .status = PLACEMENT_READY,
        .scheme = SCHEME_P2P,
        .name_full = "Siti Contoh Rahayu",
        .name_mrz = "RAHAYU SITI CONTOH",
        .sex = 'F',
        .birth_date = {1990, 1, 1},
        .nik = "3201234101900001",
        .passport_country = "IDN",
        .passport_prev = {"W0000009"},
        .dest_country = "MYS",
    };
    snprintf(placement.placement_id, sizeof placement.placement_id, "%s", id);
    snprintf(placement.passport_no, sizeof placement.passport_no, "%s", passport);
    return placement;
}

static void apply_one(struct cache_writer *writer, uint64_t from, const struct placement *row)
{
    const struct cache_delta delta = {
        .from = from, .to = from + 1, .as_of = 1000, .rows = row, .n_rows = 1};
    assert_int_equal(cache_apply(writer, &delta), ERR_OK);
}

static enum err find_by(struct cache_reader *reader, const struct lookup *lookups, size_t n_lookups,
                        struct candidate out[CANDIDATES_MAX], size_t *n)
{
    assert_int_equal(cache_reader_begin(reader), ERR_OK);
    const enum err err = cache_reader_find(reader, lookups, n_lookups, out, n);
    cache_reader_end(reader);
    return err;
}

static size_t find(struct cache_reader *reader, enum match_key key, const char *text,
                   struct candidate out[CANDIDATES_MAX])
{
    struct lookup lookup = {.key = key};
    size_t n = 99;

    snprintf(lookup.text, sizeof lookup.text, "%s", text);
    assert_int_equal(find_by(reader, &lookup, 1, out, &n), ERR_OK);
    return n;
}

static void records_are_found_by_each_of_their_texts(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        enum match_key ask;
        const char *text;
        size_t n;
        enum match_key hit;
    } rows[] = {
        {"the current number", MATCH_KEY_PASSPORT, "IDN X0000001", 1, MATCH_KEY_PASSPORT},
        {"a previous number, asked as any number", MATCH_KEY_PASSPORT, "IDN W0000009", 1,
         MATCH_KEY_OLD_PASSPORT},
        {"the NIK, though it is not kept", MATCH_KEY_NIK, "NIK 3201234101900001", 1, MATCH_KEY_NIK},
        {"two words of the name with birth date and sex", MATCH_KEY_NAME_DOB,
         "1990-01-01 F CONTOH SITI", 1, MATCH_KEY_NAME_DOB},
        {"the number of another country", MATCH_KEY_PASSPORT, "MYS X0000001", 0, MATCH_KEY_NONE},
        {"a number is no name", MATCH_KEY_NAME_DOB, "IDN X0000001", 0, MATCH_KEY_NONE},
    };
    const struct placement row = sample("PMI-1", "X0000001");
    static struct candidate found[CANDIDATES_MAX];
    struct cache_writer *writer = fixture_cache_writer(fixture);

    apply_one(writer, 0, &row);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t n = find(reader, rows[i].ask, rows[i].text, found);
        if (n != rows[i].n || (n && found[0].key != rows[i].hit))
            fail_msg("%s: %d", rows[i].proves, (int)n);
        if (n) {
            assert_string_equal(found[0].placement.placement_id, "PMI-1");
            assert_string_equal(found[0].placement.name_full, "Siti Contoh Rahayu");
            assert_string_equal(found[0].placement.nik, "");
        }
    }
    cache_reader_close(reader);
    cache_writer_close(writer);
}

/* The way back from what is kept of a keyed NIK: it finds what the import keyed. */
static void a_nik_that_was_keyed_finds_its_record(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves, *nik;
        size_t n;
    } rows[] = {
        {"the record's own", "3201234101900001", 1},
        {"one digit off", "3201234101900002", 0},
        {"a text of another kind", "X0000001", 0},
    };
    const struct placement row = sample("PMI-1", "X0000001");
    static struct candidate found[CANDIDATES_MAX];
    struct cache_writer *writer = fixture_cache_writer(fixture);

    apply_one(writer, 0, &row);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct lookup lookup = {.key = MATCH_KEY_NIK};
        char nik[DOCUMENT_NIK_LEN];
        size_t n = 99;
        snprintf(nik, sizeof nik, "%s", rows[i].nik);
        assert_int_equal(cache_nik_hash(fixture->root, nik, lookup.nik_hash), ERR_OK);
        assert_int_equal(find_by(reader, &lookup, 1, found, &n), ERR_OK);
        if (n != rows[i].n || (n && found[0].key != MATCH_KEY_NIK))
            fail_msg("%s: %d", rows[i].proves, (int)n);
    }
    cache_reader_close(reader);
    cache_writer_close(writer);
}

static void a_record_comes_once_by_its_best_hit(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct placement row = sample("PMI-1", "X0000001");
    static struct candidate found[CANDIDATES_MAX];
    struct lookup lookups[LOOKUPS_MAX];
    size_t n = 0;
    struct cache_writer *writer = fixture_cache_writer(fixture);

    apply_one(writer, 0, &row);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    const size_t n_lookups = placement_index(&row, lookups);
    assert_true(n_lookups > 4);
    assert_int_equal(find_by(reader, lookups, n_lookups, found, &n), ERR_OK);
    assert_int_equal(n, 1);
    assert_int_equal(found[0].key, MATCH_KEY_PASSPORT);
    cache_reader_close(reader);
    cache_writer_close(writer);
}

static void replacing_a_record_drops_its_old_texts(void **state)
{
    const struct store_fixture *fixture = *state;
    struct placement row = sample("PMI-1", "X0000001");
    static struct candidate found[CANDIDATES_MAX];
    struct cache_writer *writer = fixture_cache_writer(fixture);

    apply_one(writer, 0, &row);
    row = sample("PMI-1", "X0000002");
    row.passport_prev[0][0] = 0;
    row.nik[0] = 0;
    apply_one(writer, 1, &row);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    assert_int_equal(find(reader, MATCH_KEY_PASSPORT, "IDN X0000001", found), 0);
    assert_int_equal(find(reader, MATCH_KEY_PASSPORT, "IDN W0000009", found), 0);
    assert_int_equal(find(reader, MATCH_KEY_NIK, "NIK 3201234101900001", found), 0);
    assert_int_equal(find(reader, MATCH_KEY_PASSPORT, "IDN X0000002", found), 1);
    cache_reader_close(reader);
    cache_writer_close(writer);
}

static void many_hits_are_bounded_and_the_best_come_first(void **state)
{
    const struct store_fixture *fixture = *state;
    static struct placement rows[CACHE_DELTA_MAX];
    static struct candidate found[CANDIDATES_MAX];
    struct lookup lookups[3] = {{.key = MATCH_KEY_NAME_DOB, .text = "1990-01-01 F CONTOH SITI"},
                                {.key = MATCH_KEY_NAME_DOB, .text = "1990-01-01 F BUDI CONTOH"},
                                {.key = MATCH_KEY_PASSPORT, .text = "IDN X0000003"}};
    size_t n = 0;
    struct cache_writer *writer = fixture_cache_writer(fixture);

    for (unsigned i = 0; i < CACHE_DELTA_MAX; i++) {
        char id[16], number[16];
        snprintf(id, sizeof id, "PMI-%u", i);
        snprintf(number, sizeof number, "X%07u", i);
        rows[i] = sample(id, number);
        rows[i].passport_prev[0][0] = 0;
    }
    strcpy(rows[400].name_mrz, "BUDI CONTOH");
    const struct cache_delta delta = {
        .from = 0, .to = 7, .as_of = 1000, .rows = rows, .n_rows = CACHE_DELTA_MAX};
    assert_int_equal(cache_apply(writer, &delta), ERR_OK);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    assert_int_equal(find_by(reader, lookups, 3, found, &n), ERR_OK);
    assert_int_equal(n, CANDIDATES_MAX);
    assert_string_equal(found[0].placement.placement_id, "PMI-3");
    assert_string_equal(found[1].placement.placement_id, "PMI-400");
    cache_reader_close(reader);
    cache_writer_close(writer);
}

static void a_step_is_all_or_nothing(void **state)
{
    const struct store_fixture *fixture = *state;
    struct placement rows[2] = {sample("PMI-1", "X0000001"), sample("PMI-2", "X0000002")};
    static struct candidate found[CANDIDATES_MAX];
    struct cache_versions versions = {99, 99, 99};
    struct cache_writer *writer = fixture_cache_writer(fixture);
    struct cache_reader *reader = fixture_cache_reader(fixture);

    rows[1].birth_date = (struct date){0};
    const struct cache_delta bad = {.from = 0, .to = 1, .as_of = 1000, .rows = rows, .n_rows = 2};
    assert_int_equal(cache_apply(writer, &bad), ERR_INVALID);
    assert_int_equal(find(reader, MATCH_KEY_PASSPORT, "IDN X0000001", found), 0);
    assert_int_equal(cache_writer_versions(writer, &versions), ERR_OK);
    assert_int_equal(versions.placements, 0);
    assert_int_equal(versions.policy, 0);
    cache_reader_close(reader);
    cache_writer_close(writer);
}

static void feeds_only_move_forward(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        uint64_t from, to;
        int64_t as_of;
        size_t n_rows;
        enum err expected;
    } rows[] = {
        {"the first step begins at 0", 5, 6, 1000, 0, ERR_OLD},
        {"the first step", 0, 3, 1000, 1, ERR_OK},
        {"the same step again", 0, 3, 1000, 1, ERR_OLD},
        {"nothing new, but the data are younger", 3, 3, 2000, 0, ERR_OK},
        {"rows need a new version", 3, 3, 2000, 1, ERR_INVALID},
        {"versions rise", 3, 2, 2000, 0, ERR_INVALID},
        {"a version that no database can hold", 3, UINT64_MAX, 2000, 0, ERR_INVALID},
        {"the next step", 3, 4, 2000, 1, ERR_OK},
        {"age never falls, whatever a step calls itself", 4, 5, 1999, 1, ERR_OK},
    };
    const struct placement row = sample("PMI-1", "X0000001");
    struct cache_writer *writer = fixture_cache_writer(fixture);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    struct data_state data;

    assert_int_equal(cache_reader_state(reader, &data), ERR_OK);
    assert_false(data.placements_usable);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct cache_delta delta = {.from = rows[i].from,
                                          .to = rows[i].to,
                                          .as_of = rows[i].as_of,
                                          .rows = &row,
                                          .n_rows = rows[i].n_rows};
        const enum err err = cache_apply(writer, &delta);
        if (err != rows[i].expected)
            fail_msg("%s: %d", rows[i].proves, err);
    }
    assert_int_equal(cache_reader_state(reader, &data), ERR_OK);
    assert_true(data.placements_usable);
    assert_int_equal(data.placements_version, 5);
    assert_int_equal(data.placements_as_of, 2000);
    cache_reader_close(reader);
    cache_writer_close(writer);
}

static void policies_rise_and_come_back_as_signed(void **state)
{
    const struct store_fixture *fixture = *state;
    struct cache_writer *writer = fixture_cache_writer(fixture);
    struct cache_reader *reader = fixture_cache_reader(fixture);
    char envelope[16];
    size_t len = 0;
    uint64_t version = 0;

    assert_int_equal(cache_reader_policy(reader, envelope, sizeof envelope, &len, &version),
                     ERR_MISSING);
    assert_int_equal(cache_put_policy(writer, 2, span_of("signed-2", 8)), ERR_OK);
    assert_int_equal(cache_put_policy(writer, 2, span_of("signed-x", 8)), ERR_OLD);
    assert_int_equal(cache_put_policy(writer, 1, span_of("signed-x", 8)), ERR_OLD);
    assert_int_equal(cache_put_policy(writer, 3, span_of("", 0)), ERR_INVALID);
    assert_int_equal(cache_reader_policy(reader, envelope, sizeof envelope, &len, &version),
                     ERR_OK);
    assert_int_equal(version, 2);
    assert_int_equal(len, 8);
    assert_memory_equal(envelope, "signed-2", 8);
    assert_int_equal(cache_reader_policy(reader, envelope, 7, &len, &version), ERR_SIZE);
    cache_reader_close(reader);
    cache_writer_close(writer);
}

/* Does either file hold the text? */
static bool on_disk(const struct store_fixture *fixture, const char *text)
{
    static uint8_t bytes[1 << 20];
    static const char *const suffixes[] = {"", "-wal"};
    bool there = false;

    for (size_t i = 0; i < 2; i++) {
        char path[160];
        snprintf(path, sizeof path, "%s%s", fixture->path, suffixes[i]);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        const size_t len = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        there |= memmem(bytes, len, text, strlen(text)) != NULL;
    }
    return there;
}

static void without_its_key_the_cache_tells_nothing(void **state)
{
    const struct store_fixture *fixture = *state;
    static const char *const secrets[] = {"Siti",  "RAHAYU",    "X0000001", "3201234101900001",
                                          "PMI-1", "1990-01-01"};
    const struct placement row = sample("PMI-1", "X0000001");
    struct cache_writer *writer = fixture_cache_writer(fixture);
    struct cache_reader *reader = NULL;
    char why[CACHE_WHY_LEN] = "";

    apply_one(writer, 0, &row);
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (on_disk(fixture, secrets[i]))
            fail_msg("%s is on the disk", secrets[i]);
    }
    cache_writer_close(writer);
    assert_int_equal(cache_reader_open(fixture->path, fixture->other_root, &reader, why), ERR_AUTH);
    assert_int_equal(cache_writer_open(fixture->path, fixture->other_root, &writer, why), ERR_AUTH);
    assert_non_null(strstr(why, "another storage key"));
}

static void altered_records_do_not_open(void **state)
{
    const struct store_fixture *fixture = *state;
    static const struct {
        const char *proves;
        const char *sql;
        enum err expected;
    } rows[] = {
        {"a record put in another's place",
         "CREATE TEMP TABLE s AS SELECT * FROM placement; UPDATE placement SET sealed ="
         " (SELECT sealed FROM s WHERE s.id <> placement.id)",
         ERR_AUTH},
        {"an altered record", "UPDATE placement SET sealed = zeroblob(300)", ERR_AUTH},
        {"a short record", "UPDATE placement SET sealed = x'00'", ERR_AUTH},
        {"a look-up without its record", "DELETE FROM placement", ERR_CORRUPT},
        {"a look-up of no kind", "UPDATE lookup SET kind = 77", ERR_CORRUPT},
    };
    const struct placement one = sample("PMI-1", "X0000001"), two = sample("PMI-2", "X0000002");
    const struct lookup lookup = {.key = MATCH_KEY_PASSPORT, .text = "IDN X0000001"};
    static struct candidate found[CANDIDATES_MAX];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cache_writer *writer = fixture_cache_writer(fixture);
        struct cache_versions versions;
        size_t n = 0;
        assert_int_equal(cache_writer_versions(writer, &versions), ERR_OK);
        apply_one(writer, versions.placements, &one);
        apply_one(writer, versions.placements + 1, &two);
        cache_writer_close(writer);
        struct cache_reader *reader = fixture_cache_reader(fixture);
        assert_int_equal(find_by(reader, &lookup, 1, found, &n), ERR_OK);
        assert_int_equal(n, 1);
        fixture_sql(fixture->path, rows[i].sql);
        const enum err err = find_by(reader, &lookup, 1, found, &n);
        if (err != rows[i].expected)
            fail_msg("%s: %d", rows[i].proves, err);
        cache_reader_close(reader);
    }
}

/* A process that may write the file can hold the WAL's locks for as long as it likes (bytes 120 to
 * 127 of the -shm). SQLite alone tries for ten seconds; a loop must hear of it at once. */
static void a_cache_that_another_process_holds_is_not_waited_for(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct placement row = sample("PMI-1", "X0000001");
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 120, .l_len = 8};
    struct timespec before, after;
    struct data_state data;
    char name[64], word, why[CACHE_WHY_LEN];
    int told[2], status;
    uint64_t version;
    size_t len;

    struct cache_writer *writer = fixture_cache_writer(fixture);
    apply_one(writer, 0, &row);
    cache_writer_close(writer);
    struct cache_reader *reader = fixture_cache_reader(fixture), *second = NULL;
    assert_int_equal(cache_reader_state(reader, &data), ERR_OK);
    snprintf(name, sizeof name, "%s-shm", fixture->path);
    assert_int_equal(pipe(told), 0);
    const pid_t holder = fork();
    if (holder == 0) {
        const int fd = open(name, O_RDWR);
        if (fcntl(fd, F_SETLKW, &lock) == 0 && write(told[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    close(told[1]);
    assert_int_equal(read(told[0], &word, 1), 1);
    close(told[0]);

    clock_gettime(CLOCK_MONOTONIC, &before);
    assert_int_equal(cache_reader_state(reader, &data), ERR_BUSY);
    assert_int_equal(cache_reader_policy(reader, name, sizeof name, &len, &version), ERR_BUSY);
    assert_int_equal(cache_reader_open(fixture->path, fixture->root, &second, why), ERR_BUSY);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_int_equal(kill(holder, SIGKILL), 0);
    assert_int_equal(waitpid(holder, &status, 0), holder);
    assert_int_equal(cache_reader_state(reader, &data), ERR_OK);
    cache_reader_close(reader);
    /* Three calls of some 20 ms each; a patient connection takes 2000 and more for one. */
    const int64_t took_ms =
        (after.tv_sec - before.tv_sec) * 1000LL + (after.tv_nsec - before.tv_nsec) / 1000000;
    print_message("three calls: %d ms\n", (int)took_ms);
    assert_in_range(took_ms, 0, 1000);
}

/* ---- versions and building ---------------------------------------------------------------- */

static const struct listing soi = {
    .kind = LISTING_SOI,
    .passport_no = "X0000001",
    .passport_country = "IDN",
    .from = {2026, 1, 1},
    .expires = {2027, 1, 1},
};

static void a_cache_of_version_2_is_renewed_by_its_writer_and_keeps_policy_and_lists(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct placement row = sample("PMI-1", "X0000001");
    const struct cache_listing_delta lists = {.to = 1, .as_of = 3000, .rows = &soi, .n_rows = 1};
    struct cache_writer *writer = fixture_cache_writer(fixture);
    struct cache_reader *reader = NULL;
    struct cache_versions versions;
    char why[CACHE_WHY_LEN];

    apply_one(writer, 0, &row);
    assert_int_equal(cache_apply_listings(writer, &lists), ERR_OK);
    assert_int_equal(cache_put_policy(writer, 7, span_of_text("signed")), ERR_OK);
    cache_writer_close(writer);
    fixture_sql(fixture->path, "DROP TABLE placement; DROP TABLE lookup; PRAGMA user_version=2;"
                               "CREATE TABLE placement(id INTEGER PRIMARY KEY, sealed BLOB);"
                               "CREATE TABLE lookup(text, id, kind, PRIMARY KEY(text, id, kind));"
                               "CREATE INDEX lookup_of_placement ON lookup(id);");
    assert_int_equal(cache_reader_open(fixture->path, fixture->root, &reader, why), ERR_MISSING);
    writer = fixture_cache_writer(fixture);
    assert_int_equal(cache_writer_versions(writer, &versions), ERR_OK);
    assert_int_equal(versions.placements, 0); /* keyed another way: the feed begins anew */
    assert_int_equal(versions.lists, 1);
    assert_int_equal(versions.policy, 7);
    apply_one(writer, 0, &row);
    cache_writer_close(writer);
    reader = fixture_cache_reader(fixture);
    static struct candidate found[CANDIDATES_MAX];
    assert_int_equal(find(reader, MATCH_KEY_PASSPORT, "IDN X0000001", found), 1);
    cache_reader_close(reader);
}

static struct cache_builder *open_builder(const struct store_fixture *fixture)
{
    struct cache_builder *builder = NULL;
    char why[CACHE_WHY_LEN] = "";

    if (cache_builder_open(fixture->path, fixture->root, &builder, why))
        fail_msg("%s", why);
    return builder;
}

static size_t find_in(const struct store_fixture *fixture, const char *text)
{
    static struct candidate found[CANDIDATES_MAX];
    struct cache_reader *reader = fixture_cache_reader(fixture);
    const size_t n = find(reader, MATCH_KEY_PASSPORT, text, found);

    cache_reader_close(reader);
    return n;
}

static void what_is_built_is_seen_whole_or_not_at_all(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct placement one = sample("PMI-1", "X0000001"), two = sample("PMI-2", "X0000002");
    char why[CACHE_WHY_LEN];

    struct cache_builder *builder = open_builder(fixture);
    assert_int_equal(cache_builder_put(builder, &one), ERR_OK);
    assert_int_equal(cache_builder_put_listing(builder, &soi), ERR_OK);
    assert_int_equal(cache_builder_finish(builder, 4000, why), ERR_OK);
    assert_int_equal(find_in(fixture, "IDN X0000001"), 1);

    builder = open_builder(fixture);
    assert_int_equal(cache_builder_put(builder, &two), ERR_OK);
    assert_int_equal(find_in(fixture, "IDN X0000001"), 1);
    cache_builder_abandon(builder);
    assert_int_equal(find_in(fixture, "IDN X0000001"), 1);

    builder = open_builder(fixture);
    assert_int_equal(cache_builder_put(builder, &two), ERR_OK);
    assert_int_equal(cache_builder_finish(builder, 5000, why), ERR_OK);
    assert_int_equal(find_in(fixture, "IDN X0000001"), 0);
    assert_int_equal(find_in(fixture, "IDN X0000002"), 1);
}

static struct placement sample_of(const char *id, const char *passport, uint64_t rec_seq)
{
    struct placement placement = sample(id, passport);
    placement.rec_seq = rec_seq;
    return placement;
}

/* Of each id the record of the highest rec_seq, or the last of those; found by its texts alone. */
static void a_record_that_comes_twice_is_built_once(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct placement rows[] = {
        sample_of("PMI-1", "X0000001", 2), sample_of("PMI-2", "X0000002", 0),
        sample_of("PMI-1", "X0000003", 3), sample_of("PMI-1", "X0000004", 1),
        sample_of("PMI-2", "X0000005", 0), sample_of("PMI-3", "X0000006", 0),
    };
    static const struct {
        const char *text;
        size_t n;
    } found_by[] = {{"IDN X0000001", 0}, {"IDN X0000002", 0}, {"IDN X0000003", 1},
                    {"IDN X0000004", 0}, {"IDN X0000005", 1}, {"IDN X0000006", 1}};
    char why[CACHE_WHY_LEN];

    struct cache_builder *builder = open_builder(fixture);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(cache_builder_put(builder, &rows[i]), ERR_OK);
    assert_int_equal(cache_builder_finish(builder, 4000, why), ERR_OK);
    for (size_t i = 0; i < sizeof found_by / sizeof *found_by; i++)
        if (find_in(fixture, found_by[i].text) != found_by[i].n)
            fail_msg("%s", found_by[i].text);
}

static void a_cache_that_is_written_is_not_built_over(void **state)
{
    const struct store_fixture *fixture = *state;
    const struct placement row = sample("PMI-1", "X0000001"), other = sample("PMI-2", "X0000002");
    struct cache_writer *writer = fixture_cache_writer(fixture);
    struct cache_builder *builder = NULL;
    char why[CACHE_WHY_LEN];

    apply_one(writer, 0, &row);
    assert_int_equal(cache_builder_open(fixture->path, fixture->root, &builder, why), ERR_BUSY);
    cache_writer_close(writer);
    builder = open_builder(fixture); /* the old file's WAL is there still */
    assert_int_equal(cache_builder_put(builder, &other), ERR_OK);
    assert_int_equal(cache_builder_finish(builder, 1000, why), ERR_OK);
    assert_int_equal(find_in(fixture, "IDN X0000001"), 0);
    writer = fixture_cache_writer(fixture); /* and a kiosk fetches into it from the beginning */
    apply_one(writer, 0, &row);
    cache_writer_close(writer);
    assert_int_equal(find_in(fixture, "IDN X0000001"), 1);
}

int main(void)
{
#define CACHE_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, store_fixture_make, store_fixture_remove)
    const struct CMUnitTest tests[] = {
        CACHE_TEST(records_are_found_by_each_of_their_texts),
        CACHE_TEST(a_nik_that_was_keyed_finds_its_record),
        CACHE_TEST(a_record_comes_once_by_its_best_hit),
        CACHE_TEST(replacing_a_record_drops_its_old_texts),
        CACHE_TEST(many_hits_are_bounded_and_the_best_come_first),
        CACHE_TEST(a_step_is_all_or_nothing),
        CACHE_TEST(feeds_only_move_forward),
        CACHE_TEST(policies_rise_and_come_back_as_signed),
        CACHE_TEST(without_its_key_the_cache_tells_nothing),
        CACHE_TEST(altered_records_do_not_open),
        CACHE_TEST(a_cache_that_another_process_holds_is_not_waited_for),
        CACHE_TEST(a_cache_of_version_2_is_renewed_by_its_writer_and_keeps_policy_and_lists),
        CACHE_TEST(what_is_built_is_seen_whole_or_not_at_all),
        CACHE_TEST(a_record_that_comes_twice_is_built_once),
        CACHE_TEST(a_cache_that_is_written_is_not_built_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
