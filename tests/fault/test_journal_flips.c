/* One flipped bit, anywhere: it is found, or nothing that anybody reads of the journal has changed.
 *
 * Of what is signed or sealed, every bit: header, signature, sealed payload. It is judged as
 * journal_verify judges an entry, which must name a fault. Of the file and its WAL any bit, also
 * between pages and in the tables that are no entries: then `pamit journal verify` or `export` must
 * report it, or the export must be the same to the last byte.
 *
 * Verifying a signature takes a millisecond or two, so a sample is taken here; PAMIT_SEED repeats
 * it. PAMIT_FLIPS=FROM-TO takes every bit of these entries of a journal of a thousand, and
 * PAMIT_ROUNDS so many bits of the file of one of PAMIT_ENTRIES.
 */
#include "store_fixture.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"
#include "crowd.h"
#include "journal_check.h"
#include "journal_read.h"
#include "quick_sign.h"
#include "wal_format.h"

#define ENTRIES        1000
#define WHOLE_ENTRY    81  /* every bit of it: the DECIDED of one who is deferred */
#define SIGNED_SAMPLES 200 /* in other entries: each costs a signature */
#define SEALED_SAMPLES 30  /* in each entry */
#define FILE_ENTRIES   31
#define FILE_ROUNDS    400
#define PAGE           4096
#define FRAME          (PAGE + WAL_FRAME_HEADER_LEN)
#define FLIP_MAX_S     60 /* longer is a hang */

struct flips {
    struct store_fixture *fixture;
    struct journal_reader *reader;
    size_t n;
    struct signed_entry {
        struct journal_head before;
        uint64_t seq;
        size_t header_len, payload_len;
        uint8_t header[ENTRY_HEADER_MAX], signature[SIGN_LEN], payload[JOURNAL_SEALED_MAX];
    } * entries;
};

static uint64_t random_state;

/* xorshift64*: the same numbers for a seed, everywhere. */
static uint64_t random_below(uint64_t below)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (random_state * UINT64_C(2685821657736338717) >> 16) % below;
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *given = getenv(name);

    return given ? strtoull(given, NULL, 10) : otherwise;
}

static void seed_take(void)
{
    random_state = number_of("PAMIT_SEED", (uint64_t)time(NULL)) | 1;
    print_message("PAMIT_SEED=%" PRIu64 "\n", random_state);
}

static void journal_fill(const struct store_fixture *fixture, struct journal *journal,
                         uint64_t entries)
{
    struct journal_head head;
    journal_head(journal, &head);
    struct crowd crowd = {.journal = journal, .now = fixture->now, .people = head.seq};

    crowd.now.wall_ms += (int64_t)head.seq * 1000;
    assert_int_equal(crowd_fill(&crowd, entries), ERR_OK);
}

/* ---- what is signed or sealed ------------------------------------------------------------- */

static void entries_read(struct flips *flips)
{
    struct signed_entry *entry = flips->entries;
    struct journal_head head = {0};
    sqlite3_stmt *all = NULL;

    assert_int_equal(database_prepare(&flips->reader->database,
                                      "SELECT " STORED_ENTRY_COLUMNS " FROM entry ORDER BY seq",
                                      &all),
                     ERR_OK);
    for (; database_step(all) == SQLITE_ROW; entry++, flips->n++) {
        struct stored_entry stored;
        assert_true(flips->n < ENTRIES);
        stored_entry_read(all, &stored);
        entry->before = head;
        entry->seq = stored.seq;
        entry->header_len = stored.header.len;
        entry->payload_len = stored.payload.len;
        memcpy(entry->header, stored.header.p, stored.header.len);
        memcpy(entry->signature, stored.signature.p, SIGN_LEN);
        memcpy(entry->payload, stored.payload.p, stored.payload.len);
        assert_int_equal(stored_entry_head(all, &head), ERR_OK);
    }
    sqlite3_finalize(all);
}

/* As journal_verify does, in its order. */
static enum journal_fault judge(const struct flips *flips, const struct signed_entry *entry)
{
    struct journal_check check = {
        .kiosk = flips->reader->kiosk, .days = &flips->reader->days, .head = entry->before};
    const struct stored_entry stored = {.seq = entry->seq,
                                        .header = span_of(entry->header, entry->header_len),
                                        .signature = span_of(entry->signature, SIGN_LEN),
                                        .payload = span_of(entry->payload, entry->payload_len)};
    struct entry_header header;
    enum journal_fault fault = journal_check_header(&check, &stored, &header);

