/* What the PURGE entries of a journal cover.
 *
 * The table `purge` only says where they are, so that nobody has to search for them: what a row
 * points to counts if it is a PURGE entry whose payload opens and is the one its header names.
 * Whether it is signed is journal_verify's, which comes to it on its way; a row that is gone makes
 * purged payloads damage, never the other way round.
 */
#include <stdlib.h>

#include "journal_read.h"
#include "journal_retention.h"

#define DAYS_MAX 1000000 /* ten years of 64 days in every entry of a daily purge are 233,600 */

void purge_set_close(struct purge_set *purges)
{
    sqlite3_finalize(purges->next);
    free(purges->rows);
    *purges = (struct purge_set){0};
}

static int row_order(const void *left, const void *right)
{
    const struct purge_row *a = left, *b = right;

    if (a->days.day != b->days.day)
        return a->days.day < b->days.day ? -1 : 1;
    return a->by < b->by ? -1 : a->by > b->by;
}

/* What a row points to, or ERR_CORRUPT. */
static enum err purge_read(struct day_keys *keys, const struct stored_entry *stored,
                           struct entry_purge *out)
{
    struct entry_header header;
    uint8_t payload[ENTRY_PAYLOAD_MAX];
    size_t len = 0;

    if (entry_header_decode(stored->header, ENTRY_WHOLE, &header) || header.seq != stored->seq ||
        header.kind != ENTRY_PURGE)
        return ERR_CORRUPT;
    const enum err err = payload_open(keys, stored, &header, payload, &len);
    if (!err && entry_purge_decode(span_of(payload, len), out))
        return ERR_CORRUPT;
    return err;
}

static enum err rows_add(struct purge_set *purges, uint64_t by, const struct entry_purge *purge)
{
    if (purges->n + purge->n_days > DAYS_MAX)
        return ERR_SIZE;
    struct purge_row *grown =
        realloc(purges->rows, (purges->n + purge->n_days) * sizeof *purges->rows);
    if (!grown && purge->n_days > 0)
        return ERR_MEMORY;
    purges->rows = grown;
    for (size_t i = 0; i < purge->n_days; i++)
        purges->rows[purges->n++] = (struct purge_row){.days = purge->day[i], .by = by};
    return ERR_OK;
}

/* The one after the newest. ERR_MISSING: there is none; ERR_CORRUPT, with `newest` moved on: it is
 * damaged. */
static enum err next_take(struct day_keys *keys)
{
    struct purge_set *purges = &keys->purges;
    struct stored_entry stored;
    struct entry_purge purge;
    enum err err;

    sqlite3_bind_int64(purges->next, 1, (sqlite3_int64)purges->newest);
    const int rc = database_step(purges->next);
    if (rc == SQLITE_ROW) {
        stored_entry_read(purges->next, &stored);
        err = purge_read(keys, &stored, &purge);
        if (!err)
            err = rows_add(purges, stored.seq, &purge);
        if (!err || err == ERR_CORRUPT)
            purges->newest = stored.seq;
    } else {
        err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    }
    sqlite3_reset(purges->next);
    return err;
}

/* A journal that was begun before there was a purge has no table until its writer opens it. */
static enum err next_prepare(struct day_keys *keys)
{
    if (keys->purges.next)
        return ERR_OK;
    return database_prepare(keys->database,
                            "SELECT entry.seq, header, signature, payload FROM purge"
                            " JOIN entry ON entry.seq = purge.seq WHERE purge.seq > ?1"
                            " ORDER BY purge.seq LIMIT 1",
                            &keys->purges.next);
}

enum err purge_set_refresh(struct day_keys *keys)
{
    struct purge_set *purges = &keys->purges;
    const size_t known = purges->n;
    bool damaged = false;
    uint64_t last;
    enum err err = next_prepare(keys);

