/* The journal's look-ups of crossings that were decided.
 *
 * Problem: who was deferred here tries again a minute later, offline, or after a restart, and the
 * registry's list knows nothing of it yet; who has crossed is recorded once more months later, when
 * nothing of the first time is left but its entry's header. Method: the texts that the lists are
 * found by, keyed and stored with the decision, so that one COMMIT makes both durable. The loop
 * asks the file through a WAL connection of its own rather than a set in memory: what it finds is
 * what is durable, also after a COMMIT whose outcome nobody learnt; nothing has to be kept in step;
 * and a WAL reader waits neither for an append nor for a checkpoint of the worker.
 *
 * A key is an HMAC cut to 8 bytes: of a million rows, one traveller in 10^13 would meet another's.
 * Whoever takes the file without the key learns how many crossed on which day, in which direction,
 * how it was decided, and which of these were one document's: never whose.
 */
#include "journal_crossing.h"

#include <stdlib.h>

#include "journal_format.h"

#define KEY_LABEL "pamit journal crossing"

void crossing_subject_of(const struct document *document, enum entry_mode mode,
                         struct crossing_subject *out)
{
    static const struct match no_placement;

    out->mode = mode;
    out->has_document = document->number[0] != 0;
    out->n_texts = listing_lookups(document, &no_placement, out->text);
}

static int64_t key_of(const struct mac_key *mac, const struct crossing_subject *subject, size_t i)
{
    const struct listing_text *text = &subject->text[i];
    uint8_t bytes[1 + LISTING_TEXT_LEN], full[SEAL_MAC_LEN];
    const size_t len = strnlen(text->text, sizeof text->text);
    int64_t key;

    bytes[0] = (uint8_t)subject->mode;
    memcpy(bytes + 1, text->text, len);
    mac_compute(mac, span_of(bytes, 1 + len), full);
    memcpy(&key, full, sizeof key); /* the file is read on the machine that wrote it */
    return key;
}

/* ---- writing ------------------------------------------------------------------------------ */

enum err crossing_rows_open(struct database *database, const struct seal_root *root,
                            struct crossing_rows *out)
{
    const enum err err = mac_key_derive(root, KEY_LABEL, &out->mac);

    return err ? err : database_prepare(database, CROSSING_INSERT, &out->insert);
}

void crossing_rows_close(struct crossing_rows *rows)
{
    sqlite3_finalize(rows->insert);
    if (rows->mac)
        mac_key_close(rows->mac);
}

static enum err row_add(struct crossing_rows *rows, uint64_t seq, struct date day,
                        const struct crossing_decided *decided, size_t i)
{
    sqlite3_bind_int64(rows->insert, 1, key_of(rows->mac, &decided->subject, i));
    sqlite3_bind_int64(rows->insert, 2, (sqlite3_int64)seq);
    sqlite3_bind_int64(rows->insert, 3, date_to_days(day));
    sqlite3_bind_int(rows->insert, 4, (int)decided->direction);
    sqlite3_bind_int(rows->insert, 5, (int)decided->decision);
    return database_step_done(rows->insert);
}

/* Any crossing is found by its document; a deferral by the person too. */
enum err crossing_rows_add(struct crossing_rows *rows, uint64_t seq, struct date day,
                           const struct crossing_decided *decided)
{
    const struct crossing_subject *subject = &decided->subject;
    const bool defers = decided->decision == DECISION_DEFERRED;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < subject->n_texts; i++)
        if (defers || (i == 0 && subject->has_document))
            err = row_add(rows, seq, day, decided, i);
    return err;
}

/* ---- finding ------------------------------------------------------------------------------ */

struct crossing_reader {
    struct database database;
    struct mac_key *mac;
    sqlite3_stmt *deferred, *last;
};

static enum err statements_prepare(struct crossing_reader *reader)
{
    const enum err err = database_prepare(&reader->database,
                                          "SELECT max(day), max(day = ?2) FROM crossing"
                                          " WHERE key = ?1 AND decision = ?3",
                                          &reader->deferred);

    return err ? err
               : database_prepare(&reader->database,
                                  "SELECT seq, day, direction, decision, header"
                                  " FROM crossing LEFT JOIN entry USING(seq)"
                                  " WHERE key = ?1 ORDER BY seq DESC LIMIT 1",
                                  &reader->last);
}

enum err crossing_reader_open(const char *path, const struct seal_root *root,
                              struct crossing_reader **out, char why[JOURNAL_WHY_LEN])
{
    struct crossing_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    enum err err = database_open(path, &journal_kind, DATABASE_GLANCE, &reader->database, why);
    if (err) {
        free(reader);
        return err;
    }
    err = mac_key_derive(root, KEY_LABEL, &reader->mac);
    if (!err)
        err = statements_prepare(reader);
    if (err) {
        database_say(why, path, err, err_text(err));
        crossing_reader_close(reader);
        return err;
    }
    *out = reader;
    return ERR_OK;
}

