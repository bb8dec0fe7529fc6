/* What a kiosk does with its stores, and what must then be there.
 *
 * Promised is what anybody may have acted on: an append that returned, and any entry that a reader
 * or a writer found, since pamit-sync sends what it reads and the lane goes on from what it opens.
 * One entry and one receipt may turn out stored beyond that: those under way when the power went.
 */
#include "power_cut_counter.h"

#include <assert.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS          86400000
#define PURGE_STEPS_MAX 12

void counter_make(struct counter *counter, const struct store_fixture *fixture, uint64_t seed)
{
    *counter = (struct counter){.disk = disk_make(seed), .fixture = fixture, .now = fixture->now};
    power_cut_vfs_use(counter->disk);
    sqlite3_randomness(0, NULL); /* by this disk from here on: a seed repeats its salts too */
}

void counter_free(struct counter *counter)
{
    counter_close(counter);
    power_cut_vfs_use(NULL);
    disk_free(counter->disk);
}

void counter_close_writers(struct counter *counter)
{
    journal_close(counter->journal);
    sync_state_close(counter->sync);
    cache_writer_close(counter->cache);
    counter->journal = NULL;
    counter->sync = NULL;
    counter->cache = NULL;
}

void counter_close(struct counter *counter)
{
    journal_reader_close(counter->reader);
    counter->reader = NULL;
    counter_close_writers(counter);
    assert(power_cut_vfs_open_files() == 0);
}

void counter_promise(struct counter *counter, const struct journal_head *head)
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
        journal_open(COUNTER_JOURNAL, COUNTER_KIOSK, &keys, &counter->now, &counter->journal, why);
    if (!err) {
        journal_head(counter->journal, &head);
        counter_promise(counter, &head);
    }
    return err;
}

static enum err reader_open_here(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    struct journal_head head;

    if (counter->reader)
        return ERR_OK;
    enum err err =
        journal_reader_open(COUNTER_JOURNAL, counter->fixture->root, &counter->reader, why);
    if (!err)
        err = journal_reader_head(counter->reader, &head);
    if (!err)
        counter_promise(counter, &head);
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
        err = sync_state_open(COUNTER_SYNC, SYNC_STATE_WRITE, &counter->sync, why);
    if (!err && !counter->cache)
        err = cache_writer_open(COUNTER_CACHE, counter->fixture->root, &counter->cache, why);
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
    counter_promise(counter, &head);
    counter->entries++;
    return ERR_OK;
}

/* Whoever crosses is found again from there on; one in three is deferred. */
static enum err work_decide(struct counter *counter)
{
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    const size_t len = payload_make(counter, payload);
    struct crossing_decided decided = {
        .subject = {.has_document = true, .n_texts = 2},
        .direction = disk_random(counter->disk, 2) ? DIRECTION_RETURN : DIRECTION_DEPARTURE,
        .decision = disk_random(counter->disk, 3) ? DECISION_WITHDRAWN : DECISION_DEFERRED};
    struct journal_head head;

    for (size_t i = 0; i < decided.subject.n_texts; i++)
        snprintf(decided.subject.text[i].text, sizeof decided.subject.text[i].text, "%zu%" PRIu64,
                 i, counter->promised.seq);
    const enum err err = journal_append_decided(counter->journal, &counter->now,
                                                span_of(payload, len), &decided, &head);
    if (err)
        return err;
    counter_promise(counter, &head);
    counter->decided = decided;
    counter->decided_seq = head.seq;
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
        counter_promise(counter, &head);
    return err;
}

void counter_envelope(uint64_t next, uint8_t out[COUNTER_ENVELOPE_LEN])
{
    memset(out, (int)(next & 0xff), COUNTER_ENVELOPE_LEN);
}

int64_t counter_fix_ms(uint64_t next)
{
    return (int64_t)next * 86400000;
}

/* The registry has what the reader saw. */
static enum err work_receipt(struct counter *counter)
{
    uint8_t envelope[COUNTER_ENVELOPE_LEN];
    enum err err = work_read(counter);

    if (err)
        return err;
    struct receipt receipt = {.epoch = counter->promised.epoch, .next = counter->promised.seq + 1};
    memcpy(receipt.head, counter->promised.hash, sizeof receipt.head);
    counter_envelope(receipt.next, envelope);
    counter->offered_next = receipt.next;
    const struct sync_moment moment = {.wall_ms = counter->now.wall_ms,
                                       .asked_ms = counter_fix_ms(receipt.next),
                                       .answered_ms = counter_fix_ms(receipt.next)};
    err = sync_state_store_receipt(counter->sync, &moment, &receipt,
                                   span_of(envelope, sizeof envelope));
    if (!err)
        counter->receipt = receipt;
    return err;
}

