/* Which day's key seals which entries: read off the headers, as far as they have a payload.
 *
 * It is kept in memory and goes on where it ended, so a day's job reads a day's entries; the first
 * one after a start reads all that have payloads. What a purge has done is told by its entries, not
 * by what the rows look like.
 */
#include <stdlib.h>

#include "retention_parts.h"

#define SCAN_ROWS 500

/* NULL: no memory, or more days than there can be. */
static struct retention_day *day_of(struct retention_scan *scan, int64_t day)
{
    for (size_t i = scan->n_days; i > 0; i--) /* nearly always the last */
        if (scan->days[i - 1].sealed.day == day)
            return &scan->days[i - 1];
    if (scan->n_days == scan->room) {
        const size_t room = scan->room ? 2 * scan->room : 64;
        struct retention_day *grown =
            room > RETENTION_DAYS_MAX ? NULL : realloc(scan->days, room * sizeof *grown);
        if (!grown)
            return NULL;
        scan->days = grown;
        scan->room = room;
    }
    struct retention_day *new = &scan->days[scan->n_days++];
    *new = (struct retention_day){.sealed = {.day = day}};
    return new;
}

/* An EPOCH that leaves entries which the registry does not have: they are covered when those are
 * that tell them again. */
static enum err epoch_take(struct retention_scan *scan, const struct stored_entry *stored,
                           const struct entry_header *header)
{
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;
    struct entry_epoch epoch;
    const enum err err = payload_open(&scan->journal->days, stored, header, payload, &len);

    if (err && err != ERR_CORRUPT)
        return err;
    const bool known = !err && !entry_epoch_decode(span_of(payload, len), &epoch);
    const uint64_t held = known ? epoch.own_held : 0;
    for (size_t i = 0; i < scan->n_days; i++)
        if (scan->days[i].sealed.last > held) {
            scan->days[i].left = true;
            scan->days[i].until = UINT64_MAX;
        }
    return ERR_OK;
}

static void recovered_take(struct retention_scan *scan, uint64_t seq)
{
    for (size_t i = 0; i < scan->n_days; i++)
        if (scan->days[i].left)
            scan->days[i].until = seq;
}

static enum err entry_take(struct retention_scan *scan, const struct stored_entry *stored)
{
    struct entry_header header;

    if (entry_header_decode(stored->header, ENTRY_WHOLE, &header) || header.seq != stored->seq) {
        scan->unreadable = stored->seq;
        return ERR_OK;
    }
    if (header.kind == ENTRY_EPOCH)
        return epoch_take(scan, stored, &header);
    if (entry_kind_is_kept(header.kind) || purge_set_covers(&scan->journal->days.purges, &header))
        return ERR_OK;
    struct retention_day *day = day_of(scan, entry_day(&header));
    if (!day)
        return ERR_MEMORY;
    if (day->sealed.entries++ == 0)
        day->sealed.first = header.seq;
    day->sealed.last = header.seq;
    if (!day->left)
        day->until = header.seq;
    if (header.kind == ENTRY_RECOVERED)
        recovered_take(scan, header.seq);
    return ERR_OK;
}

enum err retention_scan_step(struct retention_scan *scan, uint64_t rest, bool *more)
{
    const uint64_t from = scan->scanned ? scan->scanned + 1 : rest;
    sqlite3_stmt *select = NULL;
    size_t rows = 0;
    int rc = SQLITE_DONE;
    enum err err = database_prepare(&scan->journal->database,
                                    "SELECT " STORED_ENTRY_COLUMNS " FROM entry WHERE seq >= ?1"
                                    " AND payload IS NOT NULL ORDER BY seq LIMIT ?2",
                                    &select);

    if (err)
        return err;
    sqlite3_bind_int64(select, 1, (sqlite3_int64)from);
    sqlite3_bind_int(select, 2, SCAN_ROWS);
    while (!err && (rc = database_step(select)) == SQLITE_ROW) {
        struct stored_entry stored;
        stored_entry_read(select, &stored);
        err = entry_take(scan, &stored);
        if (!err)
            scan->scanned = stored.seq;
        rows++;
    }
    sqlite3_finalize(select);
    *more = rows == SCAN_ROWS;
    return err ? err : database_err(rc);
}

static bool is_purged(const struct entry_purge *purge, int64_t day)
{
    for (size_t i = 0; i < purge->n_days; i++)
        if (purge->day[i].day == day)
            return true;
    return false;
}

void retention_scan_forget(struct retention_scan *scan, const struct entry_purge *purge)
{
    size_t n = 0;

    for (size_t i = 0; i < scan->n_days; i++)
        if (!is_purged(purge, scan->days[i].sealed.day))
            scan->days[n++] = scan->days[i];
    scan->n_days = n;
}
