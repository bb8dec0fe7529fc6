/* Today's counts, and what a restart must not forget.
 *
 * A TUNDA survives a killed process, a power cut and a reboot: the journal holds its PRESENTED, and
 * as long as no DECIDED answers it the counter comes up locked. Counts are read back the same way.
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

/* What was last presented and is not decided. */
struct open_crossing {
    uint64_t seq; /* 0: none */
    int64_t shown_ms;
    struct entry_presented entry;
};

/* True if the entry says which crossing was last. */
static bool restore_row(struct lane *lane, const struct journal_row *row,
                        struct open_crossing *open)
{
    struct span payload = span_of(row->payload, row->payload_len);
    struct entry_decided decided;
    struct entry_presented presented;
    lane_clock_restore(lane, row);
    if (row->header.kind == ENTRY_DECIDED && entry_decided_decode(payload, &decided) == ERR_OK) {
        open->seq = decided.presented == open->seq ? 0 : open->seq;
        return true;
    }
    if (row->header.kind != ENTRY_PRESENTED ||
        entry_presented_decode(payload, &presented) != ERR_OK)
        return false;
    open->seq = row->header.seq;
    open->shown_ms = row->header.time.wall_ms;
    open->entry = presented;
    if (date_to_days(date_of_wall(row->header.time.wall_ms, row->header.time.zone)) ==
        lane->counts_day)
        lane_counts_add(lane, presented.verdict.result, presented.replaces != 0);
    return true;
}

static void reopen_stop(struct lane *lane, const struct open_crossing *open)
{
    struct clock_reading now;
    clock_read(&lane->clock, &now);
    struct crossing *shown = &lane->shown;
    shown->seq = open->seq;
    shown->replaces = open->entry.replaces;
    shown->shown_ms = open->shown_ms;
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
    uint64_t last = lane->head.seq;
    uint64_t seq = last > RESTORE_ENTRIES_MAX ? last - RESTORE_ENTRIES_MAX : 1;
    struct open_crossing open = {0};
    struct journal_row row;
    uint64_t damaged = 0; /* since the last entry of a crossing that could be read */
    for (; seq <= last; seq++) {
        err = journal_reader_get(reader, seq, &row);
        if (err)
            log_event(LOG_JOURNAL_DAMAGED, "seq=%" PRIu64 " why=\"%s\"", seq, err_text(err));
        if (err)
            damaged = seq;
        else if (restore_row(lane, &row, &open))
            damaged = 0;
    }
    journal_reader_close(reader);
    if (damaged) {
        snprintf(why, LANE_WHY_LEN, "%s: entry %" PRIu64 " can't be read and may be an open stop",
                 lane->config->journal, damaged);
        return ERR_CORRUPT;
    }
    if (open.seq && open.entry.verdict.result == VERDICT_STOP)
        reopen_stop(lane, &open);
    return ERR_OK;
}
