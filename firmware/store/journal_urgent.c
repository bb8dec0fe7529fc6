/* From the newest entry back, each is looked at: a decision is in a payload, so each DECIDED is
 * opened. What a VOID takes back is not looked up: there are few. An index of decisions would be
 * quicker, but it would be nobody's word, and one more page that the counter writes for each
 * traveller.
 */
#include "journal_urgent.h"

#include <assert.h>

#include "decision.h"
#include "journal_read.h"

#define BACKWARDS                                                                                  \
    "SELECT " STORED_ENTRY_COLUMNS " FROM entry WHERE seq >= ?1 AND seq < ?2"                      \
    " ORDER BY seq DESC LIMIT ?3"

static bool defers(struct span payload)
{
    struct entry_decided decided;
    return entry_decided_decode(payload, &decided) == ERR_OK &&
           decided.decision == DECISION_DEFERRED;
}

static bool takes_back(struct span payload)
{
    struct entry_void names;
    return entry_void_decode(payload, &names) == ERR_OK;
}

/* ERR_MISSING: it can wait, or can't be read. */
static enum err is_urgent(struct journal_reader *reader, sqlite3_stmt *row)
{
    uint8_t bytes[ENTRY_PAYLOAD_MAX];
    struct stored_entry stored;
    struct entry_header header;
    size_t len;
    stored_entry_read(row, &stored);
    if (entry_header_decode(stored.header, ENTRY_WHOLE, &header) != ERR_OK ||
        (header.kind != ENTRY_DECIDED && header.kind != ENTRY_VOID))
        return ERR_MISSING;
    const enum err err = payload_open(&reader->days, &stored, &header, bytes, &len);
    if (err)
        return err == ERR_CORRUPT ? ERR_MISSING : err;
    const struct span payload = span_of(bytes, len);
    const bool is = header.kind == ENTRY_VOID ? takes_back(payload) : defers(payload);
    return is ? ERR_OK : ERR_MISSING;
}

/* The statement's rows until there are enough numbers. */
static enum err look(struct journal_reader *reader, sqlite3_stmt *rows, struct journal_range *left,
                     uint64_t seqs[JOURNAL_URGENT_MAX], size_t *n)
{
    uint64_t before = left->before;
    unsigned looks = 0;
    while (*n < JOURNAL_URGENT_MAX) {
        const int rc = database_step(rows);
        if (rc != SQLITE_ROW && rc != SQLITE_DONE)
            return database_err(rc);
        if (rc == SQLITE_DONE) {
            left->before = looks < JOURNAL_URGENT_LOOKS ? left->from : before;
            return ERR_OK;
        }
        const enum err err = is_urgent(reader, rows);
        if (err && err != ERR_MISSING)
            return err;
        looks++;
        before = (uint64_t)sqlite3_column_int64(rows, 0);
        if (!err)
            seqs[(*n)++] = before;
    }
    left->before = before;
    return ERR_OK;
}

enum err journal_urgent_find(struct journal_reader *reader, struct journal_range *left,
                             uint64_t seqs[JOURNAL_URGENT_MAX], size_t *n)
{
    sqlite3_stmt *rows = NULL;
    *n = 0;
    assert(reader->days.wrap && left->from <= left->before);
    if (left->before > INT64_MAX) /* a row's number is another process's word */
        left->before = INT64_MAX;
    enum err err = database_prepare(&reader->database, BACKWARDS, &rows);
    if (err)
        return err;
    sqlite3_bind_int64(rows, 1, (sqlite3_int64)left->from);
    sqlite3_bind_int64(rows, 2, (sqlite3_int64)left->before);
    sqlite3_bind_int(rows, 3, JOURNAL_URGENT_LOOKS);
    err = look(reader, rows, left, seqs, n);
    sqlite3_finalize(rows);
    return err;
}
