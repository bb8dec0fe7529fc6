/* One flipped bit in the WAL of a journal, then its writer opens it: all entries are there, or it
 * is told; and what power cuts leave is taken for no damage.
 *
 * A killed writer leaves entries in the WAL alone. SQLite cuts them off at the first frame that
 * does not check, and would write over what was acknowledged behind it. Where it is set aside, its
 * entries are taken over, also those behind the flip. On the disk in memory, so that an opening
 * costs no sync. A step of a few bits is taken between two flips of pages;
 * PAMIT_STEP=1 takes each.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal_salvage.h"
#include "power_cut_vfs.h"
#include "quarantine.h"
#include "store_fixture.h"
#include "wal_format.h"

#define KIOSK          "CGK-03-0412"
#define JOURNAL        DISK_PATH "journal.db"
#define WAL            DISK_PATH "journal.db-wal"
#define FILE_MAX       (1 << 20)
#define FRAME          (4096 + WAL_FRAME_HEADER_LEN)
#define STEP           131
#define ENTRIES        4 /* in the WAL alone */
#define ASIDE_ONE_IN   16
#define SECTOR         512
#define BLOCK          4096
#define BLANK_LOSS_MAX 4
#define ASIDE_MAX      60 /* a disk has no room for more files */

struct image {
    size_t len;
    uint8_t bytes[FILE_MAX];
};

struct kiosk {
    struct store_fixture *fixture;
    struct disk *disk;
    struct journal *journal;
    struct image file, wal; /* as they are put back before each flip */
};

static void image_take(struct disk *disk, const char *name, struct image *out)
{
    struct disk_file *file = disk_find(disk, name);

    assert_non_null(file);
    assert_int_equal(disk_read(file, 0, out->bytes, sizeof out->bytes, &out->len), DISK_DONE);
    assert_true(out->len < sizeof out->bytes);
}

static void image_put(struct disk *disk, const char *name, const struct image *image)
{
    struct disk_file *file = disk_find(disk, name);

    assert_int_equal(disk_truncate(file, 0), DISK_DONE);
    assert_int_equal(disk_write(file, 0, image->bytes, image->len), DISK_DONE);
    assert_int_equal(disk_sync(file), DISK_DONE);
}

static enum err kiosk_start(struct kiosk *kiosk)
{
    char why[JOURNAL_WHY_LEN];

    return journal_open(JOURNAL, KIOSK, &kiosk->fixture->keys, &kiosk->fixture->now,
                        &kiosk->journal, why);
}

/* By kill -9: closing would move the WAL into the file. */
static void kiosk_kill(struct kiosk *kiosk)
{
    disk_turn_off(kiosk->disk);
    journal_close(kiosk->journal);
    kiosk->journal = NULL;
    disk_restart(kiosk->disk);
}

static uint64_t kiosk_last(const struct kiosk *kiosk)
{
    struct journal_head head;

    journal_head(kiosk->journal, &head);
    return head.seq;
}

static void kiosk_append(struct kiosk *kiosk, unsigned entries)
{
    struct journal_head head;

    for (unsigned i = 0; i < entries; i++)
        assert_int_equal(fixture_append(kiosk->journal, kiosk->fixture, "a note", &head), ERR_OK);
}

/* A killed writer's files: `stored` entries more in the one, `walled` in the WAL alone. What its
 * last entry was. */
static uint64_t kiosk_end(struct kiosk *kiosk, unsigned stored, unsigned walled)
{
    kiosk_append(kiosk, stored);
    if (stored > 0)
        assert_int_equal(journal_checkpoint(kiosk->journal), ERR_OK);
    kiosk_append(kiosk, walled);
    const uint64_t last = kiosk_last(kiosk);
    kiosk_kill(kiosk);
    image_take(kiosk->disk, JOURNAL, &kiosk->file);
    image_take(kiosk->disk, WAL, &kiosk->wal);
    return last;
}

static int kiosk_make(void **state)
{
    struct kiosk *kiosk = calloc(1, sizeof *kiosk);
    void *fixture = NULL;

    assert_non_null(kiosk);
    store_fixture_make(&fixture);
    kiosk->fixture = fixture;
    kiosk->disk = disk_make(1);
    power_cut_vfs_use(kiosk->disk);
    assert_int_equal(kiosk_start(kiosk), ERR_OK);
    *state = kiosk;
    return 0;
}

