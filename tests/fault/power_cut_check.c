/* The stores of a counter held against what it promised. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "power_cut_counter.h"

static enum counter_finding say(char why[COUNTER_WHY_LEN], enum counter_finding finding,
                                const char *what, uint64_t seq)
{
    snprintf(why, COUNTER_WHY_LEN, "%s (%" PRIu64 ")", what, seq);
    return finding;
}

/* The row at or after `*seq`; false: there is none, or it can't be read. */
static bool row_next(struct journal_reader *reader, uint64_t *seq, struct journal_row *row)
{
    return journal_reader_seek(reader, seq) == ERR_OK &&
           journal_reader_get(reader, *seq, row) == ERR_OK;
}

/* That all payloads open that no PURGE entry covers is in the verdict. What the registry does not
 * have is never covered. */
static enum counter_finding check_kept(struct counter *counter, const struct journal_head *head,
                                       char why[COUNTER_WHY_LEN])
{
    static struct journal_row row;

    for (uint64_t seq = counter->offered_next ? counter->offered_next : 1; seq <= head->seq; seq++)
        if (!row_next(counter->reader, &seq, &row) || row.purged)
            return say(why, COUNTER_LOST, "a payload that the registry does not have", seq);
    return COUNTER_WHOLE;
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
    counter_promise(counter, &verdict.head);
    return check_kept(counter, &verdict.head, why);
}

static enum counter_finding check_crossing(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    const struct crossing_decided *decided = &counter->decided;
    struct crossing_reader *reader = NULL;
    struct crossing_hits hits = {0};
    const struct date day = {2026, 1, 1};

    if (!counter->decided_seq)
        return COUNTER_WHOLE;
    enum err err = crossing_reader_open(COUNTER_JOURNAL, counter->fixture->root, &reader, why);
    if (!err)
        err = crossing_reader_find(reader, &decided->subject, day, &hits);
    crossing_reader_close(reader);
    if (err)
        return say(why, COUNTER_BAD, "crossings can't be read", 0);
    const struct entry_crossing *last = &hits.last;
    if (last->seq != counter->decided_seq || last->direction != decided->direction ||
        last->decision != decided->decision || !last->wall_ms)
        return say(why, COUNTER_LOST, "a crossing is not found", counter->decided_seq);
    if (decided->decision == DECISION_DEFERRED && !date_known(hits.deferred_newest))
        return say(why, COUNTER_LOST, "a deferral is not found", counter->decided_seq);
    return COUNTER_WHOLE;
}

/* The receipt that came with this cursor, taken from the entry it covers. */
static enum err receipt_found(struct counter *counter, uint64_t next)
{
    struct journal_head at = {0};
    const enum err err = journal_reader_head_at(counter->reader, next - 1, &at);

    if (err)
        return err;
    counter->receipt = (struct receipt){.epoch = at.epoch, .next = next};
    memcpy(counter->receipt.head, at.hash, sizeof at.hash);
    return ERR_OK;
}

