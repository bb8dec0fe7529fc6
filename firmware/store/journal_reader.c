/* The journal's readers.
 *
 * What is read across the WAL is another process's word: a row is handed on only if its header
 * decodes, bears the row's number, and names the payload that was opened. Signatures and the chain
 * are journal_verify's.
 */
#include "journal_read.h"

#include <stdlib.h>

#include "journal_find.h"

static enum err kiosk_read(struct journal_reader *reader)
{
    sqlite3_stmt *select = NULL;
    enum err err = database_prepare(&reader->database, "SELECT kiosk FROM meta", &select);

    if (err)
        return err;
    const int rc = database_step(select);
    const struct span kiosk = rc == SQLITE_ROW ? database_column(select, 0) : span_of(NULL, 0);
    if (rc != SQLITE_ROW)
        err = rc == SQLITE_DONE ? ERR_CORRUPT : database_err(rc);
    else if (kiosk.len == 0 || kiosk.len >= sizeof reader->kiosk)
        err = ERR_CORRUPT;
    else
        memcpy(reader->kiosk, kiosk.p, kiosk.len);
    sqlite3_finalize(select);
    return err;
}

static enum err reader_set_up(struct journal_reader *reader, const struct seal_root *root,
                              const char **reason)
{
    enum err err = kiosk_read(reader);

    if (!err) {
        err = day_keys_open(&reader->database, root, &reader->days);
        if (err == ERR_AUTH)
            *reason = "sealed with another storage key";
    }
    if (!err)
        err = database_prepare(&reader->database,
                               "SELECT " STORED_ENTRY_COLUMNS " FROM entry WHERE seq = ?1",
                               &reader->by_seq);
    if (!err)
        err = database_prepare(
            &reader->database,
            "SELECT " STORED_ENTRY_COLUMNS " FROM entry ORDER BY seq DESC LIMIT 1", &reader->last);
    if (!err)
        err = database_prepare(&reader->database, STORED_ENTRY_AT_OR_AFTER, &reader->at_or_after);
    return err;
}

static enum err open_as(enum database_access access, const char *path, const struct seal_root *root,
                        struct journal_reader **out, char why[JOURNAL_WHY_LEN])
{
    const char *reason = NULL;
    struct journal_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    enum err err = database_open(path, &journal_kind, access, &reader->database, why);
    if (err) {
        free(reader);
        return err;
    }
    err = reader_set_up(reader, root, &reason);
    if (err) {
        database_say(why, path, err, reason ? reason : err_text(err));
        journal_reader_close(reader);
        return err;
    }
    *out = reader;
    return ERR_OK;
}

enum err journal_reader_open(const char *path, const struct seal_root *root,
                             struct journal_reader **out, char why[JOURNAL_WHY_LEN])
{
    return open_as(DATABASE_READ, path, root, out, why);
}

enum err journal_reader_glance(const char *path, struct journal_reader **out,
                               char why[JOURNAL_WHY_LEN])
{
    return open_as(DATABASE_GLANCE, path, NULL, out, why);
}

void journal_reader_close(struct journal_reader *reader)
{
    if (!reader)
        return;
    sqlite3_finalize(reader->by_seq);
    sqlite3_finalize(reader->last);
    sqlite3_finalize(reader->at_or_after);
    day_keys_close(&reader->days);
    database_close(&reader->database);
    free(reader);
}

bool journal_reader_has_moved(const struct journal_reader *reader)
{
    return database_has_moved(&reader->database);
}

enum err journal_reader_begin(struct journal_reader *reader)
{
    return database_begin_reading(&reader->database);
}

void journal_reader_end(struct journal_reader *reader)
{
    database_rollback(&reader->database);
}

static enum err row_fill(struct journal_reader *reader, const struct stored_entry *stored,
                         struct journal_row *out)
{
    if (entry_header_decode(stored->header, ENTRY_WHOLE, &out->header) ||
        out->header.seq != stored->seq || stored->signature.len != SIGN_LEN)
        return ERR_CORRUPT;
    out->header_len = stored->header.len; /* it decoded: it is within its bound */
    memcpy(out->header_bytes, stored->header.p, stored->header.len);
    memcpy(out->signature, stored->signature.p, SIGN_LEN);
    if (!reader->days.wrap)
        return ERR_OK;
    const enum err err =
        payload_open(&reader->days, stored, &out->header, out->payload, &out->payload_len);
    out->purged = !err && out->payload_len == 0;
    out->payload_opened = !err && !out->purged;
    return err;
}

enum err journal_reader_get(struct journal_reader *reader, uint64_t seq, struct journal_row *out)
{
    struct stored_entry stored;
    struct journal_row row;
    enum err err;

    if (seq == 0 || seq > INT64_MAX)
        return ERR_MISSING;
    sqlite3_bind_int64(reader->by_seq, 1, (sqlite3_int64)seq);
    const int rc = database_step(reader->by_seq);
    if (rc == SQLITE_ROW) {
        stored_entry_read(reader->by_seq, &stored);
        memset(&row, 0, sizeof row);
        err = row_fill(reader, &stored, &row);
    } else {
        err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    }
    sqlite3_reset(reader->by_seq);
    if (!err)
        *out = row;
    return err;
}

enum err journal_reader_seek(struct journal_reader *reader, uint64_t *seq)
{
    if (*seq > INT64_MAX)
        return ERR_MISSING;
    sqlite3_bind_int64(reader->at_or_after, 1, (sqlite3_int64)*seq);
    const int rc = database_step(reader->at_or_after);
    const enum err err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    if (rc == SQLITE_ROW)
        *seq = (uint64_t)sqlite3_column_int64(reader->at_or_after, 0);
    sqlite3_reset(reader->at_or_after);
    return err;
}

enum err journal_reader_next(struct journal_reader *reader, uint64_t *seq, struct journal_row *out)
{
    uint64_t found = *seq;
    enum err err = journal_reader_seek(reader, &found);

    if (!err)
        err = journal_reader_get(reader, found, out);
    if (!err && found != *seq && out->header.kind != ENTRY_EPOCH)
        err = ERR_CORRUPT;
    if (!err)
        *seq = found;
    return err;
}

static enum err head_step(sqlite3_stmt *statement, struct journal_head *out)
{
    const int rc = database_step(statement);
    enum err err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);

    if (rc == SQLITE_ROW)
        err = stored_entry_head(statement, out);
    sqlite3_reset(statement);
    return err;
}

/* Who asks for news may wait long for them, and keeps no day's key meanwhile: it may be destroyed.
 */
enum err journal_reader_head(struct journal_reader *reader, struct journal_head *out)
{
    day_keys_forget(&reader->days);
    return head_step(reader->last, out);
}

enum err journal_reader_head_at(struct journal_reader *reader, uint64_t seq,
                                struct journal_head *out)
{
    if (seq == 0 || seq > INT64_MAX)
        return ERR_MISSING;
    sqlite3_bind_int64(reader->by_seq, 1, (sqlite3_int64)seq);
    return head_step(reader->by_seq, out);
}