static int kiosk_remove(void **state)
{
    struct kiosk *kiosk = *state;
    void *fixture = kiosk->fixture;

    journal_close(kiosk->journal);
    power_cut_vfs_use(NULL);
    disk_free(kiosk->disk);
    store_fixture_remove(&fixture);
    free(kiosk);
    return 0;
}

/* ---- flips -------------------------------------------------------------------------------- */

struct tally {
    unsigned refused, told, harmless;
    unsigned aside, taken; /* of the refused ones; their entries, fewest */
};

/* How many entries of the journal that was refused come to be in a fresh one, which begins with
 * `*first`. */
static unsigned taken_over(struct kiosk *kiosk, uint64_t *first)
{
    char name[QUARANTINE_NAME_LEN], wal[QUARANTINE_NAME_LEN + 4], why[JOURNAL_WHY_LEN] = "";
    const struct seal_root *root = kiosk->fixture->root;
    struct journal_recovery pending;
    struct journal_recovered done;
    struct journal_reader *source = NULL;
    unsigned taken = 0;

    assert_int_equal(quarantine_file(JOURNAL, 1795250228, name, why), ERR_OK);
    assert_int_equal(kiosk_start(kiosk), ERR_OK);
    *first = kiosk_last(kiosk);
    if (journal_salvage(kiosk->journal, name, root, NULL, why))
        fail_msg("%s", why);
    assert_int_equal(journal_reader_open(name, root, &source, why), ERR_OK);
    while (journal_recovery_pending(kiosk->journal, &pending) == ERR_OK) {
        assert_int_equal(
            journal_recover_step(kiosk->journal, source, &pending, &kiosk->fixture->now, &done),
            ERR_OK);
        taken += done.appended;
    }
    journal_reader_close(source);
    kiosk_kill(kiosk);
    snprintf(wal, sizeof wal, "%s-wal", name);
    assert_int_equal(disk_unlink(kiosk->disk, name), DISK_DONE);
    assert_int_equal(disk_unlink(kiosk->disk, wal), DISK_DONE);
    return taken;
}

static void refused(struct kiosk *kiosk, struct tally *tally)
{
    if (tally->refused++ % ASIDE_ONE_IN || tally->aside == ASIDE_MAX)
        return;
    uint64_t first;
    const unsigned taken = taken_over(kiosk, &first);
    if (tally->aside++ == 0 || taken < tally->taken)
        tally->taken = taken;
}

static void flip(struct kiosk *kiosk, size_t bit, uint64_t last, struct tally *tally)
{
    kiosk->wal.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    image_put(kiosk->disk, JOURNAL, &kiosk->file);
    image_put(kiosk->disk, WAL, &kiosk->wal);
    kiosk->wal.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    const enum err err = kiosk_start(kiosk);
    if (err) {
        assert_int_equal(err, ERR_CORRUPT);
        refused(kiosk, tally);
        return;
    }
    const uint64_t found = kiosk_last(kiosk);
    if (found == last)
        tally->harmless++;
    else if (journal_wal_cut(kiosk->journal) > 0 && found + 2 >= last)
        tally->told++; /* of the last transactions it can't be told from a power cut */
    else
        fail_msg("bit %zu of byte %zu: it goes on from entry %" PRIu64 " of %" PRIu64
                 ", and says nothing",
                 bit % 8, bit / 8, found, last);
    kiosk_kill(kiosk);
}

static void a_flip_is_told_or_harmless(void **state)
{
    struct kiosk *kiosk = *state;
    const char *given = getenv("PAMIT_STEP");
    const size_t step = given ? strtoull(given, NULL, 10) : STEP;
    struct tally head = {0}, tally = {0};

    const uint64_t last = kiosk_end(kiosk, ENTRIES, ENTRIES);

    size_t bit = 0;
    for (; bit < 8 * WAL_HEADER_LEN; bit++)
        flip(kiosk, bit, last, &head);
    while (bit < 8 * kiosk->wal.len) {
        flip(kiosk, bit, last, &tally);
        const size_t at = bit / 8 - WAL_HEADER_LEN;
        bit += at < ENTRIES * FRAME && at % FRAME < WAL_FRAME_HEADER_LEN ? 1 : step;
    }
    print_message("of frames: %u refused, %u told, %u harmless; of %" PRIu64
                  " entries %u at least were taken over, %u behind a header\n",
                  tally.refused, tally.told, tally.harmless, last, tally.taken, head.taken);
    assert_int_equal(head.refused, 8 * WAL_HEADER_LEN);
    assert_int_equal(head.taken, last);
    assert_true(tally.refused && tally.told && tally.harmless);
    assert_true(tally.taken + 1 >= last);
}