    if (!fault && cose_check(flips->fixture->entry_public, stored.header, entry->signature))
        fault = JOURNAL_BAD_SIGNATURE;
    if (!fault)
        assert_int_equal(journal_check_payload(&check, &stored, &header, &fault), ERR_OK);
    return fault;
}

enum part { HEADER, SIGNATURE, PAYLOAD, PARTS };

static size_t part_of(struct signed_entry *entry, enum part part, uint8_t **bytes)
{
    uint8_t *const at[PARTS] = {entry->header, entry->signature, entry->payload};
    const size_t len[PARTS] = {entry->header_len, SIGN_LEN, entry->payload_len};

    *bytes = at[part];
    return len[part];
}

static void flip_is_found(const struct flips *flips, struct signed_entry *entry, enum part part,
                          size_t bit)
{
    static const char *const names[PARTS] = {"header", "signature", "payload"};
    uint8_t *bytes;

    part_of(entry, part, &bytes);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (judge(flips, entry) == JOURNAL_SOUND)
        fail_msg("entry %" PRIu64 ", %s, bit %zu: not found", entry->seq, names[part], bit);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static uint64_t every_bit_is_found(const struct flips *flips, struct signed_entry *entry)
{
    uint64_t found = 0;
    uint8_t *bytes;

    assert_int_equal(judge(flips, entry), JOURNAL_SOUND);
    for (enum part part = HEADER; part < PARTS; part++) {
        const size_t bits = 8 * part_of(entry, part, &bytes);
        for (size_t bit = 0; bit < bits; bit++)
            flip_is_found(flips, entry, part, bit);
        found += bits;
    }
    return found;
}

static uint64_t samples_are_found(const struct flips *flips)
{
    uint8_t *bytes;

    for (unsigned i = 0; i < SIGNED_SAMPLES; i++) {
        struct signed_entry *entry = &flips->entries[random_below(flips->n)];
        const enum part part = random_below(2) ? HEADER : SIGNATURE;
        flip_is_found(flips, entry, part, random_below(8 * part_of(entry, part, &bytes)));
    }
    for (size_t i = 0; i < flips->n; i++) {
        struct signed_entry *entry = &flips->entries[i];
        for (unsigned n = 0; n < SEALED_SAMPLES; n++)
            flip_is_found(flips, entry, PAYLOAD, random_below(8 * entry->payload_len));
    }
    return SIGNED_SAMPLES + flips->n * SEALED_SAMPLES;
}

static void a_flip_of_what_is_signed_or_sealed_is_found(void **state)
{
    struct flips flips = {.fixture = *state, .entries = calloc(ENTRIES, sizeof *flips.entries)};
    const char *span = getenv("PAMIT_FLIPS");
    uint64_t found = 0, from = WHOLE_ENTRY, to = WHOLE_ENTRY;
    struct journal *journal = fixture_journal(flips.fixture);

    assert_non_null(flips.entries);
    seed_take();
    journal_fill(flips.fixture, journal, ENTRIES);
    journal_close(journal);
    flips.reader = fixture_reader(flips.fixture);
    entries_read(&flips);
    assert_int_equal(flips.n, ENTRIES);
    if (span)
        assert_int_equal(sscanf(span, "%" SCNu64 "-%" SCNu64, &from, &to), 2);
    for (uint64_t seq = from; seq <= to; seq++)
        found += every_bit_is_found(&flips, &flips.entries[seq - 1]);
    if (!span)
        found += samples_are_found(&flips);
    print_message("%" PRIu64 " flips, each found\n", found);
    journal_reader_close(flips.reader);
    free(flips.entries);
}

/* ---- the file ----------------------------------------------------------------------------- */

/* Puts `fd` in the place of a standard one; returns what was there. */
static int redirect(int standard, int fd)
{
    const int usual = dup(standard);

    assert_true(usual >= 0 && dup2(fd, standard) >= 0);
    return usual;
}

static void redirect_back(int standard, int usual)
{
    assert_true(dup2(usual, standard) >= 0);
    close(usual);
}

/* The command's exit code; what it prints goes to `out`. */
static int run(int (*command)(const struct cli_options *, const struct cli_paths *), int out,
               const struct cli_options *options, const struct cli_paths *paths)
{
    fflush(stdout);
    assert_int_equal(ftruncate(out, 0), 0);
    assert_int_equal(lseek(out, 0, SEEK_SET), 0);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    const int usual_error = redirect(STDERR_FILENO, nowhere);
    const int usual = redirect(STDOUT_FILENO, out);
    const int code = command(options, paths);
    fflush(stdout);
    redirect_back(STDOUT_FILENO, usual);
    redirect_back(STDERR_FILENO, usual_error);
    close(nowhere);
    return code;
}

/* Everything there is, mapped: a command's output, or a file that is altered in place. */
struct bytes {
    uint8_t *p;
    size_t len;
};

static struct bytes bytes_map(int fd)
{
    struct bytes bytes = {.len = (size_t)lseek(fd, 0, SEEK_END)};

    if (bytes.len == 0)
        return bytes;
    bytes.p = mmap(NULL, bytes.len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(bytes.p != MAP_FAILED);
    return bytes;
}

struct export
{
    int out;
    struct cli_options options;
    struct cli_paths paths;
    struct bytes whole; /* what is exported of the journal as it was */
};

/* Is what happened to the file reported, or nothing of the export changed? */
static bool found_or_harmless(struct export *export, bool *found)
{
    alarm(FLIP_MAX_S);
    *found = run(cli_journal_verify, export->out, &export->options, &export->paths) != CLI_OK ||
             run(cli_journal_export, export->out, &export->options, &export->paths) != CLI_OK;
    alarm(0);
    if (*found)
        return true;
    const struct bytes now = bytes_map(export->out);
    const bool same = now.len == export->whole.len && memcmp(now.p, export->whole.p, now.len) == 0;
    munmap(now.p, now.len);
    return same;
}

static void file_put(const char *folder, const char *name, const void *bytes, size_t len,
                     char path[KIOSK_PATH_LEN])
{
    snprintf(path, KIOSK_PATH_LEN, "%s/%s", folder, name);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static void file_copy(const char *from, const char *folder, const char *name)
{
    char to[KIOSK_PATH_LEN];
    const int fd = open(from, O_RDWR);

    assert_true(fd >= 0);
    const struct bytes all = bytes_map(fd);
    close(fd);
    file_put(folder, name, all.p, all.len, to);
    munmap(all.p, all.len);
}

/* A file that is altered in place. */
struct target {
    struct export *export;
    char path[KIOSK_PATH_LEN + 8], shm[KIOSK_PATH_LEN + 8];
    struct bytes file;
    uint64_t flips, found;
};

static void target_flip(struct target *target, size_t at, unsigned bit)
{
    bool found;

    target->file.p[at] ^= (uint8_t)(1u << bit);
    if (!found_or_harmless(target->export, &found))
        fail_msg("%s: byte %zu, bit %u: neither reported nor harmless", target->path, at, bit);
    target->file.p[at] ^= (uint8_t)(1u << bit);
    unlink(target->shm);
    target->flips++;
    target->found += found;
}

/* All bits of the first bytes of each step: where a file's structure is. */
static void target_flip_heads(struct target *target, size_t from, size_t step, size_t bytes)
{
    for (size_t at = from; at < target->file.len; at += step)
        for (size_t bit = 0; bit < 8 * bytes && at + bit / 8 < target->file.len; bit++)
            target_flip(target, at + bit / 8, bit % 8);
}

static void target_flip_structure(struct target *target, const char *suffix)
{
    if (suffix[0]) {
        target_flip_heads(target, 0, target->file.len, WAL_HEADER_LEN);
        target_flip_heads(target, WAL_HEADER_LEN, 20 * FRAME, WAL_FRAME_HEADER_LEN);
    } else {
        target_flip_heads(target, 0, target->file.len, 100); /* SQLite's header */
        target_flip_heads(target, PAGE, PAGE, 12);           /* that of a page of a b-tree */
    }
}

static void file_flips_are_found(struct export *export, const char *suffix, bool structure,
                                 uint64_t rounds)
{
    struct target target = {.export = export};

    snprintf(target.path, sizeof target.path, "%s%s", export->paths.journal, suffix);
    snprintf(target.shm, sizeof target.shm, "%s-shm", export->paths.journal);
    const int fd = open(target.path, O_RDWR);
    assert_true(fd >= 0);
    target.file = bytes_map(fd);
    close(fd);
    if (structure)
        target_flip_structure(&target, suffix);
    for (uint64_t i = 0; i < rounds; i++)
        target_flip(&target, random_below(target.file.len), (unsigned)random_below(8));
    print_message("%s, %zu bytes: %" PRIu64 " flips, %" PRIu64 " reported, the rest harmless\n",
                  strrchr(target.path, '/') + 1, target.file.len, target.flips, target.found);
    munmap(target.file.p, target.file.len);
}

static void journal_flips_are_found(const struct store_fixture *fixture, const char *name,
                                    bool with_wal, uint64_t rounds)
{
    struct export export = {.out = memfd_create("export", MFD_CLOEXEC),
                            .options = {.entries = true, .from = 1}};
    uint8_t root[SEAL_ROOT_LEN];

    memset(root, 1, sizeof root); /* the fixture's */
    file_put(fixture->folder, "storage.key", root, sizeof root, export.paths.storage_key);
    file_put(fixture->folder, "entry.pub.pem", fixture_entry_pub_pem, strlen(fixture_entry_pub_pem),
             export.paths.entry_key_pub);
    snprintf(export.paths.journal, sizeof export.paths.journal, "%s/%s", fixture->folder, name);
    assert_int_equal(run(cli_journal_verify, export.out, &export.options, &export.paths), CLI_OK);
    assert_int_equal(run(cli_journal_export, export.out, &export.options, &export.paths), CLI_OK);
    const struct bytes printed = bytes_map(export.out);
    export.whole = (struct bytes){.p = malloc(printed.len), .len = printed.len};
    assert_non_null(export.whole.p);
    memcpy(export.whole.p, printed.p, printed.len);
    munmap(printed.p, printed.len);

    /* Where there is a WAL, most pages of the file are not read. */
    file_flips_are_found(&export, "", !with_wal, rounds);
    if (with_wal)
        file_flips_are_found(&export, "-wal", true, rounds);
    close(export.out);
    free(export.whole.p);
}

static void a_flip_of_the_file_is_reported_or_harmless(void **state)
{
    const struct store_fixture *fixture = *state;
    const uint64_t entries = number_of("PAMIT_ENTRIES", FILE_ENTRIES);
    const uint64_t rounds = number_of("PAMIT_ROUNDS", FILE_ROUNDS);
    struct journal *journal = fixture_journal(fixture);
    char wal[KIOSK_PATH_LEN];

    seed_take();
    /* A WAL with its second round over the first, and some of the entries only there. */
    journal_fill(fixture, journal, entries / 2);
    assert_int_equal(journal_checkpoint(journal), ERR_OK);
    journal_fill(fixture, journal, entries * 3 / 4);
    file_copy(fixture->path, fixture->folder, "killed.db");
    snprintf(wal, sizeof wal, "%s-wal", fixture->path);
    file_copy(wal, fixture->folder, "killed.db-wal");
    journal_fill(fixture, journal, entries);
    assert_int_equal(journal_checkpoint(journal), ERR_OK);
    journal_close(journal);
    file_copy(fixture->path, fixture->folder, "closed.db"); /* all of it: its WAL is of no use */

    journal_flips_are_found(fixture, "killed.db", true, rounds / 4);
    journal_flips_are_found(fixture, "closed.db", false, rounds / 2);
}

static int flips_make(void **state)
{
    store_fixture_make(state);
    const struct store_fixture *fixture = *state;
    quick_sign_use(fixture->entry_key, fixture_entry_pem, 1 << 14);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_flip_of_what_is_signed_or_sealed_is_found, flips_make,
                                        store_fixture_remove),
        cmocka_unit_test_setup_teardown(a_flip_of_the_file_is_reported_or_harmless, flips_make,
                                        store_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