void crossing_reader_close(struct crossing_reader *reader)
{
    if (!reader)
        return;
    sqlite3_finalize(reader->deferred);
    sqlite3_finalize(reader->last);
    if (reader->mac)
        mac_key_close(reader->mac);
    database_close(&reader->database);
    free(reader);
}

static bool day_sound(int64_t days)
{
    return days >= INT32_MIN && days <= INT32_MAX && date_valid(date_from_days((int32_t)days));
}

/* A stored day; ERR_CORRUPT: it is none. */
static enum err day_read(sqlite3_stmt *row, int column, struct date *out)
{
    const int64_t days = sqlite3_column_int64(row, column);

    if (!day_sound(days))
        return ERR_CORRUPT;
    *out = date_from_days((int32_t)days);
    return ERR_OK;
}

static bool crossing_sound(int64_t direction, int64_t decision)
{
    return direction >= 0 && direction <= DIRECTION_RETURN && decision > DECISION_NONE &&
           decision < DECISION_COUNT;
}

bool crossing_row_sound(sqlite3_stmt *row)
{
    return day_sound(sqlite3_column_int64(row, 2)) &&
           crossing_sound(sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4));
}

static enum err deferred_find(struct crossing_reader *reader, int64_t key, int32_t day,
                              struct crossing_hits *hits)
{
    struct date newest = {0};
    enum err err = ERR_OK;

    sqlite3_bind_int64(reader->deferred, 1, key);
    sqlite3_bind_int64(reader->deferred, 2, day);
    sqlite3_bind_int(reader->deferred, 3, DECISION_DEFERRED);
    const int rc = database_step(reader->deferred);
    if (rc != SQLITE_ROW) {
        err = rc == SQLITE_DONE ? ERR_CORRUPT : database_err(rc); /* an aggregate gives one row */
    } else if (sqlite3_column_type(reader->deferred, 0) != SQLITE_NULL) {
        err = day_read(reader->deferred, 0, &newest);
        if (!err &&
            (!date_known(hits->deferred_newest) || date_compare(hits->deferred_newest, newest) < 0))
            hits->deferred_newest = newest;
        hits->deferred_on_day |= sqlite3_column_int(reader->deferred, 1) != 0;
    }
    sqlite3_reset(reader->deferred);
    return err;
}

/* When it was, by its entry. That may be in another file, from which the row was taken over, and
 * another one bear its number here. */
static int64_t wall_of(sqlite3_stmt *row, const struct entry_crossing *crossing)
{
    struct entry_header header;
    const bool is_it =
        sqlite3_column_type(row, 4) == SQLITE_BLOB &&
        entry_header_decode(database_column(row, 4), ENTRY_WHOLE, &header) == ERR_OK &&
        header.kind == ENTRY_DECIDED && header.seq == crossing->seq &&
        date_compare(date_of_wall(header.time.wall_ms, header.time.zone), crossing->day) == 0;

    return is_it ? header.time.wall_ms : 0;
}

static enum err last_read(sqlite3_stmt *row, struct entry_crossing *out)
{
    const int64_t direction = sqlite3_column_int64(row, 2);
    const int64_t decision = sqlite3_column_int64(row, 3);

    if (!crossing_sound(direction, decision))
        return ERR_CORRUPT;
    out->seq = (uint64_t)sqlite3_column_int64(row, 0);
    out->direction = (enum direction)direction;
    out->decision = (enum decision)decision;
    const enum err err = day_read(row, 1, &out->day);
    if (!err)
        out->wall_ms = wall_of(row, out);
    return err;
}

static enum err last_find(struct crossing_reader *reader, int64_t key, struct entry_crossing *out)
{
    sqlite3_bind_int64(reader->last, 1, key);
    const int rc = database_step(reader->last);
    const enum err err = rc == SQLITE_ROW ? last_read(reader->last, out) : database_err(rc);
    sqlite3_reset(reader->last);
    return err;
}

enum err crossing_reader_find(struct crossing_reader *reader,
                              const struct crossing_subject *subject, struct date day,
                              struct crossing_hits *out)
{
    struct crossing_hits hits = {0};
    enum err err = database_begin_reading(&reader->database); /* one state for all texts */

    for (size_t i = 0; !err && i < subject->n_texts; i++) {
        const int64_t key = key_of(reader->mac, subject, i);
        err = deferred_find(reader, key, date_to_days(day), &hits);
        if (!err && i == 0 && subject->has_document)
            err = last_find(reader, key, &hits.last);
    }
    database_rollback(&reader->database);
    if (!err)
        *out = hits;
    return err;
}