/* The newest receipt, as the registry would sign it now. */
static void order_make(struct counter *counter, struct retention_order *out)
{
    struct receipt receipt = counter->receipt;

    strcpy(receipt.kiosk, COUNTER_KIOSK);
    receipt.registry_ms = counter->now.wall_ms;
    *out = (struct retention_order){
        .now_ms = counter->now.wall_ms, .hash_days = 180, .time = counter->now};
    const enum err err =
        receipt_encode(&receipt, out->receipt, sizeof out->receipt, &out->receipt_len);
    assert(!err);
}

/* What the registry has is destroyed at once. The lane may end before the job does. */
static enum err work_purge(struct counter *counter)
{
    struct retention_order order;
    struct retention_report report = {0};
    struct retention *retention = NULL;
    bool more = true;

    if (!counter->receipt.next)
        return ERR_OK;
    order_make(counter, &order);
    enum err err = retention_open(counter->journal, &retention);
    if (err)
        return err;
    retention_begin(retention, &order);
    for (uint64_t n = 1 + disk_random(counter->disk, PURGE_STEPS_MAX); !err && more && n > 0; n--)
        err = retention_step(retention, &more);
    retention_report(retention, &report);
    retention_close(retention);
    if (report.head.seq) {
        counter_promise(counter, &report.head);
        counter->entries++;
        counter->purges++;
    }
    return err;
}

void counter_placement(uint64_t version, struct placement *out)
{
    *out = (struct placement){
        .source = SOURCE_SISKO,
        .status = PLACEMENT_READY,
        .scheme = SCHEME_P2P,
        .name_mrz = "RAHAYU SITI CONTOH",
        .sex = 'F',
        .birth_date = {1990, 1, 1},
        .passport_country = "IDN",
        .dest_country = "MYS",
    };
    snprintf(out->placement_id, sizeof out->placement_id, "PMI-%" PRIu64, version);
    snprintf(out->passport_no, sizeof out->passport_no, "X%07" PRIu64, version);
}

/* A step of the feed with one record, from where the cache is: one that failed may be stored. */
static enum err work_feed(struct counter *counter)
{
    struct placement row;
    struct cache_versions versions;
    enum err err = cache_writer_versions(counter->cache, &versions);

    if (err)
        return err;
    const struct cache_delta delta = {.from = versions.placements,
                                      .to = versions.placements + 1,
                                      .as_of = 1000,
                                      .rows = &row,
                                      .n_rows = 1};
    counter_placement(delta.to, &row);
    err = cache_apply(counter->cache, &delta);
    if (!err)
        counter->cached = delta.to;
    return err;
}

static enum err work_reopen(struct counter *counter)
{
    char why[COUNTER_WHY_LEN];

    counter_close(counter);
    return counter_open(counter, why);
}

/* The registry turns out to have another history: longer or shorter, and most of ours. */
static enum err work_part(struct counter *counter)
{
    const uint64_t last = counter->promised.seq;
    const uint64_t lacks = disk_random(counter->disk, 8);
    struct journal_parting parting = {
        .receipt = {.epoch = counter->promised.epoch + (uint32_t)disk_random(counter->disk, 2),
                    .next = last + disk_random(counter->disk, 4),
                    .registry_ms = ++counter->registry_ms},
        .held = last > lacks ? last - lacks : 0};
    struct journal_head head;

    for (size_t i = 0; i < sizeof parting.receipt.head; i++)
        parting.receipt.head[i] = (uint8_t)disk_random(counter->disk, 256);
    const enum err err = journal_begin_epoch(counter->journal, &parting, &counter->now, &head);
    if (err)
        return err;
    counter_promise(counter, &head);
    counter->entries++;
    counter->partings++;
    return ERR_OK;
}

static enum err work_recover(struct counter *counter)
{
    struct journal_recovery pending;
    struct journal_recovered done = {0};
    enum err err = journal_recovery_pending(counter->journal, &pending);

    if (!err)
        err =
            journal_recover_step(counter->journal, counter->reader, &pending, &counter->now, &done);
    if (err)
        return err == ERR_MISSING ? ERR_OK : err;
    if (done.appended)
        counter_promise(counter, &done.head);
    counter->entries += done.appended;
    return ERR_OK;
}

struct work {
    unsigned of_100;
    enum err (*work)(struct counter *counter);
};

enum err counter_work(struct counter *counter)
{
    static const struct work parting[] = {
        {25, work_append},    {5, work_decide}, {5, work_next_day},
        {5, work_checkpoint}, {8, work_read},   {8, work_receipt},
        {4, work_reopen},     {5, work_part},   {35, work_recover}};
    static const struct work plain[] = {
        {42, work_append},  {10, work_decide},    {8, work_purge},
        {5, work_next_day}, {8, work_checkpoint}, {8, work_read},
        {8, work_receipt},  {7, work_feed},       {4, work_reopen},
    };
    const struct work *rows = counter->parts ? parting : plain;
    uint64_t luck = disk_random(counter->disk, 100);
    size_t i = 0;

    while (luck >= rows[i].of_100)
        luck -= rows[i++].of_100;
    return rows[i].work(counter);
}
