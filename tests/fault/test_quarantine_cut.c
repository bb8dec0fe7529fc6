/* The power fails while a journal is set aside, while the fresh one is begun, and while entries are
 * taken over: everything that was acknowledged is in the journal, or comes to be.
 *
 * A lane stores entries, finds its journal damaged now and then, and goes on as mend.c does. Its
 * journals are sound, so that nothing has an excuse to be missing, and no registry is there that
 * has it already. Cut at a random change of a file, often again while it comes back; one time in
 * eight only the process dies. PAMIT_SEED repeats a run, PAMIT_ROUNDS makes it longer.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "journal_salvage.h"
#include "power_cut_vfs.h"
#include "quarantine.h"
#include "store_fixture.h"

#define KIOSK         "CGK-03-0412"
#define JOURNAL       DISK_PATH "journal.db"
#define ROUNDS        300
#define ROUNDS_A_DISK 12
#define ASIDE_MAX     8 /* a disk: then its files are too many */
#define WORK_MAX      14
#define CHANGES_MAX   150
#define OPENING_MAX   60 /* setting aside and beginning anew are about as many changes */
#define ASIDE_CHANGES 10 /* giving its files other names, or a little more */
#define KILLS_ONE_IN  8
#define STORED_MAX    1000

struct lane {
    const struct store_fixture *fixture;
    struct disk *disk;
    struct clock_reading now;
    struct journal *journal;
    unsigned aside;
    size_t n;
    uint8_t stored[STORED_MAX][SIGN_HASH_LEN]; /* what was acknowledged, in its order */
};

struct tally {
    uint64_t cuts, kills, aside, resumed, stored;
};

static void cut_within(struct lane *lane, uint64_t changes)
{
    const struct disk_plan plan = {.calls = DISK_CHANGES,
                                   .at = 1 + disk_random(lane->disk, changes),
                                   .lasts = 1,
                                   .outcome = DISK_OFF};
    disk_set_plan(lane->disk, &plan);
}

/* ---- as pamit-lane does ------------------------------------------------------------------- */

static enum err take_over(struct lane *lane, char why[JOURNAL_WHY_LEN])
{
    struct quarantine_list list;
    enum err err = ERR_OK;

    if (!quarantine_list(JOURNAL, &list))
        return ERR_IO;
    for (unsigned i = 0; !err && i < list.count; i++)
        err = journal_salvage(lane->journal, list.name[i], lane->fixture->root, NULL, why);
    return err;
}

static enum err lane_open(struct lane *lane, char why[JOURNAL_WHY_LEN])
{
    const enum err err =
        journal_open(JOURNAL, KIOSK, &lane->fixture->keys, &lane->now, &lane->journal, why);

    return err ? err : take_over(lane, why);
}

static enum err lane_start(struct lane *lane, struct tally *tally, char why[JOURNAL_WHY_LEN])
{
    char name[QUARANTINE_NAME_LEN];
    const enum err err = quarantine_resume(JOURNAL, name, why);

    if (err && err != ERR_MISSING)
        return err;
    tally->resumed += !err;
    return lane_open(lane, why);
}

/* Closing would move the WAL into the file: of a damaged one it does not. */
static void lane_kill(struct lane *lane)
{
    disk_turn_off(lane->disk);
    journal_close(lane->journal);
    lane->journal = NULL;
    disk_restart(lane->disk);
}

static enum err lane_set_aside(struct lane *lane, struct tally *tally, char why[JOURNAL_WHY_LEN])
{
    char name[QUARANTINE_NAME_LEN];

    if (lane->aside == ASIDE_MAX)
        return ERR_OK;
    lane->aside++;
    if (disk_random(lane->disk, 4))
        lane_kill(lane);
    if (disk_random(lane->disk, 2))
        cut_within(lane, ASIDE_CHANGES);
    journal_close(lane->journal);
    lane->journal = NULL;
    const enum err err = quarantine_file(JOURNAL, lane->now.wall_ms / 1000, name, why);
    if (err)
        return err;
    tally->aside++;
    return lane_open(lane, why);
}

static enum err lane_append(struct lane *lane)
{
    struct journal_head head;
    const enum err err = fixture_append(lane->journal, lane->fixture, "a note", &head);

    if (err)
        return err;
    assert_true(lane->n < STORED_MAX);
    memcpy(lane->stored[lane->n++], head.hash, sizeof head.hash);
    return ERR_OK;
}

/* One step; `more` says whether there was one. */
static enum err lane_recover(struct lane *lane, bool *more, char why[JOURNAL_WHY_LEN])
{
    struct journal_recovery pending;
    struct journal_recovered done = {0};
    struct journal_reader *source = NULL;
    enum err err = journal_recovery_pending(lane->journal, &pending);

    *more = err != ERR_MISSING;
    if (err)
        return *more ? err : ERR_OK;
    err = journal_reader_open(pending.source, lane->fixture->root, &source, why);
    if (!err)
        err = journal_recover_step(lane->journal, source, &pending, &lane->now, &done);
    journal_reader_close(source);
    return err;
}

static enum err lane_work(struct lane *lane, struct tally *tally, char why[JOURNAL_WHY_LEN])
{
    const uint64_t luck = disk_random(lane->disk, 100);
    bool more;

    lane->now.wall_ms += 500;
    if (luck < 40)
        return lane_append(lane);
    if (luck < 80)
        return lane_recover(lane, &more, why);
    if (luck < 85)
        return journal_checkpoint(lane->journal);
    return lane_set_aside(lane, tally, why);
}

/* ---- what must be there ------------------------------------------------------------------- */

