/* Damage of the three files at work.
 *
 * cache.db and sync.db are pamit-sync's: the lane goes on without what they said, and waits. The
 * journal is the lane's own: it ends its loop, and main opens all anew, with the file set aside
 * (mend.h). What pamit-sync says of the journal is looked at, not believed: the journal is read as
 * at a start, and set aside only if that finds damage.
 *
 * Nothing is dropped to make room for entries: the officer is told in time to call somebody.
 */
#include "lane_state.h"
#include "quarantine.h"

#define UNSENT_LOOKS_MAX 2000 /* a tenth of a second */

static void tell(struct lane *lane, enum view_notice notice, bool stands)
{
    if (stands)
        lane_notice(lane, notice);
    else
        lane_notice_end(lane, notice);
}

static void leave(struct lane *lane, bool may, int code)
{
    if (may)
        sd_event_exit(lane->loop, code);
}

/* Reads what the registry lacks, and what that goes on from. Waits for the disk; only after
 * somebody has complained. */
static enum err unsent_read(const struct lane *lane)
{
    char why[JOURNAL_WHY_LEN];
    struct journal_reader *reader;
    struct journal_row row;
    struct journal_head last;
    uint64_t seq = lane->head.seq - lane->link.unsent; /* the receipt names it */
    enum err err = journal_reader_open(lane->config->journal, lane->parts->root, &reader, why);
    if (err)
        return err;
    err = journal_reader_head(reader, &last); /* a damaged number may be the highest */
    for (unsigned i = 0; !err && i < UNSENT_LOOKS_MAX && seq <= lane->head.seq; i++, seq++)
        err = journal_reader_next(reader, &seq, &row);
    journal_reader_close(reader);
    return err == ERR_MISSING ? ERR_CORRUPT : err; /* before our own last entry */
}

static void look_into_complaint(struct lane *lane)
{
    const bool complaint = uplink_journal_damaged(lane->parts->uplink);
    enum err err = ERR_OK;
    if (complaint && !lane->complaint_seen)
        err = unsent_read(lane);
    lane_store_failed(lane, err);
    lane->complaint_seen = complaint && err != ERR_BUSY;
}

void lane_watch_stores(struct lane *lane)
{
    const struct lane_parts *parts = lane->parts;
    tell(lane, NOTICE_CACHE_DAMAGED, judge_cache_damaged(parts->judge));
    tell(lane, NOTICE_SYNC_DAMAGED, uplink_damaged(parts->uplink));
    if (judge_journal_damaged(parts->judge) || uplink_met_damage(parts->uplink))
        leave(lane, parts->may_set_aside, LANE_JOURNAL_DAMAGED);
    look_into_complaint(lane);
}

/* statvfs(2) asks the kernel's counters, not the disk. */
void lane_watch_space(struct lane *lane)
{
    struct space space;
    if (space_look(lane->config->journal, &space) != ERR_OK)
        return;
    lane->space = space_level_after(lane->space, space_percent(&space));
    const bool alarm = space_is_alarm(lane->space, lane->config->mode == KIOSK_DESK);
    tell(lane, NOTICE_SPACE_FULL, alarm && lane->space == SPACE_FULL);
    tell(lane, NOTICE_SPACE_LITTLE, alarm && lane->space == SPACE_LITTLE);
}

void lane_store_failed(struct lane *lane, enum err err)
{
    if (quarantine_wanted(err))
        leave(lane, lane->parts->may_set_aside, LANE_JOURNAL_DAMAGED);
    else if (err == ERR_CLOSED)
        leave(lane, lane->parts->may_reopen, LANE_JOURNAL_MOVED);
}
