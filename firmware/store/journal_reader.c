/* The journal's readers.
 *
 * What is read across the WAL is another process's word: a row is handed on only if its header
 * decodes, bears the row's number, and names the payload that was opened. Signatures and the chain
 * are journal_verify's.
 */
#include "journal_read.h"

#include <stdlib.h>

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
    return err;
}

enum err journal_reader_open(const char *path, const struct seal_root *root,
                             struct journal_reader **out, char why[JOURNAL_WHY_LEN])
{
    const char *reason = NULL;
    struct journal_reader *reader = calloc(1, sizeof *reader);

    if (!reader)
        return database_say(why, path, ERR_MEMORY, err_text(ERR_MEMORY));
    enum err err = database_open(path, &journal_kind, DATABASE_READ, &reader->database, why);
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

void journal_reader_close(struct journal_reader *reader)
{
    if (!reader)
        return;
    sqlite3_finalize(reader->by_seq);
    sqlite3_finalize(reader->last);
    day_keys_close(&reader->days);
    database_close(&reader->database);
    free(reader);
}

enum err payload_open(struct journal_reader *reader, const struct stored_entry *stored,
                      const struct entry_header *header, uint8_t out[ENTRY_PAYLOAD_MAX],
                      size_t *len)
{
    uint8_t context[PAYLOAD_CONTEXT_LEN], hash[SIGN_HASH_LEN];
    const struct seal_key *key = NULL;
    size_t opened = 0;

    if (stored->purged)
        return ERR_MISSING;
    enum err err = day_keys_find(&reader->days, header->time.wall_ms, &key);
    if (!err)
        err = seal_open(key, payload_context(header, context), stored->payload, out,
                        ENTRY_PAYLOAD_MAX, &opened);
    if (err)
        return err == ERR_AUTH || err == ERR_SIZE || err == ERR_INVALID ? ERR_CORRUPT : err;
    sign_hash(span_of(out, opened), hash);
    if (memcmp(hash, header->payload_hash, sizeof hash) != 0)
        return ERR_CORRUPT;
    *len = opened;
    return ERR_OK;
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
    out->payload_len = 0;
    const enum err err =
        payload_open(reader, stored, &out->header, out->payload, &out->payload_len);
    out->payload_purged = err == ERR_MISSING;
    return err == ERR_MISSING ? ERR_OK : err;
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

enum err journal_reader_head(struct journal_reader *reader, struct journal_head *out)
{
    struct stored_entry stored;
    struct entry_header header;
    enum err err;
    const int rc = database_step(reader->last);

    if (rc == SQLITE_ROW) {
        stored_entry_read(reader->last, &stored);
        err = entry_header_decode(stored.header, ENTRY_WHOLE, &header) || header.seq != stored.seq
                  ? ERR_CORRUPT
                  : ERR_OK;
        if (!err) {
            *out = (struct journal_head){.epoch = header.epoch, .seq = header.seq};
            sign_hash(stored.header, out->hash);
        }
    } else {
        err = rc == SQLITE_DONE ? ERR_MISSING : database_err(rc);
    }
    sqlite3_reset(reader->last);
    return err;
}