    if (err)
        return err;
    do {
        last = purges->newest;
        err = next_take(keys);
        damaged |= err == ERR_CORRUPT;
    } while (purges->newest != last);
    if (purges->n != known)
        qsort(purges->rows, purges->n, sizeof *purges->rows, row_order);
    if (err != ERR_MISSING)
        return err;
    return damaged ? ERR_CORRUPT : ERR_OK;
}

bool purge_set_covers(const struct purge_set *purges, const struct entry_header *header)
{
    const int64_t day = entry_day(header);
    size_t low = 0, high = purges->n;

    if (entry_kind_is_kept(header->kind))
        return false;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (purges->rows[middle].days.day < day)
            low = middle + 1;
        else
            high = middle;
    }
    for (size_t i = low; i < purges->n && purges->rows[i].days.day == day; i++)
        if (header->seq >= purges->rows[i].days.first && header->seq <= purges->rows[i].days.last)
            return true;
    return false;
}

/* ---- for people --------------------------------------------------------------------------- */

static enum err last_purge_read(sqlite3_stmt *select, struct journal_remains *out)
{
    struct entry_header header;
    const int rc = database_step(select);

    if (rc != SQLITE_ROW)
        return database_err(rc);
    if (entry_header_decode(database_column(select, 0), ENTRY_WHOLE, &header))
        return ERR_CORRUPT;
    out->last_purge_ms = header.time.wall_ms;
    out->being_overwritten = sqlite3_column_int(select, 1) == 0;
    return ERR_OK;
}

static enum err oldest_day_read(sqlite3_stmt *select, struct journal_remains *out)
{
    const int rc = database_step(select);

    out->has_payloads = rc == SQLITE_ROW;
    out->payloads_from = rc == SQLITE_ROW ? sqlite3_column_int64(select, 0) : 0;
    return database_err(rc);
}

enum err journal_reader_remains(struct journal_reader *reader, struct journal_remains *out)
{
    struct journal_remains remains = {0};
    sqlite3_stmt *purge = NULL, *day = NULL;
    enum err err =
        database_prepare(&reader->database, "SELECT day FROM day_key ORDER BY day LIMIT 1", &day);

    if (!err)
        err = oldest_day_read(day, &remains);
    /* A journal that no writer with retention has opened yet has no such table. */
    if (!err && !database_prepare(&reader->database,
                                  "SELECT header, done FROM purge JOIN entry"
                                  " ON entry.seq = purge.seq ORDER BY purge.seq DESC LIMIT 1",
                                  &purge))
        err = last_purge_read(purge, &remains);
    sqlite3_finalize(day);
    sqlite3_finalize(purge);
    if (!err)
        *out = remains;
    return err;
}

/* The one number that a query makes of `?1`; 0: NULL. */
static enum err number_read(struct journal_reader *reader, const char *sql, int64_t argument,
                            int64_t *out)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(&reader->database, sql, &select);

    if (err)
        return err;
    sqlite3_bind_int64(select, 1, argument);
    const int rc = database_step(select);
    err = rc == SQLITE_ROW ? ERR_OK : database_err(rc);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(select, 0) : 0;
    sqlite3_finalize(select);
    return err;
}

/* A receipt is kept once in twenty hours (journal_marks.c): what it covers goes together. */
enum err journal_reader_purge_due(struct journal_reader *reader, int64_t now_ms,
                                  uint32_t after_days, struct journal_purge_due *out)
{
    const int64_t after_ms = after_days * RETENTION_DAY_MS;
    int64_t days = 0, mark_ms = 0;
    enum err err = number_read(reader, "SELECT count(*) FROM day_key WHERE day < ?1",
                               (now_ms - after_ms) / RETENTION_DAY_MS, &days);

    /* As above. */
    if (!err && number_read(reader, "SELECT min(at_ms) FROM mark WHERE at_ms > ?1",
                            now_ms - after_ms, &mark_ms))
        mark_ms = 0;
    if (!err)
        *out = (struct journal_purge_due){.days = (uint64_t)days,
                                          .next_ms = mark_ms ? mark_ms + after_ms : 0};
    return err;
}
