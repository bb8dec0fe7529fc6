/* pamit journal verify, pamit journal head. */
#include "cli.h"

#include <inttypes.h>
#include <unistd.h>

#include "quarantine.h"

static void progress_show(uint64_t entries, void *user)
{
    const struct journal_head *head = user;

    fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " entries checked", entries, head->seq);
}

static void progress_clear(void)
{
    fputs("\r\033[K", stderr);
}

/* Is the journal as long as the registry says, with the entry that the registry has? What is gone
 * behind that, nothing here can tell. */
static int receipt_print(const struct cli_paths *paths, struct journal_reader *reader)
{
    struct cli_uplink uplink = {.acked_next = 1};

    if (paths->config.kiosk_id[0] && !cli_uplink_read(paths, reader, &uplink))
        return CLI_FAILURE;
    if (uplink.finding[0]) {
        puts(uplink.finding);
        return CLI_FINDING;
    }
    if (uplink.acked_next > 1)
        printf("the registry's receipt agrees up to entry %" PRIu64
               "; whether any that were written after the last one are gone, it can't tell\n",
               uplink.acked_next - 1);
    else
        printf("%s: whether the last entries are gone can't be told\n",
               paths->config.kiosk_id[0] ? "the registry has acknowledged nothing yet"
                                         : "without --config there is no receipt of the registry");
    return CLI_OK;
}

/* ---- numbers that epochs leave out -------------------------------------------------------- */

/* Which of them a file has that was set aside. */
static bool aside_print(const char *name, const struct journal_left_out *out)
{
    char why[JOURNAL_WHY_LEN];
    struct journal_reader *reader;
    struct journal_head head;
    uint64_t first = out->first;

    if (journal_reader_open(name, NULL, &reader, why)) {
        printf("  %s\n", why);
        return false;
    }
    const bool some = !journal_reader_seek(reader, &first) && first <= out->last;
    const bool to_end = some && !journal_reader_head(reader, &head) && head.seq < out->last;
    journal_reader_close(reader);
    if (some)
        printf("  %s has %" PRIu64 " to %" PRIu64 " of them\n", name, first,
               to_end ? head.seq : out->last);
    return some;
}

static void left_out_print(const struct cli_paths *paths, const struct journal_verdict *verdict)
{
    static struct quarantine_list aside;

    if (verdict->n_left_out && !quarantine_list(paths->journal, &aside))
        cli_fail("%s: not all files beside it could be looked for", paths->journal);
    for (unsigned i = 0; i < verdict->n_left_out && i < JOURNAL_LEFT_OUT_MAX; i++) {
        const struct journal_left_out *out = &verdict->left_out[i];
        bool found = false;
        printf("numbers %" PRIu64 " to %" PRIu64 " are not in this file: epoch %" PRIu32
               " goes on after them\n",
               out->first, out->last, out->epoch);
        for (unsigned k = 0; k < aside.count; k++)
            found |= aside_print(aside.name[k], out);
        if (!found)
            puts("  nor in one that was set aside here: what there is of them the registry has");
    }
    if (verdict->n_left_out > JOURNAL_LEFT_OUT_MAX)
        printf("... and %u epochs more leave numbers out\n",
               verdict->n_left_out - JOURNAL_LEFT_OUT_MAX);
}

/* ---- what is said ------------------------------------------------------------------------- */

static void fault_print(const struct journal_verdict *verdict)
{
    printf("entry %" PRIu64 ": %s\n", verdict->seq, journal_fault_text(verdict->fault));
    if (verdict->seq > 1)
        puts("All entries before it are sound. What comes after it proves nothing by itself.");
}

/* Whatever was found, the same comes next. */
static int finding_end(void)
{
    puts(
        "Keep journal.db and its -wal as they are, as evidence: work on copies. The registry "
        "holds\n"
        "its own copy of the entries that its receipts cover; `pamit status` says which they are.");
    return CLI_FINDING;
}

static void sound_print(const struct journal_verdict *verdict)
{
    char hash[2 * SIGN_HASH_LEN + 1];

    event_hex(verdict->head.hash, sizeof verdict->head.hash, hash);
    printf("sound: %" PRIu64 " %s, payloads %s, epoch %" PRIu32 ", last %" PRIu64 ", head %s\n",
           verdict->entries, verdict->entries == 1 ? "entry" : "entries",
           verdict->payloads_opened ? "opened" : "not opened", verdict->head.epoch,
           verdict->head.seq, hash);
    if (verdict->purged)
        printf("purged: the payloads of %" PRIu64 " entries, as PURGE entries say\n",
               verdict->purged);
    if (!verdict->payloads_opened)
        puts("payloads not opened: no storage key was given");
}

/* Entries may all be sound in a file that has lost its last ones. */
static int file_print(const struct cli_paths *paths, struct journal_reader *reader)
{
    char what[JOURNAL_WHY_LEN];
    const enum err err = journal_verify_file(reader, what);

    if (err)
        return cli_fail("%s: %s", paths->journal, err_text(err));
    if (what[0])
        printf("%s: %s\n", paths->journal, what);
    return what[0] ? CLI_FINDING : CLI_OK;
}

static int verify_with(const struct cli_paths *paths, struct journal_reader *reader,
                       const struct verify_key *key)
{
    struct journal_verdict verdict;
    struct journal_head head = {0}; /* for who watches: a head that can't be read is verify's */
    const bool watched = isatty(STDERR_FILENO) && !journal_reader_head(reader, &head);
    const enum err err =
        journal_verify(reader, key, watched ? progress_show : NULL, &head, &verdict);

    if (watched)
        progress_clear();
    if (err)
        return cli_fail("%s: %s", paths->journal, err_text(err));
    if (verdict.fault) {
        fault_print(&verdict);
        return finding_end();
    }
    sound_print(&verdict);
    left_out_print(paths, &verdict);
    const int whole = file_print(paths, reader);
    const int agrees = receipt_print(paths, reader);
    const int worst = whole > agrees ? whole : agrees;
    return worst == CLI_FINDING ? finding_end() : worst;
}

int cli_journal_verify(const struct cli_options *options, const struct cli_paths *paths)
{
    struct seal_root *root = NULL;
    struct journal_reader *reader = NULL;
    struct verify_key *key = NULL;
    int code = CLI_FAILURE;

    (void)options;
    if (cli_root_open(paths, &root) && cli_entry_key_open(paths, &key) &&
        cli_journal_open(paths, root, &reader))
        code = verify_with(paths, reader, key);
    journal_reader_close(reader);
    if (key)
        verify_key_close(key);
    if (root)
        seal_root_close(root);
    return code;
}

int cli_journal_head(const struct cli_options *options, const struct cli_paths *paths)
{
    struct journal_reader *reader = NULL;
    struct journal_head head;
    char hash[2 * SIGN_HASH_LEN + 1];

    (void)options;
    if (!cli_journal_open(paths, NULL, &reader))
        return CLI_FAILURE;
    const enum err err = journal_reader_head(reader, &head);
    journal_reader_close(reader);
    if (err)
        return cli_fail("%s: %s", paths->journal, err_text(err));
    event_hex(head.hash, sizeof head.hash, hash);
    printf("epoch=%" PRIu32 " next=%" PRIu64 " head=%s\n", head.epoch, head.seq + 1, hash);
    return CLI_OK;
}
