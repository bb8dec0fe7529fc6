/* Where a damaged journal's entries begin and end.
 *
 * Begin: after the entry that the receipt names, if the damaged journal shows that it held it: the
 * entry itself, or the next one, whose `prev` is its hash. Where it doesn't show, all are taken
 * over; what the registry has already counts once.
 *
 * End: the last entry, unless the way to it is damaged. Then there may be entries after the last
 * that can be reached from the front, at most as many as fit into the file: numbers are tried one
 * by one up to there.
 */
#include "journal_salvage.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "journal_read.h"
#include "journal_write.h"
#include "quarantine.h"
#include "wal_trim.h"

#define ENTRY_LEN_MIN 200  /* in the file: header, signature and sealed payload are longer */
#define HOLE_LOOKS    4096 /* entries: more than a WAL holds, and what a page of the index finds */
#define FOREIGN_MAX   256  /* rows that are not ours, 2 ms each; behind them nothing is sought */

static enum err is_noted(struct journal *journal, const char *source, bool *out)
{
    sqlite3_stmt *select = NULL;
    enum err err =
        database_prepare(&journal->database, "SELECT 1 FROM recovery WHERE source = ?1", &select);

    if (err)
        return err;
    sqlite3_bind_text(select, 1, source, -1, SQLITE_STATIC);
    const int rc = database_step(select);
    *out = rc == SQLITE_ROW;
    err = database_err(rc);
    sqlite3_finalize(select);
    return err;
}

/* ---- which entries ------------------------------------------------------------------------ */

/* Does the header of the entry `seq` say that it follows the receipt's? */
static bool follows(struct journal_reader *reader, const struct receipt *receipt)
{
    struct stored_entry stored;
    struct entry_header header;
    bool yes = false;

    sqlite3_bind_int64(reader->by_seq, 1, (sqlite3_int64)receipt->next);
    if (database_step(reader->by_seq) == SQLITE_ROW) {
        stored_entry_read(reader->by_seq, &stored);
        yes = entry_header_decode(stored.header, ENTRY_WHOLE, &header) == ERR_OK &&
              memcmp(header.prev, receipt->head, sizeof header.prev) == 0;
    }
    sqlite3_reset(reader->by_seq);
    return yes;
}

static uint64_t first_of(struct journal_reader *reader, const struct receipt *receipt)
{
    struct journal_head at;

    if (!receipt || receipt->next <= 1)
        return 1;
    const bool held = journal_reader_head_at(reader, receipt->next - 1, &at) == ERR_OK &&
                      memcmp(at.hash, receipt->head, sizeof at.hash) == 0;
    return held || follows(reader, receipt) ? journal_recovery_first(receipt->next - 1) : 1;
}