/* One transaction of one page: only the header vouches for it, whichever bit of it is wrong. */
static void the_only_transaction_behind_a_header_is_missed(void **state)
{
    struct kiosk *kiosk = *state;
    struct tally tally = {.aside = ASIDE_MAX};

    const uint64_t last = kiosk_end(kiosk, ENTRIES, 1);
    for (size_t bit = 0; bit < 8 * WAL_HEADER_LEN; bit++)
        flip(kiosk, bit, last, &tally);
    assert_int_equal(tally.refused, 8 * WAL_HEADER_LEN);
}

/* ---- damaged blocks ------------------------------------------------------------------------ */

/* Zeros from `at` on. Of the last four transactions such damage can't be told from a power cut;
 * else nothing that was recorded gets lost beyond what is in the block, and no number comes again.
 */
static void blank(struct kiosk *kiosk, const struct image *whole, size_t at, size_t len,
                  uint64_t last)
{
    uint64_t first;

    kiosk->wal = *whole;
    memset(kiosk->wal.bytes + at, 0, len);
    image_put(kiosk->disk, JOURNAL, &kiosk->file);
    image_put(kiosk->disk, WAL, &kiosk->wal);
    const enum err err = kiosk_start(kiosk);
    if (err) {
        assert_int_equal(err, ERR_CORRUPT);
        const unsigned taken = taken_over(kiosk, &first);
        if (first <= last || taken + BLANK_LOSS_MAX < last)
            fail_msg("%zu zeros at %zu: of %" PRIu64 " entries %u are taken over, entry %" PRIu64
                     " is the next",
                     len, at, last, taken, first);
        return;
    }
    const uint64_t found = kiosk_last(kiosk);
    if (found + BLANK_LOSS_MAX < last || (found < last && journal_wal_cut(kiosk->journal) == 0))
        fail_msg("%zu zeros at %zu: it goes on from entry %" PRIu64 " of %" PRIu64, len, at, found,
                 last);
    kiosk_kill(kiosk);
}

static void a_blank_block_hides_no_more_than_it_holds(void **state)
{
    static struct image whole;
    struct kiosk *kiosk = *state;

    const uint64_t last = kiosk_end(kiosk, ENTRIES, 3 * ENTRIES);
    whole = kiosk->wal;
    for (size_t at = 0; at + BLOCK <= whole.len; at += BLOCK) {
        blank(kiosk, &whole, at, SECTOR, last);
        blank(kiosk, &whole, at, BLOCK, last);
    }
    for (size_t at = WAL_HEADER_LEN; at + FRAME <= whole.len; at += FRAME)
        blank(kiosk, &whole, at + WAL_FRAME_HEADER_LEN, FRAME - WAL_FRAME_HEADER_LEN, last);
}

/* Nothing shows that there was an entry in it. */
static void noise_is_no_transaction(void **state)
{
    struct kiosk *kiosk = *state;

    const uint64_t last = kiosk_end(kiosk, ENTRIES, 0);
    for (size_t i = 0; i < kiosk->wal.len; i++)
        kiosk->wal.bytes[i] = (uint8_t)disk_random(kiosk->disk, 256);
    image_put(kiosk->disk, WAL, &kiosk->wal);
    assert_int_equal(kiosk_start(kiosk), ERR_OK);
    assert_int_equal(kiosk_last(kiosk), last);
    assert_true(journal_wal_cut(kiosk->journal) > 0);
}

/* ---- power cuts --------------------------------------------------------------------------- */

/* A header is cut off while a round begins: the number of the new round, all else of the old one,
 * whose frames lie behind it. SQLite goes on with its salts. */
static void two_rounds_of_the_same_salts_are_no_damage(void **state)
{
    struct kiosk *kiosk = *state;

    const uint64_t last = kiosk_end(kiosk, ENTRIES, 0);
    kiosk->wal.bytes[WAL_ROUND_AT + 3]++;
    image_put(kiosk->disk, WAL, &kiosk->wal);

    assert_int_equal(kiosk_start(kiosk), ERR_OK);
    assert_int_equal(kiosk_last(kiosk), last);
    kiosk_append(kiosk, 1);
    kiosk_kill(kiosk);
    assert_int_equal(kiosk_start(kiosk), ERR_OK);
    assert_int_equal(kiosk_last(kiosk), last + 1);
    assert_int_equal(journal_wal_cut(kiosk->journal), 0);
}

