/* Today's counts, and what a restart must not forget.
 *
 * A TUNDA survives a killed process, a power cut and a reboot: the journal holds its PRESENTED, and
 * as long as no DECIDED answers it the counter comes up locked. Counts are read back the same way,
 * and what a supervisor said of the clock in this boot. Entries are read from the newest back, and
 * no further than these three need: a start takes as long as the day was, not the journal. Counts
 * go back to where another day's crossing is in between, as they begin anew when a clock jumps.
 *
 * An entry that can't be read is named and passed by, since the counter still has to serve and
 * journal_verify is where damage is judged; but not if it may be the stop that is open.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "journal_reader.h"
#include "lane_state.h"
#include "log.h"

#define RESTORE_ENTRIES_MAX 20000 /* a day at the hard maximum of 6,000 crossings, with room */
#define WORD_STORED_MS      60000 /* more than it takes to store an entry */

static uint32_t *counter_of(struct view_counts *counts, enum verdict_result result)
{
    switch (result) {
    case VERDICT_CLEAR:
        return &counts->clear;
    case VERDICT_STOP:
        return &counts->stop;
    case VERDICT_REFER:
        break;
    }
    return &counts->refer;
}

void lane_counts_add(struct lane *lane, enum verdict_result result, bool replaces)
{
    uint32_t *replaced = counter_of(&lane->counts, lane->counted);
    if (replaces && *replaced) {
        (*replaced)--;
        lane->counts.total--;
    }
    (*counter_of(&lane->counts, result))++;
    lane->counts.total++;
    lane->counted = result;
}

void lane_counts_roll(struct lane *lane, const struct clock_reading *now)
{
    int32_t day = date_to_days(date_of_wall(now->wall_ms, now->zone));
    if (day == lane->counts_day)
        return;
    lane->counts_day = day;
    lane->counts = (struct view_counts){0};
}

/* What has been read back so far. */
struct past {
    bool wants_word;   /* of the clock, which the network does not tell */
    int64_t wordless;  /* boot time of the newest entry of this boot that has none; 0: none yet */
    bool crossing;     /* an entry of a crossing was read */
    uint64_t unsure;   /* one that can't be read, newer than those; 0: none */
    uint64_t answered; /* the newest PRESENTED that a DECIDED names */
    bool replaced;     /* the next PRESENTED was judged anew: it does not count */
    bool gap;          /* an epoch began here: it may have left numbers out */

    uint64_t seq; /* of the newest PRESENTED, 0: none yet; the rest is of it */
    struct clock_reading shown;
    struct entry_presented entry;
};

static bool is_of_today(const struct lane *lane, const struct clock_reading *time)
{
    return date_to_days(date_of_wall(time->wall_ms, time->zone)) == lane->counts_day;
}

static void restore_presented(struct lane *lane, const struct entry_header *header,
                              const struct entry_presented *presented, struct past *past)
{
    if (!past->seq) {
        past->seq = header->seq;
        past->shown = header->time;
        past->entry = *presented;
    }
    if (!is_of_today(lane, &header->time))
        return;
    if (!past->replaced)
        lane_counts_add(lane, presented->verdict.result, false);
    past->replaced = presented->replaces != 0;
}

/* A word is gone by once it is stored: an entry without it says that there was none but those that
 * were being stored just then. */
static void restore_word(struct lane *lane, const struct journal_row *row, struct past *past)
{
    const struct clock_reading *then = &row->header.time;
    if (memcmp(then->boot_id, lane->clock.boot_id, sizeof then->boot_id) != 0)
        return;
    if (past->wordless && then->boottime_ms < past->wordless - WORD_STORED_MS)
        past->wants_word = false;
    else if (lane_clock_restore(lane, row))
        past->wants_word = false;
    else if (then->quality != CLOCK_SYNCED && !past->wordless)
        past->wordless = then->boottime_ms;
}

static void restore_row(struct lane *lane, const struct journal_row *row, struct past *past)
{
    struct span payload = span_of(row->payload, row->payload_len);
    struct entry_decided decided;
    struct entry_presented presented;
    past->gap = row->header.kind == ENTRY_EPOCH;
    if (past->wants_word)
        restore_word(lane, row, past);
    if (row->header.kind == ENTRY_DECIDED && entry_decided_decode(payload, &decided) == ERR_OK) {
        past->crossing = true;
        if (decided.presented > past->answered)
            past->answered = decided.presented;
    }
    if (row->header.kind == ENTRY_PRESENTED &&
        entry_presented_decode(payload, &presented) == ERR_OK) {
        past->crossing = true;
        restore_presented(lane, &row->header, &presented, past);
    }
}

