/* What a kiosk does with its stores, and what must then be there.
 *
 * Promised is what anybody may have acted on: an append that returned, and any entry that a reader
 * or a writer found, since pamit-sync sends what it reads and the lane goes on from what it opens.
 * One entry and one receipt may turn out stored beyond that: those under way when the power went.
 */
#include "power_cut_counter.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "power_cut_vfs.h"

#define KIOSK        "CGK-03-0412"
#define JOURNAL_PATH DISK_PATH "journal.db"
#define SYNC_PATH    DISK_PATH "sync.db"
#define DAY_MS       86400000
#define ENVELOPE_LEN 200

void counter_make(struct counter *counter, const struct store_fixture *fixture, uint64_t seed)
{
    *counter = (struct counter){.disk = disk_make(seed), .fixture = fixture, .now = fixture->now};
    power_cut_vfs_use(counter->disk);
}

void counter_free(struct counter *counter)
{
    counter_close(counter);
    power_cut_vfs_use(NULL);
    disk_free(counter->disk);
}

void counter_close(struct counter *counter)
{
    journal_reader_close(counter->reader);
    journal_close(counter->journal);
    sync_state_close(counter->sync);
    counter->reader = NULL;
    counter->journal = NULL;
    counter->sync = NULL;
    assert(power_cut_vfs_open_files() == 0);
}

/* Whoever saw this entry may act on it: it has to stay. */
static void promise(struct counter *counter, const struct journal_head *head)
{
    if (head->seq > counter->promised.seq)
        counter->promised = *head;
}

static enum err journal_open_here(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    struct journal_keys keys = counter->fixture->keys;
    struct journal_head head;

    if (counter->journal)
        return ERR_OK;
    keys.receipt = counter->receipt.next ? &counter->receipt : NULL;
    const enum err err =
        journal_open(JOURNAL_PATH, KIOSK, &keys, &counter->now, &counter->journal, why);
    if (!err) {
        journal_head(counter->journal, &head);
        promise(counter, &head);
    }
    return err;
}

static enum err reader_open_here(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    struct journal_head head;

    if (counter->reader)
        return ERR_OK;
    enum err err = journal_reader_open(JOURNAL_PATH, counter->fixture->root, &counter->reader, why);
    if (!err)
        err = journal_reader_head(counter->reader, &head);
    if (!err)
        promise(counter, &head);
    return err;
}

enum err counter_open(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    enum err err = ERR_OK;

    /* Whichever process comes first. A reader may find nothing yet, or what only a writer mends. */
    if (disk_random(counter->disk, 2) == 0)
        err = reader_open_here(counter, why);
    if (err && err != ERR_MISSING && err != ERR_BUSY)
        return err;
    err = journal_open_here(counter, why);
    if (!err)
        err = reader_open_here(counter, why);
    if (!err && !counter->sync)
        err = sync_state_open(SYNC_PATH, SYNC_STATE_WRITE, &counter->sync, why);
    return err;
}

/* ---- work --------------------------------------------------------------------------------- */

static size_t payload_make(struct counter *counter, uint8_t out[ENTRY_PAYLOAD_MAX])
{
    struct entry_decided decided = {.presented = 1, .decision = DECISION_DEFERRED};
    uint8_t salt[ENTRY_SALT_LEN];
    size_t len = 0;

    for (size_t i = 0; i < sizeof salt; i++)
        salt[i] = (uint8_t)disk_random(counter->disk, 256);
    /* From a button's press to pages of their own. */
    memset(decided.note, 'n', (size_t)disk_random(counter->disk, 4) ? 8 : ENTRY_NOTE_LEN - 1);
    const enum err err = entry_decided_encode(&decided, salt, out, ENTRY_PAYLOAD_MAX, &len);
    assert(!err);
    return len;
}

static enum err work_append(struct counter *counter)
{
    static const enum entry_kind kinds[] = {ENTRY_PRESENTED, ENTRY_DECIDED, ENTRY_HEALTH};
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    const size_t len = payload_make(counter, payload);
    const enum entry_kind kind = kinds[disk_random(counter->disk, 3)];
    struct journal_head head;

    counter->now.wall_ms += 1000;
    const enum err err =
        journal_append(counter->journal, kind, &counter->now, span_of(payload, len), &head);
    if (err)
        return err;
    promise(counter, &head);
    counter->entries++;
    return ERR_OK;
}

static enum err work_defer(struct counter *counter)
{
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    const size_t len = payload_make(counter, payload);
    struct deferral_subject subject = {.n_texts = 2};
    struct journal_head head;

    for (size_t i = 0; i < subject.n_texts; i++)
        snprintf(subject.text[i].text, sizeof subject.text[i].text, "%zu%" PRIu64, i,
                 counter->promised.seq);
    const enum err err = journal_append_deferral(counter->journal, &counter->now,
                                                 span_of(payload, len), &subject, &head);
    if (err)
        return err;
    promise(counter, &head);
    counter->deferred = subject;
    counter->deferral_promised = true;
    counter->entries++;
    return ERR_OK;
}

static enum err work_next_day(struct counter *counter)
{
    counter->now.wall_ms += DAY_MS;
    return work_append(counter);
}

static enum err work_checkpoint(struct counter *counter)
{
    return journal_checkpoint(counter->journal);
}