struct originals {
    size_t n;
    uint8_t hash[8 * STORED_MAX][SIGN_HASH_LEN];
};

static void originals_read(struct journal_reader *reader, struct originals *out)
{
    static struct journal_row row;

    out->n = 0;
    for (uint64_t seq = 1; journal_reader_seek(reader, &seq) == ERR_OK; seq++) {
        struct entry_recovered recovered;
        struct entry_header header;
        assert_int_equal(journal_reader_get(reader, seq, &row), ERR_OK);
        recovered.header = span_of(row.header_bytes, row.header_len);
        if (row.header.kind == ENTRY_RECOVERED)
            assert_int_equal(
                entry_recovered_decode(span_of(row.payload, row.payload_len), &recovered, &header),
                ERR_OK);
        assert_true(out->n < sizeof out->hash / sizeof out->hash[0]);
        sign_hash(recovered.header, out->hash[out->n++]);
    }
}

static bool has(const struct originals *originals, const uint8_t hash[SIGN_HASH_LEN])
{
    for (size_t i = 0; i < originals->n; i++)
        if (memcmp(originals->hash[i], hash, SIGN_HASH_LEN) == 0)
            return true;
    return false;
}

/* NULL: all is there. */
static const char *lane_lacks(struct lane *lane, char why[JOURNAL_WHY_LEN])
{
    static struct originals found;
    struct journal_reader *reader = NULL;
    struct journal_verdict verdict;

    for (bool more = true; more;)
        if (lane_recover(lane, &more, why))
            return "an entry can't be taken over";
    if (journal_reader_open(JOURNAL, lane->fixture->root, &reader, why))
        return "the journal can't be read";
    const enum err err = journal_verify(reader, lane->fixture->entry_public, NULL, NULL, &verdict);
    if (!err && !verdict.fault)
        originals_read(reader, &found);
    journal_reader_close(reader);
    if (err || verdict.fault)
        return "the journal does not verify";
    for (size_t i = 0; i < lane->n; i++)
        if (!has(&found, lane->stored[i]))
            return "an entry is lost";
    return NULL;
}

/* ---- cuts --------------------------------------------------------------------------------- */

static void end_in_a_cut(struct lane *lane, struct tally *tally)
{
    const bool kernel_lives = disk_random(lane->disk, KILLS_ONE_IN) == 0;

    disk_turn_off(lane->disk);
    journal_close(lane->journal);
    lane->journal = NULL;
    if (kernel_lives)
        disk_restart(lane->disk);
    else
        disk_power_on(lane->disk);
    tally->kills += kernel_lives;
    tally->cuts += !kernel_lives;
}

/* NULL: nothing is wrong. */
static const char *round_run(struct lane *lane, struct tally *tally, char why[JOURNAL_WHY_LEN])
{
    for (uint64_t n = disk_random(lane->disk, 3); n > 0; n--) {
        cut_within(lane, OPENING_MAX);
        (void)!lane_start(lane, tally, why);
        end_in_a_cut(lane, tally);
    }
    if (lane_start(lane, tally, why))
        return "does not start";
    const char *lacks = disk_random(lane->disk, 3) == 0 ? lane_lacks(lane, why) : NULL;
    if (lacks)
        return lacks;
    cut_within(lane, CHANGES_MAX);
    enum err err = ERR_OK;
    for (uint64_t n = disk_random(lane->disk, WORK_MAX); n > 0 && !err; n--)
        err = lane_work(lane, tally, why);
    if (err && !disk_is_off(lane->disk))
        return "fails at work";
    end_in_a_cut(lane, tally);
    return NULL;
}

static void disk_run(const struct store_fixture *fixture, uint64_t seed, struct tally *tally)
{
    static struct lane lane;
    char why[JOURNAL_WHY_LEN] = "";
    const char *wrong = NULL;

    lane = (struct lane){.fixture = fixture, .disk = disk_make(seed), .now = fixture->now};
    power_cut_vfs_use(lane.disk);
    for (unsigned i = 0; i < ROUNDS_A_DISK && !wrong; i++)
        wrong = round_run(&lane, tally, why);
    if (!wrong)
        wrong = lane_start(&lane, tally, why) ? "does not start" : lane_lacks(&lane, why);
    if (wrong)
        fail_msg("PAMIT_SEED=%" PRIu64 " PAMIT_ROUNDS=1: %s (%s)", seed, wrong, why);
    journal_close(lane.journal);
    tally->stored += lane.n;
    power_cut_vfs_use(NULL);
    disk_free(lane.disk);
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *given = getenv(name);

    return given ? strtoull(given, NULL, 10) : otherwise;
}

static void what_a_journal_held_is_taken_over(void **state)
{
    const uint64_t first = number_of("PAMIT_SEED", (uint64_t)time(NULL) * 1000000);
    const uint64_t rounds = number_of("PAMIT_ROUNDS", ROUNDS);
    struct tally tally = {0};

    print_message("seed %" PRIu64 "\n", first);
    for (uint64_t seed = first; tally.cuts < rounds; seed++)
        disk_run(*state, seed, &tally);
    print_message("%" PRIu64 " cuts, %" PRIu64 " kills, %" PRIu64 " journals set aside, %" PRIu64
                  " times resumed, %" PRIu64 " entries acknowledged, 0 lost\n",
                  tally.cuts, tally.kills, tally.aside, tally.resumed, tally.stored);
    assert_true(rounds < ROUNDS || (tally.aside > 0 && tally.resumed > 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_journal_held_is_taken_over, store_fixture_make,
                                        store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