static void restore_unreadable(struct lane *lane, uint64_t seq, enum err err, struct past *past)
{
    if (past->gap && err == ERR_MISSING)
        return;
    log_event(LOG_JOURNAL_DAMAGED, "seq=%" PRIu64 " why=\"%s\"", seq, err_text(err));
    lane->notices |= 1u << NOTICE_ENTRY_UNREADABLE; /* there is no page yet */
    if (!past->crossing && !past->unsure)
        past->unsure = seq;
}

/* Is the entry older than all that is to be restored? Before one that is purged nothing is open. */
static bool is_past_all(const struct lane *lane, const struct journal_row *row,
                        const struct past *past)
{
    const struct entry_header *header = &row->header;
    const bool of_boot =
        memcmp(header->time.boot_id, lane->clock.boot_id, sizeof lane->clock.boot_id) == 0;
    return header->kind == ENTRY_PRESENTED && (past->seq || row->purged) &&
           !is_of_today(lane, &header->time) && !(past->wants_word && of_boot);
}

#define STRETCH      512 /* entries, some 100 pages */
#define STRETCH_STEP 4   /* entries that are never two pages */

/* The kernel reads ahead of who reads forwards only; so a stretch is touched that way before it is
 * read from its end. After a power cut that is a tenth of the reads. */
static void touch_stretch(struct journal_reader *reader, uint64_t end)
{
    struct journal_head head;
    for (uint64_t seq = end > STRETCH ? end - STRETCH : 1; seq <= end; seq += STRETCH_STEP)
        (void)!journal_reader_head_at(reader, seq,
                                      &head); /* what is wrong is met when it is read */
}

static void read_back(struct lane *lane, struct journal_reader *reader, struct past *past)
{
    struct journal_row row;
    const uint64_t last = lane->head.seq;
    lane->first_seq = 1;
    (void)!journal_reader_seek(reader, &lane->first_seq);
    for (uint64_t n = 0; n < RESTORE_ENTRIES_MAX && lane->first_seq + n <= last; n++) {
        if (n % STRETCH == 0)
            touch_stretch(reader, last - n);
        const enum err err = journal_reader_get(reader, last - n, &row);
        if (err) {
            restore_unreadable(lane, last - n, err, past);
            continue;
        }
        restore_row(lane, &row, past);
        if (is_past_all(lane, &row, past))
            break;
    }
}

static void reopen_stop(struct lane *lane, const struct past *open)
{
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    struct crossing *shown = &lane->shown;
    shown->seq = open->seq;
    shown->replaces = open->entry.replaces;
    shown->shown_ms = open->shown.wall_ms;
    shown->shown_boottime_ms = now.boottime_ms;
    shown->document = open->entry.document;
    shown->context = open->entry.context;
    shown->judgement.verdict = open->entry.verdict;
    shown->judgement.match.key = open->entry.match_key;
    shown->judgement.match.grade = open->entry.match_grade;
    lane->sailing = lane->context;
    lane->context = open->entry.context;
    lane->state = FLOW_LOCKED;
}

/* Nobody sees it any more; but whose it is may be scanned again at once, and that is one transit.
 */
static void leave_open(struct lane *lane, const struct past *open)
{
    if (memcmp(open->shown.boot_id, lane->clock.boot_id, sizeof open->shown.boot_id) != 0 ||
        !is_of_today(lane, &open->shown))
        return;
    lane->left_open = (struct left_open){.seq = open->seq,
                                         .shown_boottime_ms = open->shown.boottime_ms,
                                         .document = open->entry.document};
}

enum err lane_restore(struct lane *lane, char why[LANE_WHY_LEN])
{
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    lane_counts_roll(lane, &now);
    journal_head(lane->parts->journal, &lane->head);
    lane->checkpointed_seq =
        lane->head.seq; /* what a crash left in the WAL can wait for the next */
    struct journal_reader *reader;
    enum err err = journal_reader_open(lane->config->journal, lane->parts->root, &reader, why);
    if (err)
        return err;
    struct past past = {.wants_word = now.quality != CLOCK_SYNCED};
    err = journal_reader_begin(reader);
    if (!err)
        read_back(lane, reader, &past);
    journal_reader_end(reader);
    journal_reader_close(reader);
    if (err) {
        snprintf(why, LANE_WHY_LEN, "%s: %s", lane->config->journal, err_text(err));
        return err;
    }
    if (past.unsure) {
        snprintf(why, LANE_WHY_LEN, "%s: entry %" PRIu64 " can't be read and may be an open stop",
                 lane->config->journal, past.unsure);
        return ERR_CORRUPT;
    }
    lane->counted = past.entry.verdict.result;
    if (!past.seq || past.seq == past.answered)
        return ERR_OK;
    if (past.entry.verdict.result == VERDICT_STOP)
        reopen_stop(lane, &past);
    else
        leave_open(lane, &past);
    return ERR_OK;
}