/* The power goes while the header of the next round is written: up to somewhere one of the two,
 * from there on the other. */
static void torn(struct kiosk *kiosk, const uint8_t *begins, const uint8_t *ends, size_t at,
                 uint64_t last)
{
    memcpy(kiosk->wal.bytes, begins, at);
    memcpy(kiosk->wal.bytes + at, ends + at, WAL_HEADER_LEN - at);
    image_put(kiosk->disk, JOURNAL, &kiosk->file);
    image_put(kiosk->disk, WAL, &kiosk->wal);
    if (kiosk_start(kiosk) != ERR_OK)
        fail_msg("torn at byte %zu: refused", at);
    assert_int_equal(kiosk_last(kiosk), last);
    kiosk_kill(kiosk);
}

/* Of the round before there is one transaction, in the file by now, and behind it lies the round
 * before that, or one that nobody knows of. */
static void a_torn_header_is_no_damage(void **state)
{
    struct kiosk *kiosk = *state;
    uint8_t old[WAL_HEADER_LEN], new[WAL_HEADER_LEN];

    kiosk_append(kiosk, ENTRIES);
    assert_int_equal(journal_checkpoint(kiosk->journal), ERR_OK);
    const uint64_t last = kiosk_end(kiosk, 1, 0);
    memcpy(old, kiosk->wal.bytes, sizeof old);
    memcpy(new, old, sizeof new);
    wal_number_put(new + WAL_ROUND_AT, wal_number(old + WAL_ROUND_AT) + 1);
    wal_number_put(new + WAL_SALT_AT, wal_number(old + WAL_SALT_AT) + 1);
    wal_number_put(new + WAL_SALT_AT + 4, ~wal_number(old + WAL_SALT_AT + 4));
    wal_sum_put(new + WAL_HEADER_SUM_AT, wal_header_sum(new));
    for (unsigned i = 0; i < 2; i++) {
        for (size_t at = 0; at <= WAL_HEADER_LEN; at++) {
            torn(kiosk, old, new, at, last);
            torn(kiosk, new, old, at, last);
        }
        for (size_t at = WAL_HEADER_LEN + FRAME; at + FRAME <= kiosk->wal.len; at += FRAME)
            memset(kiosk->wal.bytes + at + WAL_FRAME_SALT_AT, 'x', WAL_SALT_LEN);
    }
}

/* The ends of two cuts, one behind the other. */
static void torn_ends_do_not_stack_up(void **state)
{
    struct kiosk *kiosk = *state;

    const uint64_t last = kiosk_end(kiosk, 0, ENTRIES);
    kiosk->wal.bytes[kiosk->wal.len - 2 * FRAME - 1] ^= 1; /* before the last two */
    kiosk->wal.len -= FRAME;
    image_put(kiosk->disk, WAL, &kiosk->wal);

    assert_int_equal(kiosk_start(kiosk), ERR_OK);
    assert_int_equal(kiosk_last(kiosk), last - 3);
    assert_int_equal(journal_wal_cut(kiosk->journal), 2);
    kiosk_kill(kiosk);
    assert_int_equal(kiosk_start(kiosk), ERR_OK);
    assert_int_equal(journal_wal_cut(kiosk->journal), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_flip_is_told_or_harmless, kiosk_make, kiosk_remove),
        cmocka_unit_test_setup_teardown(the_only_transaction_behind_a_header_is_missed, kiosk_make,
                                        kiosk_remove),
        cmocka_unit_test_setup_teardown(a_blank_block_hides_no_more_than_it_holds, kiosk_make,
                                        kiosk_remove),
        cmocka_unit_test_setup_teardown(noise_is_no_transaction, kiosk_make, kiosk_remove),
        cmocka_unit_test_setup_teardown(two_rounds_of_the_same_salts_are_no_damage, kiosk_make,
                                        kiosk_remove),
        cmocka_unit_test_setup_teardown(a_torn_header_is_no_damage, kiosk_make, kiosk_remove),
        cmocka_unit_test_setup_teardown(torn_ends_do_not_stack_up, kiosk_make, kiosk_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