static uint64_t length_of(const char *path, const char *suffix)
{
    char name[JOURNAL_SOURCE_LEN + 8];
    struct stat st;

    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* Takes the row as the last entry, if it is a later one. What does not go on from the one before is
 * believed only if it is signed: its number may be damaged, and be any. */
static bool last_take(sqlite3_stmt *row, const struct verify_key *own, struct journal_head *last,
                      unsigned *foreign)
{
    struct journal_head at;
    struct stored_entry stored;

    if (stored_entry_head(row, &at) || at.seq <= last->seq)
        return false;
    stored_entry_read(row, &stored);
    if ((at.seq != last->seq + 1 || at.epoch != last->epoch) &&
        (stored.signature.len != SIGN_LEN || cose_check(own, stored.header, stored.signature.p))) {
        ++*foreign;
        return false;
    }
    *last = at;
    return true;
}

/* The last entry that can be reached; seq 0: there is none. False: more may come after it. */
static bool last_find(struct journal_reader *reader, const struct verify_key *own,
                      struct journal_head *last)
{
    sqlite3_stmt *walk = NULL;
    unsigned foreign = 0;

    *last = (struct journal_head){0};
    const bool seen =
        database_step(reader->last) == SQLITE_ROW && last_take(reader->last, own, last, &foreign);
    sqlite3_reset(reader->last);
    if (seen)
        return true;
    if (database_prepare(&reader->database,
                         "SELECT " STORED_ENTRY_COLUMNS " FROM entry ORDER BY seq",
                         &walk) == ERR_OK)
        while (foreign < FOREIGN_MAX && database_step(walk) == SQLITE_ROW)
            (void)!last_take(walk, own, last, &foreign);
    sqlite3_finalize(walk);
    return false;
}

/* Up to which number it is to be tried; 0: nothing can be read. */
static uint64_t last_of(struct journal_reader *reader, const char *source,
                        const struct verify_key *own)
{
    struct journal_head last;
    const bool seen = last_find(reader, own, &last);

    if (seen || last.seq == 0)
        return last.seq;
    return last.seq + (length_of(source, "") + length_of(source, "-wal")) / ENTRY_LEN_MIN;
}

/* ---- which numbers ------------------------------------------------------------------------ */

/* How many of a file's newest entries can be read. */
static unsigned readable(const char *source, const struct verify_key *own)
{
    char why[JOURNAL_WHY_LEN];
    struct journal_reader *reader;
    struct journal_head last;
    unsigned n = 0;

    if (journal_reader_open(source, NULL, &reader, why))
        return 0;
    (void)!last_find(reader, own, &last);
    for (uint64_t i = 0; i < HOLE_LOOKS && i < last.seq; i++) {
        sqlite3_bind_int64(reader->by_seq, 1, (sqlite3_int64)(last.seq - i));
        n += database_step(reader->by_seq) == SQLITE_ROW;
        sqlite3_reset(reader->by_seq);
    }
    journal_reader_close(reader);
    return n;
}

/* What lies behind a hole of its WAL is read too, unless the hole is in what the rest is found by:
 * then what lies before it, and `*whole` is false. */
static enum err hole_judge(const char *source, const struct verify_key *own, bool *whole)
{
    struct wal_hole hole;
    enum err err = wal_bridge(source, &hole);

    *whole = true;
    if (err || hole.len == 0)
        return err;
    const unsigned with = readable(source, own);
    err = wal_hole_put(source, &hole, false);
    *whole = err || with >= readable(source, own);
    return err || !*whole ? err : wal_hole_put(source, &hole, true);
}

static enum err source_open(const struct journal *journal, const char *source,
                            const struct seal_root *root, struct journal_reader **out, bool *whole,
                            char why[JOURNAL_WHY_LEN])
{
    const enum err err = hole_judge(source, journal->own, whole);

    return err ? database_say(why, source, err, err_text(err))
               : journal_reader_open(source, root, out, why);
}

/* False: it may have given out more. */
static bool given_take(const struct journal *journal, const char *source, struct entry_epoch *epoch)
{
    char why[JOURNAL_WHY_LEN];
    struct journal_reader *reader;
    struct journal_head last = {0};
    bool whole;

    if (source_open(journal, source, NULL, &reader, &whole, why))
        return false;
    const bool other = strcmp(reader->kiosk, journal->kiosk) != 0;
    const bool seen = other || (last_find(reader, journal->own, &last) && whole);
    journal_reader_close(reader);
    if (last.seq > epoch->given_seq)
        epoch->given_seq = last.seq;
    if (last.epoch > epoch->given_epoch)
        epoch->given_epoch = last.epoch;
    return seen;
}

enum err journal_given_out(const struct journal *journal, const char *path,
                           const struct receipt *receipt, struct entry_epoch *epoch)
{
    const uint64_t theirs = receipt ? receipt->next - 1 : 0;
    struct quarantine_list *list = malloc(sizeof *list);

    if (!list)
        return ERR_MEMORY;
    bool seen = quarantine_list(path, list) && (list->count > 0 || theirs == 0);
    for (unsigned i = 0; i < list->count; i++)
        seen &= given_take(journal, list->name[i], epoch);
    free(list);
    if (!seen)
        epoch->given_seq =
            (epoch->given_seq > theirs ? epoch->given_seq : theirs) + JOURNAL_HIDDEN_MAX;
    return ERR_OK;
}

/* ---- crossings ---------------------------------------------------------------------------- */

static enum err crossing_insert(sqlite3_stmt *insert, sqlite3_stmt *row)
{
    for (int i = 0; i < 5; i++)
        sqlite3_bind_int64(insert, i + 1, sqlite3_column_int64(row, i));
    return database_step_done(insert);
}

/* Those that can be read and hold together: the keys are the same, and the entries that they name
 * are taken over. */
static enum err crossings_read(struct journal_reader *reader, sqlite3_stmt *insert)
{
    sqlite3_stmt *select = NULL;
    enum err err = ERR_OK;

    if (database_prepare(&reader->database, "SELECT " CROSSING_COLUMNS " FROM crossing", &select) ==
        ERR_OK)
        while (!err && database_step(select) == SQLITE_ROW)
            if (crossing_row_sound(select))
                err = crossing_insert(insert, select);
    sqlite3_finalize(select);
    return err;
}

static enum err crossings_copy(struct journal *journal, struct journal_reader *reader)
{
    sqlite3_stmt *insert = NULL;
    enum err err = database_begin(&journal->database);

    if (err)
        return err;
    err = database_prepare(&journal->database, CROSSING_INSERT, &insert);
    if (!err)
        err = crossings_read(reader, insert);
    sqlite3_finalize(insert);
    if (!err)
        return database_commit(&journal->database);
    database_rollback(&journal->database);
    return err;
}

/* Notes what is to be taken over. */
static enum err source_take(struct journal *journal, struct journal_reader *reader,
                            const char *source, const struct receipt *receipt,
                            char why[JOURNAL_WHY_LEN])
{
    if (strcmp(reader->kiosk, journal->kiosk) != 0)
        return database_say(why, source, ERR_AUTH, "the journal of another kiosk");
    const uint64_t last = last_of(reader, source, journal->own);
    if (last == 0)
        return database_say(why, source, ERR_MISSING, "no entry can be read");
    const uint64_t first = first_of(reader, receipt);
    enum err err = crossings_copy(journal, reader);
    if (!err)
        err = journal_recover_from(journal, source, first, last);
    return err ? database_say(why, source, err, err_text(err)) : ERR_OK;
}

enum err journal_salvage(struct journal *journal, const char *source, const struct seal_root *root,
                         const struct receipt *receipt, char why[JOURNAL_WHY_LEN])
{
    struct journal_reader *reader = NULL;
    bool noted = false, whole;
    enum err err = is_noted(journal, source, &noted);

    if (err)
        return database_say(why, source, err, err_text(err));
    if (noted)
        return ERR_OK;
    err = source_open(journal, source, root, &reader, &whole, why);
    if (err)
        return err;
    err = source_take(journal, reader, source, receipt, why);
    journal_reader_close(reader);
    return err;
}