/* As pamit-sync does: what is there now is sent. */
static enum err work_read(struct counter *counter)
{
    struct journal_head head;
    const enum err err = journal_reader_head(counter->reader, &head);

    if (!err)
        promise(counter, &head);
    return err;
}

static void envelope_make(const struct receipt *receipt, uint8_t out[ENVELOPE_LEN])
{
    memset(out, (int)(receipt->next & 0xff), ENVELOPE_LEN);
}

/* The registry has what the reader saw. */
static enum err work_receipt(struct counter *counter)
{
    uint8_t envelope[ENVELOPE_LEN];
    struct receipt *offered = &counter->offered;
    const enum err err = work_read(counter);

    if (err)
        return err;
    *offered =
        (struct receipt){.epoch = counter->promised.epoch, .next = counter->promised.seq + 1};
    memcpy(offered->head, counter->promised.hash, sizeof offered->head);
    envelope_make(offered, envelope);
    const enum err stored = sync_state_store_receipt(counter->sync, counter->now.wall_ms, offered,
                                                     span_of(envelope, sizeof envelope));
    if (!stored)
        counter->receipt = *offered;
    return stored;
}

static enum err work_reopen(struct counter *counter)
{
    char why[COUNTER_WHY_LEN];

    counter_close(counter);
    return counter_open(counter, why);
}

enum err counter_work(struct counter *counter)
{
    static const struct {
        unsigned of_100;
        enum err (*work)(struct counter *counter);
    } rows[] = {
        {55, work_append}, {10, work_defer},   {5, work_next_day}, {8, work_checkpoint},
        {8, work_read},    {10, work_receipt}, {4, work_reopen},
    };
    uint64_t luck = disk_random(counter->disk, 100);
    size_t i = 0;

    while (luck >= rows[i].of_100)
        luck -= rows[i++].of_100;
    return rows[i].work(counter);
}

/* ---- check -------------------------------------------------------------------------------- */

static enum counter_finding say(char why[COUNTER_WHY_LEN], enum counter_finding finding,
                                const char *what, uint64_t seq)
{
    snprintf(why, COUNTER_WHY_LEN, "%s (%" PRIu64 ")", what, seq);
    return finding;
}

static enum counter_finding check_chain(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    struct journal_verdict verdict;
    struct journal_head at = {0};
    const uint64_t seq = counter->promised.seq;

    if (journal_verify(counter->reader, counter->fixture->entry_public, NULL, NULL, &verdict))
        return say(why, COUNTER_BAD, "the journal can't be verified", 0);
    if (verdict.fault)
        return say(why, COUNTER_BAD, journal_fault_text(verdict.fault), verdict.seq);
    if (verdict.head.seq < seq)
        return say(why, COUNTER_LOST, "the journal ends before the entry promised", seq);
    if (journal_reader_head_at(counter->reader, seq, &at))
        return say(why, COUNTER_BAD, "a verified entry can't be read", seq);
    if (memcmp(at.hash, counter->promised.hash, sizeof at.hash) != 0)
        return say(why, COUNTER_LOST, "another entry bears the number promised", seq);
    promise(counter, &verdict.head);
    return COUNTER_WHOLE;
}

static enum counter_finding check_deferral(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    struct deferral_reader *reader = NULL;
    struct deferral_hits hits = {0};
    const struct date day = {2026, 1, 1};

    if (!counter->deferral_promised)
        return COUNTER_WHOLE;
    enum err err = deferral_reader_open(JOURNAL_PATH, counter->fixture->root, &reader, why);
    if (!err)
        err = deferral_reader_find(reader, &counter->deferred, day, &hits);
    deferral_reader_close(reader);
    if (err)
        return say(why, COUNTER_BAD, "deferrals can't be read", 0);
    return hits.newest.year ? COUNTER_WHOLE : say(why, COUNTER_LOST, "a deferral is not found", 0);
}

/* Cursor and receipt are the last ones stored or, together, those that were being stored. */
static enum counter_finding check_sync(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    struct sync_state state = {0};
    uint8_t envelope[ENVELOPE_LEN];
    int64_t at_ms;
    const enum err err = sync_state_load(counter->sync, &state);

    if (err == ERR_MISSING)
        return counter->receipt.next ? say(why, COUNTER_LOST, "all receipts", 0) : COUNTER_WHOLE;
    if (err)
        return say(why, COUNTER_BAD, "sync.db can't be read", 0);
    if (state.next == counter->offered.next)
        counter->receipt = counter->offered;
    if (state.next != counter->receipt.next)
        return say(why, COUNTER_LOST, "the receipt stored last", counter->receipt.next);
    envelope_make(&counter->receipt, envelope);
    if (state.receipt_len != sizeof envelope ||
        memcmp(state.receipt, envelope, sizeof envelope) != 0)
        return say(why, COUNTER_BAD, "cursor and receipt differ", state.next);
    if (sync_state_acked_at(counter->sync, state.next - 1, &at_ms))
        return say(why, COUNTER_LOST, "when the receipt came", state.next);
    return COUNTER_WHOLE;
}

enum counter_finding counter_check(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    const enum err err = counter_open(counter, why);

    if (err)
        return err == ERR_OLD ? COUNTER_LOST : COUNTER_BAD;
    enum counter_finding finding = check_chain(counter, why);
    if (!finding)
        finding = check_deferral(counter, why);
    return finding ? finding : check_sync(counter, why);
}
