/* The journal's look-ups of deferrals.
 *
 * Problem: who was deferred here tries again a minute later, offline, or after a restart; and the
 * registry's list knows nothing of it yet. Method: the texts that the lists are found by, keyed and
 * stored with the decision, so that one COMMIT makes both durable. The loop asks the file through a
 * WAL connection of its own rather than a set in memory: what it finds is what is durable, also
 * after a COMMIT whose outcome nobody learnt; nothing has to be kept in step; and a WAL reader
 * waits neither for an append nor for a checkpoint of the worker.
 *
 * A key is an HMAC cut to 8 bytes: of a million rows, one traveller in 10^13 would meet another's.
 * Whoever takes the file without the key learns how many were deferred on which day, and no more.
 */
#include "journal_deferral.h"

#include <stdlib.h>

#include "journal_format.h"

/* A journal that was begun before there were deferrals gets the table when its writer opens it; its
 * version stays, since who reads entries does not need it. */
#define TABLE                                                                                      \
    "CREATE TABLE IF NOT EXISTS deferral(key INTEGER NOT NULL, seq INTEGER NOT NULL,"              \
    " day INTEGER NOT NULL, PRIMARY KEY(key, seq)) STRICT, WITHOUT ROWID"

#define KEY_LABEL "pamit journal deferral"

void deferral_subject_of(const struct document *document, enum entry_mode mode,
                         struct deferral_subject *out)
{
    static const struct match no_placement;

    out->mode = mode;
    out->n_texts = listing_lookups(document, &no_placement, out->text);
}

static int64_t key_of(const struct mac_key *mac, enum entry_mode mode,
                      const struct listing_text *text)
{
    uint8_t bytes[1 + LISTING_TEXT_LEN], full[SEAL_MAC_LEN];
    const size_t len = strnlen(text->text, sizeof text->text);
    int64_t key;

    bytes[0] = (uint8_t)mode;
    memcpy(bytes + 1, text->text, len);
    mac_compute(mac, span_of(bytes, 1 + len), full);
    memcpy(&key, full, sizeof key); /* the file is read on the machine that wrote it */
    return key;
}

/* ---- writing ------------------------------------------------------------------------------ */

enum err deferral_rows_open(struct database *database, const struct seal_root *root,
                            struct deferral_rows *out)
{
    enum err err = database_run(database, TABLE);

    if (!err)
        err = mac_key_derive(root, KEY_LABEL, &out->mac);
    if (!err)
        err = database_prepare(database, "INSERT INTO deferral(key, seq, day) VALUES(?1, ?2, ?3)",
                               &out->insert);
    return err;
}

void deferral_rows_close(struct deferral_rows *rows)
{
    sqlite3_finalize(rows->insert);
    if (rows->mac)
        mac_key_close(rows->mac);
}

enum err deferral_rows_add(struct deferral_rows *rows, uint64_t seq, struct date day,
                           const struct deferral_subject *subject)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < subject->n_texts; i++) {
        sqlite3_bind_int64(rows->insert, 1, key_of(rows->mac, subject->mode, &subject->text[i]));
        sqlite3_bind_int64(rows->insert, 2, (sqlite3_int64)seq);
        sqlite3_bind_int64(rows->insert, 3, date_to_days(day));
        err = database_step_done(rows->insert);
    }
    return err;
}

/* ---- finding ------------------------------------------------------------------------------ */

struct deferral_reader {
    struct database database;
    struct mac_key *mac;
    sqlite3_stmt *find;
};

enum err deferral_reader_open(const char *path, const struct seal_root *root,
                              struct deferral_reader **out, char why[JOURNAL_WHY_LEN])
{
    struct deferral_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    enum err err = database_open(path, &journal_kind, DATABASE_GLANCE, &reader->database, why);
    if (err) {
        free(reader);
        return err;
    }
    err = mac_key_derive(root, KEY_LABEL, &reader->mac);
    if (!err)
        err = database_prepare(&reader->database,
                               "SELECT max(day), max(day = ?2) FROM deferral WHERE key = ?1",
                               &reader->find);
    if (err) {
        database_say(why, path, err, err_text(err));
        deferral_reader_close(reader);
        return err;
    }
    *out = reader;
    return ERR_OK;
}

void deferral_reader_close(struct deferral_reader *reader)
{
    if (!reader)
        return;
    sqlite3_finalize(reader->find);
    if (reader->mac)
        mac_key_close(reader->mac);
    database_close(&reader->database);
    free(reader);
}

bool deferral_reader_has_moved(const struct deferral_reader *reader)
{
    return database_has_moved(&reader->database);
}

static enum err text_find(struct deferral_reader *reader, int64_t key, int32_t day,
                          struct deferral_hits *hits)
{
    enum err err = ERR_OK;

    sqlite3_bind_int64(reader->find, 1, key);
    sqlite3_bind_int64(reader->find, 2, day);
    const int rc = database_step(reader->find);
    if (rc != SQLITE_ROW) {
        err = rc == SQLITE_DONE ? ERR_CORRUPT : database_err(rc); /* an aggregate gives one row */
    } else if (sqlite3_column_type(reader->find, 0) != SQLITE_NULL) {
        const int64_t newest = sqlite3_column_int64(reader->find, 0);
        const struct date date = newest >= INT32_MIN && newest <= INT32_MAX
                                     ? date_from_days((int32_t)newest)
                                     : (struct date){0};
        if (!date_valid(date))
            err = ERR_CORRUPT;
        else if (!date_known(hits->newest) || date_compare(hits->newest, date) < 0)
            hits->newest = date;
        hits->on_day |= sqlite3_column_int(reader->find, 1) != 0;
    }
    sqlite3_reset(reader->find);
    return err;
}

enum err deferral_reader_find(struct deferral_reader *reader,
                              const struct deferral_subject *subject, struct date day,
                              struct deferral_hits *out)
{
    struct deferral_hits hits = {0};
    enum err err = database_begin_reading(&reader->database); /* one state for all texts */

    for (size_t i = 0; !err && i < subject->n_texts; i++)
        err = text_find(reader, key_of(reader->mac, subject->mode, &subject->text[i]),
                        date_to_days(day), &hits);
    database_rollback(&reader->database);
    if (!err)
        *out = hits;
    return err;
}