/* Is the receipt kept for its time too? */
static bool fix_found(struct counter *counter, const struct sync_state *state)
{
    struct sync_state_fix *fixes = NULL;
    size_t n = 0;
    bool found = false;

    if (sync_state_load_fixes(counter->sync, &fixes, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        found |= fixes[i].answered_ms == counter_fix_ms(state->next) &&
                 fixes[i].receipt_len == state->receipt_len &&
                 memcmp(fixes[i].receipt, state->receipt, state->receipt_len) == 0;
    free(fixes);
    return found;
}

/* Cursor, receipt and fix belong together, and are no older than what was stored. */
static enum counter_finding check_sync(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    struct sync_state state = {0};
    uint8_t envelope[COUNTER_ENVELOPE_LEN];
    int64_t at_ms;
    const uint64_t stored = counter->receipt.next;
    const enum err err = sync_state_load(counter->sync, &state);

    if (err == ERR_MISSING)
        return stored ? say(why, COUNTER_LOST, "all receipts", stored) : COUNTER_WHOLE;
    if (err)
        return say(why, COUNTER_BAD, "sync.db can't be read", stored);
    if (state.next < stored)
        return say(why, COUNTER_LOST, "the receipt stored last", stored);
    counter_envelope(state.next, envelope);
    if (state.next > counter->offered_next || state.receipt_len != sizeof envelope ||
        memcmp(state.receipt, envelope, sizeof envelope) != 0)
        return say(why, COUNTER_BAD, "cursor and receipt differ", state.next);
    if (!fix_found(counter, &state))
        return say(why, COUNTER_LOST, "the receipt's time", state.next);
    if (sync_state_acked_at(counter->sync, state.next - 1, &at_ms))
        return say(why, COUNTER_LOST, "when the receipt came", state.next);
    if (receipt_found(counter, state.next))
        return say(why, COUNTER_LOST, "an entry that the registry has", state.next - 1);
    return COUNTER_WHOLE;
}

enum err counter_record_count(struct cache_reader *reader, uint64_t version, size_t *n)
{
    static struct candidate found[CANDIDATES_MAX];
    struct placement row;
    struct lookup lookup = {.key = MATCH_KEY_PASSPORT};

    counter_placement(version, &row);
    snprintf(lookup.text, sizeof lookup.text, "IDN %s", row.passport_no);
    enum err err = cache_reader_begin(reader);
    if (err)
        return err;
    err = cache_reader_find(reader, &lookup, 1, found, n);
    cache_reader_end(reader);
    return err;
}

/* Version and rows of the cache move together, and not back. */
static enum counter_finding check_cache(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    struct cache_versions versions;
    struct cache_reader *reader = NULL;
    size_t last = 0, next = 0;

    if (cache_writer_versions(counter->cache, &versions))
        return say(why, COUNTER_BAD, "the cache can't be read", counter->cached);
    if (versions.placements < counter->cached)
        return say(why, COUNTER_LOST, "a step of the cache", counter->cached);
    enum err err = cache_reader_open(COUNTER_CACHE, counter->fixture->root, &reader, why);
    if (!err)
        err = counter_record_count(reader, versions.placements, &last);
    if (!err)
        err = counter_record_count(reader, versions.placements + 1, &next);
    cache_reader_close(reader);
    if (err)
        return say(why, COUNTER_BAD, "the cache can't be searched", versions.placements);
    if (last != (versions.placements > 0) || next != 0)
        return say(why, COUNTER_BAD, "rows and version of the cache differ", versions.placements);
    counter->cached = versions.placements;
    return COUNTER_WHOLE;
}

/* ---- epochs ------------------------------------------------------------------------------- */

#define ORIGINALS_MAX 20000

struct originals {
    size_t n;
    uint8_t hash[ORIGINALS_MAX][SIGN_HASH_LEN];
};

/* Adds the original that the row is or holds. */
static bool original_add(struct originals *list, const struct journal_row *row)
{
    struct entry_recovered recovered = {.header = span_of(row->header_bytes, row->header_len)};
    struct entry_header original;

    if (list->n == ORIGINALS_MAX ||
        (row->header.kind == ENTRY_RECOVERED &&
         entry_recovered_decode(span_of(row->payload, row->payload_len), &recovered, &original)))
        return false;
    sign_hash(recovered.header, list->hash[list->n++]);
    return true;
}

/* What an EPOCH left, in its order. */
static bool left_add(struct counter *counter, const struct journal_row *begin,
                     struct originals *list)
{
    static struct journal_row row;
    struct entry_epoch epoch;

    if (entry_epoch_decode(span_of(begin->payload, begin->payload_len), &epoch))
        return false;
    const uint64_t held = epoch.own_held;
    uint64_t seq = journal_recovery_first(held);
    for (; held < epoch.own_seq && seq <= epoch.own_seq; seq++)
        if (!row_next(counter->reader, &seq, &row) ||
            (seq <= epoch.own_seq && !original_add(list, &row)))
            return false;
    return true;
}

enum counter_finding counter_check_recovered(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    static struct originals left, taken;
    static struct journal_row row;
    struct journal_recovery pending;
    struct journal_recovered done;

    if (counter_open(counter, why))
        return COUNTER_BAD;
    while (journal_recovery_pending(counter->journal, &pending) == ERR_OK)
        if (journal_recover_step(counter->journal, counter->reader, &pending, &counter->now, &done))
            return say(why, COUNTER_BAD, "nothing can be taken over", pending.next);
    left.n = taken.n = 0;
    /* Each epoch steps back in what is still to be taken over of those before it. */
    size_t again_max = 0, epochs = 0;
    for (uint64_t seq = 1; row_next(counter->reader, &seq, &row); seq++) {
        if (row.header.kind == ENTRY_EPOCH)
            again_max += JOURNAL_RECOVERY_OVERLAP * epochs++;
        if ((row.header.kind == ENTRY_EPOCH && !left_add(counter, &row, &left)) ||
            (row.header.kind == ENTRY_RECOVERED && !original_add(&taken, &row)))
            return say(why, COUNTER_BAD, "what was left can't be read", seq);
    }
    size_t found = 0;
    for (size_t i = 0; i < taken.n && found < left.n; i++)
        if (memcmp(left.hash[found], taken.hash[i], SIGN_HASH_LEN) == 0)
            found++;
    if (found < left.n)
        return say(why, COUNTER_LOST, "what was left is not taken over in its order", found);
    if (taken.n - left.n > again_max)
        return say(why, COUNTER_BAD, "entries are taken over twice", taken.n - left.n);
    return COUNTER_WHOLE;
}

enum counter_finding counter_check(struct counter *counter, char why[COUNTER_WHY_LEN])
{
    const enum err err = counter_open(counter, why);

    if (err)
        return err == ERR_OLD ? COUNTER_LOST : COUNTER_BAD;
    enum counter_finding finding = check_chain(counter, why);
    if (!finding)
        finding = check_crossing(counter, why);
    if (!finding)
        finding = check_sync(counter, why);
    return finding ? finding : check_cache(counter, why);
}
